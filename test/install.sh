#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# make install and uninstall into an empty folder: everything is where it
# should be, a program can be built against the library, and nothing is left.
set -uo pipefail

cd "$(dirname "$0")/.." || exit 1
dest=$(mktemp -d)
trap 'rm -rf "$dest"' EXIT
passed=0
failed=0

check() {
	local name=$1
	shift
	if "$@" >"$dest.log" 2>&1; then
		passed=$((passed + 1))
		echo "ok - $name"
	else
		failed=$((failed + 1))
		echo "not ok - $name"
		sed 's/^/# /' "$dest.log"
	fi
	rm -f "$dest.log"
}

release=$(test/vm/kernels.sh release 6.1)
make=(make --no-print-directory DESTDIR="$dest" PREFIX=/usr
	KERNELRELEASE="$release" KERNELDIR="$(test/vm/kernels.sh headers 6.1)")
triplet=$(gcc -print-multiarch)
lib=$dest/usr/lib/$triplet

builds_against_it() {
	local flags
	flags=$(PKG_CONFIG_PATH=$lib/pkgconfig PKG_CONFIG_SYSROOT_DIR=$dest \
		pkg-config --cflags --libs sr6flow) || return 1
	cat >"$dest/program.c" <<-'END'
		#include <stdio.h>
		#include <sr6flow.h>
		int main(void)
		{
			struct sr6flow_flow flow;
			char text[SR6FLOW_FLOW_STRLEN], error[128];

			if (sr6flow_flow_parse(&flow, "a=fcff::1", error, sizeof(error)))
				return 1;
			return puts(sr6flow_flow_format(&flow, text)) < 0;
		}
	END
	# shellcheck disable=SC2086 # a list
	gcc -Wall -Werror -o "$dest/program" "$dest/program.c" $flags &&
		[ "$(LD_LIBRARY_PATH=$lib "$dest/program")" = a=fcff::1 ] &&
		rm "$dest/program" "$dest/program.c"
}

manual_is_clean() {
	test -s "$1" && [ -z "$(groff -man -ww -z -K utf8 "$1" 2>&1 | tee /dev/stderr)" ]
}

# The sandbox is part of what the units are for: lmctl.service had 2.0 when this was
# written, sr6flow-sets.service 2.1.
units_are_right() {
	local unit name

	# Its stop removes this folder of a unit, and what others have in it.
	! grep '^RuntimeDirectory=.*/' "$dest"/usr/lib/systemd/system/* || return
	mkdir "$dest/unit" || return
	for unit in "$dest"/usr/lib/systemd/system/*; do
		name=${unit##*/}
		sed -E "s|^(Exec[A-Za-z]*=)lmctl|\1$dest/usr/sbin/lmctl|" "$unit" >"$dest/unit/$name"
	done
	for unit in "$dest"/unit/*; do
		systemd-analyze verify --man=no "${unit/@/@name}" || return
		[[ $unit = *.timer ]] ||
			systemd-analyze security --offline=true --threshold=25 "$unit" || return
	done
	# Without it, systemd waits for a oneshot unit for ever, and the network for this one.
	grep -q ^TimeoutStartSec= "$dest/unit/sr6flow-sets.service" || return
	# Nobody repairs the sets while they are removed.
	grep -q ^PartOf=sr6flow-sets.service "$dest/unit/lmctl.service" &&
		grep -q ^PartOf=sr6flow-sets@%i.service "$dest/unit/lmctl@.service" || return
	systemd-sysusers --dry-run --root="$dest" lmctl.conf &&
		rm -r "$dest/unit"
}

# fish_offers LINE TEXT: the completion for fish offers the text at the end of the line
fish_offers() {
	PATH=$dest/usr/sbin:$PATH fish -c 'source $argv[1]; complete -C $argv[2]' \
		"$dest/usr/share/fish/vendor_completions.d/lmctl.fish" "$1" | grep -x -- "$2"
}

# Every installed file is in one package, and in none twice.
packaged_once() {
	local patterns=(lib/modules) line file n
	mapfile -t -O 1 patterns < <(sed "s|\${env:DEB_HOST_MULTIARCH}|$triplet|; s/ .*//
		s|\${env:UNITDIR}|usr/lib/systemd/system|" debian/*.install | grep ^usr/)
	find "$dest" -type f -o -type l | while read -r file; do
		n=0
		for line in "${patterns[@]}"; do
			# shellcheck disable=SC2053 # a pattern
			[[ ${file#"$dest/"}/ != $line/* ]] || n=$((n + 1))
		done
		[ "$n" -eq 1 ] || echo "${file#"$dest"} is in $n packages"
	done | { ! grep .; }
}

nothing_left() {
	[ -z "$(find "$dest" -type f -o -type l)" ] ||
		{ find "$dest" -type f -o -type l; return 1; }
}

check "make install" "${make[@]}" install
check "the module" test -s "$dest/lib/modules/$release/updates/ip_set_hash_sr6flow.ko"
check "the plug-in" test -s "$lib/ipset/ipset_hash_sr6flow.so"
check "the library" test -s "$lib/libsr6flow.so.0"
check "the static library" test -s "$lib/libsr6flow.a"
check "lmctl" "$dest/usr/sbin/lmctl" --version
check "the example configuration" "$dest/usr/sbin/lmctl" run --check \
	-c "$dest/usr/share/doc/sr6flow/lmctl.conf.example"
check "the units and their user" units_are_right
for page in man8/lmctl.8 man5/lmctl.conf.5 man8/ipset-hash-sr6flow.8 man3/libsr6flow.3; do
	check "the manual page $page" manual_is_clean "$dest/usr/share/man/$page"
done
check "each file is in one package" packaged_once
check "the completion for fish: a command" fish_offers "lmctl pl" "plot	plot the loss.*"
check "the completion for fish: an option" fish_offers "lmctl import --ta" "--table	.*"
check "the completion for fish: a set" fish_offers "lmctl flows " tx
check "the completion for zsh" zsh -n "$dest/usr/share/zsh/vendor-completions/_lmctl"
check "a program can be built against the library" builds_against_it
check "make uninstall" "${make[@]}" uninstall
check "it leaves nothing" nothing_left

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
