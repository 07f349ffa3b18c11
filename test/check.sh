#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# All tests, one stage after the other, and one line with their sum. A stage
# ends with a line "N passed, N failed", perhaps ", N skipped"; a stage that
# ends without one, or with a status that says otherwise, is one failure more.
set -uo pipefail

cd "$(dirname "$0")/.." || exit 1
make=(make --no-print-directory -j"$(nproc)")
passed=0
failed=0
skipped=0
log=$(mktemp)
trap 'rm -f "$log"' EXIT

# stage NAME COMMAND...
stage() {
	local name=$1 start=$SECONDS status=0 line
	shift
	printf '\n== %s\n' "$name"
	"$@" 2>&1 | tee "$log" || status=$?
	line=$(grep -E '^[0-9]+ passed, [0-9]+ failed(, [0-9]+ skipped)?$' "$log" | tail -n 1)
	if [ -z "$line" ]; then
		echo "$name: no result (status $status)"
		failed=$((failed + 1))
		return
	fi
	# shellcheck disable=SC2086 # its words
	set -- ${line//,/}
	passed=$((passed + $1))
	failed=$((failed + $3))
	skipped=$((skipped + ${5-0}))
	if [ "$status" -ne 0 ] && [ "$3" -eq 0 ]; then
		echo "$name: ended with status $status"
		failed=$((failed + 1))
	fi
	printf '== %s: %s in %s s\n' "$name" "$line" $((SECONDS - start))
}

stage "lint" "${make[@]}" lint
stage "unit tests" "${make[@]}" unit
stage "unit tests with ASan and UBSan" "${make[@]}" unit-sanitize
stage "unit tests under valgrind" "${make[@]}" unit-valgrind
stage "kept inputs of the fuzzer" "${make[@]}" fuzz-replay
stage "one minute of fuzzing each" "${make[@]}" fuzz-check
stage "install and uninstall" test/install.sh
stage "the bench itself" test/vm/selftest.sh
stage "guest tests" test/vm/run.sh all
stage "in a kernel that watches itself" "${make[@]}" check-debug-short
stage "what it costs, against the figures in the tree" "${make[@]}" bench-check
stage "demo" test/demo.sh

printf '\nall tests in %s s\n' "$SECONDS"
printf '%s passed, %s failed' "$passed" "$failed"
[ "$skipped" -eq 0 ] || printf ', %s skipped' "$skipped"
printf '\n'
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
