#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# vm: icount=yes kernels=6.1,6.12 quick=yes timeout=120 seconds=8
#
# 'lmctl check --set' on a counting node: what becomes of packets after they were
# counted, for all kinds of routes and places of them. No packet is sent.
. "$(dirname "$0")/../lib.sh"

modprobe vrf
node_add pe
on pe sysctl -qw net.vrf.strict_mode=1
node_ip pe <<-END
	link set lo up
	link add core type dummy
	link set core up
	addr add fc00:1::1/64 dev core nodad
	route add fcff:3::/32 via fc00:1::2 dev core
	route add fcff:4::/32 via fc00:1::2 dev core
END
on pe lmctl init rx

# flow [NAME=]SIDS: this one, in place of the one before
flow() {
	local name=${1%%=*}=
	[[ $1 = *=* ]] || name=
	on pe lmctl flush rx
	on pe lmctl add rx "${name}fcff:9::9@${1#*=}"
}

# said LEVEL REGEX NAME: the only finding about SIDs
said() {
	local found
	found=$(on pe lmctl check --set rx | grep -E '^[a-zA-Z]+ +SID')
	like "$found" "^$1 +SID +this node $2" "$3"
	is "$(wc -l <<<"$found")" 1 "$3: nothing else"
}

drops="drops packets after counting them:"
takes="decapsulates packets after counting them"
sends="forwards packets after counting them, and the path behind it is not measured"
transit="forwards packets after counting them, and none of their SIDs is its own"

# A node in the middle.
flow fcff:2::1,fcff:3::100
said note "$transit \(1 flow, " "no SID of the list is here"
node_ip pe <<<"route add fcff:2::/64 encap seg6local action End dev core"
said ok "$sends \(1 flow, " "a SID before the last one is here"
flow fcff:2::1,fcff:4::1,fcff:5::1
said ok "$sends \(1 flow, " "no route to a last SID that is not the next one"
flow fcff:4::1,fcff:2::1,fcff:5::1
said note "$drops it has no route to their last SID fcff:5::1 \(1 flow, " \
	"no route to the last SID, which is the next one"
flow fcff:4::1,fcff:5::1
said note "$drops it has no route to their last SID fcff:5::1 \(1 flow, " \
	"no route to the last SID"
for kind in unreachable blackhole prohibit; do
	node_ip pe <<<"route add $kind fcff:5::/32"
	said note "$drops it has no route to their last SID fcff:5::1 \(1 flow, " \
		"a route of type $kind"
	node_ip pe <<<"route del $kind fcff:5::/32"
done

# The last SID is here.
node_ip pe <<<"addr add fcff:5::1/128 dev core nodad"
said ok "$takes \(1 flow, " "a local address"
node_ip pe <<<"addr del fcff:5::1/128 dev core"
for action in "End.DX2 oif core" "End.DX6 nh6 fc00:1::2" "End.DX4 nh4 10.0.0.1" \
	      "End.DT6 table 254"; do
	node_ip pe <<<"route add fcff:5::1/128 encap seg6local action $action dev core"
	said ok "$takes \(1 flow, " "${action%% *}"
	node_ip pe <<<"route del fcff:5::1/128"
done
for action in End "End.X nh6 fc00:1::2" "End.T table 254" \
	      "End.B6.Encaps srh segs fcff:3::1"; do
	node_ip pe <<<"route add fcff:5::/64 encap seg6local action $action dev core"
	said note "$drops ${action%% *} would send them to another SID, but fcff:5::1 is their last one" \
		"${action%% *} of the locator"
	node_ip pe <<<"route del fcff:5::/64"
done

# The table that End.DT looks into.
node_ip pe <<-END
	link add red type vrf table 100
	link set red up
	route add fcff:5::6/128 encap seg6local action End.DT6 vrftable 100 dev red
	route add fcff:5::4/128 encap seg6local action End.DT4 vrftable 100 dev red
	route add fcff:5::46/128 encap seg6local action End.DT46 vrftable 100 dev red
END
for family in -4 -6; do
	on pe ip $family route add unreachable default metric 4278198272 table 100
done
for action in 6 4 46; do
	flow "dt=fcff:4::1,fcff:5::$action"
	said note "$drops End.DT$action of their last SID fcff:5::$action looks up table 100, which is empty \(1 flow, first dt\)" \
		"End.DT$action and an empty VRF"
done
on pe ip route add 10.0.0.0/8 dev core table 100
said ok "$takes \(1 flow, first dt\)" "End.DT46 and a VRF with IPv4 only"
flow dt=fcff:4::1,fcff:5::6
said note "$drops End.DT6 .* table 100" "End.DT6 and a VRF with IPv4 only"
node_ip pe <<<"route add fd00:b::/64 dev core table 100"
said ok "$takes \(1 flow, first dt\)" "End.DT6 and a VRF with IPv6"

# SIDs in the table of a VRF, or of a rule, that packets of some devices meet.
node_ip pe <<-END
	link add backbone type vrf table 10
	link set backbone up
	link add uplink type dummy
	link set uplink master backbone
	link set uplink up
	route add fcff:7::1/128 encap seg6local action End.DT6 table 254 dev uplink table 10
	route add fcff:8::1/128 encap seg6local action End.DT6 table 254 dev core table 55
END
on pe ip -6 route add default dev uplink table 10
on pe ip -6 rule add iif core lookup 55
flow fcff:7::1
said ok "$takes \(1 flow, " "the core in a VRF"
flow fcff:7::9
said ok "$sends \(1 flow, " "the core in a VRF, a node in the middle"
flow fcff:8::1
said ok "$takes \(1 flow, " "a rule for a device"
flow fcff:4::1,fcff:7::9
said note "$drops it has no route to their last SID fcff:7::9 " \
	"a default route of a VRF is none of the core"

# Containers of compressed SIDs (NEXT-C-SID).
flow csid=fcbb:bb00:100:200:300:d6::
node_ip pe <<-END
	route add fcbb:bb00:100::/48 via fc00:1::2 dev core
	route add fcbb:bb00:400::/48 via fc00:1::2 dev core
	route add fcbb:bb00:d6::/48 encap seg6local action End.DT6 table 254 dev core
END
node_ip pe <<<"route add fcbb:bb00:300::/48 encap seg6local action End flavors next-csid lblen 32 nflen 16 dev core"
said ok "$takes \(1 flow, first csid\)" "a container that ends here"
node_ip pe <<<"route del fcbb:bb00:d6::/48"
said note "$drops it has no route to their last SID fcbb:bb00:100:200:300:d6:: " \
	"a container whose last SID is gone"
flow csid=fcbb:bb00:100:200:300::
said note "$drops End would send them to another SID" \
	"a container that ends with a locator"
flow csid=fcbb:bb00:100:300:400:d6::
said ok "$sends \(1 flow, first csid\)" "a container that goes on"

# Many flows: one line of each kind.
on pe lmctl flush rx
for i in $(seq 300); do
	echo "f$i=fcff:9::9@fcff:4::$i,fcff:$((3 + i % 3))::1"
done >"$tmp/flows"
on pe lmctl add rx --file "$tmp/flows"
is "$(on pe lmctl check --set rx | grep -cE '^(ok|note) +SID')" 2 \
	"hundreds of flows: a line for each kind"

check_fails "no such set" "there is no set 'none'" on pe lmctl check --set none
check_fails "a period without a peer" "PEER is missing" \
	on pe lmctl check --set rx --period 1s
is "$(on pe lmctl check --set rx 2>&1 >/dev/null)" "" "no other words"
