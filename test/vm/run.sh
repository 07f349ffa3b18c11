#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Runs tests in guests and shows their points as they come.
#
#   run.sh [--kernel 6.1|6.12|6.1-debug|6.1-kcsan|all | --quick | --rest | --short]
#          [--stock] [--icount yes|no] [--smp N] [--mem MIB] [--timeout S] [--keep-log FILE]
#          [TEST...]
#
# TEST is a file or the name of one in test/vm/tests; without any, all of them
# on one kernel (6.1 unless --kernel says otherwise).  "run.sh all" is all of
# them on the distribution's kernels, --quick those of make check on 6.1, --rest
# all that --quick leaves out, --short those of make check-debug-short on 6.1-debug.
#
# A test says in its head how it wants to be run:
#
#   # vm: smp=1 icount=no host=no kernels=6.1,6.12 debug=yes quick=no mem=768 timeout=120 seconds=10
#
# A test for 6.1 also runs on 6.1-debug, unless it says debug=no because of what it
# measures there; debug=short is for those of --short, beside those that name that
# kernel and run on it only.
# Tests that agree in kernel, smp, icount and host share boots, by the seconds of the
# host that they say they take on an idle machine. Boots run side by side, one on each
# of the host's processors, the longest first; one that needs more processors takes as
# many. --icount, --smp and --mem overrule what tests say. timeout is a test's
# limit in the guest's seconds, on a machine with nothing else to do; --timeout is the
# limit of one boot in the host's, by default what the tests may take together.
# --stock runs without project files that are not built. --keep-log collects the
# consoles and results ports of all guests.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=test/vm/common.sh
. "$here/common.sh"
shopt -s extglob

# Emulated processors at work at the same time. A guest may need 2 GiB.
slots=$(awk -v cpus="$(nproc)" '/^MemAvailable:/ {
	n = int($2 / 2097152)
	print n < 1 ? 1 : n < cpus ? n : cpus }' /proc/meminfo)

usage() {
	sed -n '/^#   run/,/^#$/s/^# *//p' "${BASH_SOURCE[0]}" >&2
	exit 2
}

# read_head FILE: what a test's head says, in head[]
read_head() {
	local word words line
	head=([smp]=1 [icount]=no [host]=no [kernels]="6.1,6.12" [debug]=yes
		[quick]=no [mem]=768 [timeout]=120 [seconds]=10)
	while read -r line; do
		[[ $line == '# vm: '* ]] || continue
		read -ra words <<<"${line#\# vm: }"
		for word in "${words[@]}"; do
			case $word in
			smp=+([0-9]) | mem=+([0-9]) | timeout=+([0-9]) | seconds=+([0-9]) | \
				kernels=@(6.1|6.12|6.1-debug|6.1-kcsan)*(,@(6.1|6.12|6.1-debug|6.1-kcsan)) | \
				icount=@(yes|no) | host=@(yes|no) | quick=@(yes|no) | \
				debug=@(yes|no|short))
				head[${word%%=*}]=${word#*=} ;;
			*) die "$1: '$word' is not smp=N, icount=, host=, quick=yes|no, kernels=6.1,..., debug=yes|no|short, mem=N, timeout=N or seconds=N" ;;
			esac
		done
		return
	done <"$1"
	die "$1: there is no line '# vm: ...'"
}

# runs_on KERNEL: whether the test of head[] is wanted on it
runs_on() {
	case $only:$1:${head[quick]} in
	quick:6.1:no | rest:6.1:yes) return 1 ;;
	esac
	case ,${head[kernels]}, in
	*,"$1",*) return 0 ;;
	*,"${1%%-*}",*)
		[ "${head[debug]}" != no ] &&
			{ [ "$only" != short ] || [ "${head[debug]}" = short ]; }
		;;
	*) return 1 ;;
	esac
}

# heads KERNEL TEST...: the tests that are wanted on it, the longest first, each
# as "SECONDS SMP ICOUNT HOST MEM TIMEOUT FILE"
heads() {
	local kernel=$1 file
	shift
	for file in "$@"; do
		read_head "$file"
		runs_on "$kernel" || continue
		[ -z "$opt_icount" ] || head[icount]=$opt_icount
		[ -z "$opt_smp" ] || head[smp]=$opt_smp
		[ "${head[icount]}" = no ] || head[smp]=1
		# The debug kernels are slower.
		case $kernel:,${head[kernels]}, in
		*-*:*,"$kernel",*) ;;
		*-*:*) head[seconds]=$((head[seconds] * 8)) ;;
		esac
		echo "${head[seconds]} ${head[smp]} ${head[icount]} ${head[host]} ${head[mem]} ${head[timeout]} $file"
	done | sort -s -k 1,1rn
}

# boot_for SECONDS KEY SMP: sets boot to the number of a boot with room for a test,
# a new one if there is none. Those that run alone have room for all.
boot_for() {
	for boot in "${!boot_key[@]}"; do
		[ "${boot_key[boot]}" = "$2" ] || continue
		[ "$3" -eq 1 ] || return 0
		[ $((boot_seconds[boot] + $1)) -gt "$boot_length" ] || return 0
	done
	boot=${#boot_key[@]}
	boot_key+=("$2")
	boot_mem[boot]=0 boot_seconds[boot]=0 boot_limit[boot]=120 boot_tests[boot]=
}

# Sorts what heads said into boots for kernel $1; what a boot needs, by its number, is
# in boot_key ("KERNEL SMP ICOUNT HOST"), boot_tests, boot_mem, boot_limit and
# boot_seconds.
group_tests() {
	local kernel=$1 list=$2 seconds smp icount host mem limit file boot
	while read -r seconds smp icount host mem limit file; do
		boot_for "$seconds" "$kernel $smp $icount $host" "$smp"
		# They also need more memory.
		case $kernel in
		*-*)
			limit=$((limit * 6))
			mem=$((mem * 2))
			;;
		esac
		# The clock of the host goes on while others have the processor.
		[ "$icount" = yes ] || limit=$((limit * 6))
		boot_tests[boot]+="$file $limit"$'\n'
		boot_seconds[boot]=$((boot_seconds[boot] + seconds))
		[ "$mem" -le "${boot_mem[boot]}" ] || boot_mem[boot]=$mem
		# A guest that counts instructions runs several times slower
		# than its clock.
		[ "$icount" = no ] || limit=$((limit * 8))
		boot_limit[boot]=$((boot_limit[boot] + limit))
	done <<<"$list"
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
	local line status seconds began
	while IFS= read -r line; do
		printf '%s\n' "$line" >>"$dir/results"
		case $line in
		'@start '*)
			flush
			current=${line#* }
			current=${current%.sh}
			points=0 bad=0 began=$SECONDS
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
				comment "$tag $current: $((SECONDS - began)) s, $seconds s in the guest"
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

boot_guest() {
	: >"$dir/results"
	: >"$dir/console"
	follow_guest < <(
		status=0
		timeout --foreground -k 5 "$limit" "${vm_qemu[@]}" \
			</dev/null 2>"$dir/qemu" || status=$?
		echo "@exit $status"
	)
}

# QEMU's emulation of several processors now and then runs half of an instruction that
# the kernel is replacing (int3 in code that boots). Nothing of this project has been
# loaded before the first test begins: such a guest is booted again.
died_at_start() {
	[ -z "$success" ] && ! grep -q '^@start ' "$dir/results" &&
		grep -qE 'Oops|Kernel panic' "$dir/console"
}

# run_boot BOOT DIR
run_boot() {
	local series smp icount host dir=$2 tag current='' block='' points=0 bad=0
	local success='' exit_status='' ended='' file limit again
	# A lock belongs to an open file: each boot needs its own.
	exec 5>"$work/lock"
	read -r series smp icount host <<<"${boot_key[$1]}"
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
	qemu_command "$series" "$dir/initrd" "$smp" \
		"${opt_mem:-${boot_mem[$1]}}" "$icount" "$host" \
		"$dir/console" stdio,id=results,signal=off
	vm_qemu+=(-pidfile "$dir/pid" -name "sr6flow-$tag")
	boot_guest
	for again in 2 3; do
		died_at_start || break
		comment "$tag: the kernel died before the first test, boot $again"
		comment "  | $(grep -m 1 -E 'Oops|BUG|panic' "$dir/console" | tr -d '\r')"
		boot_guest
	done
	flush
	if [ -z "$success" ] || [ "$exit_status" != 0 ]; then
		report_death "$1"
	fi
	rm -f "$dir/initrd"
	block=@boot$'\n'
	flush
}

# Starts boots as processors are free: first those that run alone, so that none of
# the others has to end for them, then the longest first.
schedule() {
	local boot line used=0 need pid order
	declare -A needs=()
	readarray -t order < <(for boot in "${!boot_key[@]}"; do
		read -r _ need _ <<<"${boot_key[boot]}"
		echo "$need ${boot_seconds[boot]} $boot"
	done | sort -k 1,1rn -k 2,2rn)
	for line in "${order[@]}"; do
		read -r need _ boot <<<"$line"
		while [ "$used" -gt 0 ] && [ $((used + need)) -gt "$slots" ]; do
			wait -n -p pid || true
			used=$((used - ${needs[$pid]-0}))
		done
		run_boot "$boot" "$work/$boot" &
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
	wait
	if [ -n "$keep_log" ]; then
		for file in "$work"/*/results "$work"/*/console; do
			[ ! -e "$file" ] || { echo "== ${file#"$work"/}"; cat "$file"; }
		done >"$keep_log"
	fi
	rm -rf "$work"
}

kernels=6.1
only=
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
	--kernel | --icount | --smp | --mem | --timeout | --keep-log)
		[ $# -ge 2 ] || usage
		case $1 in
		--icount) opt_icount=$2 ;;
		--kernel) kernels=$2 ;;
		--smp) opt_smp=$2 ;;
		--mem) opt_mem=$2 ;;
		--timeout) opt_timeout=$2 ;;
		--keep-log) keep_log=$(realpath -m "$2") ;;
		esac
		shift
		;;
	--quick) only=quick kernels=6.1 ;;
	--rest) only=rest kernels=all ;;
	--short) only=short kernels=6.1-debug ;;
	--stock) stock=(--stock) ;;
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
case $opt_icount:$only:$kernels in
@(|yes|no):@(:*|quick:6.1|rest:all|short:6.1-debug)) ;;
*) usage ;;
esac
[ "$kernels" != all ] || kernels='6.1 6.12'
[ ${#tests[@]} -gt 0 ] || tests=("$here"/tests/*.sh)

need_programs qemu-system-x86_64 cpio timeout flock
mkdir -p "$vm_build"
work=$(mktemp -d "$vm_build/run.XXXXXX")
trap clean_up EXIT
trap 'exit 143' TERM
trap 'exit 130' INT

boot_key=() boot_tests=() boot_mem=() boot_limit=() boot_seconds=()
declare -A head=() initrd=()
boot_length=30
total=0
declare -A wanted=()
for kernel in $kernels; do
	wanted[$kernel]=$(heads "$kernel" "${tests[@]}")
	while read -r seconds smp _; do
		[ "$smp" != 1 ] || total=$((total + seconds))
	done <<<"${wanted[$kernel]}"
done
# A boot takes seconds of its own, and long ones leave a processor idle at the end.
[ $((total / slots / 4)) -le $boot_length ] || boot_length=$((total / slots / 4))
for kernel in $kernels; do
	[ -z "${wanted[$kernel]}" ] || group_tests "$kernel" "${wanted[$kernel]}"
done
[ ${#boot_key[@]} -gt 0 ] || die "none of these tests is meant for kernel $kernels"
for kernel in $kernels; do
	"$here/kernels.sh" fetch "$kernel"
	initrd[$kernel]=$work/initrd-$kernel
	"$here/initramfs.sh" "${stock[@]}" "$kernel" "${initrd[$kernel]}"
done

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
if [ "$booted" -ne ${#boot_key[@]} ]; then
	failed=$((failed + 1))
	echo "not ok $((number + 1)) - all guests ran: $booted of ${#boot_key[@]}"
fi
echo "$passed passed, $failed failed$([ "$skipped" -eq 0 ] || echo ", $skipped skipped")"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
