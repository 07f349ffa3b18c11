#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# packages: boots=stable disk=fresh limit=3600
#
# A router that has traffic already: install the packages, write one file, enable the
# service, and blocks are exact: their figures are what was on the wire.
. "$(dirname "$0")/../lib.sh"

period=10000

boot_1() {
	local began
	touch /etc/sr6flow-test-net
	net_up
	load_start
	netem_loss transit egress loss 5%
	begin install
	began=$EPOCHSECONDS
	check "apt install" apt-get -y install /job/debs/*.deb
	diag "packages installed after $((EPOCHSECONDS - began)) s"
	install -d /etc/sr6flow
	configure
	check "the file is right" lmctl run --check
	check "systemctl enable --now lmctl" systemctl enable --now lmctl
	egress_up
	truth_start
	exact_again
	# The emulated processor is far slower than a router, and its host is shared.
	diag "first exact block after $((EPOCHSECONDS - began)) s"
	load_stop
	truth_over
	truth_holds 1
	is "$(systemctl list-units --failed --plain --no-legend)" "" "no unit has failed"
	diag "$(systemd-analyze security --no-pager "${units[@]/%/.service}" | grep Overall)"
	# Shorter blocks for the tests that follow.
	period=2000
	configure
}

boot
