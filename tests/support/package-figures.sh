# SPDX-FileCopyrightText: 2026 The Keyfob authors
# SPDX-License-Identifier: BSD-3-Clause
#
# package-figures.sh PACKAGE...: installs the packages (or files of packages) on a Debian that has little else, and
# prints what comes with them: a line of a table.

set -eu
installed () {
  dpkg-query -W -f '${db:Status-Status} ${Package} ${Installed-Size}\n' | sed -n 's/^installed //p' | sort
}

installed >/tmp/before
start=$(date +%s.%N)
apt-get install -q -y --no-install-recommends "$@" >/dev/null 2>&1
end=$(date +%s.%N)
installed | comm -13 /tmp/before - >/tmp/came
own=" "
for package in "$@"; do
  package=${package##*/}
  own="$own${package%%_*} "
done
awk -v own="$own" -v seconds="$(awk "BEGIN { print $end - $start }")" '
  { all += $2; if (index(own, " " $1 " ")) size += $2; else others++ }
  END { printf "%-28s %9.1f %9d %9.1f %9.1f\n", substr(own, 2), size / 1024, others, all / 1024, seconds }' /tmp/came
