#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# vm: timeout=30
# Reports less than it planned.
. "$(dirname "$0")/../lib.sh"

plan 2
ok "a point"
