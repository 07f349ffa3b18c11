#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Fail if services of lmctl are enabled or run, or if sets of type hash:sr6flow exist, and
# name them and the rules: module and plug-in must stay until they are gone. Without the
# plug-in, ipset lists no set at all. Services would run on without their files.
set -eu

units=$({
	find /etc/systemd/system -type l \( -name 'lmctl*' -o -name 'sr6flow-sets*' \) \
		-path '*.wants/*' -printf '%f\n' 2>/dev/null || true
	[ ! -d /run/systemd/system ] ||
		systemctl list-units --plain --no-legend --state=active,activating \
			'lmctl*' 'sr6flow-sets*' | awk '$1 !~ /[.]slice$/ { print $1 }'
} | sort -u)
if [ -n "$units" ]; then
	# shellcheck disable=SC2086 # a list
	echo 'Not removed: services are enabled or run. Stop them first:' \
		'systemctl disable --now' $units >&2
	exit 1
fi

# The module counts its sets in all network namespaces.
count=$(cat /sys/module/ip_set_hash_sr6flow/refcnt 2>/dev/null || echo 0)
[ "$count" -gt 0 ] || exit 0

sets=$(ipset list -t 2>/dev/null | awk '$1 == "Name:" { name = $2 }
	$1 == "Type:" && $2 == "hash:sr6flow" { print name }')
{
	echo "Not removed: sets of type hash:sr6flow exist ($count)."
	for set in $sets; do
		echo "set $set"
		for save in ip6tables-nft-save ip6tables-legacy-save; do
			$save -t mangle 2>/dev/null | grep -- "-set $set " | sed 's/^/  rule /' || true
		done
	done
	echo 'Stop lmctl, then remove each set with its rule:'
	echo '  systemctl disable --now lmctl sr6flow-sets'
	for set in $sets; do
		echo "  lmctl deinit --set=$set tx rx"
	done
	[ -n "$sets" ] || echo '  lmctl deinit, in the network namespaces that have sets (ip netns)'
} >&2
exit 1
