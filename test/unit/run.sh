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

# run_program PROGRAM DIR: leaves its points in DIR/NAME.points, with all that it said
# if one is bad, and "GOOD BAD" in DIR/NAME.counts
run_program() {
	name=$(basename "$1")
	log=$2/$name.log
	# The wrapper is a command line of this project's make files.
	# shellcheck disable=SC2086
	CMOCKA_MESSAGE_OUTPUT=TAP timeout "${UNIT_TIMEOUT:-1200}" \
		${UNIT_WRAPPER:-} "$1" >"$log" 2>&1
	status=$?
	awk -v name="$name" -v status=$status -v counts="$2/$name.counts" '
		/^1\.\.[0-9]+$/ { planned += substr($0, 4) }
		/^ok .* # SKIP/ { $0 = "not " $0 }
		/^ok [0-9]+ - / { good++ }
		/^not ok [0-9]+ - / { told++ }
		{
			sub(/^ok [0-9]+ - /, "ok - " name ": ")
			sub(/^not ok [0-9]+ - /, "not ok - " name ": ")
			line[NR] = $0
		}
		END {
			bad = planned - good
			if (bad < 0 || (!bad && (status != 0 || good == 0)))
				bad = 1
			for (i = 1; i <= NR; i++)
				if (bad || line[i] ~ /^ok - /)
					print line[i]
			for (; told < bad; told++)
				print "not ok - " name ": a result, exit status " status
			print good + 0, bad >counts
		}' "$log" >"$2/$name.points"
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
	cat "$dir/$(basename "$program").points"
	passed=$((passed + good))
	failed=$((failed + bad))
done
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
