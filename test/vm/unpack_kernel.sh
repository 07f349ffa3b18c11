#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The kernel without its compression: QEMU boots it directly (PVH), which
# saves the guest several seconds of unpacking under emulation.
#
#   unpack_kernel.sh VMLINUZ VMLINUX
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=test/vm/common.sh
. "$here/common.sh"

# The images are bytes, not text: under a UTF-8 locale bash's read gives up on
# what grep prints of them.
export LC_ALL=C

[ $# -eq 2 ] || die "usage: unpack_kernel.sh VMLINUZ VMLINUX"
for format in 'xz:\xfd7zXZ\x00' 'zstd:\x28\xb5\x2f\xfd'; do
	tool=${format%%:*}
	while IFS=: read -r at _; do
		# what follows the stream makes the tool complain
		tail -c "+$((at + 1))" "$1" | "$tool" -qdc >"$2" 2>/dev/null || true
		if [ "$(head -c 4 "$2" | tail -c 3)" = ELF ]; then
			exit 0
		fi
	done < <(grep -aboP "${format#*:}" "$1")
done
die "no compressed kernel found in $1"
