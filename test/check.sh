#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Run the tests that a change must pass.
#
#   check.sh check        for make check: each capability once, on one kernel
#   check.sh check rest   for make check-full: in addition every test on every
#                         kernel, sanitizers, valgrind, fuzzing, costs
#
# Write the results to build/check: a log of each stage, and results.tap.
set -uo pipefail

cd "$(dirname "$0")/.." || exit 1
# Warnings are errors here as in CI.
export CI=true
out=build/check
# shellcheck source=test/stages.sh
. test/stages.sh

check() {
	needed 46 "packages" ./deps.sh test
	needed 33 "programs and modules" "${make[@]}" test-programs
	stage 20 "unit tests" "${make[@]}" unit
	stage 12 "a model of both ends" "${make[@]}" model
	stage 14 "lint, the fast half" "${make[@]}" lint-fast
	stage 20 "kept inputs of the fuzzers" "${make[@]}" fuzz-replay
	stage 20 "lmctl top in a terminal" test/top/run.sh
	stage 8 "install and uninstall" test/install.sh
	stage 300 "guest tests" test/vm/run.sh --quick
	stage 25 "demo" test/demo.sh
}

rest() {
	local kernels=20 cache=${SR6FLOW_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/sr6flow}
	# The debug kernel is built once.
	compgen -G "$cache/6.1-debug-*" >/dev/null || kernels=1300
	needed $kernels "the other kernels" "${make[@]}" module-6.12 module-6.1-debug
	stage 60 "lint, the slow half" "${make[@]}" lint-slow
	stage 46 "unit tests with ASan and UBSan" "${make[@]}" unit-sanitize
	stage 125 "unit tests under valgrind" "${make[@]}" unit-valgrind
	stage 368 "one minute of fuzzing each" "${make[@]}" fuzz-check
	stage 65 "the runner itself" test/vm/selftest.sh
	stage 960 "all other guest tests" test/vm/run.sh --rest
	stage 480 "guest tests in the debug kernel" "${make[@]}" check-debug-short
	stage 46 "cost, against the kept figures" "${make[@]}" bench-check
}

for part in "${@:-check}"; do
	case $part in
	check | rest) "$part" ;;
	*)
		sed -n '/^#   check/,/^#$/s/^# *//p' "$0" >&2
		exit 2
		;;
	esac
done
stages_run
stages_end
