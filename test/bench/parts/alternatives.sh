#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# bench: mem=768 timeout=600 short=no
#
# Cost of designs from the parts of a stock system, in addition to their own empty
# hooks. None of them can write the Segment Routing Header's Tag, so the colour is in the
# Traffic Class.
#
#   alternatives.DESIGN.BACK.SIDE.SIDS.FLOWS.WHAT
#
# WHAT is total, p99, empty or delta, as in path.sh.  DESIGN:
#
#   srh     a rule per flow: outer destination (the first SID) and the srh
#           match, which compares the last SID: the whole list if it has two
#   u32     a rule per flow that compares each word of the list
#   sets    a pair of hash:ip sets, one per colour, with the first SID of each
#           flow: no stock set matches more of the list. On the marking side the
#           routing header match, a chain, the active colour's set, the TOS
#           target; on the counting side a rule per colour
#   netset  the same with hash:net,net and both outer addresses
#   native  nftables set with the list as concatenation, and a counter per
#           element; on the counting side a set per colour. The kernel has room
#           for four SIDs, but nft 1.0.6 crashes at more than two
#
# Packets of the counting side have the colour of the second rule.
# shellcheck source=test/bench/lib.sh
. ./lib.sh
# shellcheck source=test/bench/path_lib.sh
. ./path_lib.sh

flows=65

# measure KEY BACK SIDE CASE COMMAND...: print the cost of the rules that are there now;
# the command prints how many packets they counted
measure() {
	local key=alternatives.$1.$2.$3.$4 name=$3.$4 counted
	shift 4
	sweep rule "$name"
	counted=$("$@")
	[ "$counted" -eq $sent ] || {
		echo "$key: $counted packets counted, not $sent"
		return 1
	}
	figure "$key.total" "${cost[rule.$name]}" instructions
	figure "$key.p99" "${slow[rule.$name]}" instructions
	figure "$key.empty" "${cost[empty.$name]}" instructions
	figure "$key.delta" $((${cost[rule.$name]} - ${cost[empty.$name]})) instructions
}

# mangle BACK: rules of the table from stdin
mangle() {
	{
		echo '*mangle'
		cat
		echo COMMIT
	} | "ip6tables-$1-restore" --noflush
}

by_rules() {
	"ip6tables-$1" -t mangle -nvxL "$(hook_of "$2")" |
		awk 'NR > 2 { n += $1 } END { print n }'
}

by_sets() {
	ipset save | awk '{ for (i = 1; i < NF; i++) if ($i == "packets") n += $(i + 1) }
		END { print n }'
}

# The element's counter follows it in braces or on a line of its own.
by_elements() {
	nft list table ip6 bench |
		grep -o 'packets [0-9]*' | awk '{ n += $2 } END { print n }'
}

# matches DESIGN SIDS FLOWS: one per line; SIDs as in inject/build.c
matches() {
	awk -v design="$1" -v n="$2" -v flows="$3" '
		function test(t) {
			if (tests % 10 == 0)
				line = line (tests ? "\" " : "") "-m u32 --u32 \""
			else
				line = line "&&"
			line = line t
			tests++
		}
		function u32(f,   i, at) {
			line = ""
			tests = 0
			test("4&0xff00=0x2b00")
			test(sprintf("40&0xffff00=0x%x", 2 * n * 65536 + 1024))
			test(sprintf("44&0xff000000=0x%x", (n - 1) * 16777216))
			for (i = 0; i < n; i++) {
				at = 48 + 16 * i
				test(sprintf("%d=0xfcff%04x", at, n - i))
				test(sprintf("%d=0x%08x", at + 4, f))
				test(sprintf("%d=0x0", at + 8))
				test(sprintf("%d=0x1", at + 12))
			}
			return line "\""
		}
		BEGIN {
			for (f = 0; f < flows; f++)
				if (design == "u32")
					print u32(f)
				else
					printf "-d fcff:1:0:%x::1 -m srh --srh-last-entry-eq %d --srh-lsid fcff:%x:0:%x::1\n",
						f, n - 1, n, f
		}'
}

# rule_each DESIGN BACK SIDE SIDS RULES: a rule per flow
rule_each() {
	local target='' turns
	[ "$3" = dst ] || target='-j TOS --set-tos 0x04/0x0c'
	turns=$(odd "$5")
	matches "$1" "$4" "$5" |
		sed "s,.*,-A $(hook_of "$3") & $target," | mangle "$2"
	case_is "$3.$4.$5" "$(kind_of "$3")" 17 "$4" 0 "$turns"
	measure "$1" "$2" "$3" "$4.$5" by_rules "$2" "$3"
	"ip6tables-$2" -t mangle -F
}

# set_pair DESIGN BACK SIDE SIDS
set_pair() {
	local type=hash:ip from='' way=dst colour
	if [ "$1" = netset ]; then
		type=hash:net,net from='fc00:12::1,' way=src,dst
	fi
	for colour in a b; do
		ipset create "bench-$colour" $type family inet6 counters
		for ((f = 0; f < flows; f++)); do
			printf 'add bench-%s %sfcff:1:0:%x::1\n' $colour "$from" "$f"
		done | ipset restore
	done
	if [ "$3" = src ]; then
		mangle "$2" <<-END
			:COLOUR -
			-A POSTROUTING -m rt --rt-type 4 -j COLOUR
			-A COLOUR -m set --match-set bench-b $way -j TOS --set-tos 0x04/0x0c
		END
	else
		mangle "$2" <<-END
			-A PREROUTING -m tos --tos 0x04/0x0c -m set --match-set bench-a $way
			-A PREROUTING -m tos --tos 0x00/0x0c -m set --match-set bench-b $way
		END
	fi
	measure "$1" "$2" "$3" "$4.$flows" by_sets
	"ip6tables-$2" -t mangle -F
	[ "$3" = dst ] || "ip6tables-$2" -t mangle -X COLOUR
	ipset destroy
}

# native SIDE SIDS: sid[1] is the first of the wire's list
native() {
	local key='' type='' i
	for ((i = 1; i <= $2; i++)); do
		key+="${key:+ . }srh sid[$i]"
		type+="${type:+ . }ipv6_addr"
	done
	{
		echo 'table ip6 bench {'
		for i in a b; do
			echo "set $i { type $type; counter"
			./bench_flows restore x "$2" 0 $flows | awk '
				{
					n = split($3, sid, ",")
					line = sid[n]
					for (i = n - 1; i; i--)
						line = line " . " sid[i]
					printf "%s %s", (NR > 1 ? "," : "elements = {"), line
				}
				END { print "}" }'
			echo '}'
		done
		if [ "$1" = src ]; then
			echo "chain post { type filter hook postrouting priority mangle; $key @b ip6 dscp set 1; }"
		else
			echo "chain pre { type filter hook prerouting priority mangle;"
			echo "ip6 dscp 1 $key @a"
			echo "ip6 dscp 0 $key @b; }"
		fi
		echo '}'
	} | nft -f -
	measure native nft "$1" "$2.$flows" by_elements
	nft delete table ip6 bench
}

router_up
for n in 1 2 16; do
	steer $n 129
done
for side in src dst; do
	for n in 1 2 16; do
		for turns in 1 16 $flows 128; do
			case_is "$side.$n.$turns" "$(kind_of "$side")" 17 "$n" 0 "$(odd "$turns")"
			cases+=("$side.$n.$turns")
		done
	done
	for back in nft legacy; do
		hooks_on $back $side
		sweep empty "${cases[@]}"
		for rules in 1 16 128; do
			rule_each srh $back $side 2 $rules
			rule_each u32 $back $side 2 $rules
			rule_each u32 $back $side 16 $rules
		done
		for n in 2 16; do
			set_pair sets $back $side $n
			set_pair netset $back $side $n
		done
		hooks_off $back
		[ $back = nft ] || continue
		# the same hook is empty, in a table of its own
		for n in 1 2; do
			native $side $n
		done
	done
	cases=()
done
