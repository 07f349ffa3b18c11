#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# vm: icount=yes host=yes kernels=6.1,6.12 quick=yes mem=1024 timeout=900 seconds=46
#
# A real Prometheus scrapes lmctl run on both routers, and its HTTP API gives
# the values that interfaces, netem and the JSON lines say. promtool finds
# nothing to complain about. More flows than may have series of their own.
. "$(dirname "$0")/../lib.sh"

period=1000
lmctl_port=9862
prometheus='http://[::1]:9090'
declare -A value=()

# query EXPRESSION: the values of its samples, one per line
query() {
	on ingress host_run promtool query instant -o json \
		"$prometheus" "$1" | jq -r '.[].value[1]'
}

# take_values: all samples of lmctl that Prometheus has, at once, because each
# query starts a big program: value["NAME LABEL=VALUE,..."]
take_values() {
	local name number
	value=()
	while IFS=$'\t' read -r name number; do
		value[$name]=$number
	done < <(on ingress host_run promtool query instant -o json \
		"$prometheus" '{job="sr6flow",__name__=~"sr6flow_.+"}' |
		jq -r '.[] | .value[1] as $value | .metric.__name__ as $name |
			.metric | del(.instance, .job, .__name__) | to_entries |
			map("\(.key)=\(.value)") | sort | join(",") |
			"\($name) \(.)\t\($value)"')
}

# value_is NAME LABELS WANTED WHAT
value_is() {
	is "${value[$1 $2]-none}" "$3" "$4"
}

# matching NAME: names and labels of all samples of a family
matching() {
	printf '%s\n' "${!value[@]}" | grep "^$1 " | sort
}

# says EXPRESSION VALUE: it has one sample with that value
says() {
	[ "$(query "$1")" = "$2" ]
}

# page ACCEPT [PATH]: head and body that lmctl on the ingress sends
page() {
	on ingress host_run python3 - "http://[::1]:$lmctl_port/${2-metrics}" "$1" <<-'END'
	import sys, urllib.request
	reply = urllib.request.urlopen(urllib.request.Request(
	    sys.argv[1], headers={"Accept": sys.argv[2]}))
	print(reply.headers["Content-Type"])
	print(reply.read().decode(), end="")
	END
}

# rows FILTER: of the results of gold
rows() {
	jq -n "[inputs | select(.type == \"loss\" and .name == \"gold\") | $1]" \
		"$tmp/ingress.json"
}

# sum KEY: over the exact blocks of gold
sum() {
	rows "select(.status == \"exact\").$1" | jq add
}

# more_blocks N: the JSON lines have so many more blocks of gold
more_blocks() {
	local have
	have=$(grep -c '"gold"' "$tmp/ingress.json" || true)
	wait_for 60 has_blocks $((have + $1))
}

has_blocks() {
	[ "$(grep -c '"gold"' "$tmp/ingress.json")" -ge "$1" ]
}

flowing() {
	[ $(($(pkts_of ingress transit tx) - sent)) -ge 100 ]
}

dropping() {
	[ $(($(netem_dropped transit egress) - drops)) -ge 100 ]
}

topo_srv6
topo_direct
on ingress lmctl init tx
on egress lmctl init rx
flows=("gold=$sids" "$idle")
more_flows=('third=fcff:2::1,fcff:3::8' 'fourth=fcff:2::1,fcff:3::9')
on ingress lmctl add tx "${flows[@]}"
for flow in "${flows[@]}" "${more_flows[@]}"; do
	on egress lmctl add rx "${flow/fcff:2/$topo_source@fcff:2}"
done

service_start egress <<-END
	metrics: {listen: "[::]:$lmctl_port", flows: 2}
	reflect: {sets: rx}
END
wait_for 20 listens egress $lmctl_port
service_start ingress <<-END
	metrics: {listen: "[::]:$lmctl_port", flows: 2}
	rotate: tx
	measure core: {peers: far=fd00:c::3}
	alarm lossy: {raise: 0.001, raise-blocks: 1, clear-blocks: 1000}
END
wait_for 20 listens ingress $lmctl_port

# A scrape must not wait for a part of the program.
host_warm cat /usr/bin/prometheus /usr/bin/promtool
cat >"$tmp/prometheus.yml" <<-END
	global: { scrape_interval: 1s }
	scrape_configs:
	- job_name: sr6flow
	  static_configs:
	  - targets: ["[::1]:$lmctl_port", "[fd00:c::3]:$lmctl_port"]
END
check "promtool takes Prometheus's configuration" \
	host_run promtool check config "$tmp/prometheus.yml"
start ingress host_run prometheus --config.file="$tmp/prometheus.yml" \
	--storage.tsdb.path="$tmp/prometheus" \
	--web.listen-address="[::1]:9090" 2>"$tmp/prometheus.err"
prometheus_pid=$started
wait_for 60 listens ingress 9090
check "Prometheus scrapes both routers" \
	wait_for 60 says 'sum(up{job="sr6flow"})' 2
more_blocks 1
on ingress lmctl add tx "${more_flows[@]}"

# Load with loss, until Prometheus has seen a block with loss.  iperf does not
# survive the loss of its first packet, so netem begins to drop when the load
# flows.
iperf_serve host-b
netem_loss transit egress loss 0%
drops=$(netem_dropped transit egress)
sent=$(pkts_of ingress transit tx)
bytes=$(bytes_of ingress transit tx)
start host-a iperf3 -c fd00:b::2 -u -b 1600k -l 200 -t 3600 >"$tmp/iperf"
load=$started
wait_for 10 flowing
node_tc transit qdisc change dev egress root netem limit 100000 loss 3%
worst='max_over_time(sr6flow_loss_ratio{flow="gold"}[10m])'
check "Prometheus sees loss" wait_for 60 says "$worst > bool 0" 1
wait_for 60 dropping
node_tc transit qdisc change dev egress root netem limit 100000 loss 0%
stop "$load" || true
wait_for 10 tcp_over host-a host-b
wait_for 30 links_quiet ingress transit transit egress
wait_for 10 netem_drained transit egress
answers=$(rows 'select(.status == "exact")' | jq length)
drops=$(($(netem_dropped transit egress) - drops))
sent=$(($(pkts_of ingress transit tx) - sent))
bytes=$(($(bytes_of ingress transit tx) - bytes - 14 * sent))
more_blocks 3
diag "sent $sent packets of $bytes bytes, netem dropped $drops, $(
	rows .status | jq length) blocks"

is "$(rows 'select(.status != "exact") | .reason' | jq -c .)" "[]" \
	"all blocks are exact"
is "$(sum sent) $(sum lost) $(sum sent_bytes)" "$sent $drops $bytes" \
	"JSON lines say what the interface sent and netem dropped"
within "$drops" 100 100000 "netem dropped enough to tell"

top=(on ingress lmctl top --socket="$tmp/ingress.sock")
is "$("${top[@]}" --json |
	jq 'select(.name == "gold") | [.past[] | arrays | .[1]] | add')" "$drops" \
	"lmctl top: the last blocks have the packets that netem dropped"
like "$("${top[@]}" 2>"$tmp/wrong" | sed -n 2p)" '^core +gold +far ' \
	"the flow with loss is the first one"
is "$(head -n 1 "$tmp/wrong")" "lmctl: warning: alarm 'lossy' is raised for 1 flow" \
	"its alarm is a warning"

check "Prometheus has the packets that the interface sent" \
	wait_for 20 says 'sr6flow_sent_packets_total{flow="gold"}' "$sent"
take_values
label=sids=$topo_source@$sids
silver=$topo_source@$idle
gold=flow=gold,measurement=core,peer=far,$label
value_is sr6flow_sent_packets_total $gold "$sent" \
	"its labels are measurement, peer, flow and SID list"
value_is sr6flow_lost_packets_total $gold "$drops" \
	"it has the packets that netem dropped as lost"
value_is sr6flow_received_packets_total $gold $((sent - drops)) \
	"it has the rest as received"
value_is sr6flow_sent_bytes_total $gold "$bytes" "it has the bytes sent"
value_is sr6flow_received_bytes_total $gold "$(sum received_bytes)" \
	"it has the bytes received"
value_is sr6flow_blocks_total $gold,status=invalid 0 "no block is invalid"
value_is sr6flow_blocks_total $gold,status=anomaly 0 "no block is an anomaly"
# To the last bit: the JSON lines have two digits less.
ratio=$(query "$worst")
is "$(rows "select(.sent > 0) | .lost / .sent == $ratio" | jq any)" true \
	"the highest ratio that it saw is that of a block"

of=measurement=core,peer=far
is "$(matching sr6flow_sent_packets_total)" \
	"sr6flow_sent_packets_total flow=$silver,$of,sids=$silver
sr6flow_sent_packets_total $gold
sr6flow_sent_packets_total $of" \
	"two flows have series, one of them by its SID list; the others are summed"
value_is sr6flow_flows_without_series measurement=core 2 \
	"the flows without series are counted"

value_is sr6flow_alarms_raised "alarm=lossy,flow=gold,measurement=core,$label" 1 \
	"the alarm of the flow is raised"
value_is sr6flow_alarms_raised "alarm=lossy,measurement=core" 0 \
	"that of flows without series is not"
value_is sr6flow_late_colour_changes_total set=lm-tx 0 \
	"no colour change was late"
within "${value[sr6flow_colour_changes_total set=lm-tx]}" 3 100000 \
	"the colour changed with every block"
within "${value[sr6flow_peer_replies_total $of]}" 3 100000 "the peer replied"
like "${value[sr6flow_round_trip_min_seconds $of]}" '^(0\.0|[1-9].*e-)' \
	"the round trip is a plausible one"
within "${value[sr6flow_reflector_flow_answers_total status=valid]}" \
	"$answers" 100000 "the reflector's answers are there"
value_is sr6flow_reflector_dropped_requests_total reason=unauthenticated 0 \
	"it dropped none"

page 'application/openmetrics-text;version=1.0.0,text/plain;q=0.5' \
	>"$tmp/open"
like "$(head -n 1 "$tmp/open")" '^application/openmetrics-text; version=1.0.0' \
	"who asks for OpenMetrics gets it"
is "$(tail -n 1 "$tmp/open")" '# EOF' "it has its end"
page 'text/plain' >"$tmp/text"
like "$(head -n 1 "$tmp/text")" '^text/plain; version=0.0.4' \
	"who does not gets the older format"
is "$(tail -n +2 "$tmp/text" | host_run promtool check metrics 2>&1)" "" \
	"promtool check metrics has nothing to say"

page 'text/html' '' >"$tmp/html"
like "$(head -n 1 "$tmp/html")" '^text/html' "people get HTML"
like "$(cat "$tmp/html")" "<li>alarm &#39;lossy&#39; is raised for 1 flow</li>" \
	"it has what is wrong"
like "$(grep '<tr' "$tmp/html" | sed -n 2p)" ' title="gold=.*>gold</td>' \
	"it has the flow with loss first"

for node in ingress egress; do
	daemon_stop $node
	is "$(grep -iE 'warning|cannot|memory' "$tmp/$node.err" |
		grep -v "alarm 'lossy'")" "" \
		"$node: it had no trouble"
done
stop "$prometheus_pid" || true
