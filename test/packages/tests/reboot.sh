#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# packages: boots=stable disk=installed limit=1200
#
# After a reboot: the set, its rule and its flows exist before the first packet, and
# blocks are exact again. A set without flows is reported.
. "$(dirname "$0")/../lib.sh"

boot_1() {
	is "$(systemctl is-active "${units[@]}" | xargs)" "active active" "the services run"
	egress_up
	netem_loss transit egress loss 5%
	begin reboot
	truth_start
	exact_again
	load_stop
	is "$(counted ingress lm-tx packets)" "$(passed_transit)" \
		"$now: every packet since the network came up is counted"
	truth_over
	truth_holds 1
	is "$(journalctl -q -b -p err -o cat -u lmctl -u sr6flow-sets)" "" \
		"$now: no error in the journal"

	begin empty
	: >/etc/sr6flow/flows
	systemctl stop "${units[@]}"
	rm -r /var/lib/sr6flow-sets
	check "$now: the services start" systemctl start "${units[@]}"
	check "$now: the journal says so" wait_for 30 logged lmctl "set 'lm-tx' has no flows"
}

boot
