#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Builds a kernel that watches itself from the distribution's source, into
# the build folder, with the same layout as a fetched one.
#
#   build.sh 6.1-debug
#
# tinyconfig, base.config and the flavour's own fragment are its configuration.
# A build takes minutes, so its result is kept in $SR6FLOW_CACHE, by default
# ~/.cache/sr6flow, under the version of the source and of these files.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=test/vm/common.sh
. "$here/../common.sh"

[ $# -eq 1 ] || die "usage: build.sh SERIES-FLAVOUR"
series=$1
source_package=linux-source-${series%%-*}
flavour=${series#*-}
fragment=$here/$flavour.config
[ -e "$fragment" ] || die "$series: there is no $fragment"
cache=${SR6FLOW_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/sr6flow}
dir=$vm_build/$series

# Trees of which only the Kconfig files are wanted: they are most of the source.
unpack_source() {
	local tree skip=()
	for tree in drivers/gpu/drm drivers/media drivers/infiniband \
		drivers/staging drivers/iio drivers/scsi drivers/usb \
		drivers/net/wireless drivers/net/ethernet sound; do
		skip+=("--exclude=$source_package/$tree/*.[chS]")
	done
	tar -xf "/usr/src/$source_package.tar.xz" --strip-components=1 \
		--anchored "${skip[@]}"
}

# Fails unless every line of the fragments is in the configuration: an option
# whose dependencies are not met would silently be left out.
configure() {
	local wanted
	make -s tinyconfig
	cat "$here/base.config" "$fragment" >wanted.config
	scripts/kconfig/merge_config.sh -m .config wanted.config
	make -s olddefconfig
	while read -r wanted; do
		case $wanted in
		CONFIG_*=n) ! grep -q "^${wanted%=n}=" .config ;;
		CONFIG_*) grep -qxF "$wanted" .config ;;
		esac || die "$series: the configuration does not take $wanted"
	done <wanted.config
}

# What modules are built with: all else of the tree is of no use afterwards.
keep_headers() {
	local to=$1/headers/usr/src/linux-headers-$2
	mkdir -p "$to/arch" "$to/tools/objtool"
	cp -r .config Makefile Kbuild Module.symvers include scripts "$to/"
	cp -r --parents arch/x86/include arch/x86/Makefile* "$to/"
	[ ! -e tools/objtool/objtool ] || cp tools/objtool/objtool "$to/tools/objtool/"
}

build() {
	local out=$1 log=$vm_build/$series.log release
	say "$series: building $source_package $version, which takes some minutes"
	unpack_source
	configure >"$log" 2>&1
	make -s -j"$(nproc)" LOCALVERSION="-$flavour" bzImage modules \
		>>"$log" 2>&1 || die "$series: make failed, see $log"
	release=$(cat include/config/kernel.release)
	mkdir -p "$out/boot"
	make -s modules_install INSTALL_MOD_PATH="$out" DEPMOD=true >>"$log" 2>&1
	cp arch/x86/boot/bzImage "$out/boot/vmlinuz"
	keep_headers "$out" "$release"
	rm -f "$out/lib/modules/$release"/{build,source}
	depmod -b "$out" "$release"
	echo "$release" >"$out/release"
	echo "$source_package=$version $key" >"$out/package"
}

need_programs dpkg-query depmod flock make gcc flex bison bc xz
mkdir -p "$vm_build" "$cache"
exec 9>"$vm_build/.$series.lock"
flock 9
version=$(dpkg-query -W -f '${Version}' "$source_package" 2>/dev/null) ||
	die "$series: the package $source_package is not installed: run ./deps.sh test"
key=$(cat "$here/base.config" "$fragment" "${BASH_SOURCE[0]}" | sha256sum | cut -c1-16)
[ "$(cat "$dir/package" 2>/dev/null)" != "$source_package=$version $key" ] || exit 0

kept=$cache/$series-${version//[!a-zA-Z0-9.+-]/_}-$key
if [ ! -e "$kept" ]; then
	work=$(mktemp -d "$vm_build/.$series.tmp.XXXXXX")
	trap 'rm -rf "$work"' EXIT
	mkdir "$work/source" "$work/out"
	(cd "$work/source" && build "$work/out")
	# Older builds of it are of no use any more.
	rm -rf "$cache/$series"-* "$kept.part.$$"
	cp -a "$work/out" "$kept.part.$$"
	mv "$kept.part.$$" "$kept"
fi
rm -rf "$dir"
cp -a "$kept" "$dir"
say "$series: $(cat "$dir/release") is ready"
