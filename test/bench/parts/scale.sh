#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# bench: mem=1800 timeout=1800
#
# Cost of a packet by number of flows in the set.  The flows are added in an
# order that is not that of their numbers; packets take turns over 257 of them
# (over all of fewer, but an odd number).
#
#   scale.BACK.SIDE.SIDS.FLOWS.WHAT
#
# WHAT as in path.sh, and mean: as own, but of the mean without the slowest
# hundredth; chains of a hash table show in it, where the median has none.
# shellcheck source=test/bench/lib.sh
. ./lib.sh
# shellcheck disable=SC2119 # set_make has options or none
# shellcheck source=test/bench/path_lib.sh
. ./path_lib.sh

turns_most=257
backs='nft legacy'
counts_of_2='1 100 1000 10000 100000 1000000'
counts_of_16='1 100 10000 100000'
if [ -n "$BENCH_SHORT" ]; then
	backs=nft
	counts_of_2='1 10000'
	counts_of_16='1 10000'
fi

# turns_of FLOWS: over how many packets take turns
turns_of() {
	odd $(($1 < turns_most ? $1 : turns_most))
}

# settled: returns when the set's hash table does not grow any more
settled() {
	local before='' after
	for ((tries = 0; tries < 100; tries++)); do
		idle
		after=$(ipset list -t $set_name | grep '^Header:')
		[ "$before" != "$after" ] || return 0
		before=$after
	done
	echo "the set's hash table does not settle: $after"
	return 1
}

# ways COMMAND...: run it for each back end and side, which are $back and $side, with
# their hooks
ways() {
	for back in $backs; do
		for side in src dst; do
			hooks_on "$back" $side
			"$@"
			hooks_off "$back"
		done
	done
}

# without SIDS TURNS...: empty hooks and the floor
without() {
	local n=$1 names=() turns
	shift
	for turns in "$@"; do
		names+=("$back.$side.$n.$turns")
		case_is "$back.$side.$n.$turns" "$(kind_of "$side")" 17 "$n" 0 "$turns"
	done
	sweep empty "${names[@]}"
	sweep_rule floor "$back" "$side" hit "${names[@]}"
}

# with SIDS FLOWS
with() {
	local name
	name=$back.$side.$1.$(turns_of "$2")
	sweep_rule rule "$back" "$side" hit "$name"
	figures "scale.$back.$side.$1.$2" "$name"
	figure "scale.$back.$side.$1.$2.mean" \
		$((${average[rule.$name]} - ${average[floor.$name]})) instructions
}

# by_flows SIDS FLOWS...
by_flows() {
	local n=$1 count turns=()
	shift
	readarray -t turns < <(for count in "$@"; do turns_of "$count"; done | sort -un)
	steer "$n" $turns_most
	type_is floor 1
	set_make
	ways without "$n" "${turns[@]}"
	set_gone
	type_is real
	for count in "$@"; do
		set_make
		set_fill "$n" "$count"
		settled
		ways with "$n" "$count"
		set_gone
		idle
	done
}

router_up
# shellcheck disable=SC2086 # lists
{
	by_flows 2 $counts_of_2
	by_flows 16 $counts_of_16
}
type_is none
