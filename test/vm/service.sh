# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# shellcheck disable=SC2154 # period is the test's
#
# lmctl in the guest: the sets of ingress and egress, daemons in the background,
# blocks and results; sourced by lib.sh.

# The flow "gold", and "idle", which sends nothing.
sids=fcff:2::1,fcff:3::100
idle=fcff:2::1,fcff:3::7

# tx_up, rx_up: the set of the ingress and of the egress of topo_srv6, with its rule
tx_up() {
	on ingress lmctl init tx
	on ingress lmctl add tx "gold=$sids" "idle=$idle"
}

rx_up() {
	on egress lmctl init rx
	on egress lmctl add rx "gold=$topo_source@$sids" "idle=$topo_source@$idle"
}

# process ids of daemons by name
declare -A pid=()

# daemon NAME NODE ARGUMENT...: lmctl in the background; results go to
# $tmp/NAME.json, messages to $tmp/NAME.err; both grow when it is started again
daemon() {
	local name=$1 node=$2
	shift 2
	start "$node" lmctl "$@" >>"$tmp/$name.json" 2>>"$tmp/$name.err"
	pid[$name]=$started
}

# daemon_stop NAME...: each ends with status 0
daemon_stop() {
	local name status
	for name; do
		status=0
		stop "${pid[$name]}" || status=$?
		is "$status" 0 "${now:+$now: }$name ends at SIGTERM"
	done
}

# daemon_kill NAME...: gone without a chance to clean up
daemon_kill() {
	local name
	for name; do
		kill -KILL "${pid[$name]}"
		wait "${pid[$name]}" 2>/dev/null || true
	done
}

# service_start NODE <CONFIGURATION: lmctl run, by the name of the node; $period is
# in milliseconds
service_start() {
	{
		echo "period: ${period}ms"
		echo "top: {socket: $tmp/$1.sock}"
		cat
	} >"$tmp/$1.conf"
	daemon "$1" "$1" run --json -c "$tmp/$1.conf"
}

# scrape NODE: metrics of lmctl run, which listens at port 9862
scrape() {
	on "$1" bash -c 'exec 3<>/dev/tcp/::1/9862
		printf "GET /metrics HTTP/1.0\r\n\r\n" >&3
		cat <&3' | tr -d '\r'
}

# step_clock MILLISECONDS: of all nodes
step_clock() {
	local us=$((${EPOCHREALTIME/./} + $1 * 1000))
	date -s "@$((us / 1000000)).$(printf %06d $((us % 1000000)))" >/dev/null
}

# results NODE [FILTER]: the results of flows as JSON lines
results() {
	jq -c "select(.type == \"loss\") | ${2:-.}" "$tmp/$1.json"
}

# results_count NODE CONDITION
results_count() {
	results "$1" "select($2)" | wc -l
}

# results_sum NODE KEY [CONDITION]: over exact results
results_sum() {
	results "$1" "select(.status == \"exact\" and (${3:-true})) | .$2" |
		awk '{ sum += $1 } END { print sum + 0 }'
}

# blocks_done NODE: blocks that a peer was asked about, lines of type peer
blocks_done() {
	grep -c '"type":"peer"' "$tmp/$1.json" || true
}

# blocks_wait NODE N [SECONDS]: until a measurement of NODE, of one peer, has
# told N more blocks
blocks_wait() {
	local want=$(($(blocks_done "$1") + $2))
	wait_for "${3:-60}" blocks_reached "$1" "$want"
}

blocks_reached() {
	[ "$(blocks_done "$1")" -ge "$2" ]
}

# block_now PERIOD_MS: number of the block that runs
block_now() {
	echo $((${EPOCHREALTIME/./} / 1000 / $1))
}

block_is() {
	[ "$(block_now "$period")" -ge "$1" ]
}

# block_begins BLOCK: sleeps until then, because an idle guest costs nothing
# and one that polls does; $period is in milliseconds
block_begins() {
	local us
	while ! block_is "$1"; do
		us=$(($1 * period * 1000 - ${EPOCHREALTIME/./}))
		[ "$us" -le 0 ] || sleep "$((us / 1000000)).$(printf %06d \
			$((us % 1000000)))"
	done
}

# blocks_pass N: of the clock, whoever measures or not
blocks_pass() {
	block_begins $(($(block_now "$period") + $1))
}

# block_wait NODE BLOCK [SECONDS]: until that block or a later one was told
block_wait() {
	wait_for "${3:-60}" block_reached "$1" "$2"
}

block_reached() {
	[ "$(jq -s 'map(select(.type == "peer").block) | max // 0' \
		"$tmp/$1.json")" -ge "$2" ]
}

# told_wait NODE FROM TO FLOWS [SECONDS]: until the results of so many flows are
# there for all these blocks
told_wait() {
	wait_for "${5:-60}" told_all "$1" "$2" "$3" $((($3 - $2 + 1) * $4))
}

told_all() {
	[ "$(awk -F '"block":' -v from="$2" -v to="$3" '
		/"type":"loss"/ && $2 + 0 >= from && $2 + 0 <= to { n++ }
		END { print n + 0 }' "$tmp/$1.json")" -ge "$4" ]
}

# exact_wait NODE FLOWS [FROM]: until so many flows have an exact block, not
# before block FROM; from then on they all have to be
exact_wait() {
	wait_for 30 exact_all "$1" "$2" "${3:-0}"
}

exact_all() {
	[ "$(awk -F '"block":' -v from="$3" '
		/"type":"loss"/ && /"status":"exact"/ && $2 + 0 >= from {
			n[$2 + 0]++
		}
		END { for (b in n) if (n[b] > most) most = n[b]; print most + 0 }
		' "$tmp/$1.json")" -ge "$2" ]
}

declare -A tally=()

# tally_up NODE FROM TO: adds up what NODE has told about these blocks, into
# tally[NODE/FLOW/KEY], for every flow by name and "all". KEY is
#   blocks                     different blocks
#   rows, exact, anomaly       results, and those with this status
#   active                     exact ones with packets
#   sent, received, lost, sent_bytes, received_bytes      of the exact ones
#   anomaly_sent, anomaly_received, anomaly_figures       of the anomalies; how
#                              many of these have a loss or a ratio
tally_up() {
	local key value
	while read -r key value; do
		tally[$1/$key]=$value
	done < <(jq -rn --argjson from "$2" --argjson to "$3" '
		def sum(f): map(f) | add // 0;
		def figures:
			map(select(.status == "exact")) as $e |
			map(select(.status == "anomaly")) as $a |
			{
				blocks: (map(.block) | unique | length),
				rows: length, exact: ($e | length),
				anomaly: ($a | length),
				active: ($e | map(select(.sent > 0)) | length),
				sent: ($e | sum(.sent)),
				received: ($e | sum(.received)),
				lost: ($e | sum(.lost)),
				sent_bytes: ($e | sum(.sent_bytes)),
				received_bytes: ($e | sum(.received_bytes)),
				anomaly_sent: ($a | sum(.sent)),
				anomaly_received: ($a | sum(.received)),
				anomaly_figures: ($a | map(select(.lost != null or
					.ratio != null)) | length)
			} | to_entries[];
		[inputs | select(.type == "loss" and .block >= $from and
			.block <= $to)] |
		(group_by(.name)[] | .[0].name as $name | figures |
			"\($name)/\(.key) \(.value)"),
		(figures | "all/\(.key) \(.value)")' "$tmp/$1.json")
}

# all_exact NODE FLOWS LEAST NAME: there is a result for every flow and every
# block that tally_up was given, at least LEAST blocks; all of them are exact
all_exact() {
	local node=$1 rows=${tally[$1/all/rows]} blocks=${tally[$1/all/blocks]}
	diag "$4: $blocks blocks, $rows results, $((rows -
		${tally[$node/all/exact]})) not exact"
	within "$blocks" "$3" 100000 "$4: blocks"
	is "$rows ${tally[$node/all/exact]}" "$((blocks * $2)) $((blocks * $2))" \
		"$4: every flow is exact in every block"
}

# times_start NODE PERIOD_MS: from now on $tmp/NODE.times has a line "BLOCK US"
# for each line of type peer: from the end of the block until it was there
times_start() {
	tail -n 0 -s 0.01 -f "$tmp/$1.json" > >(times_of "$2" >"$tmp/$1.times") &
	at_exit kill "$!"
}

times_of() {
	local line
	while IFS= read -r line; do
		[[ $line =~ '"type":"peer"'.*'"block":'([0-9]+) ]] || continue
		echo "${BASH_REMATCH[1]}" $((${EPOCHREALTIME/./} -
			(BASH_REMATCH[1] + 1) * $1 * 1000))
	done
}

# times NODE FROM TO: median, longest and longest but one of the times of these
# blocks, in microseconds
times() {
	awk -v from="$2" -v to="$3" '$1 >= from && $1 <= to { print $2 }' \
		"$tmp/$1.times" | sort -n | awk '{ t[NR] = $1 } END {
			print t[int((NR + 1) / 2)] + 0, t[NR] + 0, t[NR - 1] + 0
		}'
}
