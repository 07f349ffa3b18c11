# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# shellcheck disable=SC2034 # for the scripts that source this file
#
# Words of the kernel's log that no test may cause.
trouble='WARNING|\bBUG\b|\bOops\b|Call Trace|K[AC]SAN|UBSAN|KFENCE|DEBUG_LOCKS|ODEBUG'
trouble+='|general protection|page fault for address|refcount_t|list_(add|del) corruption'
trouble+='|circular locking|recursive locking|lock ordering|inconsistent lock state|lock held'
trouble+='|suspicious RCU|scheduling while atomic|sleeping function|stall(s|ed)? (on|detected)'
trouble+='|unregister_netdevice: waiting|INFO: task .* blocked|soft lockup|hard LOCKUP|suspected memory leaks'
