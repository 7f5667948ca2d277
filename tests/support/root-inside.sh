# SPDX-FileCopyrightText: 2026 The Keyfob authors
# SPDX-License-Identifier: BSD-3-Clause
#
# root-inside.sh LAYERS TOP SHARED ARCHIVES COMMAND...: what root_run of root.sh does in namespaces of its own.

set -eu
layers=$1 top=$2 shared=$3 archives=$4
shift 4

lower=
for layer in $layers; do
  lower=$layer${lower:+:$lower}
done
root=$top/root
mount -t overlay keyfob-root -o "lowerdir=$lower,upperdir=$top/files,workdir=$top/work" "$root"
mount -t proc proc "$root/proc"
mount -t tmpfs tmpfs "$root/run"
mount -t tmpfs -o mode=1777 tmpfs "$root/tmp"
mount --rbind /dev "$root/dev"
mount -t tmpfs -o mode=1777 tmpfs "$root/dev/shm"
mount --bind "$shared" "$root/mnt"
mkdir -p "$archives"
mount --bind "$archives" "$root/var/cache/apt/archives"
# names are looked up as outside
for name in resolv.conf hosts; do
  cp -L "/etc/$name" "$root/run/$name"
  touch "$root/etc/$name"
  mount --bind "$root/run/$name" "$root/etc/$name"
done
# and the authorities that this machine trusts are trusted there, once ca-certificates is installed
authorities=usr/local/share/ca-certificates
if [ -d "/$authorities" ]; then
  mkdir -p "$root/$authorities"
  mount --bind "/$authorities" "$root/$authorities"
fi
eval "$(apt-config shell http_proxy Acquire::http::Proxy)"
# not chroot, in which no program can make a sandbox: the old root lies over the new one, and goes
cd "$root"
pivot_root . .
umount --lazy .
cd /
exec env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root TERM=dumb \
  LC_ALL=C.UTF-8 DEBIAN_FRONTEND=noninteractive ${http_proxy:+"http_proxy=$http_proxy"} \
  ${KEYFOB_TEST_SERVER:+"KEYFOB_TEST_SERVER=$KEYFOB_TEST_SERVER"} "$@"
