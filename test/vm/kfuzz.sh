# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# The kept inputs of the kernel's fuzzer; sourced after lib.sh.

# kfuzz_inputs FOLDER: write each of them to a file of its own
kfuzz_inputs() {
	local hex n=0
	mkdir -p "$1"
	while read -r hex; do
		n=$((n + 1))
		printf '%b' "${hex//??/\\x&}" >"$1/$n"
	done </test/kfuzz/kfuzz_netlink
}
