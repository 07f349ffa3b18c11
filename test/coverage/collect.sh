#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Runs what is built in a folder with --coverage, and writes FOLDER/user.info.
#
# usage: collect.sh FOLDER PROGRAM...
#
# PROGRAM is a unit test, or a harness of the fuzzer, fuzz_NAME-replay, which
# gets its kept inputs.
set -euo pipefail

cd "$(dirname "$0")/../.."
folder=$1
shift

# shellcheck source=test/coverage/lcov.sh
. test/coverage/lcov.sh
own=(--base-directory "$PWD" --no-external)

units=()
harnesses=()
for program; do
	case $program in
	*-replay) harnesses+=("$program") ;;
	*) units+=("$program") ;;
	esac
done

find "$folder" -name '*.gcda' -delete
# Tests that have dropped their privileges write counters, too.
umask 0
chmod -R a+rwX "$folder"
# Files that nothing runs count, too.
lcov -c -i "${own[@]}" -d "$folder" -o "$folder/all.info"
test/unit/run.sh "${units[@]}" | tail -n 1
for program in "${harnesses[@]}"; do
	name=$(basename "$program" -replay)
	"$program" "test/fuzz/corpus/$name"/* >/dev/null
done
lcov -c "${own[@]}" -d "$folder" -o "$folder/ran.info"
lcov -a "$folder/all.info" -a "$folder/ran.info" -o "$folder/user.info"
lcov -e "$folder/user.info" "$PWD/lib/*" "$PWD/ipset-ext/*" \
	"$PWD/lmctl/*" "$PWD/kernel/uapi/*" -o "$folder/user.info"
