#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# vm: icount=yes kernels=6.1,6.12 quick=yes timeout=240 seconds=28
#
# What a marking rule writes: packets go through a forwarding router one by
# one, and what comes out must be, to the bit, the packet that went in with the
# active colour in the masked bits and a hop limit of one less. A packet that has one
# of two colours in its Tag already is left as it is, and counted apart.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../packets.sh"

masks=(0x00030000 0x80010000 0x00100000 0x0c 0x84 0x40 0x03)
sid_list 1 3
list=$S
one=fcff:9::1

topo_probe
for m in "${masks[@]}"; do
	echo "create m$m hash:sr6flow markmask $m"
	echo "add m$m list=$list"
	echo "add m$m one=$one"
done | on router ipset restore

# --- packets; IP and SRH stand for the headers that carry a colour

shapes=("IP SRH ip tc=0x5a udp" "IP SRH ip4 udp" "IP SRH eth ip udp"
	"IP SRH sl=0 udp" "IP SRH sl=3 udp" "IP SRH tlv=0526000000000000$(printf 'a5%.0s' {1..32}) ip udp"
	"IP hbh SRH ip udp" "IP opts len=24 ah rh type=2 SRH udp"
	"IP SRH ip tc=0x5a srh sids=$list tag=0x5555 ip udp"
	"IP SRH srh sids=$list tag=0x5555 udp"
	"IP SRH frag more=1 id=7 nh=41 data" "IP frag more=1 SRH udp"
	"IP SRH ip udp data=5000 skb linear=40"
	"IP SRH ip udp data=5000 skb linear=44")
# later fragments: marked, not counted
later=("IP SRH frag off=1448 more=0 nh=41 data" "IP opts SRH frag off=8 more=1 nh=17 data")
# no SRH: sets with a mask in the Traffic Class only
bare=("IP dst=$one ip tc=0x5a udp" "IP dst=$one opts ip4 udp"
	"IP dst=$one eth ip udp" "IP dst=$one frag more=1 nh=41 data")
bare_later=("IP dst=$one frag off=64 nh=41 data")
# another flow, or none
foreign=("IP srh sids=$list,:: tag=0x1234 ip udp" "IP ip udp" "IP udp"
	"IP SRH last=5 sl=0 udp")
values=("0 0" "0xffff 0xff" "0x7ffe 0x7b" "0xa5a5 0xa6")

# packets TAG TC SHAPE...
packets() {
	local tag=$1 tc=$2 shape
	shift 2
	for shape; do
		shape=${shape/IP/ip tc=$tc fl=0xabcde}
		printf '%s\n' "${shape/SRH/srh sids=$list flags=0xa5 tag=$tag}"
	done
}

# marked_before MASK TAG: the Tag has one of the two bits
marked_before() {
	local mask=$(($1 >> 16)) bits=$(($2 & ($1 >> 16)))
	[ $bits -ne 0 ] && [ $bits -ne $mask ]
}

# count_before MASK: how many of the values are like that
count_before() {
	local value n=0
	for value in "${values[@]}"; do
		! marked_before "$1" "${value% *}" || n=$((n + 1))
	done
	echo $n
}

# traffic MASK COLOUR: all packets, as they are when the masked bits of those
# that are marked have the colour; MASK 0: as they are sent
traffic() {
	local value tag tc new_tag new_tc
	for value in "${values[@]}"; do
		read -r tag tc <<<"$value"
		new_tag=$(((tag & ~($1 >> 16)) | ($2 >> 16)))
		! marked_before "$1" "$tag" || new_tag=$((tag))
		new_tc=$(((tc & ~($1 & 0xff)) | ($2 & 0xff)))
		packets $new_tag $new_tc "${shapes[@]}" "${later[@]}"
		if [ $(($1 & 0xff)) -eq 0 ]; then
			new_tc=$((tc))
		fi
		packets $((tag)) $new_tc "${bare[@]}" "${bare_later[@]}"
		packets $((tag)) $((tc)) "${foreign[@]}"
	done
}

# records MASK SET: its records without names and bytes, in one line
records() {
	on router ipset save "$1" |
		sed -n 's/^add [^ ]* \([a-z]*\)=.*,\(0x[0-9a-f]* packets [0-9]*\) .*/\1 \2/p' |
		sort | paste -sd ' '
}

# expected_records MASK FACTOR
expected_records() {
	local before n colour out=()
	before=$(count_before "$1")
	n=$((${#shapes[@]} * (${#values[@]} - before) * $2))
	colours_of "$1"
	[ ${#colours[@]} -eq 2 ] || colours=("${colours[@]:1:2}")
	for colour in "${colours[@]}"; do
		out+=("$(printf 'list 0x%08x packets %d' "$colour" "$n")")
	done
	# with either colour active
	n=$((${#shapes[@]} * before * 2 * $2))
	[ "$before" -eq 0 ] || out+=("$(printf 'list 0x%08x packets %d' "$1" "$n")")
	n=$((${#bare[@]} * ${#values[@]} * $2))
	for colour in "${colours[@]}"; do
		[ $(($1 & 0xff)) -eq 0 ] ||
			out+=("$(printf 'one 0x%08x packets %d' "$colour" "$n")")
	done
	echo "${out[@]}"
}

traffic 0 0 >"$tmp/in"
forwarded <"$tmp/in" >"$tmp/plain"
through <"$tmp/in" >"$tmp/out"
check "without a rule, packets are forwarded as they are" \
	diff "$tmp/plain" "$tmp/out"

# marked NAME MASK COLOUR: with that active colour
marked() {
	local colour
	printf -v colour '0x%08x' "$3"
	on router ipset add "m$2" "$colour"
	through <"$tmp/in" >"$tmp/out"
	traffic "$2" "$3" | forwarded >"$tmp/wanted"
	check "$1: mask $2, colour $colour" diff "$tmp/wanted" "$tmp/out"
}

# mark_both NAME MASK: with one colour, then, after nothing but a toggle, with
# the other
mark_both() {
	colours_of "$2"
	[ ${#colours[@]} -eq 2 ] || colours=("${colours[@]:1:2}")
	marked "$1" "$2" "${colours[1]}"
	marked "$1" "$2" "${colours[0]}"
}

round=0
for backend in nft legacy; do
	round=$((round + 1))
	for m in "${masks[@]}"; do
		rules "$backend" "POSTROUTING -m set --match-set m$m src"
		mark_both "$backend" "$m"
		is "$(records "m$m")" "$(expected_records "$m" $round)" \
			"$backend: mask $m counts what it marked, first fragments once"
	done
	rules "$backend"
done

# --- the verdict of the match, and "not"

with_srh=$(((${#shapes[@]} + ${#later[@]}) * ${#values[@]}))
without_srh=$(((${#bare[@]} + ${#bare_later[@]}) * ${#values[@]}))
all=$(wc -l <"$tmp/in")
# Both rules write: the first into the Tag, the second into the Traffic Class.
traffic 0x00030030 0x00010010 | forwarded >"$tmp/wanted"
for backend in nft legacy; do
	on router ipset restore <<-END
		create yes hash:sr6flow
		add yes list=$list
		create no hash:sr6flow markmask 0x30
		add no list=$list
		add no one=$one
	END
	rules "$backend" \
		"POSTROUTING -m set --match-set yes src -j MARK --set-mark 1" \
		"POSTROUTING -m set ! --match-set no src -j MARK --set-mark 2"
	through <"$tmp/in" >"$tmp/out"
	is "$(on router "ip6tables-$backend" -t mangle -nvxL POSTROUTING |
		awk '/MARK/ { print $1 }' | paste -sd ' ')" \
		"$with_srh $((all - with_srh - without_srh))" \
		"$backend: the match is true for the flow, its negation for the rest"
	check "$backend: ! --match-set marks all the same" \
		diff "$tmp/wanted" "$tmp/out"
	n=$((${#shapes[@]} * ${#values[@]}))
	before=$((${#shapes[@]} * $(count_before 0x00030000)))
	is "$(records yes), $(records no)" \
		"list 0x00010000 packets $((n - before)) list 0x00030000 packets $before, list 0x00000010 packets $n one 0x00000010 packets $((${#bare[@]} * ${#values[@]}))" \
		"$backend: ! --match-set counts all the same"
	rules "$backend"
	on router ipset destroy yes
	on router ipset destroy no
done

# --- captures share their data with the packet until someone writes

# queue_start NAME NODE DEV: keeps clones of what DEV carries in a socket
queue_start() {
	mkfifo "$tmp/$1.end"
	on "$2" srpacket capture "$3" <"$tmp/$1.end" >"$tmp/$1.hex" &
	queue_pid=$!
	exec {queue_end}>"$tmp/$1.end"
	wait_for 20 grep -q ready "$tmp/$1.hex"
}

# queue_stop NAME in|out: what was captured in that direction, to $tmp/NAME
queue_stop() {
	exec {queue_end}>&-
	wait "$queue_pid"
	sed -n "s/^$2 //p" "$tmp/$1.hex" >"$tmp/$1"
}

srpacket hex <"$tmp/in" >"$tmp/sent"
for m in 0x00030000 0x84; do
	for hook in PREROUTING POSTROUTING; do
		for dev in in out; do
			colours_of "$m"
			on router ipset add "m$m" "$(printf 0x%08x "${colours[2]}")"
			rules nft "$hook -m set --match-set m$m src"
			traffic "$m" "${colours[2]}" | forwarded >"$tmp/wanted"
			queue_start "queue-$m-$hook-$dev" router "$dev"
			through <"$tmp/in" >"$tmp/out"
			queue_stop "queue-$m-$hook-$dev" "$dev"
			check "mask $m in $hook marks behind a capture on \"$dev\"" \
				diff "$tmp/wanted" "$tmp/out"
			seen=$tmp/sent
			[ "$dev" = in ] || seen=$tmp/wanted
			check "and the capture has the packets as they were there" \
				diff "$seen" "$tmp/queue-$m-$hook-$dev"
		done
	done
done

# --- traffic of the node itself, in process context

sid_list 7 2
own=$S
on router ip sr tunsrc set fd00:6::1
node_ip router <<-END
	route add fd00:7::/64 encap seg6 mode encap segs $own via fd00:6::2 dev out
	route add fd00:8::/64 encap seg6 mode inline segs ${own%%,*} via fd00:6::2 dev out
END
inline=${own%%,*},fd00:8::1
for m in 0x00030000 0x0c; do
	colours_of "$m"
	on router ipset restore <<-END
		create own$m hash:sr6flow markmask $m
		add own$m encap=$own
		add own$m inline=$inline
		add own$m $(printf 0x%08x "${colours[2]}")
	END
	rules legacy "POSTROUTING -m set --match-set own$m src"
	queue_start "own-$m" tester from
	for to in fd00:7::1 fd00:8::1; do
		on router ping -q -c 5 -i 0.01 -W 0.01 "$to" >/dev/null || true
	done
	queue_stop "own-$m" in
	# 5 words: version and Traffic Class; length 4, routing type 4, Tag
	is "$(cut -c 1-3,13-14,85-86,93-96 "$tmp/own-$m" | grep ^6..2b |
		sort | uniq -c | awk '{ print $1, $2 }' | paste -sd ' ')" \
		"$([ "$m" = 0x0c ] && echo 10 6082b040000 || echo 10 6002b040002)" \
		"own packets through seg6 routes carry the colour of mask $m"
	is "$(on router ipset save "own$m" |
		sed -n 's/.* \([a-z]*\)=.*,\(0x[0-9a-f]*\) packets \([0-9]*\) .*/\1 \2 \3/p' |
		sort | paste -sd ' ')" \
		"$(printf 'encap 0x%08x 5 inline 0x%08x 5' "${colours[2]}" "${colours[2]}")" \
		"and are counted"
done
rules legacy

# --- TCP of the node itself: what is sent again shares its data with what waits

topo_srv6
on ingress ipset create lm-tx hash:sr6flow
on ingress ipset add lm-tx fcff:2::1,fcff:3::100
on ingress ip6tables -t mangle -A POSTROUTING -m set --match-set lm-tx src
iperf_serve host-b
netem_loss transit egress loss 5%
queue_start tcp transit ingress
toggle_start ingress lm-tx 0x00010000 0x00020000 0.05
check "TCP through loss arrives" bash -c "nsenter --net=/run/netns/${node_ns[ingress]} \
	timeout 300 iperf3 -c fd00:b::2 -B fd00:a::1 -n 1M -J >'$tmp/iperf'"
toggle_stop
dropped=$(netem_dropped transit egress)
netem_loss transit egress loss 0%
wait_for 20 tcp_over ingress host-b
wait_for 20 links_quiet ingress transit
queue_stop tcp in
isnt "$(jq .end.sum_sent.retransmits "$tmp/iperf")" 0 "TCP sent packets again"
is "$(cut -c 93-96 "$tmp/tcp" | sort -u | paste -sd ' ')" "0001 0002" \
	"every packet on the wire has one of the two colours"
diag "TCP: $(wc -l <"$tmp/tcp") packets, $dropped dropped"
is "$(counted ingress lm-tx packets)" "$(wc -l <"$tmp/tcp")" \
	"every packet on the wire is counted, and nothing else"

# --- CHECKSUM_COMPLETE: a buffer that carries the sum of the whole packet

# GRE with a checksum leaves that sum in the buffer. UDP believes it before it
# looks at the packet, so a stale sum shows in packets whose own checksum is
# wrong by just what was written: UDP takes them for good.
node_ip tester <<-END
	addr add 10.9.0.1/24 dev to
	link add gre type gre local 10.9.0.1 remote 10.9.0.2 csum
	link set gre up
END
node_ip router <<-END
	addr add 10.9.0.2/24 dev in
	link add gre type gre local 10.9.0.2 remote 10.9.0.1 csum
	link set gre up
END
# The sum of GRE is to be in the packet, not left to the device.
on tester ethtool -K to tx off >/dev/null
udp_counters() {
	on router awk '
		/^Udp6NoPorts/ { good = $2 }
		/^Udp6InCsumErrors/ { bad = $2 }
		END { print good, bad }' /proc/net/snmp6
}

# udp NAME WRONG GOOD BAD LINE: 10 short and 10 long packets, whose checksum
# is wrong by WRONG, are taken for good or bad
udp() {
	local good bad was_good was_bad
	read -r was_good was_bad < <(udp_counters)
	printf 'x10 %s udp data=%d wrong=%d\n' "$5" 20 "$2" "$5" 500 "$2" |
		on tester srpacket send gre >/dev/null
	udp_done() {
		read -r good bad < <(udp_counters)
		[ $((good + bad - was_good - was_bad)) -eq 20 ]
	}
	wait_for 10 udp_done || true
	is "$((good - was_good)) $((bad - was_bad))" "$3 $4" "$1"
}

local="dst=fd00:5::ff"
srh="srh sids=$list sl=0 tag=0xfffc"
minus() {
	echo $((0xffff - $1))
}
rules nft
udp "no rule: right checksums are good" 0 20 0 "ip $local $srh"
udp "no rule: wrong checksums are bad" 2 0 20 "ip $local $srh"
# A target that writes and leaves the sum stale: the truth is visible here.
rules nft "PREROUTING -j HL --hl-set 63"
udp "a stale sum would show" "$(minus 1)" 20 0 "ip $local $srh"

on router ipset add m0x00030000 0x00010000
on router ipset add m0x84 0x00000080
for backend in nft legacy; do
	rules nft
	rules legacy
	rules "$backend" "PREROUTING -m set --match-set m0x00030000 src"
	# 0xfffc becomes 0xfffd
	udp "$backend: Tag written, right checksums are good" 0 20 0 "ip $local $srh"
	udp "$backend: Tag written, the sum is not stale" 1 0 20 "ip $local $srh"
	udp "$backend: nor changed twice" "$(minus 1)" 0 20 "ip $local $srh"
	rules "$backend" "PREROUTING -m set --match-set m0x84 src"
	# 0x05 becomes 0x81 in bits 4 to 11 of the first 16
	udp "$backend: Traffic Class written, right checksums are good" 0 20 0 \
		"ip tc=5 $local $srh"
	udp "$backend: Traffic Class written, the sum is not stale" $((0x7c0)) 0 20 \
		"ip tc=5 $local $srh"
	udp "$backend: nor changed twice" "$(minus $((0x7c0)))" 0 20 \
		"ip tc=5 $local $srh"
done
