#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# vm: icount=yes kernels=6.1,6.12 timeout=240 seconds=65
#
# Loss per flow and block, 100 ms long, by rotate, record and loss. With netem
# dropping, every block is valid and the losses of all blocks add up to what
# netem dropped. Then, without any drop, whatever is done to the clock, the
# colour, the sets and the recorders: a block is invalid, with its reason, or
# its numbers are equal at both ends. It is never wrong.
. "$(dirname "$0")/../lib.sh"

period=100

topo_srv6
tx_up
rx_up

record_sent() {
	daemon sent ingress record tx --period ${period}ms --node in \
		--output "$tmp/$now.sent"
}

record_received() {
	daemon received egress record rx --period ${period}ms --node out \
		--output "$tmp/$now.received"
}

# blocks N [END]...: until the recordings have N blocks more
blocks() {
	local n=$1 end
	local -A lines
	shift
	[ $# -gt 0 ] || set -- sent received
	for end in "$@"; do
		lines[$end]=$(wc -l <"$tmp/$now.$end")
	done
	for end in "$@"; do
		wait_for 20 longer "$tmp/$now.$end" $((${lines[$end]} + 2 * n))
	done
}

# begin NAME: recordings of their own, with two blocks in them
begin() {
	now=$1
	: >"$tmp/$now.sent"
	: >"$tmp/$now.received"
	record_sent
	record_received
	blocks 2
}

# end: stops the recorders; the join is in $tmp/NAME.json
end() {
	daemon_stop sent received
	join
}

# join [OPTION]
join() {
	lmctl loss --json "$@" "$tmp/$now.sent" "$tmp/$now.received" \
		>"$tmp/$now.json" 2>"$tmp/join"
	diag "$now: $(rows '.status == "exact"') rows exact; not: $(
		jq -r '.rows[] | select(.status != "exact") |
			"\(.block % 1000)/\(.name)/\(.sent_reason)/\(.received_reason)"' \
			"$tmp/$now.json" | tr '\n' ' ')"
}

rows() {
	jq "[.rows[] | select($1)] | length" "$tmp/$now.json"
}

total() {
	jq ".totals[] | select(.name == \"$1\").$2" "$tmp/$now.json"
}

# never_wrong: nothing was dropped, so every number that is there is right
never_wrong() {
	is "$(rows '.status == "anomaly"')" 0 "$now: no anomaly"
	is "$(rows '.status == "exact" and .lost != 0')" 0 \
		"$now: no row reports a loss that was none"
	within "$(rows '.status == "exact" and .sent > 0')" 1 100000 \
		"$now: there are rows with packets that are exact"
	is "$(total idle sent)" 0 "$now: the idle flow sent nothing"
}

# reason KEY WORD
reason() {
	within "$(rows ".$1_reason == \"$2\"")" 1 100000 \
		"$now: $1 rows say $2"
}

# load SECONDS: 1,000 packets a second from host-a to host-b, one way
load() {
	start host-a iperf3 -c fd00:b::2 -u -b 1600k -l 200 -t "$1" \
		>"$tmp/iperf"
	load=$started
}

# settled: the load is over and its blocks are recorded
settled() {
	wait "$load"
	# Nobody will send the end of iperf's connection once more.
	wait_for 30 tcp_over host-a host-b
	wait_for 10 netem_drained transit egress
	blocks 3
}

flowing() {
	[ $(($(pkts_of ingress transit tx) - sent)) -ge 100 ]
}

iperf_serve host-b
now=all
daemon rotate ingress rotate --period ${period}ms

# Exact: all blocks, all packets.  iperf does not survive the loss of its first
# packet, so netem begins to drop when the load flows.
netem_loss transit egress loss 0%
drops=$(netem_dropped transit egress)
sent=$(pkts_of ingress transit tx)
begin exact
load 3
wait_for 10 flowing
netem_loss transit egress loss 5%
settled
end
drops=$(($(netem_dropped transit egress) - drops))
sent=$(($(pkts_of ingress transit tx) - sent))
diag "sent $sent, netem dropped $drops"
is "$(rows '.status == "invalid"')" 0 "exact: no row is invalid"
is "$(rows '.status == "anomaly"')" 0 "exact: no anomaly"
is "$(total gold sent)" "$sent" "exact: the blocks add up to what the interface sent"
is "$(total gold lost)" "$drops" "exact: the losses add up to what netem dropped"
within "$drops" 50 2000 "exact: netem dropped enough to tell"
within "$(rows '.name == "gold" and .sent > 75 and .sent < 125')" 20 40 \
	"exact: the packets are spread over the blocks"
is "$(total idle blocks) $(total idle sent)" \
	"$(total gold blocks) 0" "exact: the idle flow has every block too"
is "$(cat "$tmp"/*.err)" "" "exact: nobody had anything to say"

# From here on netem drops nothing.
netem_loss transit egress loss 0%

# A recorder stopped for a while, one started anew: the blocks are gone, the
# counters are not.
begin recorders
load 3
blocks 3
kill -STOP "${pid[received]}"
blocks 4 sent
kill -CONT "${pid[received]}"
blocks 4
daemon_stop sent
record_sent
blocks 4
settled
end
never_wrong
reason received read-late
reason received missing
reason sent missing
is "$(($(counted ingress lm-tx packets) - $(counted egress lm-rx packets)))" \
	"$drops" "recorders: all that was ever lost is what netem ever dropped"

# The colour changes late, because rotate gets no CPU.
begin late
load 3
blocks 3
kill -STOP "${pid[rotate]}"
blocks 4
kill -CONT "${pid[rotate]}"
blocks 6
settled
end
never_wrong
reason sent colour-late
reason received still-counting
like "$(cat "$tmp/rotate.err")" "the colour changed [0-9.]+ ms after" \
	"late: rotate says so"

# The clock of all nodes is set.  One that is set back takes back all blocks
# that come again, so the load lasts until there are new ones.
for step in 5030 -5000 -30; do
	begin "step$step"
	load $((step < -1000 ? 9 : 3))
	blocks 3
	step_clock $step
	blocks $((step < -1000 ? 65 : 6))
	settled
	end
	never_wrong
	reason sent clock-stepped
	reason received clock-stepped
done

# The receiver's clock is two blocks ahead, and right when it records again: nothing
# of what it said before is of the blocks that it named. Nobody vouches for a clock here,
# and both are of one machine, but they never agree on when it booted.
begin ahead
daemon_stop received
start egress env SKEW_NS=$((2 * period * 1000000)) LD_PRELOAD=/usr/local/bin/skewclock.so \
	lmctl record rx --period ${period}ms --node out --output "$tmp/$now.received"
pid[received]=$started
blocks 4
load 3
blocks 6
daemon_stop received
cp "$tmp/$now.received" "$tmp/whole"
sed -i 1,6d "$tmp/$now.received"
join
is "$(rows '.status != "invalid"')" 0 "$now: no row has a figure"
reason sent clock-unsynchronised
reason received clock-unsynchronised
like "$(cat "$tmp/join")" "^lmctl: warning: [1-9][0-9]* rows are invalid because no record shows" \
	"$now: loss says what to do"
cp "$tmp/whole" "$tmp/$now.received"
record_received
blocks 6
settled
end
never_wrong
reason received clock-stepped
join --trust-clocks
never_wrong

# The sets are not what they were.
begin restarted
load 4
blocks 3
on egress ipset -exist add lm-rx "$topo_source@$sids,0x00010000" packets 7 bytes 7
blocks 5
on egress ipset save lm-rx | sed -n 's/^create lm-rx/create other/p; s/^add lm-rx/add other/p' |
	on egress ipset restore
on egress ipset swap lm-rx other
blocks 5
# At once: a recorder that reads in between sees no flow, which is another reason.
on ingress ipset restore <<-END
	del lm-tx $topo_source@$sids
	add lm-tx gold=$topo_source@$sids
END
blocks 5
settled
end
never_wrong
reason received flow-restarted
reason received set-restarted
reason sent flow-restarted
is "$(cat "$tmp/sent.err" "$tmp/received.err")" "" "no recorder had anything to say"

# The set goes away under its recorder.
begin vanished
on egress lmctl deinit rx
status=0
wait "${pid[received]}" || status=$?
is "$status" 1 "vanished: the recorder ends with status 1"
is "$(wc -l <"$tmp/received.err")" 1 "vanished: it says one line"
like "$(cat "$tmp/received.err")" "no set 'lm-rx'" "vanished: it names the set"
daemon_stop sent rotate
