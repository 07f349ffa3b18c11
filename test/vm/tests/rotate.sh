#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# vm: icount=yes kernels=6.1,6.12 quick=yes timeout=120 seconds=12
#
# lmctl rotate: the active colour is the one that the clock says, with --once
# and from the daemon, when it starts in the middle of a block, when the clock
# steps, and when the set goes and comes back with another mask.
. "$(dirname "$0")/../lib.sh"

node_add r
mask=0x00030000

# rotate NAME: has written its first colour when it gives up its privileges
rotate() {
	daemon "$1" r rotate --period 500ms
	wait_for 10 grep -q '^NoNewPrivs:.*1' "/proc/${pid[$1]}/status"
}

colour() {
	on r ipset list -t lm-tx | sed -n 's/^Header:.*initval \(0x[0-9a-f]*\).*/\1/p'
}

# now_ms: the wall clock, without a process
now_ms() {
	echo $((${EPOCHREALTIME/./} / 1000))
}

# wanted PERIOD_MS TIME_MS: the colour at that time, by this shell's arithmetic
wanted() {
	local block=$(($2 / $1)) low=$((mask & -mask))
	if [ $((block % 2)) -eq 0 ]; then
		printf '0x%08x\n' $((mask & mask - 1 ? low : 0))
	else
		printf '0x%08x\n' $((mask & mask - 1 ? mask & ~low : mask))
	fi
}

# sample PERIOD_MS: the colour and what it must be, read within one block and
# not in its first tenth, or 50 ms if that is less
sample() {
	local before got settled=$(($1 / 10 < 50 ? $1 / 10 : 50))
	while :; do
		before=$(now_ms)
		got=$(colour)
		[ $((before / $1)) -eq $(($(now_ms) / $1)) ] &&
			[ $((before % $1)) -ge $settled ] &&
			break
	done
	echo "$got $(wanted "$1" "$before")"
}

# follows PERIOD_MS NAME: in four samples, over both colours, it is right
follows() {
	local i got want seen='' wrong=''
	for i in 1 2 3 4; do
		read -r got want < <(sample "$1")
		[ "$got" = "$want" ] || wrong+=" $got for $want"
		seen+=" $got"
		next_block "$1"
	done
	is "$wrong" "" "$2"
	is "$(tr ' ' '\n' <<<"$seen" | sort -u | sed '/^$/d' | wc -l)" 2 \
		"$2: both colours"
}

# next_block PERIOD_MS [N]: waits for the start of the next or Nth block
next_block() {
	local left start=$((($(now_ms) / $1 + ${2:-1}) * $1))
	while left=$((start - $(now_ms))) && [ $left -gt 0 ]; do
		sleep "$((left / 1000)).$(printf %03d $((left % 1000)))"
	done
}

check_fails "no set: one line" "^lmctl: there is no set 'lm-tx': .*" \
	on r lmctl rotate --period 1s --once
on r ipset create lm-tx hash:sr6flow markmask $mask

# An hour long, and run well before its end, so that its boundary is no matter.
while left=$((3600000 - $(now_ms) % 3600000)) && [ $left -lt 60000 ]; do
	sleep 1
done
for i in 1 2; do
	check "--once, run $i" on r lmctl rotate --period 1h --once
	read -r got want < <(sample 3600000)
	is "$got" "$want" "--once, run $i: the colour by the clock"
done
# Colours far away from the right one are put right.
on r ipset add lm-tx "$(printf '0x%08x' $((mask & ~want)))"
check "--once after a wrong colour" on r lmctl rotate --period 1h --once
is "$(colour)" "$want" "--once after a wrong colour: the colour by the clock"

rotate daemon
follows 500 "the daemon"

# Two daemons do what one does.
rotate second
follows 500 "two daemons"
daemon_stop second
is "$(cat "$tmp/daemon.err" "$tmp/second.err")" "" "no daemon had anything to say"

date -s "@$((EPOCHSECONDS + 5)).250" >/dev/null
follows 500 "after a step forwards"
date -s "@$((EPOCHSECONDS - 7)).750" >/dev/null
follows 500 "after a step backwards"
is "$(grep -c 'the clock stepped by' "$tmp/daemon.err")" 2 "two steps, two lines"

# Stopped over several boundaries: said, and right at once.
kill -STOP "${pid[daemon]}"
next_block 500 3
kill -CONT "${pid[daemon]}"
follows 500 "after a stop"
like "$(tail -n 1 "$tmp/daemon.err")" \
	"colour changed [0-9.]+ ms after the start of block [0-9]+, more than the allowed 200\.000 ms" \
	"the late change is said"

: >"$tmp/daemon.err"
on r ipset destroy lm-tx
wait_for 10 grep -q "no set 'lm-tx'" "$tmp/daemon.err"
next_block 500 6
is "$(wc -l <"$tmp/daemon.err")" 1 "a set that vanished: one line"
mask=0x00000004
on r ipset create lm-tx hash:sr6flow markmask $mask
wait_for 10 grep -q "follows the clock again" "$tmp/daemon.err"
follows 500 "a new set with one mask bit"
is "$(wc -l <"$tmp/daemon.err")" 2 "a set that came back: one line"
# Behind its back, between two boundaries.
mask=0x00300000
on r ipset create other hash:sr6flow markmask $mask
on r ipset swap lm-tx other
next_block 500
follows 500 "another set of the same name with another mask"
daemon_stop daemon
