#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Runs the tests of /job/tests in the guest, one process each, and reports on
# descriptor 3, the results port.  Lines for the host:
#
#   @start FILE              a test begins
#   ok - NAME                a point passed; "# SKIP reason" at its end: skipped
#   not ok - NAME            a point failed; "# text" lines after it say why
#   @log TEXT                output of a test that failed
#   @end FILE STATUS SECONDS a test is over
#   @gcov BASE64             an archive of what gcov counted in the module
#   @success                 all were run and all was looked at
#
# The success record comes last, after the look at the kernel's log and the
# module's unloading: a guest that dies on the way has not passed.
set -u

module=ip_set_hash_sr6flow
log=/tmp/test.log
late=/tmp/test.late
# shellcheck source=test/vm/trouble.sh
. "$(dirname "$0")/trouble.sh"

report() {
	printf '%s\n' "$*" >&3
}

mark() {
	printf '<5>sr6flow-bench: %s\n' "$*" >/dev/kmsg
}

# Looks at what the kernel logged since mark $1.  A log without the mark has
# lost lines, and a log that cannot be read says nothing: both fail.
kernel_log_clean() {
	local since
	if ! since=$(dmesg | sed -n "/sr6flow-bench: $1\$/,\$p") ||
	   [ -z "$since" ]; then
		report "not ok - kernel log can be read"
		report "# mark '$1' is not in dmesg"
		return 1
	fi
	if grep -qE "$trouble" <<<"$since"; then
		report "not ok - kernel log is clean"
		grep -E -m 1 -B 5 -A 40 "$trouble" <<<"$since" |
			sed 's/^/# /' >&3
		return 1
	fi
}

# Ends session $1 after $2 seconds, and notes first what it was doing. Where the clock
# counts instructions, it goes on to the next timer at once while a program waits for a
# file of the host. That must not be the timer of the limit: there is one each second.
watch() {
	local pid left=$2
	if [ -e /job/host ]; then
		while [ $((left--)) -gt 0 ]; do
			sleep 1
		done
	else
		sleep "$2"
	fi
	touch "$late"
	{
		echo "processes at the time limit:"
		for pid in $(pgrep -s "$1"); do
			ps -o pid=,ppid=,stat=,args= -p "$pid"
			sed 's/^/        /' "/proc/$pid/stack"
		done
	} >>"$log" 2>&1
	pkill -TERM -s "$1"
	sleep 5
	pkill -KILL -s "$1"
}

# Namespaces and processes outlive a test only when it was killed or is wrong.
clear_up() {
	local left
	pkill -KILL -s "$1" 2>/dev/null
	left=$(ip netns list)
	[ -n "$left" ] || return 0
	ip -all netns delete
	[ ! -e "$late" ] || return 0
	report "not ok - no network namespace is left behind"
	report "# left: ${left//$'\n'/ }"
	return 1
}

run_test() {
	local file=$1 limit=$2 status=0 began=$SECONDS pid watcher
	local name=${file%.sh}
	report "@start $file"
	mark "start $name"
	rm -f "$late"
	# setsid: what the test leaves running is found by its session. env: a
	# background job of bash ignores what a terminal's keys would send, and
	# so would every program under test.
	VM_TEST=$name setsid env --default-signal=INT,QUIT \
		bash "/test/tests/$file" \
		</dev/null >"$log" 2>&1 &
	pid=$!
	# A session of its own as well, to end its sleep with it.
	setsid bash "$0" watch "$pid" "$limit" 3>&- &
	watcher=$!
	wait "$pid" || status=$?
	if [ -e "$late" ]; then
		status=1
		report "not ok - within the time limit of $limit s"
	fi
	# It has no session yet if the test was quick.
	kill -KILL "$watcher" 2>/dev/null
	pkill -KILL -s "$watcher" 2>/dev/null
	wait "$watcher" 2>/dev/null
	clear_up "$pid" || status=1
	kernel_log_clean "start $name" || status=1
	if [ "$status" -ne 0 ]; then
		tail -n 60 "$log" | tr -d '\r' | sed 's/^/@log /' >&3
	fi
	report "@end $file $status $((SECONDS - began))"
}

# The type may be busy for a moment, a long one on a busy host: sets are freed after
# a grace period.
module_unloads() {
	local tries=0
	ipset destroy 2>/dev/null
	while [ -e "/sys/module/$module" ]; do
		rmmod "$module" 2>/tmp/rmmod.err && continue
		if [ $((++tries)) -ge 600 ]; then
			report "not ok - module unloads"
			sed 's/^/# /' /tmp/rmmod.err >&3
			return
		fi
		sleep 0.1
	done
	report "ok - module unloads"
}

# Memory that nobody points to any more. kmemleak believes it only some seconds
# after it was allocated, and needs a second look at what was moved meanwhile.
memory_leaks() {
	local leaks=/sys/kernel/debug/kmemleak
	[ -e "$leaks" ] || return 0
	# A file that says it is empty until it is read; none can be written once
	# kmemleak has given up for want of memory.
	if ! { sleep 6 && echo scan >"$leaks" && sleep 6 && echo scan >"$leaks"; }; then
		report "not ok - memory that is left behind is looked for"
	elif grep . "$leaks" >/tmp/leaks; then
		report "not ok - no memory is left behind"
		head -n 80 /tmp/leaks | sed 's/^/# /' >&3
	else
		report "ok - no memory is left behind"
	fi
}

# What ran of a module that was built with gcov, for test/coverage/kernel.sh. Files
# of debugfs say that they are empty until they are read.
coverage() {
	local data=/sys/kernel/debug/gcov copy=/tmp/gcov file
	mkdir "$copy"
	find "$data" -name '*.gcda' 2>/dev/null | while read -r file; do
		cat "$file" >"$copy/${file##*/}"
	done
	! rmdir "$copy" 2>/dev/null || return 0
	report "@gcov $(tar -C "$copy" -cf - . | base64 -w 0)"
}

if [ "${1-}" = watch ]; then
	watch "$2" "$3"
	exit
fi

# The kernel's own messages while it booted do not count against the tests,
# but must be no failure either.
mark boot
dmesg >/tmp/boot.log
if grep -qE "$trouble" /tmp/boot.log; then
	report "not ok - kernel log is clean after boot"
	grep -E -m 5 "$trouble" /tmp/boot.log | sed 's/^/# /' >&3
fi

export VM_RUNNER=1
while read -r file limit; do
	run_test "$file" "$limit"
done </job/tests

report "@start end of run"
loaded=
[ ! -e "/sys/module/$module" ] || loaded=1
mark "end of tests"
[ -z "$loaded" ] || module_unloads
memory_leaks
coverage
if kernel_log_clean "end of tests" && kernel_log_clean boot; then
	report "ok - kernel log is clean"
fi
report "@end end of run 0 0"
report "@success"
