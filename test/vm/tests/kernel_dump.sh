#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# vm: smp=2 icount=no kernels=6.1,6.12 mem=1024 timeout=240 seconds=21
#
# Large sets: 100,000 flows come in through one restore and are dumped, by the library
# and by ipset, while 10,000 others come and go. Every dump has each of the 100,000
# exactly once, and nothing twice. The memory that the set says it takes is what the
# allocators gave.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../memory.sh"

plan 14
flows=100000
others=10000

node_add node
# Those of group fc00 for lib_probe.
awk -v count=$flows 'BEGIN {
	for (i = 0; i < count; i++)
		printf "add big fc00::%x:%x,fcff::1\n", int(i / 65536), i % 65536
}' >"$tmp/add"

entries() {
	on node ipset list -t big | sed -n 's/^Number of entries: //p'
}

on node ipset create big hash:sr6flow maxelem 200000
before=$(settled_memory)
check "one restore brings $flows flows" on node ipset restore -file "$tmp/add"
after=$(settled_memory)
is "$(entries)" $flows "the set has $flows flows"

# The allocators keep whole pages and chunks, so they may show a little more.
memsize=$(on node ipset list -t big | sed -n 's/^Size in memory: //p')
per_flow=$((memsize / flows))
seen=$(((after - before) * 1024 / flows))
diag "memory per flow: $per_flow bytes by MEMSIZE, $seen by the allocators"
within "$per_flow" 128 $((384 + 64 * $(nproc))) "a flow takes no more than it may"
memory_within "$seen" 128 $((384 + 64 * $(nproc))) "nor by the allocators' view"
memory_within "$((per_flow * 100 / seen))" 90 105 "MEMSIZE is true"

churning() {
	[ "$(entries)" -gt $flows ]
}

start node lib_probe churn big fd00 $others >"$tmp/churn"
churn=$started
check "others come and go" wait_for 60 churning
if seen=$(on node lib_probe complete big fc00 $flows 3 2>"$tmp/complete"); then
	ok "three dumps have all flows that stayed, each once"
else
	not_ok "three dumps have all flows that stayed, each once" \
		"$(head -n 3 "$tmp/complete")"
fi
on node ipset save big >"$tmp/dump"
is "$(sort "$tmp/dump" | uniq -d | wc -l) $(grep -c '^add big fc00:' "$tmp/dump")" \
	"0 $flows" "so has a dump of ipset"
stop "$churn"
diag "$(cat "$tmp/churn") changes beside the dumps, $seen flows of the others seen"
within "$(cat "$tmp/churn")" $((2 * others)) 10000000 "they went on to the end"
is "$(grep -c '^add big fc00:' <(on node ipset save big))" $flows \
	"afterwards the set has $flows flows again"

# A dump that its reader leaves in the middle holds nothing back.
on node bash -c 'ipset save big | head -n 10 >/dev/null || true'
check "flush" on node ipset flush big
is "$(on node ipset list big | sed -n '/^Members/,$p')" "Members:" \
	"a flushed set is empty"
check "destroy" on node ipset destroy big

memory_back() {
	[ $(($(kernel_memory) - before)) -lt $(((after - before) / 5)) ]
}
check "the memory comes back" wait_for 30 memory_back
