#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# vm: smp=2 icount=no kernels=6.1,6.12 debug=short quick=yes timeout=180 seconds=6
#
# The core serialises nothing for this type: packets that learn, forget, mark
# and count, requests, flushes, dumps, swaps and destructions run into each
# other on two CPUs. Afterwards all counts are right and the kernel's log, which
# the runner reads, is clean.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../packets.sh"

flows=400

entries() {
	on router ipset list -t "$1" | sed -n 's/^Number of entries: //p'
}

memory() {
	on router ipset list -t "$1" | sed -n 's/^Size in memory: //p'
}

# again NAME COMMAND...: over and over until $tmp/busy is gone, counting
again() {
	local name=$1
	shift
	: >"$tmp/$name.rounds"
	while [ -e "$tmp/busy" ]; do
		"$@" >/dev/null
		echo >>"$tmp/$name.rounds"
	done
}

packets() {
	inject <"$tmp/packets"
}

requests() {
	on router ipset -exist restore <"$tmp/requests"
}

# The core refuses to swap and destroy what a dump stands in.
sets() {
	on router ipset swap learn spare || true
	on router ipset create gone hash:sr6flow timeout 1 maxelem 300 || true
	on router ipset swap learn gone || true
	on router ipset destroy gone || true
} 2>/dev/null

dumps() {
	on router ipset save | grep '^add' >>"$tmp/seen" || true
}

# reached COUNT NAME...: all have gone round so often
reached() {
	local count=$1 name
	shift
	for name in "$@"; do
		[ "$(wc -l <"$tmp/$name.rounds")" -ge "$count" ] || return 1
	done
}

# all_met: they have all gone round 20 times, and dumps have seen every set full
all_met() {
	local set
	reached 20 packets requests sets dumps || return 1
	for set in learn spare count; do
		grep -q "^add $set " "$tmp/seen" || return 1
	done
}

# last_records COLOUR...: what is left after the last flush of the requests
last_records() {
	local colour i
	for colour in "$@"; do
		for ((i = 81; i <= 100; i++)); do
			printf 'fcff:%x::1,fcff:%x::2,%s\n' $i $i "$colour"
		done
	done | sort
}

# records: flow and colour of all in the set that counts
records() {
	on router ipset save count | sed -n '
		s/^add count \(.*,0x[0-9a-f]*\) packets .*/\1/p
		t
		s/^add count //p' | sort
}

records_as_wanted() {
	records | cmp - "$tmp/wanted"
}

topo_probe
for ((i = 1; i <= flows; i++)); do
	printf 'ip srh sids=fcff:%x::1,fcff:%x::2 ip udp\n' $i $i
done >"$tmp/packets"
for ((i = 1; i <= 100; i++)); do
	printf 'add count fcff:%x::1,fcff:%x::2\n' $i $i
	printf 'add count fcff:%x::1,fcff:%x::2,0x00010000 packets 1 bytes 1\n' $i $i
	printf 'del count fcff:%x::1,fcff:%x::2\n' $((i / 2)) $((i / 2))
	printf 'add count 0x000%d0000\n' $((1 + i % 2))
	[ $((i % 40)) -ne 0 ] || echo flush count
done >"$tmp/requests"

on router ipset create learn hash:sr6flow timeout 1 maxelem 300
on router ipset create spare hash:sr6flow timeout 1 maxelem 300 forceadd
on router ipset create count hash:sr6flow
empty=$(memory count)
rules nft "PREROUTING -j SET --add-set learn src --exist --timeout 1" \
	"PREROUTING -m set --match-set count src -j SET --del-set learn src"

: >"$tmp/busy"
: >"$tmp/seen"
pids=()
for what in packets requests sets dumps; do
	again $what $what &
	pids+=($!)
done
check "packets, requests, sets and dumps run into each other" \
	wait_for 90 all_met
rm "$tmp/busy"
wait "${pids[@]}"
for what in packets requests sets dumps; do
	diag "$what: $(wc -l <"$tmp/$what.rounds") rounds"
done

for set in learn spare count; do
	check "dumps saw flows of the set $set" grep -q "^add $set " "$tmp/seen"
done

# A flow has a record for each colour that it was counted in: soon both.
on router ipset add count 0x00020000
packets
last_records 0x00010000 0x00020000 >"$tmp/wanted"
wait_for 20 records_as_wanted || true
rules nft
is "$(records)" "$(cat "$tmp/wanted")" \
	"a dump has each flow that the requests end with, once per colour"
is "$(entries count)" 20 "the number of entries is the number of flows"
on router ipset flush count
emptied() {
	[ "$(memory count)" -eq "$empty" ]
}
check "an empty set takes what it took at the beginning" wait_for 20 emptied
empty_again() {
	[ "$(entries learn)$(entries spare)" = 00 ]
}
check "what was learned expires" wait_for 20 empty_again
on router ipset destroy gone 2>/dev/null || true
check "all sets are destroyed" wait_for 10 on router ipset destroy
