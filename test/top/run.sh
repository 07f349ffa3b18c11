#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# lmctl top in a terminal, driven by keys: tmux is the terminal and shows its screen, a
# feeder is the daemon. The screens at 80x24 and 200x50 are compared with those here;
# TOP_SCREENS=write writes them anew.
#
# usage: run.sh [LMCTL]
set -uo pipefail

cd "$(dirname "$0")/../.." || exit 1
lmctl=$PWD/${1-build/lmctl/lmctl}
tmp=$(mktemp -d)
socket=$tmp/lmctl.sock
feeder=
terminals=0
passed=0
failed=0
unset TMUX
export TZ=UTC LC_ALL=C.UTF-8

mux() {
	tmux -S "$tmp/tmux$terminals" -f /dev/null "$@"
}

cleanup() {
	mux kill-server 2>/dev/null
	[ -z "$feeder" ] || kill "$feeder"
	rm -rf "$tmp"
}
trap cleanup EXIT

point() {
	if [ "$1" -eq 0 ]; then
		passed=$((passed + 1))
		echo "ok - $2"
	else
		failed=$((failed + 1))
		echo "not ok - $2"
		mux capture-pane -p 2>/dev/null | sed 's/^/# /'
	fi
}

# wait_for COMMAND...: until it succeeds, a minute at most
wait_for() {
	local end=$((SECONDS + 60))
	until "$@"; do
		[ $SECONDS -lt $end ] || return 1
		sleep 0.05
	done
}

# has TEXT: it is on the screen
has() {
	mux capture-pane -p | grep -qF -- "$1"
}

has_not() {
	! has "$1"
}

# first NAME: the first flow on the screen
first() {
	mux capture-pane -p | grep -A 1 '^MEASUREMENT\|^FLOW' | tail -n 1 | grep -qF -- "$1"
}

same() {
	mux capture-pane -p >"$tmp/screen"
	diff "$1" "$tmp/screen" >"$tmp/difference"
}

# shows NAME TEXT: the screen has TEXT, and becomes what the file has
shows() {
	local file=test/top/$1.txt
	wait_for has "$2" || return 1
	[ "${TOP_SCREENS-}" != write ] || mux capture-pane -p >"$file"
	wait_for same "$file" || { sed 's/^/# /' "$tmp/difference"; return 1; }
}

# keys KEY... TEXT: press keys, and wait for text on the screen
keys() {
	mux send-keys "${@:1:$#-1}"
	wait_for has "${!#}"
	point $? "keys ${*:1:$#-1}: ${!#}"
}

feed() {
	python3 test/top/feeder.py "$socket" &
	feeder=$!
	wait_for test -S "$socket"
}

# in_terminal VARIABLES COMMAND: the terminal stays, and says how the command ended
in_terminal() {
	mux kill-server 2>/dev/null
	terminals=$((terminals + 1))
	mux new-session -d -x 80 -y 24 \
		"exec env $1 sh -c '$2; echo \"ended \$?\"; stty -a; exec cat'"
}

# gives_back HOW: lmctl top has ended, and the terminal is as it was
gives_back() {
	wait_for has 'ended 0'
	point $? "$1: it ends with status 0"
	wait_for has 'icanon iexten echo'
	point $? "$1: the terminal echoes"
	is "$(mux display -p '#{alternate_on} #{cursor_flag}')" '0 1' "$1: screen and cursor are back"
}

is() {
	[ "$1" = "$2" ] || echo "# got '$1', expected '$2'"
	[ "$1" = "$2" ]
	point $? "$3"
}

top="$lmctl top --socket=$socket"
in_terminal "" "$top"
wait_for has 'ended 1' && has 'is the daemon running?'
point $? "without a daemon: a line with the remedy"

feed
in_terminal "" "$top"
shows 80x24 'by loss, 1-19 of 25'
point $? "the screen at 80x24"
mux resize-window -x 200 -y 50
shows 200x50 'by loss, 1-25 of 25'
point $? "the screen at 200x50"
mux resize-window -x 80 -y 24
keys n 'by name, 1-19 of 25'
wait_for first customer-1-silver
point $? "sorted by name"
keys Right 'by peer, '
keys i 'by peer reversed, '
keys r 'by rate, '
keys End 'by rate, 7-25 of 25'
keys Up 'by rate, 6-24 of 25'
keys Home 'by rate, 1-19 of 25'
keys l 'by loss, '
keys / gold 'filter: gold_'
keys Enter 'filter gold, by loss, 1-11 of 11'
keys / C-u 'customer-?-*' Enter 'by loss, 1-9 of 9'
keys / Escape 'by loss, 1-19 of 25'
keys '?' 'no loss'
keys x 'by loss, '
keys w '2 of 25 flows have no exact figure: 2 no-answer'
keys x 'by loss, '
kill -USR1 $feeder
wait_for has ' 500 '
point $? "a new block"

keys Space PAUSED
kill $feeder
wait $feeder
keys n 'by name, '
has_not 'waiting for'
point $? "paused, it stays as it is"
keys Space 'waiting for the daemon'
feed
wait_for has_not 'waiting for the daemon' && wait_for has customer-1-silver
point $? "the daemon is back"
mux send-keys q
gives_back quit

for signal in TERM INT HUP QUIT; do
	in_terminal "" "$top"
	wait_for has customer-1-silver
	kill -$signal "$(pgrep -P "$(mux display -p '#{pane_pid}')")"
	gives_back SIG$signal
done

in_terminal LC_ALL=C "$top"
wait_for has '..7777.....7 ! exact'
point $? "a terminal without UTF-8"
in_terminal TERM=dumb "$top"
wait_for has 'ended 0' && has '2 of 25 flows have no exact figure'
point $? "a terminal that cannot be redrawn: a table"
is "$($top 2>"$tmp/warnings" | grep -c customer-)" 24 "not a terminal: a table"
is "$(wc -l <"$tmp/warnings")" 2 "what is wrong: warnings"
is "$($top --json | grep -o '"type": "[a-z]*"' | sort | uniq -c | tr -s ' \n' ' ')" \
	' 25 "type": "past" 1 "type": "state" ' "--json: the lines of the daemon"
kill $feeder
feeder=

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
