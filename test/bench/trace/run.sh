#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Records single packets in guests, instruction by instruction.
#
#   run.sh [--kernel 6.1|6.12|all] [--case PATTERN]... [--out DIR]
#
# PATTERN chooses cases such as "nft.src.2", "legacy.*" or "shared".  Figures
# come to stdout, tables to DIR/trace-KERNEL.md: README.md.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=test/vm/common.sh
. "$here/../../vm/common.sh"

# As in the bench: rep movs is one instruction per round.
export VM_CPU=max,-erms,-fsrm

usage() {
	sed -n '/^#   run/,/^#$/s/^# *//p' "${BASH_SOURCE[0]}" >&2
	exit 2
}

# The QEMU command of the bench, and what a trace needs: sockets, a folder that
# the guest can write to, and CPUs that take turns (the others stand still when
# one is stepped, and accesses that lock are seen like others).
trace_command() {
	local i
	qemu_command "$1" "$work/initrd" 4 768 no no "$work/console" \
		"socket,id=results,path=$work/agent,server=on,wait=off"
	for i in "${!vm_qemu[@]}"; do
		case ${vm_qemu[i]} in
		tcg,thread=multi) vm_qemu[i]=tcg,thread=single ;;
		console=*) vm_qemu[i]+=' nokaslr' ;;
		esac
	done
	vm_qemu+=(-chardev "socket,id=gdb,path=$work/gdb,server=on,wait=off"
		-gdb chardev:gdb
		-monitor "unix:$work/monitor,server=on,wait=off"
		-virtfs "local,path=$work/share,mount_tag=share,security_model=none")
}

trace_kernel() {
	local kernel=$1 release modules file
	"$here/../../vm/kernels.sh" fetch "$kernel"
	release=$("$here/../../vm/kernels.sh" release "$kernel")
	modules=$build/bench/module/$release/test/bench
	rm -rf "${work:?}"/*
	mkdir -p "$work/job/job" "$work/job/root" "$work/share"
	for file in "$here/agent.sh" "$here/../lib.sh" "$here/../path_lib.sh" \
		"$build/bench/bin/bench_flows" \
		"$modules/inject/sr6flow_inject.ko" \
		"$modules/floor/sr6flow_floor.ko"; do
		[ -e "$file" ] || die "$file is not built: run make bench-programs"
		cp "$file" "$work/job/root/"
	done
	echo 'exec bash ./agent.sh </dev/ttyS1' >"$work/job/job/command"
	"$here/../../vm/initramfs.sh" "$kernel" "$work/initrd"
	pack "$work/job" >>"$work/initrd"
	trace_command "$kernel"
	/usr/bin/python3 "$here/trace.py" "$work" \
		"$build/module/$release/ip_set_hash_sr6flow.ko" \
		"$out/trace-$kernel.md" "${patterns[@]}" -- "${vm_qemu[@]}"
}

kernels='6.1 6.12'
patterns=()
out=$build/bench/out
while [ $# -gt 0 ]; do
	case $1 in
	--kernel | --case | --out)
		[ $# -ge 2 ] || usage
		case $1 in
		--kernel) kernels=${2/#all/6.1 6.12} ;;
		--case) patterns+=("$2") ;;
		--out) out=$(realpath -m "$2") ;;
		esac
		shift
		;;
	*) usage ;;
	esac
	shift
done

[ ${#patterns[@]} -gt 0 ] || patterns=('*')

need_programs qemu-system-x86_64 cpio objdump addr2line pahole
export PYTHONDONTWRITEBYTECODE=1
/usr/bin/python3 "$here/test_x86.py"
mkdir -p "$out"
# Sockets have short names.
work=$(mktemp -d)
trap 'kill $(jobs -p) 2>/dev/null || true; rm -rf "$work"' EXIT
trap 'exit 143' TERM
trap 'exit 130' INT
for kernel in $kernels; do
	echo "kernel $kernel"
	trace_kernel "$kernel"
done
