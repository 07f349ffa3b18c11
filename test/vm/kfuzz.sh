# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# Where the kernel's fuzzer works, and its kept inputs; sourced after lib.sh.

# kfuzz_router: the node router, whose every packet meets every kind of rule
#
#   kfuzz_packet ── tun "in" router tun "out" ── kfuzz_packet
#
# Flows fc00::1, fc00::1,fc00::2 and so on up to four SIDs are in the sets, from
# both sources where the set has a netmask. A flow that is learned is forgotten at
# the other end.
kfuzz_router() {
	local set
	node_tuns router
	on router ipset create tag hash:sr6flow
	on router ipset create class hash:sr6flow markmask 0x0c
	on router ipset create tag-source hash:sr6flow netmask 127
	on router ipset create class-source hash:sr6flow netmask 127 markmask 0x0c
	on router ipset create learn hash:sr6flow timeout 60 maxelem 8 forceadd
	on router ipset create learn-source hash:sr6flow netmask 128 maxelem 8 forceadd
	on router ipset create learn-class hash:sr6flow markmask 0x0c skbinfo maxelem 8
	for set in tag class; do
		kfuzz_flows "$set"
		kfuzz_flows "$set-source" fc00::ee@
	done | on router ipset restore
	on router ip6tables-legacy-restore <<-END
		*mangle
		-A PREROUTING -m set --match-set tag dst
		-A PREROUTING -m set --match-set class dst
		-A PREROUTING -m set --match-set tag-source dst
		-A PREROUTING -m set --match-set class-source dst
		-A PREROUTING -j SET --add-set learn src --exist --timeout 30
		-A PREROUTING -j SET --add-set learn-class src
		-A PREROUTING -j SET --add-set learn-source src
		-A PREROUTING -m set --match-set learn src --packets-gt 1
		-A PREROUTING -m set ! --match-set learn-class dst ! --update-counters
		-A POSTROUTING -m set --match-set tag src
		-A POSTROUTING -m set --match-set class src
		-A POSTROUTING -m set --match-set tag-source src
		-A POSTROUTING -m set --match-set class-source src
		-A POSTROUTING -m set --match-set learn dst --bytes-lt 1000
		-A POSTROUTING -j SET --map-set learn-class dst --map-prio
		-A POSTROUTING -j SET --del-set learn src
		-A POSTROUTING -j SET --del-set learn-class src
		-A POSTROUTING -j SET --del-set learn-source src
		COMMIT
	END
}

# kfuzz_flows SET [SOURCE@]: lists that kfuzz_packet's packets have, for ipset restore
kfuzz_flows() {
	local first n i list
	for first in 0 1 2 3; do
		list=
		for ((n = 0; n < 16; n++)); do
			printf -v i 'fc00::%x' $((first + n))
			# the header holds them in the other order
			list=$i${list:+,$list}
			[ "$n" -gt 3 ] && [ "$n" -lt 15 ] || echo "add $1 ${2-}$list"
		done
	done
}

# kfuzz_inputs FILE FOLDER: the inputs of a file, one file each
kfuzz_inputs() {
	local hex n=0
	mkdir -p "$2"
	while read -r hex; do
		n=$((n + 1))
		printf '%b' "${hex//??/\\x&}" >"$2/$n"
	done <"$1"
}
