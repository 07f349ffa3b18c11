#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# vm: icount=yes kernels=6.1,6.12 timeout=90 seconds=7
#
# The bench itself, with the distribution's kernel only: packets go through
# SRv6 as they should, and netem's drop counter is the truth it is taken for.
. "$(dirname "$0")/../lib.sh"

plan 9
topo_srv6

# A signal that comes early must not get lost.
for ((i = 0; i < 100; i++)); do
	start host-a sleep 10
	status=0
	stop "$started" || status=$?
	echo $status
done >"$tmp/ends"
is "$(sort "$tmp/ends" | uniq -c | xargs)" "100 143" \
	"what is stopped as soon as it is started has been stopped"

check_fails "host_run names what a test must say" 'host=yes' host_run true
check "ping through the tunnel" on host-a ping -c 3 -i 0.05 -W 20 fd00:b::2

# The SRH as RFC 8754 draws it: SIDs last first, Segments Left at the SID that
# is the destination.
capture_start srh ingress transit ip6 proto 43
check "ping to be captured" on host-a ping -c 1 -W 20 fd00:b::2
capture_stop srh 1
srh=$(capture_hex srh | head -n 1)
outer_dst=fcff0002000000000000000000000001
last=fcff0003000000000000000000000100
is "${srh:48:32}" "$outer_dst" "outer destination is the first SID"
is "${srh:80:48}" "2904040101000000${last}" "SRH names both SIDs, last first"

# Sent and received by the interfaces at both ends, dropped by netem between.
netem_loss transit egress loss 10%
sent=$(pkts_of ingress transit tx)
received=$(pkts_of egress transit rx)
on host-a ping -q -f -c 1000 -W 1 fd00:b::2 >/dev/null || true
wait_for 10 netem_drained transit egress
sent=$(($(pkts_of ingress transit tx) - sent))
received=$(($(pkts_of egress transit rx) - received))
is "$sent" 1000 "the link carries the flow's packets and nothing else"
within "$(netem_dropped transit egress)" 30 200 "netem drops about a tenth"
is "$((sent - received))" "$(netem_dropped transit egress)" \
	"sent less received is what netem dropped"
