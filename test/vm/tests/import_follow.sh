#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# vm: icount=yes kernels=6.1,6.12 timeout=400 seconds=60
#
# lmctl run with a section import: the flows of a set follow the routes. The set and the
# routes come late; routes are in VRFs, of IPv4, and have nexthop objects; the last block
# of a removed route is reported by both ends; events are lost; the daemon starts again;
# flows of the operator stay.
. "$(dirname "$0")/../lib.sh"

period=250
export STATE_DIRECTORY=$tmp

topo_srv6
topo_direct

lm() {
	on ingress lmctl "$@"
}

# flows: the first SIDs of the flows of the set, sorted, without their common part
flows() {
	lm flows tx --json | jq -r '[.sets[0].flows[].sids[0] | sub("fcff:2::"; "")] |
		sort | join(" ")'
}

flows_are() {
	[ "$(flows)" = "$1" ]
}

# follow WANTED WHAT [SECONDS]: soon, and by the clock of the guest
follow() {
	check "$2" wait_for "${3:-1}" flows_are "$1"
}

# route SID ARGUMENT...: a route through this SID and the last one of the path
route() {
	local sid=$1
	shift
	echo "route add $* encap seg6 mode encap segs fcff:2::$sid,fcff:3::100 dev transit"
}

ingress_start() {
	service_start ingress <<-END
		rotate: tx
		import tx:
		measure egress: {peers: egress=fd00:c::3}
		metrics: {listen: "[::1]:9862"}
	END
}

# The set comes late: a daemon that only imports waits for it.
daemon alone ingress import tx --follow --period ${period}ms --table=blue --table=99
said() {
	grep -q "$1" "$tmp/alone.err"
}
check "without a set it waits" wait_for 10 said "waiting for it to follow the routes"
check "without a VRF too" wait_for 10 said "no routing table or VRF 'blue' yet; waiting for it"
lm init tx
is "$(flows)" "" "a new set has no flows"
node_ip ingress <<-END
	link add blue type vrf table 78
	link set blue up
	route add 10.78.0.0/24 vrf blue encap seg6 mode encap segs fcff:2::78,fcff:3::100 dev blue
	$(route 99 fd00:99::/64 table 99)
END
follow "78 99" "a set and a VRF that came late: routes of both tables, no others" 4
daemon_stop alone
is "$(grep -c waiting "$tmp/alone.err")" 2 "each is reported once"

# Now as a service, for all tables; the flows are found again.
lm add tx "operator=$topo_source@fcff:2::aa,fcff:3::100"
on egress lmctl init rx
on egress lmctl add rx "gold=$topo_source@fcff:2::1,fcff:3::100"
daemon egress egress reflect rx --period ${period}ms
ingress_start
follow "1 78 99 aa" "all tables, and what was there" 4

# A routing daemon starts: many prefixes, few SID lists.
{
	echo "nexthop add id 5 encap seg6 mode encap segs fcff:2::5,fcff:3::100 via fc00:12::2 dev transit"
	echo "nexthop add id 6 encap seg6 mode encap segs fcff:2::6,fcff:3::100 via fc00:12::2 dev transit"
	echo "nexthop add id 7 group 5/6"
	for i in {1..50}; do
		echo "route add fd00:5:$i::/64 nhid 7"
		route 2 "10.5.$i.0/24"
	done
	route aa fd00:aa::/64
} >"$tmp/routes"
node_ip ingress <"$tmp/routes"
follow "1 2 5 6 78 99 aa" "many routes: one flow for each SID list"
began=${EPOCHREALTIME/./}
node_ip ingress <<<"$(route 3 fd00:3::/64)"
wait_for 5 flows_are "1 2 3 5 6 78 99 aa"
within $(((${EPOCHREALTIME/./} - began) / 1000)) 0 $((1000 * slowness)) \
	"milliseconds until a new route has its flow"

# Groups and next hops change; a device that goes takes IPv4 routes without a message.
node_ip ingress <<-END
	nexthop replace id 5 encap seg6 mode encap segs fcff:2::55,fcff:3::100 via fc00:12::2 dev transit
	nexthop del id 6
	link del blue
	route del fd00:3::/64
	route del fd00:aa::/64
END
follow "1 2 55 99 aa" "what has no route any more is gone after its last block" 30
is "$(scrape ingress | sed -n 's/^sr6flow_import_leaving_flows.* //p')" 0 \
	"no flow waits for its last block"

# The packets of the last block of a route are reported, by both ends.
exact() {
	[ "$(results_count ingress '.status == "exact" and .sids[0] == "fcff:2::1"')" -ge 2 ]
}
check "the flow of the path is measured" wait_for 30 exact
before=$(results_sum ingress sent)
is "$before" 0 "no packet yet"
on host-a ping -q -c 20 -i 0.002 -W 1 fd00:b::2 >/dev/null
node_ip ingress <<<"route del fd00:b::/64"
follow "2 55 99 aa" "the route of the path is removed" 30
is "$(results_sum ingress sent) $(results_sum ingress received)" "20 20" \
	"all of its packets were reported"

# Events are lost: 4000 routes come and go while the daemon is stopped.
kill -STOP "${pid[ingress]}"
for i in {1..4000}; do
	route 4 "10.$((i / 200)).$((i % 200)).0/24 table 99"
done >"$tmp/storm"
node_ip ingress <"$tmp/storm"
sed 's/add/del/' "$tmp/storm" >"$tmp/calm"
node_ip ingress <"$tmp/calm"
node_ip ingress <<-END
	route del fd00:99::/64 table 99
	$(route 9 fd00:9::/64 table 99)
END
kill -CONT "${pid[ingress]}"
follow "2 55 9 aa" "a storm: the flows are those of the last routes" 30
isnt "$(scrape ingress | sed -n 's/^sr6flow_import_overruns_total.* //p')" 0 \
	"a storm: events were lost"

# After a restart, its flows are still its own, also without their routes, and that of the
# operator is not.
daemon_stop ingress
node_ip ingress <<<"$(route aa fd00:aa::/64)"
ingress_start
follow "2 55 9 aa" "a restart" 4
daemon_stop ingress
node_ip ingress <<-END
	route del fd00:aa::/64
	route del fd00:9::/64 table 99
END
ingress_start
follow "2 55 aa" "routes removed meanwhile: its flow goes, the operator's stays" 30

# Another tunnel source.
on ingress ip sr tunsrc set fc00:12::99
sources() {
	lm flows tx --json | jq -r '[.sets[0].flows[] | select(.name != "operator") | .source] |
		unique | join(" ")'
}
moved() {
	[ "$(sources)" = fc00:12::99/128 ]
}
check "the tunnel source changes" wait_for 30 moved

# The kernel ends dumps at a route with too many next hops: nothing behind it is forgotten.
segs=$(printf 'fcff:4::%d,' {1..14})
for i in {1..120}; do
	echo "route append fd00:1::/64 encap seg6 mode encap segs fcff:7::$i,${segs}fcff:3::100 via fc00:12::2 dev transit"
done >"$tmp/long"
count() {
	scrape ingress | sed -n "s/^sr6flow_import_$1{.* //p"
}
counts() {
	[ "$(count flows)" = "$1" ] && [ "$(count readings_total)" -ge "$2" ]
}
node_ip ingress <"$tmp/long"
check "a route with 120 next hops" wait_for 30 counts 122 1
for i in 1 2 3; do
	node_ip ingress <<<"link add gone type dummy
link del gone"
	check "reading $i behind it" wait_for 10 counts 122 $(($(count readings_total) + 1))
done
is "$(count leaving_flows)" 0 "none of the flows waits to be removed"
is "$(grep -c "cannot list all routes" "$tmp/ingress.err")" 1 "one warning"
like "$(lm import tx --dry-run 2>&1)" "cannot list all routes" "import warns, too"
node_ip ingress <<<"route del fd00:1::/64"
follow "2 55 aa" "it is removed" 30

# Without a section, its flows stay.
sed -i '/^import/d' "$tmp/ingress.conf"
kill -HUP "${pid[ingress]}"
quiet() {
	scrape ingress >"$tmp/page"
	grep -q sr6flow_colour "$tmp/page" && ! grep -q sr6flow_import "$tmp/page"
}
check "a reload without import" wait_for 10 quiet
is "$(flows)" "2 55 aa" "its flows stay"
daemon_stop ingress egress
