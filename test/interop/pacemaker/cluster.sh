#!/bin/sh
# A cluster of this machine, PEER, and a node that does not answer, HOST. Pacemaker finds it lost, and fences it.
# Once there is a file `return`, HOST answers, from a network of its own.
# /run/world has what the page tells an operator to install, and `api`, a socket to Doctor.
set -eu
ip link set lo up
sh -c 'exec unshare --net sleep infinity' &
network=$!
until [ "$(readlink /proc/$network/ns/net)" != "$(readlink /proc/self/ns/net)" ]; do sleep 0.1; done
ip link add to-host type veth peer name to-peer netns $network
ip addr add 192.0.2.1/24 dev to-host
ip link set to-host up
at_host() { nsenter --net=/proc/$network/ns/net "$@"; }
at_host ip link set lo up
at_host ip addr add 192.0.2.2/24 dev to-peer
at_host ip link set to-peer up
hostname "$PEER"
groupadd --system haclient
useradd --system --gid haclient --home-dir /var/lib/pacemaker hacluster
mkdir -p /var/lib/pacemaker/cib /var/lib/pacemaker/pengine /var/lib/pacemaker/cores /var/log/pacemaker \
    /var/lib/corosync /etc/corosync /etc/doctor
chown -R hacluster:haclient /var/lib/pacemaker /var/log/pacemaker

install -m 755 /run/world/doctor-report.sh /run/world/doctor-alert.sh /usr/local/bin/
install -m 640 -g haclient /run/world/report.conf /etc/doctor/report.conf
install -m 755 /run/world/fence_own /usr/sbin/fence_own
/run/node -e 'const net = require("node:net");
net.createServer((from) => from.pipe(net.connect("/run/world/api")).pipe(from)).listen(8099, "127.0.0.1")' &

cat >/etc/corosync/corosync.conf <<END
totem {
  version: 2
  cluster_name: doctor
  transport: udpu
  crypto_cipher: none
  crypto_hash: none
}
quorum {
  provider: corosync_votequorum
  two_node: 1
  wait_for_all: 0
}
nodelist {
  node {
    ring0_addr: 192.0.2.1
    name: $PEER
    nodeid: 1
  }
  node {
    ring0_addr: 192.0.2.2
    name: $HOST
    nodeid: 2
  }
}
END
corosync -f &
sleep 1
pacemakerd &
until cibadmin --query >/dev/null 2>&1; do sleep 0.5; done
cibadmin --modify --allow-create --scope alerts --xml-file /run/world/alert.xml
cibadmin --create --scope resources --xml-text "<primitive id='fencing' class='stonith' type='fence_own'>
<instance_attributes id='fencing-of'><nvpair id='fencing-host' name='pcmk_host_list' value='$HOST'/></instance_attributes></primitive>"
until [ -e /run/world/return ]; do sleep 0.5; done
at_host unshare --mount --pid --uts --ipc --fork --kill-child sh /run/world/member.sh &
wait
