#!/bin/sh
# Runs cluster.sh on a copy of this machine's files that is gone afterwards, with Debian's packages in it.
# enter.sh PACKAGES FOLDER: where the packages are unpacked; the folder with what cluster.sh reads.
# Run it by root in namespaces of its own (unshare --mount --net --pid --uts --ipc --fork).
set -eu
packages=$1 folder=$2
cp "$(dirname "$0")/cluster.sh" "$(dirname "$0")/member.sh" "$(dirname "$0")/fence_own" "$folder/"
mount --make-rprivate /
mkdir -p "$folder/root"
mount -t tmpfs tmpfs "$folder/root"
cd "$folder/root"
mkdir upper work merged
cp -a "$packages/." upper/
# Packages may have folders where Debian has links to /usr.
for name in bin sbin lib; do
    [ -d upper/$name ] || continue
    mkdir -p upper/usr/$name
    cp -a upper/$name/. upper/usr/$name/
    rm -r upper/$name
done
mount -t overlay overlay -o lowerdir=/,upperdir=upper,workdir=work merged
mount -t proc proc merged/proc
mount --rbind /dev merged/dev
mount -t tmpfs tmpfs merged/dev/shm
mount -t tmpfs tmpfs merged/run
mkdir merged/run/world
mount --bind "$folder" merged/run/world
touch merged/run/node
mount --bind "$NODE" merged/run/node
exec chroot merged /bin/sh /run/world/cluster.sh
