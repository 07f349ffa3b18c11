#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# In the guest, for test/fuzz/guest/search.sh: searches with one harness from
# the kept inputs on, and prints the inputs that are worth keeping.
#
#   kfuzz_search.sh HARNESS RUNS SEED TIME
#
# It ends after RUNS inputs, or TIME seconds.
# Lines: "@input HEX" to keep, "@found HEX" for a finding, "@block OFFSET" for a
# basic block of the module that was reached; all else is for people.
. "$(dirname "$0")/lib.sh"
# shellcheck source=test/vm/kfuzz.sh
. "$test_dir/kfuzz.sh"
# shellcheck source=test/vm/trouble.sh
. "$test_dir/trouble.sh"

harness=$1 runs=$2 seed=$3 time=$4
# After so many the kernel's log is looked at.
chunk=20000

hex() {
	od -An -v -tx1 "$1" | tr -d ' \n'
}

keep() {
	local file
	for file in "$2"/*; do
		echo "@$1 $(hex "$file")"
	done
}

complaint() {
	dmesg | grep -E -m 1 -A 40 "$trouble"
}

modprobe ip_set_hash_sr6flow
kfuzz_router
dmesg -C
kfuzz_inputs "/test/kfuzz/$harness" "$tmp/corpus"
mkdir "$tmp/found" "$tmp/merged"
began=$SECONDS done=0 status=0
while [ "$done" -lt "$runs" ] && [ "$status" -eq 0 ] &&
      [ $((SECONDS - began)) -lt "$time" ]; do
	# Runs include those of the inputs that are there.
	on router "$harness" -runs=$chunk -max_len=512 -seed="$seed" -timeout=60 \
		-max_total_time=$((time - SECONDS + began)) \
		-artifact_prefix="$tmp/found/" -print_final_stats=1 \
		-rss_limit_mb=0 "$tmp/corpus" >"$tmp/log" 2>&1 || status=$?
	count=$(awk '/^stat::number_of_executed_units:/ { print $2 }' "$tmp/log")
	done=$((done + ${count:-0}))
	seed=$((seed + 1))
	spent=$((SECONDS - began))
	echo "$done runs in $spent s, $((done / (spent + 1))) a second, $(find "$tmp/corpus" -type f | wc -l) inputs, $(grep -h '^blocks' "$tmp/log")"
	if complaint; then
		status=1
	fi
done
if [ "$status" -ne 0 ]; then
	tail -n 40 "$tmp/log"
	keep found "$tmp/found"
	exit 1
fi
on router "$harness" -merge=1 -max_len=512 "$tmp/merged" "$tmp/corpus" >"$tmp/log" 2>&1
KFUZZ_BLOCKS=$tmp/blocks on router "$harness" "$tmp/merged"/* >"$tmp/log" 2>&1
grep '^blocks' "$tmp/log"
sed 's/^/@block /' "$tmp/blocks"
keep input "$tmp/merged"
ok "$harness: $done runs in $spent s, $((done / (spent + 1))) a second"
