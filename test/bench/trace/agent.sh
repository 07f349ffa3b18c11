#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Runs in the guest, in /root: takes commands from the host, a line each, and
# ends the output of each with a line "@status NUMBER".  Both go through the
# results port.
export BENCH_SHORT=1
# shellcheck source=test/bench/lib.sh
. ./lib.sh
# shellcheck source=test/bench/path_lib.sh
. ./path_lib.sh
# A command that fails is the host's to judge, not the end of this shell.
set +eEu
trap - EXIT ERR

# share: the host's folder for files that are too big for the port
share() {
	modprobe -a virtio_pci 9pnet_virtio 9p
	mkdir -p /share
	mount -t 9p -o trans=virtio,version=9p2000.L,msize=262144 share /share
}

# text_sections MODULE: "SECTION ADDRESS" of its code
text_sections() {
	local file
	for file in "/sys/module/$1/sections/".*text*; do
		echo "${file##*/} $(<"$file")"
	done
}

# inject_on CPU KIND SIDS FIRST COUNT: packets of one flow
inject_on() {
	# shellcheck disable=SC2034 # inject's
	packets=$5
	taskset -p "$((1 << $1))" $$ >/dev/null
	inject "$2" 17 "$3" "$4" 1
}

# A stock type that counts in its elements: what a shared counter looks like.
# stock_set SID
stock_set() {
	ipset create stock hash:ip family inet6 counters
	ipset add stock "$1"
}

stock_rule() {
	"ip6tables-$1" -t mangle "$2" PREROUTING -m set --match-set stock dst
}

echo "@status 0"
while IFS= read -r line; do
	eval "$line" 2>&1
	echo "@status $?"
done
