#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Run tests in full Debian systems, with the packages of this tree:
#
#   run.sh [--release bookworm|trixie|all] [--keep DIR] [TEST...]
#
# TEST is the name of one in test/packages/tests; without any, all of them. A test says in
# its head how it wants to be run:
#
#   # packages: boots=stable,next disk=installed limit=900
#
# boots   the kernel of each boot of the test, in this order
# disk    "fresh": a system without our packages; "installed": the one that the test
#         install left behind
# limit   seconds for all boots together
#
# Print points as ../vm/run.sh does. --keep keeps disks, consoles and results.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=test/vm/common.sh
. "$here/../vm/common.sh"

usage() {
	sed -n '/^#   run/,/^#$/s/^# *//p' "${BASH_SOURCE[0]}" >&2
	exit 2
}

number=0 passed=0 failed=0

point() {
	number=$((number + 1))
	case $1 in
	ok) passed=$((passed + 1)) ;;
	*) failed=$((failed + 1)) ;;
	esac
	echo "$1 $number - $release $test: $2"
}

# head_of TEST KEY: a word of the test's head
head_of() {
	sed -n "s/^# packages: .*\<$2=\([^ ]*\).*/\1/p" "$here/tests/$1.sh"
}

# The results port's lines, see boot.sh.
follow() {
	local line
	while IFS= read -r line; do
		case $line in
		'ok - '*) point ok "${line#ok - }" ;;
		'not ok - '*) point 'not ok' "${line#not ok - }" ;;
		'# '*) echo "$line" ;;
		@success) success=1 ;;
		'@exit '*) exit_status=${line#* } ;;
		esac
	done
}

# What udev loads for this machine and nobody needs takes much of the time of a boot.
no_drivers=module_blacklist=kvm,kvm_amd,kvm_intel,ahci,iTCO_wdt,lpc_ich,i2c_i801,powernow_k8,acpi_cpufreq

# boot KERNEL NUMBER: one boot of the test, true if it passed
boot() {
	local console=$dir/console.$2 success='' exit_status='' before=$failed
	echo "$test $2" >"$dir/job/boot"
	tar -C "$dir/job" -cf "$dir/job.tar" .
	qemu=(qemu-system-x86_64 -M q35 -cpu "max,svm=off" -m 2048
		-accel "tcg,thread=multi" -smp 2
		-nodefaults -no-user-config -display none -no-reboot -device virtio-rng-pci
		-kernel "$image/$1.kernel" -initrd "$image/$1.initrd"
		-append "root=/dev/vda rw systemd.show_status=error $vm_boot_words $no_drivers"
		-drive "file=$dir/disk,if=virtio,format=qcow2,cache=unsafe"
		-drive "file=$dir/job.tar,if=virtio,format=raw,readonly=on"
		-serial "file:$console"
		-chardev "stdio,id=results,signal=off" -serial chardev:results
		-serial "file:$dir/log.$2")
	follow < <(
		status=0
		timeout --foreground -k 5 $((limit - SECONDS)) "${qemu[@]}" \
			</dev/null 2>"$dir/qemu" || status=$?
		echo "@exit $status"
	)
	if [ -z "$success" ] || [ "$exit_status" != 0 ]; then
		if [ "$failed" -eq "$before" ] || [ "$exit_status" != 0 ]; then
			point 'not ok' "boot $2 ends in time and well (status $exit_status)"
		fi
		tail -n 100 "$dir/log.$2" "$console" "$dir/qemu" | tr -d '\r' | sed 's/^/#   | /'
		return 1
	fi
}

# run_test: all boots of the test on the release
run_test() {
	local backing=$image/disk format=raw n=0 kernel dir=$work/$release/$test limit
	if [ "$(head_of "$test" disk)" = installed ]; then
		backing=$work/$release/install/disk format=qcow2
		[ -e "$work/$release/install/passed" ] || {
			point 'not ok' "was not run: install has not passed"
			return
		}
	fi
	rm -rf "$dir"
	mkdir -p "$dir/job"
	cp -r "$here" "$here/../vm" "$dir/job/"
	cp -r "$debs" "$dir/job/debs"
	qemu-img create -q -f qcow2 -b "$backing" -F "$format" "$dir/disk"
	SECONDS=0
	limit=$(head_of "$test" limit)
	for kernel in $(head_of "$test" boots | tr , ' '); do
		n=$((n + 1))
		boot "$kernel" "$n" || return 0
		echo "# $release $test: boot $n over after $SECONDS s"
	done
	touch "$dir/passed"
	# Later tests begin with the disk of this one.
	[ -n "$keep" ] || [ "$test" = install ] || rm -rf "$dir"
}

releases='bookworm trixie'
keep=
tests=()
while [ $# -gt 0 ]; do
	case $1 in
	--release)
		[ "${2-}" = all ] || releases=${2-}
		shift
		;;
	--keep)
		keep=${2-}
		shift
		;;
	-*) usage ;;
	*)
		[ -e "$here/tests/$1.sh" ] ||
			die "no test '$1' in test/packages/tests"
		tests+=("$1")
		;;
	esac
	shift
done
[ ${#tests[@]} -gt 0 ] || mapfile -t tests < <(cd "$here/tests" && basename -s .sh -a ./*)
need_programs qemu-system-x86_64 qemu-img timeout
mkdir -p "$build/packages"
work=${keep:-$(mktemp -d "$build/packages/run.XXXXXX")}
[ -n "$keep" ] || trap 'rm -rf "$work"' EXIT
trap 'exit 143' TERM
trap 'exit 130' INT

# install is first: the others begin with what it leaves behind.
for release in $releases; do
	image=$("$here/image.sh" "$release")
	debs=$("$here/debs.sh" "$release")
	[ -e "$work/$release/install/passed" ] || tests=(install "${tests[@]/#install/}")
	for test in "${tests[@]}"; do
		[ -z "$test" ] || run_test
	done
done
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
