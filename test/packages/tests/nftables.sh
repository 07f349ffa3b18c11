#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# packages: boots=stable,stable disk=installed limit=2400
#
# Beside nftables.service, whose file begins with 'flush ruleset'.
. "$(dirname "$0")/../firewall.sh"

fw_up() {
	cat >/etc/nftables.conf <<-END
		flush ruleset
		table inet filter {
			chain input {
				type filter hook input priority 0; policy drop;
				ct state established,related accept
				iif lo accept
				meta l4proto ipv6-icmp accept
			}
		}
	END
	systemctl enable --now nftables
}

fw_changes() {
	lost systemctl reload nftables
	lost systemctl restart nftables
}

fw_down() {
	removed systemctl stop nftables
}

boot
