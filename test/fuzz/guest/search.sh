#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Searches in a guest with kfuzz_netlink, and replaces corpus/kfuzz_netlink by the
# smallest set of inputs that reaches all that it found.
#
#   search.sh [RUNS [SEED [SECONDS]]]
#
# The kernel is the debug kernel, which has KCOV, without kmemleak, because nothing reads
# its reports here. It ends after RUNS inputs (default 1000000), or SECONDS (default
# 86400).
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
guest=$here/../../vm/guest.sh
kernel=6.1-debug
corpus=$here/corpus/kfuzz_netlink
runs=${1:-1000000} seed=${2:-$((RANDOM + 1))} time=${3:-86400}
log=$(mktemp)
trap 'rm -f "$log"' EXIT

echo "$runs runs from seed $seed on $kernel"
status=0
VM_APPEND="${VM_APPEND-} kmemleak=off" "$guest" --kernel "$kernel" --smp 2 \
	--mem 1536 --timeout $((time + 3600)) \
	"bash /test/kfuzz_search.sh $runs $seed $time" |
	stdbuf -oL tr -d '\r' | tee "$log" |
	grep --line-buffered -v '^@input\|^@block' || status=$?
if [ "$status" -ne 0 ]; then
	echo "status $status; findings are the lines @found" >&2
	exit 1
fi
sed -n 's/^@input //p' "$log" | sort >"$corpus"
echo "$(wc -l <"$corpus") inputs kept, $(grep -c '^@block' "$log") blocks"
