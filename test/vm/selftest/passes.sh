#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# vm: timeout=30
# Passes one point, skips another.
. "$(dirname "$0")/../lib.sh"

plan 2
ok "a point"
skip_point "another point" "nothing to see"
