# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# lcov with branches; sourced by the scripts of this folder. Debian's geninfo
# compiles itself twice, and says so.
lcov() {
	command lcov -q --rc lcov_branch_coverage=1 "$@" \
		2> >(grep -v '^Subroutine .* redefined' >&2)
}
