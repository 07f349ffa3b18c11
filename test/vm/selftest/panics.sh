#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# vm: timeout=30
# The kernel panics.
. "$(dirname "$0")/../lib.sh"

ok "a point"
echo c >/proc/sysrq-trigger
