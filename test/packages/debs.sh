#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Build the Debian packages of this tree on a Debian release, and print the folder that
# holds them, build/packages/RELEASE/debs:
#
#   debs.sh bookworm|trixie
#
# The release is a folder in the cache, with what the packages need to build.
set -euo pipefail

# shellcheck source=test/packages/release.sh
. "$(dirname "${BASH_SOURCE[0]}")/release.sh"
key=$(cat "$here/debs.sh" "$top/debian/control" | sha256sum | cut -c 1-16)
root=$cache/$release-build-$key
debs=$build/packages/$release/debs

if [ ! -e "$root" ]; then
	need_programs mmdebstrap
	[ "$(id -u)" -eq 0 ] || die "only root can make a system of $release"
	say "making a system of $release to build packages in"
	mirror=$(archive debian)
	mkdir -p "$cache"
	rm -rf "$root.new"
	mmdebstrap --quiet --mode=root --variant=apt --format=directory \
		--aptopt='APT::Install-Recommends "false"' --include=build-essential,lintian \
		--customize-hook="mkdir -p \"\$1/src/debian\"" \
		--customize-hook="cp '$top/debian/control' \"\$1/src/debian/\"" \
		--customize-hook='chroot "$1" apt-get build-dep -qq -y /src >/dev/null' \
		"$release" "$root.new" "$mirror" >&2
	mv "$root.new" "$root"
fi

# Packages of the same files need not be built again.
made_of=$(cd "$top" && find Makefile Kbuild config.mk kernel lib ipset-ext lmctl debian -type f \
	-print0 | sort -z | xargs -0 sha256sum | sha256sum)
if [ "$(cat "$debs.made-of" 2>/dev/null)" = "$made_of" ]; then
	echo "$debs"
	exit
fi
say "building packages on $release"
rm -rf "$root/src" "$debs"
mkdir -p "$root/src" "$debs"
tar -C "$top" -c --exclude-vcs --exclude=./build . | tar -C "$root/src" -x
# make check runs the unit tests, on the machine's own compiler.
chroot "$root" env -i PATH="$PATH" LC_ALL=C.UTF-8 DEB_BUILD_OPTIONS="nocheck noautodbgsym parallel=$(nproc)" \
	make -s -C /src deb >"$build/packages/$release/debs.log" 2>&1 ||
	die "$(tail -n 20 "$build/packages/$release/debs.log")"
cp "$root"/src/build/deb/*.deb "$debs/"
rm -rf "$root/src"
echo "$made_of" >"$debs.made-of"
echo "$debs"
