#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# vm: icount=yes kernels=6.1,6.12 quick=yes timeout=180 seconds=6
#
# Saved sets and rules after a boot without the module: as saved, nothing can be restored.
# After the plug-in of netfilter-persistent, all that does not name a set of this type is
# restored, and the files have kept owner and mode. What ipset saves without the plug-in of
# libipset is made complete. Each back end of ip6tables.
. "$(dirname "$0")/../lib.sh"

plugin=$test_dir/netfilter-persistent.sh
module=/lib/modules/$(uname -r)/updates/ip_set_hash_sr6flow.ko
libipset_plugin=$(find /usr/lib -name ipset_hash_sr6flow.so)
cd "$tmp"
node_add router

# firewall: the operator's sets and rules, and those that name sets of this type, which
# have OURS in their line
firewall() {
	cat >"$1-sets" <<-END
		create allow hash:net family inet6
		add allow fd00::/16
		create lm-rx hash:ip family inet6
		create lm-tx hash:sr6flow netmask 128 OURS
		add lm-tx fd00::1@fcff:1:: OURS
		create other hash:sr6flow OURS
		create all list:set
		add all allow
		add all lm-tx OURS
		add all other OURS
	END
	cat >"$1-rules" <<-END
		-t mangle -A INPUT -m set --match-set allow src -j ACCEPT
		-t mangle -A POSTROUTING -m set --match-set lm-tx src OURS
		-t mangle -A PREROUTING -m set --match-set other dst -j LOG OURS
		-P INPUT DROP
		-N mine
		-A INPUT -m set --match-set allow src -m set --match-set other dst -j ACCEPT OURS
		-A INPUT -j SET --add-set other src OURS
		-A INPUT -m set --match-set all src -j mine
		-A INPUT -m set --match-set lm-rx src -m comment --comment "no --match-set lm-tx src" -j ACCEPT
		-A mine -m set --match-set allow src -j ACCEPT
	END
}

# make PREFIX BACKEND: create the sets and rules of the files
make() {
	sed 's/ OURS$//' "$1-sets" | on router ipset restore
	sed 's/ OURS$//' "$1-rules" | while read -r rule; do
		eval "on router ip6tables-$2 $rule"
	done
}

# save DIRECTORY BACKEND
save() {
	mkdir -p "$1"
	on router ipset save >"$1/ipsets"
	on router "ip6tables-$2-save" >"$1/rules.v6"
	chmod 640 "$1"/*
}

clear_all() {
	local table
	on router "ip6tables-$1" -P INPUT ACCEPT
	for table in mangle filter; do
		on router "ip6tables-$1" -t $table -F
		on router "ip6tables-$1" -t $table -X
	done
	on router ipset flush
	wait_for 10 on router ipset destroy
}

restore() {
	on router ipset restore <"$1/ipsets" && on router "ip6tables-$2-restore" <"$1/rules.v6"
}

# told DIRECTORY: without times, counters, and seeds of hashes
told() {
	cat "$1/ipsets" "$1/rules.v6" |
		sed '/^#/d; s/\[[0-9]*:[0-9]*\]/[0:0]/; s/ initval [^ ]*//'
}

module_hide() {
	wait_for 10 rmmod ip_set_hash_sr6flow
	mv "$module" "$tmp/module.ko"
}

module_show() {
	[ ! -e "$tmp/module.ko" ] || mv "$tmp/module.ko" "$module"
}
at_exit module_show

for back in nft legacy; do
	firewall all
	for part in sets rules; do
		grep -v 'OURS$' "all-$part" >"theirs-$part"
	done
	make theirs "$back"
	save theirs-saved "$back"
	clear_all "$back"
	make all "$back"
	save saved "$back"

	check_fails "$back: make uninstall refuses" "^  rule -A POSTROUTING .* lm-tx src$" \
		on router "$test_dir/in-use.sh"
	cp -a saved live
	check "$back: the plug-in at save" on router "$plugin" save live none
	is "$(told live)" "$(told theirs-saved)" "$back: the rest is saved"
	cp -a saved live
	mv "$libipset_plugin" "$tmp/plugin.so"
	check_fails "$back: without the plug-in of libipset ipset stops" 'not supported by userspace' \
		on router ipset save
	on router ipset save >live/ipsets 2>"$tmp/err" || true
	check "$back: the plug-in of netfilter-persistent at this save" on router "$plugin" save live none
	is "$(told live)" "$(told theirs-saved)" "$back: the rest is saved then, too"
	mv "$tmp/plugin.so" "$libipset_plugin"
	clear_all "$back"

	check "$back: without sets it does not" "$test_dir/in-use.sh"
	mkdir -p /etc/systemd/system/multi-user.target.wants
	ln -s /nonexistent /etc/systemd/system/multi-user.target.wants/lmctl.service
	check_fails "$back: it does while a unit is enabled" "systemctl disable --now lmctl.service$" \
		"$test_dir/in-use.sh"
	rm /etc/systemd/system/multi-user.target.wants/lmctl.service
	module_hide
	check_fails "$back: without the module nothing is restored" . restore saved "$back"
	on router ipset destroy
	is "$(on router "ip6tables-$back" -S INPUT)" "-P INPUT ACCEPT" "$back: the host is open"
	check "$back: the plug-in at start" "$plugin" start saved none
	is "$(told saved)" "$(told theirs-saved)" "$back: the same is left of the saved files"
	is "$(stat -c '%a %u' saved/*)" "$(printf '640 0\n640 0')" "$back: owner and mode"
	inode=$(stat -c %i saved/*)
	check "$back: the plug-in again" "$plugin" start saved none
	is "$(stat -c %i saved/*)" "$inode" "$back: nothing is written again"
	check "$back: all of it is restored" restore saved "$back"
	save now "$back"
	is "$(told now)" "$(told theirs-saved)" "$back: it is what was there"
	clear_all "$back"
	module_show
	rm -r live saved theirs-saved now
done
