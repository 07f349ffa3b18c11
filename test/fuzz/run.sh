#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Search for inputs that break something.
#
# usage: run.sh HARNESS...
#
# FUZZ_SECONDS  how long each harness searches, default 60
#
# Begins with the kept inputs in test/fuzz/corpus and what earlier searches
# found. New inputs go into corpus/, those that break something into findings/,
# both beside the harness. The last line is "N passed, N failed".
set -u

[ $# -gt 0 ] || { echo 'run.sh: no harnesses' >&2; exit 2; }

kept=$(cd "$(dirname "$0")" && pwd)/corpus
passed=0
failed=0

for harness; do
	name=$(basename "$harness")
	out=$(dirname "$harness")
	mkdir -p "$out/corpus/$name" "$out/findings"
	log=$out/$name.log
	"$harness" -max_total_time="${FUZZ_SECONDS:-60}" -timeout=10 \
		-print_final_stats=1 -artifact_prefix="$out/findings/$name-" \
		"$out/corpus/$name" "$kept/$name" >"$log" 2>&1
	status=$?
	runs=$(awk '/^stat::number_of_executed_units:/ { print $2 }' "$log")
	if [ $status -eq 0 ] && [ "${runs:-0}" -gt 0 ]; then
		passed=$((passed + 1))
		echo "ok $((passed + failed)) - $name: $runs inputs"
	else
		failed=$((failed + 1))
		tail -n 60 "$log"
		echo "not ok $((passed + failed)) - $name: status $status," \
			"see $out/findings and $log"
	fi
done

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
