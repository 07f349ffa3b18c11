#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# vm: icount=no kernels=6.1-debug timeout=300 seconds=93
#
# A search for new inputs of the kernel, as make fuzz-guest does it for hours: it
# sees where the module was, and tells the few inputs that get everywhere.
. "$(dirname "$0")/../lib.sh"

for harness in kfuzz_packet kfuzz_netlink; do
	check "$harness: a search comes to its end" bash -c \
		"bash '$test_dir/kfuzz_search.sh' $harness 150 1 600 3>&1 >'$tmp/$harness'"
	within "$(grep -c '^@block ' "$tmp/$harness")" 200 2000 \
		"$harness: it has been in the module"
	within "$(grep -cE '^@input ([0-9a-f]{2})+$' "$tmp/$harness")" 5 500 \
		"$harness: it has learnt inputs"
done
