#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# What takes hours, and is run before a release: it ends with the sum of its stages
# like check.sh, and writes build/deep/record.md for test/RECORD.md.
#
# DEEP_RUNS   inputs for each harness of the fuzzer, default 1000000
# DEEP_FLOWS  flows of the large sets of kernel_latency, default 1000000
# DEEP_KILLS  how often daemon_kill kills a daemon, default 200
set -uo pipefail

cd "$(dirname "$0")/.." || exit 1
# shellcheck source=test/stages.sh
. test/stages.sh
out=build/deep
mkdir -p "$out"

version() {
	dpkg-query -W -f '${Package} ${Version}\n' "$@"
}

record() {
	local series
	printf '%s, %s processors, sr6flow %s\n\n' "$(date -u +%F)" "$(nproc)" \
		"$(git describe --always --dirty 2>/dev/null || echo '(no git)')"
	for series in 6.1 6.12 6.1-debug 6.1-kcsan; do
		echo "    kernel $(test/vm/kernels.sh release $series)," \
			"$(cat "$(test/vm/kernels.sh root $series)/package")"
	done
	version gcc clang qemu-system-x86 ipset valgrind | sed 's/^/    /'
	echo
	stages_table
}

stage "lint's own faults" "${make[@]}" lint-selftest
stage "threads of user space" "${make[@]}" unit-thread-sanitize
stage "guest tests in a kernel that watches itself, coverage" \
	test/coverage/kernel.sh build/module-coverage
stage "data races" test/vm/run.sh --kernel 6.1-kcsan kernel_race kernel_counters \
	kernel_dump test/vm/deep/kernel_storm.sh
VM_APPEND="VM_FLOWS=${DEEP_FLOWS:-1000000}" \
	stage "storms on the kernel" test/vm/run.sh all test/vm/deep/kernel_*.sh
VM_APPEND="DAEMON_KILLS=${DEEP_KILLS:-200}" \
	stage "storms on the daemons" test/vm/run.sh all test/vm/deep/daemon_*.sh
stage "a long search in user space" "${make[@]}" fuzz \
	FUZZ_RUNS="${DEEP_RUNS:-1000000}" FUZZ_SECONDS=14400
stage "a search in the guest" "${make[@]}" fuzz-guest FUZZ_GUEST_SECONDS=3600
"${make[@]}" coverage COVERAGE_MORE=build/module-coverage/module.info |
	tee "$out/coverage" || failed=$((failed + 1))

{
	record
	printf '\n```\n'
	grep -v '^every line' "$out/coverage"
	printf '```\n'
} >"$out/record.md"
echo "for test/RECORD.md: $out/record.md"
stages_end
