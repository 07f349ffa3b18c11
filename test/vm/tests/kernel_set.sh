#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# vm: icount=yes kernels=6.1,6.12 debug=short quick=yes timeout=180 seconds=10
#
# A set among sets: loaded on demand and unloaded, renamed, swapped, referred
# to, full, timed out, in several namespaces, destroyed with and without its
# namespace. The points of section 3.5 of the design are named where they are
# tested.
. "$(dirname "$0")/../lib.sh"

entries() {
	on "$1" ipset list -t "$2" | sed -n 's/^Number of entries: //p'
}

members() {
	on "$1" ipset list "$2" | sed '1,/^Members/d'
}

loaded() {
	[ -d /sys/module/ip_set_hash_sr6flow ]
}

unload() {
	rmmod ip_set_hash_sr6flow
}

node_add a b
on a sysctl -qw net.ipv6.conf.lo.seg6_enabled=1

# -- module
! loaded || wait_for 10 unload
check "the type is not loaded before it is needed" test ! -d /sys/module/ip_set_hash_sr6flow
check "create loads it by its alias" on a ipset create s hash:sr6flow
check "it is loaded then" loaded
check_fails "it cannot be unloaded while a set exists" "in use" unload
on a ipset destroy s
check "it can be unloaded when the last set is gone" wait_for 20 unload
on a ipset create s hash:sr6flow maxelem 30000
awk 'BEGIN { for (i = 0; i < 20000; i++) printf "add s fc00:%x::1\n", i }' |
	on a ipset restore
on a ipset destroy s
check "destroy leaves the freeing to the module's queue, and unload waits for it" \
	wait_for 20 unload

# -- create
on a ipset create s hash:sr6flow markmask 0x0c initval 0x08 hashsize 256 maxelem 4 timeout 100
like "$(on a ipset list -t s)" \
	"^Header: hashsize 256 maxelem 4 markmask 0x0000000c initval 0x00000008 timeout 100$" \
	"create options are listed"
on a ipset add s 0x04
check "create -exist takes the same options and leaves the colour" \
	on a ipset create s hash:sr6flow markmask 0x0c initval 0x08 maxelem 4 timeout 100 -exist
like "$(on a ipset list -t s)" "initval 0x00000004" "the colour stayed"
for other in "maxelem 4 timeout 100" "markmask 0x0c maxelem 5 timeout 100" \
	"markmask 0x0c maxelem 4" "markmask 0x0c maxelem 4 timeout 100 skbinfo"; do
	# shellcheck disable=SC2086 # several words
	check_fails "create -exist refuses other options ($other)" "set with the same name" \
		on a ipset create s hash:sr6flow $other -exist
done
on a ipset create source hash:sr6flow netmask 64
check "create -exist takes the same netmask" on a ipset create source hash:sr6flow netmask 64 -exist
for other in "netmask 63" "netmask 128" ""; do
	# shellcheck disable=SC2086 # several words
	check_fails "create -exist refuses another netmask ($other)" "set with the same name" \
		on a ipset create source hash:sr6flow $other -exist
done
for i in 1 2; do
	on a ipset add source "fcff:0:0:$i::9@fcff::1,fcff::2"
done
is "$(members a source | sort | xargs)" \
	"fcff:0:0:1::@fcff::1,fcff::2 fcff:0:0:2::@fcff::1,fcff::2" \
	"one list from two sources is two flows"
on a ipset destroy source
on a ipset create one hash:sr6flow markmask 0x00800000
like "$(on a ipset list -t one)" "initval 0x00000000" "one mask bit: the first colour is zero"
check "one mask bit: the bit is the other colour" on a ipset add one 0x00800000
check_fails "an active colour with a bit that is not in the mask is refused" . \
	on a ipset add one 0x00800001
on a ipset destroy one

# -- full, timeout, forceadd
for i in 1 2 3 4; do
	on a ipset add s "fcff::$i"
done
check_fails "a full set says so" "full" on a ipset add s fcff::5
is "$(entries a s)" 4 "and stays as it is"
check "a flow that is there can still be refreshed" on a ipset add s fcff::4 timeout 50 -exist
like "$(members a s)" "^fcff::4 timeout [1-9][0-9]?$" "with its new timeout"
on a ipset add s fcff::1 timeout 1 -exist
gone() {
	! on a ipset test s fcff::1
}
check "a flow expires" wait_for 10 gone
check "an expired flow makes room" wait_for 3 on a ipset add s fcff::5
is "$(entries a s)" 4 "and is not counted"
on a ipset destroy s
on a ipset create s hash:sr6flow maxelem 2 forceadd
on a ipset add s fcff::1
on a ipset add s fcff::2
check "forceadd: a full set takes a new flow" on a ipset add s fcff::3
is "$(members a s | sort | xargs)" "fcff::2 fcff::3" "forceadd: for the oldest one"
on a ipset destroy s

on a ipset create s hash:sr6flow timeout 1000
on a ipset add s fcff::1 timeout 1
on a ipset add s fcff::2
left() {
	[ "$(entries a s)" = "$1" ]
}
check "an expired flow is not counted, long before the set is next searched" \
	wait_for 10 left 1
on a ipset destroy s

# -- counters: several colours come back, a write renews the generation
on a ipset create s hash:sr6flow
for colour in 0x0 0x00010000 0x00020000 0x00030000; do
	check "counters of colour $colour can be written" \
		on a ipset add s "fcff::1,fcff::2,$colour" packets 7 bytes 700
done
is "$(members a s | sort | head -n 1)" "fcff::1,fcff::2,0x00000000 packets 7 bytes 700" \
	"they are listed"
is "$(entries a s)" 1 "four colours are one flow"
check "counters can be written again" on a ipset add s fcff::1,fcff::2,0x10000 packets 3
like "$(members a s)" "^fcff::1,fcff::2,0x00010000 packets 3 bytes 700$" \
	"what is not given stays"
check_fails "counters of a colour outside the mask are refused" . \
	on a ipset add s fcff::9,0x40000 packets 1
is "$(entries a s)" 1 "and nothing was added"

# -- rename, swap, references
on a ipset create ip hash:ip family inet6
on a ipset create t hash:sr6flow
on a ipset create mark hash:ip,mark family inet6
on a ipset create netnet hash:net,net family inet6
for stock in ip mark netnet; do
	check_fails "swap with a $stock set is refused" . on a ipset swap s $stock
done
check "swap with a set of the type" on a ipset swap s t
is "$(entries a s) $(entries a t)" "0 1" "the flows have changed places"
on a ipset create source hash:sr6flow netmask 64
on a ipset add source fcff:9::@fcff::1
check "swap with a set of another netmask" on a ipset swap s source
is "$(members a s)" "fcff:9::@fcff::1" "the source came along"
check "and back" on a ipset swap s source
on a ipset destroy source
check "rename" on a ipset rename t u
is "$(entries a u)" 1 "the flows came along"
check "a rule refers to the set" on a ip6tables-nft -t mangle -A PREROUTING -m set --match-set u dst
check_fails "it cannot be destroyed then" "in use" on a ipset destroy u
check_fails "nor renamed" "in use" on a ipset rename u v
check "but swapped" on a ipset swap s u
check "the rule goes" on a ip6tables-nft -t mangle -F PREROUTING
check "then it can be destroyed" wait_for 10 on a ipset destroy u

# -- namespaces
on b ipset create s hash:sr6flow
on b ipset add s fcff::b
is "$(entries a s) $(entries b s)" "1 1" "sets of one name in two namespaces"
is "$(members b s)" "fcff::b" "have flows of their own"
node_del b
check "the other set does not notice that one namespace goes" on a ipset test s fcff::1,fcff::2

# -- list:set with a member of the type
on a ipset create all list:set
check "a list of sets takes one of the type" on a ipset add all s
check_fails "the member is in use then" "in use" on a ipset destroy s
on a ipset destroy all
check "all sets are destroyed at once" on a ipset destroy
check "nothing is left of the type" wait_for 20 unload
