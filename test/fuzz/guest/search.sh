#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Searches in a guest with one harness of this folder and keeps what it found
# in corpus/HARNESS, made small, instead of what is there.
#
#   search.sh HARNESS [RUNS [SEED [SECONDS]]]
#
# The kernel is the debug one, which has KCOV, without kmemleak, at whose leaks
# nobody would look. It ends after RUNS inputs (1,000,000 unless given), or SECONDS
# (a day).
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
guest=$here/../../vm/guest.sh
kernel=6.1-debug
[ $# -ge 1 ] || { sed -n '/^#   search/p' "$0" >&2; exit 2; }
harness=$1 runs=${2:-1000000} seed=${3:-$((RANDOM + 1))}
time=${4:-86400}
log=$(mktemp)
trap 'rm -f "$log"' EXIT

echo "$harness: $runs runs from seed $seed on $kernel"
status=0
VM_APPEND="${VM_APPEND-} kmemleak=off" "$guest" --kernel "$kernel" --smp 2 \
	--mem 1536 --timeout $((time + 3600)) \
	"bash /test/kfuzz_search.sh $harness $runs $seed $time" |
	stdbuf -oL tr -d '\r' | tee "$log" |
	grep --line-buffered -v '^@input\|^@block' || status=$?
if [ "$status" -ne 0 ]; then
	echo "$harness: status $status; findings are the lines @found" >&2
	exit 1
fi
sed -n 's/^@input //p' "$log" | sort >"$here/corpus/$harness"
echo "$harness: $(wc -l <"$here/corpus/$harness") inputs kept, $(grep -c '^@block' "$log") blocks"
