#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Figures of programs of this machine, in instructions as callgrind counts them:
# no kernel in them, and the same in each run.
#
#   userspace.dump.KIND      sr6flow_dump(), per flow and colour; KIND is plain,
#                            or named for flows with names of 16 characters
#   userspace.codec.SIDS     a SID list encoded and decoded
#   userspace.loss.table     lmctl loss, per line of a recording
#   userspace.loss.json      the same with --json
#   userspace.history.totals lmctl history, per result of 20 flows
#   userspace.history.table  lmctl history FLOW, per block
#   userspace.history.json   the same with --json
#
# But for the codec a figure is the difference of two runs with another number
# of flows, so that what a program costs at its start is not in it.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=test/vm/common.sh
. "$here/../vm/common.sh"

few=200
many=2200
past=600
[ -n "${BENCH_SHORT-}" ] || many=20200 past=5100
program=$build/bench/bench_userspace

# collected [OPTION]... COMMAND...: instructions
collected() {
	valgrind --tool=callgrind --callgrind-out-file=/dev/null "$@" \
		2>"$work/valgrind" >/dev/null || {
		cat "$work/valgrind" >&2
		return 1
	}
	sed -n 's/^==[0-9]*== Collected : //p' "$work/valgrind"
}

figure() {
	echo "figure userspace.$1 $2 instructions"
}

dump() {
	local less more
	less=$(collected --toggle-collect=sr6flow_dump "$program" dump $few ${2+"$2"})
	more=$(collected --toggle-collect=sr6flow_dump "$program" dump $many ${2+"$2"})
	figure "dump.$1" $(((more - less) / (many - few) / 2))
}

codec() {
	local times=1000
	figure "codec.$1" $(($(collected --toggle-collect=codec_round_trip \
		"$program" codec "$1" $times) / times))
}

# Two recordings of the same flows and blocks.
loss() {
	local less more
	less=$(collected "$build/lmctl/lmctl" loss ${2+"$2"} "$work/few" "$work/few")
	more=$(collected "$build/lmctl/lmctl" loss ${2+"$2"} "$work/many" "$work/many")
	figure "loss.$1" $(((more - less) / 2 / 4 / (many - few)))
}

# history KIND PER COMMAND...: PER results are one
history() {
	local kind=$1 per=$2 less more
	shift 2
	less=$(collected "$build/lmctl/lmctl" "$@" --file="$work/few.db")
	more=$(collected "$build/lmctl/lmctl" "$@" --file="$work/many.db")
	figure "history.$kind" $(((more - less) / per / (past - 100)))
}

need_programs valgrind
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"$program" recording $few 4 >"$work/few"
"$program" recording $many 4 >"$work/many"
dump plain
dump named customer-
codec 2
codec 16
loss table
loss json --json
"$build/bench/bench_history" "$work/few.db" 20 100
"$build/bench/bench_history" "$work/many.db" 20 $past
all=(--since=2023-11-01Z --until=2024-11-01Z)
history totals 20 history "${all[@]}"
history table 1 history flow-7 "${all[@]}"
history json 1 history flow-7 --json "${all[@]}"
