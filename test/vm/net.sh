# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# Network namespaces, links, counters, loss and captures for guest tests;
# sourced by lib.sh.
#
# A namespace has a short name in the test (its node: "ingress") and a unique
# one in the system.  A link's two devices are named after the neighbour: node
# ingress reaches node transit through its device "transit".

# The test's folder is lib.sh's.
: "${tmp:?}"
declare -A node_ns=()
declare -A capture_pid=()

# on NODE COMMAND...: run it in the node's namespace.  /sys stays the guest's.
on() {
	local node=$1
	shift
	nsenter --net="/run/netns/${node_ns[$node]}" "$@"
}

# start NODE COMMAND...: the same in the background; its process is
# $started.  (The process of "on ... &" would be a shell's.)
start() {
	local node=$1
	shift
	nsenter --net="/run/netns/${node_ns[$node]}" "$@" &
	started=$!
}

# is_copy PID: true as long as the process is a copy of this shell, which has not
# become the command yet
is_copy() {
	local ours theirs
	mapfile -d '' -t ours <"/proc/$$/cmdline"
	{ mapfile -d '' -t theirs <"/proc/$1/cmdline"; } 2>/dev/null || return 1
	[ "${ours[*]}" = "${theirs[*]}" ]
}

# stop PID: ends a started command and waits for it; its status is returned. A
# copy of the shell may lose the signal, because the shell has a trap for it.
stop() {
	while is_copy "$1"; do
		nap 0.01
	done
	kill -TERM "$1" 2>/dev/null || true
	wait "$1"
}

# node_ip NODE: reads ip commands from stdin, runs them in the node
node_ip() {
	ip -n "${node_ns[$1]}" -batch -
}

# node_tc NODE ARGUMENT...: tc in the node
node_tc() {
	local node=$1
	shift
	tc -n "${node_ns[$node]}" "$@"
}

# node_add NODE...: namespaces that forward, know SRv6 and keep quiet
node_add() {
	local node name
	for node in "$@"; do
		name=$node-$$-$RANDOM
		ip netns add "$name"
		node_ns[$node]=$name
		at_exit node_del "$node"
		node_forwards "$node"
	done
}

# node_forwards NODE: makes its namespace a router that knows SRv6
node_forwards() {
	# shellcheck disable=SC2016 # for the inner shell to expand
	on "$1" bash -c '
		cd /proc/sys/net
		echo 1 >ipv4/ip_forward
		for where in all default; do
			echo 1 >ipv6/conf/$where/forwarding
			echo 1 >ipv6/conf/$where/seg6_enabled
			echo 0 >ipv4/conf/$where/rp_filter
		done
		exec ip link set lo up'
}

# node_tuns NODE: a namespace that forwards from the tun device "in" to "out", for
# a program that writes packets to the one and reads the other. What it has written
# is there when write() returns: in a queue it would have to wait while another CPU
# takes from that, for what the node itself sends.
node_tuns() {
	local dev
	modprobe tun
	node_add "$1"
	for dev in in out; do
		on "$1" ip tuntap add dev "$dev" mode tun
		on "$1" ip link set "$dev" mtu 9000 up
		node_tc "$1" qdisc replace dev "$dev" root noqueue
	done
	on "$1" ip -6 route add default dev out
}

# node_del NODE: the processes in it go too, or it would live on
node_del() {
	local name=${node_ns[$1]-} pids
	[ -n "$name" ] || return 0
	pids=$(ip netns pids "$name")
	# shellcheck disable=SC2086 # a list
	[ -z "$pids" ] || kill -KILL $pids 2>/dev/null || true
	ip netns delete "$name"
	unset "node_ns[$1]"
}

# link_add NODE NODE [MTU]: a veth pair, up, without automatic addresses
link_add() {
	local a=$1 b=$2 mtu=${3:-1500}
	ip link add "$b" mtu "$mtu" up netns "${node_ns[$a]}" type veth \
		peer name "$a" mtu "$mtu" netns "${node_ns[$b]}"
	ip -n "${node_ns[$b]}" link set "$a" up
}

# node_json NODE DEV: what ip says of the device, addresses and counters
node_json() {
	ip -n "${node_ns[$1]}" -s -j addr show dev "$2"
}

mac_of() {
	local json
	json=$(node_json "$1" "$2")
	[[ $json =~ \"address\":\"([^\"]*)\" ]]
	echo "${BASH_REMATCH[1]}"
}

# make_permanent_neighbours NODE...: on all links between these nodes each end
# knows all addresses of the other; none will ever ask.
make_permanent_neighbours() {
	local node peer dev json addr mac
	declare -A batch=()
	for node in "$@"; do
		while read -r json; do
			[[ $json =~ \"ifname\":\"([^\"]*)\" ]] || continue
			dev=${BASH_REMATCH[1]}
			for peer in "$@"; do
				[ "$peer" = "$dev" ] || continue
				[[ $json =~ \"address\":\"([^\"]*)\" ]]
				mac=${BASH_REMATCH[1]}
				while [[ $json =~ \"local\":\"([^\"]*)\"(.*) ]]; do
					addr=${BASH_REMATCH[1]}
					json=${BASH_REMATCH[2]}
					batch[$peer]+="neigh replace $addr lladdr $mac nud permanent dev $node"$'\n'
				done
			done
		done < <(ip -n "${node_ns[$node]}" -j addr show |
			sed 's/{"ifindex"/\n&/g')
	done
	for node in "${!batch[@]}"; do
		node_ip "$node" <<<"${batch[$node]}"
	done
}

# offloads on|off NODE DEV...: off means that what is sent are wire packets,
# and that what is received stays as it was on the wire
offloads() {
	local state=$1 node=$2 dev
	shift 2
	for dev in "$@"; do
		on "$node" ethtool -K "$dev" tso "$state" gso "$state" \
			gro "$state" tx-udp-segmentation "$state" \
			tx-sctp-segmentation "$state" >/dev/null
	done
}

# Counters are read from JSON by pattern: starting jq costs an emulated guest
# half a second.
link_stat() {
	local json
	json=$(node_json "$1" "$2")
	[[ $json =~ \"$3\":\{[^}]*\"$4\":([0-9]+) ]]
	echo "${BASH_REMATCH[1]}"
}

# pkts_of NODE DEV rx|tx, bytes_of NODE DEV rx|tx: by the interface.  A GSO
# packet counts as one here.
pkts_of() {
	link_stat "$1" "$2" "$3" packets
}

bytes_of() {
	link_stat "$1" "$2" "$3" bytes
}

# dropped_of NODE DEV rx|tx: packets that the interface itself dropped
dropped_of() {
	link_stat "$1" "$2" "$3" dropped
}

# listens NODE PORT: a program there waits for connections or messages
listens() {
	[ -n "$(on "$1" ss -Hlntu "sport = :$2")" ]
}

# iperf_serve NODE [PORT]
iperf_serve() {
	on "$1" iperf3 -s -D -p "${2-5201}"
	wait_for 10 listens "$1" "${2-5201}"
}

# links_quiet NODE DEV [NODE DEV]...: true when nothing was sent for a fifth of
# a second
links_quiet() {
	local before
	before=$(links_sent "$@")
	sleep 0.2
	[ "$(links_sent "$@")" = "$before" ]
}

links_sent() {
	while [ $# -gt 0 ]; do
		pkts_of "$1" "$2" tx
		shift 2
	done
}

# tcp_over NODE...: true when no TCP connection there has anything left to send,
# its end included
tcp_over() {
	local node
	for node in "$@"; do
		[ -z "$(on "$node" ss -Hnt state established state syn-sent \
			state fin-wait-1 state close-wait state last-ack \
			state closing)" ] || return 1
	done
}

# netem_loss NODE DEV SPEC...: netem on what the node sends through the device
# ("loss 5%", "loss random 1% duplicate 2%"; a limit as an option comes first)
netem_loss() {
	local node=$1 dev=$2
	shift 2
	# shellcheck disable=SC2048,SC2086 # a specification may be one string
	node_tc "$node" qdisc replace dev "$dev" root netem limit 100000 $*
}

# netem_split NODE DEV DST...: what is for an address (the outer one) has a netem
# of its own, numbered from 1 and transparent until netem_part; all else has
# none. The other functions take the number as their last argument.
netem_split() {
	local node=$1 dev=$2 n=0 dst last
	shift 2
	# the band of all else, for each of 16 priorities
	printf -v last "$# %.0s" {1..16}
	# shellcheck disable=SC2086 # a list
	node_tc "$node" qdisc replace dev "$dev" root handle 1: prio \
		bands $(($# + 1)) priomap $last
	for dst in "$@"; do
		n=$((n + 1))
		node_tc "$node" filter add dev "$dev" parent 1: protocol ipv6 \
			u32 match ip6 dst "$dst" flowid "1:$n"
		netem_part "$node" "$dev" "$n"
	done
}

# netem_part NODE DEV NUMBER [SPEC]...
netem_part() {
	local node=$1 dev=$2 n=$3
	shift 3
	# shellcheck disable=SC2048,SC2086 # a specification may be one string
	node_tc "$node" qdisc replace dev "$dev" parent "1:$n" \
		handle "1$n:" netem limit 100000 $*
}

# netem_stat NODE DEV KEY [NUMBER]
netem_stat() {
	local json
	json=$(node_tc "$1" -s -j qdisc show dev "$2" ${4:+handle "1$4:"})
	[[ $json =~ \"kind\":\"netem\".*\"$3\":([0-9]+) ]]
	echo "${BASH_REMATCH[1]}"
}

# netem_dropped NODE DEV [NUMBER]: packets that netem was given and dropped
netem_dropped() {
	netem_stat "$1" "$2" drops "${3-}"
}

# netem_passed NODE DEV [NUMBER]: packets that netem let through, its copies
# included
netem_passed() {
	netem_stat "$1" "$2" packets "${3-}"
}

# netem_drained NODE DEV [NUMBER]: true when no packet waits in it
netem_drained() {
	[ "$(netem_stat "$1" "$2" qlen "${3-}")" = 0 ]
}

# capture_start NAME NODE DEV [FILTER]...: records to $tmp/NAME.pcap; returns
# when the capture runs.
capture_start() {
	local name=$1 node=$2 dev=$3
	shift 3
	start "$node" tcpdump -i "$dev" -n -s 512 --immediate-mode -U \
		-w "$tmp/$name.pcap" "$@" 2>"$tmp/$name.tcpdump"
	capture_pid[$name]=$started
	wait_for 20 grep -q '^tcpdump: listening\|^listening' \
		"$tmp/$name.tcpdump"
}

# capture_stop NAME [PACKETS]: waits for that many packets first, if given;
# fails when the kernel dropped packets that the capture should have had
capture_stop() {
	local name=$1
	if [ $# -gt 1 ]; then
		wait_for 20 capture_has "$name" "$2" || true
	fi
	stop "${capture_pid[$name]}"
	unset "capture_pid[$name]"
	grep -q '^0 packets dropped by kernel' "$tmp/$name.tcpdump"
}

capture_has() {
	[ "$(tcpdump -nr "$tmp/$1.pcap" 2>/dev/null | wc -l)" -ge "$2" ]
}

# capture_hex NAME: one line per packet, its bytes from the IPv6 header on as
# hexadecimal digits
capture_hex() {
	tcpdump -nr "$tmp/$1.pcap" -t -x 2>/dev/null |
		awk '/^\t0x/ { sub(/^[^:]*:/, ""); gsub(/ /, ""); line = line $0; next }
		     line != "" { print line; line = "" }
		     END { if (line != "") print line }'
}
