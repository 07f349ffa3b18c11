#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# packages: boots=stable,stable disk=installed limit=2400
#
# Beside Docker as the package configures it: its rules are those of IPv4.
. "$(dirname "$0")/../firewall.sh"

fw_up() {
	systemctl enable --now docker
}

fw_changes() {
	kept systemctl restart docker
}

fw_down() {
	stays systemctl stop docker.socket docker
}

boot
