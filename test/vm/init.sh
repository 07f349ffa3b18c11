#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The guest's first process.  /job, put there by run.sh or guest.sh, says what
# to do: job/tests lists tests ("FILE SECONDS" each), job/command is a script
# to run, neither of them means an interactive shell.  job/host: /host shows
# the host's files.
#
# ttyS0 is the kernel's console, ttyS1 the results port.  The machine is
# switched off when all is done; only a run that got to its very end says so.
set -u

export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin
export HOME=/root TERM=dumb LANG=C.UTF-8

mount -t proc proc /proc
mount -t sysfs sys /sys
mount -t devtmpfs dev /dev
mkdir -p /dev/pts /dev/shm
mount -t devpts devpts /dev/pts
mount -t tmpfs tmpfs /dev/shm
mount -t tmpfs tmpfs /run
mount -t tmpfs tmpfs /tmp
mount -t debugfs debugfs /sys/kernel/debug
mount -t tracefs tracefs /sys/kernel/tracing 2>/dev/null
ln -s /proc/self/fd /dev/fd
ln -s fd/0 /dev/stdin
ln -s fd/1 /dev/stdout
ln -s fd/2 /dev/stderr
mkdir -p /run/netns /run/lock
ulimit -n 65536
ip link set lo up

# The tests' addresses and neighbours are static: nothing may be sent on its
# own.  New namespaces inherit the interface defaults.
settings=(kernel.hostname=guest net.ipv6.conf.default.addr_gen_mode=1 net.ipv6.mld_qrv=1 net.core.devconf_inherit_init_net=1)
# A burst waits until a processor that is late has taken it: what is lost between
# two namespaces is in no counter of netem.
settings+=(net.core.netdev_max_backlog=100000)
for where in all default; do
	settings+=("net.ipv6.conf.$where."{accept_dad,dad_transmits,accept_ra,autoconf,router_solicitations}'=0')
	settings+=("net.ipv6.conf.$where.mldv"{1,2}_unsolicited_report_interval=1)
done
sysctl -qw "${settings[@]}"

# What host_run needs; /host is empty when the guest is not to see the host.
if [ -e /job/host ]; then
	modprobe -a virtio_pci 9pnet_virtio 9p
	mount -t 9p -o ro,trans=virtio,version=9p2000.L,cache=loose,msize=262144 \
		host /host
	# A test's own mounts below /tmp are the host programs', too.
	mount --make-shared /tmp
	for where in proc sys dev run tmp; do
		mount --rbind "/$where" "/host/$where"
	done
	mount --bind /test /host/mnt
fi

# No translation of line ends on the way to the host.
stty -F /dev/ttyS1 raw -echo
if [ -e /job/tests ]; then
	bash /test/runner.sh 3>/dev/ttyS1
elif [ -e /job/command ]; then
	cd /root || exit 1
	status=0
	bash /job/command </dev/null >/dev/ttyS1 2>&1 || status=$?
	echo "guest command ended with status $status" >/dev/console
else
	stty -F /dev/ttyS1 sane
	cd /root || exit 1
	setsid -c bash -i </dev/ttyS1 >/dev/ttyS1 2>&1
fi
# What was written must have left the serial port.
stty -F /dev/ttyS1 sane
sync
echo o >/proc/sysrq-trigger
while :; do
	sleep 1
done
