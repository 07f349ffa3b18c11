#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# packages: boots=stable,stable disk=installed limit=1800
#
# Instances: the other end is one, in its network namespace, also after a reboot. Then
# the colour is changed by a timer, as long as there are sets.
. "$(dirname "$0")/../lib.sh"

instances=(sr6flow-sets@egress lmctl@egress)

# measures NAME: the instance answers, and the daemon of the system measures
measures() {
	begin "$1"
	is "$(systemctl is-active "${units[@]}" "${instances[@]}" | xargs)" \
		"active active active active" "$now: all services run"
	is "$(on egress ipset list -n) $(on ingress ipset list -n)" "lm-rx lm-tx" \
		"$now: each namespace has its set"
	exact_again
	check "$now: lmctl top reads from the instance" lmctl top --instance=egress --once
	check "$now: and from the daemon" lmctl top --once
}

boot_1() {
	printf '%s\n' "period: ${period}ms" "set rx: {flows: /etc/sr6flow/flows}" \
		"reflect: {sets: rx}" >/etc/sr6flow/egress.conf
	check "systemctl enable --now lmctl@egress" systemctl enable --now lmctl@egress
	measures instance

	begin stop
	systemctl stop sr6flow-sets@egress
	is "$(systemctl is-active "${units[@]}" "${instances[@]}" | xargs)" \
		"active active inactive inactive" "$now: only the instance stops"
	is "$(on egress ipset list -n)" "" "$now: its set is removed"
	check "$now: it starts again" systemctl start lmctl@egress
	measures restart
}

# runs: number of runs of the timer's service in this part
runs() {
	journal lmctl-rotate@tx | grep -c '^Finished'
}

boot_2() {
	measures reboot
	is "$(systemctl list-units --failed --plain --no-legend)" "" "$now: no unit has failed"

	begin timer
	systemctl -q disable --now "${units[@]}" "${instances[@]}"
	echo 'set tx: {flows: /etc/sr6flow/flows}' >/etc/sr6flow/lmctl.conf
	mkdir /etc/systemd/system/lmctl-rotate@tx.{timer,service}.d
	printf '[Timer]\nOnCalendar=\nOnCalendar=*:*:0/5 UTC\n' \
		>/etc/systemd/system/lmctl-rotate@tx.timer.d/period.conf
	printf '[Service]\nEnvironment=PERIOD=5s\n' \
		>/etc/systemd/system/lmctl-rotate@tx.service.d/period.conf
	systemctl daemon-reload
	check "$now: enable --now" systemctl enable --now lmctl-rotate@tx.timer
	check "$now: the sets are made" wait_for 30 ipset list -n lm-tx
	for colour in 0x00010000 0x00020000 0x00010000; do
		check "$now: the colour changes to $colour" wait_for 30 colour_is "$colour"
	done

	begin "sets stopped"
	systemctl stop sr6flow-sets
	is "$(systemctl is-active lmctl-rotate@tx.timer)" inactive "$now: the timer is stopped"
	begin "sets stopped"
	period=5000 blocks_pass 3
	is "$(runs) $(ipset list -n | wc -l)" "0 0" "$now: neither runs nor sets"
	is "$(systemctl list-units --failed --plain --no-legend)" "" "$now: no unit has failed"
	systemctl start lmctl-rotate@tx.timer
	check "$now: the timer starts them" wait_for 30 colour_is 0x00020000
}

colour_is() {
	ipset list -t lm-tx | grep -q "initval $1"
}

boot
