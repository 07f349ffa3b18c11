#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# vm: timeout=3
# The guest hangs: nothing in it ends the test or goes on to the next.
. "$(dirname "$0")/../lib.sh"

ok "a point"
pkill -STOP -f /test/runner.sh
