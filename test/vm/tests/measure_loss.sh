#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# vm: icount=yes kernels=6.1,6.12 quick=yes timeout=600 seconds=27
#
# 'lmctl run' on both ends, two flows in each direction at once, blocks of 1 s.
# Each flow has its own netem on the way, which loses, reorders and delays its
# packets by almost the guard time. Every block is exact, and per flow the sums
# over all blocks are what netem dropped and let through; per direction they
# are, in packets and bytes, what the interfaces sent and received.
#
# Then netem duplicates: received is sent + copies - drops, and where that is
# more than was sent the block is an anomaly with both counts, no loss, and no
# part in a total.
. "$(dirname "$0")/../lib.sh"

period=1000
# An Ethernet header, which interfaces count and sets do not.
header=14

topo_srv6 --both
topo_direct

# A second pair of addresses, and a SID list for it in each direction.
node_ip host-a <<<"addr add fd00:a::3/64 dev ingress nodad"
node_ip host-b <<<"addr add fd00:b::3/64 dev egress nodad"
node_ip ingress <<-END
	route add fcff:1::200/128 encap seg6local action End.DT6 table 254 dev transit
	route add fd00:b::3/128 encap seg6 mode encap segs fcff:2::1,fcff:3::200 dev transit
END
node_ip egress <<-END
	route add fcff:3::200/128 encap seg6local action End.DT6 table 254 dev transit
	route add fd00:a::3/128 encap seg6 mode encap segs fcff:2::1,fcff:1::200 dev transit
END
make_permanent_neighbours host-a ingress
make_permanent_neighbours host-b egress

for node in ingress egress; do
	on $node lmctl init tx
	on $node lmctl init rx
done
on ingress lmctl add tx gold=fcff:2::1,fcff:3::100 silver=fcff:2::1,fcff:3::200
on egress lmctl add rx "gold=$topo_source@fcff:2::1,fcff:3::100" "silver=$topo_source@fcff:2::1,fcff:3::200"
on egress lmctl add tx gold=fcff:2::1,fcff:1::100 silver=fcff:2::1,fcff:1::200
on ingress lmctl add rx "gold=$topo_source_back@fcff:2::1,fcff:1::100" "silver=$topo_source_back@fcff:2::1,fcff:1::200"

netem_split transit egress fcff:3::100 fcff:3::200
netem_split transit ingress fcff:1::100 fcff:1::200

# config MEASUREMENT PEER
config() {
	cat <<-END
		rotate: tx
		reflect: {sets: rx}
		measure $1: {peers: $2}
	END
}

service_start ingress < <(
	config forward egress=fd00:c::3
	echo 'metrics:'
)
service_start egress < <(config back ingress=fd00:c::1)
exact_wait ingress 2
exact_wait egress 2
times_start ingress $period
times_start egress $period

declare -A counter=() grown=()
netems=("egress 1" "egress 2" "ingress 1" "ingress 2")

# count NAME: what the interfaces have counted; grown is what they have since
# the last time
count() {
	local node way unit key now
	for node in ingress egress; do
		for way in tx rx; do
			for unit in pkts bytes; do
				key=$node/$way/$unit
				now=$(${unit}_of $node transit $way)
				grown[$key]=$((now - ${counter[$key]-0}))
				counter[$key]=$now
			done
		done
	done
}

# flood SECONDS: a packet every 10 ms or a little more, gold from host-a and
# silver from host-b, and in the flow of the same name the other way an answer
# to each that arrives
flood() {
	from=$(block_now $period)
	start host-a ping -q -i 0.01 -w "$1" -s 200 -I fd00:a::2 fd00:b::2 \
		>"$tmp/ping.gold"
	local gold=$started
	start host-b ping -q -i 0.01 -w "$1" -s 800 -I fd00:b::3 fd00:a::3 \
		>"$tmp/ping.silver"
	wait "$gold"
	wait "$started"
	wait_for 10 drained
	to=$(block_now $period)
}

# told: everything about these blocks was told and is added up
told() {
	local node
	for node in ingress egress; do
		told_wait $node "$from" "$to" 2
		tally_up $node "$from" "$to"
	done
	diag "$now: blocks $((to - from + 1))"
}

drained() {
	local netem
	for netem in "${netems[@]}"; do
		# shellcheck disable=SC2086 # device and number
		netem_drained transit $netem || return
	done
}

# sums_are NODE FLOW DEV NUMBER: those of the netem that the flow goes through
sums_are() {
	local dropped passed name="$now: $1 $2"
	dropped=$(netem_dropped transit "$3" "$4")
	passed=$(netem_passed transit "$3" "$4")
	is "${tally[$1/$2/lost]}" "$dropped" "$name: lost is what netem dropped"
	is "${tally[$1/$2/sent]}" $((passed + dropped)) \
		"$name: sent is what netem was given"
	is "${tally[$1/$2/received]}" "$passed" \
		"$name: received is what netem let through"
	within "$dropped" 40 100000 "$name: netem dropped enough to tell"
	within "${tally[$1/$2/active]}" 50 100000 "$name: blocks with packets"
}

# ends_are NODE OTHER: the sums of both flows are those of the interfaces
ends_are() {
	local sent=${tally[$1/all/sent]} received=${tally[$1/all/received]}
	is "$sent $((${tally[$1/all/sent_bytes]} + sent * header))" \
		"${grown[$1/tx/pkts]} ${grown[$1/tx/bytes]}" \
		"$now: $1: packets and bytes sent are the interface's"
	is "$received $((${tally[$1/all/received_bytes]} + received * header))" \
		"${grown[$2/rx/pkts]} ${grown[$2/rx/bytes]}" \
		"$now: $1: packets and bytes received are the interface's"
}

# Delays of 2 to 490 ms, each for itself; the guard time is 500 ms.
now=loss
reorder="delay 246ms 244ms reorder 20%"
netem_part transit egress 1 "$reorder" loss 4%
netem_part transit egress 2 "$reorder" loss 9%
netem_part transit ingress 1 "$reorder" loss 6%
netem_part transit ingress 2 "$reorder" loss 5%
count
flood 56
count
told
all_exact ingress 2 50 "$now: ingress"
all_exact egress 2 50 "$now: egress"
sums_are ingress gold egress 1
sums_are ingress silver egress 2
sums_are egress gold ingress 1
sums_are egress silver ingress 2
ends_are ingress egress
ends_are egress ingress
for node in ingress egress; do
	read -r median longest _ < <(times $node "$from" "$to")
	diag "$node: from the end of a block to its results: median $median us, longest $longest us"
	within "$longest" 500000 1500000 \
		"$now: $node: results are there before the next block is read"
done

# What was lost before is part of the counters, so that they must not move.
metric() {
	scrape ingress | awk -v name="$1_total{" '
		index($0, name) == 1 { sum += $NF }
		END { print sum + 0 }'
}

now=copies
lost=$(metric sr6flow_lost_packets)
sent=$(metric sr6flow_sent_packets)
is "$lost" "${tally[ingress/all/lost]}" "$now: the metric has counted all that was lost before"
netems=(egress "ingress 1" "ingress 2")
# The kernel wants a netem that duplicates to be the only one of its device.
node_tc transit qdisc del dev egress root
# About as many results are exact as are not.
netem_loss transit egress loss 3% duplicate 4%
netem_part transit ingress 1 "$reorder" loss 6%
count
flood 20
count
told
dropped=$(netem_dropped transit egress)
passed=$(netem_passed transit egress)
rows=${tally[ingress/all/rows]}
exact=${tally[ingress/all/exact]}
anomaly=${tally[ingress/all/anomaly]}
diag "$now: $exact results exact, $anomaly anomalies; given ${grown[ingress/tx/pkts]}, dropped $dropped, passed $passed"
is "$((exact + anomaly)) $rows" "$rows $((2 * (to - from + 1)))" \
	"$now: every result is exact or an anomaly"
within "$exact" 1 $((rows - 1)) "$now: there are both"
is $((${tally[ingress/all/sent]} + ${tally[ingress/all/anomaly_sent]})) \
	"${grown[ingress/tx/pkts]}" "$now: sent is what the interface sent"
is $((${tally[ingress/all/received]} + ${tally[ingress/all/anomaly_received]})) \
	"$passed" "$now: received is sent + copies - drops"
is "$passed" "${grown[egress/rx/pkts]}" "$now: which is what arrived"
within $((passed + dropped - ${grown[ingress/tx/pkts]})) 20 10000 \
	"$now: netem made enough copies to tell"
within $((${tally[ingress/all/anomaly_received]} - ${tally[ingress/all/anomaly_sent]})) \
	"$anomaly" 10000 "$now: anomalies have more received than sent"
is "${tally[ingress/all/anomaly_figures]}" 0 "$now: no anomaly has a loss or a ratio"
is "$(metric sr6flow_lost_packets) $(metric sr6flow_sent_packets)" \
	"$((lost + ${tally[ingress/all/lost]})) $((sent + ${tally[ingress/all/sent]}))" \
	"$now: no anomaly is part of a total"
all_exact egress 2 20 "$now: the other way"
ends_are egress ingress

daemon_stop ingress egress
is "$(grep -vhE "starts: period|stays root" "$tmp"/*.err)" "" "nobody had a complaint"
