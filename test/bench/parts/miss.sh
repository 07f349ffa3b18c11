#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# bench: mem=768 timeout=600
#
# Cost of packets that are in no flow of the set, and of those that only a set with its
# mark mask in the Traffic Class matches.
#
#   miss.BACK.SIDE.MASK.CASE.WHAT
#
# MASK is tag (the default mask) or tclass; WHAT as in path.sh.  CASE:
#
#   unknown2, unknown16  SRv6 packets whose SID list is not in the set
#   udp, icmp, tcp       no SRv6: forwarded as they came
#   reduced              encapsulated without a Segment Routing Header (one SID,
#                        reduced): with tclass a hit, with tag no SRv6
#   known2               a hit
# shellcheck source=test/bench/lib.sh
. ./lib.sh
# shellcheck source=test/bench/path_lib.sh
. ./path_lib.sh

flows=65
router_up
# Flows from 1024 on are in no set.  A number that is a power of two, so that
# the routes of nearly all of them are as deep in their tree.
./bench_flows routes bench-out 2 1024 $flows | ip -batch -
./bench_flows routes bench-out 16 1024 $flows | ip -batch -
./bench_flows routes bench-out 2 0 $flows | ip -batch -
./bench_flows routes bench-out 1 0 $flows | sed 's/mode encap/mode encap.red/' |
	ip -batch -

# cases SIDE: on both sides the packets are the same when the rule sees them
cases() {
	local kind
	kind=$(kind_of "$1")
	case_is unknown2 "$kind" 17 2 1024 $flows
	case_is unknown16 "$kind" 17 16 1024 $flows
	case_is udp plain 17 1 0 $flows
	case_is icmp plain 58 1 0 $flows
	case_is tcp plain 6 1 0 $flows
	case_is known2 "$kind" 17 2 0 $flows
	case_is reduced "${kind/srv6/tunnel}" 17 1 0 $flows
}

# with_mask BACK SIDE MASK "MISSED..." "HIT..." [OPTION]...: the last are the
# set's
with_mask() {
	local back=$1 side=$2 mask=$3 name
	local -a missed hit
	read -ra missed <<<"$4"
	read -ra hit <<<"$5"
	shift 5
	type_is floor 0
	set_make "$@"
	sweep_rule floor "$back" "$side" miss "${missed[@]}"
	type_is floor 1
	sweep_rule floor "$back" "$side" hit "${hit[@]}"
	set_gone
	type_is real
	set_make "$@"
	set_fill 2 $flows
	set_fill 1 $flows
	sweep_rule rule "$back" "$side" miss "${missed[@]}"
	sweep_rule rule "$back" "$side" hit "${hit[@]}"
	set_gone
	for name in "${missed[@]}" "${hit[@]}"; do
		figures "miss.$back.$side.$mask.$name" "$name"
	done
}

backs='nft legacy'
[ -z "$BENCH_SHORT" ] || backs=nft
plain='udp icmp tcp'
for side in src dst; do
	cases $side
	for back in $backs; do
		hooks_on "$back" $side
		# shellcheck disable=SC2086 # a list
		sweep empty unknown2 unknown16 $plain reduced known2
		with_mask "$back" $side tag "unknown2 unknown16 $plain reduced" known2
		with_mask "$back" $side tclass "unknown2 unknown16 $plain" \
			"reduced known2" markmask 0x0c
		hooks_off "$back"
	done
done
type_is none
