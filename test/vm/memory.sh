# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# Memory of the guest's kernel; sourced by tests after lib.sh.

meminfo() {
	awk -v key="$1:" '$1 == key { print $2 }' /proc/meminfo
}

# kernel_memory: KiB of slab and per-CPU memory in use, and of vmalloc, where
# the per-CPU allocator keeps whom it charges; without what the kernel caches of
# files and would give back
kernel_memory() {
	echo 2 >/proc/sys/vm/drop_caches
	echo $(($(meminfo Slab) + $(meminfo Percpu) + $(meminfo VmallocUsed)))
}

# settled_memory: the same once it stands still, for the kernel frees late what
# other tests have left
settled_memory() {
	local last now=0
	while :; do
		last=$now
		now=$(kernel_memory)
		[ $((now - last)) -ge 100 ] || [ $((last - now)) -ge 100 ] || break
		nap 0.3
	done
	echo "$now"
}

# memory_within GOT MIN MAX NAME: what the allocators gave, in any unit
memory_within() {
	if [ -e /sys/kernel/debug/kmemleak ]; then
		skip_point "$4" "this kernel pads all memory"
	else
		within "$@"
	fi
}
