# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# shellcheck disable=SC2154 # period is the test's, tmp lib.sh's
#
# What a measurement tells of a network that loses nothing; sourced by tests
# after lib.sh. The measurement has the flows "gold" and "idle", which sends
# nothing; "period" is in milliseconds; JSON lines go to $tmp/results.

: >"$tmp/results"
now=
first=1
since=0

# begin NAME: what is told from here on belongs to this part of the test
begin() {
	now=$1
	first=$(($(wc -l <"$tmp/results") + 1))
}

# told [AWK CONDITION]: results of this part, "BLOCK NAME STATUS SENT LOST
# REASON" each
told() {
	tail -n +"$first" "$tmp/results" |
		sed -n '/"type":"loss"/s/.*"name":"\([a-z]*\)".*"block":\([0-9]*\),.*"status":"\([a-z]*\)","reason":"\{0,1\}\([a-z-]*\).*"sent":\([0-9a-z]*\),.*"lost":\([-0-9a-z]*\),"ratio".*/\2 \1 \3 \5 \6 \4/p' |
		awk "${1:-1}"
}

# told_count [AWK CONDITION]
told_count() {
	told "${1:-1}" | wc -l
}

told_least() {
	[ "$(told_count "$1")" -ge "$2" ]
}

# settled [BLOCKS]: six blocks have passed, and so many that the clock takes
# back, and two more are told
settled() {
	since=$(($(block_now "$period") + ${1:-0}))
	# a block is told when the next one is nearly over
	block_begins $((since + 10))
	wait_for 60 told_least "\$1 > $((since + 7))" 1 || true
}

# first_exact: the first block since then that is, with packets
first_exact() {
	told "\$1 >= $since && \$2 == \"gold\" && \$3 == \"exact\" && \$4 > 0" |
		sort -n | head -n 1 | cut -d ' ' -f 1
}

# recovered [BLOCKS]: the disturbance is over: exact again within six blocks,
# and so is everything after them
recovered() {
	local last exact
	settled "${1:-0}"
	last=$((since + 6))
	exact=$(first_exact)
	within "${exact:-0}" "$since" "$last" "$now: exact within six blocks"
	is "$(told_count "\$1 > $last && \$3 != \"exact\"")" 0 \
		"$now: everything after that is exact"
	is "$(told_count "\$1 > $last && \$2 == \"gold\" && \$4 == 0")" 0 \
		"$now: with packets"
	never_wrong
}

# never_wrong: the network has lost nothing, so every number that is there is
# right
never_wrong() {
	diag "$now: over in block $((since % 1000)); not exact: $(
		told '$3 != "exact"' | awk '{ print $1 % 1000 "/" $2 "/" $6 }' |
		sort | head -n 60 | tr '\n' ' ')"
	is "$(told_count '$3 == "anomaly"')" 0 "$now: no anomaly"
	is "$(told '$3 == "exact" && $5 != 0')" '' \
		"$now: no loss that was none"
	is "$(told_count '$2 == "idle" && $3 == "exact" && $4 != 0')" 0 \
		"$now: the idle flow sent nothing"
}

# reason WORD...: some blocks are invalid, and because of nothing else
reason() {
	local words
	words=$(told '$3 == "invalid"' | cut -d ' ' -f 6 | sort -u)
	isnt "$words" "" "$now: some blocks are invalid"
	is "$(grep -vxE "$(IFS='|'; echo "$*")" <<<"$words" || true)" "" \
		"$now: because of $*"
}

declare -A lines=()

# mark_messages: from here on said counts
mark_messages() {
	local file
	for file in "$tmp"/*.err; do
		lines[$(basename "$file" .err)]=$(wc -l <"$file")
	done
}

# said NAME TEXT...: these lines and no others, in any order, but that it stays root
said() {
	local name=$1 text new
	shift
	new=$(tail -n +$((${lines[$name]-0} + 1)) "$tmp/$name.err" |
		grep -v 'stays root' || true)
	for text in "$@"; do
		is "$(grep -c -- "$text" <<<"$new" || true)" 1 \
			"$now: $name says once: $text"
	done
	is "$(grep -c . <<<"$new" || true)" $# "$now: $name says nothing else"
}
