#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# vm: smp=4 icount=no kernels=6.1-debug timeout=600 seconds=29
#
# Every allocation that a packet causes fails once: the module loses no packet,
# marks and counts both or neither, and counts exactly when a CPU cannot have
# a page for its counters; a flow that cannot be learned is learned by the next
# packet. No memory is lost, for which the runner looks when all is over.
#
#   failnth ── tun "in" router tun "out" ── failnth
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../faults.sh"
. "$(dirname "$0")/../packets.sh"

each=3000
flow=fc00::1,fc00::2

# through_rule NAME RULE: with an empty set t
through_rule() {
	rules nft "$2"
	faulty packet router packet t in out "$1"
	rules nft
}

counted_is() {
	is "$(on router ipset save t | sed -n 's/.* packets \([0-9]*\) .*/\1/p')" "$1" "$2"
}

memory() {
	on router ipset list -t t | sed -n 's/^Size in memory: //p'
}

faults_ready
node_tuns router
on router ipset create t hash:sr6flow
through_rule count "PREROUTING -m set --match-set t dst"
through_rule mark "PREROUTING -m set --match-set t src"
through_rule mark-held "PREROUTING -m set --match-set t src"
through_rule learn "PREROUTING -j SET --add-set t src"

# No CPU gets a page: all count in the one that they share. Nothing else on the
# way of these packets is an allocation that may not sleep.
on router ipset add t "$flow"
empty=$(memory)
rules nft "PREROUTING -m set --match-set t src -j DROP"
echo Y >"$faults/failslab/ignore-gfp-wait"
echo Y >"$faults/failslab/task-filter"
echo -1 >"$faults/failslab/times"
echo 100 >"$faults/failslab/probability"
faulty "without pages" router flood in 4 $each
echo 0 >"$faults/failslab/probability"
is "$(memory)" "$empty" "no CPU had a page"
counted_is $((4 * each)) "four CPUs without pages count every packet"

# The same flow goes on in pages.
faulty "with pages" router flood in 4 $each
is "$(($(memory) - empty))" $((4 * 4096)) "now each CPU has a page"
counted_is $((8 * each)) "both count together"
on router ipset -exist add t "$flow,0x00010000" packets 7 bytes 7
counted_is 7 "a counter that is written is what was written"
faulty "after the write" router flood in 1 5
counted_is 12 "it counts on from there"

# What took the place of the flow has nothing of it.
on router ipset del t "$flow"
on router ipset add t "$flow"
counted_is "" "a new flow starts from zero"
rules nft
on router ipset destroy t
