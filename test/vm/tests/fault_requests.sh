#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# vm: icount=no kernels=6.1-debug timeout=600 seconds=27
#
# Every allocation of every request fails once: the set stays as it was, the
# error reaches the user, the request works when it is repeated, and no memory
# is lost, for which the runner looks when all is over. So does the start of the
# module.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../faults.sh"

module=ip_set_hash_sr6flow
file=$(modinfo -n "$module")

# Sets of tests before this one may still be on their way out.
unloaded() {
	[ ! -e "/sys/module/$module" ] || rmmod "$module"
}

faults_ready
modprobe ip_set
check "the module is not in use" wait_for 10 unloaded
node_add a
faulty module a module "$file" "$module"

# A second module that registers the type fails late in its start.
modprobe "$module"
sed "s/$module/${module/%w/x}/g" "$file" >"$tmp/twin.ko"
check_fails "a type can be registered once only" "Invalid" insmod "$tmp/twin.ko"

# The program that makes the faults runs before all others.
sysctl -qw kernel.sched_rt_runtime_us=-1
at_exit sysctl -qw kernel.sched_rt_runtime_us=950000
faulty request a set all
# The bigger table is pages.
echo 2 >"$faults/fail_page_alloc/min-order"
faulty "request, pages" a set "add that makes a big table grow"
echo 10 >"$faults/fail_page_alloc/min-order"

# The per-CPU allocator takes part in no other way.
echo sr6flow_diagnostics_alloc >"$faults/fail_function/inject"
echo 0 >"$faults/fail_function/sr6flow_diagnostics_alloc/retval"
echo 1 >"$faults/fail_function/times"
echo 100 >"$faults/fail_function/probability"
check_fails "no per-CPU memory, no set" "memory" on a ipset create s hash:sr6flow
is "$(on a ipset list -n)" "" "there is no half a set"
check "the next one is made" on a ipset create s hash:sr6flow
on a ipset destroy s
check "the module can be unloaded" wait_for 10 rmmod "$module"
