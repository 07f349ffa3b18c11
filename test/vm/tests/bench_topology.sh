#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# vm: icount=yes kernels=6.1,6.12 timeout=240 seconds=21
#
# Every network that topo_srv6 makes carries packets in the encapsulation that
# was asked for, with the distribution's kernel only.
. "$(dirname "$0")/../lib.sh"

plan 14

# first_packet FILTER HOST: the first packet on the core link while host-a
# pings, as hexadecimal digits. One by one: ping gives a single packet all the
# time it needs, and the last one of several only twice that of the others.
first_packet() {
	local i
	capture_start core ingress transit "$1"
	for i in 1 2 3; do
		on host-a ping -q -c 1 -W 20 "$2" || true
	done >"$tmp/ping"
	capture_stop core 1
	capture_hex core | head -n 1
}

answered() {
	is "$(grep -c '1 packets transmitted, 1 received' "$tmp/ping")" 3 "$1"
}

# hex_at PACKET BYTE COUNT
hex_at() {
	echo "${1:$2 * 2:$3 * 2}"
}

topo_srv6 --mode encap.red --both
packet=$(first_packet 'ip6 proto 43' fd00:b::2)
answered "encap.red, both ways: ping"
# Routing type 4, one SID left of two: Segments Left is beyond Last Entry.
is "$(hex_at "$packet" 40 8)" 2902040100000000 \
	"encap.red leaves the first SID out of the SRH"
topo_del

topo_srv6 --mode encap.red --sids fcff:3::100
packet=$(first_packet 'ip6 proto 41' fd00:b::2)
answered "encap.red with one SID: ping"
is "$(hex_at "$packet" 24 16)" fcff0003000000000000000000000100 \
	"encap.red with one SID has no SRH"
topo_del

topo_srv6 --mode inline
packet=$(first_packet 'ip6 proto 43' fd00:b::2)
answered "inline: ping"
is "$(hex_at "$packet" 48 16)" fd00000b000000000000000000000002 \
	"inline appends the original destination"
topo_del

topo_srv6 --mode l2encap
packet=$(first_packet 'ip6 proto 43' fd00:b::2)
answered "l2encap to End.DX2: ping"
is "$(hex_at "$packet" 40 1)" 8f "l2encap carries Ethernet"
topo_del

topo_srv6 --dt4 --both
packet=$(first_packet 'ip6 proto 43' 10.0.2.2)
answered "IPv4 to End.DT4, both ways: ping"
is "$(hex_at "$packet" 40 1)" 04 "the payload is IPv4"
packet=$(first_packet 'ip6 proto 43' fd00:b::2)
answered "IPv6 to End.DT6 in a VRF, both ways: ping"
topo_del

topo_srv6 --vrf
packet=$(first_packet 'ip6 proto 43' fd00:b::2)
answered "End.DT6 in a VRF, one way: ping"
topo_del

# 16 SIDs: the kernel follows at most 8 of one node without a link between.
sids=$(seq -f fcff:2::%g -s , 1 8),$(seq -f fcff:3::%g -s , 1 7),fcff:3::100
topo_srv6 --sids "$sids"
packet=$(first_packet 'ip6 proto 43' fd00:b::2)
answered "16 SIDs: ping"
is "$(hex_at "$packet" 40 5)" 2920040f0f "the SRH holds 16 SIDs"
