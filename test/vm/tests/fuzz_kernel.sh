#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# vm: smp=2 icount=no kernels=6.1,6.12 debug=short timeout=300 seconds=2
#
# The kept inputs of the kernel's fuzzer, requests of every kind: a set agrees with
# itself, and the kernel's log, which the runner reads, is clean.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../kfuzz.sh"

modprobe ip_set_hash_sr6flow
kfuzz_inputs "$tmp/inputs"
inputs=("$tmp/inputs"/*)
node_add host
on host kfuzz_netlink -timeout=100 "${inputs[@]}" >"$tmp/log" 2>&1 ||
	tail -n 30 "$tmp/log"
is "$(grep -c '^Executed ' "$tmp/log")" ${#inputs[@]} \
	"kfuzz_netlink runs its ${#inputs[@]} inputs"
is "$(on host ipset list -n)" "" "the sets of the requests are gone"
