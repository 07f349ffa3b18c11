#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Boots the guest for the demonstration. Its clock counts instructions, so that
# blocks of half a second are exact on a machine of any speed.
set -euo pipefail

cd "$(dirname "$0")/.."
status=0
test/vm/guest.sh --kernel 6.1 --icount --timeout 600 'bash /test/demo.sh' || status=1
if [ "$status" -eq 0 ]; then
	printf '%s\n' "ok - lmctl's losses are those of the lossy router" "1 passed, 0 failed"
else
	printf '%s\n' "not ok - lmctl's losses are those of the lossy router" "0 passed, 1 failed"
fi
exit "$status"
