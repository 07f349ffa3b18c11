#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# vm: smp=1 icount=yes host=yes kernels=6.1,6.12 mem=1024 timeout=1500
#
# 'lmctl run' is killed at random moments, on either node or on both, while the
# network loses packets. After each kill the history is whole, as the kill left
# it; the next daemon continues it. Every figure that was told, as a JSON line
# or in the history, is that of the wire in its block, and told once. Then the
# clock of all nodes is set while nobody runs.
#
# DAEMON_KILLS is the number of kills, DAEMON_SEED repeats a run:
#   VM_APPEND='DAEMON_KILLS=200 DAEMON_SEED=1' test/vm/run.sh test/vm/deep/daemon_kill.sh
# The guest needs some 2 s for each.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../daemon.sh"

kills=${DAEMON_KILLS:-10}
history=$tmp/history.db

config_of() {
	case $1 in
	ingress)
		printf '%s\n' 'rotate: tx' 'measure m: {peers: far=fd00:c::3}'
		echo "history: {file: $history}"
		;;
	egress) echo 'reflect: {sets: rx}' ;;
	esac
}

# looked: what the kill left behind, looked at in a copy: to open the history is
# to repair it. Sets results.
looked() {
	rm -rf "$tmp/copy"
	mkdir "$tmp/copy"
	cp "$history" "$history-wal" "$tmp/copy/"
	readarray -t looks < <(history_look check "$tmp/copy/history.db" 2>&1)
	[ "${looks[*]:0:1} ${looks[*]:2}" = "ok 0" ] ||
		broken+="kill $i: ${looks[*]}; "
	[ "${looks[1]:-0}" -ge "$results" ] ||
		broken+="kill $i: ${looks[1]:-0} results after $results; "
	[ "${looks[1]:-0}" -le "$results" ] || continued=$((continued + 1))
	results=${looks[1]:-0}
}

# strike: one kill, and the daemons run again
strike() {
	local victims
	case $((RANDOM % 4)) in
	0 | 1) victims=ingress ;;
	2) victims=egress ;;
	*) victims='egress ingress' ;;
	esac
	# shellcheck disable=SC2086 # a list
	daemon_kill $victims
	struck[${victims%% *}]=$((${struck[${victims%% *}]-0} + 1))
	if [ "$victims" != egress ]; then
		looked
		ingress_kills=$((ingress_kills + 1))
	fi
	[ $((RANDOM % 3)) -gt 0 ] || doze $((RANDOM % 1500))
	# shellcheck disable=SC2086 # a list
	up $victims
}

# history_rows: as truth_wrong takes them
history_rows() {
	history_look rows "$history" gold
}

declare -A struck=()
broken=
results=0
continued=0
ingress_kills=0

chance_seed "${DAEMON_SEED-}"
host_warm python3 -c 'import signal, sqlite3'
daemon_net
begin start
up egress ingress
exact_soon

begin killed
for ((i = 1; i <= kills; i++)); do
	doze $((RANDOM % 4000))
	strike
	[ $((i % 10)) -gt 0 ] || diag "$i kills"
done
is "$broken" "" "$now: after each of $ingress_kills kills the history was whole"
alive
exact_again
load_stop
blocks_pass 3
truth_stop
now=all
first=1
# A kill needs some 4 s, of which about one block in three is told.
truth_holds $((kills / 2))
is "$(truth_wrong < <(history_rows))" "" \
	"$now: every exact block of the history is what was on the wire"
is "$(($(truth_total sent) - $(truth_total received)))" \
	"$(netem_dropped transit egress)" "$now: the captures lack what netem dropped"
history_rows | cut -d ' ' -f 1-2 | sort >"$tmp/kept"
told '$2 == "gold"' | awk '{ print $1, $3 }' | sort >"$tmp/said"
is "$(comm -23 "$tmp/kept" "$tmp/said" | grep -c exact || true)" 0 \
	"$now: the history has nothing that was not told"
within "$(comm -13 "$tmp/kept" "$tmp/said" | wc -l)" 0 $((2 * ingress_kills)) \
	"$now: it lacks two blocks for each kill at most"
diag "$kills kills: ${struck[ingress]-0} ingress, $((${struck[egress]-0})) egress first; history continued $continued times; $(wc -l <"$tmp/said") blocks told, of these $(grep -c exact "$tmp/said") exact, $(grep -c invalid "$tmp/said") invalid; $(wc -l <"$tmp/kept") kept, $(comm -13 "$tmp/kept" "$tmp/said" | wc -l) told and not kept"
check "$now: lmctl history reads it" \
	lmctl history --file "$history" gold --since 1h

# Without loss, so that lost = 0 is right whatever block a number means. ping
# would wait for the time that it has already seen.
netem_loss transit egress loss 0%
for step in -5000 500; do
	begin "step$step"
	daemon_kill ingress egress
	step_clock $step
	start host-a ping -q -i 0.01 fd00:b::2 >"$tmp/ping"
	load=$started
	doze $((RANDOM % 1000))
	up ingress egress
	recovered
	load_stop
done
i=steps
daemon_kill ingress
looked
is "$broken" "" "$now: the history is whole"
