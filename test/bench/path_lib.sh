# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# shellcheck disable=SC2034 # used by the parts that source this file
# shellcheck disable=SC2119,SC2120 # set_make has options or none
#
# For the parts that measure packets: the router that the injector's packets
# cross, back ends, sets, and the figures of a case.  Sourced after lib.sh.
#
#   bench-in ─────── router ─────── bench-out
#   fd00:a::1/64                    fc00:12::1/64, next hop fc00:12::2
#
# Packets of kind "steered" are encapsulated and forwarded (marking side, rule
# last in mangle POSTROUTING); those of kind "srv6" are forwarded to their next
# segment, which is not here, so that no local behaviour is a part of the cost
# (counting side, rule in mangle PREROUTING).

set_name=bench
lists='1 2 4 8 16'
packets=20000
[ -z "$BENCH_SHORT" ] || packets=4000
parameters=/sys/module/sr6flow_inject/parameters

# router_up: devices, addresses, routes for what is only forwarded
router_up() {
	insmod ./sr6flow_inject.ko
	at_exit rmmod sr6flow_inject
	at_exit sysctl -qw net.ipv6.conf.all.forwarding=0
	at_exit ip sr tunsrc set ::
	sysctl -qw net.ipv6.conf.all.forwarding=1
	ip -batch - <<-END
		link set bench-in up
		link set bench-out mtu 9000 up
		addr add fd00:a::1/64 dev bench-in nodad
		addr add fc00:12::1/64 dev bench-out nodad
		neigh replace fc00:12::2 lladdr 02:00:00:00:00:02 nud permanent dev bench-out
		route add fcff::/16 via fc00:12::2 dev bench-out
		route add fd00:d::/32 via fc00:12::2 dev bench-out
		sr tunsrc set fc00:12::1
	END
	idle
	# Neighbours of multicast groups share a hash table with the one that
	# packets go to: chance would decide which chain is how long.
	ip -6 neigh flush nud noarp
	[ "$(ip -6 neigh show nud all | wc -l)" -eq 1 ]
}

# steer SIDS FLOWS: routes for flows from number 0 on
steer() {
	./bench_flows routes bench-out "$1" 0 "$2" | ip -batch -
}

# hook_of SIDE, kind_of SIDE: print the hook of the rule, the kind of the packets
hook_of() {
	case $1 in
	src) echo POSTROUTING ;;
	dst) echo PREROUTING ;;
	esac
}

kind_of() {
	case $1 in
	src) echo steered ;;
	dst) echo srv6 ;;
	esac
}

# hooks_on BACK SIDE: the back end's empty hooks; legacy always has them all
hooks_on() {
	local hook
	hook=$(hook_of "$2")
	"ip6tables-$1" -t mangle -A "$hook" -j ACCEPT
	"ip6tables-$1" -t mangle -F
}

hooks_off() {
	case $1 in
	nft) nft delete table ip6 mangle ;;
	legacy) unload ip6table_mangle ;;
	esac
}

# unload MODULE: remove it; objects that were just freed may hold it for a grace period
unload() {
	local tries
	for ((tries = 0; tries < 200; tries++)); do
		[ -e "/sys/module/$1" ] || return 0
		rmmod "$1" 2>/dev/null || sleep 0.05
	done
	echo "$1 cannot be unloaded"
	return 1
}

# rule_on BACK SIDE, rule_off BACK SIDE: the one rule, without a target
rule_on() {
	"ip6tables-$1" -t mangle -A "$(hook_of "$2")" -m set --match-set $set_name "$2"
}

rule_off() {
	"ip6tables-$1" -t mangle -D "$(hook_of "$2")" -m set --match-set $set_name "$2"
}

# type_is real|none, type_is floor VERDICT: load the module that implements the type
type_is() {
	case $1 in
	real)
		unload sr6flow_floor
		modprobe ip_set_hash_sr6flow
		;;
	floor)
		unload ip_set_hash_sr6flow
		modprobe ip_set
		[ -e /sys/module/sr6flow_floor ] || insmod ./sr6flow_floor.ko
		echo "$2" >/sys/module/sr6flow_floor/parameters/verdict
		;;
	none)
		unload sr6flow_floor
		unload ip_set_hash_sr6flow
		;;
	esac
}

# set_make [OPTION]...: create the set, with the same command for both modules
set_make() {
	ipset create $set_name hash:sr6flow maxelem 2000000 "$@"
}

# set_fill SIDS COUNT: add flows from number 0 on, shuffled
set_fill() {
	./bench_flows add $set_name "$1" 0 "$2"
}

# set_fill_source SIDS COUNT: the same for a set with a netmask
set_fill_source() {
	./bench_flows restore $set_name "$1" 0 "$2" |
		sed "s/^add $set_name /&fc00:12::1@/" | ipset restore
}

set_gone() {
	ipset destroy $set_name
}

# matched BACK SIDE: packets that the one rule matched
matched() {
	"ip6tables-$1" -t mangle -nvxL "$(hook_of "$2")" | awk 'NR == 3 { print $1 }'
}

# odd FLOWS: the largest odd number of them.  Some flows cost a few instructions
# more than others, by where their route is in a tree; were they half of all, the
# median would lie between the two.
odd() {
	echo $(($1 - 1 + $1 % 2))
}

# inject KIND PROTO SIDS FIRST FLOWS: at least $packets, each flow as often as
# the others; sets p50, mean, p99, and out: packets at the end of the path
inject() {
	local text count=$(((packets + $5 - 1) / $5 * $5))
	echo "$* $count" >$parameters/run
	text=$(<$parameters/result)
	read -r _ p50 _ mean _ p99 _ out <<<"$text"
	[ "$out" -eq "$count" ] || {
		echo "$*: $out of $count packets came to the end"
		return 1
	}
}

# Costs of cases.  A case has a name and the arguments of inject; a state is "none",
# "empty" hooks, a rule with the "floor", or the "rule" itself.
declare -A case_args=() cost=() average=() slow=()

# case_is NAME KIND PROTO SIDS FIRST FLOWS
case_is() {
	local name=$1
	shift
	case_args[$name]=$*
}

# sweep STATE NAME...: measure each case; $sent is the number of packets, including
# those that find the routes of each case first
sweep() {
	local state=$1 name
	shift
	sent=0
	for name in "$@"; do
		# shellcheck disable=SC2086 # words
		inject ${case_args[$name]}
		cost[$state.$name]=$p50
		average[$state.$name]=$mean
		slow[$state.$name]=$p99
		sent=$((sent + out + 2 * ${case_args[$name]##* }))
	done
}

# sweep_rule STATE BACK SIDE hit|miss NAME...: the same with the rule, which must match
# every packet or none
sweep_rule() {
	local state=$1 back=$2 side=$3 verdict=$4
	shift 4
	rule_on "$back" "$side"
	sweep "$state" "$@"
	[ "$verdict" = hit ] || sent=0
	[ "$(matched "$back" "$side")" -eq $sent ] || {
		echo "$state $back $side: $(matched "$back" "$side") packets matched, not $sent"
		return 1
	}
	rule_off "$back" "$side"
}

# figures PREFIX NAME: print the cost of the type's rule and of its parts
figures() {
	local all=${cost[rule.$2]} empty=${cost[empty.$2]}
	local floor=$((${cost[floor.$2]} - empty))
	figure "$1.total" "$all" instructions
	figure "$1.p99" "${slow[rule.$2]}" instructions
	figure "$1.empty" "$empty" instructions
	figure "$1.delta" $((all - empty)) instructions
	figure "$1.floor" $floor instructions
	figure "$1.own" $((all - empty - floor)) instructions
}
