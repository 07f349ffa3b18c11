#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# vm: icount=yes kernels=6.1 debug=no mem=1024 timeout=300 seconds=34
#
# The clock of this guest counts instructions: adding 100,000 flows of two SIDs
# through one restore takes at most three times what a stock type with two
# addresses takes in the same run.
. "$(dirname "$0")/../lib.sh"

plan 2
count=100000

# cost FILE: nanoseconds of the guest, which are instructions
cost() {
	local start
	start=$(date +%s%N)
	on node ipset restore -file "$1"
	echo $(($(date +%s%N) - start))
}

node_add node
on node ipset create stock hash:net,net family inet6 maxelem 200000 counters
on node ipset create flows hash:sr6flow maxelem 200000
awk -v count=$count 'BEGIN {
	for (i = 0; i < count; i++)
		printf "add stock fc00:%x:%x::1,fcff:8::100\n", 1 + int(i / 50000), 1 + i % 50000
}' >"$tmp/stock"
sed 's/^add stock/add flows/' "$tmp/stock" >"$tmp/flows"
stock=$(cost "$tmp/stock")
flows=$(cost "$tmp/flows")
diag "instructions per element: hash:net,net $((stock / count)), hash:sr6flow $((flows / count))"
within "$flows" 1 $((3 * stock)) "at most three times the instructions of hash:net,net"
is "$(on node ipset list -t flows | sed -n 's/^Number of entries: //p')" $count \
	"and all flows are there"
