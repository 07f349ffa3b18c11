#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# vm: icount=yes kernels=6.1,6.12 quick=yes timeout=480 seconds=14
#
# The first five minutes of the README: every line "ingress# ..." and
# "egress# ..." as it stands there, with traffic between the two; the row of
# 'lmctl measure' and the configuration files that it shows, whose sets, rules and flows
# 'lmctl up' creates.
. "$(dirname "$0")/../lib.sh"

readme=$test_dir/README.md
cd "$tmp"
topo_srv6 --sids fcff:2::1,fcff:3::100
topo_direct
netem_loss transit egress loss 4%

sed -nE 's/^    (ingress|egress)# (.*)/\1 \2/p' "$readme" >commands
within "$(wc -l <commands)" 10 50 "the README has commands"

for node in ingress egress; do
	sed -n "/^    # .*lmctl.conf of the $node\$/,/^\$/s/^    //p" "$readme" >"$node.conf"
	check "the configuration of the $node" lmctl run --check -c "$node.conf"
done

recorded() {
	[ "$(wc -l <sent.jsonl)" -ge 6 ] && [ "$(wc -l <received.jsonl)" -ge 6 ]
}

start host-a ping -q -i 0.05 fd00:b::2 >/dev/null
traffic=$started
declare -A background=()

while read -r node command <&9; do
	case $command in
	*'&')
		read -ra words <<<"${command%&}"
		start "$node" "${words[@]}" >>background 2>&1
		background[$node]+=" $started"
		continue
		;;
	# The jobs of the operator's shell are this shell's.
	"kill \$(jobs -p)")
		for program in ${background[$node]}; do
			status=0
			stop "$program" || status=$?
			is "$status" 0 "$node# $command: status of a program"
		done
		continue
		;;
	'lmctl loss '*)
		wait_for 60 recorded
		stop "$traffic" || true
		wait_for 60 netem_drained transit egress
		;;
	'lmctl measure '*) command+=' >measured' ;;
	esac
	check "$node# $command" on "$node" bash -c "$command"
done 9<commands

is "$(head -n 1 measured | tr -s ' ')" \
	"$(sed -n 's/^    \(MEASUREMENT .*\)/\1/p' "$readme" | tr -s ' ')" \
	"the README shows the columns of measure"
lost=$(lmctl loss --json sent.jsonl received.jsonl | jq '[.totals[].lost] | add')
within "$lost" 1 1000 "loss was found"
is "$(grep -c . background)" 0 "the programs in the background had nothing to say"

has_flow() {
	[ "$(on "$1" lmctl flows --json | jq '[.sets[].flows[]] | length')" = 1 ]
}

sed -i "s|/etc/sr6flow/flows|$tmp/flows|; /^metrics:/,\$d" ./*.conf
for now in "after a boot" "at another start"; do
	for node in ingress egress; do
		check "$now: lmctl up" on "$node" lmctl up -c "$node.conf"
		start "$node" lmctl run -c "$node.conf" >/dev/null
		check "$now: the $node has the flow" wait_for 10 has_flow "$node"
		stop "$started" || true
	done
done
