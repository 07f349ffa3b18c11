#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# What guest tests reach of the module: runs them in the debug kernel with a
# module that is built with gcov, and writes FOLDER/module.info.
#
# usage: kernel.sh FOLDER [TEST...]
#
# The folder has a module of its own; all else of the build is that of the tree.
# Tests are those of test/vm/run.sh: without any, all that are meant for the
# kernel. The last line is that of run.sh.
set -euo pipefail

cd "$(dirname "$0")/../.."
series=6.1-debug
folder=$1
shift
log=$folder/guests.log
data=$folder/gcov
status=0

# shellcheck source=test/coverage/lcov.sh
. test/coverage/lcov.sh

mkdir -p "$folder"
folder=$(realpath "$folder")
for part in vm lib lmctl ipset-ext test; do
	ln -sfn "$PWD/build/$part" "$folder/$part"
done
test/vm/kernels.sh fetch $series
release=$(test/vm/kernels.sh release $series)
module=$folder/module/$release
make --no-print-directory -s module B="$folder" MODULE_FLAGS='KCOV_INSTRUMENT=y GCOV_PROFILE=y' \
	KERNELRELEASE="$release" KERNELDIR="$(test/vm/kernels.sh headers $series)" \
	>"$folder/build.log"

rm -rf "$data"
B=$folder test/vm/run.sh --kernel $series --keep-log "$log" "$@" || status=$?

# Every boot has counted for itself.
traces=()
while read -r archive; do
	boot=$data/${#traces[@]}
	mkdir -p "$boot"
	base64 -d <<<"$archive" | tar -C "$boot" -xf -
	cp "$module"/kernel/*.gcno "$boot/"
	lcov -c -d "$boot" -o "$boot.all"
	lcov -e "$boot.all" "$module/kernel/*" -o "$boot.info"
	traces+=(-a "$boot.info")
done < <(sed -n 's/^@gcov //p' "$log")
[ ${#traces[@]} -gt 0 ] || {
	echo "kernel.sh: no guest has told what ran: $log" >&2
	exit 1
}
lcov "${traces[@]}" -o "$folder/module.info"
exit $status
