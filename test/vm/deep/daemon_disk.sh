#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# vm: smp=1 icount=yes host=yes kernels=6.1,6.12 mem=1024 timeout=400
#
# Trouble with the disk while 'lmctl run' measures: it is full, the history is
# locked by somebody, damaged, or may only be read. The daemon goes on, says each
# thing once, and recovers by itself; no result is lost that need not be. Every
# figure is that of the wire. 'lmctl record' on a full disk ends with an error
# and leaves whole lines, from which 'lmctl loss' makes right figures.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../daemon.sh"

disk=$tmp/disk
history=$disk/history.db
from=0
user=

config_of() {
	case $1 in
	ingress)
		printf '%s\n' 'rotate: tx' 'measure m: {peers: far=fd00:c::3}'
		echo "history: {file: $history}"
		echo "${user:+user: $user}"
		;;
	egress) echo 'reflect: {sets: rx}' ;;
	esac
}

# disk_full: not a byte is left, but for what is in the last pages of files
disk_full() {
	dd if=/dev/zero of="$disk/filler" bs=4k 2>/dev/null || true
	is "$(df --output=avail "$disk" | tail -n 1 | tr -d ' ')" 0 \
		"$now: the disk is full"
}

disk_free() {
	rm "$disk/filler"
}

# kept FROM TO: blocks of gold in the history
kept() {
	history_look rows "$history" gold |
		awk -v from="$1" -v to="$2" '$1 >= from && $1 <= to' | wc -l
}

# kept_all FROM TO: every block of them
kept_all() {
	[ "$(kept "$1" "$2")" = $(($2 - $1 + 1)) ]
}

# told_all FROM TO: every block of gold, exact
is_told() {
	is "$(told "\$2 == \"gold\" && \$3 == \"exact\" && \$1 >= $1 && \$1 <= $2" |
		cut -d ' ' -f 1 | sort -u | wc -l)" $(($2 - $1 + 1)) \
		"$now: all blocks are exact"
}

# whole: the history is, by SQLite
whole() {
	is "$(history_look check "$history" 2>&1 | sed 2d | tr '\n' ' ')" \
		"ok 0 " "$now: the history is whole, and no block is in it twice"
}

# trouble_begins, trouble_over: blocks $from to $to are those in between
trouble_begins() {
	mark_messages
	from=$(block_now $period)
}

trouble_over() {
	to=$(block_now $period)
	wait_for 30 told_least "\$1 > $to" 1
}

aside() {
	find "$disk" -name 'history.db.corrupt-*Z' | wc -l
}

chance_seed "${DAEMON_SEED-}"
host_warm python3 -c 'import signal, sqlite3'
daemon_net
mkdir "$disk"
mount -t tmpfs -o size=8m none "$disk"
at_exit umount -l "$disk"
mv "$tmp/ingress.json" "$disk/"
ln -s disk/ingress.json "$tmp/ingress.json"
ln -sf ingress.json "$tmp/results"

begin start
up egress ingress
exact_soon

begin full
trouble_begins
disk_full
blocks_pass 6
alive
disk_free
trouble_over
is_told "$from" "$to"
check "$now: all results are in the history" \
	wait_for 30 kept_all "$from" "$to"
blocks_pass 3
said ingress "history .* cannot be written: .* until a retry succeeds" \
	"history .* is written again; 0 results were dropped" \
	"cannot write to 'standard output': No space left.*" \
	"standard output is written again"
said egress
whole

# The recorder of rx has a page, which is full within a line.
begin record
mkdir "$tmp/page"
mount -t tmpfs -o size=4k none "$tmp/page"
at_exit umount -l "$tmp/page"
daemon tx ingress record tx --period ${period}ms -o "$tmp/tx"
status=0
timeout 60 nsenter --net="/run/netns/${node_ns[egress]}" lmctl record rx \
	--period ${period}ms -o "$tmp/page/rx" 2>"$tmp/rx.err" || status=$?
is "$status" 1 "$now: it ends with an error when the disk is full"
is "$(cat "$tmp/rx.err")" \
	"lmctl: cannot write to '$tmp/page/rx': No space left on device" \
	"$now: and says why"
is "$(tail -c 1 "$tmp/page/rx" | od -An -c | tr -d ' ')" '\n' \
	"$now: the last line is whole"
is "$(jq -c .v "$tmp/page/rx" | sort | uniq)" 2 "$now: all lines are"
mount -o remount,size=1m "$tmp/page"
blocks_pass 2
daemon rx egress record rx --period ${period}ms -o "$tmp/page/rx"
blocks_pass 5
daemon_stop tx rx
lmctl loss --json "$tmp/tx" "$tmp/page/rx" >"$tmp/loss"
jq -r '.rows[] | select(.name == "gold") | "\(.block) \(.status) \(.sent) \(
	.received)"' "$tmp/loss" >"$tmp/recorded"
within "$(grep -c exact "$tmp/recorded" || true)" 2 100 \
	"$now: loss has figures"
within "$(grep -vc exact "$tmp/recorded" || true)" 1 100 \
	"$now: and blocks without"

# lock_begins lock|own: somebody else has the database until lock_ends
lock_begins() {
	: >"$tmp/lock"
	host_run python3 /mnt/host/history.py "$1" "$history" >"$tmp/lock" &
	locker=$!
	check "$now: somebody has locked it" \
		wait_for 20 grep -q locked "$tmp/lock"
}

lock_ends() {
	stop "$locker" || true
}

begin locked
trouble_begins
lock_begins lock
blocks_pass 5
alive
lock_ends
trouble_over
is_told "$from" "$to"
check "$now: all results are in the history" \
	wait_for 30 kept_all "$from" "$to"
blocks_pass 2
said ingress "history .* cannot be written: .*locked.* until a retry succeeds" \
	"history .* is written again; 0 results were dropped"

# Even to look at it fails, from the start on.
begin locked-at-start
daemon_stop ingress
mark_messages
lock_begins own
up ingress
blocks_pass 8
alive
lock_ends
exact_soon
from=$(told | sort -n | head -n 1 | cut -d ' ' -f 1)
trouble_over
check "$now: all results are in the history" wait_for 30 kept_all "$from" "$to"
said ingress " starts: " "history .* cannot be written: .*locked.* until a retry succeeds" \
	"history .* is written again; 0 results were dropped"
whole

# damaged NAME COMMAND...: while nobody runs, the command damages $history
damaged() {
	local had
	begin "$1"
	shift
	had=$(aside)
	daemon_stop ingress
	mark_messages
	"$@"
	up ingress
	exact_soon
	trouble_over
	check "$now: it is written" wait_for 30 kept_all "$to" "$to"
	said ingress " starts: " "history .* was corrupt: it was renamed to .* a new one was created"
	is "$(aside)" $((had + 1)) "$now: the damaged one is kept"
	whole
}

# random_bytes N: not in a subshell, where other ones would come
random_bytes() {
	local n octal
	for ((n = 0; n < $1; n++)); do
		printf -v octal %03o $((RANDOM % 256))
		# shellcheck disable=SC2059 # it is the byte
		printf "\\$octal"
	done
}

make_random() {
	random_bytes 3000 >"$history"
}

make_short() {
	truncate -s $(($(stat -c %s "$history") / 2)) "$history"
	rm -f "$history-wal" "$history-shm"
}

damaged random make_random
damaged short make_short

# Under the running daemon: what was written since goes with it, if it is not
# seen at once.
begin damaged-alive
mark_messages
for ((page = 1; page < $(stat -c %s "$history") / 4096; page++)); do
	random_bytes 64 >"$tmp/bytes"
	dd if="$tmp/bytes" of="$history" bs=4096 seek=$page conv=notrunc \
		2>/dev/null
done
blocks_pass 6
alive
trouble_over
is_told $((to - 5)) "$to"
daemon_stop ingress
up ingress
exact_soon
trouble_over
check "$now: it is written" wait_for 30 kept_all "$to" "$to"
whole

# As another user than root, who may not write any more.
begin read-only
chmod 777 "$disk"
chmod 755 "$tmp"
daemon_stop ingress
chmod 444 "$history"
chown nobody "$history"*
user=nobody
mark_messages
up ingress
blocks_pass 8
alive
chmod 644 "$history"
exact_soon
from=$(told | sort -n | head -n 1 | cut -d ' ' -f 1)
trouble_over
check "$now: all results are in the history" wait_for 30 kept_all "$from" "$to"
said ingress " starts: " "history .* cannot be written: .* until a retry succeeds" \
	"history .* is written again; 0 results were dropped"
whole

exact_again
begin all
first=1
daemon_stop ingress egress
load_stop
truth_stop
truth_holds 40
is "$(history_look rows "$history" gold | truth_wrong)" "" \
	"$now: every exact block of the history is what was on the wire"
is "$(truth_wrong <"$tmp/recorded")" "" \
	"$now: every exact block of the recordings is what was on the wire"
