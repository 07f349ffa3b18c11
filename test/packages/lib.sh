# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# shellcheck disable=SC2034,SC2154 # variables for and of the libraries of test/vm
#
# Sourced by the tests. The system is the ingress of topo.sh's network and measures as a
# service; the other nodes are network namespaces.
#
# A test has a function boot_N for each boot of its head, and ends with "boot".
set -eEuo pipefail

# shellcheck source=test/vm/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/../vm/lib.sh"
# shellcheck source=test/vm/daemon.sh
. "$test_dir/daemon.sh"

period=2000
units=(sr6flow-sets lmctl)
node_ns=([ingress]=ingress [host-a]=host-a [transit]=transit [egress]=egress [host-b]=host-b)

boot() {
	"boot_$BOOT"
}

# Like net.sh's, but nodes live as long as the system, which is one of them.
node_add() {
	local node
	for node in "$@"; do
		if [ "$node" = ingress ]; then
			ip netns attach ingress 1
		else
			ip netns add "$node"
		fi
		node_forwards "$node"
	done
}

# net_up: the network, lossless, with a counter of the packets that the ingress has sent
net_up() {
	sysctl -qw net.core.netdev_max_backlog=100000
	topo_srv6
	topo_direct
	netem_loss transit egress loss 0%
	on transit nft -f - <<-END
		table ip6 truth {
			chain passing {
				type filter hook prerouting priority raw
				iifname ingress ip6 nexthdr 43 counter
			}
		}
	END
}

# passed_transit: packets of flows that the ingress has sent since the network came up
passed_transit() {
	on transit nft -j list table ip6 truth | jq '.. | .counter? // empty | .packets'
}

# load_start, load_stop: packets of the flow "gold"
load_start() {
	systemd-run -q --unit=load nsenter --net=/run/netns/host-a ping -q -i 0.02 fd00:b::2
}

load_stop() {
	systemctl stop load
	wait_for 10 links_quiet ingress transit transit egress
	wait_for 10 netem_drained transit egress
}

# egress_up: the other end, which answers
egress_up() {
	rx_up
	systemd-run -q --unit=egress -p NetworkNamespacePath=/run/netns/egress \
		lmctl reflect rx --period "${period}ms"
	wait_for 30 listens egress 862
}

# begin NAME: what is said of blocks from here on, and in the journal, belongs to this part
# of the test
begin() {
	now=$1
	first=$(block_now "$period")
	journal_since=$EPOCHREALTIME
}

# journal [UNIT]: messages of this part
journal() {
	journalctl -q -b --no-pager -o cat --since "@$journal_since" ${1:+-u "$1"}
}

# logged UNIT REGEX
logged() {
	journal "$1" | grep -qE -- "$2"
}

# told [AWK CONDITION]: lines "BLOCK NAME STATUS SENT LOST REASON" of this part's blocks,
# from the history that the service keeps; not its gap rows, which are of several blocks
told() {
	lmctl history --json gold | jq -r --argjson first "$first" '
		select(.block >= $first and (.gap | not)) |
		"\(.block) \(.name) \(.status) \(.sent) \(.lost) \(.reason)"' | awk "${1:-1}"
}

# exact_again: a block is exact that begins after this moment
exact_again() {
	since=$(($(block_now "$period") + 1))
	if wait_for 60 exact_since; then
		ok "$now: exact after $(($(first_exact) - since)) more blocks"
	else
		not_ok "$now: exact again" "$(told)"
	fi
}

exact_since() {
	[ -n "$(first_exact)" ]
}

# configure: the ingress, as its operator does
configure() {
	echo "gold=$topo_source@$sids" >/etc/sr6flow/flows
	cat >/etc/sr6flow/lmctl.conf <<-END
		period: ${period}ms
		rotate: tx
		set tx: {flows: /etc/sr6flow/flows}
		measure to-egress:
		  peers: egress=fd00:c::3
		history:
	END
}

# truth_over: the load has ended, and what was sent is told; the truth is there
truth_over() {
	local last
	last=$(block_now "$period")
	wait_for 60 told_least "\$1 >= $last" 1
	truth_stop
}

# theirs: all rules and sets but ours, without counters and handles, and without tables that
# have no rules and accept all. The tables of iptables-nft are among the rules of
# iptables-save.
theirs() {
	local save table
	for save in iptables-save ip6tables-save; do
		"$save" | awk -v save="$save" '
			/^\*/ { table = $1 }
			/^[:-]/ && !/ lm-/ && !/^:[^ ]* ACCEPT/ {
				sub(/ \[[0-9:]*\]$/, "")
				print save, table, $0
			}'
	done
	for table in $(nft -j list tables | jq -r '.nftables[].table // empty |
		select(.family | . != "ip" and . != "ip6") | .family + ":" + .name'); do
		nft -s list table "${table%%:*}" "${table#*:}"
	done
	ipset save -o save | awk '$2 !~ /^lm-/'
}
