# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# Sourced by every guest test:
#
#   #!/bin/bash
#   # vm: smp=2 icount=no kernels=6.1,6.12 timeout=60
#   . "$(dirname "$0")/../lib.sh"
#
# A test reports points; it fails when a point fails, when it ends with a
# status other than 0, when it reports none, or not as many as it planned.
# Run by hand, outside the runner, it prints its points to stdout.
set -eEuo pipefail

test_dir=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
: "${VM_TEST:=$(basename "$0" .sh)}"
[ -n "${VM_RUNNER-}" ] || exec 3>&1

points=0
failures=0
planned=
skipped=
exit_commands=()
# How many times slower the debug kernel is; as in run.sh.
slowness=1
case $(uname -r) in
*-debug | *-kcsan) slowness=6 ;;
esac
# A folder of the test's own; goes away with it.
tmp=$(mktemp -d "/tmp/$VM_TEST.XXXXXX")
mkfifo "$tmp/never"

# plan COUNT: how many points this test will report.
plan() {
	planned=$1
}

# One line, whatever the text holds: the host reads lines.
report() {
	printf '%s\n' "${*//$'\n'/ }" >&3
}

diag() {
	printf '%s\n' "$*" | sed 's/^/# /' >&3
}

# ok NAME
ok() {
	points=$((points + 1))
	report "ok - $1"
}

# not_ok NAME [WHY]...
not_ok() {
	local why
	points=$((points + 1))
	failures=$((failures + 1))
	report "not ok - $1"
	shift
	for why in "$@"; do
		diag "$why"
	done
}

# is GOT WANTED NAME: equal as strings
is() {
	if [ "$1" = "$2" ]; then
		ok "$3"
	else
		not_ok "$3" "got:    $1" "wanted: $2"
	fi
}

# isnt GOT UNWANTED NAME
isnt() {
	if [ "$1" != "$2" ]; then
		ok "$3"
	else
		not_ok "$3" "got: $1"
	fi
}

# within GOT LEAST MOST NAME: numbers, both ends included
within() {
	if [ "$1" -ge "$2" ] && [ "$1" -le "$3" ]; then
		ok "$4"
	else
		not_ok "$4" "got: $1" "wanted: $2 to $3"
	fi
}

# like TEXT REGEX NAME: extended regular expression, matched line by line
like() {
	if grep -qE -- "$2" <<<"$1"; then
		ok "$3"
	else
		not_ok "$3" "got:     $1" "pattern: $2"
	fi
}

# check NAME COMMAND...: the command succeeds
check() {
	local name=$1 out
	shift
	if out=$("$@" 2>&1); then
		ok "$name"
	else
		not_ok "$name" "failed: $*" "$out"
	fi
}

# check_fails NAME REGEX COMMAND...: the command fails, and its output
# matches
check_fails() {
	local name=$1 pattern=$2 out
	shift 2
	if out=$("$@" 2>&1); then
		not_ok "$name" "did not fail: $*" "$out"
	else
		like "$out" "$pattern" "$name"
	fi
}

# relay PREFIX <FILE: the points of another program, lines "ok NAME" and
# "not ok NAME: WHY"; anything else it said is a point that fails
relay() {
	local line
	while IFS= read -r line; do
		case $line in
		'ok '*) ok "$1: ${line#ok }" ;;
		'not ok '*) not_ok "$1: ${line#not ok }" ;;
		*) not_ok "$1: says nothing else" "$line" ;;
		esac
	done
}

# skip REASON: nothing more of this test can run here
skip() {
	skipped=1
	report "ok - the rest # SKIP $1"
	exit 0
}

# skip_point NAME REASON
skip_point() {
	points=$((points + 1))
	report "ok - $1 # SKIP $2"
}

# nap SECONDS: sleeps without a process: nobody writes to the pipe
nap() {
	read -rt "$1" <>"$tmp/never" || true
}

# wait_for SECONDS COMMAND...: polls until the command succeeds; false when it
# never did. SECONDS is what is plenty on a machine with nothing else to do, and in
# the distribution's kernel: a busy one gets ten times as long.
wait_for() {
	local end=$((SECONDS + 10 * $1 * slowness + 1)) poll
	# What is looked at too often takes all the time of a slow kernel.
	printf -v poll 0.%02d $((5 * slowness))
	shift
	until "$@" >/dev/null 2>&1; do
		[ "$SECONDS" -lt "$end" ] || return 1
		nap "$poll"
	done
}

# doze MILLISECONDS
doze() {
	nap "$(printf '%d.%03d' $(($1 / 1000)) $(($1 % 1000)))"
}

# longer FILE LINES: it has so many, or more
longer() {
	[ "$(wc -l <"$1")" -ge "$2" ]
}

# status_of PID KEY: a field of /proc/PID/status
status_of() {
	sed -n "s/^$2:[[:space:]]*//p" "/proc/$1/status" | tr '\t' ' '
}

# host_warm COMMAND...: once, so that the files of the host that it reads are in
# the guest's memory. The clock of a guest that counts instructions jumps to the
# next timer when nothing runs: minutes pass while it waits for a file. So
# something runs.
host_warm() {
	local busy
	nice -n 19 bash -c 'while :; do :; done' &
	busy=$!
	host_run "$@" >/dev/null 2>&1 || true
	kill "$busy"
	wait "$busy" || true
}

# at_exit COMMAND...: run when the test ends, the last one first
at_exit() {
	exit_commands+=("$(printf '%q ' "$@")")
}

finish() {
	local status=$? i
	trap - EXIT
	set +e
	for ((i = ${#exit_commands[@]} - 1; i >= 0; i--)); do
		eval "${exit_commands[i]}"
	done
	if [ "$status" -ne 0 ] && [ "$failures" -eq 0 ]; then
		not_ok "runs to its end" "ended with status $status at line ${failed_line:-?}: ${failed_command:-?}"
	elif [ -z "$skipped" ] && [ "$points" -eq 0 ]; then
		not_ok "reports something" "no point was reported"
	elif [ -z "$skipped" ] && [ -n "$planned" ] &&
	     [ "$planned" -ne "$points" ] && [ "$failures" -eq 0 ]; then
		not_ok "reports what it planned" "planned $planned, reported $points"
	fi
	rm -rf "$tmp"
	[ "$failures" -eq 0 ]
	exit
}

trap finish EXIT
trap 'exit 143' TERM
trap 'exit 130' INT
trap 'failed_line=$LINENO failed_command=$BASH_COMMAND' ERR

# shellcheck source=test/vm/net.sh
. "$test_dir/net.sh"
# shellcheck source=test/vm/topo.sh
. "$test_dir/topo.sh"
# shellcheck source=test/vm/sets.sh
. "$test_dir/sets.sh"
# shellcheck source=test/vm/service.sh
. "$test_dir/service.sh"
