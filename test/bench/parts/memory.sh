#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# bench: mem=3000 timeout=900
#
# Kernel memory of a flow of two SIDs, as the allocators see it and as MEMSIZE
# says: hash table, counters and names included.
#
#   memory.CPUS.WHAT.FLOWS.seen     bytes by /proc/meminfo: slab, per-CPU and
#                                   vmalloc memory
#   memory.CPUS.WHAT.FLOWS.memsize  bytes by the set's own header
#   memory.CPUS.WHAT.FLOWS.truth    memsize in percent of seen
#
# CPUS is the number of possible CPUs, WHAT is plain, named (names of 16
# characters) or written (counters of two colours, as after a restore).
# shellcheck source=test/bench/lib.sh
. ./lib.sh

flows='100000 1000000'
[ -z "$BENCH_SHORT" ] || flows=10000
kinds='plain named written'

# possible: number of CPUs that there can be, from a list like "0-3,8"
possible() {
	tr , '\n' </sys/devices/system/cpu/possible |
		awk -F - '{ n += $NF - $1 + 1 } END { print n }'
}

# kernel_memory: set memory to KiB, without caches of files.  Grace periods and workers
# delay the freeing of objects, so wait until nothing changes.
kernel_memory() {
	local before=
	memory=
	until [ -n "$memory" ] && [ "$memory" = "$before" ]; do
		before=$memory
		idle
		sleep 1
		echo 2 >/proc/sys/vm/drop_caches
		memory=$(awk '/^(Slab|Percpu|VmallocUsed):/ { sum += $2 } END { print sum }' \
			/proc/meminfo)
	done
}

# lines KIND COUNT: flows of that kind, for ipset restore
lines() {
	./bench_flows restore memory 2 0 "$2" | case $1 in
	plain) cat ;;
	named) awk '{ printf "%s %s customer-%07d=%s\n", $1, $2, NR, $3 }' ;;
	written)
		awk '{
			for (slot = 1; slot < 3; slot++)
				printf "%s,0x000%d0000 packets %d bytes %d\n", $0, slot,
					1000 + NR % 1000 + slot, 100000 + NR
		}'
		;;
	esac
}

measure() {
	local kind=$1 count=$2 memory before seen memsize key
	key=memory.$cpus.$kind.$count
	ipset create memory hash:sr6flow maxelem "$count"
	kernel_memory
	before=$memory
	{
		echo "create memory hash:sr6flow maxelem $count"
		lines "$kind" "$count"
	} | ipset -exist restore
	kernel_memory
	seen=$(((memory - before) * 1024))
	memsize=$(ipset list -t memory |
		sed -n 's/^Size in memory: //p; s/^Number of entries: //p' |
		paste -sd ' ')
	[ "${memsize#* }" = "$count" ]
	figure "$key.seen" $((seen / count)) bytes
	figure "$key.memsize" $((${memsize% *} / count)) bytes
	figure "$key.truth" \
		"$(awk "BEGIN { printf \"%.1f\", ${memsize% *} / $seen * 100 }")" percent
	ipset destroy memory
}

cpus=$(possible)
modprobe ip_set_hash_sr6flow
for count in $flows; do
	for kind in $kinds; do
		[ "$count" -le 100000 ] || [ "$kind" = plain ] || continue
		measure "$kind" "$count"
	done
done
