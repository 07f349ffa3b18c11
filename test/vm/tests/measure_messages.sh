#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# vm: icount=yes kernels=6.1,6.12 quick=yes timeout=600 seconds=27
#
# The messages of lmctl themselves are lost, 30 % in each direction: no block is
# lost, no figure is wrong, and the results are there before the next block is
# read. Without authentication and with it; a round without any loss of messages
# comes first, for the times. The truth is netem's on the core, where flow
# packets pass alone; and netem's on the link of the messages, by which requests
# and replies are counted right, too.
. "$(dirname "$0")/../lib.sh"

period=1000

topo_srv6 --both
topo_direct
tx_up
rx_up
on ingress lmctl init rx
on egress lmctl init tx
on egress lmctl add tx back=fcff:2::1,fcff:1::100
on ingress lmctl add rx "back=$topo_source_back@fcff:2::1,fcff:1::100"

# The measuring end uses another key than the other one's first.
umask 077
one='one 000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f'
two='two 808182838485868788898a8b8c8d8e8f'
printf '%s\n' "$one" "$two" >"$tmp/ingress.keys"
printf '%s\n' "$two" "$one" >"$tmp/egress.keys"

# config MEASUREMENT PEER [KEYS]
config() {
	cat <<-END
		rotate: tx
		${3:+keys: $tmp/$3.keys}
		reflect: {sets: rx}
		measure $1: {peers: $2}
	END
}

# reports KEY: sum over both ends and all blocks of this round
reports() {
	jq -n --argjson from "$begun" "[inputs | select(.type == \"peer\" and
		.block >= \$from).$1] | add" "$tmp/ingress.json" "$tmp/egress.json"
}

drained() {
	netem_drained transit egress && netem_drained transit ingress
}

# figures NODE FLOWS DEV LEAST: all blocks, all packets
figures() {
	local node=$1 flows=$2 dev=$3 least=$4 dropped passed longest median second
	told_wait "$node" "$from" "$to" "$flows"
	tally_up "$node" "$from" "$to"
	dropped=$(netem_dropped transit "$dev")
	passed=$(netem_passed transit "$dev")
	all_exact "$node" "$flows" "$least" "$now: $node"
	is "${tally[$node/all/sent]} ${tally[$node/all/lost]} ${tally[$node/all/received]}" \
		"$((dropped + passed)) $dropped $passed" \
		"$now: $node: sent, lost and received are netem's"
	diag "$now: $node: $dropped dropped, $passed passed"
	within "$dropped" 20 100000 "$now: $node: netem dropped enough to tell"
	within "${tally[$node/all/active]}" "$least" 100000 \
		"$now: $node: blocks with packets"
	read -r median longest second < <(times "$node" "$from" "$to")
	diag "$now: $node: from the end of a block to its results: median $median us, longest $longest us"
	# Once in 10^7 blocks, 24 messages or their replies are lost in a row.
	[ "$loss" = 0% ] || longest=$second
	within "$longest" 500000 1500000 \
		"$now: $node: results are there before the next block is read"
}

# still: no message is under way, and none will be for half a block
still() {
	change ingress egress 0%
	change egress ingress 0%
	# they begin after four fifths of a block, and now each is answered
	blocks_pass 2
	wait_for 10 block_reached ingress $(($(block_now $period) - 2))
	wait_for 10 block_reached egress $(($(block_now $period) - 2))
}

# change NODE DEV LOSS: the counters go on
change() {
	node_tc "$1" qdisc change dev "$2" root netem limit 100000 loss "$3"
}

# messages LOSS: each request is lost, or answered, or its reply is lost
messages() {
	local there back dropped requests replies
	there=$(netem_dropped ingress egress)
	back=$(netem_dropped egress ingress)
	dropped=$((there + back))
	requests=$(reports requests)
	replies=$(reports replies)
	diag "$now: $requests requests, $replies replies, $dropped messages dropped"
	is $((requests - replies)) "$dropped" \
		"$now: requests without a reply are netem's drops"
	is "$(reports rejected)" 0 "$now: no reply was rejected"
	[ "$1" != 0% ] || return 0
	within $((100 * replies / requests)) 20 80 \
		"$now: about half of the exchanges were lost"
	within "$there" 10 10000 "$now: messages were lost on the way there"
	within "$back" 5 10000 "$now: messages were lost on the way back"
}

# fresh NODE DEV LOSS: a netem with counters at 0
fresh() {
	node_tc "$1" qdisc del dev "$2" root 2>/dev/null || true
	netem_loss "$1" "$2" loss "$3"
}

# measure NAME SECONDS LOSS [KEYED]: one round with messages lost
measure() {
	local seconds=$2 loss=$3 keyed=${4-}
	now=$1
	fresh ingress egress "$loss"
	fresh egress ingress "$loss"
	fresh transit egress 16%
	fresh transit ingress 12%
	begun=$(block_now $period)
	service_start ingress < <(config forward egress=fd00:c::3 ${keyed:+ingress})
	service_start egress < <(config back ingress=fd00:c::1 ${keyed:+egress})
	exact_wait ingress 2 "$begun"
	exact_wait egress 1 "$begun"
	from=$(block_now $period)
	on host-a ping -q -i 0.012 -w "$seconds" -s 400 fd00:b::2 >"$tmp/ping"
	wait_for 10 drained
	to=$(block_now $period)
	figures ingress 2 egress $((seconds - 2))
	figures egress 1 ingress $((seconds - 2))
	still
	daemon_stop ingress egress
	messages "$loss"
}

: >"$tmp/ingress.json"
: >"$tmp/egress.json"
times_start ingress $period
times_start egress $period
measure undisturbed 12 0%
measure lossy 53 30%
measure authenticated 53 30% keyed
is "$(grep -vhE "starts: period|stays root" "$tmp"/*.err)" "" "nobody had a complaint"
