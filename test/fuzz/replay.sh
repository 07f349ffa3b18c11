#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Run the kept inputs once.
#
# usage: replay.sh HARNESS...
#
# Every input is a test of its own; a harness without inputs is a failure. The
# last line is "N passed, N failed".
set -u

[ $# -gt 0 ] || { echo 'replay.sh: no harnesses' >&2; exit 2; }

kept=$(cd "$(dirname "$0")" && pwd)/corpus
passed=0
failed=0
log=$(mktemp) || exit 1
trap 'rm -f "$log"' EXIT

for harness; do
	name=$(basename "$harness")
	for input in "$kept/$name"/*; do
		if timeout 60 "$harness" -timeout=10 "$input" >"$log" 2>&1 &&
		   grep -q '^Executed ' "$log"; then
			passed=$((passed + 1))
			echo "ok $((passed + failed)) - $name ${input##*/}"
		else
			failed=$((failed + 1))
			cat "$log"
			echo "not ok $((passed + failed)) - $name ${input##*/}"
		fi
	done
done

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
