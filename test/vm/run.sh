#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Runs tests in guests and shows their points as they come.
#
#   run.sh [--kernel 6.1|6.12|6.1-debug|6.1-kcsan|all] [--stock] [--icount]
#          [--smp N] [--mem MIB] [--timeout S] [--keep-log FILE] [TEST...]
#
# TEST is a file or the name of one in test/vm/tests; without any, all of them
# on one kernel (6.1 unless --kernel says otherwise).  "run.sh all" is all of
# them on the distribution's kernels.
#
# A test says in its head how it wants to be run:
#
#   # vm: smp=2 icount=no host=no kernels=6.1,6.12 debug=yes mem=768 timeout=120
#
# A test for 6.1 also runs on 6.1-debug, unless it says debug=no
# because of what it measures there; one that names that kernel runs on it only.
# Tests that agree in kernel, smp, icount and host share a boot.  --icount,
# --smp and --mem overrule what tests say.  timeout is a test's limit in the
# guest's seconds, on a machine with nothing else to do; --timeout is the limit of one boot in the host's, by default
# what the tests may take together.  --stock runs without project files that are
# not built.  --keep-log collects the consoles and results ports of all guests.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=test/vm/common.sh
. "$here/common.sh"

# Emulated processors at work at the same time.
slots=2

usage() {
	sed -n '/^#   run/,/^#$/s/^# *//p' "${BASH_SOURCE[0]}" >&2
	exit 2
}

# setting FILE KEY DEFAULT: what a test's head says
setting() {
	local word words
	read -ra words <<<"$(sed -n 's/^# vm: *//p' "$1" | head -n 1)"
	for word in "${words[@]}"; do
		case $word in
		"$2"=?*)
			echo "${word#*=}"
			return
			;;
		smp=* | icount=* | host=yes | host=no | kernels=* | \
			debug=yes | debug=no | mem=* | timeout=*) ;;
		*) die "$1: '$word' is not smp=, icount=, host=yes, host=no, kernels=, debug=yes, debug=no, mem= or timeout=" ;;
		esac
	done
	echo "$3"
}

# runs_on FILE KERNEL: whether a test is meant for a kernel
runs_on() {
	case ,$(setting "$1" kernels 6.1,6.12), in
	*,"$2",*) return 0 ;;
	*,"${2%%-*}",*) [ "$(setting "$1" debug yes)" = yes ] ;;
	*) return 1 ;;
	esac
}

# Sorts the tests $2... into boots for kernel $1: boot_tests, boot_mem,
# boot_limit by "KERNEL SMP ICOUNT HOST".
group_tests() {
	local kernel=$1 file key icount host smp mem limit
	shift
	for file in "$@"; do
		runs_on "$file" "$kernel" || continue
		icount=${opt_icount:-$(setting "$file" icount no)}
		smp=${opt_smp:-$(setting "$file" smp 2)}
		[ "$icount" = no ] || smp=1
		host=$(setting "$file" host no)
		mem=$(setting "$file" mem 768)
		limit=$(setting "$file" timeout 120)
		# A kernel that watches itself is slower, and needs more memory.
		case $kernel in
		*-*)
			limit=$((limit * 6))
			mem=$((mem * 2))
			;;
		esac
		# The clock of the host goes on while others have the processor.
		[ "$icount" = yes ] || limit=$((limit * 3))
		key="$kernel $smp $icount $host"
		[ -n "${boot_tests[$key]-}" ] || boots+=("$key")
		boot_tests[$key]+="$file $limit"$'\n'
		[ "$mem" -le "${boot_mem[$key]-0}" ] || boot_mem[$key]=$mem
		# A guest that counts instructions runs several times slower
		# than its clock.
		[ "$icount" = no ] || limit=$((limit * 4))
		boot_limit[$key]=$((${boot_limit[$key]-120} + limit))
	done
}

# What follows is run in one process per boot and writes to descriptor 4,
# whole blocks at a time: a point with its diagnostics.

flush() {
	[ -n "$block" ] || return 0
	flock 5
	printf '%s' "$block" >&4
	flock -u 5
	block=
}

point() {
	flush
	block="$1 - $tag ${current:+$current: }$2"$'\n'
	points=$((points + 1))
	case $1 in
	not*) bad=$((bad + 1)) ;;
	esac
}

comment() {
	block+="# $1"$'\n'
}

# The results port's lines are runner.sh's.
follow_guest() {
	local line status seconds
	while IFS= read -r line; do
		printf '%s\n' "$line" >>"$dir/results"
		case $line in
		'@start '*)
			flush
			current=${line#* }
			current=${current%.sh}
			points=0 bad=0
			[ ! -t 1 ] || comment "$tag $current ..."
			flush
			;;
		'ok - '*) point ok "${line#ok - }" ;;
		'not ok - '*) point 'not ok' "${line#not ok - }" ;;
		'# '*) comment "${line#\# }" ;;
		'@log '*) comment "  | ${line#@log }" ;;
		'@end '*)
			seconds=${line##* }
			status=${line% *}
			status=${status##* }
			if [ "$status" -ne 0 ] && [ "$bad" -eq 0 ]; then
				point 'not ok' "ended with status $status"
			fi
			[ "$current" = 'end of run' ] || {
				[ "$points" -gt 0 ] ||
					point 'not ok' "reported nothing"
				comment "$tag $current: $seconds s"
				ended+=" $current "
			}
			flush
			current=
			;;
		'@success') success=1 ;;
		'@exit '*) exit_status=${line#* } ;;
		esac
	done
}

# The guest did not say that all is well: says where it stopped, and counts
# the tests that it did not run.
report_death() {
	local file name why="the guest died"
	case $exit_status in
	124 | 137) why="the guest did not finish within $limit s" ;;
	esac
	point 'not ok' "$why"
	comment "last lines of the console:"
	block+=$(tail -n 200 "$dir/console" | tr -d '\r' | sed 's/^/#   | /')$'\n'
	block+=$(tail -n 5 "$dir/qemu" | sed 's/^/#   | /')$'\n'
	flush
	while read -r file _; do
		name=$(basename "$file" .sh)
		[ "$name" != "$current" ] || continue
		[[ $ended != *" $name "* ]] || continue
		current=
		point 'not ok' "$name: was not run"
	done <<<"${boot_tests[$1]%$'\n'}"
	flush
}

# run_boot KEY DIR
run_boot() {
	local series smp icount host dir=$2 tag current='' block='' points=0 bad=0
	local success='' exit_status='' ended='' file limit
	# A lock belongs to an open file: each boot needs its own.
	exec 5>"$work/lock"
	read -r series smp icount host <<<"$1"
	tag=$series
	[ "$icount" = no ] || tag+=-icount
	mkdir -p "$dir/job/job" "$dir/job/test/tests"
	while read -r file limit; do
		cp "$file" "$dir/job/test/tests/"
		echo "$(basename "$file") $limit" >>"$dir/job/job/tests"
	done <<<"${boot_tests[$1]%$'\n'}"
	if [ "$host" = yes ]; then
		tag+=-host
		touch "$dir/job/job/host"
	fi
	cp "${initrd[$series]}" "$dir/initrd"
	pack "$dir/job" >>"$dir/initrd"
	limit=${opt_timeout:-${boot_limit[$1]}}
	touch "$dir/console"
	qemu_command "$series" "$dir/initrd" "$smp" \
		"${opt_mem:-${boot_mem[$1]}}" "$icount" "$host" \
		"$dir/console" stdio,id=results,signal=off
	vm_qemu+=(-pidfile "$dir/pid" -name "sr6flow-$tag")
	follow_guest < <(
		status=0
		timeout --foreground -k 5 "$limit" "${vm_qemu[@]}" \
			</dev/null 2>"$dir/qemu" || status=$?
		echo "@exit $status"
	)
	flush
	if [ -z "$success" ] || [ "$exit_status" != 0 ]; then
		report_death "$1"
	fi
	rm -f "$dir/initrd"
	echo '@boot' >&4
}

# Starts boots as processors are free.
schedule() {
	local key used=0 n=0 need pid
	declare -A needs=()
	for key in "${boots[@]}"; do
		read -r _ need _ <<<"$key"
		while [ "$used" -gt 0 ] && [ $((used + need)) -gt $slots ]; do
			wait -n -p pid || true
			used=$((used - needs[$pid]))
		done
		n=$((n + 1))
		run_boot "$key" "$work/$n" &
		needs[$!]=$need
		used=$((used + need))
	done
	wait
}

clean_up() {
	local file
	[ -z "$scheduler" ] || kill "$scheduler" 2>/dev/null || true
	for file in "$work"/*/pid; do
		[ ! -e "$file" ] || kill "$(cat "$file")" 2>/dev/null || true
	done
	if [ -n "$keep_log" ]; then
		for file in "$work"/*/results "$work"/*/console; do
			[ ! -e "$file" ] || { echo "== ${file#"$work"/}"; cat "$file"; }
		done >"$keep_log"
	fi
	rm -rf "$work"
}

kernels=6.1
stock=()
opt_icount=
opt_smp=
opt_mem=
opt_timeout=
keep_log=
scheduler=
tests=()
while [ $# -gt 0 ]; do
	case $1 in
	--kernel | --smp | --mem | --timeout | --keep-log)
		[ $# -ge 2 ] || usage
		case $1 in
		--kernel) kernels=$2 ;;
		--smp) opt_smp=$2 ;;
		--mem) opt_mem=$2 ;;
		--timeout) opt_timeout=$2 ;;
		--keep-log) keep_log=$(realpath -m "$2") ;;
		esac
		shift
		;;
	--stock) stock=(--stock) ;;
	--icount) opt_icount=yes ;;
	-*) usage ;;
	all) kernels=all ;;
	*)
		if [ -f "$1" ]; then
			tests+=("$(realpath "$1")")
		elif [ -f "$here/tests/${1%.sh}.sh" ]; then
			tests+=("$here/tests/${1%.sh}.sh")
		else
			die "no test '$1' in test/vm/tests: there are $(cd "$here/tests" && echo *.sh)"
		fi
		;;
	esac
	shift
done
[ "$kernels" != all ] || kernels='6.1 6.12'
[ ${#tests[@]} -gt 0 ] || tests=("$here"/tests/*.sh)

need_programs qemu-system-x86_64 cpio timeout flock
mkdir -p "$vm_build"
work=$(mktemp -d "$vm_build/run.XXXXXX")
trap clean_up EXIT
trap 'exit 143' TERM
trap 'exit 130' INT

boots=()
declare -A boot_tests=() boot_mem=() boot_limit=() initrd=()
for kernel in $kernels; do
	group_tests "$kernel" "${tests[@]}"
done
[ ${#boots[@]} -gt 0 ] || die "none of these tests is meant for kernel $kernels"
for kernel in $kernels; do
	"$here/kernels.sh" fetch "$kernel"
	initrd[$kernel]=$work/initrd-$kernel
	"$here/initramfs.sh" "${stock[@]}" "$kernel" "${initrd[$kernel]}"
done
# Boots with one processor first: two of them run side by side.
readarray -t boots < <(printf '%s\n' "${boots[@]}" | sort -s -n -k 2,2)

mkfifo "$work/points"
# Opened for both so that neither end waits for the other.
exec 4<>"$work/points"
(
	trap 'echo @done >&4' EXIT
	trap 'kill $(jobs -p) 2>/dev/null; exit 143' TERM
	schedule
) &
scheduler=$!
number=0 passed=0 failed=0 skipped=0 booted=0
while IFS= read -r line <&4; do
	case $line in
	'@done') break ;;
	'@boot')
		booted=$((booted + 1))
		continue
		;;
	'ok - '*' # SKIP '*) skipped=$((skipped + 1)) ;;
	'ok - '*) passed=$((passed + 1)) ;;
	'not ok - '*) failed=$((failed + 1)) ;;
	*)
		printf '%s\n' "$line"
		continue
		;;
	esac
	number=$((number + 1))
	printf '%s\n' "${line%% - *} $number - ${line#* - }"
done
# A boot that broke off on this side has reported nothing.
if [ "$booted" -ne ${#boots[@]} ]; then
	failed=$((failed + 1))
	echo "not ok $((number + 1)) - all guests ran: $booted of ${#boots[@]}"
fi
echo "$passed passed, $failed failed$([ "$skipped" -eq 0 ] || echo ", $skipped skipped")"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
