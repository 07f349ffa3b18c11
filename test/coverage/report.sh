#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# One report of the tracefiles of lcov, from whatever was measured: a table per
# folder on stdout, and pages with every line in a folder.
#
# usage: report.sh HTML-FOLDER TRACEFILE...
#
# The module is compiled from a copy of its sources, .../module/RELEASE/kernel/;
# those names become the ones of this tree.
set -euo pipefail

cd "$(dirname "$0")/../.."
html=$1
shift
# shellcheck source=test/coverage/lcov.sh
. test/coverage/lcov.sh
traces=()
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

n=0
for trace; do
	n=$((n + 1))
	sed -E "s|^SF:.*/module/[^/]+/kernel/|SF:$PWD/kernel/|" "$trace" >"$work/$n.info"
	traces+=(-a "$work/$n.info")
done
lcov "${traces[@]}" -o "$work/sum.info"
genhtml -q --branch-coverage --prefix "$PWD" -o "$html" "$work/sum.info"

awk -F: -v root="$PWD/" '
	function percent(hit, all) {
		return all ? sprintf("%d/%d %5.1f %%", hit, all, 100 * hit / all) : "-"
	}
	function line(name, at) {
		printf "%-16s %20s %18s %20s\n", name, percent(n[at, "LH"], n[at, "LF"]),
			percent(n[at, "FNH"], n[at, "FNF"]), percent(n[at, "BRH"], n[at, "BRF"])
	}
	$1 == "SF" {
		folder = substr($0, 4 + length(root))
		sub("/[^/]*$", "", folder)
		if (!(folder in seen)) {
			seen[folder]
			order[++folders] = folder
		}
	}
	/^(LH|LF|FNH|FNF|BRH|BRF):/ { n[folder, $1] += $2; n["", $1] += $2 }
	END {
		printf "%-16s %20s %18s %20s\n", "folder", "lines", "functions", "branches"
		for (i = 1; i <= folders; i++)
			line(order[i], order[i])
		line("together", "")
	}' "$work/sum.info"
echo "every line: $html/index.html"
