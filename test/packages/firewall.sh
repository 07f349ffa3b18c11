# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# Sourced by the tests of firewalls, which have three functions of their own:
#
#   fw_up       configure, enable and start the firewall, as its operator does
#   fw_changes  what the operator does later: lost, kept
#   fw_down     the end of the firewall: removed, stays
#
# At boot 1 the service starts beside a firewall that runs, at boot 2 both start.

# shellcheck source=test/packages/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

without=/var/tmp/theirs

# same: their rules and sets are as without us; firewalld of Debian 12 loads them after
# systemctl has returned
same() {
	if wait_for 10 compare; then
		ok "$now: their rules and sets are as without us"
	else
		not_ok "$now: their rules and sets are as without us" "$(compare)"
	fi
}

compare() {
	theirs | diff $without -
}

# removed COMMAND...: it removes the rule, which comes back
removed() {
	begin "$*"
	check "$now" "$@"
	check "$now: the journal says what is missing" wait_for 60 \
		logged lmctl "no rule references the set|set 'lm-tx' is gone"
	check "$now: and that it is back" wait_for 60 logged lmctl 'its rule counts again'
	exact_again
}

# stays COMMAND...: it does not touch the rule
stays() {
	begin "$*"
	check "$now" "$@"
	exact_again
	never_gone
}

never_gone() {
	is "$(journal lmctl | grep -e 'no rule' -e gone)" "" "$now: the rule was never gone"
}

# lost COMMAND..., kept COMMAND...: the same, and the firewall is complete
lost() {
	removed "$@"
	same
}

kept() {
	stays "$@"
	same
}

measure_up() {
	egress_up
	netem_loss transit egress loss 5%
	truth_start
}

measure_down() {
	now="boot $BOOT"
	first=$truth_from
	load_stop
	truth_over
	truth_holds 2
}

boot_1() {
	systemctl stop "${units[@]}"
	fw_up
	theirs >$without
	measure_up
	kept systemctl start "${units[@]}"
	fw_changes
	measure_down
}

at_boot() {
	never_gone
}

boot_2() {
	measure_up
	begin boot
	journal_since=0
	exact_again
	at_boot
	same
	is "$(systemctl list-units --failed --plain --no-legend)" "" "$now: no unit has failed"
	fw_down
	measure_down
}
