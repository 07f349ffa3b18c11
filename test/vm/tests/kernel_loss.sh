#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# vm: smp=2 icount=no kernels=6.1,6.12 quick=yes timeout=240 seconds=13
#
# Loss under load from two CPUs while the colour changes every 100 ms: what the
# ingress counted less what the egress counted is, per colour and in total,
# what netem dropped, and both agree with the interfaces.
. "$(dirname "$0")/../lib.sh"

low=0x00010000
high=0x00020000

topo_srv6
on ingress ipset create lm-tx hash:sr6flow
on egress ipset create lm-rx hash:sr6flow
on ingress ipset add lm-tx gold=fcff:2::1,fcff:3::100
on egress ipset add lm-rx fcff:2::1,fcff:3::100

# load SECONDS: UDP from both CPUs of host-a to host-b, one way
load() {
	local cpu pids=()
	for cpu in 0 1; do
		on host-a taskset -c $cpu iperf3 -c fd00:b::2 -p 520$cpu \
			-u -b 0 -l 200 -t "$1" >"$tmp/iperf$cpu" &
		pids+=($!)
	done
	wait "${pids[@]}"
}

# drop PERCENT: by changing netem, for replacing it would lose packets, too
drop() {
	node_tc transit qdisc change dev egress root netem limit 100000 loss "$1"
}

# enough DROPS: the colour has changed often, and netem has dropped enough
# packets since it had dropped so many
enough() {
	[ "$(wc -l <"$tmp/toggles")" -ge 20 ] &&
		[ $(($(netem_dropped transit egress) - $1)) -ge 100 ]
}

# Both servers have had a first packet: iperf3 gives up when that one is lost.
flowing() {
	[ "$(on host-b ss -Hnu state established | wc -l)" -ge 2 ]
}

# loaded: load, and loss as soon as it flows
loaded() {
	load $((4 * slowness)) &
	wait_for 20 flowing
	drop 3%
	wait $!
	drop 0%
	# Nobody will send the end of iperf3's connections once more.
	wait_for 20 tcp_over host-a host-b
}

run() {
	local backend=$1 sent received drops tx rx tx0 rx0 if_tx if_rx
	set_tx ingress lm-tx "$backend"
	set_rx egress lm-rx "$backend"
	if_tx=$(pkts_of ingress transit tx)
	if_rx=$(pkts_of egress transit rx)
	tx0=$(counted ingress lm-tx packets)
	rx0=$(counted egress lm-rx packets)
	drops=$(netem_dropped transit egress)
	toggle_start ingress lm-tx $low $high 0.1
	loaded
	# a slow machine sends less in that time
	until enough "$drops"; do
		loaded
	done
	toggle_stop
	wait_for 10 netem_drained transit egress
	wait_for 10 links_quiet ingress transit
	drops=$(($(netem_dropped transit egress) - drops))
	sent=$(($(pkts_of ingress transit tx) - if_tx))
	received=$(($(pkts_of egress transit rx) - if_rx))
	tx=$(($(counted ingress lm-tx packets) - tx0))
	rx=$(($(counted egress lm-rx packets) - rx0))
	diag "$backend: sent $tx received $rx lost $((tx - rx)) netem $drops toggles $(wc -l <"$tmp/toggles")"
	is "$tx" "$sent" "$backend: the ingress counted what its interface sent"
	is "$rx" "$received" "$backend: the egress counted what its interface received"
	is "$((tx - rx))" "$drops" "$backend: sent less received is what netem dropped"
	within "$drops" 100 100000 "$backend: netem dropped enough to tell"
	within "$(wc -l <"$tmp/toggles")" 20 100000 "$backend: the colour changed often"
	set_rule_del ingress "$backend" POSTROUTING lm-tx src
	set_rule_del egress "$backend" PREROUTING lm-rx dst
}

netem_loss transit egress loss 0%
iperf_serve host-b 5200
iperf_serve host-b 5201
run nft
run legacy

for colour in $low $high; do
	within "$(counted ingress lm-tx packets "$colour")" 1000 10000000 \
		"$colour carried a part of the packets"
	within "$(($(counted ingress lm-tx packets "$colour") -
		$(counted egress lm-rx packets "$colour")))" 1 100000 \
		"$colour lost packets, and received no more than was sent"
done
is "$(counted ingress lm-tx packets 0x00000000)" 0 "nothing was sent uncoloured"
is "$(counted egress lm-rx packets 0x00000000)" 0 "nothing was received uncoloured"
is "$(counted egress lm-rx packets 0x00030000)" 0 "nothing was received with both bits"
