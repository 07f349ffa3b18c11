#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# vm: icount=yes kernels=6.1,6.12 timeout=180 seconds=6
#
# lmctl's UDP sockets and in-band routes. What leaves is told by tcpdump on the
# neighbour, what is in the kernel by ip; a message has arrived when its reply
# comes back.
# shellcheck source=test/vm/lib.sh
. "$(dirname "$0")/../lib.sh"

plan 31

mark=29238
egress=fc00:23::3

# shellcheck disable=SC2119 # no options
topo_srv6
node_ip ingress <<-END
	route add fc00:23::/64 via fc00:12::2 dev transit
	route add 10.0.23.0/24 via 10.0.12.2 dev transit
END
# End.DT6 looks into the main table alone, where no local address is
node_ip egress <<-END
	route add fc00:12::/64 via fc00:23::2 dev transit
	route add 10.0.12.0/24 via 10.0.23.2 dev transit
	route add local $egress/128 dev lo table main
END

# asker NAME TO MARK: starts a sender at the ingress that ask NAME talks to
declare -A asker_in=() asker_pid=() asker_answers=()
asker() {
	local fd
	mkfifo "$tmp/$1.in"
	# not start: the pipe must be opened in the background
	nsenter --net="/run/netns/${node_ns[ingress]}" \
		udp_inband send "[$2]:862" "$3" \
		<"$tmp/$1.in" >"$tmp/$1.out" 2>&1 &
	asker_pid[$1]=$!
	exec {fd}>"$tmp/$1.in"
	asker_in[$1]=$fd
	asker_answers[$1]=0
	wait_for 20 grep -q '^ready' "$tmp/$1.out"
}

# ask NAME FLOW LEN [TRAFFIC-CLASS]: what became of the message: $answer
ask() {
	local name=$1
	shift
	echo "$*" >&"${asker_in[$name]}"
	asker_answers[$name]=$((asker_answers[$name] + 1))
	wait_for 20 answered "$name"
	answer=$(tail -n 1 "$tmp/$name.out")
}

answered() {
	[ "$(grep -cE '^(reply|no reply|route|send|bad)' "$tmp/$1.out")" -ge \
		"${asker_answers[$1]}" ]
}

# close_asker NAME, kill_asker NAME: its end in order, or not
close_asker() {
	local fd=${asker_in[$1]}
	exec {fd}>&-
	wait "${asker_pid[$1]}"
}

kill_asker() {
	local fd=${asker_in[$1]}
	kill -KILL "${asker_pid[$1]}"
	wait "${asker_pid[$1]}" || true
	exec {fd}>&-
}

rules() {
	ip -n "${node_ns[ingress]}" -6 rule show
}

# An empty table does not exist
routes() {
	ip -n "${node_ns[ingress]}" -6 route show table $mark 2>/dev/null || true
}

# srh_of SIDS: bytes of the SRH of a list of SIDs fcff:NODE::NUMBER
srh_of() {
	local sids sid number list=''
	IFS=, read -ra sids <<<"$1"
	for sid in "${sids[@]}"; do
		number=${sid#fcff:}
		list=$(printf 'fcff%04x%020d%04x' "0x${number%%::*}" 0 \
			"0x${number##*::}")$list
	done
	printf '29%02x04%02x%02x000000%s\n' $((2 * ${#sids[@]})) \
		$((${#sids[@]} - 1)) $((${#sids[@]} - 1)) "$list"
}

# follows NAME SIDS: a message along that list has its SRH and is answered
follows() {
	local wanted
	wanted=$(srh_of "$2")
	capture_start wire transit ingress 'ip6 proto 43'
	ask band "$2" 300
	check "$1: all was captured" capture_stop wire 1
	is "$(capture_hex wire | head -n 1 | cut -c "81-$((80 + ${#wanted}))")" \
		"$wanted" "$1: the SRH is the flow's"
	like "$answer" "^reply 300 .* $egress fc00:12::1 kernel whole$" \
		"$1: the message arrives"
}

before=$(rules)

start egress udp_inband reflect '[::]:862' >"$tmp/reflect"
reflector=$started
listens() {
	on "$1" ss -Hlun 'sport = :862' | grep -q 862
}
wait_for 20 listens egress

# plain messages

asker plain "$egress" 0
ask plain - 44 0xb9
is "$answer" "reply 44 254 0xb8 $egress fc00:12::1 kernel whole" \
	"IPv6: reply from the address that was asked, with its DSCP; one hop"
is "$(tail -n 1 "$tmp/reflect")" \
	"44 254 0xb9 fc00:12::1 $egress kernel whole" \
	"IPv6: the request with hop limit, Traffic Class, address and time"
ask plain - 1952
like "$answer" '^reply 1952 ' "the longest message of the path's MTU"
ask plain - 1953
is "$answer" 'send EMSGSIZE, 1952 at most' "a longer one is refused, not fragmented"
close_asker plain

asker plain4 ::ffff:10.0.23.3 0
ask plain4 - 44 0xb8
is "$answer" \
	"reply 44 254 0xb8 ::ffff:10.0.23.3 ::ffff:10.0.12.1 kernel whole" \
	"IPv4: reply from the address that was asked, with its DSCP; one hop"
ask plain4 - 1973
is "$answer" 'send EMSGSIZE, 1972 at most' "IPv4: a message that is too long is refused"
close_asker plain4

check_fails "a port that is taken is refused with a remedy" \
	'cannot bind to \[::\]:862: Address already in use; stop ' \
	on egress udp_inband reflect '[::]:862'

lines=$(wc -l <"$tmp/reflect")
kill -STOP "$reflector"
check "a thousand messages at once can be sent" \
	on ingress udp_inband burst "[$egress]:862" 1000 1452
kill -CONT "$reflector"
got_burst() {
	[ "$(wc -l <"$tmp/reflect")" -ge $((lines + 1000)) ]
}
check "and wait for a reflector that is busy" wait_for 20 got_burst

# in band

asker band "$egress" $mark
is "$(rules | grep -c .)" $(($(grep -c . <<<"$before") + 1)) "one rule is added"
like "$(rules)" "^236:.*from all fwmark 0x7236 iif lo ipproto udp lookup $mark proto 172" \
	"it sends marked UDP of this machine to the table"
check_fails "what has no route is unreachable" 'No route to host' \
	on ingress ip -6 route get "$egress" mark $mark ipproto udp

long=fcff:2::1,fcff:2::2,fcff:2::3,fcff:2::4,fcff:2::5,fcff:2::6,fcff:2::7
long+=,fcff:2::8,fcff:3::1,fcff:3::2,fcff:3::3,fcff:3::4,fcff:3::5,fcff:3::6
long+=,fcff:3::7,fcff:3::100
follows "one SID" fcff:3::100
follows "two SIDs" fcff:2::1,fcff:3::100
follows "sixteen SIDs" "$long"
is "$(routes | grep -c .)" 2 "the state does not grow with the flows"

ask band "$long" 1700
is "$answer" "send EMSGSIZE, $((2000 - 40 - 8 - 16 * 16 - 48)) at most" \
	"a message with its SRH is not fragmented either"

check_fails "a second lmctl with the same mark is refused" \
	"another lmctl .* mark $mark" \
	on ingress udp_inband send "[$egress]:862" $mark
close_asker band
is "$(rules)$(routes)" "$before" "closing leaves no rule and no route"

# The first SID is the peer's own address: End by a local address
on transit udp_inband reflect '[::]:862' >"$tmp/transit" &
wait_for 20 listens transit
asker loop fc00:12::2 $mark
ask loop fc00:12::2 100
like "$answer" '^reply 100 .* fc00:12::2 fc00:12::1 ' \
	"a peer whose address is the first SID"

# The predecessor is killed
kill_asker loop
is "$(routes | grep -c .)" 2 "a killed lmctl leaves its routes behind"
asker next "$egress" $mark
is "$(rules | grep -c 'lookup 29238')$(routes | grep -c .)" 11 \
	"the next one has its own rule and routes only"
close_asker next
is "$(rules)$(routes)" "$before" "and leaves nothing"

# Others' routes and rules
ip -n "${node_ns[ingress]}" -6 route add fcaa::/64 dev transit table $mark
check_fails "a table with routes of others is refused" \
	"table $mark has 1 routes that are not lmctl's" \
	on ingress udp_inband send "[$egress]:862" $mark
like "$(routes)" '^fcaa::/64' "and they stay"
