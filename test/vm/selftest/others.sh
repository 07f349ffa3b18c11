#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# vm: timeout=30
# Others race with each other.
. "$(dirname "$0")/../lib.sh"

ok "a point"
for line in ====== 'BUG: KCSAN: data-race in a / b' ' a+0x1/0x2' ======; do
	echo "$line" >/dev/kmsg
done
