#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# vm: icount=yes kernels=6.1,6.12 timeout=300 seconds=55
#
# Two ingresses send into one SID list and both mark. The link of the first one loses
# everything: with the source in the key every figure of each is right. Without it there
# is none while both arrive, and none for the first one while only packets of the second
# one arrive. Then a path that crosses the counting node twice and loses packets in
# between: no figure either.
. "$(dirname "$0")/../lib.sh"

period=200
twice=fcff:3::1,fcff:2::2,fcff:3::100

topo_srv6
topo_direct
topo_other

# sets NETMASK: at the three ends
sets() {
	local node
	for node in ingress other; do
		on $node lmctl init tx --netmask "$1"
		on $node lmctl add tx gold=$sids twice=$twice
		daemon rotate-$node $node rotate tx --period ${period}ms
	done
	on egress lmctl init rx --netmask "$1"
}

sets_gone() {
	local node
	for node in ingress other; do
		stop "${pid[rotate-$node]}" || true
		on $node lmctl deinit tx
	done
	on egress lmctl deinit rx
}

# begin NAME: recordings of the three ends, and the first one measures
begin() {
	now=$1
	daemon reflect egress reflect rx --period ${period}ms
	daemon "$now" ingress measure egress=fd00:c::3 --period ${period}ms --json
	touch "$tmp/$now".{ingress,other,egress}
	daemon ingress ingress record tx --period ${period}ms -o "$tmp/$now.ingress"
	daemon other other record tx --period ${period}ms -o "$tmp/$now.other"
	daemon egress egress record rx --period ${period}ms -o "$tmp/$now.egress"
	blocks 2
}

# blocks N: until the recordings are of that many blocks more
blocks() {
	local end last
	for end in ingress other egress; do
		last=$(last_block "$end")
		wait_for 20 recorded "$end" $((${last:-0} ? last + $1 : 0)) $((2 * $1))
	done
}

last_block() {
	tail -n 1 "$tmp/$now.$1" | jq .block
}

# recorded END BLOCK LINES
recorded() {
	[ -s "$tmp/$now.$1" ] && [ "$(wc -l <"$tmp/$now.$1")" -ge "$3" ] &&
		[ "$(last_block "$1")" -ge "$2" ]
}

end() {
	local end
	for end in ingress other egress "$now" reflect; do
		stop "${pid[$end]}" || true
	done
}

# told CONDITION: number of results of the measurement
told() {
	jq -s "[.[] | select(.type == \"loss\" and ($1))] | length" "$tmp/$now.json"
}

# rows SENDER CONDITION: number of rows of its join with the egress
rows() {
	lmctl loss --json "$tmp/$now.$1" "$tmp/$now.egress" |
		jq "[.rows[] | select(.name != \"idle\" and ($2))] | length"
}

total() {
	lmctl loss --json "$tmp/$now.$1" "$tmp/$now.egress" |
		jq "[.totals[] | select(.name == \"$2\").$3] | add // 0"
}

start host-a ping -q -i 0.01 fd00:b::2 >/dev/null
pings=$started
start other ping -q -i 0.01 -I $topo_other_source fd00:b::2 >/dev/null
other_pings=$started

# Two flows, and each its own losses.
sets 128
on egress lmctl add rx "gold=$topo_source@$sids" "other=$topo_other_source@$sids"
netem_loss ingress transit loss 0%
begin source
drops=$(netem_dropped ingress transit)
netem_loss ingress transit loss 100%
blocks 6
netem_loss ingress transit loss 0%
drops=$(($(netem_dropped ingress transit) - drops))
blocks 3
end
is "$(rows ingress '.status == "invalid" and .name == "gold" and .received_reason != "missing"')" 0 \
	"$now: every block of the first ingress has a figure"
is "$(total ingress gold lost)" "$drops" "$now: it lost what netem dropped"
within "$drops" 50 100000 "$now: netem dropped packets"
within "$(told '.name == "gold" and .status == "exact" and .lost == .sent and .lost > 0')" \
	4 1000 "$now: measure has blocks that are lost as a whole"
is "$(told '.status == "anomaly"')" 0 "$now: and none with packets of the other"
within "$(total ingress gold received)" 20 100000 "$now: others arrived"
sed -i 's/"name":"other"/"name":"gold"/' "$tmp/$now.egress"
is "$(rows other '.status == "exact" and .lost != 0') $(rows other '.status == "anomaly"')" \
	"0 0" "$now: the second ingress lost nothing"
within "$(rows other ".status == \"exact\" and .source == \"$topo_other_source/128\" and .sent > 0")" \
	6 1000 "$now: and has its figures"
sets_gone

# One flow of both: it has no figure while both arrive.
sets 0
on egress lmctl add rx gold=$sids
begin no-source
blocks 6
end
is "$(rows ingress '.status != "invalid" and .name == "gold" and .sent > 0')" 0 \
	"$now: no block has a figure"
within "$(rows ingress '.received_reason == "two-sources"')" 5 1000 \
	"$now: because of two sources"

# Nor has the first one while all of its packets are lost: the counting node sees one
# source, and that is the other one, whose figures are right.
netem_loss ingress transit loss 100%
begin other-alone
blocks 5
end
netem_loss ingress transit loss 0%
within "$(jq -s "[.[] | select(.valid and .packets > 0 and .last_source == \"$topo_other_source\")] | length" \
	"$tmp/$now.egress")" 4 1000 "$now: the counting node has valid blocks of the other one"
is "$(rows ingress '.status != "invalid" and .name == "gold" and .sent > 0')" 0 \
	"$now: the first ingress has no figure in recordings"
within "$(rows ingress '.received_reason == "two-sources" and .sent > 0')" 4 1000 \
	"$now: because of two sources"
is "$(told '.name == "gold" and .status != "invalid" and .sent > 0')" 0 \
	"$now: nor in messages"
within "$(told '.name == "gold" and .sent > 0 and .peers[0].answer == "two-sources"')" \
	4 1000 "$now: for the same reason"
within "$(rows other '.status == "exact" and .sent > 0 and .lost == 0')" 4 1000 \
	"$now: the other one has its figures"

# One source alone has figures.
stop "$other_pings" || true
begin one-source
blocks 3
end
within "$(rows ingress '.name == "gold" and .status == "exact" and .sent > 0 and .lost == 0')" \
	2 1000 "$now: the recordings have figures"
within "$(told '.name == "gold" and .status == "exact" and .sent > 0 and .lost == 0')" \
	2 1000 "$now: and the messages"
sets_gone

# The list leads through the counting node twice; between, packets get lost.
sets 128
on egress lmctl add rx "gold=$topo_source@$sids" "twice=$topo_source@$twice"
node_ip ingress <<<"route replace fd00:b::/64 encap seg6 mode encap segs $twice dev transit"
netem_loss egress transit loss 30%
begin twice
blocks 6
end
within "$(rows ingress '.sent > 0 and .name == "twice"')" 5 1000 "$now: packets were sent"
is "$(rows ingress '.status != "invalid" and .name == "twice" and .sent > 0')" 0 \
	"$now: no block has a figure"
within "$(rows ingress '.received_reason == "crossed-twice"')" 5 1000 \
	"$now: because packets cross the node twice"
stop "$pings" || true
sets_gone
