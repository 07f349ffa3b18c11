#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# vm: timeout=30
# The module races with others.
. "$(dirname "$0")/../lib.sh"

ok "a point"
for line in ====== 'BUG: KCSAN: data-race in a / b' \
	' a+0x1/0x2 [ip_set_hash_sr6flow]' ======; do
	echo "$line" >/dev/kmsg
done
