# SPDX-License-Identifier: GPL-2.0-only
#
# Sourced by the host-side scripts of the bench: places, messages, and the
# one QEMU command line.
# shellcheck shell=bash
# shellcheck disable=SC2034 # used by the scripts that source this file

# System programs lie in sbin, which a plain user's path leaves out.
PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin

vm_src=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
top=$(cd "$vm_src/../.." && pwd)
build=${B:-build}
case $build in
/*) ;;
*) build=$top/$build ;;
esac
vm_build=$build/vm

# Words for the command line of each kernel. no_timer_check: whether the timer ticks is
# not to be seen in a moment when the host has something else to do.
vm_boot_words="console=ttyS0 panic=-1 oops=panic mitigations=off no_timer_check tsc=reliable"
vm_boot_words+=" cryptomgr.notests random.trust_cpu=on watchdog_thresh=60 net.ifnames=0"
vm_boot_words+=" rcupdate.rcu_cpu_stall_timeout=100 workqueue.watchdog_thresh=100"

say() {
	echo "vm: $*" >&2
}

die() {
	echo "vm: $*" >&2
	exit 1
}

# Two at a time would get into each other's way.
update_lists() {
	say "updating the package lists"
	(
		flock 8
		apt-get -qq update >&2
	) 8>"$vm_build/.lists.lock" || say "apt-get update failed"
}

need_programs() {
	local prog
	for prog in "$@"; do
		type -P "$prog" >/dev/null ||
			die "program $prog is not installed: see deps.txt for the packages that the bench needs"
	done
}

# Packs a folder as an initramfs archive, to stdout.
pack() {
	(cd "$1" && find . -mindepth 1 -print0 | sort -z |
		cpio --quiet --null -o -H newc -R 0:0)
}

# Sets the array vm_qemu to the command that boots a guest.
#   qemu_command SERIES INITRD SMP MEM ICOUNT HOST CONSOLE CHARDEV
# SMP is a number of CPUs, MEM in MiB, ICOUNT "yes" for a clock that counts
# instructions, HOST "yes" to show the guest this machine's files, CONSOLE the
# file for the kernel's console (ttyS0), CHARDEV the back end, in QEMU's words,
# of the results port (ttyS1).  The environment variable VM_CPU names another
# processor than the one with all that QEMU has; what VM_APPEND adds to the
# kernel's command line, words such as VM_SEED=7, tests have as variables. A clock that
# counts instructions begins at the same date each time, and random numbers begin with
# QEMU_SEED, default 1.
qemu_command() {
	local series=$1 initrd=$2 smp=$3 mem=$4 icount=$5 host=$6
	local console=$7 chardev=$8 loglevel=5 flavour=
	local accel=(-accel "tcg,thread=multi" -smp "$smp")

	if [ "$icount" = yes ]; then
		accel=(-accel tcg -icount "shift=0,sleep=off" -smp 1
			-rtc "base=2026-11-01T00:00:00,clock=vm" -seed "${QEMU_SEED:-1}")
	fi
	# A warning out of an interrupt would be another one: the serial console
	# takes a lock that PROVE_RAW_LOCK_NESTING does not allow there.
	case $series in
	*-*) loglevel=4 ;;
	esac
	# Injected faults are for all caches but those of what watches the kernel:
	# it allocates when it likes, which would move the numbers of the others.
	# KASAN takes good addresses for wild ones in an interrupt that comes when
	# the kernel has forgotten for a moment that it has five levels of tables.
	# Where instructions are counted, each takes a nanosecond. This kernel runs
	# about twenty of them where the distribution's runs one, and tests that live
	# by the clock would never be in time: the counter of its clock counts those
	# nanoseconds, and it is told that twenty are one.
	# An emulated processor needs longer to come across a place that is watched
	# for races.
	case $series in
	*-debug)
		flavour="no5lvl slub_debug=-,debug_objects_cache,kmemleak_object,kmemleak_scan_area;A,*"
		[ "$icount" = no ] || flavour+=" tsc_early_khz=20000000"
		;;
	*-kcsan) flavour="kcsan.skip_watch=200 kcsan.udelay_task=1000 kcsan.udelay_interrupt=300" ;;
	esac
	vm_qemu=(qemu-system-x86_64 -M q35 -cpu "${VM_CPU:-max}" -m "$mem" "${accel[@]}"
		-nodefaults -no-user-config -display none -no-reboot
		-kernel "$("$vm_src/kernels.sh" image "$series")"
		-initrd "$initrd"
		-append "$vm_boot_words loglevel=$loglevel norandmaps log_buf_len=4M $flavour ${VM_APPEND-}"
		-serial "file:$console"
		-chardev "$chardev" -serial "chardev:results")
	# Files of several file systems, whose inode numbers may be the same.
	if [ "$host" = yes ]; then
		vm_qemu+=(-virtfs "local,path=/,mount_tag=host,security_model=none,readonly=on,multidevs=remap")
	fi
}
