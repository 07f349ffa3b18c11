#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# vm: smp=2 icount=no kernels=6.1,6.12 mem=1024 timeout=240 seconds=21
#
# Large sets: 100,000 flows come in through one restore and are dumped while
# 10,000 others come and go. Every dump has each of the 100,000 exactly once,
# and nothing twice. The memory that the set says it takes is what the
# allocators gave.
. "$(dirname "$0")/../lib.sh"
# shellcheck source=test/vm/memory.sh
. "$test_dir/memory.sh"

plan 18
flows=100000
others=10000

# flow_lines COMMAND COUNT PREFIX: "COMMAND big PREFIX:x:x::1,fcff:8::100"
flow_lines() {
	awk -v command="$1" -v count="$2" -v prefix="$3" 'BEGIN {
		for (i = 0; i < count; i++)
			printf "%s big %s:%x:%x::1,fcff:8::100\n", command,
				prefix, 1 + int(i / 50000), 1 + i % 50000
	}'
}

node_add node
flow_lines add $flows fc00 >"$tmp/add"
flow_lines add $others fd00 >"$tmp/come"
flow_lines del $others fd00 >"$tmp/go"
cut -d' ' -f3 "$tmp/add" | sort >"$tmp/stay"

on node ipset create big hash:sr6flow maxelem 200000
before=$(settled_memory)
check "one restore brings $flows flows" on node ipset restore -file "$tmp/add"
after=$(settled_memory)
is "$(on node ipset list -t big | sed -n 's/^Number of entries: //p')" $flows \
	"the set has $flows flows"

# The allocators keep whole pages and chunks, so they may show a little more.
memsize=$(on node ipset list -t big | sed -n 's/^Size in memory: //p')
per_flow=$((memsize / flows))
seen=$(((after - before) * 1024 / flows))
diag "memory per flow: $per_flow bytes by MEMSIZE, $seen by the allocators"
within "$per_flow" 128 $((384 + 64 * $(nproc))) "a flow takes no more than it may"
memory_within "$seen" 128 $((384 + 64 * $(nproc))) "nor by the allocators' view"
memory_within "$((per_flow * 100 / seen))" 90 105 "MEMSIZE is true"

come_and_go() {
	while [ -e "$tmp/busy" ]; do
		on node ipset restore -file "$tmp/come"
		on node ipset restore -file "$tmp/go"
		echo >>"$tmp/rounds"
	done
}

: >"$tmp/busy"
: >"$tmp/rounds"
come_and_go &
churn=$!
check "others come and go" wait_for 60 test -s "$tmp/rounds"
for i in 1 2 3; do
	on node ipset save big | awk '$1 == "add" { print $3 }' >"$tmp/dump$i"
	is "$(sort "$tmp/dump$i" | uniq -d | wc -l)" 0 "dump $i has no flow twice"
	is "$(grep '^fc00:' "$tmp/dump$i" | sort | cmp - "$tmp/stay" && echo same)" \
		same "dump $i has all flows that stayed"
done
rm "$tmp/busy"
wait "$churn"
diag "the others came and went $(wc -l <"$tmp/rounds") times, seen in dumps: $(cat "$tmp"/dump? | grep -c '^fd00:')"
within "$(wc -l <"$tmp/rounds")" 2 1000 "they went on to the end"
is "$(on node ipset list -t big | sed -n 's/^Number of entries: //p')" $flows \
	"afterwards the set has $flows flows again"

# A dump that its reader leaves in the middle holds nothing back.
# shellcheck disable=SC2016 # expanded there
on node bash -c 'ipset save big | head -n 10 >/dev/null || true'
check "flush" on node ipset flush big
is "$(on node ipset list big | sed -n '/^Members/,$p')" "Members:" \
	"a flushed set is empty"
check "destroy" on node ipset destroy big

memory_back() {
	[ $(($(kernel_memory) - before)) -lt $(((after - before) / 5)) ]
}
check "the memory comes back" wait_for 30 memory_back
