# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# The network of most tests: three SRv6 routers between two hosts; sourced by
# lib.sh.
#
#   host-a ───────── ingress ───────── transit ───────── egress ───────── host-b
#     fd00:a::2    ::1    fc00:12::1     ::2  ::2 fc00:23::3   fd00:b::1    ::2
#     10.0.1.2     .1     10.0.12.1      .2   .2   10.0.23.3   10.0.2.1     .2
#
#   SIDs           fcff:1::/64        fcff:2::/64         fcff:3::/64   End
#   (x = 1 or 3)   fcff:x::100                            fcff:x::100   End.DT6
#                  fcff:x::4                              fcff:x::4     End.DT4 (--dt4)
#
# Any address in a node's /64 is an End SID of it, so SID lists of every
# length can be made of them; at most 8 of one node in a row, that is how deep
# the kernel goes without a link between.  Each device is named after its neighbour.
# Core links have an MTU of 2000: no encapsulation there is too long.
#
# The encapsulated direction is host-a to host-b; the way back is plain
# routing unless --both is given.

# What ingress and egress give to packets that they encapsulate.
topo_source=fc00:12::1
topo_source_back=fc00:23::3

# topo_srv6 [OPTION]...
#   --mode MODE    encap (default), encap.red or inline
#   --sids LIST    SIDs in path order, with commas; default fcff:2::1 and the
#                  egress SID that suits the mode
#   --both         encapsulate the way back as well
#   --dt4          IPv4 is encapsulated too, to End.DT4; host links are in the
#                  VRF "vrf100" of ingress and egress
# TOPO_GSO=off (default) or on: offloads of all devices.
topo_srv6() {
	local mode=encap last=100 sids='' both='' dt4=''
	while [ $# -gt 0 ]; do
		case $1 in
		--mode) mode=$2; shift ;;
		--sids) sids=$2; shift ;;
		--both) both=1 ;;
		--dt4) dt4=1 ;;
		*) echo "topo_srv6: unknown option '$1'" >&2; return 2 ;;
		esac
		shift
	done
	[ "$mode" != inline ] || last=1
	: "${sids:=fcff:2::1,fcff:3::$last}"

	topo_links
	topo_addresses
	topo_router ingress host-a transit 1 "$topo_source" fd00:a::2 10.0.1.2
	topo_router egress host-b transit 3 "$topo_source_back" fd00:b::2 10.0.2.2
	topo_transit
	topo_steer ingress b 10.0.2.0/24 fcff:3::4 "$sids"
	if [ -n "$both" ]; then
		topo_steer egress a 10.0.1.0/24 fcff:1::4 "fcff:2::1,fcff:1::$last"
	else
		topo_plain egress a 10.0.1.0/24
	fi
	topo_quiet
}

# A link between ingress (fd00:c::1) and egress (fd00:c::3), away from the core:
# messages of lmctl that use it are not among the packets that netem sees there.
topo_direct() {
	link_add ingress egress
	node_ip ingress <<<"addr add fd00:c::1/64 dev egress nodad"
	node_ip egress <<<"addr add fd00:c::3/64 dev ingress nodad"
	make_permanent_neighbours ingress egress
	wait_for 10 links_quiet ingress egress egress ingress
}

# Another ingress, "other", which sends into the same SID list, $sids, for host-b; it
# has fd00:d::4 for packets of its own.
topo_other_source=fc00:42::4
topo_other() {
	node_add other
	link_add other transit 2000
	offloads off other transit
	offloads off transit other
	node_ip other <<-END
		addr add $topo_other_source/64 dev transit nodad
		addr add fd00:d::4/128 dev transit nodad
		sr tunsrc set $topo_other_source
		route add fcff::/16 via fc00:42::2 dev transit
		route add fd00:b::/64 encap seg6 mode encap segs $sids dev transit
	END
	node_ip transit <<<"addr add fc00:42::2/64 dev other nodad"
	make_permanent_neighbours other transit
}

# Takes the network away before the test's end, for another one.
topo_del() {
	local node
	for node in host-a ingress transit egress host-b; do
		node_del "$node"
	done
}

topo_links() {
	node_add host-a ingress transit egress host-b
	link_add host-a ingress
	link_add ingress transit 2000
	link_add transit egress 2000
	link_add egress host-b
	offloads "${TOPO_GSO:-off}" host-a ingress
	offloads "${TOPO_GSO:-off}" ingress host-a transit
	offloads "${TOPO_GSO:-off}" transit ingress egress
	offloads "${TOPO_GSO:-off}" egress transit host-b
	offloads "${TOPO_GSO:-off}" host-b egress
}

topo_addresses() {
	if [ -n "$dt4" ]; then
		topo_vrf ingress host-a
		topo_vrf egress host-b
	fi
	node_ip host-a <<-END
		addr add fd00:a::2/64 dev ingress nodad
		addr add 10.0.1.2/24 dev ingress
		route add default via fd00:a::1 dev ingress
		route add default via 10.0.1.1 dev ingress
	END
	node_ip ingress <<-END
		addr add fd00:a::1/64 dev host-a nodad
		addr add 10.0.1.1/24 dev host-a
		addr add fc00:12::1/64 dev transit nodad
		addr add 10.0.12.1/24 dev transit
	END
	node_ip transit <<-END
		addr add fc00:12::2/64 dev ingress nodad
		addr add 10.0.12.2/24 dev ingress
		addr add fc00:23::2/64 dev egress nodad
		addr add 10.0.23.2/24 dev egress
	END
	node_ip egress <<-END
		addr add fc00:23::3/64 dev transit nodad
		addr add 10.0.23.3/24 dev transit
		addr add fd00:b::1/64 dev host-b nodad
		addr add 10.0.2.1/24 dev host-b
	END
	node_ip host-b <<-END
		addr add fd00:b::2/64 dev egress nodad
		addr add 10.0.2.2/24 dev egress
		route add default via fd00:b::1 dev egress
		route add default via 10.0.2.1 dev egress
	END
	make_permanent_neighbours host-a ingress transit egress host-b
}

topo_vrf() {
	# the setting comes with the module
	modprobe vrf
	on "$1" sysctl -qw net.vrf.strict_mode=1
	node_ip "$1" <<-END
		link add vrf100 type vrf table 100
		link set vrf100 up
		link set $2 master vrf100
	END
}

# The local behaviours of ingress or egress.
#   topo_router NODE HOST CORE NUMBER SOURCE HOST6 HOST4
topo_router() {
	local node=$1 host=$2 core=$3 n=$4 table='table 254'
	[ -z "$dt4" ] || table='vrftable 100'
	node_ip "$node" <<-END
		sr tunsrc set $5
		route add fcff:2::/32 via $(topo_transit_of "$node") dev $core
		route add fcff:$((4 - n))::/32 via $(topo_transit_of "$node") dev $core
		route add fcff:$n::/64 encap seg6local action End dev $core
		route add fcff:$n::100/128 encap seg6local action End.DT6 $table dev $core
		$([ -z "$dt4" ] || echo "route add fcff:$n::4/128 encap seg6local action End.DT4 vrftable 100 dev $core")
	END
	if [ -n "$dt4" ]; then
		# End, and what comes back by plain routing, leave the VRF
		node_ip "$node" <<-END
			route add $6/128 dev $host
			route add $7/32 dev $host
		END
	fi
}

topo_transit_of() {
	case $1 in
	ingress) echo fc00:12::2 ;;
	*) echo fc00:23::2 ;;
	esac
}

topo_transit() {
	node_ip transit <<-END
		route add fcff:1::/32 via fc00:12::1 dev ingress
		route add fcff:3::/32 via fc00:23::3 dev egress
		route add fcff:2::/64 encap seg6local action End dev egress
		route add fd00:a::/64 via fc00:12::1 dev ingress
		route add fd00:b::/64 via fc00:23::3 dev egress
		route add 10.0.1.0/24 via 10.0.12.1 dev ingress
		route add 10.0.2.0/24 via 10.0.23.3 dev egress
	END
}

# Steers traffic for host network fd00:SIDE::/64 (and NET4) into SRv6.
#   topo_steer NODE SIDE NET4 DT4SID SIDS
topo_steer() {
	local in=${dt4:+vrf vrf100}
	node_ip "$1" <<-END
		route add fd00:$2::/64 $in encap seg6 mode $mode segs $5 dev transit
		$([ -z "$dt4" ] || echo "route add $3 $in encap seg6 mode $mode segs ${5%,*},$4 dev transit")
	END
	[ -n "$dt4" ] || topo_plain4 "$1" "$3"
}

# Plain routing towards the network on the other side.
topo_plain() {
	local in=${dt4:+vrf vrf100}
	node_ip "$1" <<<"route add fd00:$2::/64 $in via $(topo_transit_of "$1") dev transit"
	topo_plain4 "$1" "$3"
}

topo_plain4() {
	local in=${dt4:+vrf vrf100} via=10.0.12.2
	[ "$1" = ingress ] || via=10.0.23.2
	node_ip "$1" <<<"route add $2 $in via $via dev transit"
}

# The few multicast listener reports of new addresses must be gone before
# anything is counted.
topo_quiet() {
	wait_for 10 links_quiet ingress transit transit egress egress transit
}
