#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# vm: icount=yes kernels=6.1,6.12 quick=yes mem=1024 timeout=400 seconds=70
#
# Steady traffic and a network that loses nothing, so the only right figure is
# lost = 0. Daemons are killed, stopped and cut off, sets and the module go and
# come again, the clock of all nodes is set, the colour stands still: a block is
# then invalid, with a word that fits, or it is exact. It is never wrong. Six
# blocks after each of these at the latest, all blocks are exact again.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../verdicts.sh"

period=500
topo_srv6
topo_direct
# The results of all daemons of the ingress, in one file.
: >"$tmp/measure.json"
ln -sf measure.json "$tmp/run-ingress.json"
ln -sf measure.json "$tmp/results"

# config NODE <SECTIONS
config() {
	{
		echo "period: ${period}ms"
		cat
	} >"$tmp/$1.conf"
}

tx_up
rx_up
iperf_serve host-b
# 250 packets a second
start host-a iperf3 -c fd00:b::2 -u -b 400k -l 200 -t 3600 >"$tmp/iperf"

# One daemon for each thing.
reflect_up() {
	daemon reflect egress reflect rx --period ${period}ms
}

measure_up() {
	daemon measure ingress measure egress=fd00:c::3 --json \
		--period ${period}ms
}

rotate_up() {
	daemon rotate ingress rotate --period ${period}ms
}

begin start
rotate_up
reflect_up
measure_up
recovered

begin reflect-killed
daemon_kill reflect
blocks_pass 3
reflect_up
recovered
reason too-old read-late flow-added

begin reflect-away
daemon_kill reflect
blocks_pass 9
reflect_up
recovered
reason no-answer not-finished too-old read-late flow-added

begin measure-killed
daemon_kill measure
blocks_pass 3
measure_up
recovered
is "$(told_count '$3 == "invalid"')" 0 "$now: no block is invalid at both ends"

begin rotate-killed
daemon_kill rotate
blocks_pass 3
rotate_up
recovered
reason colour-late still-counting both-colours

begin reflect-stopped
kill -STOP "${pid[reflect]}"
blocks_pass 3
kill -CONT "${pid[reflect]}"
recovered
reason read-late

# Cut off, the peer reads all its blocks and is asked later.
begin cut-off
netem_loss ingress egress loss 100%
blocks_pass 4
netem_loss ingress egress loss 0%
recovered
is "$(told_count '$3 == "invalid"')" 0 "$now: all blocks are exact, later"

begin one-daemon
daemon_stop measure reflect rotate
is "$(cat "$tmp/measure.err" "$tmp/reflect.err")" "" \
	"$now: measure and reflect had nothing to say"
config ingress <<-END
	rotate: tx
	measure to-egress: {peers: egress=fd00:c::3}
END
config egress <<-END
	reflect: {sets: rx}
END
run_up() {
	daemon "run-$1" "$1" run --json -c "$tmp/$1.conf"
}
run_up ingress
run_up egress
recovered

begin both-killed
daemon_kill run-ingress run-egress
blocks_pass 3
run_up egress
run_up ingress
recovered

# The sets go away under the daemons and come again with their rules.
begin egress-set
mark_messages
on egress lmctl deinit rx
blocks_pass 2
rx_up
recovered
reason set-restarted flow-removed flow-added read-late no-rule
said run-egress "no set 'lm-rx'" "set 'lm-rx' can be read again"

begin ingress-set
mark_messages
on ingress lmctl deinit tx
blocks_pass 2
tx_up
recovered
reason set-restarted flow-removed flow-added read-late no-rule colour-late \
	still-counting both-colours uncoloured
said run-ingress "no set 'lm-tx'.*retrying" \
	"no set 'lm-tx'.*invalid until" "set 'lm-tx' can be read again" \
	"the active colour follows the clock again"

# Between two readings: nobody sees the set missing, but it is another one.
begin replaced
mark_messages
on egress bash -c "lmctl deinit rx; lmctl init rx;
	lmctl add rx gold=$topo_source@$sids idle=$topo_source@$idle"
recovered
reason set-restarted flow-removed flow-added read-late no-rule
within "$(told_count '$6 == "set-restarted"')" 2 20 "$now: it is known as another one"

begin module
mark_messages
on ingress lmctl deinit tx
on egress lmctl deinit rx
check "$now: it unloads while daemons run" \
	wait_for 20 rmmod ip_set_hash_sr6flow
blocks_pass 2
check "$now: it loads" modprobe ip_set_hash_sr6flow
tx_up
rx_up
recovered
reason set-restarted flow-removed flow-added read-late no-rule colour-late \
	still-counting both-colours uncoloured
said run-egress "no set 'lm-rx'" "set 'lm-rx' can be read again"
said run-ingress "no set 'lm-tx'.*retrying" \
	"no set 'lm-tx'.*invalid until" "set 'lm-tx' can be read again" \
	"the active colour follows the clock again"

# The clock of all nodes: 10 blocks, so that colours stay the same, and 1.
for step in 5000 -5000 500; do
	begin "step$step"
	mark_messages
	blocks_pass 2
	step_clock $step
	recovered $((step < 0 ? -step / period : 0))
	reason clock-stepped
	said run-ingress 'the clock stepped by'
	said run-egress
done

# Nobody changes the colour any more, then somebody does again; both by SIGHUP.
begin no-rotate
sed -i '/^rotate/d' "$tmp/ingress.conf"
kill -HUP "${pid[run-ingress]}"
blocks_pass 6
sed -i '1a rotate: tx' "$tmp/ingress.conf"
kill -HUP "${pid[run-ingress]}"
recovered
reason colour-late still-counting both-colours
within "$(told_count '$3 == "invalid" && $2 == "gold"')" 4 20 \
	"$now: while it stands still, no block is known"

# Nobody has ever changed it since the daemon began.
begin never-rotated
daemon_stop run-ingress
sed -i '/^rotate/d' "$tmp/ingress.conf"
run_up ingress
blocks_pass 9
is "$(told_count '$2 == "gold" && $3 == "exact"')" 0 "$now: no figure at all"
within "$(told_count '$2 == "gold" && $3 == "invalid"')" 4 20 "$now: but reasons"
sed -i '1a rotate: tx' "$tmp/ingress.conf"
kill -HUP "${pid[run-ingress]}"
recovered
reason colour-late still-counting both-colours
daemon_stop run-ingress run-egress

now=all
first=1
never_wrong
within "$(told_count '$2 == "gold" && $3 == "exact" && $4 > 100')" 100 2000 \
	"$now: blocks full of packets were exact"
