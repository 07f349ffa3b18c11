#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# vm: icount=yes kernels=6.1,6.12 quick=yes mem=1024 timeout=600 seconds=40
#
# One thing at a time is configured wrong, between a check that finds nothing
# wrong before and one after: 'lmctl check' names each, with status 1; 'lmctl measure'
# reports the word as the reason of every block that is concerned, and never a figure.
# What check says to each, and what to do, is asserted by test_checkup.
. "$(dirname "$0")/../lib.sh"

period=500

topo_srv6
topo_direct
on ingress lmctl init tx
on ingress lmctl add tx gold=$sids
on egress lmctl init rx
on egress lmctl add rx "gold=$topo_source@$sids"
start host-a ping -q -i 0.01 fd00:b::2 >/dev/null

# daemon_over NAME
daemon_over() {
	stop "${pid[$1]}" || true
}

# rotating NAME NODE [PERIOD_MS]
rotating() {
	daemon "$1" "$2" rotate tx --period "${3-$period}ms"
}

# reflect [ARGUMENT]...: another reflector, until it has read some blocks
reflect() {
	[ -z "${pid[reflect]-}" ] || daemon_over reflect
	daemon reflect egress reflect "${@:-rx}" --period "${reflect_period:-$period}ms"
	wait_for 20 listens egress 862
	blocks_pass $((4 * ${reflect_period:-$period} / period))
}

# diagnose NAME [ARGUMENT]...: check and measure at the same time; sets $found,
# what check says, $status, and $told, lines "NAME STATUS REASON LOST"
diagnose() {
	now=$1
	shift
	start ingress lmctl measure egress=fd00:c::3 --period ${period}ms \
		--json --blocks 3 "$@" >"$tmp/told"
	status=0
	found=$(on ingress lmctl check egress=fd00:c::3 --period ${period}ms \
		--blocks 3 "$@") || status=$?
	wait "$started"
	told=$(sed -n '/"type":"loss"/s/.*"name":"\([a-z]*\)".*"status":"\([a-z]*\)","reason":"\{0,1\}\([a-z-]*\).*"lost":\([-0-9a-z]*\),"ratio":[^]]*"peers".*/\1 \2 \3 \4/p' "$tmp/told" | sort | uniq -c | sed 's/^ *[0-9]* //')
	[ "$status" -eq 0 ] ||
		diag "$now: $(grep '^WRONG' <<<"$found" | tr -s ' \n' ' ')"
}

# good NOTES: nothing is wrong, and every block has a figure
good() {
	is "$status $(grep -c '^WRONG' <<<"$found")" "0 0" \
		"$now: nothing is wrong"
	is "$told" "gold exact null 0" "$now: every block is exact"
}

# wrong SUBJECT TEXT: check has this finding, and status 1
wrong() {
	like "$(grep '^WRONG' <<<"$found" | tr -s ' ' | sed "s/^/$status /")" \
		"^1 WRONG $1 $2" "$now: check fails and names it"
}

# reason WORD: all that measure reports of a block
reason() {
	is "$told" "gold invalid $1 null" "$now: measure has the reason, no figure"
}

# peer_useless TEXT WORD NAME [ARGUMENT]...: both name what is wrong, at the peer
peer_useless() {
	local text=$1 word=$2
	shift 2
	diagnose "$@"
	wrong "peer egress" "$text"
	reason "$word"
}

# peer_wrong WORD NAME [ARGUMENT]...: check names the word, too
peer_wrong() {
	peer_useless "$1: " "$@"
}

# flag TEXT: check has this line
flag() {
	like "$found" "^$1" "$now: check says so"
}

rotating rotate ingress
reflect

diagnose "well"
good
flag "ok +rule +the set 'lm-tx' is counted by rule 1 of chain POSTROUTING, table mangle"
flag "ok +colour +the active colour follows the clock"
flag "note +clock +the kernel does not report this node's clock as synchronised"
flag "note +peer egress .*it does not report itself as synchronised"
flag "ok +loss +[0-9]+ exact results: [1-9][0-9]* packets sent, 0 lost before the counting rule$"
json=$(on ingress lmctl check egress=fd00:c::3 --period ${period}ms --json)
is "$(jq -r '"\(.v) \(.good) \([.findings[] | select(.level == "ok")] | length > 4)"' \
	<<<"$json")" "1 true true" "$now: as JSON"

# What the egress does with packets after it has counted them, which no figure shows:
# the set there, alone.

found=$(on egress lmctl check --set rx)
is "$(awk '{ print $1, $2 }' <<<"$found" | paste -sd ,)" \
	"SUBJECT FINDING,ok set,ok rule,ok mask,ok SID" "the egress alone: what it looks at"
like "$found" "^ok +SID +this node decapsulates packets after counting them \(1 flow, first gold\)" \
	"the egress alone: End.DT6"
is "$(on ingress lmctl check --set tx | awk '{ print $1, $2 }' | paste -sd ,)" \
	"SUBJECT FINDING,ok set,ok rule,ok mask" "the marking set alone: nothing of SIDs"
on egress ip -6 route del fcff:3::100/128
diagnose "End.DT6 is gone at the egress"
good
found=$(on egress lmctl check --set rx)
flag "note +SID +this node drops packets after counting them: End would send them to another SID"
cat >"$tmp/conf" <<-END
	period: ${period}ms
	reflect: {sets: lm-rx}
END
like "$(on egress lmctl run --check -c "$tmp/conf" 2>&1)" \
	"^lmctl: warning: set 'lm-rx': this node drops packets after counting them: .*; add its route" \
	"$now: run --check warns"
node_ip egress <<<"route add fcff:3::100/128 encap seg6local action End.DT6 table 254 dev transit"
like "$(on egress lmctl check --set rx)" "^ok +SID" "End.DT6 is there again: ok"
is "$(on egress lmctl run --check -c "$tmp/conf" 2>&1)" "" \
	"End.DT6 is there again: run --check is silent"

# The clock: 2 ms are claimed, as NTP would.
syncclock 2000
diagnose "a synchronised clock"
good
flag "ok +clock +this node's clock is synchronised to [2-9]\.[0-9]* ms"
flag "ok +peer egress +its clock differs by [-0-9.]+ ms from ours, the guard band allows 50.000 ms$"
syncclock off

# The two ends.

reflect_period=1000 reflect
peer_wrong period-differs "another period"
reflect rx --guard 200ms
peer_wrong timing-differs "another guard time"

on egress lmctl init rx --set other --mask 0x000c0000
on egress lmctl add other "gold=$topo_source@$sids"
reflect other
peer_wrong mask-differs "another mask"
daemon_over reflect
unset 'pid[reflect]'
on egress lmctl deinit rx --set other

peer_useless "no reply to [0-9]+ messages" no-answer "no reflector"
reflect --stamp-only
peer_wrong no-loss-data "a plain STAMP reflector"
flag "ok +peer egress +replies to [0-9]+ of [0-9]+ messages, round trip [0-9.]+ ms"

for key in right wrong; do
	(
		umask 077
		echo "$key $(head -c 32 /dev/urandom | od -An -tx1 | tr -d ' \n')" \
			>"$tmp/$key"
	)
done
reflect rx --keys "$tmp/right"
diagnose "the same key" --keys "$tmp/right"
good
peer_useless "no reply to" no-answer "another key" --keys "$tmp/wrong"
peer_useless "no reply to" no-answer "a key there only"
reflect
peer_useless "it replies, but none of its [0-9]+ replies can be used: they are not authenticated" \
	unusable-answer "a key here only" --keys "$tmp/right"

# Further than the freshness: the reflector gives its time and no figures.
SKEW_NS=75000000000 LD_PRELOAD=/usr/local/bin/skewclock.so reflect rx --keys "$tmp/right"
peer_useless "its clock differs by (74999|75000)\.[0-9]+ ms from ours" clocks-differ \
	"clocks further apart than the freshness" --keys "$tmp/right"
like "$(cat "$tmp/reflect.err")" \
	"requests get no counts because .* by -75\.0[0-9]* s .*synchronise" \
	"$now: the reflector names it"

SKEW_NS=100000000 LD_PRELOAD=/usr/local/bin/skewclock.so reflect
peer_useless "its clock differs by (99|100)\.[0-9]+ ms from ours" clocks-differ "clocks apart"
reflect

# Flows and rules.

on ingress lmctl add tx stray=fcff:2::1,fcff:3::9
blocks_pass 4
diagnose "a SID list that the peer does not have"
wrong "peer egress" "unknown-flow: .*first of flow stray"
is "$told" "gold exact null 0
stray invalid unknown-flow null" "$now: measure has the reason, and the other flow"
on ingress lmctl del tx stray=fcff:2::1,fcff:3::9

on ingress ip6tables -t mangle -D POSTROUTING -m set --match-set lm-tx src
diagnose "no rule here"
wrong rule "no rule counts the set 'lm-tx'"
wrong "this node" "no-rule: "
reason no-rule
on ingress lmctl init tx

on egress ip6tables -t mangle -D PREROUTING -m set --match-set lm-rx dst
blocks_pass 2
peer_wrong no-rule "no rule there"
on egress lmctl init rx
blocks_pass 4
diagnose "well again"
good

# Colours.

daemon_over rotate
diagnose "the colour never changes"
wrong colour "the active colour never changed"
wrong "this node" "still-counting: "
reason still-counting

rotating rotate ingress
rotating second ingress 300
diagnose "two that change the colour" --blocks 8
wrong colour "the active colour was not that of the block in [0-9]+ of [0-9]+ checks"
wrong "this node" "colour-late: "
like "$told" "^gold invalid colour-late null$" "$now: measure has the reason"
is "$(grep -cvE '^gold (invalid [a-z-]+ null|exact null 0)$' <<<"$told")" 0 \
	"$now: a figure is right if there is one"
daemon_over second

netem_loss transit egress delay 500ms 480ms
blocks_pass 4
peer_wrong both-colours "both colours arrive at once"
netem_loss transit egress
blocks_pass 4

# Marks in the Traffic Class, and what the network does to them.

# marks MASK [NETMASK]: sets with another mask in place of the first ones
marks() {
	local source=$topo_source@
	[ -z "${2-}" ] || source=
	daemon_over rotate
	on ingress lmctl deinit tx
	on egress lmctl deinit rx
	on ingress lmctl init tx --mask "$1" --netmask "${2-128}" 2>/dev/null
	on egress lmctl init rx --mask "$1" --netmask "${2-128}" 2>/dev/null
	on ingress lmctl add tx "gold=$sids"
	on egress lmctl add rx "gold=$source$sids"
	rotating rotate ingress
	reflect
}

# rewrite OPTION...: the transit router changes the Traffic Class
rewrite() {
	on transit ip6tables -t mangle -F PREROUTING
	[ $# -eq 0 ] ||
		on transit ip6tables -t mangle -A PREROUTING -d fcff:2::1 "$@"
	blocks_pass 3
}

marks 0x0c
diagnose "a mask in the Traffic Class"
good
flag "note +mask +0x0000000c is in the Traffic Class"
rewrite -j TOS --set-tos 0x00/0x0c
peer_wrong uncoloured "the mark is taken off"
rewrite -m statistic --mode nth --every 4 --packet 0 -j TOS --set-tos 0x00/0x0c
peer_wrong uncoloured "the mark is taken off some packets"
rewrite

marks 0x03
diagnose "ECN bits"
wrong mask "0x00000003 has ECN bits"
is "$told" "gold exact null 0" "$now: exact as long as nothing is congested"
rewrite -m statistic --mode nth --every 4 --packet 0 -j TOS --set-tos 0x03/0x03
peer_wrong uncoloured "ECN bits and congestion"
rewrite

marks 0x00010000
diagnose "a mask of one bit"
good
flag "note +mask +0x00010000 has one bit"

# Two ingresses for one SID list: two flows, or without source none that can be told.

marks 0x00030000
topo_other
on other lmctl init tx
on other lmctl add tx "gold=$sids"
rotating second other
start other ping -q -i 0.01 -I fd00:d::4 fd00:b::2 >/dev/null
blocks_pass 4
diagnose "a second ingress"
good
marks 0x00030000 0
blocks_pass 4
peer_wrong two-sources "a second ingress, in sets without source"
node_del other
blocks_pass 4
diagnose "well at the end"
good

# A link on the way takes shorter messages than the sender's, which it does not know.

node_add relay
link_add ingress relay
link_add relay egress 1280
node_ip ingress <<<"addr add fd00:e::1/64 dev relay nodad"
node_ip relay <<-END
	addr add fd00:e::2/64 dev ingress nodad
	addr add fd00:f::2/64 dev egress nodad
END
node_ip egress <<-END
	addr add fd00:f::3/64 dev relay nodad
	route add fd00:e::/64 via fd00:f::2
END
node_ip ingress <<<"route add fd00:f::/64 via fd00:e::2"
make_permanent_neighbours ingress relay egress
printf 'many=fcff:2::1,fcff:9::%x\n' {1..40} >"$tmp/flows"
on ingress lmctl add tx --file "$tmp/flows"
on egress lmctl add rx --file "$tmp/flows"
blocks_pass 4
now="a short path"
on ingress lmctl measure egress=fd00:f::3 --period ${period}ms --json \
	--blocks 4 >"$tmp/told" 2>"$tmp/told.err"
is "$(jq -r 'select(.type == "loss") | "\(.status) \(.lost)"' "$tmp/told" |
	sort | uniq -c | tr -s ' ')" " 164 exact 0" "$now: every block is exact"
is "$(cat "$tmp/told.err")" "" "$now: nothing to say"
like "$(on ingress ip -6 route get fd00:f::3)" "mtu 1280" \
	"$now: a router has said so"
within "$(jq 'select(.type == "peer") | .requests - .replies' "$tmp/told" |
	awk '{ n += $1 } END { print n }')" 1 5 \
	"$now: the first messages were lost, and no more"
