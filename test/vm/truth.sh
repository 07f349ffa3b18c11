# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# shellcheck disable=SC2154 # period is the test's, tmp and capture_pid others'
#
# What was on the wire, per block, by captures before and behind the lossy link:
# the truth for a measurement that is disturbed while packets are lost. Sourced
# by tests after lib.sh and verdicts.sh; all SRv6 packets from ingress to egress
# are of the flow "gold", under the default mask.
#
# A packet belongs to the block of its time. Only in the first half of a block, up
# to the guard time, the colour of the block before makes it one of that: it was
# under way, or the colour changed late. What has another colour after that, or
# none ever, is in no counter of its block, which then cannot be exact; and it is
# too late for the block before, too early for the next one. So an exact figure
# that has it is wrong, and so is one that should have had it.

# truth_start: from the next block on all packets are seen; before the first one,
# so that they can be compared with counters
truth_start() {
	capture_start sent transit any inbound and ip6 proto 43
	capture_start received egress any inbound and ip6 proto 43
	truth_from=$(($(block_now "$period") + 1))
}

# truth_of CAPTURE: "BLOCK PACKETS" of each block
truth_of() {
	tcpdump -nr "$tmp/$1.pcap" -tt -x 2>/dev/null |
		awk -v period="$period" '
		# awk writes a number beyond 2^31 as it likes
		function count(    n, part, colour) {
			n = int(at * 1000 / period)
			part = at * 1000 / period - n
			colour = substr(tag, 4) % 4
			if (part < 0.5 && colour == 2 - n % 2)
				n--
			packets[sprintf("%.0f", n)]++
		}
		/^[0-9]/ { at = $1 }
		/^\t0x0020/ { tag = $9; count() }
		END { for (n in packets) print n, packets[n] }' | sort -n
}

# truth_stop: nothing is under way any more; $tmp/truth is "BLOCK SENT RECEIVED"
# of all blocks from truth_from to truth_to
truth_stop() {
	truth_to=$(($(block_now "$period") - 1))
	links_quiet ingress transit transit egress
	check "${now:+$now: }every sent packet was captured" capture_stop sent
	check "${now:+$now: }every received packet was captured" \
		capture_stop received
	truth_of sent >"$tmp/truth.sent"
	truth_of received >"$tmp/truth.received"
	awk -v from="$truth_from" -v to="$truth_to" '
		FILENAME == ARGV[1] { received[$1] = $2; next }
		{ sent[$1] = $2 }
		END {
			for (n = from; n <= to; n++) {
				block = sprintf("%.0f", n)
				print block, sent[block] + 0, received[block] + 0
			}
		}' "$tmp/truth.received" "$tmp/truth.sent" >"$tmp/truth"
}

# truth_total COLUMN: 2 sent, 3 received, over everything that was captured
truth_total() {
	awk '{ sum += $2 } END { print sum + 0 }' "$tmp/truth.$1"
}

# truth_wrong: lines "BLOCK STATUS SENT RECEIVED" of standard input that are
# exact, within the time of the truth, and not so
truth_wrong() {
	awk -v from="$truth_from" -v to="$truth_to" '
		FILENAME == ARGV[1] { sent[$1] = $2; received[$1] = $3; next }
		$2 == "exact" && $1 >= from && $1 <= to &&
		($3 != sent[$1] || $4 != received[$1]) {
			print $0 " but " sent[$1] " " received[$1]
		}' "$tmp/truth" -
}

# truth_told: what was told of gold, as truth_wrong takes it
truth_told() {
	# shellcheck disable=SC2016 # for awk to expand
	told '$2 == "gold"' | awk '{
		print $1, $3, $4, $3 == "exact" ? $4 - $5 : "-"
	}'
}

# truth_holds LEAST: what was told since begin is right, told once, and at least
# so many blocks with packets are exact
truth_holds() {
	is "$(truth_told | truth_wrong)" "" \
		"$now: every exact block is what was on the wire"
	is "$(told | cut -d ' ' -f 1-2 | sort | uniq -d)" "" \
		"$now: no block is told twice"
	# shellcheck disable=SC2016 # for awk to expand
	within "$(told_count '$2 == "gold" && $3 == "exact" && $4 > 0')" "$1" \
		1000000 "$now: blocks with packets were exact"
	# shellcheck disable=SC2016 # for awk to expand
	is "$(told_count '$2 == "idle" && $3 == "exact" && $4 != 0')" 0 \
		"$now: the idle flow sent nothing"
}
