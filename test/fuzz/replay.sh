#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Run the kept inputs once.
#
# usage: replay.sh HARNESS...
#
# FUZZ_JOBS  harnesses at the same time, default one per CPU
#
# Every input is a test; a harness without inputs is a failure. The last line
# is "N passed, N failed".
set -u

[ $# -gt 0 ] || { echo 'replay.sh: no harnesses' >&2; exit 2; }

kept=$(cd "$(dirname "$0")" && pwd)/corpus
log=$(mktemp -d) || exit 1
trap 'rm -rf "$log"' EXIT

# A harness that ends before its last input says nothing of those behind it:
# then each gets a run of its own. Writes a line for every input.
replay() {
	local harness=$1 name input
	local -a inputs
	name=$(basename "$harness")
	inputs=("$kept/$name"/*)
	if timeout 1800 "$harness" -timeout=300 "${inputs[@]}" \
		>"$log/$name.log" 2>&1 &&
	   [ "$(grep -c '^Executed ' "$log/$name.log")" -eq ${#inputs[@]} ]; then
		printf "ok - $name %s\n" "${inputs[@]##*/}"
		return
	fi
	for input in "${inputs[@]}"; do
		if timeout 600 "$harness" -timeout=300 "$input" \
			>"$log/$name.log" 2>&1 &&
		   grep -q '^Executed ' "$log/$name.log"; then
			echo "ok - $name ${input##*/}"
		else
			cat "$log/$name.log"
			echo "not ok - $name ${input##*/}"
		fi
	done
}

for harness; do
	[ "$(jobs -rp | wc -l)" -lt "${FUZZ_JOBS:-$(nproc)}" ] || wait -n
	replay "$harness" >"$log/$(basename "$harness")" &
done
wait

for harness; do
	cat "$log/$(basename "$harness")"
done | tee "$log/all"
passed=$(grep -c '^ok - ' "$log/all")
failed=$(grep -c '^not ok - ' "$log/all")
for harness; do
	grep -q " - $(basename "$harness") " "$log/all" || {
		echo "not ok - $harness: not a single input"
		failed=$((failed + 1))
	}
done
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
