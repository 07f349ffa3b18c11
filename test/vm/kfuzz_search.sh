#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# In the guest, for test/fuzz/guest/search.sh: searches with kfuzz_netlink from the
# kept inputs on, and prints the inputs that are worth keeping.
#
#   kfuzz_search.sh RUNS SEED TIME
#
# It ends after RUNS inputs, or TIME seconds. It prints lines "@input HEX" to keep,
# "@found HEX" for a finding, and "@block OFFSET" for a basic block of the module that
# was executed; all other output is for people.
. "$(dirname "$0")/lib.sh"
# shellcheck source=test/vm/kfuzz.sh
. "$test_dir/kfuzz.sh"
# shellcheck source=test/vm/trouble.sh
. "$test_dir/trouble.sh"

runs=$1 seed=$2 time=$3
# Inputs between two looks at the kernel's log.
chunk=20000

hex() {
	od -An -v -tx1 "$1" | tr -d ' \n'
}

keep() {
	local file
	for file in "$2"/*; do
		[ ! -e "$file" ] || echo "@$1 $(hex "$file")"
	done
}

complaint() {
	dmesg | grep -E -m 1 -A 40 "$trouble"
}

# executed: the number of inputs that the last run has printed, or 0
executed() {
	awk '$1 == "stat::number_of_executed_units:" { n = $2 } END { print n + 0 }' "$tmp/log"
}

# quietly ARGUMENT...: run the harness, with its output in $tmp/log
quietly() {
	on host kfuzz_netlink "$@" >"$tmp/log" 2>&1
}

# merged: the smallest row of inputs that reaches all blocks, and those
merged() {
	mkdir "$tmp/merged"
	quietly -merge=1 -max_len=512 "$tmp/merged" "$tmp/corpus" &&
		KFUZZ_BLOCKS=$tmp/blocks quietly "$tmp/merged"/*
}

modprobe ip_set_hash_sr6flow
node_add host
kfuzz_inputs "$tmp/corpus"
mkdir "$tmp/found"
began=$SECONDS spent=0 done=0 status=0
while [ "$done" -lt "$runs" ] && [ "$spent" -lt "$time" ] && [ "$status" -eq 0 ]; do
	[ $((runs - done)) -ge $chunk ] || chunk=$((runs - done))
	# Runs include those of the inputs that are there.
	quietly -runs=$chunk -max_len=512 -seed="$seed" -timeout=300 \
		-max_total_time=$((time - spent)) -artifact_prefix="$tmp/found/" \
		-print_final_stats=1 -rss_limit_mb=0 "$tmp/corpus" || status=$?
	done=$((done + $(executed)))
	seed=$((seed + 1))
	spent=$((SECONDS - began))
	echo "$done runs in $spent s, $((done / (spent + 1))) a second, $(find "$tmp/corpus" -type f | wc -l) inputs"
	if complaint; then
		status=1
	fi
done
if [ "$status" -ne 0 ] || ! merged; then
	tail -n 40 "$tmp/log"
	keep found "$tmp/found"
	exit 1
fi
grep '^blocks' "$tmp/log"
sed 's/^/@block /' "$tmp/blocks"
keep input "$tmp/merged"
ok "kfuzz_netlink: $done runs in $spent s"
