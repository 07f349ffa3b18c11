#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# vm: smp=4 icount=no kernels=6.1,6.12 debug=short quick=yes timeout=180 seconds=12
#
# The memory of counters: four CPUs that count the same flow do not disturb each
# other; a flow that takes another one's place starts from zero; and what a set
# says it takes grows and shrinks with its flows and with the CPUs that count.
# The truth is the number of packets that were sent, and what the interface
# received.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../packets.sh"

flows=200
each=5000

memory() {
	on router ipset list -t "$1" | sed -n 's/^Size in memory: //p'
}

memory_is() {
	[ "$(memory "$1")" -eq "$2" ]
}

# total SET: packets and bytes over all flows and colours
total() {
	on router ipset save "$1" | awk '
		{ for (i = 1; i < NF; i++) {
			if ($i == "packets") packets += $(i + 1)
			if ($i == "bytes") bytes += $(i + 1)
		} } END { print packets + 0, bytes + 0 }'
}

# send_from CPU FILE: what an interface sends is received on the same CPU
send_from() {
	on tester taskset -c "$1" srpacket send to "$router_mac" <"$2" >/dev/null
}

all_received() {
	[ $(($(pkts_of router in rx) - received)) -eq "$1" ]
}

# list I: the I-th flow
list() {
	printf 'fcff:%x::1,fcff:%x::2' "$1" "$1"
}

topo_probe
on router ipset create count hash:sr6flow
on router ipset create mark hash:sr6flow
empty=$(memory count)
rules nft "PREROUTING -m set --match-set count dst" \
	"POSTROUTING -m set --match-set mark src"

# Four CPUs, one flow.
on router ipset add count "$(list 1)"
on router ipset add mark "$(list 1)"
echo "x$each ip srh sids=$(list 1) tag=0x1 ip udp" >"$tmp/one"
one=$(memory count)
received=$(pkts_of router in rx)
received_bytes=$(bytes_of router in rx)
for cpu in 0 1 2 3; do
	send_from $cpu "$tmp/one" &
done
wait
check "all packets were received" wait_for 30 all_received $((4 * each))
bytes=$(($(bytes_of router in rx) - received_bytes - 14 * 4 * each))
is "$(total count)" "$((4 * each)) $bytes" "four CPUs count every packet"
is "$(total mark)" "$((4 * each)) $bytes" "four CPUs mark and count every packet"
is "$(on router ipset save mark | grep -c packets)" 1 "in one colour"
is "$(($(memory count) - one))" $((4 * 4096)) \
	"each CPU that counts has a page of counters"

# One CPU, many flows; others in their place.
for ((i = 1; i <= flows; i++)); do
	echo "ip srh sids=$(list $i) tag=0x2 ip udp"
done >"$tmp/many"
for ((i = 2; i <= flows; i++)); do
	echo "add count $(list $i)"
done | on router ipset restore
send_from 2 "$tmp/many"
check "packets of all flows were received" \
	wait_for 30 all_received $((4 * each + flows))
is "$(on router ipset save count | grep -c 'packets 1 ')" $flows \
	"each flow counted its packet, the first one in another colour"
on router ipset flush count
check "a flush gives the memory back" wait_for 20 memory_is count "$empty"
for ((i = 1; i <= flows; i++)); do
	echo "add count $(list $((flows + i)))"
done | on router ipset restore
is "$(total count)" "0 0" "flows that take their places start from zero"

# Places that come free one by one are taken again.
for ((i = 1; i <= flows; i += 2)); do
	echo "del count $(list $((flows + i)))"
done | on router ipset restore
for ((i = 1; i <= flows; i += 2)); do
	echo "add count $(list $i)"
done | on router ipset restore
send_from 1 "$tmp/many"
check "packets of all flows were received" \
	wait_for 30 all_received $((4 * each + 2 * flows))
is "$(total count | cut -d' ' -f1)" $((flows / 2)) \
	"half of the packets have a flow now"
is "$(on router ipset save count | grep -c 'packets 1 ')" $((flows / 2)) \
	"each of these counted its own packet"
on router ipset flush count
check "the memory is given back again" wait_for 20 memory_is count "$empty"
rules nft
on router ipset destroy count
on router ipset destroy mark
