#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# vm: icount=yes kernels=6.1,6.12 quick=yes timeout=180 seconds=5
#
# The source address of a packet: as a part of the key, by the leading bits that the
# set's netmask says, and where it is not, as a witness that the packets of a flow are
# not of one path. Segments Left is another. What must be counted follows from the
# packets that are sent.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../packets.sh"

# counts SET: "SIDS,COLOUR PACKETS" of each flow
counts() {
	on router ipset save "$1" |
		sed -n 's/^add [^ ]* \(.*@\)\?\([^ ]*\) packets \([0-9]*\) .*/\2 \3/p' |
		sort
}

# changes SET: what its flows' packets differed in from those before
changes() {
	on router lib_probe witnesses "$1" |
		awk '{ print $1, "source", $4, "segments-left", $5 }' | sort
}

# last_source SET: of its flows' packets
last_source() {
	on router lib_probe witnesses "$1" | cut -d ' ' -f 1,6 | sort
}

# address FLIPPED: a source with that bit changed, none if it is negative
address() {
	local hex=55555555555555555555555555555555 at=$(($1 / 4))
	if [ "$1" -ge 0 ]; then
		printf -v hex '%s%x%s' "${hex:0:at}" $((5 ^ 8 >> $1 % 4)) "${hex:at + 1}"
	fi
	for ((at = 28; at; at -= 4)); do
		hex=${hex:0:at}:${hex:at}
	done
	echo "$hex"
}

topo_probe
on router ipset create last hash:sr6flow

# --- the source in the key: the bits before and behind the end of every netmask

netmasks=(1 2 7 8 9 31 32 33 63 64 65 96 127 128)
flips=(-1)
for n in "${netmasks[@]}"; do
	flips+=($((n - 1)))
	[ "$n" -eq 128 ] || flips+=("$n")
done
readarray -t flips < <(printf '%s\n' "${flips[@]}" | sort -nu)
lists=(fcff:1:: "fcff:2::1,fcff:2::2" "fcff:3::1,fcff:3::2,fcff:3::3")
sid_list 4 16
lists+=("$S")

# add SET SIDS: a flow of it from the source without a changed bit
add() {
	echo "add $1 $(address -1)@$2"
}

rule=("PREROUTING -m set --match-set last dst")
for n in "${netmasks[@]}"; do
	for mask in 0x00030000 0x0c; do
		echo "create $mask-$n hash:sr6flow markmask $mask netmask $n"
		for list in "${lists[@]}"; do
			add "$mask-$n" "$list"
		done
		# not an SRH but the destination is the list
		[ "$mask" != 0x0c ] || add "$mask-$n" fcff:5::
		rule+=("PREROUTING -m set --match-set $mask-$n dst")
	done
done >"$tmp/sets"
on router ipset restore <"$tmp/sets"
on router ipset add last fcff:ffff::
rules nft "${rule[@]}"

# Each source twice in a row, so that the second time the flow knows the header.
for flip in "${flips[@]}"; do
	source=$(address "$flip")
	for list in "${lists[@]}"; do
		echo "x2 ip src=$source tc=4 srh sids=$list tag=1 ip udp"
	done
	echo "x2 ip src=$source dst=fcff:5:: tc=4 ip udp"
done >"$tmp/packets"
send <"$tmp/packets"

for n in "${netmasks[@]}"; do
	same=0
	for flip in "${flips[@]}"; do
		[ "$flip" -ge 0 ] && [ "$flip" -lt "$n" ] || same=$((same + 2))
	done
	wanted=$(printf "%s,0x00010000 $same\n" "${lists[@]}" | sort)
	is "$(counts 0x00030000-"$n")" "$wanted" "netmask $n, colour in the Tag"
	wanted=$(printf "%s,0x00000004 $same\n" "${lists[@]}" fcff:5:: | sort)
	is "$(counts 0x0c-"$n")" "$wanted" "netmask $n, colour in the Traffic Class"
done
is "$(on router ipset save 0x0c-33 | grep -c ' 5555:5555::@')" 5 \
	"the set has the source without the bits behind the netmask"
missed=$((2 * ${#flips[@]} * ${#lists[@]}))
for n in 8 128; do
	hits=$(counts 0x00030000-$n | awk '{ sum += $2 } END { print sum }')
	# and the packet that ends the sending
	is "$(diagnostics 0x00030000-$n)" "0x00030000-$n $((missed - hits + 1)) 0 0" \
		"netmask $n: the others are packets of no flow"
done
rules nft
sed 's/^create \([^ ]*\) .*/destroy \1/p; d' "$tmp/sets" | on router ipset restore

# --- witnesses: changes from packet to packet

a=fd00:5::1 b=fd00:5::2
list=fcff:6::1,fcff:6::2
on router ipset restore <<-END
	create plain hash:sr6flow
	create tclass hash:sr6flow markmask 0x0c
	create key hash:sr6flow netmask 128
	create member hash:sr6flow
	create marking hash:sr6flow
	add plain $list
	add plain fcff:7::
	add tclass $list
	add tclass fcff:7::
	add key $a@$list
	add key $b@$list
	add member $list
	add marking $list
END
rules nft "PREROUTING -m set --match-set plain dst" \
	"PREROUTING -m set --match-set tclass dst" \
	"PREROUTING -m set --match-set key dst" \
	"PREROUTING -m set --match-set member dst ! --update-counters" \
	"POSTROUTING -m set --match-set marking src" \
	"PREROUTING -m set --match-set last dst"
srh="srh sids=$list tag=0"
cat >"$tmp/packets" <<-END
	x2 ip src=$a $srh sl=1 ip udp
	ip src=$a $srh sl=1 ip4 udp
	ip src=$a $srh sl=1 tlv=0000000000000000 ip udp
	ip src=$a hbh $srh sl=1 ip udp
	ip src=$a $srh sl=1 ah udp
	x2 ip src=$b $srh sl=1 ip udp
	x3 ip src=$b $srh sl=2 ip udp
	ip src=$a $srh sl=2 ip udp
	ip src=$b hbh $srh sl=2 ip udp
	ip src=$b hbh $srh sl=1 ip udp
	x2 ip src=$b $srh sl=1 ip udp
	ip dst=fcff:7:: src=$a tc=4 ip udp
	x2 ip dst=fcff:7:: src=$b tc=4 ip udp
END
send <"$tmp/packets"
# By source: a to b, b to a, a to b. By Segments Left: 1 to 2, 2 to 1.
is "$(changes plain)" "fcff:6::1,fcff:6::2 source 3 segments-left 2
fcff:7:: source 0 segments-left 0" "changes of a counting set"
is "$(changes tclass)" "fcff:6::1,fcff:6::2 source 3 segments-left 2
fcff:7:: source 1 segments-left 0" "with the mask in the Traffic Class"
# One source: 1 to 2. The other: 1 to 2, 2 to 1.
is "$(changes key)" "$a@fcff:6::1,fcff:6::2 source 0 segments-left 1
$b@fcff:6::1,fcff:6::2 source 0 segments-left 2" "with the source in the key"
is "$(changes member)" "fcff:6::1,fcff:6::2 source 0 segments-left 0" \
	"a test for membership is no witness"
is "$(changes marking)" "fcff:6::1,fcff:6::2 source 3 segments-left 2" \
	"changes of a marking set"
is "$(last_source plain)" "fcff:6::1,fcff:6::2 $b
fcff:7:: ::" "the source of the last packet"
is "$(last_source tclass)" "fcff:6::1,fcff:6::2 $b
fcff:7:: $b" "with the mask in the Traffic Class"
is "$(last_source key)" "$a@fcff:6::1,fcff:6::2 ::
$b@fcff:6::1,fcff:6::2 ::" "none beside that of the key"
is "$(last_source member)" "fcff:6::1,fcff:6::2 ::" "none without a counted packet"
is "$(last_source marking)" "fcff:6::1,fcff:6::2 $b" "the source at a marking rule"
counted_all=$(grep -c . <<<"$(counts plain)")
is "$counted_all $(counts plain)" "1 $list,0x00000000 16" \
	"all packets with a Segment Routing Header were counted"

# --- ipset neither shows nor saves it

before=$(on router ipset save plain)
for shown in "list plain" "save plain" "-o xml list plain"; do
	# shellcheck disable=SC2086
	is "$(on router ipset $shown | grep -c "${a%1}")" 0 "ipset $shown: no last source"
done
on router ipset restore <<<"${before// plain / again }"
is "$(on router ipset save again | sort)" "$(sort <<<"${before// plain / again }")" \
	"ipset restores what it saved"
is "$(last_source again)" "fcff:6::1,fcff:6::2 ::
fcff:7:: ::" "restored counters have no source"

# --- a header that looks like the flow's last one, and is another

send <<-END
	ip src=$a srh sids=$list tag=0 sl=1 type=0 ip udp
	ip src=$b srh sids=$list tag=0 sl=1 type=2 ip udp
	ip src=$b srh sids=$list tag=0 sl=1 hdrlen=3 ip udp
	ip src=$b srh sids=$list tag=0 sl=1 hdrlen=6 data
	ip src=$b srh sids=$list tag=0 sl=1 hdrlen=0 ip udp
	ip src=$b srh sids=$list tag=0 sl=1 frag off=8 nh=41 data
	ip src=$b srh sids=$list tag=0 sl=3 ip udp
END
is "$(on router ipset save plain)" "$before" "headers of another kind are not counted"
is "$(changes plain | head -1)" "fcff:6::1,fcff:6::2 source 3 segments-left 2" \
	"and the flow's witnesses stay"
is "$(last_source plain | head -1)" "fcff:6::1,fcff:6::2 $b" "with its last source"

# --- a flow that is added anew has no changes; the SET target learns sources

on router ipset del plain "$list"
on router ipset add plain "$list"
is "$(changes plain)" "fcff:6::1,fcff:6::2 source 0 segments-left 0
fcff:7:: source 0 segments-left 0" "none after the flow was added anew"
is "$(last_source plain | head -1)" "fcff:6::1,fcff:6::2 ::" "nor a last source"
on router ipset create learned hash:sr6flow netmask 64
rules nft "PREROUTING -j SET --add-set learned dst" \
	"PREROUTING -m set --match-set last dst"
send <<-END
	ip src=fd00:5::1 srh sids=$list ip udp
	ip src=fd00:5::2 srh sids=$list ip udp
	ip src=fd00:6::2 srh sids=$list ip udp
END
is "$(on router ipset save learned | sed -n "s/add learned \(.*@$list\)$/\1/p" | sort)" \
	"fd00:5::@$list
fd00:6::@$list" "the SET target learns a flow for each source"
