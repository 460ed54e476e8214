#!/bin/sh
# HOST as a member of the cluster of cluster.sh: with names, processes and folders of its own.
set -eu
hostname "$HOST"
mount -t proc proc /proc
for folder in /var/lib/pacemaker /var/lib/corosync /var/log/pacemaker /dev/shm; do
    mount -t tmpfs tmpfs $folder
done
mkdir -p /var/lib/pacemaker/cib /var/lib/pacemaker/pengine /var/lib/pacemaker/cores
chown -R hacluster:haclient /var/lib/pacemaker /var/log/pacemaker
# Corosync and Pacemaker note their process ids in /run.
mount --rbind /run/world /mnt
mount -t tmpfs tmpfs /run
mkdir /run/world
mount --move /mnt /run/world
corosync -f &
sleep 1
exec pacemakerd
