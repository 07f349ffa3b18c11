#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# vm: icount=yes kernels=6.1,6.12 debug=short timeout=180 seconds=6
#
# A set that stood in for another, while "ipset swap" had given it the other's rule, and
# counted in its place: both are other instances for whoever reads them, however often
# it happens. So is a set that is asked by a rule and through a list of sets. Nothing
# else changes an instance.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../packets.sh"

# instance SET: as a reader finds it
instance() {
	on router lib_probe witnesses "$1" | head -n 1 | cut -d ' ' -f 2
}

# instances: of both sets, into $a and $b
instances() {
	a=$(instance rx)
	b=$(instance other)
}

# same SET VALUE DESCRIPTION, and not_same
same() {
	is "$(instance "$1")" "$2" "$back: $3"
}
not_same() {
	local now
	now=$(instance "$1")
	check "$back: $3" test -n "$now" -a "$now" != "$2"
}

packet() {
	echo "ip srh sids=fcff:1:: ip udp"
	echo "ip srh sids=fcff:2:: ip udp"
}

counts() {
	echo "PREROUTING -m set --match-set $1 dst"
}

swap() {
	on router ipset swap rx other
}

# stand_in: the rules ask the other set, for once
stand_in() {
	swap
	send < <(packet)
	swap
}

topo_probe
on router ipset create last hash:sr6flow
on router ipset add last fcff:ffff::
on router ipset create rx hash:sr6flow
on router ipset create other hash:sr6flow netmask 128
on router ipset add rx fcff:1::
on router ipset add other fd00:5::1@fcff:3::
on router ipset create both list:set

for back in nft legacy; do
	rules $back "$(counts rx)" "$(counts last)"
	send < <(packet)
	instances
	send < <(packet)
	same rx "$a" "packets change nothing"
	swap
	swap
	same rx "$a" "a swap and back between two packets has lost none"
	stand_in
	not_same rx "$a" "a packet that went to the other set is noticed"
	not_same other "$b" "by the other set, too"
	for i in 1 2 3; do
		instances
		stand_in
		not_same rx "$a" "and again ($i)"
	done

	instances
	swap
	send < <(packet)
	on router ipset list other >"$tmp/swapped"
	on router ipset list rx >>"$tmp/swapped"
	swap
	not_same rx "$a" "it is noticed although both were read while they were swapped"

	rules $back "$(counts rx)" "$(counts other)" "$(counts last)"
	send < <(packet)
	instances
	send < <(packet)
	same rx "$a" "two rules for two sets change nothing"
	stand_in
	not_same rx "$a" "sets that have a rule each are noticed"
	not_same other "$b" "both"

	rules $back "$(counts both)" "$(counts last)"
	on router ipset add both rx
	on router ipset add both other
	send < <(packet)
	instances
	send < <(packet)
	same rx "$a" "a list of sets changes nothing"
	same other "$b" "neither in its other member"

	rules $back "$(counts rx)" "$(counts both)" "$(counts last)"
	for i in 1 2 3; do
		send < <(packet)
		not_same rx "$a" "a rule and a list of sets are noticed ($i)"
		instances
	done
	same other "$b" "not by the member without a rule of its own"
	for member in rx other; do
		on router ipset del both $member
	done
	send < <(packet)
	instances
	send < <(packet)
	same rx "$a" "once it has left the list, packets change nothing"

	rules $back "$(counts rx)" "$(counts last)"
	send < <(packet)
	instances
	rules $back "$(counts other)" "$(counts rx)" "$(counts last)"
	send < <(packet)
	same rx "$a" "a new rule for another set changes nothing"
	rules $back
done
