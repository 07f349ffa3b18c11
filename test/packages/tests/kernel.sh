#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# packages: boots=stable,next,next,stable disk=installed limit=2400
#
# A kernel upgrade without the headers that DKMS needs, on a router whose firewall is of
# netfilter-persistent: all that is its operator's is restored, the journal says what is
# missing. With the headers DKMS builds the module, and the next boots measure: on the new
# kernel, and on the old one again.
. "$(dirname "$0")/../lib.sh"

persistent=/var/tmp/theirs

# firewall: the operator's sets and rules; the module of ours is saved along
firewall() {
	ipset create admins hash:net family inet6
	ipset add admins fd00:c::/64
	ipset create blocked hash:ip
	ipset add blocked 192.0.2.1
	iptables -A INPUT -m set --match-set blocked src -j DROP
	ip6tables -P INPUT DROP
	ip6tables -A INPUT -m conntrack --ctstate ESTABLISHED,RELATED -j ACCEPT
	ip6tables -A INPUT -p ipv6-icmp -j ACCEPT
	ip6tables -A INPUT -m set --match-set admins src -j ACCEPT
	ip6tables -t mangle -A FORWARD -p tcp --tcp-flags SYN,RST SYN -j TCPMSS --clamp-mss-to-pmtu
}

measures() {
	egress_up
	begin "$1"
	exact_again
	is "$(theirs)" "$(cat $persistent)" "$now: the operator's sets and rules"
}

boot_1() {
	begin save
	firewall
	theirs >$persistent
	systemctl -q enable netfilter-persistent
	check "netfilter-persistent save" netfilter-persistent save
	is "$(grep -l 'lm-\|sr6flow' /etc/iptables/*)" "" "save: nothing of ours is in what is restored"
}

boot_2() {
	begin "no module"
	is "$(modinfo -F filename ip_set_hash_sr6flow 2>&1 | grep -c not.found)" 1 \
		"$now: there is none for $(uname -r)"
	is "$(systemctl is-active netfilter-persistent)" active "$now: the firewall is up"
	is "$(theirs)" "$(cat $persistent)" "$now: the operator's sets and rules"
	is "$(ip6tables -S INPUT | head -n 1)" "-P INPUT DROP" "$now: INPUT is DROP"
	like "$(systemctl list-units --failed --plain --no-legend)" '^sr6flow-sets' "$now: the unit has failed"
	is "$(systemctl list-units --failed --plain --no-legend | grep -cv -e sr6flow-sets -e lmctl)" 0 \
		"$now: no other unit has failed"
	like "$(journalctl -q -b -o cat -u sr6flow-sets)" \
		'ip_set_hash_sr6flow|hash:sr6flow' "$now: the journal says what is missing"
	check "apt install of the headers" apt-get -y install /pool/next/*.deb
	check "DKMS has built the module" modinfo ip_set_hash_sr6flow
	check "the services start" systemctl restart "${units[@]}"
	measures "module built"
}

boot_3() {
	measures "new kernel"
}

boot_4() {
	measures "old kernel"
}

boot
