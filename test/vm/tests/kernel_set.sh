#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# vm: icount=yes kernels=6.1,6.12 debug=short quick=yes timeout=180 seconds=10
#
# A set among sets, by the transcript kernel_set.txt: loaded on demand and unloaded,
# renamed, swapped, referred to, full, timed out, in several namespaces, destroyed with and
# without its namespace.
# shellcheck disable=SC2329 # the transcript uses them
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../transcript.sh"

# In the node.
ipset() {
	on a ipset "$@"
}

loaded() {
	[ -d /sys/module/ip_set_hash_sr6flow ]
}

unload() {
	rmmod ip_set_hash_sr6flow
}

fails() {
	! "$@"
}

node_add a b
on a sysctl -qw net.ipv6.conf.lo.seg6_enabled=1
transcript "$(dirname "$0")/kernel_set.txt"
