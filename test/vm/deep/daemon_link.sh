#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# vm: smp=1 icount=yes kernels=6.1,6.12 mem=1024 timeout=400
#
# What is between and below the daemons comes and goes at random moments, while
# the network loses packets: the core link and the one of the messages, the sets
# with their rules, other sets under other names. Whatever is told to be exact is
# what was on the wire, and after each of these all is exact again.
#
# DAEMON_ROUNDS is how often each is done, DAEMON_SEED repeats a run.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../daemon.sh"

rounds=${DAEMON_ROUNDS:-1}

config_of() {
	case $1 in
	ingress) printf '%s\n' 'rotate: tx' 'measure m: {peers: far=fd00:c::3}' ;;
	egress) echo 'reflect: {sets: rx}' ;;
	esac
}

# flap NODE DEV PEER: the link is down for a random time, then up with all that
# it had
flap() {
	local node=$1 dev=$2 peer=$3
	node_routes "$node" "$dev" >"$tmp/routes"
	node_ip "$node" <<<"link set $dev down"
	doze $((RANDOM % 1200))
	node_ip "$node" <<<"link set $dev up"
	make_permanent_neighbours "$node" "$peer"
	node_ip "$node" <"$tmp/routes"
}

# node_routes NODE DEV: commands that make its routes again; addresses stay, and
# bring their own
node_routes() {
	ip -n "${node_ns[$1]}" -6 route show dev "$2" |
		sed -n "/proto kernel/!s/\(.*\)/route replace \1 dev $2/p"
	ip -n "${node_ns[$1]}" route show dev "$2" |
		sed -n "/proto kernel/!s/\(.*\)/route replace \1 dev $2/p"
}

core_flaps() {
	flap transit egress egress
}

messages_flap() {
	flap ingress egress egress
}

rx_again() {
	on egress lmctl deinit rx
	doze $((RANDOM % 700))
	rx_up
}

tx_again() {
	on ingress lmctl deinit tx
	doze $((RANDOM % 700))
	tx_up
}

# Both at once, without a pause: nobody sees one missing.
both_again() {
	on ingress lmctl deinit tx
	on egress lmctl deinit rx
	tx_up
	rx_up
}

# Of what the kernel answers both daemons about their sets, a third is lost, at
# least until it was said of a change of colour; dumps begin anew without a word.
answers_lost() {
	: >"$tmp/lose"
	doze $((1500 + RANDOM % 1000))
	check "$now: whether the colour changed was not known, and it is said" \
		wait_for 60 grep -q "lost a part of its answer.*retrying" \
		"$tmp/ingress.err"
	within "$(wc -c <"$tmp/lose")" 10 10000 "$now: answers were lost"
	rm "$tmp/lose"
}

# Other sets of the type come, change names and go beside those that are read.
others() {
	local n
	for ((n = 0; n < 12; n++)); do
		on ingress ipset restore <<-END
			create lm-a hash:sr6flow
			create lm-b hash:sr6flow
			swap lm-a lm-b
			rename lm-a lm-c
			destroy lm-c
			destroy lm-b
		END
		doze $((RANDOM % 200))
	done
}

chance_seed "${DAEMON_SEED-}"
daemon_net
for node in transit ingress; do
	on $node sysctl -qw net.ipv6.conf.egress.keep_addr_on_down=1
done
begin start
LOSE_ANSWERS=$tmp/lose LD_PRELOAD=/usr/local/bin/lostanswers.so up egress ingress
exact_soon

for ((round = 1; round <= rounds; round++)); do
	for what in core_flaps messages_flap rx_again tx_again both_again \
		answers_lost others; do
		begin "$what"
		doze $((RANDOM % 500))
		$what
		exact_soon
		alive
	done
done
exact_again
is "$(told_count '$3 != "exact"')" 0 \
	"$now: sets that are not read make no difference"

begin all
first=1
daemon_stop ingress egress
load_stop
truth_stop
truth_holds $((rounds * 15))
within "$(told_count '$2 == "gold" && $3 == "invalid"')" 3 1000 \
	"$now: some blocks were invalid"
diag "seen: $(cut -d : -f 2- "$tmp/ingress.err" "$tmp/egress.err" | sort | uniq -c | sort -rn | head -n 20 | tr '\n' ';')"
