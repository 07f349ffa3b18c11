#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# vm: timeout=30
# The module races with others.
. "$(dirname "$0")/../lib.sh"

ok "a point"
for line in ====== 'BUG: KCSAN: data-race in a / b' \
	'write to 1 of 8 bytes by interrupt on cpu 1:' ' a+0x1/0x2' \
	' asm_sysvec_apic_timer_interrupt+0x1b/0x20' \
	'read to 1 of 8 bytes by task 7 on cpu 0:' ' b+0x1/0x2' \
	' c+0x1/0x2 [ip_set_hash_sr6flow]' ======; do
	echo "$line" >/dev/kmsg
done
