#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# vm: icount=yes kernels=6.1,6.12 quick=yes timeout=240 seconds=26
#
# Rules that ask without marking or counting, that compare counters, and that
# learn and forget flows from packets; VRFs, which run the hooks twice; flows
# with a timeout.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../packets.sh"

sid_list 1 2
flow=$S
sid_list 2 2
other=$S
sid_list 3 2
third=$S

topo_probe

# packet LIST [TAG [COUNT [TC]]]: lines for packets of a flow
packet() {
	echo "x${3:-1} ip tc=${4:-0} srh sids=$1 tag=${2:-0} ip udp"
}

# send LINE...: the packets are through the router when it returns; how they
# came out is in $tmp/out
send() {
	printf '%s\n' "$@" >"$tmp/in"
	through <"$tmp/in" >"$tmp/out"
}

# unchanged NAME: what was sent came out as a router forwards it
unchanged() {
	local line count
	while read -r count line; do
		count=${count#x}
		while [ $((count--)) -gt 0 ]; do
			echo "$line"
		done
	done <"$tmp/in" | forwarded >"$tmp/wanted"
	check "$1" diff "$tmp/wanted" "$tmp/out"
}

# verdicts BACKEND CHAIN: how often each rule's match was true
verdicts() {
	on router "ip6tables-$1" -t mangle -nvxL "$2" |
		awk 'NR > 2 { print $1 }' | paste -sd ' '
}

# members SET: its elements, sorted, with their counters, in one line
members() {
	on router ipset save "$1" | sed -n 's/^add [^ ]* //p' | sort |
		paste -sd ' '
}

# set_of NAME OPTIONS FLOW...: a new set
set_of() {
	local name=$1 options=$2 element
	shift 2
	{
		echo "create $name hash:sr6flow $options"
		for element; do
			echo "add $name $element"
		done
	} | on router ipset restore
}

drop_sets() {
	rules "$1"
	on router ipset destroy
}

# --- ! --update-counters

without_counters() {
	local hook dir
	set_of asked "" "$flow"
	for hook in PREROUTING POSTROUTING; do
		for dir in src dst; do
			rules "$1" "$hook -m set ! --update-counters --match-set asked $dir -j MARK --set-mark 1" \
				"$hook -m set ! --update-counters ! --match-set asked $dir -j MARK --set-mark 1"
			send "$(packet "$flow" 3 4)" "$(packet "$other" 3 2)" \
				"ip srh sids=$flow last=9 sl=0 tag=3 udp"
			is "$(verdicts "$1" $hook)" "4 3" \
				"$1: ! --update-counters in $hook $dir asks"
			sed -i 's/^ip/x1 ip/' "$tmp/in"
			unchanged "and marks nothing"
		done
	done
	is "$(members asked)" "$flow" "and counts nothing"
	is "$(diagnostics asked)" "asked 0 0 0" "not even in the diagnostics"
	drop_sets "$1"
}

# --- the SET target maps skbinfo

map_skbinfo() {
	set_of info skbinfo "$flow skbmark 0x1234/0xffff skbprio 1:3" \
		"$other skbmark 0x77 skbprio 1:2"
	node_tc router qdisc add dev out root handle 1: prio bands 3 \
		priomap 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0
	rules "$1" "POSTROUTING -j MARK --set-mark 0x50000" \
		"POSTROUTING -j SET --map-set info src --map-mark --map-prio" \
		"POSTROUTING -m mark --mark 0x51234" \
		"POSTROUTING -m mark --mark 0x77" \
		"POSTROUTING -m mark --mark 0x50000"
	send "$(packet "$flow" 3 4)" "$(packet "$other" 2 3)" "$(packet "$third" 1 2)"
	is "$(verdicts "$1" POSTROUTING)" "9 9 4 3 2" \
		"$1: --map-set maps the mark of the flow with its mask"
	is "$(node_tc router -s class show dev out |
		awk '/^ Sent/ { print $4 }' | paste -sd ' ')" "2 3 4" \
		"and the priority"
	unchanged "and marks nothing"
	is "$(on router ipset save info | grep -c packets)" 0 "and counts nothing"
	is "$(diagnostics info)" "info 0 0 0" "not even in the diagnostics"
	node_tc router qdisc del dev out root
	drop_sets "$1"
}

# --- counters in the match: count first, then compare the total

compare_counters() {
	# a packet of two SIDs with UDP inside is 40 + 40 + 40 + 24 bytes long
	local length=144
	local i rule=() options=(
		"dst --packets-gt 5" "dst --packets-lt 4" "dst --packets-eq 7"
		"dst ! --packets-eq 7" "src --packets-gt 5"
		"dst --bytes-gt $((3 * length))" "dst --bytes-lt $((3 * length))"
		"dst --bytes-eq $((9 * length))"
		"dst --packets-gt 2 --bytes-lt $((6 * length))")
	for ((i = 0; i < ${#options[@]}; i++)); do
		set_of "sum$i" "" "$flow"
		rule+=("POSTROUTING -m set --match-set sum$i ${options[i]} -j MARK --set-mark 1")
	done
	rule+=("POSTROUTING -m set ! --update-counters --match-set sum0 dst --packets-gt 8 -j MARK --set-mark 1")
	rule+=("POSTROUTING -m set ! --update-counters --match-set sum0 dst --packets-lt 1 -j MARK --set-mark 1")
	rules "$1" "${rule[@]}"
	# of all four colours
	send "$(packet "$flow" 0 2)" "$(packet "$flow" 1 3)" \
		"$(packet "$flow" 2 4)" "$(packet "$flow" 3 1)"
	is "$(verdicts "$1" POSTROUTING)" "5 3 1 9 5 7 2 1 3 2 0" \
		"$1: counters are compared over the colours, after counting"
	is "$(members sum1)" \
		"$flow,0x00000000 packets 2 bytes 288 $flow,0x00010000 packets 3 bytes 432 $flow,0x00020000 packets 4 bytes 576 $flow,0x00030000 packets 1 bytes 144" \
		"every packet is counted, whatever the comparison says"
	is "$(members sum4)" \
		"$flow,0x00010000 packets 3 bytes 432 $flow,0x00030000 packets 7 bytes 1008" \
		"and marked, unless it has a colour"
	is "$(members sum0)" "$(members sum1)" \
		"comparing with ! --update-counters adds nothing"
	drop_sets "$1"
}

# --- learn and forget

learn() {
	set_of learnt ""
	set_of learnt-tc "markmask 0x0c"
	rules "$1" "PREROUTING -j SET --add-set learnt src" \
		"PREROUTING -j SET --add-set learnt-tc dst"
	send "$(packet "$flow" 3 3)" "$(packet "$other" 1)" \
		"x2 ip dst=fcff:9::9 tc=8 ip udp" \
		"x1 ip srh sids=$third last=2 sl=0 tag=1 udp" "x1 ip udp" \
		"x1 ip srh sids=$third hdrlen=3 tag=1 udp" \
		"x1 ip srh sids=fcff:9::1 sl=1 tag=1 udp"
	unchanged "$1: --add-set marks nothing"
	is "$(members learnt)" "$flow $other fcff:9::1" \
		"and counts nothing, and learns well-formed flows"
	is "$(members learnt-tc)" "$flow $other fcff:9::1 fcff:9::9" \
		"without SRH for the Traffic Class only"
	is "$(diagnostics learnt learnt-tc)" "learnt 0 0 0"$'\n'"learnt-tc 0 0 0" \
		"and leaves the diagnostics alone"
	rules "$1" "PREROUTING -m set --match-set learnt src" \
		"PREROUTING -j SET --del-set learnt src"
	send "$(packet "$other" 0 2)" "x1 ip srh sids=$flow last=9 sl=0 udp"
	is "$(members learnt)" "$flow fcff:9::1" "--del-set forgets that flow"
	is "$(diagnostics learnt)" "learnt 1 1 0" "which does not match then"
	drop_sets "$1"
}

# expires SET FLOW: seconds left
expires() {
	on router ipset save "$1" | sed -n "s/^add $1 $2.* timeout \([0-9]*\).*/\1/p"
}

learn_timeout() {
	set_of timed "timeout 1000" "$flow timeout 500"
	rules "$1" "PREROUTING -j SET --add-set timed src --timeout 50"
	send "$(packet "$flow")" "$(packet "$other")"
	within "$(expires timed "$flow")" 400 500 \
		"$1: --add-set without --exist leaves a known flow's timeout"
	within "$(expires timed "$other")" 1 50 "--timeout is for new flows"
	rules "$1" "PREROUTING -j SET --add-set timed src --exist --timeout 90"
	send "$(packet "$flow")" "$(packet "$other")"
	within "$(expires timed "$flow")" 51 90 "--exist sets it anew"
	within "$(expires timed "$other")" 51 90 "to later as to sooner"
	rules "$1" "PREROUTING -j SET --add-set timed src --exist"
	send "$(packet "$flow")"
	within "$(expires timed "$flow")" 900 1000 "--exist without --timeout: the set's"
	rules "$1" "PREROUTING -m set --match-set timed src"
	on router ipset add timed "$flow" timeout 60 -exist
	send "$(packet "$flow" 1 5)"
	within "$(expires timed "$flow")" 1 60 "a match refreshes nothing"
	is "$(on router ipset save timed | sed -n "s/^add timed $flow,.* \(packets 5\) .*/\1/p")" \
		"packets 5" "but counts"
	drop_sets "$1"
}

learn_full() {
	set_of full "maxelem 2" "$flow"
	set_of force "maxelem 2 forceadd" "$flow"
	rules "$1" "PREROUTING -j SET --add-set full src" \
		"PREROUTING -j SET --add-set force src"
	send "$(packet "$other")" "$(packet "$third" 0 2)" "$(packet "$flow")"
	is "$(members full)" "$flow $other" "$1: a full set learns no more"
	is "$(on router ipset list -t force | sed -n 's/^Number of entries: //p')" 2 \
		"with forceadd it forgets one"
	on router ipset flush force
	send "$(packet "$flow")" "$(packet "$other")" "$(packet "$third")"
	check "and learns the new one" on router ipset test force "$third"
	is "$(on router ipset list -t force | sed -n 's/^Number of entries: //p')" 2 \
		"but never more than maxelem"
	rules "$1" "PREROUTING -j SET --del-set full src" \
		"PREROUTING -j SET --add-set full dst"
	send "$(packet "$flow")"
	is "$(members full)" "$flow $other" "room that --del-set makes is used"
	drop_sets "$1"
}

# --- a flow that has expired, whether it has been cleared away or not

gone() {
	! on router ipset test "$1" "$2"
}

expired() {
	set_of short "timeout 1000 maxelem 1" "$flow"
	rules "$1" "POSTROUTING -m set --match-set short src"
	send "$(packet "$flow" 0 3)"
	is "$(cut -c 93-96 "$tmp/out" | sort -u)" 0001 "$1: a timed flow is marked"
	# packets all the time do not keep it
	on router ipset -exist add short "$flow" timeout 2
	if ! wait_for 10 expired_beside_packets; then
		not_ok "packets keep no flow" "still there after 10 s"
	fi
	send "$(packet "$flow" 0 3)"
	unchanged "expired, it is not"
	like "$(diagnostics short)" '^short ([3-9]|[0-9]{2,}) 0 0$' \
		"nor counted, but as a packet without flow"
	rules "$1" "POSTROUTING -m set --match-set short src" \
		"PREROUTING -j SET --add-set short src"
	# The full set is swept when a packet wants in, at most once in a while.
	check "it leaves its room to another" wait_for 10 learnt_in_full "$other"
	drop_sets "$1"
}

expired_beside_packets() {
	send "$(packet "$flow")"
	gone short "$flow"
}

learnt_in_full() {
	send "$(packet "$1")"
	on router ipset test short "$1"
}

for backend in nft legacy; do
	without_counters $backend
	map_skbinfo $backend
	compare_counters $backend
	learn $backend
	learn_timeout $backend
	learn_full $backend
	expired $backend
done

# --- tc

set_of asked "" "$flow"
set_of asked-tc "markmask 0x0c" fcff:9::9
node_tc router qdisc add dev in clsact
node_tc router qdisc add dev out clsact
for where in in:ingress out:egress; do
	prio=0
	for set in asked asked-tc; do
		for dir in src dst; do
			prio=$((prio + 1))
			node_tc router filter add dev "${where%:*}" "${where#*:}" \
				protocol ipv6 prio $prio basic \
				match "ipset($set $dir)" action continue
		done
	done
done
send "$(packet "$flow" 3 4)" "$(packet "$other" 3 2)" \
	"x3 ip dst=fcff:9::9 tc=4 ip udp" "x1 ip srh sids=$flow hdrlen=3 tag=3 udp"
# Packets that the stack drops before the rules are seen by tc as they are.
printf 'ip srh sids=%s tag=3 ip udp cut at=%d keep=1\n' "$flow" 48 "$flow" 60 \
	"$flow" 79 >"$tmp/cut"
entered=$(pkts_of router in rx)
inject <"$tmp/cut" >/dev/null
is "$(($(pkts_of router in rx) - entered))" 3 "packets shorter than they say"
for where in in:ingress out:egress; do
	is "$(node_tc router -s filter show dev "${where%:*}" "${where#*:}" |
		awk '/Sent/ { print $4 }' | paste -sd ' ')" "4 4 3 3" \
		"tc ${where#*:} asks"
done
unchanged "and marks nothing"
is "$(members asked), $(members asked-tc)" "$flow, fcff:9::9" "and counts nothing"
is "$(diagnostics asked asked-tc)" "asked 0 0 0"$'\n'"asked-tc 0 0 0" \
	"not even in the diagnostics"
node_tc router qdisc del dev in clsact
node_tc router qdisc del dev out clsact
drop_sets nft

# --- VRF: the device and its VRF run the hooks, one packet is one

modprobe vrf
node_ip router <<-END
	link add red type vrf table 100
	link set red up
	link set in master red
	link set out master red
	addr replace fd00:5::ff/64 dev in nodad
	addr replace fd00:6::1/64 dev out nodad
	neigh replace fd00:6::2 lladdr $tester_mac nud permanent dev out
	route replace default via fd00:6::2 dev out table 100
END
wait_for 10 router_ready
for backend in nft legacy; do
	for set in in out; do
		set_of $set "" "$flow"
		set_of $set-tc "markmask 0x0c" "$flow"
	done
	rules $backend "PREROUTING -m set --match-set in dst" \
		"PREROUTING -m set --match-set in-tc dst" \
		"POSTROUTING -m set --match-set out src" \
		"POSTROUTING -m set --match-set out-tc src"
	send "$(packet "$flow" 3 5 8)" "$(packet "$other" 3 3 8)" \
		"x1 ip srh sids=$flow last=2 sl=0 udp"
	is "$(verdicts $backend PREROUTING)" "10 10" \
		"$backend: PREROUTING runs for the device and for its VRF"
	is "$(members in), $(members in-tc)" \
		"$flow,0x00030000 packets 5 bytes 720, $flow,0x00000008 packets 5 bytes 720" \
		"a packet that enters through a VRF is counted once"
	is "$(diagnostics in in-tc)" "in 3 1 0"$'\n'"in-tc 3 1 0" \
		"as it is in the diagnostics"
	is "$(members out), $(members out-tc)" \
		"$flow,0x00010000 packets 5 bytes 720, $flow,0x00000004 packets 5 bytes 720" \
		"forwarded, it is counted once"
	rules $backend "POSTROUTING -m set --match-set out src" \
		"POSTROUTING -m set --match-set out-tc src"
	{
		packet "$flow" 0 4
		packet "$other" 0 2
	} | on router srpacket raw red
	is "$(verdicts $backend POSTROUTING)" "8 8" \
		"$backend: POSTROUTING runs for the VRF and for the device"
	is "$(members out), $(members out-tc)" \
		"$flow,0x00010000 packets 9 bytes 1296, $flow,0x00000004 packets 9 bytes 1296" \
		"a packet of a program in a VRF is counted once"
	drop_sets $backend
done
