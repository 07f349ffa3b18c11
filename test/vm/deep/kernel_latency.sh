#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# vm: icount=yes debug=no timeout=300 mem=1536
#
# How long the kernel is held up while a large set is dumped, flushed, destroyed
# and expires: the longest wait of a process that may run before all others, and
# the longest softirq, both in instructions. The module works in slices of 512
# flows, so neither may be longer than what a slice costs and what the kernel
# does for itself.
#
# The kernel is told to be fully preemptible: what makes the process wait is then
# that preemption, interrupts or softirqs are off, and not that a worker makes a
# hash table of millions of buckets, which takes a millisecond and holds no lock.
# VM_FLOWS, from the kernel's command line, is the number of flows.
. "$(dirname "$0")/../lib.sh"

flows=${VM_FLOWS:-100000}
slice=512
tracing=/sys/kernel/tracing
preempt=/sys/kernel/debug/sched/preempt

# field NAME: of what bench_run found out last
field() {
	tr ' ' '\n' <"$tmp/cost" | sed -n "s/^$1=//p"
}

# longest_softirq: instructions, to a thousand
longest_softirq() {
	awk '
		/softirq_entry:/ { began = stamp() }
		/softirq_exit:/ && began {
			if (stamp() - began > most)
				most = stamp() - began
			began = 0
		}
		function stamp() {
			match($0, /[0-9]+\.[0-9]+: softirq/)
			return substr($0, RSTART, RLENGTH - 9) * 1000000
		}
		END { printf "%d\n", most * 1000 }' $tracing/trace
}

# watched COMMAND...: sets late, softirq and each (instructions per flow)
watched() {
	echo >$tracing/trace
	echo 1 >$tracing/tracing_on
	bench_run -l "$tmp/cost" "$@" >"$tmp/out"
	echo 0 >$tracing/tracing_on
	late=$(field late)
	softirq=$(longest_softirq)
	each=$((($(field cpu) + $(field kthreads)) / flows))
}

# bounded NAME COMMAND...
bounded() {
	local name=$1 most
	shift
	watched "$@"
	most=$((idle + slice * each))
	diag "$name: $each instructions per flow, longest wait $late, longest softirq $softirq"
	within "$late" 1 $most "$name: no process waits longer than for a slice"
	within "$softirq" 1 $most "$name: no softirq lasts longer"
	within "$most" 1 $((flows * each / 2)) "$name: all flows at once would show"
}

fill() {
	on node ipset create big hash:sr6flow maxelem "$flows" "$@"
	on node bench_flows add big 2 0 "$flows"
	is "$(entries)" "$flows" "the set has $flows flows"
}

entries() {
	on node ipset list -t big | sed -n 's/^Number of entries: //p'
}

in_node() {
	bounded "$1" nsenter --net="/run/netns/${node_ns[node]}" "${@:2}"
}

was=$(sed 's/.*(\(.*\)).*/\1/' $preempt)
echo full >$preempt
at_exit eval "echo $was >$preempt"
echo 0 >$tracing/tracing_on
echo 16384 >$tracing/buffer_size_kb
echo 1 >$tracing/events/irq/softirq_entry/enable
echo 1 >$tracing/events/irq/softirq_exit/enable
at_exit eval "echo 0 >$tracing/events/enable; echo 1 >$tracing/tracing_on; echo 1408 >$tracing/buffer_size_kb"

node_add node
# The kernel's own work: processes and namespaces that come and go, and memory
# that is given back, pages by the hundred and small objects.
watched bash -c '
	for i in 1 2 3 4 5; do
		unshare -n true
	done
	head -c 100M /dev/zero >"$1/pages"
	mkdir "$1/objects"
	for ((i = 0; i < 20000; i++)); do
		: >"$1/objects/$i"
	done
	rm -r "$1/pages" "$1/objects"
	echo 2 >/proc/sys/vm/drop_caches
	sleep 1' - "$tmp"
idle=$((late > softirq ? late : softirq))
diag "without sets: longest wait $late, longest softirq $softirq"

fill
in_node dump lib_probe complete big ffff 0 1
is "$(cat "$tmp/out")" "$flows" "the dump has all flows"
in_node flush ipset flush big
is "$(entries)" 0 "the set is empty"
on node ipset destroy big
fill
in_node destroy ipset destroy big
check_fails "the set is gone" "does not exist" on node ipset list big
fill timeout 10
bounded expire sleep 15
is "$(entries)" 0 "all flows have expired"
on node ipset destroy big
