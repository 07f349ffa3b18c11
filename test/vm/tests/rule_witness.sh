#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# vm: icount=yes kernels=6.1,6.12 timeout=600 seconds=40
#
# What is done to the rules that count, in a network that loses nothing: the rule is
# present twice, away for a moment, replaced by one that only asks, reloaded, for some
# packets only, in the other back end. Each time the blocks are invalid with the right
# reason, and no figure is wrong; afterwards all blocks are exact again. Reloads of
# other tables leave every block exact.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../verdicts.sh"

period=200
counts=(-m set --match-set lm-rx dst)

topo_srv6
topo_direct
tx_up
rx_up

start host-a ping -q -i 0.01 fd00:b::2 >/dev/null
start ingress lmctl rotate tx --period ${period}ms
start egress lmctl reflect rx --period ${period}ms
start ingress lmctl measure egress=fd00:c::3 --json --period ${period}ms \
	>>"$tmp/results"

# mangle BACKEND ARGUMENT...: ip6tables on the egress
mangle() {
	local back=$1
	shift
	on egress "ip6tables-$back" -t mangle "$@"
}

# over WORD...: the disturbance is over, and these were the reasons
over() {
	recovered
	is "$(told_count '$3 == "exact" && $4 > 40')" 0 \
		"$now: no block has more packets than were sent"
	reason "$@"
}

# untouched: every block of this part has its figure
untouched() {
	blocks_pass 4
	is "$(told_count '$3 != "exact"')" 0 "$now: every block is exact"
	never_wrong
}

begin start
recovered

begin other-tables
{
	echo "table inet other"
	echo "delete table inet other"
	echo "table inet other { chain c {"
	for ((i = 1; i <= 200; i++)); do
		echo "tcp dport $i accept"
	done
	echo "}"
	echo "}"
} >"$tmp/other.nft"
on egress ip6tables -A FORWARD -p udp --dport 9 -j ACCEPT
for i in 1 2 3; do
	on egress nft -f "$tmp/other.nft"
	on egress bash -c 'ip6tables-save -t filter | ip6tables-restore'
	blocks_pass 1
done
untouched

# twice BACKEND: the rule is there twice
twice() {
	on egress bash -c "ip6tables-$1-save -t mangle | ip6tables-$1-restore --noflush"
	blocks_pass 3
	mangle "$1" -D PREROUTING 2
	over rule-twice rule-changed
}

begin twice-there
twice nft

begin twice-at-both-ends
for node in ingress egress; do
	on $node bash -c 'ip6tables-save -t mangle | ip6tables-restore --noflush'
done
blocks_pass 3
like "$(on ingress lmctl check egress=fd00:c::3 --period ${period}ms)" \
	"^WRONG +rule +the set 'lm-tx' is counted 2 times: by rule 1 of chain POSTROUTING, table mangle \(ip6tables-nft\) and rule 2 of chain POSTROUTING" \
	"$now: check names both"
mangle nft -D PREROUTING 2
on ingress ip6tables -t mangle -D POSTROUTING 2
over rule-twice rule-changed coloured-before

# away BACKEND: no rule for a moment, within a block, two times
away() {
	for i in 1 2; do
		mangle "$1" -F PREROUTING
		nap 0.02
		mangle "$1" -I PREROUTING "${counts[@]}"
		blocks_pass 3
	done
	over rule-changed no-rule
}

begin away
away nft

# membership_only BACKEND: for three blocks
membership_only() {
	mangle "$1" -A PREROUTING "${counts[@]}" ! --update-counters
	mangle "$1" -D PREROUTING 1
	blocks_pass 3
	mangle "$1" -I PREROUTING "${counts[@]}"
	mangle "$1" -D PREROUTING 2
	over no-rule rule-changed
}

begin membership-only
membership_only nft

begin reload
for i in 1 2; do
	on egress bash -c 'ip6tables-save -t mangle | ip6tables-restore'
	blocks_pass 1
done
over rule-changed

begin some-packets
mangle nft -R PREROUTING 1 -i transit "${counts[@]}"
blocks_pass 3
mangle nft -R PREROUTING 1 "${counts[@]}"
over rule-differs rule-changed

# The table's hooks are away, and its rules are listed as before.
begin dormant
on egress nft 'add table ip6 mangle { flags dormant; }'
blocks_pass 3
check_fails "$now: init says that the table is dormant" \
	"the table of rule 1 of chain PREROUTING, table mangle \(ip6tables-nft\) is dormant; activate the table: 'nft add table ip6 mangle \{ \}'" \
	on egress lmctl init rx
on egress nft add table ip6 mangle '{' '}'
over rule-differs rule-changed

begin swapped
on egress ipset create other hash:sr6flow netmask 128
on egress ipset add other "gold=$topo_source@$sids"
on egress ipset add other "idle=$topo_source@$idle"
on egress ipset swap lm-rx other
blocks_pass 3
on egress ipset swap lm-rx other
on egress ipset destroy other
over set-restarted unknown-flow flow-removed flow-added

# swap_and_back NODE SET: for a moment within a block
swap_and_back() {
	on "$1" ipset create other hash:sr6flow netmask 128
	on "$1" ipset swap "$2" other
	nap 0.03
	on "$1" ipset swap "$2" other
	on "$1" ipset destroy other
	blocks_pass 3
}

begin swapped-and-back
swap_and_back egress lm-rx
swap_and_back egress lm-rx
over set-restarted

begin swapped-and-back-where-marked
swap_and_back ingress lm-tx
swap_and_back ingress lm-tx
over set-restarted

begin in-a-list
on egress ipset create both list:set
mangle nft -A PREROUTING -m set --match-set both dst
for i in 1 2; do
	on egress ipset add both lm-rx
	nap 0.03
	on egress ipset del both lm-rx
	blocks_pass 1
done
mangle nft -D PREROUTING 2
on egress ipset destroy both
over set-restarted rule-twice rule-changed

# The same where the rules are in tables of ip6_tables.

begin other-back-end
mangle legacy -I PREROUTING "${counts[@]}"
blocks_pass 3
check_fails "$now: init says where both rules are" \
	"counted 2 times: by rule 1 of chain PREROUTING, table mangle \(ip6tables-nft\) and rule 1 of chain PREROUTING, table mangle \(ip6tables-legacy\); .*ip6tables-legacy -t mangle -D PREROUTING 1" \
	on egress lmctl init rx
mangle nft -D PREROUTING 1
like "$(on egress lmctl init rx 2>&1)" \
	"'lm-rx' is counted by rule 1 .*ip6tables-legacy.* already; the rule is kept" \
	"$now: init keeps the one that is left"
blocks_pass 3
over rule-twice rule-changed

begin legacy-other-tables
for i in 1 2; do
	on egress nft -f "$tmp/other.nft"
	on egress bash -c 'ip6tables-legacy-save -t filter | ip6tables-legacy-restore'
	blocks_pass 1
done
mangle legacy -A FORWARD -p udp -j ACCEPT
untouched

begin legacy-twice
twice legacy

begin legacy-away
away legacy

begin legacy-membership-only
membership_only legacy

now=all
first=1
never_wrong

mangle legacy -A PREROUTING "${counts[@]}" ! --update-counters
check_fails "deinit says what else uses the set" \
	"'lm-rx' is in use by rule 2 of chain PREROUTING, table mangle \(ip6tables-legacy\): remove it with 'ip6tables-legacy -t mangle -D PREROUTING 2'" \
	on egress lmctl deinit rx
on egress ip6tables-legacy -t mangle -F
mangle nft -A PREROUTING "${counts[@]}" -j ACCEPT
mangle nft -I PREROUTING "${counts[@]}"
check_fails "deinit --dry-run fails, too" "by rule 2 of chain PREROUTING.*nft" \
	on egress lmctl deinit --dry-run rx
check_fails "deinit fails" "by rule 2 of chain PREROUTING.*nft" on egress lmctl deinit rx
is "$(mangle nft -S PREROUTING | grep -c lm-rx)" 2 "it keeps its own rule then"
mangle nft -F
on egress ipset create both list:set
on egress ipset add both lm-rx
check_fails "deinit says that a list has the set" "list:set" on egress lmctl deinit rx
on egress ipset destroy both
mangle legacy -I PREROUTING "${counts[@]}"
check "deinit finds the rule in the other back end" on egress lmctl deinit rx
is "$(mangle legacy -S PREROUTING | sed 1d)$(on egress ipset list -n)" "" \
	"it removes the rule and the set"
