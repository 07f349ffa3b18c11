#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# vm: icount=yes kernels=6.1,6.12 mem=1024 timeout=300 seconds=104
#
# 100,000 flows between two nodes, blocks of 10 s with the default guard time,
# authenticated messages: every flow has one exact result per block within three
# seconds of the next block's reading, no block waits for the one before, and the
# colour changes in time whatever the daemons have to do. The clock counts
# instructions, and both daemons and whoever reads the results share its one
# processor: two machines of 10^9 instructions a second have the results before the
# next block is read.
#
# Two flows have packets, the others have counted before; netem tells what the
# two lost.
. "$(dirname "$0")/../lib.sh"

period=10000
flows=100000

topo_srv6
topo_direct
node_ip host-b <<<"addr add fd00:b::3/64 dev egress nodad"
node_ip ingress <<<"route add fd00:b::3/128 encap seg6 mode encap segs fcff:2::1,fcff:3::200 dev transit"
node_ip egress <<<"route add fcff:3::200/128 encap seg6local action End.DT6 table 254 dev transit"
make_permanent_neighbours host-b egress
netem_split transit egress fcff:3::100 fcff:3::200

# flow_lines SET: for ipset restore
flow_lines() {
	awk -v set="$1" -v count="$flows" -v source="$topo_source" 'BEGIN {
		for (i = 0; i < count; i++)
			printf "add %s %s@fc00:%x:%x::1,fcff:8::100,0x00010000 packets 7 bytes 700\n",
				set, source, 1 + int(i / 50000), 1 + i % 50000
		printf "add %s gold=%s@fcff:2::1,fcff:3::100\n", set, source
		printf "add %s silver=%s@fcff:2::1,fcff:3::200\n", set, source
	}'
}

on ingress lmctl init tx --maxelem 200000
on egress lmctl init rx --maxelem 200000
on ingress ipset restore < <(flow_lines lm-tx)
on egress ipset restore < <(flow_lines lm-rx)

(umask 077 && printf 'scale %064d\n' 7 >"$tmp/keys")
service_start egress <<-END
	keys: $tmp/keys
	reflect: {auth: true, sets: lm-rx}
END
service_start ingress <<-END
	keys: $tmp/keys
	rotate: lm-tx
	measure scale: {auth: true, peers: egress=fd00:c::3}
END

# cpu NODE: sets ticks to the processor time that its daemon has used, in 10 ms
cpu() {
	local stat
	read -r stat <"/proc/${pid[$1]}/stat"
	read -ra stat <<<"${stat##*) }"
	ticks=$((stat[11] + stat[12]))
}

results=$tmp/ingress.json
declare -A used=([ingress]=0 [egress]=0) after=()
block=0

# The line about the peer follows the block's results.
block_told() {
	[[ $(tail -n 1 "$results") =~ '"type":"peer"'.*'"block":'([0-9]+).*'"requests":'([0-9]+) ]] &&
		[ "${BASH_REMATCH[1]}" -gt "$block" ]
}

# next_block: waits for the results of a block. Looks seldom and does no more:
# it is the daemons' processor, too.
next_block() {
	local node ticks spent='' end=$((SECONDS + 60))
	until block_told; do
		[ "$SECONDS" -lt "$end" ]
		sleep 0.5
	done
	block=${BASH_REMATCH[1]}
	after[$block]=$(($(date -r "$results" +%s%3N) - (block + 1) * period))
	for node in ingress egress; do
		cpu $node
		spent+=", $node $(((ticks - used[$node]) * 10)) ms"
		used[$node]=$ticks
	done
	diag "block $block: all results after ${after[$block]} ms; ${BASH_REMATCH[2]} messages; processor$spent"
}

# It takes two blocks to know the counters; they have no results.
next_block
first=$block

netem_part transit egress 1 loss 10%
netem_part transit egress 2 loss 30%
start host-a ping -q -i 0.02 -c 200 -s 200 fd00:b::2 >"$tmp/ping.gold"
gold=$started
start host-a ping -q -i 0.02 -c 200 -s 800 fd00:b::3 >"$tmp/ping.silver"
silver=$started
wait "$gold" || true
wait "$silver" || true
wait_for 10 netem_drained transit egress 1
wait_for 10 netem_drained transit egress 2
last=$(block_now $period)
until [ "$block" -ge "$last" ]; do
	next_block
done
for node in ingress egress; do
	diag "$node: $(grep VmHWM "/proc/${pid[$node]}/status")"
	daemon_stop $node
done

# Per block: its number; how many flows of the 100,000 have a result; how many of
# these are exact, without packets. The daemons were stopped while they asked for the
# block after the last one: it has results if its reading had ended, but nobody answered.
while read -r block told zeros; do
	is "$told $zeros" "$flows $flows" \
		"block $((block - first + 1)): each flow has a result, and it is exact"
	within "${after[$block]}" $((period * 8 / 10)) $((period * 18 / 10)) \
		"block $((block - first + 1)): soon after the next block is read"
done < <(awk -F '"block":' -v last="$block" '
	/"name":null/ {
		block = $2 + 0
		if (block > last)
			next
		if (!seen[block, substr($1, index($1, "\"sids\":["), 30)]++)
			told[block]++
		if (index($2, "\"status\":\"exact\",\"reason\":null,\"sent\":0,\"sent_bytes\":0,\"received\":0,\"received_bytes\":0,\"lost\":0,\"ratio\":null,"))
			zeros[block]++
	}
	END { for (block in told) print block, told[block], zeros[block] + 0 }
	' "$results" | sort)
grep '"name":"' "$results" >"$tmp/named.json"
tally_up named $((first + 1)) "$last"
all_exact named 2 2 "flows with packets"
is "${tally[named/all/sent]}" 400 "all their packets were sent in these blocks"
is "${tally[named/gold/lost]} ${tally[named/silver/lost]}" \
	"$(netem_dropped transit egress 1) $(netem_dropped transit egress 2)" \
	"they have lost what netem dropped"
within "${tally[named/all/lost]}" 10 390 "netem dropped enough to tell"
is "$(grep -vhE "^lmctl: node 'guest' starts: |stays root" "$tmp/ingress.err" "$tmp/egress.err" || true)" \
	"" "nobody had anything to say, about late colours least of all"
