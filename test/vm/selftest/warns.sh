#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# vm: timeout=30
# The kernel warns.
. "$(dirname "$0")/../lib.sh"

ok "a point"
echo 'WARNING: selftest' >/dev/kmsg
