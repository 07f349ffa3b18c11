#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Runs the linters over this tree, as many at a time as there are processors.
#
# usage: run.sh [CHECK...]
#
# LINT_ONLY  the one file that tidy, cppcheck and shellcheck look at
#
# Every check is one point; it passes only if its tool is there, ran over what
# it is meant for, and printed nothing. The last line is "N passed, N failed".
set -uo pipefail

cd "$(dirname "$0")/../.." || exit 1
# What a make that runs this says about jobs is not for those that this runs.
unset MAKEFLAGS MFLAGS MAKELEVEL
lint=test/lint
out=build/lint
work=$out/made
jobs=$(nproc)
# The slow ones first.
all=(tidy kernel-6.1 kernel-6.12 shellcheck checkpatch cppcheck docs codespell sources floors packages)

# A check without one of its programs ends here, as a failure.
need() {
	local tool
	for tool; do
		command -v "$tool" >/dev/null && continue
		echo "$tool is missing: ./deps.sh test installs it"
		exit 1
	done
}

# files PATTERN...: those of this project, known to git or not.
files() {
	local name match=()
	for name; do
		match+=(-o -path "$name")
	done
	find . \( -path ./build -o -path ./.git \) -prune -o -type f \
		\( "${match[@]:1}" \) -print | sed 's|^\./||' | sort
}

# only LIST: what this function lists, or LINT_ONLY
only() {
	if [ -n "${LINT_ONLY-}" ]; then
		echo "$LINT_ONLY"
	else
		"$1"
	fi
}

kernel_code() {
	files './kernel/*.[ch]' './test/bench/inject/*.[ch]' './test/bench/floor/*.[ch]'
}

# The flags of the build, one a line.
user_flags() {
	echo -std=gnu17
	make --no-print-directory -s lint-flags
}

# compile_kernel SERIES: findings of the compiler at W=1 and of sparse.
compile_kernel() {
	local log=$work/kernel-$1 sources
	local make=(make --no-print-directory B="$work/$1" C=2
		    CF=-D__CHECK_ENDIAN__ MODULE_FLAGS=W=1
		    KERNELRELEASE="$(test/vm/kernels.sh release "$1")"
		    KERNELDIR="$(test/vm/kernels.sh headers "$1")")

	rm -rf "${work:?}/$1"
	if ! "${make[@]}" module bench-module >"$log" 2>&1; then
		tail -n 30 "$log"
		return
	fi
	grep -E -A 4 '(warning|error):' "$log"
	sources=$(kernel_code | grep -c '\.c$')
	[ "$(grep -c '^  CHECK ' "$log")" -eq "$sources" ] ||
		echo "sparse did not see all of the $sources files: $log"
}

check_kernel-6.1() {
	need sparse
	compile_kernel 6.1
}

check_kernel-6.12() {
	need sparse
	compile_kernel 6.12
}

# Debian has checkpatch in the kernel's source only.
checkpatch_unpack() {
	local tar=/usr/src/linux-source-6.1.tar.xz scripts=linux-source-6.1/scripts

	[ "$work/scripts/checkpatch.pl" -nt "$tar" ] && return
	xz -T0 -dc "$tar" | tar -C "$work" -xm --strip-components=1 --occurrence=1 \
		$scripts/checkpatch.pl $scripts/spelling.txt $scripts/const_structs.checkpatch
	# tar is done early, and xz told so by a signal.
	[ -s "$work/scripts/checkpatch.pl" ] && [ -s "$work/scripts/const_structs.checkpatch" ]
}

check_checkpatch() {
	need perl xz
	checkpatch_unpack || echo 'no checkpatch.pl: is linux-source-6.1 installed?'
	kernel_code | xargs perl "$work/scripts/checkpatch.pl" --no-tree --strict \
		--no-summary --terse --show-types -f || echo "checkpatch: status $?"
}

check_tidy() {
	local flags
	need clang-tidy
	mapfile -t flags < <(user_flags)
	# The analyzer gives up on a function after this many states, which takes
	# a sixth of the time that its default does.
	flags+=(-Xclang -analyzer-config -Xclang max-nodes=30000)
	only user_code | xargs -P "$jobs" -I FILE clang-tidy --quiet \
		--warnings-as-errors='*' FILE -- "${flags[@]}" 2>"$work/tidy" ||
		grep -v 'warnings\? generated\|treated as error' "$work/tidy"
}

user_code() {
	files './lib/*.c' './ipset-ext/*.c' './lmctl/*.c' './test/tools/*.c'
}

check_cppcheck() {
	local flags
	need cppcheck
	mapfile -t flags < <(user_flags | grep '^-[DI]')
	only user_code | xargs cppcheck -q --std=c11 --template=gcc --error-exitcode=1 \
		--enable=warning,style,performance,portability \
		--suppressions-list=$lint/cppcheck.suppress "${flags[@]}" \
		-DHASH_NONFATAL_OOM=1 --include=/usr/include/uthash.h \
		--include=/usr/include/utlist.h 2>&1 || echo "cppcheck: status $?"
}

# Every file that a shell reads: by its first line, or its name if it is sourced.
shell_scripts() {
	{
		files '*.sh' '*.bash'
		files '*' | LC_ALL=C xargs awk '
			/^#!.*[\/ ](ba|da)?sh( |$)/ { print FILENAME }
			{ nextfile }'
	} | sort -u
}

check_shellcheck() {
	need shellcheck
	only shell_scripts | xargs -P "$jobs" -n 8 shellcheck -f gcc ||
		echo "shellcheck: status $?"
}

# The corpus of the fuzzers is bytes, and figures are numbers.
check_codespell() {
	need codespell
	files '*' | grep -vE '^test/fuzz/corpus/|\.(png|svg|json)$|^COPYING$' |
		xargs codespell --ignore-words-list="$(sed -n 's/ *#.*//; /./p' $lint/words | paste -sd,)" ||
		echo "codespell: status $?"
}

# What a header declares is described where it is declared or defined, in a
# form that kernel-doc can read.
check_docs() {
	local doc
	need perl ctags
	doc=$(test/vm/kernels.sh headers 6.1)/scripts/kernel-doc
	[ -s "$doc" ] || echo "no kernel-doc in the kernel's headers"
	files '*.[ch]' | xargs perl "$doc" -none 2>&1
	files '*.[ch]' | xargs perl "$doc" -v -none 2>&1 |
		sed -n 's/.* info: Scanning doc for function //p' |
		sort -u >"$work/described"
	# The inside of the library and of the module says it in plain comments;
	# what a command does is in the table of lmctl/cmd/commands.c.
	files './lib/sr6flow.h' './kernel/uapi/*.h' './ipset-ext/*.h' './lmctl/*.h' |
		xargs ctags -x --language-force=C --kinds-C=pf |
		awk '$1 !~ /^cmd_/ { print $1 }' | sort -u >"$work/declared"
	[ -s "$work/declared" ] || echo 'no functions found'
	comm -13 "$work/described" "$work/declared" |
		sed 's/$/: no kernel-doc/'
}

# Nothing of the product uses tests, and a floor of lmctl only those below it: the
# order is that of LMCTL_FLOORS in lmctl/build.mk.
check_floors() {
	local floors
	floors=$(sed -n 's/^LMCTL_FLOORS := //p' lmctl/build.mk)
	[ "$(wc -w <<<"$floors")" -gt 1 ] || echo 'no floors in lmctl/build.mk'
	files './kernel/*.[ch]' './lib/*.[ch]' './ipset-ext/*.[ch]' './lmctl/*.[ch]' |
		xargs grep -oE '^#include "(lmctl/[^/]+|test)/' /dev/null |
		awk -F '[/:"]' -v order="$floors" '
			BEGIN { n = split(order, name, " "); while (n) rank[name[n]] = n-- }
			{ from = $1 == "lmctl" ? $2 : $1; to = $(NF - 1) }
			to == "test" || ($1 != "lmctl") || ($2 != "main.c" && !(from in rank)) ||
			!(to in rank) || rank[to] < rank[from] {
				print substr($0, 1, index($0, ":") - 1) ": includes " to ", which is not below " from
			}' | sort -u
}

# Nothing left open, nothing too long, and a licence on everything.
check_sources() {
	files '*.[ch]' '*.sh' '*.py' '*.mk' '*/Makefile' '*/Kbuild' '*.[1-9]' |
		xargs grep -nE '\b(TO''DO|FIX''ME|X''XX)\b'
	files '*.[ch]' '*.sh' | xargs wc -l |
		awk '$1 > 700 && $2 != "total" { print $2 ": " $1 " lines, 700 at most" }'
	{
		files '*.[ch]' '*.py' '*.mk' '*/Makefile' '*/Kbuild' '*.[1-9]' '*.map'
		shell_scripts
	} | sort -u | xargs awk '
		FNR == 1 { wanted[FILENAME] }
		FNR <= 3 && /SPDX-License-Identifier: GPL-2.0/ { delete wanted[FILENAME] }
		FNR > 3 { nextfile }
		END { for (file in wanted) print file ": no SPDX line in its first three" }'
}

# debian/ agrees with config.mk on the version, with deps.txt on the packages of the
# build, and with lib/sr6flow.map on the symbols.
check_packages() {
	need dpkg-parsechangelog
	diff -u <(sed -n 's/^VERSION := //p' config.mk) \
		<(dpkg-parsechangelog --show-field Version)
	# debhelper depends on dpkg-dev, and build-essential is on every host that builds.
	diff -u <(sed -nE 's/^([a-z0-9-]+) +# (build|lib|ipset-ext|lmctl|deb):.*/\1/p' deps.txt |
			grep -vxE 'gcc|libc6-dev|make|binutils' | sort) \
		<(sed -n '/^Build-Depends:/,/^$/s/^ \([^ ,]*\).*/\1/p' debian/control |
			sed '/^dh-sequence-installsysusers$/d
				s/^dh-sequence-dkms$/dh-dkms/; s/-compat$//' | sort)
	diff -u <(grep -oE '\bsr6flow_[a-z_]+;' lib/sr6flow.map | tr -d ';' | sort) \
		<(sed -n 's/^ \(sr6flow_[a-z_]*\)@.*/\1/p' debian/libsr6flow0.symbols | sort)
}

if [ "${1-}" = --one ]; then
	"check_$2" >"$out/$2.log" 2>&1
	exit 0
fi

[ $# -gt 0 ] || set -- "${all[@]}"
passed=0
failed=0
mkdir -p "$work"
for check; do
	declare -F "check_$check" >/dev/null || { echo "run.sh: no check '$check'" >&2; exit 2; }
	rm -f "$out/$check.log"
done
printf '%s\n' "$@" | xargs -P "$jobs" -n 1 "$lint/run.sh" --one
for check; do
	if [ -f "$out/$check.log" ] && [ ! -s "$out/$check.log" ]; then
		passed=$((passed + 1))
		echo "ok $((passed + failed)) - $check"
	else
		failed=$((failed + 1))
		cat "$out/$check.log"
		echo "not ok $((passed + failed)) - $check"
	fi
done
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
