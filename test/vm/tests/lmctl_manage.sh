#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# vm: icount=yes kernels=6.1,6.12 quick=yes timeout=300 seconds=24
#
# lmctl init, deinit, add, del, flush, flows, colour and stats on a node of
# their own: what they do and undo, and what only the kernel can make them say. Tables,
# JSON keys, lists of flows and the library's sentences are asserted by test_report,
# test_cmdline, test_request and library.
. "$(dirname "$0")/../lib.sh"

node_add node
on node ip sr tunsrc set fcff:1::1

lm() {
	on node lmctl "$@"
}

# fault NAME REGEX COMMAND...: exit status 1, one line on stderr
fault() {
	local name=$1 pattern=$2 status=0
	shift 2
	"$@" >/dev/null 2>"$tmp/fault" || status=$?
	if [ "$status" -eq 1 ] && [ "$(wc -l <"$tmp/fault")" -eq 1 ] &&
	   grep -qE -- "^lmctl: $pattern" "$tmp/fault"; then
		ok "$name"
	else
		not_ok "$name" "ran:     $*" "status:  $status, wanted 1" \
			"said:    $(cat "$tmp/fault")" "pattern: $pattern"
	fi
}

sets() {
	on node ipset list -n | sort | paste -sd ' '
}

# rules BACKEND CHAIN: the rules of a chain of mangle, in order
rules() {
	on node "ip6tables-$1" -t mangle -S "$2" | sed 1d
}

flow_count() {
	lm colour tx --json | jq '.sets[0].flow_count'
}

names() {
	lm flows "$1" --json | jq -r '[.sets[0].flows[].name] | sort | join(" ")'
}

tx_rule='-A POSTROUTING -m set --match-set lm-tx src'
rx_rule='-A PREROUTING -m set --match-set lm-rx dst'

test_init() {
	local tool=ip6tables-$1
	on node "$tool" -t mangle -A POSTROUTING -s fd00::1
	on node "$tool" -t mangle -A PREROUTING -s fd00::2
	check "$1: init tx" lm init tx "--ip6tables=$tool"
	check "$1: init rx" lm init rx "--ip6tables=$tool"
	is "$(rules "$1" POSTROUTING | tail -n 1)" "$tx_rule" \
		"$1: the tx rule is the last in POSTROUTING"
	is "$(rules "$1" PREROUTING | head -n 1)" "$rx_rule" \
		"$1: the rx rule is the first in PREROUTING"
	on node "$tool" -t mangle -A POSTROUTING -s fd00::3
	check "$1: init tx again" lm init tx "--ip6tables=$tool"
	check "$1: init rx again" lm init rx "--ip6tables=$tool"
	is "$(rules "$1" POSTROUTING | wc -l) $(rules "$1" PREROUTING | wc -l)" \
		"3 2" "$1: that added nothing"
	is "$(lm init tx "--ip6tables=$tool" --dry-run)" "" \
		"$1: a dry run has nothing to do"
	fault "$1: other options are refused" "set 'lm-tx' exists with other" \
		lm init tx --maxelem 5 "--ip6tables=$tool"
	fault "$1: another netmask is refused" \
		"set 'lm-tx' exists with netmask 128, not 0: use netmask 128" \
		lm init tx --netmask 0 "--ip6tables=$tool"
	fault "$1: another timeout is refused" \
		"set 'lm-rx' exists without timeouts, .*: leave out the timeout, or 'lmctl deinit'" \
		lm init rx --timeout=0 "--ip6tables=$tool"
	on node ipset create lm-old hash:sr6flow
	like "$(lm init rx --set lm-old "--ip6tables=/bin/true" 2>&1)" \
		"'lm-old' exists with netmask 0 and is kept; .*'lmctl deinit'" \
		"$1: a set of an earlier version keeps its netmask"
	on node ipset destroy lm-old

	# shellcheck disable=SC2086 # words of a rule
	on node "$tool" -t mangle $tx_rule
	check "$1: deinit" lm deinit "--ip6tables=$tool"
	is "$(sets)" "" "$1: the sets are gone"
	is "$(rules "$1" POSTROUTING | wc -l) $(rules "$1" PREROUTING | wc -l)" \
		"2 1" "$1: all copies of the rules are gone, others are not"
	check "$1: deinit again" lm deinit "--ip6tables=$tool"
	on node "$tool" -t mangle -F
}

test_init_options() {
	check "init with every option" lm init tx --set other --mask 0x30 \
		--colour 0x20 --timeout 1min --maxelem 9 --hashsize 64 \
		--forceadd --skbinfo --netmask 48 --ip6tables=ip6tables-nft
	is "$(lm colour other --json |
	      jq -c '.sets[0] | [.mask, .netmask, .colour, .timeout, .maxelem, .forceadd, .skbinfo, .references]')" \
		'["0x00000030",48,"0x00000020",60,9,true,true,1]' \
		"the set has the options"
	check "deinit of a named set" lm deinit tx --set other \
		--ip6tables=ip6tables-nft
	is "$(sets)" "" "the named set is gone"
	is "$(lm init rx --dry-run --ip6tables=x)" \
		"create set lm-rx with mask 0x00030000 and netmask 128
x -w -t mangle -I PREROUTING 1 -m set --match-set lm-rx dst" \
		"a dry run says what would be done"
	is "$(sets)" "" "a dry run does nothing"
}

# fake_ip6tables COMMAND: finds no rule, and to add one runs the command
fake_ip6tables() {
	printf '#!/bin/bash\ncase $* in\n*" -C "*) %s ;;\n*" -A "*) %s ;;\n*) exec ip6tables-nft "$@" ;;\nesac\n' \
		"$1" "$2" >"$tmp/ip6tables"
	chmod +x "$tmp/ip6tables"
}

test_undo() {
	local status
	fault "no ip6tables" "cannot run .*install iptables" \
		lm init tx --ip6tables=/nonexistent
	is "$(sets)" "" "the set is taken back when there is no ip6tables"
	fault "ip6tables fails" "'/bin/false -w -t mangle -A .* exit status 1" \
		lm init tx --ip6tables=/bin/false
	is "$(sets)" "" "the set is taken back when the rule is refused"
	on node ipset create lm-tx hash:sr6flow netmask 128
	fault "ip6tables fails on a set that was there" "'/bin/false" \
		lm init tx --ip6tables=/bin/false
	is "$(sets)" lm-tx "a set that was there stays"
	on node ipset destroy lm-tx

	fake_ip6tables 'exit 1' 'kill -INT $PPID $$; sleep 10'
	status=0
	lm init tx "--ip6tables=$tmp/ip6tables" 2>/dev/null || status=$?
	is "$status $(sets)" "130 " "interrupted before the rule: nothing is left"
	fake_ip6tables 'exec ip6tables-nft "$@"' \
		'ip6tables-nft "$@"; kill -INT $PPID $$; sleep 10'
	status=0
	lm init tx "--ip6tables=$tmp/ip6tables" 2>/dev/null || status=$?
	is "$status $(sets) $(rules nft POSTROUTING)" "130  " \
		"interrupted after the rule: nothing is left"

	on node nft 'add table ip6 mangle { flags dormant; }'
	fault "the table is dormant" \
		"the set 'lm-tx' is not counted: the table of rule 1 of chain POSTROUTING, table mangle \(ip6tables-nft\) is dormant; activate the table: 'nft add table ip6 mangle \{ \}'" \
		lm init tx --ip6tables=ip6tables-nft
	is "$(sets) $(rules nft POSTROUTING)" " " "the table is dormant: nothing is left"
	on node nft add table ip6 mangle '{ }'
	check "the table is awake" lm init tx --ip6tables=ip6tables-nft
	lm deinit tx --ip6tables=ip6tables-nft
}

test_flows() {
	local file=$tmp/flows
	check "add flows" lm add tx gold=fcff:2::1,fcff:8::100 fcff:3::1
	is "$(lm flows tx --json | jq -c '[.sets[0].flows[] | [.name, .sids]]')" \
		'[[null,["fcff:3::1"]],["gold",["fcff:2::1","fcff:8::100"]]]' \
		"flows lists them"
	fault "a flow that exists" "set 'lm-tx' has the flow .*; no flow was added" \
		lm add tx a=fcff:4::1 b=fcff:3::1 c=fcff:5::1
	is "$(flow_count)" 2 "nothing of it was added"
	check "add --exist" lm add tx --exist a=fcff:4::1 b=fcff:3::1
	is "$(names tx)" "a b gold" "a flow that exists got its name"

	printf '# comment\n\nx=fcff:6::1\ny=fcff:6::2 # one more\n  fcff:6::3\n' >"$file"
	check "add from a file" lm add tx --file "$file"
	is "$(flow_count)" 6 "every line of it"
	check "del from standard input" lm del tx -f - <"$file"
	is "$(flow_count)" 3 "every line of that"
	fault "del of an unknown flow" "fcff:1::1@fcff:9::1 is not in set lm-tx" \
		lm del tx fcff:3::1 fcff:9::1
	is "$(flow_count)" 3 "nothing was deleted"
	check "del --exist" lm del tx --exist fcff:3::1 fcff:9::1
	is "$(flow_count)" 2 "the known flow was deleted"
	check "flush" lm flush tx
	is "$(flow_count)" 0 "no flow is left"
}

sources() {
	lm flows "$1" --json | jq -r '[.sets[0].flows[].source] | sort | join(" ")'
}

# The source of a flow: this node's, the kernel's choice, or none.
test_source() {
	check "a set to count" lm init rx --ip6tables=/bin/true
	check "one list of two sources" lm add rx a=fcff:1::1@fcff:2::1 \
		b=fcff:1::2@fcff:2::1
	is "$(lm stats --set rx fcff:2::1 --json | jq -r '[.sets[0].flows[].name] | sort | join(" ")')" \
		"a b" "a list names the flows of all sources"
	check "del with source" lm del rx fcff:1::1@fcff:2::1
	is "$(sources rx)" fcff:1::2/128 "the other is there"
	on node ipset destroy lm-rx

	check "a shorter netmask" lm init rx --netmask 48 --ip6tables=/bin/true
	lm add rx fcff:1::1@fcff:2::1
	is "$(sources rx)" fcff:1::/48 "is all that is left of the source"
	fault "another address of the same source" "set 'lm-rx' has the flow" \
		lm add rx fcff:1::2@fcff:2::1
	fault "another netmask" "set 'lm-rx' has netmask 48, not 128" \
		lm del rx fcff:1::1/128@fcff:2::1
	check "the source as flows shows it" \
		lm del rx "$(sources rx)@fcff:2::1"
	is "$(sources rx)" "" "the flow is gone"
	on node ipset destroy lm-rx

	check "a set that can learn" lm init rx --timeout=0 --ip6tables=/bin/true
	fault "it stays one" \
		"set 'lm-rx' exists with a timeout, .*: use timeout 0, or 'lmctl deinit'" \
		lm init rx --ip6tables=/bin/true
	lm add rx fcff:1::1@fcff:2::1
	lm add rx --timeout 1000 fcff:1::1@fcff:2::2
	is "$(lm flows rx --json | jq -c '[.sets[0].flows[].timeout > 0] | sort')" \
		"[false,true]" "a flow of it has no timeout unless it is given one"
	lm add rx --exist kept=fcff:1::1@fcff:2::2
	is "$(lm flows rx --json | jq -c '[.sets[0].flows[].timeout]')" \
		"[0,0]" "one that had one is kept by adding it again"
	on node ipset destroy lm-rx

	on node ip sr tunsrc set ::
	fault "no source to choose" \
		"no tunnel source for fcff:2::1: Network is unreachable; set one with 'ip sr tunsrc set" \
		lm add tx fcff:2::1
	node_ip node <<-END
		link add dummy0 type dummy
		link set dummy0 up
		addr add fcff:7::7/64 dev dummy0 nodad
		route add fcff:2::/32 dev dummy0
	END
	check "the kernel's choice" lm add tx fcff:2::1
	is "$(sources tx)" fcff:7::7/128 "is the source"
	lm del tx fcff:2::1 2>"$tmp/del"
	is "$(sources tx)$(cat "$tmp/del")" "" "and is deleted without a word"
	like "$(lm add tx fcff:2::1 2>&1)" \
		"warning: set 'lm-tx': no tunnel source is set; the kernel chooses fcff:7::7 towards fcff:2::1 now.*set it with 'ip sr tunsrc set fcff:7::7'" \
		"a choice can change: a warning"
	on node ip sr tunsrc set fcff:1::1
	is "$(lm add tx fcff:2::1 2>&1; sources tx)" \
		"fcff:1::1/128 fcff:7::7/128" "a fixed one needs no warning"
	lm flush tx

	# A set of another name: its rule says whether it marks.
	check "a named set" lm init tx --set named --ip6tables=ip6tables
	check "of a marking node" lm add named fcff:2::1
	is "$(sources named)" fcff:1::1/128 "gets the tunnel source"
	lm deinit tx --set named
}

# A full set, and an end by signal: all flows or none.
test_many() {
	local file=$tmp/many more=$tmp/more status n=5000 try
	make_flows $n >"$file"
	# Takes seconds to add: time to see that it has begun, and to end it.
	make_flows 60000 >"$more"
	check "a small set" lm init tx --set small --maxelem 100 --netmask 0 \
		--ip6tables=/bin/true
	fault "more flows than fit" "$file:101: set 'small' is full" \
		lm add small --file "$file"
	is "$(lm colour small --json | jq '.sets[0].flow_count')" 0 \
		"a set too small gets none"
	on node ipset destroy small

	# Not lm(): a function in the background would be a shell. On a busy
	# machine all flows may be there before anybody sees some: once more.
	for try in 1 2 3 4 5 6 7 8 9; do
		nsenter --net="/run/netns/${node_ns[node]}" \
			lmctl add tx --file "$more" 2>"$tmp/interrupted" &
		wait_for 20 some_flows || true
		# bash has background jobs ignore SIGINT
		kill -TERM $! 2>/dev/null || true
		status=0
		wait $! || status=$?
		[ "$status" -eq 0 ] || break
		diag "try $try: the add was over"
		lm flush tx
	done
	is "$status $(flow_count)" "143 0" "an add that is ended adds nothing"
	like "$(cat "$tmp/interrupted")" 'interrupted; no flow was added' \
		"and says so"
	check "add $n flows" lm add tx --file "$file"
	is "$(lm flows tx --json | jq '.sets[0].flows | length')" $n \
		"flows lists them all"
	is "$(lm flows tx --json | jq '[.sets[0].flows[].name] | unique | length')" \
		$n "each once"
	lm flush tx
}

make_flows() {
	awk -v n="$1" 'BEGIN {
		for (i = 0; i < n; i++)
			printf "f%d=fcff:2::%x,fcff:8::100\n", i, i
	}'
}

some_flows() {
	[ "$(flow_count)" -gt 10 ]
}

test_colour() {
	is "$(lm colour tx)" 0x00010000 "colour shows the active colour"
	is "$(lm colour tx toggle)" 0x00020000 "toggle"
	is "$(lm colour tx toggle)" 0x00010000 "toggle back"
	is "$(lm colour tx 0x20000)" 0x00020000 "colour by number"
	is "$(lm colour --json | jq -c '[.v, (.sets[] | .set, .colour, .colours)]')" \
		'[2,"lm-tx","0x00020000",["0x00010000","0x00020000"]]' \
		"colour as JSON"
	like "$(lm)" '^lm-tx +0x00030000 +0x00020000 +0 ' \
		"no argument shows the state"
	lm colour tx 0x10000 >/dev/null
}

test_stats() {
	on node ipset add lm-tx gold=fcff:1::1@fcff:2::1,fcff:8::100,0x00010000 \
		packets 1200 bytes 220800
	on node ipset add lm-tx gold=fcff:1::1@fcff:2::1,fcff:8::100,0x00030000 \
		packets 3 bytes 300
	on node ipset add lm-tx big=fcff:1::2@fcff:9::1,0x00020000 packets 7 bytes 7
	is "$(lm stats gold --json | jq -c '.sets[0].flows[] | .counters | map_values([.packets, .bytes])')" \
		'{"uncoloured":[0,0],"low":[1200,220800],"high":[0,0],"foreign":[3,300]}' \
		"stats of a flow"
	is "$(lm stats --json | jq -c '.sets[0].flows | length')" 2 "all flows"
	is "$(lm stats --json | jq -r '[.sets[0].flows[] | .instance, .generation] | unique | map(length) | join(" ")')" \
		"16 16 16" "one instance, a generation per flow"
	like "$(lm stats --explain)" 'SID list is not in the set' "explained"
	fault "an unknown flow" "no flow 'silver'" lm stats gold silver
	is "$(timeout 20 nsenter --net="/run/netns/${node_ns[node]}" \
	      lmctl stats --json --watch=50ms | head -n 3 |
	      jq -s 'map(.sets[0].flow_count) | tostring' -r)" "[2,2,2]" \
		"watched in a pipe: a document per line"
}

# completes LINE: what bash would offer at its end, as bash splits it
completes() {
	on node bash -c '
		. "$1"
		read -ra COMP_WORDS <<<"$(sed -E "s/([=:])/ \1 /g" <<<"$2")"
		[[ $2 != *[[:space:]=] ]] || COMP_WORDS+=("")
		COMP_LINE=$2 COMP_POINT=${#2} COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
		_lmctl
		echo "${COMPREPLY[*]}"
	' - "$test_dir/completion.bash" "$1"
}

# There are lm-tx with gold and big, and here a set of another type.
test_completion() {
	on node ipset create lm-other hash:ip family inet6
	lm add tx fd00:b::_64=fcff:9::9
	is "$(completes "lmctl pl")" plot "completion: a command"
	is "$(completes "lmctl stats --wa")" --watch "completion: an option"
	is "$(completes "lmctl import --fi")" "" "completion: no option of another command"
	is "$(completes "lmctl flows ")" "tx rx lm-tx" "completion: sets"
	is "$(completes "lmctl stats --set=l")" lm-tx "completion: --set="
	is "$(completes "lmctl stats -s l")" lm-tx "completion: -s"
	is "$(completes "lmctl reflect tx r")" rx "completion: a second set"
	is "$(completes "lmctl stats ")" "big fd00:b::_64 gold" \
		"completion: flows"
	is "$(completes "lmctl del tx go")" gold "completion: flows of a set"
	is "$(completes "lmctl del tx fd00:b")" "b::_64" \
		"completion: bash keeps what is before a colon"
	on node ipset destroy lm-other
	lm del tx fcff:9::9
}

test_vanishing() {
	local status=0
	nsenter --net="/run/netns/${node_ns[node]}" lmctl stats --set tx \
		--json --watch=50ms >"$tmp/watched" 2>"$tmp/vanished" &
	wait_for 10 test -s "$tmp/watched"
	on node ipset destroy lm-tx
	wait $! || status=$?
	is "$status $(wc -l <"$tmp/vanished")" "1 1" \
		"a set that vanishes: status 1, one line"
	like "$(cat "$tmp/vanished")" "^lmctl: there is no set 'lm-tx': create it" \
		"it says what to do"
	fault "no set at all" "no set lm-tx or lm-rx here: 'lmctl init tx'" \
		lm stats
}

test_other_type() {
	local command
	on node ipset create lm-tx hash:ip family inet6
	for command in "init tx --ip6tables=/bin/true" \
		       "deinit tx --ip6tables=/bin/true" "add tx fcff::1" \
		       "del tx fcff::1" "flush tx" "flows tx" "colour tx" \
		       "colour tx toggle" "colour tx 0x10000" "stats" \
		       "stats --json --set tx" "import tx"; do
		# shellcheck disable=SC2086 # a command line
		fault "lmctl $command on a hash:ip set" \
			"'lm-tx' is a set of type hash:ip" lm $command
	done
	is "$(sets)" lm-tx "the other set is still there"
	on node ipset destroy lm-tx
}

test_no_privileges() {
	local command
	for command in "init tx" "deinit" "add tx fcff::1" "flush tx" flows \
		       colour stats "import tx"; do
		# shellcheck disable=SC2086 # a command line
		fault "lmctl $command without privileges" \
			".*run as root" on node setpriv \
			--reuid=65534 --regid=65534 --clear-groups \
			--inh-caps=-all --bounding-set=-all lmctl $command
	done
}

test_no_module() {
	local helper
	helper=$(cat /proc/sys/kernel/modprobe)
	wait_for 20 rmmod ip_set_hash_sr6flow
	echo /bin/false >/proc/sys/kernel/modprobe
	fault "init without the module" \
		"the kernel does not know the set type hash:sr6flow.*modprobe" \
		lm init tx
	echo "$helper" >/proc/sys/kernel/modprobe
}

test_init nft
test_init legacy
test_init_options
test_undo
check "a set to work with" lm init tx --ip6tables=/bin/true
test_flows
test_source
test_many
test_colour
test_stats
test_completion
test_vanishing
test_other_type
test_no_privileges
test_no_module
