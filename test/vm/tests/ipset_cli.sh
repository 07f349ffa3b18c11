#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# vm: icount=yes kernels=6.1,6.12 quick=yes timeout=180 seconds=18
#
# The distribution's ipset on sets of type hash:sr6flow: every command, every
# output, streams, by the transcript ipset_cli.txt. Sentences for bad elements are
# test_element's, what the kernel refuses is kernel_attributes' and kernel_set's.
# shellcheck disable=SC2034,SC2329 # the transcript uses them
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../transcript.sh"

at_exit ipset destroy

facts() {
	ipset list "$1" | sed 's/^\(Size in memory:\).*/\1 N/'
}

timeless() {
	sed 's/timeout [1-9][0-9]*/timeout N/' | sort
}

# sids COUNT [GROUP]: a SID list with zero bytes in every SID
sids() {
	seq -f "fcff:${2:-0}:%g::" -s , "$1"
}

# fill SET AT GROUP: flows of 1 to 16 SIDs, with counters of both colours and, with SIDs of
# the group, without; AT is @ for flows with a source
fill() {
	local n
	for n in {1..16}; do
		ipset add "$1" "flow.$n=${2:+fcff:$n::@}$(sids "$n" 1),0x00010000" \
			packets "$n" bytes $((n * 1500))
		ipset add "$1" "${2:+fcff:$n::@}$(sids "$n" 1),0x00020000" packets $((n + 1))
		ipset add "$1" "${2:+fcff:1$n::@}$(sids "$n" "$3")"
	done
}

saved() {
	local set
	for set; do
		ipset save "$set"
	done
}

# same_after_restore SET...: save, destroy, restore give back the sets
same_after_restore() {
	local set
	saved "$@" >"$tmp/stream"
	for set; do
		ipset destroy "$set"
	done
	ipset restore -file "$tmp/stream"
	diff <(sort "$tmp/stream") <(saved "$@" | sort)
}

name31=l1234567890123456789012345678
one=fcff:ffff:ffff:ffff:ffff:ffff:ffff:ffff
sixteen=$(printf "$one,%.0s" {1..16})
longest=x23456789012345678901234567890z=$one@${sixteen}0x00020000
counters="packets 18446744073709551614 bytes 18446744073709551614 skbmark 0xffffffff/0xfffffffe skbprio ffff:ffff skbqueue 65535"

transcript "$(dirname "$0")/ipset_cli.txt"
