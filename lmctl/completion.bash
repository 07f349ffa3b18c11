# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# Completion of lmctl: commands, options and whether the first argument is a set,
# as its own help tells them. Elsewhere: files.

_lmctl() {
	local word=${COMP_WORDS[COMP_CWORD]} words=
	if [ "$COMP_CWORD" -eq 1 ]; then
		words=$(lmctl --help | awk '/^Commands:/ { on = 1; next }
			!NF { on = 0 } on { print $1 }')
	elif [ "${word#-}" != "$word" ]; then
		words=$(lmctl "${COMP_WORDS[1]}" --help 2>/dev/null |
			grep -o -- '--[a-z0-9-]*' | sort -u)
	elif [ "$COMP_CWORD" -eq 2 ] &&
		lmctl "${COMP_WORDS[1]}" --help 2>/dev/null |
		grep -Eq '^(Usage|  or): .*\<(SET|tx)\>'; then
		words='tx rx'
	fi
	mapfile -t COMPREPLY < <(compgen -W "$words" -- "$word")
}
complete -o default -F _lmctl lmctl
