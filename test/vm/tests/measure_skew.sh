#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# vm: icount=yes kernels=6.1,6.12 mem=1024 timeout=300 seconds=40
#
# The clock of one end is wrong (test/tools/skewclock.c), traffic comes in
# bursts, and the network loses nothing: lost = 0 is the only right figure. By
# less than the guard band, everything stays exact. By a quarter of a period or
# by whole periods, a block is invalid or exact, and never wrong; by two periods
# all that its numbers and colours say fits another block. 'lmctl check' names
# the clock.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../verdicts.sh"

period=500
topo_srv6
topo_direct
tx_up
rx_up
cat >"$tmp/ingress.conf" <<-END
	period: ${period}ms
	rotate: tx
	measure to-egress: {peers: egress=fd00:c::3}
END
cat >"$tmp/egress.conf" <<-END
	period: ${period}ms
	reflect: {sets: rx}
END

# skew_set NANOSECONDS: of the clock that reads the file
skew_set() {
	echo "$1" >"$tmp/skew"
}

# run_up NODE MILLISECONDS
run_up() {
	SKEW_NS=$(($2 * 1000000)) LD_PRELOAD=/usr/local/bin/skewclock.so \
		daemon "$1" "$1" run --json -c "$tmp/$1.conf"
}

# bursts: 500 packets a second for 40 to 440 ms at a time, and pauses of up to
# 0.3 s, after which it sends at once what it has missed
bursts() {
	RANDOM=7
	while :; do
		doze $((40 + RANDOM % 400))
		kill -STOP "$load"
		doze $((RANDOM % 300))
		kill -CONT "$load"
	done
}

# looks MILLISECONDS: what check at the ingress says of the peer, so many
# milliseconds ahead
looks() {
	local near=$(($1 > 0 ? $1 - 1 : $1 + 1))
	on ingress lmctl check egress=fd00:c::3 --period ${period}ms \
		--blocks 4 >"$tmp/check" || true
	like "$(grep 'its clock differs' "$tmp/check")" \
		"peer egress .*its clock differs by ($1|$near)\.[0-9]+ ms from ours, the guard band allows 50.000 ms" \
		"$now: check tells the difference"
}

wrong_clocks() {
	grep 'WRONG.*its clock differs' "$tmp/check" || true
}

# off: what both ends say of their blocks has nothing to do with each other
off() {
	settled
	never_wrong
	is "$(told_count "\$1 >= $since && \$2 == \"gold\" && \$3 == \"exact\"")" \
		0 "$now: no figure"
}

: >"$tmp/ingress.json"
ln -sf ingress.json "$tmp/results"
iperf_serve host-b
start host-a iperf3 -c fd00:b::2 -u -b 400k -l 100 -t 3600 >"$tmp/iperf"
load=$started
bursts &
at_exit kill $!

begin right
run_up ingress 0
run_up egress 0
recovered
# The colour is put right when the daemon begins, and this may be in a block.
is "$(told_count "\$1 >= $(first_exact) && \$3 == \"invalid\"")" 0 \
	"$now: from then on no block is invalid"

# The guard band is 50 ms.
for skew in 30 -30; do
	begin "egress$skew"
	daemon_stop egress
	run_up egress $skew
	recovered
	looks $skew
	is "$(wrong_clocks)" "" "$now: which is not wrong"
done

for skew in 125 -125 500 -500 1000 -1000; do
	begin "egress$skew"
	daemon_stop egress
	run_up egress $skew
	off
	reason clocks-differ still-counting both-colours colour-late too-old \
		read-late not-finished
	within "$(told_count '$6 == "clocks-differ"')" 4 40 \
		"$now: it is the clocks"
	case $skew in
	*125)
		looks "$skew"
		isnt "$(wrong_clocks)" "" "$now: which is wrong"
		like "$(cat "$tmp/check")" "clocks-differ: .*guard band" \
			"$now: check says what comes of it"
		;;
	esac
done

# The marking end: its colour changes with its clock.
begin ingress125
daemon_stop egress ingress
run_up egress 0
run_up ingress 125
off
reason clocks-differ still-counting both-colours read-late not-finished too-old

begin right-again
daemon_stop ingress
run_up ingress 0
recovered

# The egress's clock is two blocks off and set right, in all phases of a block: what it
# has counted until then has the numbers of other blocks.
begin steps
daemon_stop egress
skew_set 0
SKEW_FILE=$tmp/skew LD_PRELOAD=/usr/local/bin/skewclock.so \
	daemon egress egress run --json -c "$tmp/egress.conf"
for phase in 0 1 2 3 4 5 6 7 8 9 10 11; do
	block_begins $(($(block_now $period) + 1))
	skew_set $((phase % 2 ? -1000000000 : 1000000000))
	block_begins $(($(block_now $period) + 3))
	doze $((period * phase / 12))
	skew_set 0
	blocks_pass 2
done
recovered
daemon_stop egress ingress
