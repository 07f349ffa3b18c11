#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# All tests that a change has to pass.
set -uo pipefail

cd "$(dirname "$0")/.." || exit 1
# shellcheck source=test/stages.sh
. test/stages.sh

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

stages_end
