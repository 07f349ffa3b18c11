#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# What takes hours, and is run before a release: it ends with the sum of its stages
# like check.sh, and writes build/deep/record.md for test/RECORD.md.
#
# DEEP_RUNS   inputs for each harness of the fuzzer, default 1000000
# DEEP_FLOWS  flows of the large sets of kernel_latency, default 1000000
# DEEP_MODEL  seconds for histories of the model, default 3600
# DEEP_KILLS  how often daemon_kill kills a daemon, default 200
set -uo pipefail

cd "$(dirname "$0")/.." || exit 1
out=build/deep
# shellcheck source=test/stages.sh
. test/stages.sh
# Draw other random numbers than make check, and record the seed.
export QEMU_SEED=${QEMU_SEED:-$RANDOM}

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
	echo "    QEMU_SEED=$QEMU_SEED"
	version gcc clang qemu-system-x86 ipset valgrind | sed 's/^/    /'
	echo
	stages_table
}

stage 400 "lint's own faults" "${make[@]}" lint-selftest
stage 120 "threads of user space" "${make[@]}" unit-thread-sanitize
stage 12000 "guest tests in the debug kernel, coverage" \
	test/coverage/kernel.sh build/module-coverage
stage 1200 "data races" test/vm/run.sh --kernel 6.1-kcsan kernel_race kernel_counters \
	kernel_dump test/vm/deep/kernel_storm.sh
stage 900 "storms on the kernel" env VM_APPEND="VM_FLOWS=${DEEP_FLOWS:-1000000}" \
	test/vm/run.sh all test/vm/deep/kernel_*.sh
stage 1800 "storms on the daemons" env VM_APPEND="DAEMON_KILLS=${DEEP_KILLS:-200}" \
	test/vm/run.sh all test/vm/deep/daemon_*.sh
stage 14400 "a long search in user space" "${make[@]}" fuzz \
	FUZZ_RUNS="${DEEP_RUNS:-1000000}" FUZZ_SECONDS=14400
stage 3600 "a search in the model" "${make[@]}" model-long MODEL_SEED="${QEMU_SEED}000000000" \
	MODEL_SECONDS="${DEEP_MODEL:-3600}"
stage 3600 "a search in the guest" "${make[@]}" fuzz-guest FUZZ_GUEST_SECONDS=3600
stage 4800 "the packages on full systems" test/packages/run.sh
stage 30 "the page in a browser" test/top/page.sh
stage 300 "coverage" succeeds "coverage" "${make[@]}" coverage \
	COVERAGE_MORE=build/module-coverage/module.info
stages_run

{
	record
	printf '\n```\n'
	grep -vE '^(every line|ok - |[0-9]+ passed)' "$out/coverage.log"
	printf '```\n'
} >"$out/record.md"
echo "for test/RECORD.md: $out/record.md"
stages_end
