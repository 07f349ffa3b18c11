#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The demonstration that runs in the guest: what an operator does on an ingress
# and an egress router, with a transit router between them that loses packets.
# Ends with a failure unless what lmctl says was lost is what netem dropped.
. "$(dirname "$0")/lib.sh"

period=500ms
daemons=()
blocks=${DEMO_BLOCKS:-8}

say() {
	printf '\n\033[1m%s\033[0m\n' "$*"
}

# show NODE COMMAND...: print it as the operator of the node would type it
show() {
	local node=$1
	shift
	printf '%s# %s\n' "$node" "$*"
	on "$node" "$@"
}


say "host-a --- ingress --- transit (loses packets) --- egress --- host-b"
topo_srv6 --sids fcff:2::1,fcff:3::100
topo_direct
node_ip ingress <<-END
	route add fd00:b:1::/64 encap seg6 mode encap segs fcff:2::1,fcff:2::2,fcff:3::100 dev transit
END
node_ip egress <<<"route add fd00:b:1::/64 via fd00:b::2 dev host-b"
node_ip host-b <<-END
	addr add fd00:b:1::2/64 dev egress nodad
END
# The two routes, and nothing else, give the flows of this network.
show ingress ip -6 route show | grep 'encap seg6 '

say "One set and one rule per router; the flows come from the routes"
show ingress lmctl init tx
show ingress lmctl import tx
on ingress lmctl import --dry-run tx >"$tmp/flows"
for node in transit egress; do
	show $node lmctl init rx
	show $node lmctl add rx --file "$tmp/flows"
done

say "One daemon per router: it changes the colour, measures, or answers"
mkdir "$tmp/ingress" "$tmp/transit" "$tmp/egress"
dd if=/dev/urandom bs=32 count=1 status=none | od -An -tx1 | tr -d ' \n' >"$tmp/secret"
for node in ingress transit egress; do
	(umask 077 && echo "demo $(cat "$tmp/secret")" >"$tmp/$node/keys")
done
cat >"$tmp/ingress/lmctl.conf" <<-END
	period: $period
	node: ingress
	keys: $tmp/ingress/keys
	rotate: tx
	measure west-east:
	  set: tx
	  peers: [transit=fc00:12::2, egress=fd00:c::3]
	history:
	  file: $tmp/ingress/history.db
	top:
	  socket: $tmp/ingress/top.sock
END
for node in transit egress; do
	cat >"$tmp/$node/lmctl.conf" <<-END
		period: $period
		node: $node
		keys: $tmp/$node/keys
		reflect:
		  sets: rx
		top:
		  socket: $tmp/$node/top.sock
	END
done
show ingress cat "$tmp/ingress/lmctl.conf"
show egress cat "$tmp/egress/lmctl.conf"
for node in transit egress ingress; do
	echo "$node# lmctl run -c $tmp/$node/lmctl.conf &"
	start $node lmctl run --lines -c "$tmp/$node/lmctl.conf" >"$tmp/$node/out"
	daemons+=("$started")
done
wait_for 20 test -s "$tmp/ingress/out"

# From here on every packet is in a block that is measured.
netem_loss transit egress loss 5%
on host-a ping -q -i 0.004 -w $((blocks / 2)) fd00:b::2 >/dev/null &
pings=$!
on host-a ping -q -i 0.01 -w $((blocks / 2)) fd00:b:1::2 >/dev/null &
wait $pings $! || true
netem_drops=$(netem_dropped transit egress)

# The block that carried the last packet, when it is measured.
last=$(block_now 500)
measured() {
	lmctl history --file "$tmp/ingress/history.db" --json fd00:b::_64 |
		jq -es "map(.block // 0) | max > $last"
}
wait_for 30 measured
pkill -TERM lmctl
wait "${daemons[@]}"

say "What the ingress found, per flow, segment and block"
cat "$tmp/ingress/out"

say "What it remembers of that"
show ingress lmctl history --file "$tmp/ingress/history.db"
lmctl history --file "$tmp/ingress/history.db" --json >"$tmp/totals"
lost=$(jq -s 'map(.lost) | add' "$tmp/totals")

say "netem on the transit router dropped $netem_drops packets, lmctl found $lost lost"
is "$lost" "$netem_drops" "the loss is exact"
is "$(jq -s 'map(.invalid + .anomalies) | add' "$tmp/totals")" 0 \
	"every block is exact"
