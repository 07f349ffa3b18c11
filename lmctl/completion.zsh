#compdef lmctl
# SPDX-License-Identifier: GPL-2.0-only
# Completion for lmctl. Commands and options come from lmctl's help, sets and flows from
# the kernel or, for past results, from the history. Other words complete to files.

_lmctl_sets() {
	local -a sets
	sets=(tx rx $(ipset list -t 2>/dev/null | awk '$1 == "Name:" { name = $2 }
		$1 == "Type:" && $2 == "hash:sr6flow" { print name }'))
	compadd -a sets
}

# _lmctl_names COMMAND...: the names of flows in the JSON output of lmctl
_lmctl_names() {
	local -a names
	names=(${(f)"$(lmctl "$@" --json 2>/dev/null | grep -o '"name":"[^"]*"' |
		sed 's/^"name":"//; s/"$//' | sort -u)"})
	compadd -a names
}

_lmctl() {
	local -a list
	local command=$words[2]
	if (( CURRENT == 2 )); then
		list=(${(f)"$(lmctl --help | awk '/^Commands:/ { on = 1; next }
			!NF { on = 0 } on { name = $1; sub(/^ *[^ ]+ +/, ""); print name ":" $0 }')"})
		_describe -t commands command list
		return
	fi
	if [[ $PREFIX = --set=* ]] && compset -P '--set='; then
		_lmctl_sets
		return
	fi
	if [[ $PREFIX = -* ]]; then
		list=(${(f)"$(lmctl $command --help 2>/dev/null |
			sed -nE 's/^(  -., |      )(--[a-z0-9-]+)[^ ]* *(.*)/\2:\3/p')"})
		_describe -o options list
		return
	fi
	case $command in
	stats) _lmctl_names flows ;;
	history | plot) _lmctl_names history --since=1d ;;
	del) (( CURRENT == 3 )) && _lmctl_sets || _lmctl_names flows $words[3] ;;
	*) if lmctl $command --help 2>/dev/null |
			grep -qE '^(Usage|  or): .*( \[?SET|\[?tx\]?)'; then
			_lmctl_sets
		else
			_files
		fi ;;
	esac
}

_lmctl "$@"
