#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# vm: icount=yes host=yes kernels=6.1,6.12 mem=1024 timeout=900 seconds=66
#
# lmctl measure gets delays from STAMP reflectors that do not know the block
# TLV: with the base packet alone, with zeros or a copy behind it, and with TLVs
# that have the U or the I flag. The loss of every block is not known, with that
# reason, and no number is made up. The round trip is what netem delays by on the
# link that the messages take. In both modes. Answers that are of no use are named
# by what is wrong with them.
. "$(dirname "$0")/../lib.sh"

period=500
secret=00112233445566778899aabbccddeeff
# What netem delays messages and replies by, together.
delay=30000

topo_srv6
topo_direct
tx_up
(umask 077 && echo "first $secret" >"$tmp/keys")
netem_loss ingress egress delay 20ms
netem_loss egress ingress delay 10ms
start ingress lmctl rotate tx --period ${period}ms

# rows TYPE FILTER: of what lmctl measure said
rows() {
	jq -c "select(.type == \"$1\") | $2" "$tmp/results"
}

# plain KIND ANSWER [KEY]: so many blocks of a reflector of that kind
plain() {
	local now="$1${3:+ with keys}" status=0
	start egress host_run python3 /mnt/stamp/reflector.py "$1" 862 \
		${3+"$3"} >"$tmp/requests"
	local reflector=$started
	wait_for 60 listens egress 862
	start host-a ping -q -i 0.02 fd00:b::2 >"$tmp/ping"
	local load=$started
	on ingress lmctl measure far=fd00:c::3 --json --period ${period}ms \
		--blocks 4 ${3+--keys "$tmp/keys"} \
		>"$tmp/results" 2>"$tmp/errors" || status=$?
	stop "$load" || true
	stop "$reflector" || true
	is "$status $(cat "$tmp/errors")" "0 " \
		"$now: lmctl measure ends after its blocks, with nothing to say"
	is "$(grep bad "$tmp/requests" || true)" "" "$now: the requests are right"
	# The first block can be one that began before lmctl did.
	is "$(rows loss 'select(.reason != "starting") |
		"\(.status) \(.reason) \(.peers[0].answer)"' | sort -u)" \
		"\"invalid $2 $2\"" "$now: loss is not known, with the reason"
	within "$(rows loss 'select(.reason == "'"$2"'")' | wc -l)" 4 8 \
		"$now: for both flows in several blocks"
	is "$(rows loss '[.received, .received_bytes, .lost, .ratio,
		.peers[0].received]' | sort -u)" "[null,null,null,null,null]" \
		"$now: no number is made up"
	within "$(rows loss 'select(.name == "gold" and .sent > 5)' | wc -l)" \
		2 4 "$now: what was sent is told"
	within "$(rows peer .samples | awk '{ n += $1 } END { print n + 0 }')" \
		3 100 "$now: there are samples of the delay"
	is "$(rows peer .rejected | sort -u)" 0 "$now: no reply is rejected"
	# Until the round trip is known, lmctl asks again before a reply can come,
	# and when the reflector is late for once.
	is "$(rows peer '"\(.requests) \(.replies)"' | sort | head -n 1)" \
		'"1 1"' "$now: one message per block is enough"
	within "$(rows peer '.round_trip_min_us | floor' | sort -n | head -n 1)" \
		$delay $((delay + 15000)) \
		"$now: the shortest round trip is that of netem"
	# What the ways took longer than netem's delays can be on either of them.
	is "$(rows peer "select(.offset_us != null) | select((.offset_us - 5000 |
		fabs) > (.round_trip_min_us - $delay) / 2 + 2)" | wc -l)" 0 \
		"$now: the offset is half the difference of the ways"
	within "$(rows peer '.offset_us | values' | wc -l)" 3 100 \
		"$now: it is there"
	within "$(rows peer '.round_trip_max_us | ceil' | sort -n | tail -n 1)" \
		$delay $((delay + 900000)) "$now: the longest one is plausible"
}

# useless KIND WHY ADVICE [KEY]: what it answers is of no use, and that is said
useless() {
	local now="$1${4:+ with keys}"
	start egress host_run python3 /mnt/stamp/reflector.py "$1" 862 \
		${4+"$4"} >"$tmp/requests"
	local reflector=$started keys=${4+"$tmp/keys"}
	wait_for 60 listens egress 862
	printf '%s\n' "period: ${period}ms" ${keys:+"keys: $keys"} \
		'measure m: {peers: far=fd00:c::3}' >"$tmp/conf"
	like "$(on ingress lmctl run --check -c "$tmp/conf" 2>&1)" \
		"peer 'far': none of its replies can be used: $2.*; .*$3" \
		"$now: lmctl run --check says why"
	on ingress lmctl measure far=fd00:c::3 --json --period ${period}ms \
		--blocks 1 ${keys:+--keys "$keys"} >"$tmp/results" 2>"$tmp/errors"
	is "$(rows loss .reason | sort -u)" '"unusable-answer"' \
		"$now: lmctl measure has the reason"
	like "$(cat "$tmp/errors")" \
		"peer 'far': none of its replies can be used: $2.*; .*$3" \
		"$now: lmctl measure says why"
	stop "$reflector" || true
}

host_warm python3 /mnt/stamp/wire.py
for kind in base zeros copies unknown; do
	plain $kind no-loss-data
done
plain refuses refused
for kind in base copies unknown; do
	plain $kind no-loss-data $secret
done
plain refuses refused $secret
# Programs that are no reflectors, and one that answers from another port.
useless short "they have 20 bytes, fewer than a STAMP packet \(44\)" 'ss -lunp'
useless foreign "they do not match our messages" 'ss -lunp'
useless elsewhere "they come from \[fd00:c::3\]:" "use that address for the peer"
useless short "they have 20 bytes, fewer than a STAMP packet \(112\)" 'ss -lunp' \
	$secret
