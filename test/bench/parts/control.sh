#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# bench: mem=3000 timeout=2400
#
# Control operations on a set of many flows with two SIDs, both colours counted.
# All but toggle are instructions per flow, those of the kernel's threads
# included that a system call leaves work to.
#
#   control.toggle.FLOWS          sr6flow_set_colour(): system calls and library
#   control.restore.ipset.FLOWS   flows without counters, into an empty set
#   control.restore.lmctl.FLOWS   lmctl add --file
#   control.dump.library.FLOWS    sr6flow_dump(), per flow and colour
#   control.dump.save.FLOWS       ipset save, per flow and colour
#   control.text.FLOWS            ipset list, read by awk into tables
#   control.stats.FLOWS           lmctl stats --json
#   control.record.FLOWS          lmctl record, per block: two dumps, the lines
#   control.delete.FLOWS          through ipset restore
#   control.flush.FLOWS, control.destroy.FLOWS
#
# Beside them: .memory, the most bytes that the process had at once; .late, the longest
# wait of a process of the highest priority meanwhile, in instructions: the longest
# stretch without rescheduling, the kernel's other work included.
#
# Operations on text have at most 100,000 flows, because the guest would need minutes
# for the same figure.
# shellcheck source=test/bench/lib.sh
. ./lib.sh

counts='10000 1000000'
[ -z "$BENCH_SHORT" ] || counts=10000

# field NAME: print it from the last result of bench_run
field() {
	tr ' ' '\n' <cost | sed -n "s/^$1=//p"
}

# cost KEY FLOWS FIELD... : sum of the fields per flow
cost() {
	local key=$1 flows=$2 sum=0 name
	shift 2
	for name in "$@"; do
		sum=$((sum + $(field "$name")))
	done
	figure "control.$key" $((sum / flows)) instructions
}

memory() {
	figure "control.$1.memory" $(($(field rss) * 1024)) bytes
}

late() {
	figure "control.$1.late" "$(field late)" instructions
}

flows_of() {
	ipset list -t "$1" | sed -n 's/^Number of entries: //p'
}

# fill SET COUNT: flows that have counted, but for the first time not by text
fill() {
	ipset create "$1" hash:sr6flow maxelem "$2"
	./bench_flows count "$1" 2 0 "$2"
	[ "$(flows_of "$1")" = "$2" ]
	idle
}

toggle() {
	local words
	read -ra words < <(./bench_control toggle "$1" 1001)
	figure "control.toggle.$2" "${words[1]}" instructions
}

restore() {
	local count=$1
	{
		echo "create big hash:sr6flow maxelem $count"
		./bench_flows restore big 2 0 "$count"
	} >lines
	idle
	./bench_run cost ipset restore -file lines
	cost "restore.ipset.$count" "$count" cpu kthreads
	[ "$(flows_of big)" = "$count" ]
	rm lines
}

add() {
	local count=$1
	./bench_flows restore few 2 0 "$count" | cut -d' ' -f3 >lines
	ipset create few hash:sr6flow maxelem "$count"
	idle
	./bench_run cost lmctl add few --file lines
	cost "restore.lmctl.$count" "$count" cpu kthreads
	[ "$(flows_of few)" = "$count" ]
	ipset destroy few
	rm lines
}

dump() {
	local count=$1 words
	read -ra words < <(./bench_control dump big)
	[ "${words[2]}" = $((2 * count)) ]
	figure "control.dump.library.$count" $((words[0] / words[2])) instructions
	./bench_run cost ipset save big >/dev/null
	cost "dump.save.$count" $((2 * count)) cpu
}

# text COUNT: what a script does that wants the counters of each flow
text() {
	local count=$1
	# shellcheck disable=SC2016 # awk's variables
	./bench_run cost bash -c 'ipset list few | awk '\''
		/^Members:/ { members = 1; next }
		members {
			at = match($1, /,0x[0-9a-f]*$/)
			flow = substr($1, 1, at - 1)
			colour = substr($1, at + 1)
			packets[flow, colour] = $3
			bytes[flow, colour] = $5
			records++
		}
		END { print records }'\' >records
	[ "$(cat records)" = $((2 * count)) ]
	cost "text.$count" "$count" cpu
	memory "text.$count"
}

stats() {
	local count=$1
	./bench_run cost lmctl stats --json --set big >/dev/null
	cost "stats.$count" "$count" cpu
	memory "stats.$count"
}

# What a block costs, once there has been one: a difference.  A rule that
# names the set makes its blocks valid.
record() {
	local count=$1 once
	./bench_run cost lmctl record few --period 60s --blocks 1 --output once
	once=$(field cpu)
	./bench_run cost lmctl record few --period 60s --blocks 3 --output lines
	[ "$(grep -c '"valid":true' lines)" = $((3 * count)) ]
	figure "control.record.$count" \
		$((($(field cpu) - once) / 2 / count)) instructions
	rm once lines
}

record_memory() {
	./bench_run cost lmctl record big --period 60s --blocks 1 --output /dev/null
	memory "record.$1"
}

delete() {
	local count=$1
	# With this line ipset need not ask for the type of the set each time.
	{
		echo "create big hash:sr6flow maxelem $2"
		./bench_flows restore big 2 0 "$count" | sed 's/^add/del/'
	} >lines
	./bench_run -l cost ipset -exist restore -file lines
	cost "delete.$count" "$count" cpu kthreads
	late "delete.$count"
	rm lines
}

clear() {
	./bench_run -l cost ipset "$1" big
	cost "$1.$2" "$2" cpu kthreads
	late "$1.$2"
}

measure() {
	local count=$1 few
	few=$((count < 100000 ? count : 100000))
	restore "$count"
	./bench_flows count big 2 0 "$count"
	idle
	toggle big "$count"
	dump "$count"
	stats "$count"
	add "$few"
	fill few "$few"
	ip6tables -t mangle -A POSTROUTING -m set --match-set big src
	ip6tables -t mangle -A POSTROUTING -m set --match-set few src
	text "$few"
	record "$few"
	record_memory "$count"
	ip6tables -t mangle -F POSTROUTING
	ipset destroy few
	delete "$few" "$count"
	[ "$(flows_of big)" = $((count - few)) ]
	./bench_flows count big 2 0 "$count"
	idle
	clear flush "$count"
	[ "$(flows_of big)" = 0 ]
	ipset destroy big
	fill big "$count"
	clear destroy "$count"
}

modprobe ip_set_hash_sr6flow
ipset create one hash:sr6flow
at_exit ipset destroy
at_exit ip6tables -t mangle -F
ipset add one fc00::1,fc00::2
toggle one 1
ipset destroy one
for count in $counts; do
	measure "$count"
done
