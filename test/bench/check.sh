#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The short form of the bench: no figure may be more than 3 percent above the
# baseline, none may be missing or new, and all must keep what the design
# promises.  A change that is meant to cost more, or adds a figure, brings a new
# baseline:
#
#   run.sh --short --store
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=test/vm/common.sh
. "$here/../vm/common.sh"

out=$build/bench/check
if ! "$here/run.sh" --short --out "$out" | grep -v ': figure '; then
	printf '%s\n' "not ok - the bench runs" "0 passed, 1 failed"
	exit 1
fi
"$here/report" compare "$out/figures" "$here/baseline"
