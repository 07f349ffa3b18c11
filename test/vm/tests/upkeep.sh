#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# vm: icount=yes kernels=6.1,6.12 mem=1024 timeout=400 seconds=40
#
# 'lmctl run' as an unprivileged user, with sections set: a firewall is reloaded, a set
# destroyed, flushed. The daemon reports it in one line, puts back the rule or the set
# with its flows, and reports that. Blocks are invalid meanwhile and never wrong. What it
# may not do as this user it reports once, with the reason.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../verdicts.sh"

period=500
topo_srv6
topo_direct
touch "$tmp/ingress.json"
ln -sf ingress.json "$tmp/results"
# The daemons make their sockets here.
chmod 1777 "$tmp"
printf '%s\n' "gold=$topo_source@$sids" "idle=$topo_source@$idle" >"$tmp/flows"

# up NODE SET [SETTING] <SECTIONS
up() {
	{
		echo "user: nobody"
		echo "set $2: {flows: $tmp/flows${3-}}"
		cat
	} >"$tmp/$1.part"
	service_start "$1" <"$tmp/$1.part"
}

# rules NODE: those of the sets
rules() {
	on "$1" ip6tables-nft -t mangle -S
	on "$1" ip6tables-legacy -t mangle -S
}

rule_is_back() {
	[ "$(rules "$1" 2>/dev/null | grep -c match-set)" = 1 ]
}

# log_has NODE TEXT: in a line since mark_messages
log_has() {
	grep -q -- "$2" < <(tail -n +$((${lines[$1]-0} + 1)) "$tmp/$1.err")
}

flows_metric() {
	[ "$(scrape ingress | sed -n 's/^sr6flow_set_flows{set="lm-tx"} //p')" = "$1" ]
}

begin start
for pair in 'ingress tx' 'egress rx'; do
	read -r node set <<<"$pair"
	echo "set $set: {flows: $tmp/flows}" >"$tmp/$node.conf"
	on "$node" lmctl up -c "$tmp/$node.conf" 2>/dev/null
done
up ingress tx <<-END
	rotate: tx
	measure m: {peers: egress=fd00:c::3}
	metrics:
END
up egress rx <<<'reflect: {sets: rx}'
iperf_serve host-b
start host-a iperf3 -c fd00:b::2 -u -b 400k -l 200 -t 3600 >"$tmp/iperf"
recovered

for node in ingress egress; do
	begin "flush ruleset at $node"
	mark_messages
	on "$node" nft flush ruleset
	check "$now: the rule comes back" wait_for 3 rule_is_back "$node"
	wait_for 20 log_has "$node" 'counts again'
	recovered
	said "$node" ': no-rule: no rule references the set, .*; putting it back' 'its rule counts again'
done

begin destroy
mark_messages
on egress ip6tables -t mangle -F
on egress ipset destroy lm-rx
check "$now: set and rule come back" wait_for 3 rule_is_back egress
recovered
is "$(on egress lmctl flows rx --json | jq '.sets[0].flows | length')" 2 "$now: with the flows"
like "$(tail -n +$((lines[egress] + 1)) "$tmp/egress.err")" "set 'lm-rx' is gone: creating it again" \
	"$now: the log has it"

# A planned reboot of the counting node: packets pass while there is no set.
begin saved
mkdir "$tmp/saved"
on egress lmctl add rx "own=fc00::7@$sids"
daemon_stop egress
on egress lmctl down -c "$tmp/egress.conf" --save "$tmp/saved"
blocks_pass 2
on egress lmctl up -c "$tmp/egress.conf" --restore "$tmp/saved" 2>/dev/null
up egress rx <<<'reflect: {sets: rx}'
recovered
is "$(on egress lmctl flows rx --json | jq -r '[.sets[0].flows[].name] | sort | join(" ")') $(ls "$tmp/saved")" \
	"gold idle own " "$now: all flows are back, the file is gone"

begin empty
mark_messages
check "$now: the metric has the flows" flows_metric 2
on ingress lmctl flush tx
wait_for 20 log_has ingress 'has no flows'
check "$now: the metric shows none" flows_metric 0
on ingress lmctl add tx --file="$tmp/flows"
wait_for 20 log_has ingress 'has flows again'
said ingress "set 'lm-tx' has no flows: nothing is counted" 'has flows again'
recovered

begin legacy
daemon_stop egress
on egress lmctl deinit rx
sed "s|{|{ip6tables: ip6tables-legacy, |; s|period.*||" "$tmp/egress.conf" >"$tmp/legacy.conf"
on egress lmctl up -c "$tmp/legacy.conf" 2>/dev/null
up egress rx ', ip6tables: ip6tables-legacy' <<<'reflect: {sets: rx}'
recovered
mark_messages
on egress ip6tables-legacy -t mangle -F
wait_for 20 log_has egress 'the repair failed'
# As sr6flow-sets.service does for its user.
chown :nogroup /run/xtables.lock
chmod g+r /run/xtables.lock
wait_for 20 log_has egress 'counts again'
said egress ': no-rule: ' "the repair failed, .*xtables.lock" \
	'its rule counts again'
recovered
daemon_stop ingress egress
