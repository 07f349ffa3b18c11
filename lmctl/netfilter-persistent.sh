#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Plug-in of netfilter-persistent: keep sets of type hash:sr6flow, and rules that name
# them, out of the files that it restores.
#
# usage: netfilter-persistent.sh ACTION [DIRECTORY [CONFIGURATION]]
#
# Where the type is missing, for instance after a kernel upgrade without the module,
# 'ipset restore' stops at such a set, and ip6tables-restore loads no rule of a file that
# names a missing set: the host would start without its firewall. lmctl creates its sets
# and rules itself. This runs before the other plug-ins (start) and after them (save).
# Without the plug-in of libipset, 'ipset save' stops at such a set, and the sets behind it
# would be lost: this saves them.
set -eu

case ${1-} in
start | restart | reload | force-reload | save) ;;
*) exit 0 ;;
esac
directory=${2-/etc/iptables}
configuration=${3-/etc/sr6flow/lmctl.conf}
temporary=
trap 'rm -f "$temporary"' EXIT

# Without the plug-in of libipset, ipset stops at the first set of this type, if it has to
# read all sets.
stops=
[ -z "$(ipset list -n 2>/dev/null)" ] || ipset list -t >/dev/null 2>&1 || stops=1

# types: print the names and types of the sets in the kernel
types() {
	if [ -z "$stops" ]; then
		ipset list -t 2>/dev/null |
			awk '$1 == "Name:" { name = $2 } $1 == "Type:" { print name, $2 }'
		return
	fi
	ipset list -n | while read -r name; do
		echo "$name $(ipset list -t "$name" 2>&1 |
			sed -n 's/^Type: //p; s/.* settype \([^ ]*\) .*/\1/p')"
	done
}

# names: print the names of the sets of this type that are saved, in the kernel or in the
# configuration. The defaults of lmctl are ours unless a set of another type has the name.
names() {
	{
		awk '$1 == "create" { print $2, $3 }' "$directory/ipsets" 2>/dev/null || true
		types
		sed -n "s/^[\"']\{0,1\}set  *\([^ :\"']*\)[\"']\{0,1\} *:.*/\1 configured/p" \
			"$configuration" 2>/dev/null || true
		printf '%s configured\n' lm-tx lm-rx
	} | awk '
		$2 == "hash:sr6flow" { ours[$1] }
		$2 == "configured" { maybe[$1]; next }
		{ known[$1] }
		END {
			for (name in maybe)
				if (!(name in known))
					ours[name]
			for (name in ours)
				print name
		}'
}

# replace FILE COMMAND...: replace FILE by the output of a command, at once and only if it
# differs
replace() {
	file=$(readlink -f "$1")
	shift
	temporary=$(mktemp "$file.XXXXXX")
	cp --attributes-only --preserve=all "$file" "$temporary"
	"$@" >"$temporary"
	if cmp -s "$file" "$temporary"; then
		rm "$temporary"
	else
		sync "$temporary"
		mv -f "$temporary" "$file"
	fi
	temporary=
}

# rewrite FILE PROGRAM: replace FILE by the output of an awk program with the array ours
rewrite() {
	[ ! -f "$1" ] || replace "$1" awk -v names="$sets" \
		'BEGIN { n = split(names, name); while (n) ours[name[n--]] } '"$2" "$1"
}

# save_each: print each set that ipset can save; lists last, whose members must exist
save_each() {
	types | awk '{ print $2 == "list:set", $1 }' | sort -s -k 1,1 |
		while read -r _ name; do
			ipset save "$name" 2>/dev/null || true
		done
}

# 05-sr6flow runs before the file is written.
if [ "$1" = save ] && [ "${0##*/}" != 05-sr6flow ] && [ -n "$stops" ] &&
	[ -f "$directory/ipsets" ] &&
	! grep -qs '^IPSET_SKIP_SAVE=.*yes' /etc/default/netfilter-persistent; then
	echo "sr6flow: 'ipset save' is incomplete without the package ipset-sr6flow:" \
		"saving the other sets one by one" >&2
	replace "$directory/ipsets" save_each
fi

sets=$(names)

# Members of a list:set are sets, too.
# shellcheck disable=SC2016 # a program
rewrite "$directory/ipsets" '
	$1 == "create" && $3 == "list:set" { list[$2] }
	($1 == "create" || $1 == "add") && $2 in ours { next }
	$1 == "add" && $2 in list && $3 in ours { next }
	{ print }'

# A rule with other matches or a target goes as well: with it, none would be loaded.
# shellcheck disable=SC2016 # a program
rewrite "$directory/rules.v6" '
	{
		rule = $0
		gsub(/"([^"\\]|\\.)*"/, "\"\"", rule)
		n = split(rule, word)
		found = 0
		for (i = 1; i < n; i++)
			if (word[i] ~ /^--(match|add|del|map)-set$/ && word[i + 1] in ours)
				found = 1
		if (!found || rule !~ /^(\[[0-9]+:[0-9]+\] )?-A /) {
			print
			next
		}
		if (rule !~ /-A [^ ]+ -m set --match-set [^ ]+ (src|dst)$/)
			print "sr6flow: removed from rules.v6: " $0 >"/dev/stderr"
	}'
