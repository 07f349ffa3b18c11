#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Runs in the guest, in /root: reads commands from the host, a line each, and ends
# the output of each with a line "@status NUMBER". Both go through the results
# port.
export BENCH_SHORT=1
# shellcheck source=test/bench/lib.sh
. ./lib.sh
# shellcheck source=test/bench/path_lib.sh
. ./path_lib.sh
# The host judges a command that fails; this shell goes on.
set +eEu
trap - EXIT ERR

# inject_one CPU KIND SIDS FIRST: packets of one flow
inject_one() {
	# shellcheck disable=SC2034 # inject's
	packets=4
	taskset -p "$((1 << $1))" $$ >/dev/null
	inject "$2" 17 "$3" "$4" 1
}

# stock_set SID: a rule with a stock type that counts in its elements, which shows a
# shared counter
stock_set() {
	ipset create stock hash:ip family inet6 counters
	ipset add stock "$1"
	ip6tables-nft -t mangle -A PREROUTING -m set --match-set stock dst
}

echo "@status 0"
while IFS= read -r line; do
	eval "$line" 2>&1
	echo "@status $?"
done
