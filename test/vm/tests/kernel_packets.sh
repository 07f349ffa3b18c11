#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# vm: icount=yes kernels=6.1,6.12 quick=yes timeout=180 seconds=4
#
# Which packets belong to which flow and colour: every kind of packet is sent
# through one counting rule per set, then the counters of all sets must be what
# the packets' own bits say. Malformed packets are counted nowhere, and a
# marking rule does not touch them.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../packets.sh"

declare -A mask=(
	[tag]=0x00030000 [tag-apart]=0x80010000 [tag-one]=0x00100000
	[tclass]=0x0c [tclass-apart]=0x84 [tclass-one]=0x40
	[tag-source]=0x00030000 [tclass-source]=0x0c
)
# All packets are from fd00:5::1.
declare -A netmask=([tag-source]=128 [tclass-source]=48)
sets=("${!mask[@]}")

# --- what is sent, and what becomes of it

cases=0
sent=0
declare -a lines=() fates=()
declare -A case_name=() flow=()

# new NAME [SIDS]: a case; its flow $S has that many SIDs, and is in all sets
new() {
	cases=$((cases + 1))
	label=c$cases
	case_name[$label]=$1
	sid_list "$cases" "${2:-2}"
	flow[$label]=$S
}

# pkt FATE LINE [COUNT]: packets of the case. FATE is
#   all      counted in every set, by the colour that the packet carries
#   tclass   counted in sets with a mask in the Traffic Class, no SRv6 else
#   no_flow  SRv6, but not a flow of any set
#   strange  the same, for sets with a mask in the Traffic Class only
#   bad      malformed
#   none     not SRv6, or counted nowhere for another reason
pkt() {
	fates+=("$1")
	lines+=("$label: x${3:-1} $2")
	sent=$((sent + ${3:-1}))
}

declare -A packets=() bytes=() no_flow=() malformed=()

# expect FATE COUNT LEN LINE LABEL: adds a line's packets to what is expected
expect() {
	local set key
	word_of "$4"
	for set in "${sets[@]}"; do
		case $1/${set%%-*} in
		bad/*) malformed[$set]=$((${malformed[$set]-0} + $2)) ;;
		no_flow/* | strange/tclass)
			no_flow[$set]=$((${no_flow[$set]-0} + $2)) ;;
		esac
		[ "$1" = all ] || [ "$1" = "${set%%-*}" ] || continue
		key=$set/$5/$((word & mask[$set]))
		packets[$key]=$((${packets[$key]-0} + $2))
		bytes[$key]=$((${bytes[$key]-0} + $2 * $3))
	done
}

expect_all() {
	local i=0 of count len
	while read -r of count len; do
		# what is behind the payload length is cut off
		[[ ! ${lines[i]} =~ plen=([0-9]+) ]] ||
			len=$((40 + BASH_REMATCH[1]))
		expect "${fates[i]}" "$count" "$len" "${lines[i]}" "$of"
		i=$((i + 1))
	done <"$tmp/sent"
}

# expected SET LABEL: its records as in ipset save, into $want
expected() {
	local colour key
	want=
	colours_of "${mask[$1]}"
	for colour in "${colours[@]}"; do
		key=$1/$2/$colour
		[ -n "${packets[$key]-}" ] || continue
		printf -v want '%s0x%08x packets %d bytes %d ' "$want" \
			"$colour" "${packets[$key]}" "${bytes[$key]}"
	done
}

# read_set SET: what it counted, into got[SET/LABEL]
declare -A got=()
read_set() {
	local verb set element rest
	while read -r verb set element rest; do
		if [ "$verb" != add ] || [ -z "$rest" ]; then
			continue
		fi
		got[$set/${element%%=*}]+="${element##*,} $rest "
	done < <(on router ipset save "$1")
}

make_sets() {
	local set of
	for set in "${sets[@]}"; do
		echo "create $set hash:sr6flow markmask ${mask[$set]}" \
			"${netmask[$set]:+netmask ${netmask[$set]}}"
		for of in "${!flow[@]}"; do
			echo "add $set $of=${netmask[$set]:+fd00:5::1@}${flow[$of]}"
		done
	done | on router ipset restore
}

check_cases() {
	local i set why
	for ((i = 1; i <= cases; i++)); do
		why=()
		for set in "${sets[@]}"; do
			expected "$set" "c$i"
			[ "${got[$set/c$i]-}" = "$want" ] ||
				why+=("set $set: ${got[$set/c$i]-nothing}"
				      "    wanted: ${want:-nothing}")
		done
		if [ ${#why[@]} -eq 0 ]; then
			ok "${case_name[c$i]}"
		else
			not_ok "${case_name[c$i]}" "${why[@]}"
		fi
	done
}

# --- well-formed packets

udp='ip udp'

for n in 1 2 3 8 15 16; do
	new "$n SIDs" "$n"
	pkt all "ip tc=0x4 srh sids=$S tag=0x1 $udp" "$n"
done

new "Segments Left from 0 to Last Entry + 1" 3
for sl in 0 1 2 3 4; do
	fate=all
	[ "$sl" -le 3 ] || fate=bad
	pkt $fate "ip srh sids=$S sl=$sl tag=2 $udp"
done
# The list of one SID that reduced encapsulation of two leaves.
new "reduced encapsulation" 1
pkt all "ip srh sids=$S sl=1 tag=2 $udp" 2

new "payloads"
for payload in "ip udp" "ip4 udp" "eth ip udp" "eth type=0x800 ip4 udp" udp \
	"data" "data len=0" "ip srh sids=$S tag=3 ip udp" "opts udp" \
	"ah ip udp" "opts ah opts ip udp"; do
	pkt all "ip tc=0x84 srh sids=$S tag=0x8001 $payload" 2
done

new "flags, next header and other bits of Tag and Traffic Class do not matter"
pkt all "ip tc=0xf3 fl=0xfffff srh sids=$S flags=0xff tag=0x7fec nh=200 data"
pkt all "ip hl=1 srh sids=$S flags=0x08 tag=0 $udp"
pkt all "ip hl=255 srh sids=$S tag=0 nh=50 data"

new "TLVs after the list"
for tlv in 0000000000000000 010600000000000000000000000000000 \
	0526000000000000000000000000$(printf 'a5%.0s' {1..26}) ffffffffffffffff \
	040a000000000000000000000106000000000000; do
	# whole units of 8 bytes
	while [ $((${#tlv} % 16)) -ne 0 ]; do
		tlv+=0
	done
	pkt all "ip srh sids=$S tag=1 tlv=$tlv $udp"
done
pkt all "ip srh sids=$S tag=2 tlv=$(printf '00%.0s' {1..2008}) ip udp"
new "16 SIDs and TLVs" 16
pkt all "ip srh sids=$S tag=1 tlv=$(printf '01%.0s' {1..1784}) ip udp"

new "SRH behind other extension headers"
for before in hbh opts ah "hbh opts" "hbh opts ah" "hbh len=64" \
	"opts len=2048" "ah ah opts" "rh type=0" "rh type=2 sl=1" \
	"rh type=3 len=8" "hbh opts rh type=253 len=40 frag ah"; do
	pkt all "ip tc=4 $before srh sids=$S tag=1 $udp"
done

new "outermost SRH of a chain"
other=$S
pkt no_flow "ip srh sids=fcff::1 tag=1 srh sids=$S tag=2 $udp" 3
pkt all "ip srh sids=$S tag=0x8001 opts srh sids=fcff::1,fcff::2 tag=2 $udp"
pkt all "ip srh sids=$S tag=0x8001 srh sids=fcff::1 hdrlen=0 $udp"
pkt all "ip srh sids=$S tag=0x8001 cut at=80"
new "SRH of an inner packet is not looked at"
pkt all "ip tc=0 srh sids=$S tag=0 ip tc=0xff srh sids=$other tag=0xffff $udp"
pkt no_flow "ip srh sids=fcff::1 tag=0 ip tc=0xff srh sids=$S tag=0xffff $udp" 2

new "order and number of SIDs make the flow" 3
pkt all "ip srh sids=$S tag=1 udp"
IFS=, read -r a b c <<<"$S"
for list in "$a,$b" "$b,$c" "$a,$c,$b" "$c,$b,$a" "$S,$c" "$a" "$S,::"; do
	pkt no_flow "ip srh sids=$list tag=1 udp"
done

new "every colour is counted in its slot"
n=0
for tag in 0 1 2 3 0x8000 0x8001 0x10 0xffff 0x7fec 0xfffc; do
	n=$((n + 1))
	pkt all "ip tc=0 srh sids=$S tag=$tag $udp" "$n"
done
for tc in 0x04 0x08 0x0c 0x80 0x84 0x40 0xff 0x73 0x03; do
	n=$((n + 1))
	pkt all "ip tc=$tc srh sids=$S tag=0 udp" "$n"
done

new "first fragments are counted, later ones are not"
for off in 0 8 1448 65528; do
	fate=all
	[ "$off" -eq 0 ] || fate=none
	pkt $fate "ip tc=4 srh sids=$S tag=1 frag off=$off more=1 nh=41 data"
	pkt $fate "ip tc=4 opts srh sids=$S tag=1 opts frag off=$off more=0 nh=41 data"
	# Behind a later fragment's header is no header, whatever it looks like.
	pkt $fate "ip tc=4 frag off=$off more=1 srh sids=$S tag=1 udp"
	pkt $fate "ip tc=4 hbh frag off=$off more=0 ah srh sids=$S tag=1 udp"
done

new "buffers in pieces"
pkt all "ip srh sids=$S tag=2 ip udp data=5000 skb linear=40" 2
pkt all "ip srh sids=$S tag=1 ip udp data=5000 skb linear=44" 2
pkt all "ip tc=4 srh sids=$S tag=1 ip udp data=5000 skb linear=60" 2
pkt bad "ip srh sids=$S last=2 sl=0 tag=1 ip udp data=5000 skb linear=44"

# Without an SRH the flow is the destination, and the Tag has no place.
new "encapsulation without SRH" 1
for payload in "ip udp" "ip4 udp" "eth ip udp" "opts ip udp" "hbh ip udp" \
	"frag more=1 ip data" "rh type=2 ip udp"; do
	pkt tclass "ip dst=$S tc=0x4 $payload"
	pkt tclass "ip dst=$S tc=0x88 $payload"
done
for payload in udp "data" "nh=6 data len=20" "opts udp" "nh=50 data" \
	"nh=47 data" "frag off=8 nh=41 data" "frag off=8 nh=4 data"; do
	pkt none "ip dst=$S tc=0x4 $payload"
done

# --- malformed ones: the list of a flow that is in the set, but not like this

new "list longer than the header"
bad_from=${#lines[@]}
for n in 0 1 2 3; do
	pkt bad "ip srh sids=$S hdrlen=$n tag=3 $udp"
done
pkt bad "ip srh sids=$S last=2 tag=3 sl=0 $udp"
pkt bad "ip srh sids=$S last=15 sl=0 tag=3 ip udp data=400"

new "header longer than the packet"
for n in 6 7 128 254 255; do
	pkt bad "ip srh sids=$S hdrlen=$n tag=3 data"
done
pkt bad "ip opts ah srh sids=$S tag=3 hdrlen=100 ip udp data=500"

new "more than 16 SIDs" 16
pkt bad "ip srh sids=$S,::1 sl=0 tag=3 $udp"
pkt bad "ip srh sids=$S last=16 sl=0 hdrlen=34 tag=3 ip udp data=100"
pkt bad "ip srh sids=$S last=255 sl=0 tag=3 $udp"
pkt bad "ip srh sids=$S last=255 sl=0 hdrlen=255 tag=3 ip udp data=5000"
new "Last Entry of 255" 1
pkt bad "ip srh sids=$S last=255 sl=0 tag=3 $udp"
pkt bad "ip srh sids=$S last=255 sl=0 hdrlen=0 tag=3 $udp"

new "Segments Left beyond Last Entry + 1"
for sl in 3 4 128 255; do
	pkt bad "ip srh sids=$S sl=$sl tag=3 $udp"
done

new "cut at every byte of the SRH"
for ((at = 41; at < 80; at++)); do
	pkt bad "ip srh sids=$S tag=3 $udp cut at=$at"
done
pkt bad "ip srh sids=$S tag=3 $udp cut at=40"
new "cut behind options, at every byte of the SRH" 1
for ((at = 56; at < 80; at++)); do
	pkt bad "ip hbh opts srh sids=$S tag=3 $udp cut at=$at"
done
new "payload length that ends in the SRH"
for n in 0 1 7 8 23 24 39; do
	pkt bad "ip plen=$n srh sids=$S tag=3 $udp"
done
pkt all "ip plen=40 srh sids=$S tag=3 $udp"

new "malformed SRH before a good one"
pkt bad "ip srh sids=fcff::1 last=1 sl=0 srh sids=$S tag=3 $udp"
pkt bad "ip srh sids= hdrlen=0 srh sids=$S tag=3 $udp"
bad_to=${#lines[@]}

# The stack itself drops these before any rule.
new "payload length beyond the packet"
for ((at = 48; at <= 80; at += 8)); do
	pkt none "ip srh sids=$S tag=3 $udp cut at=$at keep=1"
done

# times COUNT LAYER
times() {
	local i
	for ((i = 0; i < $1; i++)); do
		echo -n "$2 "
	done
}

new "not SRv6"
for line in "ip udp" "ip $(times 20 opts) srh sids=$S tag=3 udp" \
	"ip $(times 20 ah) srh sids=$S tag=3 $udp" \
	"ip $(times 20 "rh type=0") srh sids=$S tag=3 $udp" \
	"ip rh type=5 len=40 udp" "ip rh type=0 len=40 sl=2 udp" \
	"ip srh type=3 sids=$S tag=3 udp" "ip nh=50 srh sids=$S tag=3 $udp" \
	"ip nh=6 srh sids=$S tag=3 $udp" "ip nh=59 srh sids=$S tag=3 $udp" \
	"ip opts nh=43 cut at=41" "ip ah nh=43 cut at=41" \
	"ip frag nh=43 cut at=47"; do
	pkt none "$line"
done
pkt strange "ip ip udp" 2
pkt strange "ip eth ip udp"
pkt bad "ip opts hdrlen=255 srh sids=$S tag=3 $udp"

new "the last packet"
pkt all "ip srh sids=$S tag=1 $udp"

# --- count

plan $((cases + 6))
topo_probe
make_sets
rule=()
for set in "${sets[@]}"; do
	rule+=("PREROUTING -m set --match-set $set dst")
done
rules nft "${rule[@]}"
printf '%s\n' "${lines[@]}" >"$tmp/lines"

entered=$(pkts_of router in rx)
inject <"$tmp/lines" >"$tmp/sent"
last_counted() {
	[ -n "$(on router ipset save tag | sed -n "/ $label=.* packets 1 /p")" ]
}
check "the router has seen the last packet" wait_for 20 last_counted
is "$(($(pkts_of router in rx) - entered))" "$sent" \
	"as many packets entered the router as were made"
expect_all
for set in "${sets[@]}"; do
	read_set "$set"
done
check_cases

wanted=$(for set in "${sets[@]}"; do
	echo "$set ${no_flow[$set]} ${malformed[$set]} 0"
done)
is "$(diagnostics "${sets[@]}")" "$wanted" \
	"diagnostics count the packets that matched no flow or were malformed"

# --- malformed packets go through a marking rule as they are

rules nft "PREROUTING -m set --match-set tag src" \
	"PREROUTING -m set --match-set tclass src"
for ((i = bad_from; i < bad_to; i++)); do
	[ "${fates[i]}" != bad ] || [[ ${lines[i]} =~ plen= ]] ||
		echo "${lines[i]/ x1 / }"
done >"$tmp/bad"
before=$(on router ipset save)
through <"$tmp/bad" >"$tmp/through"
forwarded <"$tmp/bad" >"$tmp/unchanged"
within "$(wc -l <"$tmp/bad")" 80 200 "malformed packets of all kinds"
check "a marking rule writes to no malformed packet" \
	diff "$tmp/unchanged" "$tmp/through"
is "$(on router ipset save)" "$before" "and counts none"
