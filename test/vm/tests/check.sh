#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# vm: icount=yes kernels=6.1,6.12 quick=yes mem=1024 timeout=600 seconds=40
#
# One thing at a time is configured wrong, between a check that finds nothing
# wrong before and one after: 'lmctl check' names each and says what to do, with
# status 1; 'lmctl measure' gives the word as the reason of every block that is
# concerned, and never a figure.
# shellcheck source=test/vm/lib.sh
. "$(dirname "$0")/../lib.sh"

period=500
sids=fcff:2::1,fcff:3::100
declare -A pid=()

# shellcheck disable=SC2119 # no options
topo_srv6
topo_direct
on ingress lmctl init tx
on ingress lmctl add tx gold=$sids
on egress lmctl init rx
on egress lmctl add rx "gold=$topo_source@$sids"
start host-a ping -q -i 0.01 fd00:b::2 >/dev/null

# daemon NAME NODE ARGUMENT...: lmctl in the background, in place of the one of
# that name
daemon() {
	local name=$1 node=$2
	shift 2
	ended "$name"
	start "$node" lmctl "$@"
	pid[$name]=$started
}

ended() {
	[ -z "${pid[$1]-}" ] || stop "${pid[$1]}"
	unset "pid[$1]"
}

# reflect [ARGUMENT]...: another reflector, until it has read some blocks
reflect() {
	daemon reflect egress reflect "${@:-rx}" --period "${reflect_period:-$period}ms"
	wait_for 20 listens egress
	blocks_pass $((4 * ${reflect_period:-$period} / period))
}

listens() {
	on "$1" ss -Hlun 'sport = :862' | grep -q 862
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

# wrong SUBJECT TEXT REMEDY: check has this finding, and status 1
wrong() {
	like "$(grep '^WRONG' <<<"$found" | tr -s ' ' | sed "s/^/$status /")" \
		"^1 WRONG $1 $2" "$now: check fails and names it"
	like "$(grep -A1 -E "^WRONG +$1 +$2" <<<"$found" | tail -n 1)" \
		"^ +.*$3" "$now: check says what to do"
}

# reason WORD: all that measure tells of a block
reason() {
	is "$told" "gold invalid $1 null" "$now: measure has the reason, no figure"
}

daemon rotate ingress rotate tx --period ${period}ms
reflect

diagnose "well"
good
like "$found" "^ok +set +'lm-tx' has 1 flows" "$now: the set"
like "$found" "^ok +rule +the set 'lm-tx' is counted by rule 1 of chain POSTROUTING, table mangle" \
	"$now: the rule"
like "$found" "^ok +mask +0x00030000, in the SRH Tag" "$now: the mask"
like "$found" "^ok +colour +the active colour follows the clock" \
	"$now: the colour"
like "$found" "^note +clock +the kernel does not report this node's clock as synchronised" \
	"$now: the clock is not synchronised"
like "$found" "^note +peer egress .*it does not report itself as synchronised" \
	"$now: the peer's clock neither"
like "$found" "^ok +loss +[0-9]+ exact results: [1-9][0-9]* packets sent, 0 lost before the counting rule$" \
	"$now: the loss"
json=$(on ingress lmctl check egress=fd00:c::3 --period ${period}ms --json)
is "$(jq -r '"\(.v) \(.good) \([.findings[] | select(.level == "ok")] | length > 4)"' \
	<<<"$json")" "1 true true" "$now: as JSON"

# What the egress does with packets after it has counted them, which no figure shows:
# the set there, alone.

# dropped REGEX REMEDY: a note about packets that the egress drops
dropped() {
	found=$(on egress lmctl check --set rx)
	like "$found" "^note +SID +this node drops packets after counting them: $1 \\(1 flow, first gold\\)$" \
		"$now: the egress names it"
	like "$(grep -A1 '^note  *SID' <<<"$found" | tail -n 1)" "^ +.*$2" \
		"$now: and says what to do"
	is "$(on egress lmctl check --set rx --json | jq -r '[.good, (.findings[] | select(.subject == "SID") | .level, .remedy != null)] | @csv')" \
		'true,"note",true' "$now: as JSON"
}

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
dropped "End would send them to another SID, but fcff:3::100 is their last one" \
	"'ip -6 route add fcff:3::100 encap seg6local"
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
like "$found" "^ok +clock +this node's clock is synchronised to [2-9]\.[0-9]* ms" \
	"$now: the clock"
like "$found" "^ok +peer egress +its clock differs by [-0-9.]+ ms from ours, the guard band allows 50.000 ms$" \
	"$now: the peer's clock"
syncclock off

# The two ends.

reflect_period=1000 reflect
diagnose "another period"
wrong "peer egress" "period-differs: it has another period, 1000 ms; ours is 500 ms" \
	"use the same period"
reason period-differs

reflect rx --guard 200ms
diagnose "another guard time"
wrong "peer egress" "timing-differs: " "the same guard time"
reason timing-differs

on egress lmctl init rx --set other --mask 0x000c0000
on egress lmctl add other "gold=$topo_source@$sids"
reflect other
diagnose "another mask"
wrong "peer egress" "mask-differs: .* 0x000c0000; ours is 0x00030000" \
	"the same mask"
reason mask-differs
ended reflect
on egress lmctl deinit rx --set other

diagnose "no reflector"
wrong "peer egress" "no reply to [0-9]+ messages" "lmctl reflect"
reason no-answer

reflect --stamp-only
diagnose "a plain STAMP reflector"
wrong "peer egress" "no-loss-data: it is a STAMP reflector without the block TLV" \
	"run 'lmctl reflect'"
reason no-loss-data
like "$found" "^ok +peer egress +replies to [0-9]+ of [0-9]+ messages, round trip [0-9.]+ ms" \
	"$now: the delay is known"

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
diagnose "another key" --keys "$tmp/wrong"
wrong "peer egress" "no reply to" "with the same key"
reason no-answer
diagnose "a key there only"
wrong "peer egress" "no reply to" "a reflector with keys does not reply"
reason no-answer
reflect
diagnose "a key here only" --keys "$tmp/right"
wrong "peer egress" "it replies, but none of its [0-9]+ replies can be used: they are not authenticated" \
	"the same keys"
reason unusable-answer

# Further than the freshness: the reflector gives its time and no figures.
SKEW_NS=75000000000 LD_PRELOAD=/usr/local/bin/skewclock.so \
	reflect rx --keys "$tmp/right" 2>"$tmp/reflect.err"
diagnose "clocks further apart than the freshness" --keys "$tmp/right"
wrong "peer egress" "its clock differs by (74999|75000)\.[0-9]+ ms from ours" "NTP"
reason clocks-differ
like "$(cat "$tmp/reflect.err")" \
	"requests get no counts because .* by -75\.0[0-9]* s .*synchronise" \
	"$now: the reflector names it"

SKEW_NS=100000000 LD_PRELOAD=/usr/local/bin/skewclock.so reflect
diagnose "clocks apart"
wrong "peer egress" "its clock differs by (99|100)\.[0-9]+ ms from ours" "NTP"
reason clocks-differ
reflect

# Flows and rules.

on ingress lmctl add tx stray=fcff:2::1,fcff:3::9
blocks_pass 4
diagnose "a SID list that the peer does not have"
wrong "peer egress" "unknown-flow: .*first of flow stray" "lmctl add"
is "$told" "gold exact null 0
stray invalid unknown-flow null" "$now: measure has the reason, and the other flow"
on ingress lmctl del tx stray=fcff:2::1,fcff:3::9

on ingress ip6tables -t mangle -D POSTROUTING -m set --match-set lm-tx src
diagnose "no rule here"
wrong rule "no rule counts the set 'lm-tx'" "lmctl init tx"
wrong "this node" "no-rule: " "lmctl init"
reason no-rule
on ingress lmctl init tx

on egress ip6tables -t mangle -D PREROUTING -m set --match-set lm-rx dst
blocks_pass 2
diagnose "no rule there"
wrong "peer egress" "no-rule: " "lmctl init"
reason no-rule
on egress lmctl init rx
blocks_pass 4

diagnose "well again"
good

# Colours.

ended rotate
diagnose "the colour never changes"
wrong colour "the active colour never changed" "lmctl rotate"
wrong "this node" "still-counting: " "changes with the clock"
reason still-counting

daemon rotate ingress rotate tx --period ${period}ms
daemon second ingress rotate tx --period 300ms
diagnose "two that change the colour" --blocks 8
wrong colour "the active colour was not that of the block in [0-9]+ of [0-9]+ checks" \
	"with the same period"
wrong "this node" "colour-late: " "with the same period"
like "$told" "^gold invalid colour-late null$" "$now: measure has the reason"
is "$(grep -cvE '^gold (invalid [a-z-]+ null|exact null 0)$' <<<"$told")" 0 \
	"$now: a figure is right if there is one"
ended second

netem_loss transit egress delay 500ms 480ms
blocks_pass 4
diagnose "both colours arrive at once"
wrong "peer egress" "both-colours: " "delay varies"
reason both-colours
netem_loss transit egress
blocks_pass 4

# Marks in the Traffic Class, and what the network does to them.

# marks MASK [NETMASK]: sets with another mask in place of the first ones
marks() {
	local source=$topo_source@
	[ -z "${2-}" ] || source=
	ended rotate
	ended reflect
	on ingress lmctl deinit tx
	on egress lmctl deinit rx
	on ingress lmctl init tx --mask "$1" --netmask "${2-128}" 2>/dev/null
	on egress lmctl init rx --mask "$1" --netmask "${2-128}" 2>/dev/null
	on ingress lmctl add tx gold=$sids
	on egress lmctl add rx "gold=$source$sids"
	daemon rotate ingress rotate tx --period ${period}ms
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
like "$found" "^note +mask +0x0000000c is in the Traffic Class" "$now: a note"
rewrite -j TOS --set-tos 0x00/0x0c
diagnose "the mark is taken off"
wrong "peer egress" "uncoloured: " "rewrites the DSCP"
reason uncoloured
rewrite -m statistic --mode nth --every 4 --packet 0 -j TOS --set-tos 0x00/0x0c
diagnose "the mark is taken off some packets"
wrong "peer egress" "uncoloured: " "rewrites the DSCP"
reason uncoloured
rewrite

marks 0x03
diagnose "ECN bits"
wrong mask "0x00000003 has ECN bits" "default mask"
is "$told" "gold exact null 0" "$now: exact as long as nothing is congested"
rewrite -m statistic --mode nth --every 4 --packet 0 -j TOS --set-tos 0x03/0x03
diagnose "ECN bits and congestion"
wrong mask "0x00000003 has ECN bits" "default mask"
wrong "peer egress" "uncoloured: " "removes the mark"
reason uncoloured
rewrite

marks 0x00010000
diagnose "a mask of one bit"
good
like "$found" "^note +mask +0x00010000 has one bit" "$now: a note"

# Two ingresses for one SID list: two flows, or without source none that can be told.

marks 0x00030000
node_add other
link_add other transit 2000
link_add other egress
offloads off other transit egress
node_ip other <<-END
	addr add fc00:42::4/64 dev transit nodad
	addr add fd00:d::4/64 dev egress nodad
END
node_ip transit <<<"addr add fc00:42::2/64 dev other nodad"
node_ip egress <<<"addr add fd00:d::3/64 dev other nodad"
node_ip other <<-END
	sr tunsrc set fc00:42::4
	route add fcff::/16 via fc00:42::2 dev transit
	route add fd00:b::/64 encap seg6 mode encap segs $sids dev transit
END
on other lmctl init tx
on other lmctl add tx gold=$sids
daemon second other rotate tx --period ${period}ms
on other bash -c 'exec ping -q -i 0.01 -I fc00:42::4 fd00:b::2' >/dev/null &
blocks_pass 4
diagnose "a second ingress"
good
marks 0x00030000 0
blocks_pass 4
diagnose "a second ingress, in sets without source"
wrong "peer egress" "two-sources: " "source in the key"
reason two-sources
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
