# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# Fault injection in the debug kernel; sourced by tests after lib.sh.
# shellcheck disable=SC2154 # tmp is lib.sh's

faults=/sys/kernel/debug

# faults_ready: faults are armed by whoever wants one, and the kernel does not
# print where each one was. They are for allocations from caches that the
# kernel's command line names (common.sh). Allocations of pages do not count:
# most are the slabs' own, and come when they like.
faults_ready() {
	local kind
	for kind in failslab fail_page_alloc fail_function; do
		echo 0 >"$faults/$kind/verbose"
		echo 0 >"$faults/$kind/probability"
	done
	echo Y >"$faults/failslab/cache-filter"
	echo N >"$faults/failslab/ignore-gfp-wait"
	echo N >"$faults/fail_page_alloc/ignore-gfp-wait"
	echo 10 >"$faults/fail_page_alloc/min-order"
	is "$(cat /sys/kernel/slab/{kmalloc-64,kmemleak_object}/failslab)" $'1\n0' \
		"faults are for the right caches"
	at_exit faults_end
}

faults_end() {
	echo 0 >"$faults/failslab/probability"
	echo 0 >"$faults/fail_function/probability"
	echo >"$faults/fail_function/inject"
	echo N >"$faults/failslab/cache-filter"
	echo N >"$faults/failslab/task-filter"
	echo 10 >"$faults/fail_page_alloc/min-order"
}

# faulty NAME NODE ARGUMENT...: the points of a run of failnth in the node
faulty() {
	local name=$1 node=$2
	shift 2
	relay "$name" < <(
		on "$node" failnth "$@" 2>"$tmp/failnth" || [ $? -eq 1 ] ||
			echo "failnth $*: $(cat "$tmp/failnth")"
	)
}
