#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# vm: timeout=3
# Does not end by itself.
. "$(dirname "$0")/../lib.sh"

ok "a point"
sleep 1000
