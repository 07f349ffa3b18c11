# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# shellcheck disable=SC2034,SC2154 # now, pid, tmp: for and of other files
#
# Two nodes with 'lmctl run', a lossy path between them, and ways to disturb
# them; sourced by tests daemon_*.sh after lib.sh, with verdicts.sh and truth.sh.
#
# The test has config_of NODE, which prints the configuration of a node without
# its period.

# shellcheck source=test/vm/verdicts.sh
. "$test_dir/verdicts.sh"
# shellcheck source=test/vm/truth.sh
. "$test_dir/truth.sh"

period=500
load=

# chance_seed [SEED]: what is random comes from it
chance_seed() {
	seed=$((${1:-$SRANDOM} % 32768))
	RANDOM=$seed
	diag "seed $seed"
}

# daemon_net: network, sets, and packets of gold, 20 % of which get lost; the
# truth begins
daemon_net() {
	topo_srv6
	topo_direct
	tx_up
	rx_up
	netem_loss transit egress loss 20%
	truth_start
	start host-a ping -q -i 0.01 fd00:b::2 >"$tmp/ping"
	load=$started
	touch "$tmp/ingress.json"
	ln -sf ingress.json "$tmp/results"
}

load_stop() {
	kill -INT "$load"
	wait "$load" || true
	wait_for 10 links_quiet ingress transit transit egress
	wait_for 10 netem_drained transit egress
}

# up NODE...
up() {
	local node
	for node in "$@"; do
		service_start "$node" < <(config_of "$node")
	done
}

alive() {
	local node
	for node in ingress egress; do
		check "$now: lmctl run on $node is alive" \
			kill -0 "${pid[$node]}"
	done
}

# exact_soon: the disturbance is over: exact within six blocks
exact_soon() {
	local exact
	since=$(block_now "$period")
	wait_for 30 told_least "\$1 >= $since && \$2 == \"gold\" &&
		\$3 == \"exact\" && \$4 > 0" 1 || true
	exact=$(first_exact)
	within "${exact:-0}" "$since" $((since + 6)) \
		"$now: exact within six blocks"
}

# exact_again: and so is everything after them; takes longer
exact_again() {
	local last exact
	settled
	last=$((since + 6))
	exact=$(first_exact)
	within "${exact:-0}" "$since" "$last" "$now: exact within six blocks"
	# shellcheck disable=SC2016 # for awk to expand
	is "$(told "\$1 > $last && \$3 != \"exact\"")" '' \
		"$now: everything after that is exact"
}

# history_look check|rows|lock|own FILE [FLOW]: see host/history.py
history_look() {
	host_run python3 /mnt/host/history.py "$@"
}

# memory PID KEY: VmRSS or VmHWM, in kilobytes
memory() {
	status_of "$1" "$2" | cut -d ' ' -f 1
}
