# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# shellcheck disable=SC2154 # tmp is lib.sh's
#
# Transcripts: commands, and what they print; sourced by tests after lib.sh. A line
# "$ COMMAND" is followed by its output, errors included, and by "= STATUS" if that is not
# 0. "> ..." continues a command. "~ REGEX" stands for one line that the extended regular
# expression matches, "..." for the rest of the output. Lines "# ..." are comments.

# transcript FILE: run the commands in this shell, in whose variables they find no others
# of this function; each is a point
transcript() {
	transcript_command=
	while IFS= read -r transcript_line; do
		case $transcript_line in
		'# '* | '') ;;
		'$ '*)
			transcript_step
			transcript_command=${transcript_line#'$ '}
			transcript_wanted=()
			;;
		'>' | '> '*)
			transcript_line=${transcript_line#'>'}
			transcript_command+=$'\n'${transcript_line#' '}
			;;
		*) transcript_wanted+=("$transcript_line") ;;
		esac
	done <"$1"
	transcript_step
}

transcript_step() {
	local status=0 got
	[ -n "$transcript_command" ] || return 0
	eval "$transcript_command" >"$tmp/printed" 2>&1 </dev/null || status=$?
	[ "$status" -eq 0 ] || echo "= $status" >>"$tmp/printed"
	mapfile -t got < <(transcript_filter <"$tmp/printed")
	if transcript_matches; then
		ok "$transcript_command"
	else
		not_ok "$transcript_command" "got:" "${got[@]}" "wanted:" \
			"${transcript_wanted[@]}"
	fi
}

# Hides the version of ipset.
transcript_filter() {
	sed 's/^ipset v[0-9.]*: /ipset: /'
}

transcript_matches() {
	local i
	for i in "${!transcript_wanted[@]}"; do
		case ${transcript_wanted[i]} in
		...) return 0 ;;
		'~ '*) [[ ${got[i]-} =~ ^${transcript_wanted[i]#'~ '}$ ]] || return ;;
		*) [ "${got[i]-}" = "${transcript_wanted[i]}" ] || return ;;
		esac
	done
	[ ${#got[@]} -eq ${#transcript_wanted[@]} ]
}

# For transcripts, of a set: its members in a stable order, options, number of flows
members() {
	ipset list "$1" | sed '1,/^Members:/d' | sort
}

header() {
	ipset -t list "$1" | sed -n 's/^Header: //p'
}

entries() {
	ipset -t list "$1" | sed -n 's/^Number of entries: //p'
}
