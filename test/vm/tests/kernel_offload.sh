#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# vm: icount=yes host=yes kernels=6.1,6.12 timeout=300 seconds=46
#
# TCP with and without offloads, in every encapsulation, SCTP, and UDP that the
# kernel cuts: both ends count the packets and bytes that the transit router,
# which sends single packets, put on the wire, however many of them the ends
# handled as one.
. "$(dirname "$0")/../lib.sh"

# Traffic from $sender to $to. A window that the ring of a veth with GRO has room
# for: what it drops on a busy machine is lost between two interfaces.
streams() {
	on "$sender" timeout 300 iperf3 -c "$to" -n 10M -b 60M -w 100K "$@" \
		>"$tmp/iperf"
	wait_for 20 tcp_over "$sender" host-b
}

# Messages of which the kernel cuts eight datagrams and a short one, as QUIC sends them.
datagrams() {
	on "$sender" host_run python3 - "$to" <<-'END'
	import socket, sys, time
	fd = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
	fd.setsockopt(socket.IPPROTO_UDP, 103, 1200)  # UDP_SEGMENT
	for _ in range(300):
	    fd.sendto(bytes(8 * 1200 + 100), (sys.argv[1], 5000))
	    time.sleep(0.001)
	END
}

# run NAME GSO DESTINATION SIDS OPTION...: with $traffic, one of these; with
# $tunnel, the arguments of a link, it is in that tunnel from the ingress to
# host-b; packets of host-a are as long as $mtu
tunnel=
mtu=1500
traffic=(streams)
run() {
	local name=$1 gso=$2 to=$3 sids=$4 wire_packets wire_bytes handled
	local sender=host-a tx tx_bytes rx rx_bytes
	# With GRO the receiving veth polls, and then counts bytes for both
	# ends after it has taken the Ethernet header off.
	local ethernet=14
	[ "$gso" = off ] || ethernet=0
	shift 4
	TOPO_GSO=$gso topo_srv6 "$@"
	node_ip host-a <<<"link set ingress mtu $mtu"
	# single packets here, so that the interface counts what the wire has
	offloads off transit egress
	on ingress ipset create lm-tx hash:sr6flow
	on egress ipset create lm-rx hash:sr6flow
	on ingress ipset add lm-tx "$sids"
	on egress ipset add lm-rx "$sids"
	set_tx ingress lm-tx nft
	set_rx egress lm-rx legacy
	if [ -n "$tunnel" ]; then
		sender=ingress
		tunnel_add
	fi
	iperf_serve host-b
	tx=$(counted ingress lm-tx packets) tx_bytes=$(counted ingress lm-tx bytes)
	rx=$(counted egress lm-rx packets) rx_bytes=$(counted egress lm-rx bytes)
	wire_packets=$(pkts_of transit egress tx)
	wire_bytes=$(bytes_of transit egress tx)
	handled=$(pkts_of ingress transit tx)
	"${traffic[@]}"
	wait_for 10 links_quiet transit egress
	wire_packets=$(($(pkts_of transit egress tx) - wire_packets))
	wire_bytes=$(($(bytes_of transit egress tx) - wire_bytes - ethernet * wire_packets))
	handled=$(($(pkts_of ingress transit tx) - handled))
	diag "$name: $wire_packets packets on the wire, $handled sent by the ingress interface"
	is "$(($(counted ingress lm-tx packets) - tx))" "$wire_packets" "$name: packets sent"
	is "$(($(counted egress lm-rx packets) - rx))" "$wire_packets" "$name: packets received"
	is "$(($(counted ingress lm-tx bytes) - tx_bytes))" "$wire_bytes" "$name: bytes sent"
	is "$(($(counted egress lm-rx bytes) - rx_bytes))" "$wire_bytes" "$name: bytes received"
	if [ "$gso" = on ]; then
		within "$handled" 10 $((wire_packets * 3 / 4)) \
			"$name: offloads were at work"
	else
		is "$handled" "$wire_packets" "$name: offloads were off"
	fi
	topo_del
}

tunnel_add() {
	local node
	# shellcheck disable=SC2086 # a list
	ip -n "${node_ns[ingress]}" link add tunnel type $tunnel local fd00:a::1 remote fd00:b::2
	# shellcheck disable=SC2086 # a list
	ip -n "${node_ns[host-b]}" link add tunnel type $tunnel local fd00:b::2 remote fd00:a::1
	for node in ingress host-b; do
		node_ip "$node" <<<"link set tunnel mtu 1300 up"
	done
	node_ip ingress <<<"addr add fd77::1/64 dev tunnel nodad"
	node_ip host-b <<<"addr add fd77::2/64 dev tunnel nodad"
	on ingress ping -q -c 1 -W 5 fd77::2 >/dev/null
	wait_for 10 links_quiet transit egress
}

run "encap, no offloads" off fd00:b::2 fcff:2::1,fcff:3::100
run "encap" on fd00:b::2 fcff:2::1,fcff:3::100
run "IPv4 in SRv6" on 10.0.2.2 fcff:2::1,fcff:3::4 --dt4
run "encap.red" on fd00:b::2 fcff:3::100 --mode encap.red
# The SRH stays in the packet up to host-b, whose link is no wider.
mtu=1400
run "inline, no offloads" off fd00:b::2 fcff:2::1,fcff:3::1,fd00:b::2 --mode inline
# 6.12 drops them behind POSTROUTING, with or without the rule, and TCP falls
# back to single packets: that is loss, and nothing to compare with the wire.
case $(uname -r) in
6.1.*) run "inline" on fd00:b::2 fcff:2::1,fcff:3::1,fd00:b::2 --mode inline ;;
esac
# The inner header is one that this module does not walk through.
tunnel="vxlan id 6291457 dstport 4789"
run "VXLAN in SRv6" on fd77::2 fcff:2::1,fcff:3::100
tunnel=ip6gre
run "GRE in SRv6" on fd77::2 fcff:2::1,fcff:3::100
tunnel=
mtu=1500
modprobe sctp
traffic=(streams --sctp)
run "SCTP" on fd00:b::2 fcff:2::1,fcff:3::100
traffic=(datagrams)
host_warm python3 -c 'import socket, time'
run "UDP in segments" on fd00:b::2 fcff:2::1,fcff:3::100
