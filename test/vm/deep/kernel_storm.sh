#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# vm: smp=4 icount=no kernels=6.1,6.12 timeout=600 mem=1024
#
# A storm on four CPUs: packets that mark, count, learn and forget, requests,
# swaps, dumps, toggles, written counters, expiring flows, and namespaces that
# die while packets come in (test/tools/storm.c). What must hold is looked at all
# the time, and all sums when nothing is sent any more. Then everything goes, the
# module, too, and comes again for the other back end.
#
# VM_STORM, which the kernel's command line can carry to here, scales the
# number of operations in percent; VM_SEED repeats the choices of a run.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../packets.sh"

operations=$((2000 * ${VM_STORM:-100} / 100))
phases=2
seed=${VM_SEED:-$SRANDOM}

# sets_stream: what storm and its rules need, as a stream for ipset restore
sets_stream() {
	printf 'create %s hash:sr6flow hashsize 64%s\n' \
		rx ' timeout 0' rx2 ' timeout 0' tx '' tx2 '' out ' skbinfo' \
		loose ' timeout 1 forceadd' learn ' timeout 1 maxelem 300'
}

# Only tx marks: by swaps, the flows of any packet come into the others.
rule_lines() {
	cat <<-'END'
		*mangle
		-A PREROUTING -m set --match-set rx dst
		-A PREROUTING -m set --match-set loose dst -j SET --del-set learn src
		-A PREROUTING -j SET --add-set learn src --exist --timeout 1
		-A POSTROUTING -m set --match-set tx src
		-A POSTROUTING -m set --match-set out dst
		COMMIT
	END
}

# The namespace of a moment: a wire from the tester, sets with flows, rules.
namespace_script() {
	local i
	{
		sets_stream
		for ((i = 0; i < 700; i++)); do
			printf 'add rx fcff:3:%x::1,fcff:3:%x::2 timeout %d\n' \
				$i $i $((i % 2))
			printf 'add loose fcff:3:%x::1,fcff:3:%x::2\n' $i $i
		done
	} >"$tmp/dying.sets"
	rule_lines >"$tmp/dying.rules"
	cat >"$tmp/dying" <<-END
		set -e
		ip -batch - <<-LINES
			link add in type veth peer name dying netns ${node_ns[tester]}
			link set in address $router_mac up
			addr add fd00:5::ff/64 dev in nodad
			neigh replace fd00:5::1 lladdr $tester_mac nud permanent dev in
			route add default via fd00:5::1 dev in
		LINES
		echo 1 >/proc/sys/net/ipv6/conf/all/forwarding
		ipset restore -file "$tmp/dying.sets"
		ip6tables-$1-restore <"$tmp/dying.rules"
		ip -n "${node_ns[tester]}" link set dying up
	END
}

unloaded() {
	rmmod ip_set_hash_sr6flow
}

# storm_round BACKEND SEED
storm_round() {
	local status=0
	diag "$1: seed $2, $operations operations"
	sets_stream | on router ipset restore
	rule_lines | on router "ip6tables-$1-restore"
	namespace_script "$1"
	on router storm "$2" "$operations" "$phases" "${node_ns[tester]}" \
		"$router_mac" "$tmp/dying" >"$tmp/points" 2>"$tmp/said" ||
		status=$?
	relay "$1" <"$tmp/points"
	diag "$(cat "$tmp/said")"
	is "$status" 0 "$1: the storm came to its end"
	rules "$1"
	check "$1: all sets are destroyed" wait_for 20 on router ipset destroy
	check "$1: the module unloads" wait_for 60 unloaded
	modprobe ip_set_hash_sr6flow
}

topo_probe
modprobe ip_set_hash_sr6flow
storm_round nft "$seed"
storm_round legacy $((seed + 1))
