#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Search for inputs that break something.
#
# usage: run.sh HARNESS...
#
# FUZZ_SECONDS  how long each harness searches, default 60
# FUZZ_RUNS     inputs after which it stops; it fails if it does not get there
# FUZZ_SEED     what chance begins with, default another one each time
# FUZZ_JOBS     harnesses at the same time, default one per CPU
#
# A machine with other work to do lets a harness wait for long: an input is
# taken for endless only after five minutes.
#
# Begins with the kept inputs in test/fuzz/corpus and what earlier searches
# found. New inputs go into corpus/, those that break something into findings/,
# both beside the harness. The last line is "N passed, N failed".
set -u

[ $# -gt 0 ] || { echo 'run.sh: no harnesses' >&2; exit 2; }

kept=$(cd "$(dirname "$0")" && pwd)/corpus
seconds=${FUZZ_SECONDS:-60}
want=${FUZZ_RUNS:-1}

# Prints one line about a harness; its status says whether it passed.
search() {
	local harness=$1 name out log status=0 runs edges start=$SECONDS
	name=$(basename "$harness")
	out=$(dirname "$harness")
	log=$out/$name.log
	mkdir -p "$out/corpus/$name" "$out/findings"
	"$harness" -max_total_time="$seconds" -timeout=300 \
		-seed="${FUZZ_SEED:-0}" \
		${FUZZ_RUNS:+-runs="$FUZZ_RUNS"} -print_final_stats=1 \
		-artifact_prefix="$out/findings/$name-" \
		"$out/corpus/$name" "$kept/$name" >"$log" 2>&1 || status=$?
	runs=$(awk '/^stat::number_of_executed_units:/ { print $2 }' "$log")
	edges=$(sed -n 's/^#.* cov: \([0-9]*\) .*/\1/p' "$log" | tail -n 1)
	if [ "$status" -eq 0 ] && [ "${runs:-0}" -ge "$want" ]; then
		echo "ok - $name: $runs inputs, ${edges:-0} edges," \
			"$((SECONDS - start)) s"
		return 0
	fi
	# One write, so that what others print does not come in between.
	printf '%s\n' "$(tail -n 60 "$log")" \
		"not ok - $name: status $status, ${runs:-0} inputs, see $out/findings and $log"
	return 1
}

passed=0
failed=0
running=0

reap() {
	if wait -n; then
		passed=$((passed + 1))
	else
		failed=$((failed + 1))
	fi
	running=$((running - 1))
}

for harness; do
	[ "$running" -lt "${FUZZ_JOBS:-$(nproc)}" ] || reap
	search "$harness" &
	running=$((running + 1))
done
while [ "$running" -gt 0 ]; do
	reap
done

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ] && [ "$passed" -eq $# ]
