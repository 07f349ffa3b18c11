#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# packages: boots=stable disk=installed limit=1500
#
# Removal: refused as a whole while others use a set of ours, and the service goes on.
# Removed and purged: nothing of ours is left, and all else is as it was.
. "$(dirname "$0")/../lib.sh"

packages=(lmctl ipset-sr6flow sr6flow-dkms libsr6flow-dev libsr6flow0)

# refused NAME REGEX: removal fails with this message, and nothing has happened
refused() {
	begin "$1"
	check_fails "$now: apt remove fails and says what to do" "$2" apt-get -y remove "${packages[@]}"
	is "$(dpkg-query -f '${db:Status-Abbrev}' -W lmctl ipset-sr6flow sr6flow-dkms | xargs)" \
		"ii ii ii" "$now: the packages stay"
	is "$(systemctl show -p InvocationID --value "${units[@]}" lmctl@blue sr6flow-sets@blue)" \
		"$running" "$now: the services are not stopped"
}

# instance: another daemon, in a network namespace
instance() {
	ip netns add blue
	printf '%s\n' "period: ${period}ms" "rotate: tx" "set tx:" \
		'history: {file: /var/lib/sr6flow/blue/history.db}' >/etc/sr6flow/blue.conf
	systemctl -q enable lmctl-rotate@other.timer
	systemctl -q enable --now lmctl@blue
	running=$(systemctl show -p InvocationID --value "${units[@]}" lmctl@blue sr6flow-sets@blue)
}

# left: files of the packages, and what they made
left() {
	local file
	while read -r file; do
		[ -d "$file" ] || { [ ! -e "$file" ] && [ ! -L "$file" ]; } || echo "$file"
	done <"$tmp/files"
	find /boot /etc /lib/modules /run /usr /var \( -name '*sr6flow*' -o -name '*lmctl*' \) \
		-not -name '*sr6flow-test*' -not -path '/var/cache/*' -not -path '/var/log/*' \
		-not -path '/run/systemd/*' -not -path '/run/log/*'
	grep sr6flow /proc/modules || true
	systemctl list-units --all --plain --no-legend -t service,timer '*lmctl*' 'sr6flow-sets*'
	grep -rlE 'lm-tx|sr6flow' /etc/iptables || true
	getent passwd sr6flow || true
	getent group sr6flow || true
}

boot_1() {
	local theirs
	egress_up
	instance
	ip6tables -A FORWARD -m set --match-set lm-tx src -j ACCEPT
	refused "rule of others" \
		"'lm-tx' is in use by rule 1 of chain FORWARD, .*: remove it with 'ip6tables.* -D FORWARD 1'"
	ip6tables -D FORWARD 1
	# That of the other end, which is no instance.
	refused "other namespace" "'ip netns exec egress lmctl deinit --set=lm-rx tx rx'"
	exact_again
	systemctl stop egress
	on egress lmctl deinit

	begin removal
	ipset create own hash:net family inet6
	ipset add own 2001:db8::/32
	ip6tables -A INPUT -m set --match-set own src -j DROP
	theirs=$(theirs)
	ipset save >/etc/iptables/ipsets
	ip6tables-save >/etc/iptables/rules.v6
	dpkg -L "${packages[@]}" >"$tmp/files"
	check "$now: apt remove" apt-get -y remove "${packages[@]}"
	is "$(ipset list -n)$(on blue ip6tables -t mangle -S | grep -e -A)" own "$now: of the sets, those of others are left"
	is "$(theirs)" "$theirs" "$now: other rules and sets are untouched"
	check "$now: the saved files can be restored" \
		bash -c 'ipset restore -exist </etc/iptables/ipsets && ip6tables-restore </etc/iptables/rules.v6'
	is "$(theirs)" "$theirs" "$now: and are those of others"
	# Of the others, removal has left nothing.
	check "$now: apt purge" apt-get -y purge lmctl
	is "$(left)" "" "$now: nothing of ours is left"
	is "$(systemctl list-units --failed --plain --no-legend)" "" "$now: no unit has failed"
}

boot
