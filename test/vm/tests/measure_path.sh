#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# vm: icount=yes kernels=6.1,6.12 timeout=600 seconds=18
#
# Several peers of 'lmctl measure', blocks of 1 s. On a path: transit counts in
# its PREROUTING, egress behind it; netem loses on both links at different rates,
# and the loss of each segment is what the netem of its link dropped, the total
# is their sum. As a group: two egresses have the same SID, transit spreads the
# packets of one flow over them, and what they received is added up.
. "$(dirname "$0")/../lib.sh"

period=1000

topo_srv6
topo_direct

# The transit node is asked over the messages' link and egress, and answers
# straight: netem loses nothing on these two devices.
node_ip ingress <<<"route add fc00:23::2/128 via fd00:c::3 dev egress"
node_ip transit <<<"route add fd00:c::/64 via fc00:12::1 dev ingress"

# The second egress, where flow packets end as at the first one.
node_add anycast
link_add transit anycast 2000
link_add anycast host-b
link_add ingress anycast
offloads off transit anycast
offloads off anycast transit host-b
offloads off host-b anycast
node_ip transit <<-END
	addr add fc00:24::2/64 dev anycast nodad
	route add fcff:3::/32 via fc00:24::4 dev anycast table 100
END
on transit ip -6 rule add fwmark 1 lookup 100
node_ip anycast <<-END
	addr add fc00:24::4/64 dev transit nodad
	addr add fd00:e::1/64 dev host-b nodad
	addr add fd00:d::4/64 dev ingress nodad
	route add fcff:3::100/128 encap seg6local action End.DT6 table 254 dev transit
	route add fd00:b::/64 via fd00:e::2 dev host-b
END
node_ip host-b <<<"addr add fd00:e::2/64 dev anycast nodad"
node_ip ingress <<<"addr add fd00:d::1/64 dev anycast nodad"
make_permanent_neighbours ingress transit anycast host-b

tx_up
for node in transit egress anycast; do
	on $node lmctl init rx
	on $node lmctl add rx "$topo_source@$sids" "$topo_source@$idle"
done

# flood SECONDS: gold and nothing else, then quiet
flood() {
	local link
	from=$(block_now $period)
	on host-a ping -q -i 0.01 -w "$1" -s 300 fd00:b::2 >"$tmp/ping"
	for link in "ingress transit" "transit egress" "transit anycast"; do
		# shellcheck disable=SC2086 # node and device
		wait_for 10 netem_drained $link
	done
	to=$(block_now $period)
}

# told NAME LEAST: everything about these blocks was told and is added up
told() {
	told_wait "$1" "$from" "$to" 2
	tally_up "$1" "$from" "$to"
	all_exact "$1" 2 "$2" "$now"
	within "${tally[$1/gold/active]}" "$2" 100000 "$now: blocks with packets"
}

# segment NUMBER: its sums of sent, received and lost, and how many results of
# it are not exact
segment() {
	jq -rn --argjson from "$from" --argjson to "$to" "[inputs |
		select(.type == \"loss\" and .block >= \$from and .block <= \$to) |
		.segments[$1]] |
		[(map(.sent) | add), (map(.received) | add), (map(.lost) | add),
		 (map(select(.status != \"exact\")) | length)] |
		join(\" \")" "$tmp/path.json"
}

# received PEER: the same of a peer's count, and in how many blocks it had any
received() {
	jq -rn --argjson from "$from" --argjson to "$to" "[inputs |
		select(.type == \"loss\" and .block >= \$from and .block <= \$to) |
		.peers[] | select(.peer == \"$1\").received] |
		[add, (map(select(. > 0)) | length)] | join(\" \")" "$tmp/group.json"
}

daemon rotate ingress rotate --period ${period}ms
daemon transit transit reflect rx --period ${period}ms
daemon egress egress reflect rx --period ${period}ms
daemon anycast anycast reflect rx --period ${period}ms

now=path
daemon path ingress measure --json --period ${period}ms \
	transit=fc00:23::2 egress=fd00:c::3
exact_wait path 2
netem_loss ingress transit loss 3%
netem_loss transit egress delay 100ms 90ms loss 8%
netem_loss transit anycast
flood 53
told path 50
first=$(netem_dropped ingress transit)
second=$(netem_dropped transit egress)
reached=$(netem_passed ingress transit)
arrived=$(netem_passed transit egress)
diag "$now: sent $((reached + first)), dropped $first, then $second"
within "$first" 20 100000 "$now: the first netem dropped enough to tell"
within "$second" $((first + 50)) 100000 "$now: the second one much more"
is "$(segment 0)" "$((reached + first)) $reached $first 0" \
	"$now: the first segment has sent, received and lost what its netem says"
is "$(segment 1)" "$reached $arrived $second 0" \
	"$now: the second segment has sent, received and lost what its netem says"
is "${tally[path/gold/lost]}" $((first + second)) "$now: the total is their sum"
is "${tally[path/gold/sent]} ${tally[path/gold/received]}" \
	"$((reached + first)) $arrived" "$now: from the first to the last count"
daemon_stop path

now=group
daemon group ingress measure --json --group --period ${period}ms \
	egress=fd00:c::3 anycast=fd00:d::4
exact_wait group 2
on transit ip6tables -t mangle -A PREROUTING -d fcff:2::/64 \
	-m statistic --mode nth --every 3 --packet 0 -j MARK --set-mark 1
for link in "ingress transit" "transit egress" "transit anycast"; do
	# shellcheck disable=SC2086 # node and device
	node_tc ${link% *} qdisc del dev ${link#* } root
done
netem_loss ingress transit
netem_loss transit egress delay 100ms 90ms loss 8%
netem_loss transit anycast delay 30ms loss 11%
flood 53
told group 50
one=$(netem_dropped transit egress)
two=$(netem_dropped transit anycast)
arrived="$(netem_passed transit egress) $(netem_passed transit anycast)"
sent=$(netem_passed ingress transit)
diag "$now: sent $sent, dropped $one and $two, arrived at $arrived"
is "${tally[group/gold/sent]}" "$sent" "$now: sent is what left the ingress"
is "${tally[group/gold/lost]}" $((one + two)) \
	"$now: lost is what both netems dropped"
is "${tally[group/gold/received]}" $((${arrived% *} + ${arrived#* })) \
	"$now: received is what both let through"
within "$one" 50 100000 "$now: the one netem dropped enough to tell"
within "$two" 20 100000 "$now: the other one, too"
read -r sum blocks < <(received egress)
is "$sum" "${arrived% *}" "$now: the first egress's share is its own"
within "$blocks" 50 100000 "$now: it had one in every block"
read -r sum blocks < <(received anycast)
is "$sum" "${arrived#* }" "$now: the second egress's share is its own"
within "$blocks" 50 100000 "$now: it had one in every block"

daemon_stop group rotate transit egress anycast
is "$(cat "$tmp"/*.err)" "" "nobody had a complaint"
