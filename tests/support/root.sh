# SPDX-FileCopyrightText: 2026 The Keyfob authors
# SPDX-License-Identifier: BSD-3-Clause
#
# Sourced by tests/package: roots of Debian's releases to build and install packages in. A root is a pile of
# layers: what is slow to make is a layer that is kept in the cache, and on top is one for what a single run changes.

roots_folder=${KEYFOB_ROOTS_DIR:-${XDG_CACHE_HOME:-$HOME/.cache}/keyfob-roots}
root_support=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

# Where this machine's apt has Debian from.
root_mirror () {
  local mirror
  mirror=$(apt-get indextargets --format '$(REPO_URI)' \
    'Created-By: Packages' 'Origin: Debian' 'Label: Debian' | head -n 1)
  [ -n "$mirror" ] || { echo "This machine's apt knows no mirror of Debian." >&2; return 1; }
  echo "$mirror"
}

# root_run LAYERS TOP COMMAND...: runs COMMAND as root in LAYERS, a list of folders with the lowest first. What it
# changes is in TOP/files after that. root_shared, a folder, is /mnt there. No process of it runs on.
root_run () {
  local layers=$1 top=$2
  shift 2
  mkdir -p "$top/files" "$top/work" "$top/root"
  unshare --mount --pid --fork --kill-child -- \
    bash "$root_support/root-inside.sh" "$layers" "$top" "${root_shared:-$top/work}" "$roots_folder/archives" "$@"
}

# root_base SUITE: prints the layer with a small Debian, made if it is not there, and with nothing installed in it.
root_base () {
  local folder=$roots_folder/$1/base mirror
  if [ ! -f "$folder/made" ]; then
    mirror=$(root_mirror) || return 1
    rm -rf "$folder"
    mkdir -p "$folder"
    eval "$(apt-config shell http_proxy Acquire::http::Proxy)"
    http_proxy=${http_proxy:-} debootstrap --variant=minbase "$1" "$folder/files" "$mirror" >"$folder/log" 2>&1 \
      || { tail -n 5 "$folder/log" >&2; return 1; }
    # no package starts a service, and somebody uses this machine
    printf '#!/bin/sh\nexit 101\n' >"$folder/files/usr/sbin/policy-rc.d"
    chmod 755 "$folder/files/usr/sbin/policy-rc.d"
    # a root that is lost is made again
    echo force-unsafe-io >"$folder/files/etc/dpkg/dpkg.cfg.d/unsafe-io"
    chroot "$folder/files" useradd --create-home --uid 1000 --shell /bin/bash person
    touch "$folder/made"
  fi
  echo "$folder/files"
}

# root_layer SUITE NAME LAYERS PACKAGE...: prints LAYERS with one more that has PACKAGEs, made if it is not there.
# A PACKAGE may be a choice, as in a control file: the first that SUITE has.
root_layer () {
  local folder=$roots_folder/$1/$2 layers=$3 wanted
  shift 3
  wanted="$layers: $*"
  if [ "$(cat "$folder/made" 2>/dev/null)" != "$wanted" ]; then
    rm -rf "$folder"
    mkdir -p "$folder"
    root_run "$layers" "$folder" sh -c \
      'apt-get update -q && apt-get satisfy -q -y --no-install-recommends "$@"' sh "$@" >"$folder/log" 2>&1 \
      || { tail -n 20 "$folder/log" >&2; return 1; }
    echo "$wanted" >"$folder/made"
  fi
  echo "$layers $folder/files"
}
