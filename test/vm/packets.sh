# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# shellcheck disable=SC2154 # node_ns is lib.sh's
# shellcheck disable=SC2034 # colours is for the tests
#
# Tests that make packets bit by bit (test/tools/README.md); sourced by them
# after lib.sh.
#
#   tester "to" ───────── "in" router "out" ───────── "from" tester
#
# The tester knows no IPv6, so that nothing but the test's packets enters the
# router. The router sends everything that is not its own to "from".

router_mac=02:00:00:00:00:01
tester_mac=02:00:00:00:00:02

topo_probe() {
	node_add tester router
	on tester sysctl -qw net.ipv6.conf.all.disable_ipv6=1 \
		net.ipv6.conf.default.disable_ipv6=1
	ip -batch - <<-END
		link add to mtu 9000 netns ${node_ns[tester]} type veth peer name in mtu 9000 address $router_mac netns ${node_ns[router]}
		link add from mtu 9000 address $tester_mac netns ${node_ns[tester]} type veth peer name out mtu 9000 netns ${node_ns[router]}
	END
	node_ip tester <<-END
		link set to up
		link set from up
	END
	node_ip router <<-END
		link set in up
		link set out up
		addr add fd00:5::ff/64 dev in nodad
		addr add fd00:6::1/64 dev out nodad
		neigh replace fd00:6::2 lladdr $tester_mac nud permanent dev out
		route add default via fd00:6::2 dev out
	END
	wait_for 10 router_ready
}

# Until its address there is settled, what the router sends is lost.
router_ready() {
	[[ $(ip -n "${node_ns[router]}" addr show tentative) != *inet6* ]]
}

# inject: lines of packets from stdin into the router; prints what was sent
inject() {
	on tester srpacket send to "$router_mac"
}

# send: packets from stdin enter the router; returns when the rules before the one for
# the set "last", which the test makes, have seen them all
last_sent=0
send() {
	{ cat; echo "ip srh sids=fcff:ffff:: tag=1 ip udp"; } | inject >/dev/null
	last_sent=$((last_sent + 1))
	wait_for 20 last_counted
}
last_counted() {
	[ -n "$(on router ipset save last | sed -n "/ packets $last_sent /p")" ]
}

# through: lines of packets from stdin through the router, one by one; prints
# what came out
through() {
	on tester srpacket probe to "$router_mac" from
}

# forwarded: lines of packets as a router forwards them
forwarded() {
	sed 's/\<ip /ip hl=63 /' | srpacket hex
}

# rules BACKEND RULE...: the mangle table of the router has these rules only
rules() {
	local back=$1
	shift
	{
		echo '*mangle'
		[ $# -eq 0 ] || printf -- '-A %s\n' "$@"
		echo COMMIT
	} | on router "ip6tables-$back-restore"
}

# sid_list NUMBER COUNT: sets S to a SID list that no other number has
sid_list() {
	local i
	S=
	for ((i = 1; i <= $2; i++)); do
		printf -v S '%s,fcff:%x::%x' "$S" "$1" "$i"
	done
	S=${S#,}
}

# colours_of MASK: the values of its bits, by slot; decimal, into $colours
colours_of() {
	local low=$(($1 & -$1)) high=$(($1 & ($1 - 1)))
	colours=(0 "$low")
	[ "$high" -eq 0 ] || colours=(0 "$low" "$high" $((low | high)))
}

# word_of LINE: mark word that the packet carries, decimal, into $word
word_of() {
	word=0
	[[ ! $1 =~ tag=([0-9a-fx]+) ]] || word=$((BASH_REMATCH[1] << 16))
	[[ ! $1 =~ tc=([0-9a-fx]+) ]] || word=$((word | BASH_REMATCH[1]))
}

# diagnostics SET...: a line "SET no_flow malformed not_writable" for each
diagnostics() {
	on router lmctl stats --json "${@/#/--set=}" |
		jq -r '.sets[] | [.set, (.diagnostics |
			.no_flow, .malformed, .not_writable)] | join(" ")'
}
