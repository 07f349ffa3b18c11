#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# vm: icount=yes kernels=6.1,6.12 quick=yes timeout=480 seconds=14
#
# The first five minutes of the README: every line "ingress# ..." and
# "egress# ..." as it stands there, with traffic between the two; and the
# configuration file that it shows.
. "$(dirname "$0")/../lib.sh"

readme=$test_dir/README.md
cd "$tmp"
topo_srv6 --sids fcff:2::1,fcff:3::100
topo_direct
netem_loss transit egress loss 4%

sed -nE 's/^    (ingress|egress)# (.*)/\1 \2/p' "$readme" >commands
within "$(wc -l <commands)" 10 50 "the README has commands"

recorded() {
	[ "$(wc -l <sent.jsonl)" -ge 6 ] && [ "$(wc -l <received.jsonl)" -ge 6 ]
}

# A minute of traffic, and what both ends recorded of it.
minute() {
	on host-a ping -q -i 0.05 -w 60 fd00:b::2 >/dev/null || true
	wait_for 60 netem_drained transit egress
	wait_for 60 recorded
}

sed -n '/^    # .*lmctl.conf$/,/^$/s/^    //p' "$readme" >lmctl.conf
check "the configuration" lmctl run --check -c lmctl.conf

while read -r node command <&9; do
	case $command in
	*'&')
		read -ra words <<<"${command%&}"
		on "$node" "${words[@]}" >>background 2>&1 &
		;;
	*)
		read -ra words <<<"$command"
		[ "${words[1]}" != loss ] || minute
		check "$node# $command" on "$node" "${words[@]}"
		;;
	esac
done 9<commands

lost=$(lmctl loss --json sent.jsonl received.jsonl | jq '[.totals[].lost] | add')
within "$lost" 1 1000 "loss was found"
is "$(grep -c . background)" 0 "the programs in the background had nothing to say"
