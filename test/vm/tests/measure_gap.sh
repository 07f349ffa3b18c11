#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# vm: icount=yes kernels=6.1,6.12 timeout=300 seconds=25
#
# The network is down for 20 blocks, for packets and messages alike: the blocks
# that nobody could ask for get one gap row per flow when it is up again, and then
# all rows, the metrics and the history have lost what netem dropped, to the
# packet. The alarm is raised by the peer's silence and goes on by the loss of the
# gap row.
#
# Then the egress is two periods away: no block is exact, with that reason, and
# lmctl says what period it takes; check says so, too.
. "$(dirname "$0")/../lib.sh"

period=500

topo_srv6
topo_direct
tx_up
rx_up
netem_loss transit egress
netem_loss ingress egress
start egress lmctl reflect rx --period ${period}ms
service_start ingress <<-END
	rotate: tx
	measure forward: {peers: egress=fd00:c::3}
	metrics: {listen: "[::1]:9862"}
	history: {file: $tmp/history.db}
	alarm lossy: {raise: 0.5, raise-blocks: 3, clear-blocks: 1000}
END
exact_wait ingress 2

# of FLOW KEY: sum over the exact rows of the flow
of() {
	results_sum ingress "$2" ".name == \"$1\""
}

# gaps FLOW [FILTER]: its gap rows
gaps() {
	results ingress "select(.gap and .name == \"$1\") | ${2:-.}"
}

# silent FLOW: its blocks without an answer
silent() {
	results_count ingress ".name == \"$1\" and .reason == \"no-answer\""
}

gap_told() {
	[ -n "$(gaps idle)" ] && [ -n "$(gaps gold)" ]
}

before=$(pkts_of ingress transit tx)
start host-a ping -q -i 0.01 -s 300 fd00:b::2 >"$tmp/ping"
load=$started
blocks_pass 4
netem_loss transit egress loss 100%
netem_loss ingress egress loss 100%
blocks_pass 20
netem_loss ingress egress
node_tc transit qdisc change dev egress root netem limit 100000 loss 0%
wait_for 30 gap_told
blocks_pass 4
stop "$load" || true
wait_for 10 netem_drained transit egress
sent=$(($(pkts_of ingress transit tx) - before))
dropped=$(netem_dropped transit egress)
last=$(block_now $period)
block_wait ingress "$last"

silent=$(silent gold)
within "$silent" 10 20 "blocks of the outage had no answer"
is "$(gaps gold | wc -l) $(gaps idle | wc -l)" "1 1" "one gap row per flow"
is "$(gaps gold .blocks) $(gaps idle .blocks)" \
	"$silent $silent" "over all blocks that had none"
is "$(gaps gold '.block - .first_block + 1')" "$(gaps gold .blocks)" \
	"which are one after the other"
is "$(gaps gold '"\(.status) \(.reason)"')" '"exact null"' "it is exact"
is "$(gaps idle '"\(.sent) \(.lost)"')" '"0 0"' \
	"the flow that sent nothing lost nothing"
within "$dropped" 500 100000 "netem has dropped packets"
is "$(of gold sent) $(of gold lost)" "$sent $dropped" \
	"all rows together: sent is what the link sent, lost what netem dropped"
is "$(results_count ingress '.status == "anomaly"')" 0 "no anomaly"

# metric NAME: its sample of gold
metric() {
	scrape ingress |
		awk -v name="$1" 'index($0, name "{") == 1 && /gold/ { print $2 }'
}

is "$(metric sr6flow_sent_packets_total) $(metric sr6flow_lost_packets_total)" \
	"$sent $dropped" "the metrics have them, too"
is "$(metric sr6flow_gap_blocks_total)" "$silent" \
	"and the number of blocks in gap rows"
like "$(cat "$tmp/ingress.err")" "alarm 'lossy' raised: .*no-answer" \
	"the silence raises the alarm"

# Two periods away, for packets as for messages.
netem_loss transit egress delay $((2 * period))ms
netem_loss ingress egress delay $((2 * period))ms
blocks_pass 8
from=$(block_now $period)
start host-a ping -q -i 0.01 -s 300 fd00:b::2 >"$tmp/ping"
load=$started
blocks_pass 10
told_wait ingress "$from" $((from + 6)) 2
is "$(results ingress "select(.block >= $from and (.gap | not)) | .reason" |
	sort -u)" '"delay-too-long"' "two periods away: no block is exact, as said"
like "$(cat "$tmp/ingress.err")" \
	"peer 'egress': the round trip of [0-9.]* ms is longer .* at least [0-9]* ms" \
	"lmctl says so, and what period it takes"
status=0
on ingress lmctl check egress=fd00:c::3 --period ${period}ms \
	>"$tmp/check" 2>&1 || status=$?
is "$status" 1 "lmctl check finds something wrong"
like "$(cat "$tmp/check")" "peer egress .*round trip of [0-9.]* ms is longer" \
	"which is the delay"
on ingress lmctl run --check -c "$tmp/ingress.conf" >"$tmp/run" 2>&1 || true
like "$(cat "$tmp/run")" \
	"peer 'egress': the round trip of [0-9.]* ms is longer .* at least [0-9]* ms" \
	"lmctl run --check warns"
stop "$load" || true
daemon_stop ingress
netem_loss ingress egress
is "$(on ingress lmctl run --check -c "$tmp/ingress.conf" 2>&1)" "" \
	"and has nothing to say of a peer that is near"
on ingress lmctl history --file "$tmp/history.db" --json >"$tmp/totals" 2>&1 || true
is "$(jq -r 'select(.name == "gold") | "\(.lost) \(.gap_blocks)"' "$tmp/totals")" \
	"$dropped $silent" "the history's total has the gap row"
