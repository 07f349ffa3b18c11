#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# vm: smp=2 icount=no kernels=6.1,6.12 debug=short timeout=300 seconds=2
#
# What the kernel's fuzzer has kept: packets through every kind of rule, and
# requests of every kind. Nothing but the masked bits of a packet changes, a set
# agrees with itself, and the kernel's log, which the runner reads, is clean. All
# the time the router sends packets of its own from another processor.
. "$(dirname "$0")/../lib.sh"
# shellcheck source=test/vm/kfuzz.sh
. "$test_dir/kfuzz.sh"

modprobe ip_set_hash_sr6flow
kfuzz_router
node_ip router <<<"addr add fd00:9::1/64 dev out nodad"
start router bash -c 'while :; do
	ping -q -f -l 60000 -c 60000 -w 2 -I fd00:9::1 fd00:77::1
done' >/dev/null
sets=$(on router ipset list -n)
for harness in kfuzz_packet kfuzz_netlink; do
	kfuzz_inputs "/test/kfuzz/$harness" "$tmp/$harness"
	inputs=("$tmp/$harness"/*)
	on router "$harness" -timeout=100 "${inputs[@]}" >"$tmp/log" 2>&1 ||
		tail -n 30 "$tmp/log"
	is "$(grep -c '^Executed ' "$tmp/log")" ${#inputs[@]} \
		"$harness goes through its ${#inputs[@]} inputs"
done
isnt "$(on router ipset save tag | grep -c packets)" 0 "packets were counted"
is "$(on router ipset list -n)" "$sets" "the sets of the requests are gone"
