#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Runs parts of the bench in guests whose clock counts instructions, and
# collects their figures.
#
#   run.sh [--short] [--kernel 6.1|6.12|all] [--part NAME]... [--out DIR]
#          [--jobs N] [--store]
#
# Without --part it runs all parts.  README.md describes the figures and the form
# of a part.  --store, in the short form and for all parts and kernels, writes the
# baseline that check.sh compares with.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=test/vm/common.sh
. "$here/../vm/common.sh"

# rep movs is one instruction per round for the counting clock, but how the
# rounds are cut depends on the host: a processor without ERMS has no such
# copying.
export VM_CPU=max,-erms,-fsrm

usage() {
	sed -n '/^#   run/,/^#$/s/^# *//p' "${BASH_SOURCE[0]}" >&2
	exit 2
}

# setting PART KEY DEFAULT: the values of a word in the head of a part, a line each
setting() {
	local word words found=
	read -ra words <<<"$(sed -n 's/^# bench: *//p' "$here/parts/$1.sh")"
	for word in "${words[@]}"; do
		case $word in
		"$2"=?*)
			echo "${word#*=}"
			found=1
			;;
		mem=* | timeout=* | short=yes | short=no | add=*) ;;
		*) die "$1: '$word' is not mem=, timeout=, short=yes, short=no or add=" ;;
		esac
	done
	[ -n "$found" ] || [ -z "$3" ] || echo "$3"
}

# guest_command KERNEL PART...: the guest's commands; after the first failure it skips
# the other parts, and then reads the kernel's log
guest_command() {
	local part
	echo "export BENCH_SHORT=$short BENCH_KERNEL=$1; status=0"
	shift
	for part in "$@"; do
		cat <<-END
			echo "part $part"
			[ \$status -ne 0 ] || bash ./$part.sh 2>&1 || { echo "$part failed"; status=1; }
		END
	done
	cat <<-'END'
		if dmesg | grep -E -A 30 'WARNING|\bBUG\b|\bOops\b|Call Trace|stall(s|ed)? (on|detected)'; then
			echo "the kernel's log shows trouble"
			status=1
		fi
		exit $status
	END
}

# boot KERNEL PART...: run one guest, with its output to a log and to stdout
boot() {
	local kernel=$1 part value mem=0 limit=0 files log guest status=0 began=$SECONDS
	shift
	log=$out/$kernel-$(IFS=+; echo "$*").log
	files=(--add "$here/lib.sh" --add "$here/path_lib.sh")
	for value in "$here"/parts/*.sh "$build/bench/bin"/* \
		"$build/bench/module/$("$here/../vm/kernels.sh" release "$kernel")"/test/bench/*/*.ko; do
		[ ! -f "$value" ] || files+=(--add "$value")
	done
	for part in "$@"; do
		value=$(setting "$part" mem 768)
		[ "$value" -le "$mem" ] || mem=$value
		limit=$((limit + $(setting "$part" timeout 600)))
		for value in $(setting "$part" add ''); do
			files+=(--add "$top/$value")
		done
	done
	: >"$log"
	"$here/../vm/guest.sh" --kernel "$kernel" --icount --mem "$mem" \
		--timeout "$limit" "${files[@]}" \
		"$(guest_command "$kernel" "$@")" >"$log" 2>&1 </dev/null &
	guest=$!
	# A signal to this process ends the guest, too.
	trap 'kill "$guest"; wait "$guest"; exit 143' TERM
	tail -n +1 -s 0.2 -f --pid="$guest" "$log" | sed -u "s/^/$kernel: /" &
	wait "$guest" || status=$?
	wait
	[ "$status" -eq 0 ]
	echo "$kernel: $* took $((SECONDS - began)) s"
	echo "$kernel $log" >>"$work/done"
}

# Writes the figures of all logs to one file. Fails on a line that is not a
# figure, and on a key that occurs twice.
collect() {
	local kernel log
	while read -r kernel log; do
		tr -d '\r' <"$log" | sed -n "s/^figure /$kernel /p"
	done <"$work/done" | awk '
		NF != 4 || $2 !~ /^[a-z0-9._-]+$/ || $3 !~ /^-?[0-9]+([.][0-9]+)?$/ ||
		$4 !~ /^[a-z]+$/ { print "not a figure: " $0 >"/dev/stderr"; exit 1 }
		seen[$1, $2]++ { print "figure twice: " $0 >"/dev/stderr"; exit 1 }
		{ print }' >"$out/figures.part"
	mv "$out/figures.part" "$out/figures"
}

# wait_for_slot N: wait until fewer than N guests run, and count those that failed
wait_for_slot() {
	while [ "$running" -ge "$1" ] && [ "$running" -gt 0 ]; do
		wait -n || failed=$((failed + 1))
		running=$((running - 1))
	done
}

run_all() {
	local kernel part
	for kernel in $kernels; do
		if [ -n "$short" ] && [ ${#parts[@]} -gt 0 ]; then
			wait_for_slot "$jobs"
			boot "$kernel" "${parts[@]}" &
			running=$((running + 1))
			continue
		fi
		for part in "${parts[@]}"; do
			wait_for_slot "$jobs"
			boot "$kernel" "$part" &
			running=$((running + 1))
		done
	done
	wait_for_slot 1
}

short=
kernels='6.1 6.12'
parts=()
out=$build/bench/out
jobs=2
store=
while [ $# -gt 0 ]; do
	case $1 in
	--kernel | --part | --out | --jobs)
		[ $# -ge 2 ] || usage
		case $1 in
		--kernel) kernels=${2/#all/6.1 6.12} ;;
		--part) parts+=("${2%.sh}") ;;
		--out) out=$(realpath -m "$2") ;;
		--jobs) jobs=$2 ;;
		esac
		shift
		;;
	--short) short=1 ;;
	--store) store=1 ;;
	*) usage ;;
	esac
	shift
done
if [ -n "$store" ] &&
   { [ -z "$short" ] || [ ${#parts[@]} -gt 0 ] || [ "$kernels" != '6.1 6.12' ]; }; then
	usage
fi
if [ ${#parts[@]} -eq 0 ]; then
	for file in "$here"/parts/*.sh; do
		part=$(basename "$file" .sh)
		[ -n "$short" ] && [ "$(setting "$part" short yes)" = no ] ||
			parts+=("$part")
	done
fi
for part in "${parts[@]}"; do
	[ -e "$here/parts/$part.sh" ] ||
		die "no part '$part': there are $(cd "$here/parts" && echo *.sh)"
done

need_programs qemu-system-x86_64 cpio timeout
mkdir -p "$out"
work=$(mktemp -d "$out/.run.XXXXXX")
# shellcheck disable=SC2046 # a list
trap 'kill $(jobs -p) 2>/dev/null || true; wait; rm -rf "$work"' EXIT
trap 'exit 143' TERM
trap 'exit 130' INT
touch "$work/done"
running=0 failed=0
run_all
[ "$failed" -eq 0 ] || die "$failed guests failed: see $out/*.log"
collect
# Without those that report does not compare.
[ -z "$store" ] || grep -Ev '[.](p99|mean|total|empty|delta|floor|late) ' \
	"$out/figures" >"$here/baseline"
echo "figures: $out/figures, $SECONDS s"
