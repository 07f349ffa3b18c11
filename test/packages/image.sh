#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Make a system image of a Debian release, and print the folder that holds it:
#
#   image.sh bookworm|trixie
#
#   disk             ext4 file system: a full system with systemd, two kernels and
#                    firewalls, all of them disabled
#   stable.*         kernel and initrd of the release
#   next.*           kernel and initrd of its backports
#
# In the system, /pool has packages to install later, with what they need: next/ the
# headers of the second kernel, ufw/ the firewall that does not install beside
# netfilter-persistent. The units in system/ start the test that run.sh puts on a second
# disk. Images are kept in the cache, by the release and what made them.
set -euo pipefail

# shellcheck source=test/packages/release.sh
. "$(dirname "${BASH_SOURCE[0]}")/release.sh"

packages=(
	# a system
	systemd-sysv udev dbus kmod initramfs-tools linux-image-amd64 netbase adduser
	# networks, for the test, too
	iproute2 iputils-ping ethtool procps jq tcpdump
	# firewalls
	iptables ipset nftables iptables-persistent ipset-persistent firewalld docker.io
	# of sr6flow-dkms
	dkms gcc make libc6-dev linux-headers-amd64
	# of lmctl, the library and the plug-in
	libcap-ng0 libipset13 libjansson4 libmicrohttpd12 libmnl0 libmnl-dev libnettle8
	libnl-3-200 libnl-route-3-200 libsmartcols1 libsqlite3-0 libsystemd0 libyaml-0-2
)
disabled=(netfilter-persistent nftables firewalld docker.service docker.socket containerd
	apt-daily.timer apt-daily-upgrade.timer dpkg-db-backup.timer fstrim.timer getty@tty1)

key=$(cat "$here/image.sh" "$here"/system/* | sha256sum | cut -c 1-16)
dir=$cache/$release-$key
[ ! -e "$dir" ] || { echo "$dir"; exit; }
[ "$(id -u)" -eq 0 ] || die "only root can make an image of $release"
need_programs mmdebstrap mkfs.ext4

export DEBIAN_FRONTEND=noninteractive
mirror=$(archive debian)
security=$(archive debian-security)

sources() {
	local suite
	for suite in "$release" "$release-updates" "$release-backports"; do
		echo "deb $mirror $suite main"
	done
	echo "deb $security $release-security main"
}

# As a hook of mmdebstrap, in the folder that becomes the system.
# The initrd has only the drivers that it needs: unpacking takes long in an emulator.
before_packages() {
	mkdir -p "$1/etc/initramfs-tools/conf.d"
	echo MODULES=list >"$1/etc/initramfs-tools/conf.d/sr6flow-test"
	printf '%s\n' virtio_pci virtio_blk ext4 >"$1/etc/initramfs-tools/modules"
	chroot "$1" debconf-set-selections <<-END
		iptables-persistent iptables-persistent/autosave_v4 boolean false
		iptables-persistent iptables-persistent/autosave_v6 boolean false
		ipset-persistent ipset-persistent/autosave boolean false
	END
}

# in_pool NAME ARGUMENT...: what apt-get would install, into /pool/NAME
in_pool() {
	local name=$1
	shift
	mkdir -p "$system/pool/$name/partial"
	chroot "$system" apt-get install -qq --download-only -o APT::Sandbox::User=root \
		-o "Dir::Cache::Archives=/pool/$name" "$@" >/dev/null
	rm -r "$system/pool/$name"/{partial,lock}
}

after_packages() {
	local next
	system=$1
	# Packages of all kernels, here and below, bring the headers of next along.
	chroot "$1" dpkg --remove linux-headers-amd64 >/dev/null
	next=$(chroot "$1" apt-cache show "linux-image-amd64/$release-backports" |
		sed -nE 's/^Depends: (.*, )?linux-image-([0-9][^ ,]*).*/\2/p' | head -n 1)
	chroot "$1" apt-get install -qq -t "$release-backports" "linux-image-$next" >/dev/null
	in_pool next -t "$release-backports" "linux-headers-$next"
	in_pool ufw ufw
	cp "$here"/system/* "$1/etc/systemd/system/"
	chroot "$1" systemctl -q disable "${disabled[@]}"
	chroot "$1" systemctl -q mask serial-getty@ttyS0 systemd-networkd-wait-online
	chroot "$1" systemctl -q enable sr6flow-test-job sr6flow-test-net
	chroot "$1" systemctl -q set-default sr6flow-test.target
	echo guest >"$1/etc/hostname"
	echo '127.0.0.1 localhost guest' >"$1/etc/hosts"
	echo '/dev/vda / ext4 defaults 0 0' >"$1/etc/fstab"
	rm -rf "$1"/etc/iptables/* "$1/etc/resolv.conf"
}

if [ -n "${2-}" ]; then
	"$2" "$3"
	exit
fi

mkdir -p "$cache"
work=$(mktemp -d "$cache/making.XXXXXX")
trap 'rm -rf "$work"' EXIT
say "making an image of $release"
sources | mmdebstrap --quiet --mode=root --variant=apt --format=directory \
	--include="${packages[*]}" --aptopt='APT::Install-Recommends "false"' \
	--essential-hook="$here/image.sh $release before_packages \"\$1\"" \
	--customize-hook="$here/image.sh $release after_packages \"\$1\"" \
	"$release" "$work/root" - >&2
mkdir "$work/image"
# The kernels in the order of their versions, unpacked: see unpack_kernel.sh.
name=stable
for version in $(basename -a "$work"/root/boot/vmlinuz-* | sed s/vmlinuz-// | sort -V); do
	"$here/../vm/unpack_kernel.sh" "$work/root/boot/vmlinuz-$version" "$work/image/$name.kernel"
	cp "$work/root/boot/initrd.img-$version" "$work/image/$name.initrd"
	name=next
done
truncate -s 6G "$work/image/disk"
mkfs.ext4 -q -F -d "$work/root" -E lazy_itable_init=1,nodiscard "$work/image/disk"
mv "$work/image" "$dir"
echo "$dir"
