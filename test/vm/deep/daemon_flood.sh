#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# vm: smp=1 icount=yes host=yes kernels=6.1,6.12 mem=1024 timeout=400
#
# The reflector gets 20 times as many messages as its rate limit allows, from
# each of four addresses, and as many again from thousands of addresses and
# sessions: right ones of an insider, forged, cut and random ones. It answers no
# more than it should, its memory is bounded, and the node that measures goes on:
# what it tells to be exact is what was on the wire.
#
# DAEMON_SECONDS is how long, DAEMON_SEED repeats a run.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../daemon.sh"

seconds=${DAEMON_SECONDS:-8}
secret=00112233445566778899aabbccddeeff
rate=20
burst=20
# Four kinds, one each of four messages; the right ones from four addresses.
flood=$((20 * rate * 4 * 4))
# The one more flow that insiders ask about, and nobody measures.
decoy=fcff:2::1,fcff:3::9

config_of() {
	printf '%s\n' "keys: $tmp/keys" 'metrics: {listen: "[::1]:9862"}'
	case $1 in
	ingress) printf '%s\n' 'rotate: tx' 'measure m: {peers: far=fd00:c::3}' ;;
	egress) echo "reflect: {sets: rx, rate: $rate, burst: $burst}" ;;
	esac
}

# metrics_take: sr6flow_reflector_*_total of the egress into metric[NAME]
metrics_take() {
	local name value
	metric=()
	while read -r name value; do
		metric[$name]=$value
	done < <(scrape egress | sed -n \
		's/^sr6flow_reflector_\([a-z_]*\)_total\({[a-z]*="\(.*\)"}\)\? \([0-9]*\)$/\1:\3 \4/p')
}

# grown NAME: since metrics_take was called for the last but one
grown() {
	echo $((${metric[$1]-0} - ${before[$1]-0}))
}

lost_in_socket() {
	on egress cat /proc/net/snmp6 | awk '$1 == "Udp6RcvbufErrors" { print $2 }'
}

declare -A metric=() before=() sent=()
chance_seed "${DAEMON_SEED-}"
(umask 077 && echo "key $secret" >"$tmp/keys")
daemon_net
on egress lmctl add rx "decoy=$topo_source@$decoy"
node_ip egress <<<"route add unreachable 2001:db8::/32"
begin start
up egress ingress
exact_soon

# Making the messages takes all that the daemons leave of the processor.
mkfifo "$tmp/go"
exec {go}<>"$tmp/go"
host_warm python3 -c 'import hashlib, hmac, itertools, random, socket'
start host-b nice -n 19 host_run python3 /mnt/stamp/flood.py fd00:c::3 862 $flood \
	"$seconds" 20000 "$seed" $secret $decoy <"$tmp/go" >"$tmp/flood"
flooding=$started
wait_for 60 grep -q ready "$tmp/flood"

begin flood
metrics_take
for name in "${!metric[@]}"; do
	before[$name]=${metric[$name]}
done
rss=$(memory "${pid[egress]}" VmRSS)
errors=$(lost_in_socket)
echo >&"$go"
began=$(block_now 1000)
wait "$flooding"
took=$(($(block_now 1000) - began + 1))
while read -r name value; do
	sent[$name]=$value
done < <(sed 1d "$tmp/flood")
# the queue of the socket is worked off
blocks_pass 1
hwm=$(memory "${pid[egress]}" VmHWM)
metrics_take
errors=$(($(lost_in_socket) - errors))
total=$((sent[right] + sent[new] + sent[forged] + sent[broken]))
diag "$total messages in $took s, $errors of them lost in the socket; $(
	for name in "${!metric[@]}"; do
		[ "$(grown "$name")" = 0 ] || printf '%s=%s ' "$name" "$(grown "$name")"
	done); memory $rss kB before, at most $hwm kB"
alive
within "$total" $((flood * seconds)) $((flood * seconds)) "$now: as many as meant"

# Of messages that fit the key only those count, and what is broken may fit.
within "$(grown replies:)" 0 $((4 * (burst + rate * took) + sent[new] +
	sent[broken] + 100)) "$now: replies are limited"
within "$(grown dropped_requests:rate-limit)" \
	$((sent[right] - 4 * (burst + rate * took) - errors)) \
	$((sent[right] + sent[broken] + sent[new])) \
	"$now: what is beyond the limit is dropped"
within "$(grown dropped_requests:unauthenticated)" \
	$((sent[forged] - errors)) $((sent[forged] + sent[broken])) \
	"$now: what is forged is dropped"
# With their place in the tables, 4096 sessions of less than 352 bytes and 4096
# sources of less than 160, and a batch of 64 messages of 9216 bytes.
within $((hwm - rss)) 0 $(((4096 * (352 + 160) + 64 * 9216) / 1024)) \
	"$now: memory is bounded"

begin after
exact_again
begin all
first=1
for node in ingress egress; do
	daemon_stop $node
	is "$(grep -vE ' starts: |stays root|cannot send to \[2001:db8:|shorter than a STAMP' \
		"$tmp/$node.err" || true)" "" "$now: $node reports nothing else"
done
load_stop
truth_stop
truth_holds $((2 * seconds))
