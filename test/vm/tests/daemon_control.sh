#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# vm: icount=yes kernels=6.1,6.12 mem=1024 timeout=400 seconds=28
#
# What an operator does to 'lmctl run' while the network loses packets: alarms
# whose programs hang, die or are not there; a hundred SIGHUPs in a row; files
# that are no configuration, in every way; SIGTERM in the middle of a block. The
# daemon keeps the configuration that it has, is bounded in processes and memory,
# and every block is exact, and what was on the wire.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../daemon.sh"

config_of() {
	case $1 in
	ingress)
		printf '%s\n' 'rotate: tx' 'measure m: {peers: far=fd00:c::3}'
		cat "$tmp/alarms"
		;;
	egress) echo 'reflect: {sets: rx}' ;;
	esac
}

# alarm NAME EXEC: raised by the first block that is exact
alarm() {
	echo "alarm $1: {raise: 0.0001, raise-blocks: 1, clear-blocks: 1000,"
	echo "  flow: gold, exec: [$2]}"
}

# children: programs of alarms that run, with what they started
children() {
	pgrep -c -P "${pid[ingress]}" || true
}

# hangups N: so many SIGHUPs in a row, without waiting for what they do
hangups() {
	local n
	for ((n = 0; n < $1; n++)); do
		kill -HUP "${pid[ingress]}"
		[ $((n % 7)) -gt 0 ] || doze $((RANDOM % 20))
	done
}

# undisturbed: since begin, after the block that runs, every block is exact
undisturbed() {
	local to
	to=$(block_now $period)
	wait_for 30 told_least "\$1 > $to" 4
	is "$(told "\$1 > $since && \$3 != \"exact\"")" "" \
		"$now: every block is exact"
	within "$(told_count "\$1 > $since && \$2 == \"gold\"")" 2 1000 \
		"$now: there are some"
	alive
}

# refused NAME COMMAND...: the command puts something in the place of the
# configuration
refused() {
	local name=$1
	shift
	begin "refused: $name"
	since=$(block_now $period)
	mark_messages
	mv "$tmp/ingress.conf" "$tmp/good.conf"
	"$@"
	hangups 1
	blocks_pass 1
	rm -rf "$tmp/ingress.conf"
	mv "$tmp/good.conf" "$tmp/ingress.conf"
	is "$(tail -n +$((lines[ingress] + 1)) "$tmp/ingress.err" |
		grep -c 'the previous configuration stays')" 1 \
		"$now: the previous configuration stays"
}

cat >"$tmp/hang" <<-'END'
	#!/bin/sh
	trap '' TERM HUP
	sleep 1000 &
	sleep 1000
END
cat >"$tmp/die" <<-'END'
	#!/bin/sh
	kill -KILL $$
END
chmod 755 "$tmp/hang" "$tmp/die"
{
	for ((n = 0; n < 12; n++)); do
		alarm "hang$n" "\"$tmp/hang\", \"$n\""
		alarm "die$n" "\"$tmp/die\""
		alarm "none$n" "\"$tmp/none\""
	done
} >"$tmp/alarms"

# One seed, so that only a change makes a difference; deep/ draws others.
chance_seed "${DAEMON_SEED-1}"
daemon_net
begin start
up egress ingress
exact_soon

begin hooks
since=$(block_now $period)
rss=$(memory "${pid[ingress]}" VmRSS)
within "$(children)" 1 4 "$now: four programs hang, others wait"
undisturbed

# They go on to hang; how long they may is tested by test_alarm_hook.
begin hangups
since=$(block_now $period)
mark_messages
for ((n = 0; n < 5; n++)); do
	hangups 20
	blocks_pass 1
done
undisturbed
within "$(children)" 1 4 "$now: no more than four programs run"
is "$(tail -n +$((lines[ingress] + 1)) "$tmp/ingress.err" |
	grep -vc 'goes on: ' || true)" 0 "$now: nothing else is said"

refused "nothing is there" true
refused "a folder" mkdir "$tmp/ingress.conf"
refused "a FIFO" mkfifo "$tmp/ingress.conf"
refused "a device" ln -s /dev/zero "$tmp/ingress.conf"
refused "too much" truncate -s 300k "$tmp/ingress.conf"
refused "random bytes" dd if=/dev/urandom of="$tmp/ingress.conf" bs=1k count=4
since=$(block_now $period)
undisturbed

within "$(children)" 1 4 "$now: no more than four programs run"
within "$(($(memory "${pid[ingress]}" VmHWM) - rss))" 0 4096 \
	"$now: memory is bounded"

# SIGTERM anywhere in a block, while programs hang.
for ((n = 0; n < 4; n++)); do
	begin "term$n"
	doze $((RANDOM % period))
	began=$SECONDS
	daemon_stop ingress
	within $((SECONDS - began)) 0 3 "$now: at once"
	is "$(pgrep -c -f "^/bin/sh $tmp/hang" || true)" 0 \
		"$now: no program is left behind"
	is "$(tail -c 1 "$tmp/ingress.json" | od -An -c | tr -d ' ')" '\n' \
		"$now: the last line is whole"
	up ingress
	[ $((n % 2)) -gt 0 ] || exact_soon
done
exact_again

begin all
first=1
daemon_stop ingress egress
load_stop
truth_stop
truth_holds 30
