#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Which lines and branches of the kernel module the guest's tests reach.
#
#   kernel.sh TRACEFILE [TEST...]
#
# A module built for gcov takes the place of the ordinary one in the debug
# kernel; TESTs run there one after the other, and what gcov counted comes back
# as text. TRACEFILE is lcov's, with the paths of this tree. By default it
# is every test of the module that the debug kernel runs.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=test/vm/common.sh
. "$here/../vm/common.sh"

[ $# -ge 1 ] || die "usage: kernel.sh TRACEFILE [TEST...]"
out=$(realpath -m "$1")
shift
tests=("$@")
[ ${#tests[@]} -gt 0 ] || tests=(kernel_{attributes,counters,dump,loss,marking,membership,offload,packets,race,set,storm,limits} fault_{netlink,packets,module} ipset_cli library)
series=6.1-debug
module=ip_set_hash_sr6flow.ko

need_programs lcov gcov-12 base64
"$vm_src/kernels.sh" fetch "$series"
release=$("$vm_src/kernels.sh" release "$series")
instrumented=$build/coverage/kernel
make --no-print-directory -C "$top" module MODULE_FLAGS=GCOV_PROFILE=y \
	MODULE_BUILD="$instrumented" KERNELRELEASE="$release" \
	KERNELDIR="$("$vm_src/kernels.sh" headers "$series")" >&2

# The guest's output is the archive alone; what the tests say goes to the log.
archive=$instrumented/counts.tar
"$vm_src/guest.sh" --kernel "$series" --mem 2048 --smp 4 --timeout 7200 \
	--add "$instrumented/$module" --add "$here/kernel_guest.sh" \
	"bash kernel_guest.sh $module ${tests[*]}" |
	tee "$instrumented/guest.log" | sed -n '/^@counts$/,$p' | sed 1d |
	base64 -d >"$archive"
find "$instrumented" -name '*.gcda' -delete
# Beside the notes that the compiler wrote when it built them.
tar -xf "$archive" -C / --wildcards "${instrumented#/}/*.gcda"
lcov --quiet --capture --gcov-tool gcov-12 --rc lcov_branch_coverage=1 \
	--directory "$instrumented" --output-file "$out.part"
lcov --quiet --rc lcov_branch_coverage=1 --extract "$out.part" \
	"$instrumented/kernel/*" --output-file "$out.part"
sed "s,^SF:$instrumented/,SF:$top/," "$out.part" >"$out"
rm "$out.part"
