#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Records single packets in guests, instruction by instruction.
#
#   run.sh [--kernel 6.1|6.12|all] [--case PATTERN]...
#
# PATTERN chooses cases such as "nft.src.2", "legacy.*" or "shared": README.md.
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

trace_kernel() {
	local kernel=$1 release file i
	"$here/../../vm/kernels.sh" fetch "$kernel"
	release=$("$here/../../vm/kernels.sh" release "$kernel")
	rm -rf "${work:?}"/*
	mkdir -p "$work/job/job" "$work/job/root"
	for file in "$here/agent.sh" "$here/../lib.sh" "$here/../path_lib.sh" \
		"$build/bench/bin/bench_flows" \
		"$build/bench/module/$release/test/bench/inject/sr6flow_inject.ko"; do
		[ -e "$file" ] || die "$file is not built: run make bench-programs"
		cp "$file" "$work/job/root/"
	done
	echo 'exec bash ./agent.sh </dev/ttyS1' >"$work/job/job/command"
	"$here/../../vm/initramfs.sh" "$kernel" "$work/initrd"
	pack "$work/job" >>"$work/initrd"
	# More than one CPU, or the kernel would have removed the lock prefixes.
	qemu_command "$kernel" "$work/initrd" 4 768 no no "$work/console" \
		"socket,id=results,path=$work/agent,server=on,wait=off"
	for i in "${!vm_qemu[@]}"; do
		case ${vm_qemu[i]} in
		# The others stand still while one is traced.
		tcg,thread=multi) vm_qemu[i]=tcg,thread=single ;;
		esac
	done
	"${vm_qemu[@]}" -chardev "socket,id=gdb,path=$work/gdb,server=on,wait=off" \
		-gdb chardev:gdb </dev/null &
	TRACE_FOLDER=$work TRACE_CASES="${patterns[*]}" \
		TRACE_MODULE=$build/module/$release/ip_set_hash_sr6flow.ko \
		gdb -batch -nx -x "$here/trace.py" 3>&1 >/dev/null
	wait $!
}

kernels='6.1 6.12'
patterns=()
while [ $# -gt 0 ]; do
	[ $# -ge 2 ] || usage
	case $1 in
	--kernel) kernels=${2/#all/6.1 6.12} ;;
	--case) patterns+=("$2") ;;
	*) usage ;;
	esac
	shift 2
done
[ ${#patterns[@]} -gt 0 ] || patterns=('*')

need_programs qemu-system-x86_64 cpio gdb
# Sockets have short names.
work=$(mktemp -d)
trap 'kill $(jobs -p) 2>/dev/null || true; rm -rf "$work"' EXIT
trap 'exit 143' TERM
trap 'exit 130' INT
for kernel in $kernels; do
	echo "kernel $kernel"
	trace_kernel "$kernel"
done
