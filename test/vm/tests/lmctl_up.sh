#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# vm: icount=yes kernels=6.1,6.12 quick=yes timeout=200 seconds=20
#
# lmctl up and down: sets, rules and flows from the sections set of a configuration, in
# both back ends of ip6tables; a second call changes nothing; a set that fails is undone
# as a whole and keeps no other from being created; two calls at once make one rule.
. "$(dirname "$0")/../lib.sh"

node_add node

lm() {
	on node lmctl "$@" -c "$tmp/conf"
}

# state: all that up makes
state() {
	on node ipset save
	on node "ip6tables-$back_end" -t mangle -S | grep match-set || true
}

# The rest of the file is none of their business.
config() {
	cat >"$tmp/conf" <<-END
		period: soon
		keys: \${NOWHERE}/keys
		set tx: {ip6tables: ip6tables-$back_end, flows: $tmp/tx.flows}
		set far: {role: count, ip6tables: ip6tables-$back_end, netmask: 0, timeout: 60}
	END
	echo 'gold=fc00::1@fcff::1' >"$tmp/tx.flows"
}

for back_end in nft legacy; do
	now=$back_end
	config
	like "$(lm up --dry-run)" '^add gold=fc00::1@fcff::1 to set lm-tx$' "$now: a dry run"
	is "$(state)" "" "$now: changes nothing"
	check "$now: up" lm up
	made=$(state)
	is "$(grep -Eo '^(create|add) [^ ]* [^ ]*|match-set.*' <<<"$made" | sort | paste -sd ' ')" \
		"add lm-tx gold=fc00::1@fcff::1 create far hash:sr6flow create lm-tx hash:sr6flow match-set far dst match-set lm-tx src" \
		"$now: sets, rules and flows"
	is "$(lm up 2>&1)" "" "$now: up again says nothing"
	is "$(state)" "$made" "$now: and changes nothing"

	on node lmctl add tx own=fc00::1@fcff::2
	on node "ip6tables-$back_end" -t mangle -F
	on node lmctl del tx fc00::1@fcff::1
	check "$now: up of one set" lm up tx
	is "$(state | grep -Eo 'gold=[^ ]*|own=[^ ]*|match-set.*' | sort | paste -sd ' ')" \
		"gold=fc00::1@fcff::1 match-set lm-tx src own=fc00::1@fcff::2" \
		"$now: puts back what it lacks and keeps the rest"
	check "$now: down" lm down
	is "$(state)" "" "$now: removes all"
	check "$now: down again" lm down

	now="$back_end undo"
	echo 'fcff::2' >>"$tmp/tx.flows"
	check_fails "$now: a flow without source" "$tmp/tx.flows:2: no tunnel source for fcff::2" lm up
	is "$(state | grep -Eo '^(create|add) [^ ]*|match-set.*' | paste -sd ' ')" \
		"create far match-set far dst" "$now: its set goes, the other is made"
	lm down
done

now=together
config
for ((n = 0; n < 4; n++)); do
	lm up >/dev/null 2>"$tmp/err$n" &
	ups[n]=$!
done
for ((n = 0; n < 4; n++)); do
	wait "${ups[n]}" || echo "up $n failed: $(cat "$tmp/err$n")"
done >"$tmp/failed"
is "$(cat "$tmp/failed")" "" "$now: all succeed"
is "$(state | grep -c match-set)" 2 "$now: one rule for each set"

# saved LINE...: what up says about a file of saved flows, and the flows of the set then
saved() {
	printf '%s\n' "$@" >"$tmp/saved/lm-rx.flows"
	lm up rx --restore "$tmp/saved" 2>&1 | grep -v ' created' || true
	on node lmctl flows rx --json | jq -r '[.sets[0].flows[] | .name, .timeout] | join(" ")'
	lm down rx
}

now=saved
mkdir -m 700 "$tmp/saved"
echo 'set rx: {timeout: 0}' >"$tmp/conf"
lm up 2>/dev/null
on node lmctl add rx own=fc00::1@fcff::2
on node lmctl add rx learned=fc00::1@fcff::3 --timeout 1h
check "$now: down saves" lm down --save "$tmp/saved"
is "$(sed 's/ 3[56][0-9][0-9]$/ rest/' "$tmp/saved/lm-rx.flows" | paste -sd ' ')" \
	"own=fc00::1@fcff::2 timeout 0 learned=fc00::1@fcff::3 timeout rest # end" "$now: flows and timeouts"
mapfile -t whole <"$tmp/saved/lm-rx.flows"
like "$(saved "${whole[@]}")" '^learned 3[56][0-9][0-9] own 0$' "$now: up restores them"
is "$(ls "$tmp/saved")" "" "$now: once"
lm up 2>/dev/null
like "$(saved "${whole[@]}")" '^learned 3[56][0-9][0-9] own 0$' "$now: also to a set that a repair has made"
like "$(saved "${whole[@]:0:2}" | paste -sd ' ')" "it has no end.* continues without the flows .* \$" "$now: a file that was cut off"
like "$(saved 'own=fc00::1@fcff::2 timeout soon' '# end' | paste -sd ' ')" \
	"rx.flows:1: 'timeout soon': must be .* continues without the flows .* \$" "$now: a mistake"
chmod 666 "$tmp/saved/lm-rx.flows"
like "$(saved "${whole[@]}" | paste -sd ' ')" "not a file that only this user can write.* \$" "$now: others can write it"

now=none
echo 'period: 10s' >"$tmp/conf"
check "$now: a file without sets is no error" lm up
check_fails "$now: a set that it lacks is one" "$tmp/conf has no section set lm-tx: add it" lm up tx
