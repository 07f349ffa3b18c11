# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# What image.sh and debs.sh share: the release that is their argument, the cache, and
# where this machine gets Debian from; sourced, with the arguments of the script.
#
# shellcheck disable=SC2034 # variables for them

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=test/vm/common.sh
. "$here/../vm/common.sh"

case ${1-} in
bookworm | trixie) release=$1 ;;
*) die "usage: ${0##*/} bookworm|trixie" ;;
esac
cache=${SR6FLOW_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/sr6flow}

# archive NAME: address of the archive debian or debian-security in apt's configuration
archive() {
	# shellcheck disable=SC2016 # apt-get replaces it
	apt-get indextargets --format '$(SITE)' 'Created-By: Packages' |
		awk -F/ -v name="$1" '$NF == name { site = $0 } END { print site; exit site == "" }' ||
		die "apt has no source for the archive $1: add it, and run 'apt-get update'"
}
