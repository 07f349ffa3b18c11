#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# What make check runs of the model: the kept histories, a search of fixed seeds, the
# share of exact blocks, and the model's own test. The last line is "N passed, N failed".
#
# usage: run.sh MODEL
set -uo pipefail

cd "$(dirname "$0")/../.." || exit 1
model=$1
searched=40000
passed=0
failed=0
skipped=0

# part ARGUMENT...: run the model and add up its points; a run that ends in another
# way than with them has failed
part() {
	local output words
	output=$(timeout 300 "$model" "$@" 2>&1)
	printf '%s\n' "$output" | sed '/^[0-9]* passed, [0-9]* failed/d'
	words=$(grep -E '^[0-9]+ passed, [0-9]+ failed' <<<"$output" | tail -n 1)
	if [ -z "$words" ]; then
		echo "not ok - model $*: no result"
		words="0 passed, 1 failed"
	fi
	read -ra words <<<"${words//,/}"
	passed=$((passed + words[0]))
	failed=$((failed + words[2]))
	skipped=$((skipped + ${words[4]-0}))
}

part test/model/histories/*.history
part --count=$searched --jobs="$(nproc)"
part --validity
part --selftest --count=$searched
if [ $skipped -gt 0 ]; then
	echo "$passed passed, $failed failed, $skipped skipped"
else
	echo "$passed passed, $failed failed"
fi
[ $failed -eq 0 ]
