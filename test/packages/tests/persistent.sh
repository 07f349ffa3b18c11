#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# packages: boots=stable,stable disk=installed limit=2400
#
# Beside netfilter-persistent with ipset-persistent: rules are replaced at each start.
. "$(dirname "$0")/../firewall.sh"

fw_up() {
	ip6tables -P INPUT DROP
	ip6tables -A INPUT -m conntrack --ctstate ESTABLISHED,RELATED -j ACCEPT
	ip6tables -A INPUT -p ipv6-icmp -j ACCEPT
	ip6tables -t mangle -A FORWARD -p tcp --tcp-flags SYN,RST SYN -j TCPMSS --clamp-mss-to-pmtu
	ipset create admins hash:net family inet6
	ipset add admins 2001:db8::/32
	ip6tables -A INPUT -m set --match-set admins src -j ACCEPT
	netfilter-persistent save
	systemctl enable --now netfilter-persistent
}

fw_changes() {
	kept netfilter-persistent save
	lost systemctl restart netfilter-persistent
	lost netfilter-persistent reload
}

# Not "netfilter-persistent flush": it destroys all sets, and failed at that once; see
# ../../RECORD.md.
fw_down() {
	removed ip6tables -t mangle -F
}

boot
