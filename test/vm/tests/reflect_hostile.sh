#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# vm: icount=yes host=yes kernels=6.1,6.12 mem=1024 timeout=1200 seconds=91
#
# lmctl run measures with keys, over a link that loses packets, while others
# attack both ends of the measurement. Through all of it every block is exact,
# and the losses add up to what netem dropped.
#
# host-b attacks the reflector: without a key, then with one, then a reflector
# without keys. Every message is answered or counted under its reason, replies
# are as long as requests by the attacker's and by netfilter's count, and the
# daemon's memory is bounded.
#
# At the ingress someone sees all messages and is faster than the replies, which
# netem delays: forged and repeated replies are rejected, repeated requests
# dropped.
. "$(dirname "$0")/../lib.sh"

period=1000
secret=00112233445566778899aabbccddeeff
# The one more flow that the attackers ask about.
decoy=fcff:2::1,fcff:3::7

topo_srv6
topo_direct
on ingress lmctl init tx
on egress lmctl init rx
on ingress lmctl add tx gold=$sids
on egress lmctl add rx "gold=$topo_source@$sids" "decoy=$topo_source@$decoy"
# Replies to many addresses have nowhere to go.
node_ip egress <<<"route add unreachable 2001:db8::/32"
(umask 077 && printf '%s\n' "old ${secret//0/f}" "first $secret" >"$tmp/keys")
for direction in INPUT:d OUTPUT:s; do
	on egress ip6tables -A "${direction%:*}" -p udp \
		"--${direction#*:}port" 862
done

# octets CHAIN: of UDP messages of port 862, headers included
octets() {
	on egress ip6tables -nvxL "$1" | awk '/udp/ { print $2 }'
}

# dropped REASON: by the reflector
dropped() {
	scrape egress |
		sed -n "s/^sr6flow_reflector_dropped_requests_total{reason=\"$1\"} //p"
}

alive() {
	check "$1: the reflector is alive" kill -0 "$2"
}

# attack NAME ADDRESS PORT PID ARGUMENT...
attack() {
	local now=$1 status=0
	shift
	on host-b host_run python3 /mnt/stamp/hostile.py "$@" \
		>"$tmp/attack" || status=$?
	relay "$now" <"$tmp/attack"
	is "$status" 0 "$now: the attack comes to its end"
	alive "$now" "$3"
}

# undisturbed NAME: what was measured since the last time
undisturbed() {
	local to
	to=$(($(block_now $period) + 1))
	block_wait ingress "$to"
	tally_up ingress "$from" "$to"
	all_exact ingress 1 2 "$1"
	within "${tally[ingress/gold/lost]}" 1 1000000 "$1: with losses"
	from=$((to + 1))
}

service_start egress <<-END
	keys: $tmp/keys
	reflect: {sets: rx, rate: 1000, burst: 200}
	metrics: {listen: "[::]:9862"}
END
service_start ingress <<-END
	keys: $tmp/keys
	rotate: tx
	measure core: {peers: far=fd00:c::3, key: first, auth: true}
END
exact_wait ingress 1
host_warm python3 -c 'import hashlib, hmac, random, re, socket, urllib.request'
netem_loss transit egress loss 20%
start host-a ping -q -i 0.01 fd00:b::2 >"$tmp/ping"
load=$started
from=$(($(block_now $period) + 1))
first=$from

# unexpected FILE: messages but those about short requests, and about a reply for a
# forged source to which there is no route
unexpected() {
	grep -vE ' starts: | stops|stays root|shorter than a STAMP packet|by more than the freshness|cannot send to \[2001:db8::1\]' \
		"$1" || true
}

attack "without a key" fd00:b::1 862 "${pid[egress]}" stranger $secret
undisturbed "without a key"
attack "with a key" fd00:b::1 862 "${pid[egress]}" insider $secret
undisturbed "with a key"
start egress lmctl reflect rx --period ${period}ms --listen '[::]:1862' \
	--rate 0 2>"$tmp/open.err"
open=$started
wait_for 20 listens egress 1862
attack "without keys" fd00:b::1 1862 "$open" open
undisturbed "without keys"
status=0
stop "$open" || status=$?
is "$status $(unexpected "$tmp/open.err")" "0 " \
	"without keys: the reflector ends at SIGTERM and had nothing else to say"
like "$(cat "$tmp/open.err")" "dropped requests shorter than a STAMP packet" \
	"without keys: it says that requests were too short"
within "$(octets OUTPUT)" 100000 "$(octets INPUT)" \
	"replies are not more bytes than requests"

# Faster than any reply.
netem_loss egress ingress delay 100ms
replayed=$(dropped replayed)
on ingress host_run python3 /mnt/stamp/spoof.py egress $secret 12 \
	>"$tmp/spoof"
undisturbed "spoofed replies"
diag "$(cat "$tmp/spoof")"
declare -A spoofed
while read -r what number; do
	spoofed[$what]=$number
done <"$tmp/spoof"
within "${spoofed[spoofed]}" 80 100000 "spoofed replies: there were enough"
is "$(jq -n '[inputs | select(.type == "peer").rejected] | add' \
	"$tmp/ingress.json")" $((spoofed[spoofed] + spoofed[elsewhere])) \
	"spoofed replies: all are rejected, whoever they claim to be from"
is "$(($(dropped replayed) - replayed))" "${spoofed[repeated]}" \
	"spoofed replies: repeated requests are all dropped"

# All blocks together, against netem.
stop "$load" || true
wait_for 10 links_quiet ingress transit transit egress
to=$(block_now $period)
block_wait ingress "$to"
tally_up ingress "$((first - 1))" "$to"
is "${tally[ingress/gold/lost]}" "$(netem_dropped transit egress)" \
	"the losses of all blocks are what netem dropped"
for node in ingress egress; do
	daemon_stop $node
	is "$(unexpected "$tmp/$node.err")" "" "$node: lmctl run had no trouble"
done
