#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The distribution's kernels for the test bench, unpacked into the build
# folder and never installed.
#
#   kernels.sh fetch SERIES     get, build or refresh kernel, modules and headers
#   kernels.sh release SERIES   print the release (what uname -r says)
#   kernels.sh headers SERIES   print the KERNELDIR for "make -C ... modules"
#   kernels.sh image SERIES     print the path of the kernel that QEMU boots
#   kernels.sh root SERIES      print the folder that holds lib/modules
#
# SERIES is 6.1 or 6.12, or 6.1-debug or 6.1-kcsan for those that debug/build.sh
# builds.  All but fetch need a completed fetch.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=test/vm/common.sh
. "$here/common.sh"

usage() {
	echo "usage: kernels.sh fetch|release|headers|image|root 6.1|6.12|6.1-debug|6.1-kcsan" >&2
	exit 2
}

# First dependency of package $1 that matches the pattern $2, as name or
# name=version, by the candidate version's record.
dependency() {
	apt-cache show --no-all-versions "$1" 2>/dev/null |
		sed -n 's/^Depends: //p' | tr ',' '\n' |
		sed -nE "s/^ *($2)( \\(= ([^)]*)\\))?.*/\\1=\\3/p" |
		sed 's/=$//' | head -n 1
}

# The image package's exact name and version, such as
# linux-image-6.1.0-56-amd64=6.1.192-2.
find_image() {
	dependency "$meta_image" 'linux-image-[0-9][^ ]*'
}

download() {
	local pkg
	for pkg in "$@"; do
		say "$series: downloading ${pkg%%=*}"
	done
	# apt shows its progress meter on a terminal only.
	apt-get $quiet -o APT::Sandbox::User=root download "$@" >&2
}

# Trees that no guest here can use; leaving them out halves unpacking time.
unpack_image() {
	local skip=() dir
	for dir in sound drivers/gpu drivers/media drivers/infiniband \
		drivers/staging drivers/iio drivers/scsi drivers/usb \
		drivers/net/wireless drivers/net/ethernet; do
		skip+=("--exclude=./lib/modules/*/kernel/$dir")
	done
	dpkg --fsys-tarfile "$1" | tar -x "${skip[@]}"
}

# The packaged Makefile includes its sources by absolute path.
relocate_headers() {
	# shellcheck disable=SC2016 # for make to expand
	sed -i -E 's,^include /usr/src/([^ ]+)$,include $(dir $(lastword $(MAKEFILE_LIST)))../\1,' \
		"headers/usr/src/linux-headers-$1/Makefile"
	if grep -q /usr/src "headers/usr/src/linux-headers-$1/Makefile"; then
		die "$series: cannot relocate the Makefile of linux-headers-$1"
	fi
}

# Downloads image package $1 and the headers for it to the current folder.
download_kernel() {
	local image=$1 rel version hdr common kbuild
	version=${image#*=}
	rel=${image%%=*}
	rel=${rel#linux-image-}
	hdr=linux-headers-$rel
	common=linux-headers-${rel%-amd64}-common
	kbuild=$(dependency "$hdr" 'linux-kbuild-[^ ]*')
	[ -n "$kbuild" ] ||
		die "$series: no package $hdr in the configured apt sources"
	download "$image" "$hdr=$version" "$common=$version" "$kbuild"
}

unpack_packages() {
	local image=$1 rel deb
	rel=${image%%=*}
	rel=${rel#linux-image-}
	say "$series: unpacking $rel"
	mkdir headers
	for deb in linux-headers-*.deb linux-kbuild-*.deb; do
		dpkg -x "$deb" headers
	done
	unpack_image linux-image-*.deb
	rm -- *.deb
	relocate_headers "$rel"
	"$vm_src/unpack_kernel.sh" "boot/vmlinuz-$rel" boot/vmlinux
	depmod -b . "$rel"
	echo "$rel" >release
	echo "$image" >package
}

fetch() {
	local image tmp
	need_programs apt-get apt-cache dpkg depmod xz zstd
	mkdir -p "$vm_build"
	exec 9>"$vm_build/.$series.lock"
	flock 9

	image=$(find_image)
	if [ -z "$image" ] && [ ! -e "$dir/package" ]; then
		update_lists
		image=$(find_image)
		[ -n "$image" ] || die "$series: no package $meta_image in the configured apt sources: add Debian's bookworm and bookworm-security"
	fi
	if [ -z "$image" ] ||
	   [ "$(cat "$dir/package" 2>/dev/null)" = "$image" ]; then
		return 0
	fi

	# What an interrupted run left is of no use.
	rm -rf "$vm_build/.$series".tmp.*
	tmp=$(mktemp -d "$vm_build/.$series.tmp.XXXXXX")
	chmod 755 "$tmp"
	# shellcheck disable=SC2064 # the folder's name is wanted now
	trap "rm -rf '$tmp'" EXIT
	cd "$tmp"
	if ! download_kernel "$image"; then
		# Old lists name packages that the archive no longer has.
		update_lists
		image=$(find_image)
		if ! download_kernel "$image"; then
			[ -e "$dir/package" ] ||
				die "$series: cannot download $image"
			say "$series: cannot download $image, keeping $(cat "$dir/release")"
			return 0
		fi
	fi
	unpack_packages "$image"
	cd "$vm_build"
	rm -rf "$dir"
	mv "$tmp" "$dir"
	trap - EXIT
	say "$series: $(cat "$dir/release") is ready"
}

[ $# -eq 2 ] || usage
series=$2
case $series in
6.1) meta_image=linux-image-amd64 ;;
6.12) meta_image=linux-image-6.12-amd64 ;;
6.1-debug | 6.1-kcsan) meta_image= ;;
*) usage ;;
esac
dir=$vm_build/$series
quiet=
[ -t 2 ] || quiet=-qq

if [ "$1" = fetch ]; then
	if [ "$series" = 6.1-kcsan ]; then
		# KCSAN looks at one access of thousands: at the module's.
		export KCSAN_SANITIZE=n
	fi
	if [ -z "$meta_image" ]; then
		exec "$here/debug/build.sh" "$series"
	fi
	fetch
	exit 0
fi
[ -e "$dir/release" ] ||
	die "kernel $series is not there: run test/vm/kernels.sh fetch $series"
rel=$(cat "$dir/release")
case $1 in
release) echo "$rel" ;;
headers) echo "$dir/headers/usr/src/linux-headers-$rel" ;;
image)
	image=$dir/boot/vmlinux
	[ -e "$image" ] || image=$dir/boot/vmlinuz
	echo "$image"
	;;
root) echo "$dir" ;;
*) usage ;;
esac
