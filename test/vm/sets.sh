# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# shellcheck disable=SC2154 # $tmp is of lib.sh
#
# Sets of type hash:sr6flow in guest tests; sourced by lib.sh.  Reads them with
# the distribution's ipset program only.

# set_tx NODE SET BACKEND, set_rx NODE SET BACKEND: the one rule that marks
# and counts at the ingress, that counts at the egress; BACKEND nft or legacy
set_tx() {
	on "$1" "ip6tables-$3" -t mangle -A POSTROUTING -m set --match-set "$2" src
	at_exit set_rule_del "$1" "$3" POSTROUTING "$2" src
}

set_rx() {
	on "$1" "ip6tables-$3" -t mangle -I PREROUTING -m set --match-set "$2" dst
	at_exit set_rule_del "$1" "$3" PREROUTING "$2" dst
}

set_rule_del() {
	[ -n "${node_ns[$1]-}" ] || return 0
	on "$1" "ip6tables-$2" -t mangle -D "$3" -m set --match-set "$4" "$5" 2>/dev/null || true
}

# counted NODE SET packets|bytes [COLOUR]: sum over all flows, of one colour
# ("0x00010000") or of all
counted() {
	on "$1" ipset save "$2" | awk -v what="$3" -v colour="${4-}" '
		$1 == "add" && (colour == "" || $3 ~ colour "$") {
			for (i = 4; i < NF; i++)
				if ($i == what)
					sum += $(i + 1)
		}
		END { printf "%.0f\n", sum }'
}

# toggle_start NODE SET COLOUR COLOUR SECONDS: changes the active colour all
# the time, until toggle_stop; one process, ahead of the load in the queue.
# Every change is a line in $tmp/toggles.
toggle_start() {
	local node=$1 set=$2 a=$3 b=$4 pause=$5 colour=''
	: >"$tmp/toggles"
	while :; do
		if [ "$colour" = "$a" ]; then
			colour=$b
		else
			colour=$a
		fi
		echo "add $set $colour"
		echo "$colour" >>"$tmp/toggles"
		nap "$pause"
	done > >(on "$node" nice -n -19 ipset - >/dev/null) &
	toggle_pid=$!
	renice -n -19 "$toggle_pid" >/dev/null
}

toggle_stop() {
	kill "$toggle_pid"
	wait "$toggle_pid" || true
}
