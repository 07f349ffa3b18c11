#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Plants a fault for every linter into a copy of this tree, and expects that
# its check fails and names the file. Without a path, a tool must be missed.
# The last line is "N passed, N failed".
set -uo pipefail

root=$(cd "$(dirname "$0")/../.." && pwd)
copy=$(mktemp -d)
trap 'rm -rf "$copy"' EXIT
passed=0
failed=0

(cd "$root" && find . \( -path ./build -o -path ./.git \) -prune -o -type f -print0 |
	cpio -0pdm --quiet "$copy") || exit 1
mkdir -p "$copy/build/lint/made"
ln -s "$root/build/vm" "$copy/build/vm"
# Unpacked once is enough.
[ ! -d "$root/build/lint/made/scripts" ] ||
	cp -a "$root/build/lint/made/scripts" "$copy/build/lint/made/"
cd "$copy" || exit 1

point() {
	if [ "$1" -eq 0 ]; then
		passed=$((passed + 1))
		echo "ok $((passed + failed)) - $2"
	else
		failed=$((failed + 1))
		echo "not ok $((passed + failed)) - $2"
	fi
}

# plant CHECK WHAT FILE PATTERN... <<<TEXT: the text at the end of the file
# makes the check fail with a line for each pattern that names the file.
plant() {
	local check=$1 what=$2 file=$3 output status=0 pattern
	shift 3
	cp "$file" "$copy/build/kept"
	cat >>"$file"
	output=$(LINT_ONLY="$file" test/lint/run.sh "$check" 2>&1) && status=1
	for pattern; do
		grep -qE "${file##*/}.*$pattern" <<<"$output" || status=1
	done
	point $status "$check: $what"
	[ $status -eq 0 ] || echo "$output"
	cat "$copy/build/kept" >"$file"
}

# missing CHECK TOOL: a check without its tool fails
mkdir "$copy/build/bin"
ln -s -t "$copy/build/bin" /usr/bin/*
missing() {
	local at output status=0
	at=$(readlink "$copy/build/bin/$2")
	rm "$copy/build/bin/$2"
	output=$(PATH=$copy/build/bin test/lint/run.sh "$1" 2>&1) && status=1
	grep -q "$2 is missing" <<<"$output" || status=1
	point $status "$1: $2 is missing"
	ln -s "$at" "$copy/build/bin/$2"
}

plant checkpatch 'spaces' kernel/dump.c 'LEADING_SPACE|CODE_INDENT' <<'END'
int sr6flow_planted(void)
{
        return 0;
}
END
plant kernel-6.1 'byte order, and no prototype at W=1' kernel/dump.c \
	'restricted __be16' 'no previous prototype' <<'END'
u16 sr6flow_planted(__be16 port)
{
	return port;
}
END
plant tidy 'division by zero' lib/text.c 'DivideZero' <<'END'
int planted(int n);
int planted(int n)
{
	return n == 0 ? 1 / n : n;
}
END
plant cppcheck 'index out of bounds' lib/text.c 'arrayIndexOutOfBounds' <<'END'
int planted(void);
int planted(void)
{
	int a[2] = { 0, 1 };

	return a[2];
}
END
plant shellcheck 'unquoted' test/vm/selftest.sh 'SC2086' <<'END'
planted='a b'
echo $planted
END
# In two parts, so that this file is right.
plant codespell 'misspelt' README.md 'the' <<<"Read t""eh manual."
plant docs 'not described' lib/sr6flow.h 'planted|not described' <<'END'
/**
 * sr6flow_planted() - nothing
 */
int sr6flow_planted(int what);
END
printf 'int sr6flow_planted(int what);\n' >lib/planted.h
cat lib/planted.h >>lib/sr6flow.h
output=$(test/lint/run.sh docs) && status=1 || status=0
grep -q 'sr6flow_planted: no kernel-doc' <<<"$output" || status=1
point "$status" 'docs: no comment at all'
rm lib/planted.h
cp "$root/lib/sr6flow.h" lib/sr6flow.h
plant sources 'open end' lib/text.c 'TO''DO' <<<"/* TO""DO: all of it */"
plant sources 'too long' lib/text.c '700 at most' < <(yes '/* long */' | head -n 700)
plant floors 'an arrow up' lmctl/stamp/stamp.c 'includes engine, which is not below stamp' \
	<<<'#include "lmctl/engine/result.h"'
plant floors 'a test in the product' lib/text.c 'includes test' <<<'#include "test/unit/capture.h"'
plant packages 'another version' config.mk '9\.9\.9' <<<'VERSION := 9.9.9'
printf 'int planted;\n' >lib/planted.c
output=$(test/lint/run.sh sources) && status=1 || status=0
grep -q 'lib/planted.c: no SPDX' <<<"$output" || status=1
point "$status" 'sources: no licence'
rm lib/planted.c
for tool in 'kernel-6.1 sparse' 'checkpatch perl' 'tidy clang-tidy' 'cppcheck cppcheck' \
	    'shellcheck shellcheck' 'codespell codespell' 'docs ctags'; do
	missing "${tool% *}" "${tool#* }"
done

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
