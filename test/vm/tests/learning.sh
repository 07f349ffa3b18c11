#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# vm: icount=yes kernels=6.1,6.12 timeout=300 seconds=40
#
# An egress learns the flows of two ingresses that send into one SID list and measure
# with a key: from the second block on every figure is the truth. Without the key it
# learns nothing. A reflector that starts again goes on, a flow that nobody asks for
# any more times out, one that is asked for does not, and that of the operator stays.
. "$(dirname "$0")/../lib.sh"

period=250

topo_srv6
topo_direct
topo_other
link_add other egress
node_ip other <<<"addr add fd00:e::4/64 dev egress nodad"
node_ip egress <<<"addr add fd00:e::3/64 dev other nodad"
make_permanent_neighbours other egress

(
	umask 077
	echo "a $(printf '%064d' 1)" >"$tmp/right"
	echo "a $(printf '%064d' 2)" >"$tmp/wrong"
)
cat >"$tmp/egress.conf" <<-END
	period: ${period}ms
	keys: $tmp/right
	reflect: {sets: rx, learn: 3, learn-timeout: 10s}
	metrics: {listen: "[::1]:9862"}
END

# measure NODE ADDRESS [OPTION]...: into $tmp/NODE.json
measure() {
	local node=$1 address=$2
	shift 2
	daemon "$node" "$node" measure "egress=$address" --period ${period}ms --json "$@"
}

# told NODE FILTER: of the results about gold, in the order of blocks
told() {
	jq -sr "[.[] | select(.type == \"loss\" and .name == \"gold\")] | sort_by(.block) | $2" \
		"$tmp/$1.json"
}

# figures NODE: number of exact results, without much work
figures() {
	grep -c '"status":"exact"' "$tmp/$1.json" || true
}

# exact NODE N: it has at least N exact results
exact() {
	[ "$(figures "$1")" -ge "$2" ]
}

# restarts: results of ingress without figures because its flow was new there
restarts() {
	told ingress 'map(select((.reason // "") | test("^(flow|set)-"))) | length'
}

# more NODE N: wait for N more exact results
more() {
	wait_for 30 exact "$1" $(($(figures "$1") + $2))
}

# flows: sources of the set at the egress, each with "learned" or "typed"
flows() {
	on egress lmctl flows rx --json | jq -r '[.sets[0].flows[] |
		"\(.source | sub("/128"; "")):\(if .timeout > 0 then "learned" else "typed" end)"] |
		sort | join(" ")'
}

flows_are() {
	[ "$(flows)" = "$1" ]
}

# count SAMPLE: of /metrics of the egress
count() {
	scrape egress | sed -n "s/^sr6flow_reflector_$1 \([0-9]*\).*/\1/p"
}

for node in ingress other; do
	on $node lmctl init tx
	on $node lmctl add tx gold=$sids
	daemon rotate-$node $node rotate tx --period ${period}ms
	: >"$tmp/$node.json"
done

now=refused
on egress lmctl init rx
check_fails "$now: a set without timeouts" \
	"set 'lm-rx' cannot learn flows: it has no timeouts; .*'lmctl init rx --timeout=0'" \
	on egress lmctl reflect --period ${period}ms --keys "$tmp/right" --learn 3
check_fails "$now: lmctl run --check says so, too" "set 'lm-rx' cannot learn flows" \
	on egress lmctl run --check -c "$tmp/egress.conf"
on egress lmctl deinit rx
on egress lmctl init rx --timeout=0
check_fails "$now: without keys" "learn: only authenticated requests may add flows" \
	on egress lmctl reflect --period ${period}ms --learn 3
check_fails "$now: without freshness" "learn: with freshness 0" \
	on egress lmctl reflect --period ${period}ms --keys "$tmp/right" \
	--learn 3 --freshness 0
check "$now: lmctl run --check has nothing to say now" \
	on egress lmctl run --check -c "$tmp/egress.conf"

on egress lmctl add rx "typed=$topo_source@$idle"
daemon reflect egress run -c "$tmp/egress.conf"
start host-a ping -q -i 0.04 fd00:b::2 >/dev/null
start other ping -q -i 0.04 -I fd00:d::4 fd00:b::2 >/dev/null

now=stranger
on ingress lmctl measure egress=fd00:c::3 --period ${period}ms --json --blocks 2 \
	>"$tmp/none"
on ingress lmctl measure egress=fd00:c::3 --period ${period}ms --json --blocks 2 \
	--keys "$tmp/wrong" >>"$tmp/none"
within "$(count 'dropped_requests_total{reason="unauthenticated"}')" 1 1000 \
	"$now: requests without the key came"
is "$(flows) $(count learned_flows)" "$topo_source:typed 0" "$now: nothing is learned"

now=learned
measure ingress fd00:c::3 --keys "$tmp/right"
measure other fd00:e::3 --keys "$tmp/right"
check "$now: both ingresses get figures" more other 3
check "$now: the other one, too" more ingress 3
both="$topo_source:learned $topo_source:typed $topo_other_source:learned"
is "$(flows)" "$both" "$now: by a flow of each"
for node in ingress other; do
	is "$(told $node 'map(select(.status != "exact").reason) | unique | join(" ")')" \
		"flow-added unknown-flow" "$now: $node: why the first blocks have none"
	is "$(told $node 'map(.status == "exact") | . == sort')" true \
		"$now: $node: from then on all have"
	within "$(told $node 'map(select(.status != "exact")) | length')" 2 4 \
		"$now: $node: that takes no longer than it must"
done
is "$(count learned_flows) $(count 'flows_to_learn_total{result="learned"}') $(count 'flows_to_learn_total{result="refused"}')" \
	"2 2 0" "$now: it is counted"

restarts=$(restarts)

now=truth
netem_loss ingress transit loss 0%
drops=$(netem_dropped ingress transit)
netem_loss ingress transit loss 50%
more ingress 6
netem_loss ingress transit loss 0%
drops=$(($(netem_dropped ingress transit) - drops))
more ingress 3
is "$(told ingress 'map(.lost // 0) | add')" "$drops" "$now: what netem dropped was lost"
within "$drops" 5 1000 "$now: it dropped packets"
is "$(told other 'map(.lost // 0) | add')" 0 "$now: the other ingress lost none"

now=restart
stop "${pid[other]}" || true
stop "${pid[reflect]}" || true
is "$(flows)" "$both" "$now: the flows stay"
: >"$tmp/reflect.err"
daemon reflect egress reflect rx --period=${period}ms --keys="$tmp/right" --learn=3 \
	--learn-timeout=10s
check "$now: figures go on" more ingress 3

now=timeout
# Most of the time.
more ingress 36
check "$now: the flow that nobody asks for goes" \
	wait_for 30 flows_are "$topo_source:learned $topo_source:typed"
more ingress 4
check "$now: the others stay" flows_are "$topo_source:learned $topo_source:typed"
is "$(cat "$tmp/reflect.err")" "" "$now: they were not learned anew"
is "$(restarts)" "$restarts" "$now: and their counters never restart"
is "$(told ingress 'map(select(.status == "anomaly")) | length')" 0 "$now: no anomaly"
is "$(told ingress 'map(.lost // 0) | add')" "$drops" "$now: nothing else was lost"
