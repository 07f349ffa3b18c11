#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# vm: icount=yes kernels=6.1,6.12 timeout=120 seconds=12
#
# By which way lmctl reflect answers, and whom not: a peer in a VRF gets the
# answer by that VRF, although the main table has another route to the same
# address; a peer with a link-local address is reached by its interface; a request to
# a multicast group is dropped; one that is too short is dropped, or answered with
# --twamp-light; an answer that cannot be sent is reported. Counters are those of
# /metrics.
. "$(dirname "$0")/../lib.sh"

period=500
node_add peer r other
link_add r peer
link_add r other
node_ip peer <<-END
	addr add fd00:a::2/64 dev r nodad
	addr add 192.0.2.2/24 dev r
END
# The main table of r believes that other is the way to the peer's networks.
node_ip r <<-END
	link add red type vrf table 100
	link set red up
	link set peer master red
	addr add fd00:a::1/64 dev peer nodad
	addr add fe80::1/64 dev other nodad
	addr add 192.0.2.1/24 dev peer
	addr add fd00:b::1/64 dev other nodad
	route add fd00:a::/64 via fd00:b::2 dev other
	route add 192.0.2.0/24 dev other
END
node_ip other <<-END
	addr add fd00:b::2/64 dev r nodad
	addr add fe80::2/64 dev r nodad
END
on r sysctl -q net.ipv4.udp_l3mdev_accept=1

cat >"$tmp/r.conf" <<-END
	period: ${period}ms
	reflect:
	metrics: {listen: "[::1]:9862"}
END

# reflector [KEYWORD]: lmctl run with that in section reflect
reflector() {
	sed -i "s/^reflect.*/reflect: {$*}/" "$tmp/r.conf"
	start r lmctl run -c "$tmp/r.conf" 2>"$tmp/r.err"
	reflector=$started
	wait_for 20 listens r 9862
}

# count SAMPLE: of /metrics
count() {
	scrape r | sed -n "s/^sr6flow_reflector_$1 \([0-9]*\).*/\1/p"
}

counts() {
	[ "$(count "$1")" -ge "$2" ]
}

# answered ADDRESS: bytes of the answer to a request of 44 or N bytes
answered() {
	on peer timeout 20 bash -c "exec 3<>/dev/udp/$1/862
		head -c ${2:-44} /dev/zero >&3; head -c 44 <&3" | wc -c
}

# unanswered ADDRESS N SAMPLE: a request of N bytes is counted as dropped
unanswered() {
	local before
	before=$(count "$3")
	on peer bash -c "head -c $2 /dev/zero >/dev/udp/$1/862"
	check "$now: it is counted" wait_for 20 counts "$3" $((before + 1))
}

reflector
now=VRF
sent=$(pkts_of r other tx)
is "$(answered fd00:a::1)" 44 "$now: the peer gets an answer"
is "$(answered 192.0.2.1)" 44 "$now: by IPv4, too"
is "$(pkts_of r other tx)" "$sent" "$now: nothing leaves by the main table"
is "$(count replies_total) $(count unsent_replies_total)" "2 0" \
	"$now: both are counted as sent"

# Of a link-local address the interface is a part.
now=link-local
on other lmctl init tx
on other lmctl measure "far=fe80::1%r" --period ${period}ms --blocks 3 --json \
	>"$tmp/measured" 2>"$tmp/errors"
is "$(jq -s '[.[] | select(.type == "peer") | .replies] | add > 0' \
	"$tmp/measured") $(cat "$tmp/errors")" "true " "$now: the peer answers"
replies=$(count replies_total)

now=multicast
unanswered ff02::1%r 44 'dropped_requests_total{reason="multicast"}'
is "$(count replies_total)" "$replies" "$now: it is not answered"
check "$now: it is reported" wait_for 10 grep -q \
	'dropped requests to a multicast' "$tmp/r.err"

now=short
unanswered fd00:a::1 14 'dropped_requests_total{reason="short"}'
check "$now: it is reported" wait_for 10 grep -q \
	'dropped requests shorter than a STAMP packet.*twamp-light' "$tmp/r.err"

now=unsent
node_ip r <<<"route del fd00:a::/64 dev peer vrf red"
node_ip r <<<"route add unreachable fd00:a::/64 vrf red"
on peer bash -c 'head -c 44 /dev/zero >/dev/udp/fd00:a::1/862'
check "$now: it is counted" wait_for 20 counts unsent_replies_total 1
is "$(count replies_total)" "$replies" "$now: not as a reply"
check "$now: it is reported" wait_for 10 grep -q \
	'cannot send to \[fd00:a::2\]:[0-9]*: .*; check the return route' "$tmp/r.err"
node_ip r <<<"route del unreachable fd00:a::/64 vrf red"
node_ip r <<<"route add fd00:a::/64 dev peer vrf red"
is "$(grep -c 'lmctl: warning' "$tmp/r.err")" 3 "$now: each is one line"
stop "$reflector" || true

now=twamp-light
reflector twamp-light: true
is "$(answered fd00:a::1 14)" 44 "$now: 14 bytes get the base packet"
is "$(count lengthened_replies_total)" 1 "$now: it is counted"
unanswered fd00:a::1 13 'dropped_requests_total{reason="short"}'
stop "$reflector" || true
