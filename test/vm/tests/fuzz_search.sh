#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# vm: icount=no kernels=6.1-debug timeout=300 seconds=45
#
# A search for new inputs of the kernel, as make fuzz-guest runs it for hours: it
# records the executed blocks of the module and prints the smallest set of inputs that
# reaches them all.
. "$(dirname "$0")/../lib.sh"

check "a search ends" bash -c \
	"bash '$test_dir/kfuzz_search.sh' 150 1 600 3>&1 >'$tmp/out'"
within "$(grep -c '^@block ' "$tmp/out")" 200 2000 "it has executed the module"
within "$(grep -cE '^@input ([0-9a-f]{2})+$' "$tmp/out")" 5 500 "it has kept inputs"
