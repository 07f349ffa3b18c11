#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# vm: icount=yes kernels=6.1,6.12 timeout=400 seconds=29
#
# Packets that reach a marking rule a second time, in a network that loses nothing:
# another set marks them first, they cross the node twice, another
# ingress sends them through this one. Each time the blocks are invalid with the right
# reason, and no figure is wrong; afterwards all blocks are exact again.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../verdicts.sh"

period=500
twice=fcff:2::1,fcff:1::1,fcff:2::2,fcff:3::100

topo_srv6
topo_direct
# Without source: what two ingresses send is one flow.
on ingress lmctl init tx --netmask 0
on egress lmctl init rx --netmask 0
for end in "ingress lmctl add tx" "egress lmctl add rx"; do
	# shellcheck disable=SC2086 # words
	on $end gold=$sids twice=$twice idle=$idle
done

# A second ingress, whose way to the egress leads through the first one.
node_add other
link_add other ingress 2000
offloads off other ingress
offloads off ingress other
node_ip other <<-END
	addr add fc00:41::4/64 dev ingress nodad
	sr tunsrc set fc00:41::4
	route add fcff::/16 via fc00:41::1 dev ingress
	route add fd00:b::/64 encap seg6 mode encap segs $sids dev ingress
END
node_ip ingress <<<"addr add fc00:41::1/64 dev other nodad"
make_permanent_neighbours other ingress
node_ip egress <<<"route add fc00:41::/64 via fc00:23::2 dev transit"
node_ip transit <<<"route add fc00:41::/64 via fc00:12::1 dev ingress"
on other lmctl init tx --netmask 0
on other lmctl add tx gold=$sids

start host-a ping -q -i 0.01 fd00:b::2 >/dev/null
start ingress lmctl rotate tx --period ${period}ms
start other lmctl rotate tx --period ${period}ms
start egress lmctl reflect rx --period ${period}ms
start ingress lmctl measure egress=fd00:c::3 --json --period ${period}ms \
	>>"$tmp/results"

# met [FLOW]: six blocks of it, with packets counted apart
met() {
	local before
	before=$(foreign "${1-gold}")
	blocks_pass 6
	within "$(($(foreign "${1-gold}") - before))" 10 100000 \
		"$now: packets are counted apart"
}

# foreign FLOW: packets that had a colour when they came to the rule
foreign() {
	on ingress lmctl stats --json --set lm-tx | jq "[.. | objects |
		select(.name? == \"$1\") | .counters.foreign.packets] | add // 0"
}

begin start
recovered

begin two-sets
on ingress ipset create second hash:sr6flow
on ingress ipset add second $sids
# It writes one colour all the time: not while the other end's readings see both.
blocks_pass 1
on ingress ip6tables -t mangle -I POSTROUTING -m set --match-set second src
met
on ingress ip6tables -t mangle -D POSTROUTING 1
recovered
reason coloured-before rule-changed

begin other-ingress
start other ping -q -i 0.01 -I fc00:41::4 fd00:b::2 >/dev/null
pings=$started
met
stop "$pings" || true
recovered
reason two-sources

begin node-twice
node_ip ingress <<<"route replace fd00:b::/64 encap seg6 mode encap segs $twice dev transit"
met twice
is "$(told_count '$2 == "twice" && $3 == "exact" && $4 > 0')" 0 \
	"$now: no block with packets has a figure"
node_ip ingress <<<"route replace fd00:b::/64 encap seg6 mode encap segs $sids dev transit"
recovered
reason crossed-twice

now=all
first=1
never_wrong
