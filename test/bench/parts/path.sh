#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# bench: mem=768 timeout=600
#
# Cost of a packet of a flow that is in the set, by length of the SID list:
# marking and counting side, both back ends.  65 flows of each length are in
# the set, and packets take turns over them.
#
#   path.BACK.SIDE.SIDS.WHAT
#
# BACK is nft, legacy, or nft-source: nft, and a set with netmask 128.
# WHAT is, in instructions per packet: total, p99 (the path with the rule),
# empty (the path with empty hooks), delta (total less empty), floor (the delta
# of a rule with a type that answers at once), own (delta less floor).
# path.none.SIDE.SIDS.total is the path without any hook.
# shellcheck source=test/bench/lib.sh
. ./lib.sh
# shellcheck disable=SC2119 # set_make has options or none
# shellcheck source=test/bench/path_lib.sh
. ./path_lib.sh

flows=65
[ -z "$BENCH_SHORT" ] || lists='1 2 16'

router_up
# All else makes sense only if the clock counts instructions.
read -r _ ticks _ reading <$parameters/clock
figure path.clock.ticks "$ticks" ticks
figure path.clock.reading "$reading" instructions
[ "$ticks" -eq 1000 ]

for n in $lists; do
	steer "$n" $flows
	case_is "src.$n" steered 17 "$n" 0 $flows
	case_is "dst.$n" srv6 17 "$n" 0 $flows
done

# measure BACK SIDE NAME...
measure() {
	local back=${1%-source} of=$1 side=$2 n name options=''
	shift 2
	[ "$of" = "$back" ] || options='netmask 128'
	hooks_on "$back" "$side"
	sweep empty "$@"
	type_is floor 1
	set_make
	sweep_rule floor "$back" "$side" hit "$@"
	set_gone
	type_is real
	# shellcheck disable=SC2086 # words
	set_make $options
	for n in $lists; do
		if [ -n "$options" ]; then
			set_fill_source "$n" $flows
		else
			set_fill "$n" $flows
		fi
	done
	sweep_rule rule "$back" "$side" hit "$@"
	set_gone
	hooks_off "$back"
	for name in "$@"; do
		figures "path.$of.$name" "$name"
	done
}

for side in src dst; do
	# shellcheck disable=SC2086 # a list
	readarray -t names < <(printf "$side.%s\n" $lists)
	sweep none "${names[@]}"
	for name in "${names[@]}"; do
		figure "path.none.$name.total" "${cost[none.$name]}" instructions
	done
	for back in nft legacy nft-source; do
		measure $back $side "${names[@]}"
	done
done
type_is none
