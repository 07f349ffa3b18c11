#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Makes the guest's initramfs from this machine's own binaries.
#
#   initramfs.sh [--stock] SERIES OUT
#
# It is two archives, one after the other: programs, libraries and kernel
# modules change rarely and are kept in build/vm/SERIES/base.cpio; the
# project's files and the tests are packed anew each time.
#
# --stock leaves out project files that are not built; otherwise a missing
# one is an error.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=test/vm/common.sh
. "$here/common.sh"

programs=(
	# bash, coreutils
	bash '[' base64 basename cat chmod chown chroot comm cp cut date dd df dirname
	du echo env expr false fold head id ln ls mkdir mkfifo mknod mktemp mv
	nice nl nproc numfmt od paste printf pwd readlink realpath rm rmdir
	seq sha256sum shuf sleep sort split stat stdbuf stty sync tac tail
	tar tee test timeout touch tr true truncate tty uname uniq wc yes
	# text
	awk diff cmp egrep find grep jq sed xargs
	# util-linux, procps
	dmesg flock kill logger lscpu mount mountpoint nsenter setpriv setsid
	taskset umount unshare free pgrep pidof pkill ps renice sysctl
	# network
	bridge ethtool ip iperf3 ipset nft ping ss tc tcpdump
	# modules
	kmod
)

# Directories of the kernel's modules tree that go in whole, then single
# modules.  What these need is added by modules.dep.
module_dirs='kernel/net/(8021q|802|bridge|ipv4|ipv6|key|llc|netfilter|packet|sched|sctp|xfrm)/'
module_names='9p|9pnet_virtio|authenc|bonding|crc32c[-_]generic|crc32c-intel|crct10dif_[a-z]*|crypto_null|dummy|geneve|ifb|ip_gre|ipvlan|libcrc32c|macvlan|nlmon|pktgen|tap|tun|udp_tunnel|veth|virtio_pci|vrf|vxlan'

usage() {
	echo "usage: initramfs.sh [--stock] SERIES OUT" >&2
	exit 2
}

# Copies the programs or objects $2... to the tree $1, with the libraries
# that they need.
install_closure() {
	local tree=$1 list lib
	shift
	# ldd fails for static and script files, which need no library
	list=$(LD_LIBRARY_PATH=$build/lib ldd "$@" 2>/dev/null || true)
	if grep -q 'not found' <<<"$list"; then
		grep 'not found' <<<"$list" >&2
		die "a program of the guest lacks a library on this machine"
	fi
	awk '$2 == "=>" { print $3 } $1 ~ /^\// && $2 ~ /^\(/ { print $1 }' \
		<<<"$list" | sort -u |
	while read -r lib; do
		case $lib in
		"$build"/*) continue ;;
		esac
		# one name per library: /lib is a link to /usr/lib
		case $lib in
		/lib*) lib=/usr$lib ;;
		esac
		[ ! -e "$root/base$lib" ] || continue
		mkdir -p "$tree$(dirname "$lib")"
		cp -L "$lib" "$tree$lib"
	done
}


base_skeleton() {
	local dir
	for dir in bin sbin lib lib64; do
		mkdir -p "usr/$dir"
		ln -s "usr/$dir" $dir
	done
	mkdir -p dev host proc sys run tmp root etc var usr/local/bin
	chmod 1777 tmp
	ln -s ../run var/run
	ln -s /proc/mounts etc/mtab
	cp -r /etc/iproute2 etc/ 2>/dev/null || true
	for dir in protocols services ethertypes nsswitch.conf; do
		[ ! -e /etc/$dir ] || cp -L /etc/$dir etc/
	done
	echo root:x:0:0:root:/root:/bin/bash >etc/passwd
	# tcpdump gives up root for this user, which must keep its files open
	echo tcpdump:x:0:0:tcpdump:/root:/bin/false >>etc/passwd
	echo nobody:x:65534:65534:nobody:/:/bin/false >>etc/passwd
	printf 'root:x:0:\nnogroup:x:65534:\n' >etc/group
	echo '127.0.0.1 localhost' >etc/hosts
	echo '::1 localhost' >>etc/hosts
}

base_programs() {
	local prog path paths=() cmd family back
	for prog in "${programs[@]}" xtables-nft-multi xtables-legacy-multi; do
		path=$(type -P "$prog") ||
			die "program $prog is not installed: run ./deps.sh test"
		mkdir -p ".$(dirname "$path")"
		cp -L "$path" ".$path"
		paths+=("$path")
	done
	ln -s bash usr/bin/sh
	for cmd in modprobe rmmod insmod lsmod modinfo depmod; do
		ln -s ../bin/kmod usr/sbin/$cmd
	done
	# The plain names mean the nft variant, as on an installed Debian.
	for family in iptables ip6tables; do
		for back in nft legacy; do
			for cmd in '' -save -restore; do
				ln -s xtables-$back-multi \
					usr/sbin/$family-$back$cmd
			done
		done
		for cmd in '' -save -restore; do
			ln -s xtables-nft-multi usr/sbin/$family$cmd
		done
	done
	mkdir -p "usr/lib/$multiarch/xtables"
	cp /usr/lib/"$multiarch"/xtables/*.so "usr/lib/$multiarch/xtables/"
	cp -r /usr/lib/"$multiarch"/tc "usr/lib/$multiarch/"
	install_closure . "${paths[@]}" /usr/lib/"$multiarch"/xtables/*.so
}

# Prints the modules wanted and everything they depend on, from modules.dep.
module_closure() {
	awk -v dirs="^$module_dirs" -v names="/($module_names)[.]ko" '
		function want(path,   i, n, part) {
			if (path in seen)
				return
			seen[path] = 1
			print path
			n = split(deps[path], part, " ")
			for (i = 1; i <= n; i++)
				want(part[i])
		}
		{
			path = $1
			sub(/:$/, "", path)
			$1 = ""
			deps[path] = $0
			paths[++count] = path
		}
		END {
			for (i = 1; i <= count; i++)
				if (paths[i] ~ dirs || paths[i] ~ names)
					want(paths[i])
		}' "$1/modules.dep"
}

base_modules() {
	local from=$root/lib/modules/$rel to=lib/modules/$rel
	mkdir -p "$to"
	module_closure "$from" | (cd "$from" && cpio --quiet -pdm "$OLDPWD/$to")
	# Unpacking costs the guest a hundred times what it costs here.
	find "$to" -name '*.ko.xz' -exec xz -d {} +
	cp "$from"/modules.{order,builtin,builtin.modinfo} "$to/"
}

# What the base archive is made of; another answer makes a new one.
base_key() {
	local prog files=()
	for prog in "${programs[@]}" xtables-nft-multi xtables-legacy-multi; do
		files+=("$(type -P "$prog" || true)")
	done
	cat "$root/package"
	sha256sum <"${BASH_SOURCE[0]}"
	stat -Lc '%n %s %Y' "${files[@]}" 2>/dev/null || true
	stat -Lc '%n %s %Y' /usr/lib/"$multiarch"/xtables \
		/usr/lib/"$multiarch"/lib{c,ipset,xtables,nftables}.so.[0-9]*
}

make_base() {
	local key
	key=$(base_key)
	[ "$key" != "$(cat "$root/base.key" 2>/dev/null)" ] || return 0
	say "$series: packing programs and modules of the guest"
	rm -rf "$root/base" "$root/base.key"
	mkdir "$root/base"
	(
		cd "$root/base"
		base_skeleton
		base_programs
		base_modules
	)
	pack "$root/base" >"$root/base.cpio"
	echo "$key" >"$root/base.key"
}

# Puts the project's file $1 into folder $2 of the tree.
project_file() {
	if [ ! -e "$1" ]; then
		[ -n "$stock" ] && return 0
		die "${1#"$top/"} is not built: run make test-programs module-$series, or give --stock to test without the project's files"
	fi
	mkdir -p "$2"
	cp "$1" "$2/"
	elf+=("$1")
}

project_files() {
	local file elf=()
	mkdir -p usr/lib
	ln -s usr/lib lib
	project_file "$build/module/$rel/ip_set_hash_sr6flow.ko" \
		"usr/lib/modules/$rel/updates"
	project_file "$build/ipset-ext/ipset_hash_sr6flow.so" \
		"usr/lib/$multiarch/ipset"
	project_file "$build/lmctl/lmctl" usr/sbin
	for file in "$build"/lib/libsr6flow.so*; do
		[ -e "$file" ] || continue
		mkdir -p "usr/lib/$multiarch"
		cp -P "$file" "usr/lib/$multiarch/"
		elf+=("$file")
	done
	for file in "$build"/test/tools/*; do
		if [ -f "$file" ] && [ -x "$file" ]; then
			project_file "$file" usr/local/bin
		fi
	done
	[ ${#elf[@]} -eq 0 ] || install_closure . "${elf[@]}"
	mkdir -p test
	cp -r "$vm_src"/{tests,stamp,host} "$vm_src"/*.sh \
		"$top/README.md" "$top/lmctl/completion.bash" \
		"$top/lmctl/netfilter-persistent.sh" "$top/kernel/in-use.sh" test/
	cp -r "$top/test/fuzz/guest/corpus" test/kfuzz
	install -m 755 "$vm_src/init.sh" init
	install -D -m 755 "$vm_src/host_run.sh" usr/local/bin/host_run
}

# The modules index must see both archives' modules, so the base's are linked
# in for depmod and taken out again.
project_index() {
	local base=$root/base/lib/modules/$rel to=usr/lib/modules/$rel
	mkdir -p "$to"
	# A kernel of the bench's own has everything built in.
	[ ! -e "$base/kernel" ] || cp -al "$base/kernel" "$to/kernel"
	cp "$base"/modules.{order,builtin,builtin.modinfo} "$to/"
	depmod -b . "$rel"
	rm -rf "$to/kernel"
}

stock=
if [ "${1-}" = --stock ]; then
	stock=1
	shift
fi
[ $# -eq 2 ] || usage
series=$1
out=$(realpath -m "$2")
rel=$("$here/kernels.sh" release "$series")
root=$("$here/kernels.sh" root "$series")
multiarch=$(gcc -print-multiarch)

need_programs cpio depmod xz gcc
exec 9>"$vm_build/.$series.initramfs.lock"
flock 9
make_base
rm -rf "$root/project"
mkdir "$root/project"
(
	cd "$root/project"
	project_files
	project_index
)
{
	cat "$root/base.cpio"
	pack "$root/project"
} >"$out.part"
mv "$out.part" "$out"
