#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Boots the guest for the demonstration. Its clock counts instructions, so that
# blocks of half a second are exact on a machine of any speed.
set -euo pipefail

cd "$(dirname "$0")/.."
points=$(mktemp)
trap 'rm -f "$points"' EXIT
status=0
test/vm/guest.sh --kernel 6.1 --icount --timeout 600 'bash /test/demo.sh' |
	tee "$points" || status=1
if [ "$status" -ne 0 ] && ! grep -q '^not ok - ' "$points"; then
	echo 'not ok - the demonstration comes to its end' | tee -a "$points"
fi
echo "$(grep -c '^ok - ' "$points") passed, $(grep -c '^not ok - ' "$points") failed"
exit "$status"
