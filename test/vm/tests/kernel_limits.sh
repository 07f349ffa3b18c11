#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# vm: icount=yes kernels=6.1,6.12 mem=1024 timeout=240 seconds=64
#
# What a user who is root in a user namespace of his own only can do with sets,
# and what not: see and change those of another namespace, take more memory than
# maxelem flows of the documented size, or than his control group may, make the
# kernel warn, or fill its log.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../memory.sh"

flows=20000
# kernel/README.md, "Memory": a flow at its largest, without counters of CPUs;
# and a set without flows.
flow_most=816
set_most=20480
group=/sys/fs/cgroup/sr6flow
group_most=$((24 << 20))

nobody() {
	setpriv --reuid nobody --clear-groups "$@"
}

# user COMMAND...: in the namespaces that the user made
user() {
	nobody nsenter --preserve-credentials -U -n -t "$holder" "$@"
}

user_entered() {
	[ "$(readlink "/proc/$holder/ns/net")" != "$(readlink /proc/self/ns/net)" ] &&
		user ip link set lo up
}

# takes BYTES MOST NAME
takes() {
	diag "$3: $1 bytes"
	memory_within "$1" $(($2 / 4)) "$2" "$3"
}

entries() {
	user ipset list -t "$1" | sed -n 's/^Number of entries: //p'
}

# lines_since MARK: what the kernel logged of sets since
lines_since() {
	dmesg | sed -n "/$1\$/,\$p" | grep -c 'Set .* is full' || true
}

# large_flows FIRST: 16 SIDs, a name of 31 characters, written counters
large_flows() {
	awk -v first="$1" -v count=$flows 'BEGIN {
		for (i = first; i < first + count; i++) {
			sids = sprintf("fcff:%x:%x::1", int(i / 50000), i % 50000)
			for (j = 2; j <= 16; j++)
				sids = sids ",fcff::" j
			printf "add large n%030d=%s,0x00010000 packets 1 bytes 1\n", i, sids
		}
	}'
}

# The module comes when the user asks for a set, as any type does.
! [ -e /sys/module/ip_set_hash_sr6flow ] || rmmod ip_set_hash_sr6flow
setpriv --reuid nobody --clear-groups unshare -Urn sleep 86400 &
holder=$!
at_exit kill "$holder"
wait_for 20 user_entered
ok "the user makes a user and a network namespace"
check "the user makes a set, and the module comes" \
	user ipset create mine hash:sr6flow

# Sets of others.
node_add router
on router ipset create theirs hash:sr6flow
on router ipset add theirs fcff:1::1,fcff:2::1,0x00010000 packets 5 bytes 500
on router ipset create mine hash:sr6flow
before=$(on router ipset save)
is "$(user ipset list -n)" mine "the user sees his set and no other"
for what in "list theirs" "flush theirs" "destroy theirs" \
	"add theirs fcff::1" "del theirs fcff:1::1,fcff:2::1" \
	"rename theirs ours" "swap mine theirs" "add theirs 0x00020000"; do
	# shellcheck disable=SC2086 # words
	check_fails "the user cannot $what" "does not exist|doesn't exist" \
		user ipset $what
done
check "the user changes his own" user ipset add mine fcff:9::1
check "the user flushes his own" user ipset flush
is "$(on router ipset save)" "$before" "the others' sets are as they were"
check_fails "without a network namespace of his own he can nothing" \
	"permitted|denied" nobody unshare -Ur ipset create other hash:sr6flow
check_fails "nor in the others' namespace" "permitted|denied" \
	nobody unshare -Ur nsenter --net="/run/netns/${node_ns[router]}" ipset list
is "$(on router ipset save)" "$before" "the others' sets are still as they were"

# Options that nobody gives.
before=$points
user badrequest sets >"$tmp/answers" || true
relay "create" <"$tmp/answers"
user ipset create s hash:sr6flow
user badrequest flows s >"$tmp/answers" || true
relay "as the user" <"$tmp/answers"
is $((points - before)) 83 "all requests were made"
check_fails "a set name of 32 characters" "too long|Syntax error" \
	user ipset create a2345678901234567890123456789012 hash:sr6flow
user ipset destroy

# Sets without flows, as large as they can be asked for.
before=$(settled_memory)
for ((i = 0; i < 500; i++)); do
	echo "create e$i hash:sr6flow hashsize 4294967295 maxelem 4294967295"
done | user ipset restore
seen=$((($(settled_memory) - before) * 1024 / 500))
takes "$seen" $set_most "a set without flows takes no more than it may"
user ipset destroy

# Flows, as large as they can be.
user ipset create large hash:sr6flow maxelem $flows
before=$(settled_memory)
large_flows 0 | user ipset restore
seen=$((($(settled_memory) - before) * 1024 / flows))
takes "$seen" $flow_most "a flow takes no more than it may"

# What does not fit changes nothing, and is not in the log either.
echo '<5>sr6flow-limits: full' >/dev/kmsg
for i in {1..20}; do
	! user ipset add large "fcff:ffff::$i" 2>/dev/null || break
done
is "$(entries large)" $flows "a full set takes no more flows"
is "$(lines_since 'sr6flow-limits: full')" 0 \
	"requests that are refused are not in the log"

# Others in their place, again and again: nothing accumulates.
user ipset destroy large
user ipset create large hash:sr6flow maxelem $flows forceadd
for i in 1 2 3; do
	large_flows $((i * flows)) | user ipset restore
done
seen=$((($(settled_memory) - before) * 1024 / flows))
takes "$seen" $flow_most "a set that forgets takes no more"
is "$(entries large)" $flows "and has as many flows as it may"
user ipset destroy large

# Packets that learn into a full set: the operator is told, but not all the time.
user ipset create learn hash:sr6flow maxelem 10
user ip6tables -t mangle -A OUTPUT -j SET --add-set learn src
for ((i = 0; i < 3000; i++)); do
	printf 'ip src=::1 dst=::1 srh sids=::1,fcff::%x ip udp\n' $i
done >"$tmp/packets"
echo '<5>sr6flow-limits: learn' >/dev/kmsg
began=$SECONDS
user srpacket raw lo <"$tmp/packets" >/dev/null
is "$(entries learn)" 10 "packets fill the set"
lines=$(lines_since 'sr6flow-limits: learn')
within "$lines" 1 $((10 * (2 + (SECONDS - began) / 5))) \
	"the log says so, ten times in five seconds at most"
user ip6tables -t mangle -F OUTPUT
user ipset destroy

# A control group. What it may not have it does not get, and all goes on.
mount -t cgroup2 none /sys/fs/cgroup
at_exit umount /sys/fs/cgroup
echo +memory >/sys/fs/cgroup/cgroup.subtree_control
mkdir $group
at_exit rmdir $group
echo $group_most >$group/memory.max

# limited COMMAND...: of the user, in the group
limited() {
	bash -c 'echo $$ >"$1/cgroup.procs"; shift; exec "$@"' - $group \
		setpriv --reuid nobody --clear-groups \
		nsenter --preserve-credentials -U -n -t "$holder" "$@"
}

killed() {
	sed -n 's/^oom_kill //p' $group/memory.events
}

user ipset create limited hash:sr6flow maxelem 10000000
status=0
limited lib_probe exhaust limited fc 1000000 || status=$?
is "$status" 12 "an add beyond the group's memory fails with ENOMEM"
is "$(killed)" 0 "nobody was killed for it"
held=$(entries limited)
memsize=$(user ipset list -t limited | sed -n 's/^Size in memory: //p')
diag "$held flows, $memsize bytes by MEMSIZE, $(cat $group/memory.current) charged"
within "$held" 20000 500000 "as many flows as fit"
within "$memsize" $((group_most / 2)) $((group_most * 5 / 4)) \
	"the set is what the group has paid for"
is "$(user ipset save limited | grep -c ^add)" "$held" "the set can be listed"
check "flows can be deleted" user ipset del limited fc::,fcff::1
check "and added by others" user ipset add limited fc::,fcff::1
check "the colour can be changed" user ipset add limited 0x00020000
user ipset flush limited
charge_gone() {
	[ "$(cat $group/memory.current)" -lt $((group_most / 3)) ]
}
check "a flush gives the group its memory back" wait_for 30 charge_gone
status=0
limited lib_probe exhaust limited fd 1000000 || status=$?
is "$status" 12 "the group can use it again"
within "$(entries limited)" $((held * 8 / 10)) $((held * 12 / 10)) "as much as before"
user ipset destroy
check "a destroyed set gives it back, too" wait_for 30 charge_gone
