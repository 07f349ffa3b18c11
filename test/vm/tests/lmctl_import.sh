#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# vm: icount=yes kernels=6.1,6.12 quick=yes timeout=180 seconds=25
#
# lmctl import: the SID list of every kind of seg6 route equals the one that
# tcpdump sees when a packet takes that route, and the set counts that packet.
# The topology is topo.sh's; only the link from ingress to transit matters.
. "$(dirname "$0")/../lib.sh"

topo_srv6

lm() {
	on ingress lmctl "$@"
}

# expand: IPv6 addresses, one per line, as 32 hexadecimal digits
expand() {
	awk -F: '{
		text = $0
		if (text ~ /::/) {
			split(text, half, "::")
			left = split(half[1], a, ":")
			right = split(half[2], b, ":")
		} else {
			left = split(text, a, ":")
			right = 0
		}
		out = ""
		for (i = 1; i <= left; i++)
			out = out substr("0000" a[i], length(a[i]) + 1)
		for (i = left + right; i < 8; i++)
			out = out "0000"
		for (i = 1; i <= right; i++)
			out = out substr("0000" b[i], length(b[i]) + 1)
		print out
	}'
}

# wire_sids NAME: SID list in path order of the first packet of a capture: of
# its SRH, or its destination if it has none
wire_sids() {
	local hex n i list=
	hex=$(capture_hex "$1" | head -n 1)
	if [ "${hex:12:2}" != 2b ]; then
		echo "${hex:48:32}"
		return
	fi
	n=$((16#${hex:88:2}))
	for ((i = n; i >= 0; i--)); do
		list+="${hex:96 + 32 * i:32} "
	done
	echo "${list% }"
}

# flow_sids SET NAME: what import made of the route
flow_sids() {
	lm flows "$1" --json |
		jq -r --arg name "$2" '.sets[0].flows[] |
			select(.name == $name) | .sids[]' |
		expand | paste -sd ' '
}

packets() {
	lm stats --set "$1" --json |
		jq --arg name "$2" '[.sets[0].flows[] | select(.name == $name) |
			.counters[].packets] | add'
}

# same_on_wire SET DESTINATION WHAT [NAME]
same_on_wire() {
	local set=$1 dst=$2 what=$3 name=${4-$2} before
	before=$(packets "$set" "$name")
	capture_start wire ingress transit 'ip6 proto 43 or ip6 proto 41'
	on host-a ping -c 1 -W 0.1 "$dst" >/dev/null || true
	capture_stop wire 1
	isnt "$(wire_sids wire)" "" "$what: a packet was captured"
	is "$(flow_sids "$set" "$name")" "$(wire_sids wire)" \
		"$what: the flow is what is on the wire"
	[ "$set" = inline ] ||
		is "$(lm flows "$set" --json | jq -r --arg name "$name" '.sets[0].flows[] |
			select(.name == $name) | .source' | head -n 1)" "$topo_source/128" \
			"$what: the source is the tunnel's"
	is "$(packets "$set" "$name")" "$((before + 1))" \
		"$what: the set counted the packet"
}

sixteen=fcff:2::10:1
for ((i = 2; i <= 15; i++)); do
	sixteen+=,fcff:2::10:$i
done
sixteen+=,fcff:3::100

route() {
	on ingress ip -6 route add "$@"
}

encap() {
	route "fd00:b::$1" encap seg6 mode "$2" segs "$3" dev transit
}

encap 11 encap fcff:2::b,fcff:3::100
encap 12 encap.red fcff:2::c,fcff:2::d,fcff:3::100
encap 13 encap.red fcff:3::d
encap 14 inline fcff:2::e
encap 15 l2encap fcff:2::f,fcff:3::2
encap 16 l2encap.red fcff:2::10,fcff:2::11,fcff:3::2
encap 17 encap "$sixteen"
encap 18 encap fcff:2::b,fcff:3::100
encap 19 encap "fcff:2::99,$sixteen"
route fd00:c::/64 encap seg6 mode inline segs fcff:2::e dev transit
on ingress ip route add 10.0.2.99 encap seg6 mode encap \
	segs fcff:2::4,fcff:3::4 dev transit
route fd00:d::/64 \
	nexthop encap seg6 mode encap segs fcff:2::d1 via fc00:12::2 dev transit \
	nexthop encap seg6 mode encap segs fcff:2::d2 via fc00:12::2 dev transit
route fd00:e::/64 table 77 encap seg6 mode encap segs fcff:2::77 dev transit

lm init tx
check_fails "nothing is imported without the set" "no set 'lm-rx'" \
	lm import rx
is "$(lm import --dry-run 2>/dev/null | sort | grep -c "=$topo_source@")" 9 \
	"a dry run prints flows"
is "$(lm flows tx --json | jq '.sets[0].flows | length')" 0 \
	"and adds none"
said=$(lm import tx 2>"$tmp/warnings")
is "$said" "14 routes in table main, 9 flows in set lm-tx, 1 routes have the SID list of an earlier route and share its flow, 4 left out" \
	"summary"
is "$(wc -l <"$tmp/warnings")" 4 "a warning per route that is left out"
like "$(cat "$tmp/warnings")" '^lmctl: warning: route fd00:c::/64 is left out: mode inline' \
	"inline to a prefix"
like "$(cat "$tmp/warnings")" 'route fd00:b::14 is left out: mode inline keeps the source of each host; .*--netmask 0' \
	"inline with a source"
like "$(cat "$tmp/warnings")" 'route fd00:b::13 is left out: reduced encapsulation with one SID' \
	"reduced encapsulation with one SID"
like "$(cat "$tmp/warnings")" 'route fd00:b::19 is left out: 17 segments' \
	"17 SIDs"
is "$(lm flows tx --json | jq -r '[.sets[0].flows[].name] | sort | join(" ")')" \
	"10.0.2.99 fd00:b::11 fd00:b::12 fd00:b::15 fd00:b::16 fd00:b::17 fd00:b::_64 fd00:d::_64 fd00:d::_64" \
	"names are the routes' destinations"

same_on_wire tx fd00:b::11 encap
same_on_wire tx fd00:b::12 encap.red
same_on_wire tx fd00:b::15 l2encap
same_on_wire tx fd00:b::16 l2encap.red
same_on_wire tx fd00:b::17 "encap with 16 SIDs"
same_on_wire tx fd00:b::18 "a shared flow" fd00:b::11
same_on_wire tx 10.0.2.99 "an IPv4 route"
same_on_wire tx fd00:b::2 "a prefix" fd00:b::_64

check_fails "import again" "has the flow .*no flow was added" lm import tx
check "import again with --exist" lm import tx --exist
is "$(lm colour tx --json | jq '.sets[0].flow_count')" 9 "no flow is twice"
lm flush tx
lm import tx --table 77 --name 'pe-%t-%i' >/dev/null
is "$(lm flows tx --json | jq -c '[.sets[0].flows[] | [.name, .sids]]')" \
	'[["pe-77-1",["fcff:2::77"]]]' "another table, a name by pattern"
lm flush tx
lm import tx --dry-run 2>/dev/null | lm add tx --file -
is "$(lm colour tx --json | jq '.sets[0].flow_count')" 9 \
	"what a dry run prints can be added"
lm flush tx

# Nexthop objects and groups of them, also where the kernel hides them from routes.
node_ip ingress <<-END
	nexthop add id 5 encap seg6 mode encap segs fcff:2::55,fcff:3::100 via fc00:12::2 dev transit
	nexthop add id 6 encap seg6 mode encap segs fcff:2::66,fcff:3::100 via fc00:12::2 dev transit
	nexthop add id 7 group 5/6
	route add fd00:b::55 nhid 5
	route add fd00:b::77 nhid 7
END
on ingress sysctl -qw net.ipv4.nexthop_compat_mode=0
is "$(lm import tx --dry-run 2>/dev/null | grep -o '^.*fcff:2::[56][56]')" \
	"fd00:b::55=fc00:12::1@fcff:2::55
fd00:b::77=fc00:12::1@fcff:2::66" "routes with nexthop objects"
on ingress sysctl -qw net.ipv4.nexthop_compat_mode=1
node_ip ingress <<-END
	route del fd00:b::55
	route del fd00:b::77
	link add blue type vrf table 78
	route add fd00:78::/64 vrf blue encap seg6 mode encap segs fcff:2::78 dev transit
END
is "$(lm import tx -n --table=77 --table=blue --name=%t)" \
	"77=$topo_source@fcff:2::77
78=$topo_source@fcff:2::78" "a table and a VRF"
is "$(lm import tx --table=all | tail -n 1 | grep -o '^[^,]*,[^,]*')" \
	"16 routes in all tables, 11 flows in set lm-tx" "all tables"
check_fails "no such table" "--table=red: not a routing table" lm import tx --table=red
node_ip ingress <<<"link del blue"

# One route too many for the set: none of them.
lm init tx --set small --maxelem 8 --ip6tables=/bin/true
check_fails "more routes than fit" "set 'small' is full" lm import small
is "$(lm colour small --json | jq '.sets[0].flow_count')" 0 \
	"a set too small gets none"
on ingress ipset destroy small

# Mode inline, with the source of each host.
lm init tx --set inline --netmask 0
lm import inline >/dev/null 2>&1
same_on_wire inline fd00:b::14 inline
lm deinit tx --set inline

# Without a fixed tunnel source the kernel chooses by the device of the route.
on ingress ip sr tunsrc set ::
lm flush tx
like "$(lm import tx 2>&1 >/dev/null)" \
	"warning: set 'lm-tx': no tunnel source is set; the kernel chooses $topo_source " \
	"a choice can change: a warning"
same_on_wire tx fd00:b::11 "encap, with the kernel's choice"

# Sockets take the 'src' of the route to the first SID, and tunnels do not.
node_ip ingress <<-END
	addr add fcff:1::99/128 dev lo nodad
	route change fcff:2::/32 via fc00:12::2 dev transit src fcff:1::99
END
lm flush tx
like "$(lm import tx 2>&1 >/dev/null)" \
	"left out: no tunnel source: its route has a 'src', which SRv6 tunnels do not use; set one with 'ip sr tunsrc set ADDRESS'" \
	"a 'src': no guess"
check_fails "a 'src': add does not guess either" \
	"no tunnel source for fcff:2::1: its route has a 'src', .*'ip sr tunsrc set ADDRESS'" \
	lm add tx fcff:2::1
capture_start src ingress transit 'ip6 proto 43'
on host-a ping -c 1 -W 0.1 fd00:b::11 >/dev/null || true
capture_stop src 1
is "$(capture_hex src | head -n 1 | cut -c 17-48)" "$(expand <<<"$topo_source")" \
	"a 'src': the tunnel has another source"
node_ip ingress <<-END
	addr del fcff:1::99/128 dev lo
	route change fcff:2::/32 via fc00:12::2 dev transit
END

# Of a device with a temporary address, tunnels take the public one.
on ingress sysctl -qw net.ipv6.conf.transit.use_tempaddr=2
node_ip ingress <<<"addr change $topo_source/64 dev transit mngtmpaddr nodad"
wait_for 10 on ingress bash -c 'ip -6 addr show dev transit temporary | grep -q fc00:12:'
isnt "$(on ingress ip -6 route get fcff:2::1 | grep -o 'src [^ ]*')" \
	"src $topo_source" "a temporary address: sockets take it"
like "$(lm import tx 2>&1 >/dev/null)" "the kernel chooses $topo_source " \
	"a temporary address: the choice is the public one"
same_on_wire tx fd00:b::11 "encap, with a temporary address"
node_ip ingress <<<"addr change $topo_source/64 dev transit nodad"
on ingress sysctl -qw net.ipv6.conf.transit.use_tempaddr=0
on ingress ip sr tunsrc set "$topo_source"

# Without an SRH the Traffic Class carries the colour.
lm deinit tx
lm init tx --mask 0x0c 2>/dev/null
lm import tx >/dev/null 2>&1
same_on_wire tx fd00:b::13 "encap.red with one SID, marked in the Traffic Class"
lm deinit
