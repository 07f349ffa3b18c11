#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Run CMocka programs, as many at a time as there are processors, and add up
# their results.
#
# usage: run.sh PROGRAM...
#
# UNIT_WRAPPER  command that runs each program, for instance valgrind
# UNIT_TIMEOUT  seconds that one program may take, default 1200
#
# The last line is "N passed, N failed". A planned test that gave no result
# (crash, time limit), a skipped test and a program that reports success but
# exits non-zero (leaks) all count as failed.
set -u

# run_program PROGRAM DIR: leaves "GOOD BAD" in DIR
run_program() {
	name=$(basename "$1")
	log=$2/$name.log
	# The wrapper is a command line of this project's make files.
	# shellcheck disable=SC2086
	CMOCKA_MESSAGE_OUTPUT=TAP timeout "${UNIT_TIMEOUT:-1200}" \
		${UNIT_WRAPPER:-} "$1" >"$log" 2>&1
	status=$?
	counts=$(awk '
		/^1\.\.[0-9]+$/ { planned += substr($0, 4) }
		/^ok / && !/ # SKIP/ { good++ }
		END { print good + 0, planned + 0 }' "$log")
	good=${counts% *}
	bad=$((${counts#* } - good))
	if [ "$bad" -le 0 ] && { [ $status -ne 0 ] || [ "$good" -eq 0 ]; }; then
		bad=1
	fi
	if [ "$bad" -gt 0 ]; then
		echo "FAIL $name: $good passed, $bad failed, exit status $status" >>"$log"
		cat "$log"
	else
		echo "PASS $name: $good passed"
	fi
	echo "$good $bad" >"$2/$name.counts"
}

if [ "${1-}" = --one ]; then
	run_program "$2" "$3"
	exit
fi
[ $# -gt 0 ] || { echo 'run.sh: no test programs' >&2; exit 2; }

dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT
printf '%s\n' "$@" | xargs -P "$(nproc)" -I '{}' "$0" --one '{}' "$dir"

passed=0
failed=0
for program; do
	good=0
	bad=1
	# Nothing there: it was not run.
	read -r good bad <"$dir/$(basename "$program").counts"
	passed=$((passed + good))
	failed=$((failed + bad))
done
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
