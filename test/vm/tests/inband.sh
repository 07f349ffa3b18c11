#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# vm: icount=yes kernels=6.1,6.12 mem=1024 timeout=400 seconds=12
#
# 'lmctl measure --in-band' with three flows of different SID lists: a message
# has the SRH of the flow that it asks for, and is a packet of it. Sent is what
# tcpdump saw on the transit router, messages included; lost is what each
# flow's netem dropped, messages included. One flow has no other packets.
# Rule and table are gone at the end, also after a kill -9 and another start.
. "$(dirname "$0")/../lib.sh"

period=500
table=29238
peer=fc00:23::3
declare -A list=(
	[gold]="fcff:2::1,fcff:3::100"
	[silver]="fcff:2::1,fcff:2::2,fcff:3::200"
	[idle]="fcff:3::300"
)
declare -A part=([gold]=1 [silver]=2 [idle]=3)

topo_srv6 --sids "${list[gold]}"
node_ip host-b <<<"addr add fd00:b::3/64 dev egress nodad"
node_ip ingress <<-END
	route add fc00:23::/64 via fc00:12::2 dev transit
	route add fd00:b::3/128 encap seg6 mode encap segs ${list[silver]} dev transit
END
# End.DT6 looks into the main table alone, where no local address is
node_ip egress <<-END
	route add fc00:12::/64 via fc00:23::2 dev transit
	route add fcff:3::200/128 encap seg6local action End.DT6 table 254 dev transit
	route add fcff:3::300/128 encap seg6local action End.DT6 table 254 dev transit
	route add local $peer dev lo table main
END
make_permanent_neighbours host-b egress
netem_split transit egress fcff:3::100 fcff:3::200 fcff:3::300

on ingress lmctl init tx
on egress lmctl init rx
for flow in gold silver idle; do
	on ingress lmctl add tx "$flow=${list[$flow]}"
	on egress lmctl add rx "$flow=$topo_source@${list[$flow]}"
done

rules() {
	ip -n "${node_ns[ingress]}" -6 rule show pref 236
}

# An empty table does not exist
routes() {
	ip -n "${node_ns[ingress]}" -6 route show table $table 2>/dev/null || true
}

start ingress lmctl rotate tx --period ${period}ms
start egress lmctl reflect rx --period ${period}ms

measure_start() {
	daemon ingress ingress measure egress=$peer --period ${period}ms --json --in-band
}

now="in band"
capture_start wire transit ingress 'ip6 proto 43'
measure_start
exact_wait ingress 3
like "$(rules)" "fwmark 0x7236 iif lo ipproto udp lookup $table proto 172" \
	"$now: there is a rule"
like "$(routes)" "^$peer .*encap seg6 mode encap" "$now: there is a route"
is "$(routes | grep -c .)" 2 "$now: one for all flows"
check_fails "$now: one lmctl at a time" \
	"another lmctl sends in-band messages with mark $table; stop it" \
	on ingress lmctl check $peer --period ${period}ms --in-band

from=$(jq -s 'map(.block) | min' "$tmp/ingress.json")
netem_part transit egress 1 loss 5%
netem_part transit egress 2 loss 10%
netem_part transit egress 3 loss 60%
start host-a ping -q -i 0.01 -c 1000 fd00:b::2 >/dev/null
gold=$started
on host-a ping -q -i 0.02 -c 500 fd00:b::3 >/dev/null || true
wait "$gold" || true
for flow in gold silver idle; do
	netem_part transit egress "${part[$flow]}"
	wait_for 10 netem_drained transit egress "${part[$flow]}"
done
# A message that is lost is sent again: not at the end of this block, too, where
# the time that tcpdump tells could be of the next one.
blocks_pass 1
to=$(block_now $period)
told_wait ingress "$from" "$to" 3
daemon_stop ingress
check "$now: all was captured" capture_stop wire
tally_up ingress "$from" "$to"
all_exact ingress 3 20 "$now"

# A line "SIDS MESSAGE" for each packet with an SRH until the end of block $to:
# SIDS in hexadecimal, path order; MESSAGE is those that a message asks for, or
# "-" for other packets. The block TLV ends with its SID list, and ends the
# message.
packets() {
	tcpdump -nr "$tmp/wire.pcap" -tt -x 2>/dev/null | awk \
		-v end=$(((to + 1) * period)) '
		function packet(   n, i, list, inner) {
			if (line == "" || ms >= end)
				return
			# length of the SRH in units of 8 bytes after the first
			n = index("0123456789abcdef", substr(line, 84, 1)) - 1
			n = n / 2
			for (i = 0; i < n; i++)
				list = substr(line, 97 + 32 * i, 32) list
			inner = 97 + 32 * n
			if (substr(line, inner + 12, 2) != "11" ||
			    substr(line, inner + 84, 4) != "035e")
				print list, "-"
			else
				print list, substr(line, length(line) - 32 * n + 1)
		}
		/^\t0x/ { sub(/^[^:]*:/, ""); gsub(/ /, ""); line = line $0; next }
		{ packet(); line = ""; ms = $1 * 1000 }
		END { packet() }'
}

hex_of() {
	local sid
	for sid in ${1//,/ }; do
		sid=${sid#fcff:}
		printf 'fcff%04x%020d%04x' "0x${sid%%::*}" 0 "0x${sid##*::}"
	done
}

packets >"$tmp/packets"
is "$(awk '$2 != "-" && $2 != $1' "$tmp/packets" | wc -l)" 0 \
	"$now: no message takes the way of another flow"
for flow in gold silver idle; do
	hex=$(hex_of "${list[$flow]}")
	dropped=$(netem_dropped transit egress "${part[$flow]}")
	messages=$(grep -c "^$hex $hex" "$tmp/packets" || true)
	others=$(grep -c "^$hex -" "$tmp/packets" || true)
	diag "$flow: $others packets, $messages messages, $dropped dropped"
	within "$messages" $((to - from)) 10000 "$now: $flow: messages follow it"
	is "${tally[ingress/$flow/sent]}" $((others + messages)) \
		"$now: $flow: sent is packets and messages"
	is "${tally[ingress/$flow/lost]}" "$dropped" \
		"$now: $flow: lost is what netem dropped"
	within "$dropped" 1 1000 "$now: $flow: netem dropped enough to tell"
done
is "$others" 0 "$now: the idle flow has messages only"
is "$(rules)$(routes)" "" "$now: the end leaves no rule and no route"

now="others' routes"
ip -n "${node_ns[ingress]}" -6 route add fcaa::/64 dev transit table $table
check_fails "$now: the table is refused" \
	"table $table has 1 routes that are not lmctl's" \
	on ingress lmctl measure $peer --period ${period}ms --in-band
like "$(routes)" '^fcaa::/64' "$now: they stay"
ip -n "${node_ns[ingress]}" -6 route del fcaa::/64 dev transit table $table

now="killed"
measure_start
exact_wait ingress 3
blocks_wait ingress 2
daemon_kill ingress
like "$(rules)$(routes)" "236:.*$peer" "$now: rule and routes stay behind"

now="check"
check "$now: nothing is wrong, in spite of them" \
	on ingress lmctl check $peer --period ${period}ms --in-band
is "$(rules)$(routes)" "" "$now: they are gone with its own"

now="run"
: >"$tmp/ingress.json"
cat >"$tmp/way.conf" <<-END
	measure way: {peers: egress=$peer, in-band: true}
END
service_start ingress <"$tmp/way.conf"
exact_wait ingress 3
daemon_kill ingress
isnt "$(routes)" "" "$now: routes stay behind when it is killed"
: >"$tmp/ingress.json"
service_start ingress <"$tmp/way.conf"
exact_wait ingress 3
is "$(rules | wc -l)" 1 "$now: the next one has one rule"
daemon_stop ingress
is "$(rules)$(routes)" "" "$now: the end leaves no rule and no route"

# Messages along this flow end at the peer by a local address.
now="the peer's address is the first SID"
on ingress lmctl flush tx
on ingress lmctl add tx near=fc00:12::2
on transit lmctl init rx
start transit lmctl reflect rx --period ${period}ms
wait_for 20 listens transit 862
on ingress lmctl measure fc00:12::2 --period ${period}ms --json --in-band --blocks 2 \
	>"$tmp/near.json"
is "$(jq -r 'select(.type == "loss").peers[0].answer' "$tmp/near.json" | sort -u)" \
	unknown-flow "$now: it answers"
