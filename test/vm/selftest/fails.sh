#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# vm: timeout=30
# A point fails; the test goes on.
. "$(dirname "$0")/../lib.sh"

echo "output of the failing test"
is 1 2 "one is two"
ok "goes on"
