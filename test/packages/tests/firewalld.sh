#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# packages: boots=stable,stable disk=installed limit=2400
#
# Beside firewalld, whose rules are in a table of its own and, direct ones, in those of ip6tables.
. "$(dirname "$0")/../firewall.sh"

fw_up() {
	# Otherwise the kernel does not track packets that it encapsulates, and firewalld drops
	# them.
	echo nf_conntrack >/etc/modules-load.d/conntrack.conf
	echo net.netfilter.nf_hooks_lwtunnel=1 >/etc/sysctl.d/conntrack.conf
	modprobe nf_conntrack
	sysctl -qp /etc/sysctl.d/conntrack.conf
	firewall-offline-cmd -q --set-default-zone=trusted
	firewall-offline-cmd -q --direct --add-rule ipv6 filter INPUT 0 -p tcp --dport 23 -j DROP
	systemctl enable --now firewalld
	# On Debian 12 it has no rules yet.
	wait_for 60 firewall-cmd --state
}

fw_changes() {
	lost firewall-cmd --reload
	lost systemctl restart firewalld
}

# At Debian 12, systemd starts our service before firewalld has removed the rules of others.
at_boot() {
	grep -q '^VERSION_CODENAME=bookworm' /etc/os-release || never_gone
}

fw_down() {
	removed systemctl stop firewalld
}

boot
