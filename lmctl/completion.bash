# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# Completion for lmctl. Commands and options come from lmctl's help, sets and flows from
# the kernel or, for past results, from the history. All other words complete to files.

# _lmctl_sets: print the sets of type hash:sr6flow, and the short names tx and rx.
_lmctl_sets() {
	echo tx rx
	ipset list -t 2>/dev/null | awk '$1 == "Name:" { name = $2 }
		$1 == "Type:" && $2 == "hash:sr6flow" { print name }'
}

# _lmctl_names COMMAND...: print the names of flows in the JSON output of lmctl.
_lmctl_names() {
	lmctl "$@" --json 2>/dev/null | grep -o '"name":"[^"]*"' |
		sed 's/^"name":"//; s/"$//' | sort -u
}

# _lmctl_value OPTION: print its value on the command line, or nothing. Bash splits
# "--set=x" into three words.
_lmctl_value() {
	local i
	for ((i = 2; i < COMP_CWORD; i++)); do
		[ "${COMP_WORDS[i]}" = "$1" ] || continue
		[ "${COMP_WORDS[i + 1]}" != = ] || i=$((i + 1))
		[ "$((i + 1))" -eq "$COMP_CWORD" ] || echo "${COMP_WORDS[i + 1]}"
	done
}

_lmctl_past_flows() {
	local file
	file=$(_lmctl_value --file)
	[ -n "$file" ] || file=$(_lmctl_value -f)
	_lmctl_names history --since=1d ${file:+"--file=$file"}
}

# _lmctl_arguments COMMAND WORD BEFORE: print the possible arguments of a command or, after
# --set, its possible values.
_lmctl_arguments() {
	local command=$1 word=$2 before=$3 usage
	if [[ $word = --set=* || $before = --set || $before = -s ]]; then
		_lmctl_sets
		return
	fi
	case $command in
	del) if [ "$COMP_CWORD" -gt 2 ]; then
			_lmctl_names flows "${COMP_WORDS[2]}"
			return
		fi ;;
	stats)
		_lmctl_names flows
		return ;;
	history | plot)
		_lmctl_past_flows
		return ;;
	esac
	usage=$(lmctl "$command" --help 2>/dev/null | grep -E '^(Usage|  or): ')
	case $usage in
	*'[SET...]'*) _lmctl_sets ;;
	*'[tx] [rx]'*) echo tx rx ;;
	*' SET'* | *'[SET'*) [ "$COMP_CWORD" -ne 2 ] || _lmctl_sets ;;
	*' tx'*) [ "$COMP_CWORD" -ne 2 ] || echo tx rx ;;
	esac
}

_lmctl() {
	local line=${COMP_LINE:0:COMP_POINT} word before one text words=()
	word=${line##*[[:space:]]}
	before=${COMP_WORDS[COMP_CWORD - 1]}
	[ "$before" != = ] || before=${COMP_WORDS[COMP_CWORD - 2]}
	if [ "$COMP_CWORD" -eq 1 ]; then
		text=$(lmctl --help | awk '/^Commands:/ { on = 1; next }
			!NF { on = 0 } on { print $1 }')
	elif [[ $word = -* && $word != --set=* ]]; then
		text=$(lmctl "${COMP_WORDS[1]}" --help 2>/dev/null |
			sed -nE 's/^  (-.,|   ) (--[a-z0-9-]+).*/\2/p' | sort -u)
	else
		text=$(_lmctl_arguments "${COMP_WORDS[1]}" "$word" "$before")
	fi
	[[ $word != --set=* ]] || word=${word#--set=}
	# Do not use compgen -W: it expands names, so a name could run a command.
	COMPREPLY=()
	read -ra words -d '' <<<"$text" || :
	for one in "${words[@]}"; do
		[[ $one != "$word"* ]] || COMPREPLY+=("$one")
	done
	# Bash replaces only the text after the last colon, and names can have colons.
	if [[ $word = *:* && $COMP_WORDBREAKS = *:* ]]; then
		COMPREPLY=("${COMPREPLY[@]#"${word%"${word##*:}"}"}")
	fi
}
complete -o default -F _lmctl lmctl
