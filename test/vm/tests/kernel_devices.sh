#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# vm: icount=yes kernels=6.1,6.12 timeout=240 seconds=20
#
# One packet counts once, however often devices pass it to the hooks: VRFs, what
# End.DT puts into them, bridges with br_netfilter, IPsec. How many packets there
# were is known from what came out of the router, or from its interfaces.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../packets.sh"

sid_list 1 2
flow=$S
dt6=fcff:8::6
dt46=fcff:8::46
near=fcff:8::77

modprobe vrf
modprobe br_netfilter
at_exit modprobe -r br_netfilter
topo_probe
on router sysctl -qw net.vrf.strict_mode=1 net.bridge.bridge-nf-call-ip6tables=0
node_ip router <<-END
	link add red type vrf table 100
	link set red up
	link add blue type vrf table 200
	link set blue up
	link add br0 type bridge forward_delay 0
	link set br0 up
	addr add $near/128 dev red
	route add default via fd00:6::2 dev out table 100
	route add $dt6 encap seg6local action End.DT6 vrftable 100 dev red
	route add $dt46 encap seg6local action End.DT46 vrftable 100 dev red
	route add $dt6 encap seg6local action End.DT6 vrftable 100 dev red table 100
	route add $dt46 encap seg6local action End.DT46 vrftable 100 dev red table 100
END

# receiver DEV OPTION...: the device that the packets enter by; a change of its
# master takes its address away
receiver() {
	local dev=$1
	shift
	node_ip router <<-END
		link set in nomaster
		link set br0 nomaster
		$([ "$dev" = in ] || echo "link set in master $dev")
		link set $dev $*
		addr replace fd00:5::ff/64 dev $dev nodad
	END
	wait_for 10 router_ready
	[ "$dev" = in ] || wait_for 10 bridging
}

bridging() {
	[[ $(on router bridge link show dev in) == *forwarding* ]] &&
		[[ $(on router ip link show br0) == *LOWER_UP* ]]
}

# fresh BACKEND: the sets and their rules are as new
fresh() {
	rules nft
	rules legacy
	on router ipset destroy
	on router ipset restore <<-END
		create rx hash:sr6flow
		add rx flow=$flow
		add rx dt6=fcff:8::5,$dt6
		add rx dt46=fcff:8::5,$dt46
		create tx hash:sr6flow
		add tx flow=$flow
	END
	rules "$1" "PREROUTING -m set --match-set rx dst" \
		"POSTROUTING -m set --match-set tx src"
}

# figures SET: "NAME,COLOUR PACKETS" of each flow and colour
figures() {
	on router ipset save "$1" |
		sed -n "s/^add $1 \([a-z0-9]*\)=.*,0x000\([0-3]\)0000 packets \([0-9]*\) .*/\1,\2 \3/p" |
		sort | paste -sd ' '
}

# passes BACKEND CHAIN: how often the rule there was true
passes() {
	on router "ip6tables-$1" -t mangle -nvxL "$2" 2>/dev/null | awk 'NR > 2 { print $1 }'
}

# packet [COUNT [TAG [DST]]]: lines for packets of the flow
packet() {
	echo "x${1:-1} ip${3:+ dst=$3} srh sids=$flow tag=${2:-0} ip udp"
}

# nested COUNT SID: the same, as packets of another flow that ends at SID
nested() {
	echo "x$1 ip dst=$2 srh sids=fcff:8::5,$2 sl=0 tag=2 ip srh sids=$flow tag=1 ip udp"
}

# come_out NAME LINE...: what is sent through the router comes out; all at once,
# without labels, in $tmp/out
come_out() {
	local name=$1 wanted=0 line
	shift
	printf '%s\n' "$@" | through >"$tmp/out"
	for line; do
		line=${line%% *}
		wanted=$((wanted + ${line#x}))
	done
	is "$(grep -c '^6' "$tmp/out")" "$wanted" "$name: packets come out"
}

# tags: the Tags of what came out
tags() {
	cut -c 93-96 "$tmp/out" | sort | uniq -c | awk '{ print $2, $1 }' |
		paste -sd ' '
}

# --- what End.DT takes out of a packet has the VRF as its first device

inside() {
	fresh "$2"
	come_out "$1" "$(nested 7 $dt6)" "$(nested 5 $dt46)"
	is "$(sort -u "$tmp/out")" "$(echo "ip srh sids=$flow tag=1 ip udp" | forwarded)" \
		"as they were inside of others"
	is "$(figures rx)" "dt46,2 5 dt6,2 7 flow,1 12" \
		"both flows count each packet once"
}

receiver in nomaster
inside "End.DT, the core without VRF" nft
receiver in master blue
inside "End.DT, the core in another VRF" legacy
receiver in master red
inside "End.DT, the core in the same VRF" nft
capture_start red router red
inside "with a capture on the VRF" legacy
capture_stop red
is "$(tcpdump -nr "$tmp/red.pcap" 2>/dev/null | wc -l)" 24 \
	"which has seen both packets of each"

# --- a device of a VRF, then the VRF

fresh nft
come_out "VRF" "$(packet 6 1)"
is "$(figures rx), $(figures tx)" "flow,1 6, flow,3 6" "each counts once"
is "$(passes nft PREROUTING)" 12 "of two passes"

# what a rule of tc hands to the VRF itself passes twice with it as device
node_tc router qdisc add dev in clsact
node_tc router filter add dev in ingress matchall action mirred ingress \
	redirect dev red
fresh nft
come_out "redirected to the VRF" "$(packet 6 1)"
is "$(figures rx)" "flow,1 6" "each counts once"
is "$(passes nft PREROUTING)" 12 "of two passes"
node_tc router qdisc del dev in clsact

# destinations that are of one link only enter a VRF without a second pass
entered() {
	[ $(($(pkts_of router in rx) - $1)) -ge "$2" ]
}

fresh nft
before=$(pkts_of router in rx)
{
	packet 6 1 fe80::5
	packet 4 2 ff02::5
} | inject >/dev/null
wait_for 10 entered "$before" 10
is "$(figures rx)" "flow,1 6 flow,2 4" "link-local and multicast: each counts once"
is "$(passes nft PREROUTING)" 10 "of one pass"

# a program in a VRF and an address of the VRF
fresh nft
echo "x6 ip dst=$near srh sids=$flow sl=0 tag=1 ip udp" | on router srpacket raw red
is "$(figures rx), $(figures tx)" "flow,1 6, " \
	"from and to the node, in a VRF: each counts once"
is "$(passes nft PREROUTING) $(passes nft POSTROUTING)" "6 6" "of one pass each"

# --- bridges

bridged() {
	fresh "$2"
	come_out "$1" "$(packet 6 1)"
	is "$(figures rx)" "flow,1 6" "each counts once"
	is "$(passes "$2" PREROUTING)" "$3" "of $(($3 / 6)) passes"
}

receiver br0 nomaster
bridged "bridge" nft 6
receiver br0 master red
bridged "bridge in a VRF" nft 12
on router sysctl -qw net.bridge.bridge-nf-call-ip6tables=1
bridged "bridge in a VRF, br_netfilter" nft 18
bridged "bridge in a VRF, br_netfilter" legacy 18
receiver br0 nomaster
bridged "bridge, br_netfilter" nft 6
on router sysctl -qw net.bridge.bridge-nf-call-ip6tables=0
receiver in nomaster

# --- IPsec: the transport mode leaves the headers where they are

far=fcff:8::99
gateways="src fd00:6::1 dst fd00:6::2"
key="auth hmac(sha1) 0x$(printf '%040d' 7)"
null="enc ecb(cipher_null) \"\""

# ipsec COMMAND...: for each, after the state and policies of the last ones
ipsec() {
	printf 'xfrm %s\n' "state flush" "policy flush" "$@" |
		on router ip -batch -
}

# secured: packets that the state has counted
secured() {
	on router ip -s xfrm state |
		sed -n '/lifetime current/{n;s/.* \([0-9]*\)(packets)/\1/p}' |
		paste -sd ' '
}

# inbound NAME COLOUR PASSES: what has come out comes back, for the node itself
inbound() {
	fresh nft
	opened=$(secured)
	sed 's/.*/x1 data hex=&/' "$tmp/esp" | inject >/dev/null
	check "$1: the node opens them" wait_for 5 all_opened
	is "$(figures rx)" "flow,$2 6" "each counts once"
	is "$(passes nft PREROUTING)" "$3" "of $(($3 / 6)) passes"
}

all_opened() {
	[ $(($(secured) - opened)) = 6 ]
}

# outbound NAME: packets to "far", which are 6 when they have come out
outbound() {
	fresh nft
	come_out "$1" "x6 ip dst=$far srh sids=$flow sl=0 ip udp"
	is "$(secured)" 6 "$1: each is secured"
	is "$(passes nft POSTROUTING)" 12 "after two passes"
	cp "$tmp/out" "$tmp/esp"
}

on router sysctl -qw net.ipv6.conf.all.seg6_enabled=1 net.ipv6.conf.in.seg6_enabled=1
ends="src fd00:5::1 dst $far"
ipsec "state add $ends proto esp spi 0x700 reqid 7 mode transport $key $null" \
	"policy add dir out $ends tmpl proto esp reqid 7 mode transport"
outbound "ESP, transport mode"
is "$(figures tx), $(tags)" "flow,1 6, 0001 6" "it is marked and counted once"
node_ip router <<<"addr add $far/128 dev lo"
inbound "ESP, transport mode" 1 12
node_ip router <<-END
	addr del $far/128 dev lo
	addr add $far/128 dev red
END
receiver in master red
inbound "ESP, transport mode, in a VRF" 1 24
node_ip router <<<"addr del $far/128 dev red"
receiver in nomaster

# the authentication header covers the mark: no pass after it may change it
ipsec "state add $ends proto ah spi 0x700 reqid 7 mode transport $key" \
	"policy add dir out $ends tmpl proto ah reqid 7 mode transport"
outbound "AH, transport mode"
is "$(figures tx), $(tags)" "flow,1 6 flow,3 6, 0001 6" \
	"it is marked before, and is known to be so behind"
node_ip router <<<"addr add $far/128 dev lo"
inbound "AH, transport mode" 1 12
node_ip router <<<"addr del $far/128 dev lo"

# --- IPsec: the tunnel mode hides them

# hidden NAME PASSES DEV LINE: what enters by DEV leaves in a tunnel
hidden() {
	local mac
	fresh nft
	mac=$(mac_of router "$3")
	echo "$4" | on tester srpacket send "$(tester_side "$3")" "$mac" >/dev/null
	check "$1: packets come out" wait_for 5 all_secured
	is "$(figures tx)" "flow,1 6" "$1: each counts once"
	is "$(passes nft POSTROUTING)" "$2" "of $(($2 / 6)) passes"
}

tester_side() {
	case $1 in
	in) echo to ;;
	out) echo from ;;
	esac
}

all_secured() {
	[ "$(secured)" = 6 ]
}

tunnel="$gateways proto esp spi 0x701 reqid 8 mode tunnel $key $null"
template="tmpl $gateways proto esp reqid 8 mode tunnel"
ipsec "state add $tunnel" "policy add dir out $ends $template"
hidden "ESP, tunnel mode" 6 in "x6 ip dst=$far srh sids=$flow ip udp"
ipsec "state add $tunnel" "policy add dir out $ends $template"
hidden "ESP, tunnel mode, back by its device" 6 out \
	"x6 ip dst=$far srh sids=$flow ip udp"
node_ip router <<-END
	link add ipsec0 type xfrm dev out if_id 7
	link set ipsec0 up
	link add vti0 type vti6 local fd00:6::1 remote fd00:6::2 key 9
	link set vti0 up
	route add $far/128 dev ipsec0
END
ipsec "state add $tunnel if_id 7" "policy add src ::/0 dst ::/0 dir out if_id 7 $template"
hidden "XFRM interface" 12 in "x6 ip dst=$far srh sids=$flow ip udp"
node_ip router <<<"route replace $far/128 dev vti0"
ipsec "state add $tunnel mark 9" "policy add src ::/0 dst ::/0 dir out mark 9 $template"
hidden "VTI" 12 in "x6 ip dst=$far srh sids=$flow ip udp"
