#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# vm: icount=yes kernels=6.1,6.12 quick=yes timeout=180 seconds=18
#
# The distribution's ipset on sets of type hash:sr6flow: every command, every
# output, streams. Sentences for bad elements are test_element's, what the kernel
# refuses is kernel_attributes' and kernel_set's.
. "$(dirname "$0")/../lib.sh"

at_exit ipset destroy

# Members of a set in a stable order, on one line.
members() {
	ipset -sorted list "$1" | sed '1,/^Members:/d' | paste -sd ' '
}

header() {
	ipset -t list "$1" | sed -n 's/^Header: //p'
}

# refused NAME STATUS REGEX COMMAND...: exit status and one sentence
refused() {
	local name=$1 wanted=$2 pattern=$3 out status=0
	shift 3
	out=$("$@" 2>&1) || status=$?
	if [ "$status" -eq "$wanted" ] && grep -qE -- "$pattern" <<<"$out"; then
		ok "$name"
	else
		not_ok "$name" "ran:     $*" "status:  $status, wanted $wanted" \
			"said:    $out" "pattern: $pattern"
	fi
}

# same_after_restore NAME SET...: save, destroy, restore give back the sets
same_after_restore() {
	local name=$1 set
	shift
	# -sorted, where some flows have names, depends on the order before.
	for set; do
		ipset save "$set" | sort
	done >"$tmp/before"
	for set; do
		ipset save "$set"
	done >"$tmp/stream"
	for set; do
		ipset destroy "$set"
	done
	check "$name: restore" ipset restore -file "$tmp/stream"
	for set; do
		ipset save "$set" | sort
	done >"$tmp/after"
	check "$name: equal" diff "$tmp/before" "$tmp/after"
}

# sids COUNT [GROUP]: a SID list with zero bytes in every SID
sids() {
	seq -f "fcff:${2:-0}:%g::" -s , "$1"
}

# --- help and create

like "$(ipset help hash:sr6flow)" '^add +SETNAME hash:sr6flow \[NAME=\]\[SOURCE@\]SID' \
	"help names the element"
is "$(ipset help | awk '$1 == "hash:sr6flow" { print $2 }' | paste -sd ' ')" "1 0" \
	"help lists the type with both revisions"

check "create" ipset create s hash:sr6flow
is "$(header s)" \
	"hashsize 1024 maxelem 65536 markmask 0x00030000 initval 0x00010000" \
	"defaults"
is "$(ipset list s | sed -n 's/^\(Type\|Revision\|Number of entries\): //p' |
	paste -sd ' ')" "hash:sr6flow 1 0" "type, revision, entries"
check "create with all options" ipset create o hash:sr6flow hashsize 64 \
	maxelem 100 markmask 0x24 initval 0x20 timeout 600 counters forceadd \
	skbinfo
# libipset lists forceadd of no type.
is "$(header o)" \
	"hashsize 64 maxelem 100 markmask 0x00000024 initval 0x00000020 timeout 600 skbinfo" \
	"options are listed, counters are not"
refused "create again" 1 "set with the same name already exists" \
	ipset create s hash:sr6flow
refused "create with a bad mask" 1 "markmask parameter is invalid" \
	ipset create b hash:sr6flow markmask 0x70000
refused "create with an unknown option" 2 "Unknown argument: .comment'" \
	ipset create b hash:sr6flow comment
# libipset sets the family of a type that has one only, and takes no other word.
for type in "hash:sr6flow family inet6" "bitmap:ip range 10.0.0.0/24 family inet"; do
	# shellcheck disable=SC2086 # type and options
	refused "create ${type%% *} with its family" 2 "Unknown argument: .family'" \
		ipset create b $type
done
like "$(ipset help hash:sr6flow)" "^Type hash:sr6flow supports family inet6 only" \
	"help names the family"

# --- add, test, del

check "add" ipset add s gold=fcff:2::1,fcff:8::100
is "$(members s)" "gold=fcff:2::1,fcff:8::100" "a new flow has no counters"
refused "add again" 1 "already added" ipset add s fcff:2::1,fcff:8::100
check "add again, -exist" ipset -exist add s silver=fcff:2::1,fcff:8::100
is "$(members s)" "silver=fcff:2::1,fcff:8::100" "-exist gives a new name"
check "add again, -! and no name" ipset -! add s fcff:2::1,fcff:8::100
is "$(members s)" "silver=fcff:2::1,fcff:8::100" "no name keeps the name"

refused "test of a flow" 0 \
	"fcff:2::1,fcff:8::100 is in set s\.\$" \
	ipset test s fcff:2::1,fcff:8::100
refused "test with another name and a colour" 0 "is in set s" \
	ipset test s other=fcff:2::1,fcff:8::100,0x00010000
refused "test of the reverse list" 1 \
	"^fcff:8::100,fcff:2::1 is NOT in set s\.\$" \
	ipset test s fcff:8::100,fcff:2::1
refused "test of a beginning" 1 "is NOT in set s" ipset test s fcff:2::1
refused "test of a colour" 1 \
	"^The colour 0x00010000, not a flow, is NOT in set s\.\$" \
	ipset test s 0x10000
refused "del of a colour" 1 "An IPv6 address is expected" \
	ipset del s 0x10000
refused "del of what is not there" 1 "not added" ipset del s fcff:2::1
check "del of what is not there, -exist" ipset -exist del s fcff:2::1
check "del with name and colour" \
	ipset del s silver=fcff:2::1,fcff:8::100,0x00010000
is "$(members s)" "" "the flow is gone"

for n in $(seq 16); do
	ipset add s "n$n=$(sids "$n")"
done
is "$(ipset -t list s | sed -n 's/^Number of entries: //p')" 16 \
	"flows of 1 to 16 SIDs"
for n in 1 2 15 16; do
	refused "test of $n SIDs" 0 "is in set" ipset test s "$(sids "$n")"
done
check "flush" ipset flush s
is "$(members s)" "" "flush leaves nothing"

# --- colours and counters

check "the active colour" ipset add s 0x00020000
like "$(header s)" "initval 0x00020000" "it is listed"
ipset add s ::1
ipset flush s
like "$(header s)" "initval 0x00020000" "flush keeps it"
for colour in 0x0 0x30000 0x1 0x40000; do
	refused "active colour $colour" 1 "out of domain" ipset add s $colour
done
like "$(header s)" "initval 0x00020000" "a wrong colour changes nothing"
refused "active colour with a timeout" 1 "Invalid argument|Timeout" \
	ipset add s 0x10000 timeout 3
refused "active colour with counters" 1 "Invalid argument" \
	ipset add s 0x10000 packets 3
refused "a colour without counters" 1 "Invalid argument" \
	ipset add s ::1,0x10000
refused "counters without a colour" 1 "Invalid argument" \
	ipset add s ::1 packets 3
is "$(members s)" "" "none of them added a flow"

check "counters add a flow" ipset add s a=::1,::2,0x10000 packets 12 bytes 999
check "another colour of the flow" ipset add s ::1,::2,0x20000 packets 5
check "uncoloured packets" ipset add s ::1,::2,0x0 bytes 70 packets 1
check "foreign packets" ipset add s ::1,::2,0x00030000 packets 2 bytes 140
check "bytes alone keep the packets" ipset add s ::1,::2,0x20000 bytes 300
is "$(ipset list s | sed '1,/^Members:/d' | sort | paste -sd ' ')" \
	"a=::1,::2,0x00000000 packets 1 bytes 70 a=::1,::2,0x00010000 packets 12 bytes 999 a=::1,::2,0x00020000 packets 5 bytes 300 a=::1,::2,0x00030000 packets 2 bytes 140" \
	"all four colours"
is "$(ipset -t list s | sed -n 's/^Number of entries: //p')" 1 \
	"entries are flows"

# --- lists

is "$(ipset list -n | sort | paste -sd ' ')" "o s" "list -name"
is "$(ipset list s -t | grep -c :: || true)" 0 "list -terse has no members"
ipset list s -o xml >"$tmp/xml"
for tag in "<ipset name=\"s\">" "<type>hash:sr6flow</type>" \
	   "<markmask>0x00030000</markmask>" "<initval>0x00020000</initval>" \
	   "<member><elem>a=::1,::2,0x00010000</elem><packets>12</packets><bytes>999</bytes></member>" \
	   "<numentries>1</numentries>"; do
	check "xml: $tag" grep -qF -- "$tag" "$tmp/xml"
done
# Every tag that opens, closes, in order.
is "$(grep -oE '</?[a-z]+' "$tmp/xml" | awk '
	/^<\// { if (stack[n--] != substr($0, 3)) { print "bad"; exit } next }
	{ stack[++n] = substr($0, 2) }
	END { print n }')" 0 "xml: well-formed"
for n in 9 1 5 3 7; do
	ipset add s "fcff:$n::1,fcff::2"
done
is "$(ipset -sorted list s | grep -o '^fcff:[0-9]' | paste -sd ' ')" \
	"fcff:1 fcff:3 fcff:5 fcff:7 fcff:9" "list -sorted"
is "$(ipset list s | sort)" "$(ipset -sorted list s | sort)" \
	"-sorted and plain have the same lines"
check "list into a file" ipset list s -file "$tmp/list"
check "the file has it" grep -q "a=::1,::2,0x00010000 packets 12" "$tmp/list"

# --- save and restore

for n in $(seq 16); do
	ipset add s "flow.$n=$(sids "$n" 1),0x00010000" \
		packets "$n" bytes $((n * 1500))
	ipset add s "$(sids "$n" 1),0x00020000" packets "$((n + 1))"
	ipset add s "$(sids "$n" 2)"
done
same_after_restore "flows, names, counters, active colour" s
like "$(header s)" "initval 0x00020000" "the active colour is restored"
# Twice: a restored stream must not depend on the order of the first one.
same_after_restore "once more" s

ipset flush o
check "timeout and skbinfo" ipset add o t=::7,::8 timeout 500 \
	skbmark 0x12/0xff skbprio 1:10 skbqueue 9
ipset add o t=::7,::8,0x20 packets 3 bytes 4
ipset add o forever=::9 timeout 0
ipset add o default=::a
like "$(ipset list o)" \
	'^t=::7,::8,0x00000020 timeout (4[0-9]{2}|500) packets 3 bytes 4 skbmark 0x12/0xff skbprio 1:10 skbqueue 9$' \
	"they are listed beside the counters"
like "$(ipset list o)" '^forever=::9 timeout 0' "timeout 0 stays 0"
like "$(ipset list o)" '^default=::a timeout (5[0-9]{2}|600)' "default timeout"
ipset save o >"$tmp/stream"
ipset destroy o
check "restore with timeouts" ipset restore -file "$tmp/stream"
ipset save o >"$tmp/again"
check "equal but for the seconds" diff \
	<(sed 's/timeout [1-9][0-9]*/timeout N/' "$tmp/stream" | sort) \
	<(sed 's/timeout [1-9][0-9]*/timeout N/' "$tmp/again" | sort)
like "$(ipset list o)" '^t=::7,::8,0x00000020 timeout (4[0-9]{2}|500) ' \
	"what was left of the timeout is restored"

refused "restore on a set that is there" 1 "Error in line 1: .*already exists" \
	ipset restore -file "$tmp/stream"
check "the same with -!" ipset -! restore -file "$tmp/stream"

# A line must not inherit the name, list, colour or counters of another.
cat >"$tmp/stream" <<-END
	create r hash:sr6flow
	# one message carries all of these
	add r gold=fcff::1,fcff::2,fcff::3,0x00010000 packets 9 bytes 90
	add r fcff::4
	add r fcff::5,fcff::6

	add r 0x00020000
	add r silver=fcff::7
	del r fcff::5,fcff::6
	add r fcff::8,0x00020000 packets 1
	add r fcff::9
END
check "restore a stream of all kinds of lines" ipset restore -file "$tmp/stream"
is "$(ipset list r | sed '1,/^Members:/d' | sort | paste -sd ' ')" \
	"fcff::4 fcff::8,0x00020000 packets 1 bytes 0 fcff::9 gold=fcff::1,fcff::2,fcff::3,0x00010000 packets 9 bytes 90 silver=fcff::7" \
	"each line stands alone"
like "$(header r)" "initval 0x00020000" "and the colour was set"
refused "restore names the line, parser" 1 \
	"Error in line 3: Syntax error: 'fcff::zz' is not an IPv6 address" \
	ipset restore <<<$'add r ::1\nadd r ::2\nadd r fcff::zz\nadd r ::4'
refused "restore names the line, kernel" 1 \
	"Error in line 2: .*already added" \
	ipset restore <<<$'add r ::5\nadd r ::5\nadd r ::6'
ipset destroy r

# 5000 flows: several messages each way, nothing twice.
{
	echo "create big hash:sr6flow"
	for n in $(seq 5000); do
		printf 'add big f%d=fcff:%x::1,fcff::%x\n' "$n" "$n" "$n"
	done
} >"$tmp/stream"
check "restore 5000 flows" ipset restore -file "$tmp/stream"
is "$(ipset save big | sed 1d | sort | sha256sum)" \
	"$(sed 1d "$tmp/stream" | sort | sha256sum)" "5000 flows come back"
ipset destroy big

# --- interactive

out=$(ipset - 2>&1 <<-END
	create i hash:sr6flow
	add i gold=fcff::1,fcff::2 bogus
	add i fcff::zz
	add i fcff::3
	add i 0x00020000
	list i
	quit
END
)
like "$out" "Unknown argument: .bogus'" "interactive: goes on after an error"
like "$out" "'fcff::zz' is not an IPv6 address" "interactive: sentences"
is "$(members i)" "fcff::3" "interactive: nothing of the refused lines"
like "$(header i)" "initval 0x00020000" "interactive: colour"
ipset destroy i

# --- netmask and sources

for n in 0 129 256 x 64.5 ""; do
	refused "create with netmask '$n'" 1 \
		"netmask is out of the inclusive range of 1-128" \
		ipset create b hash:sr6flow netmask "$n"
done

check "create with a netmask" ipset create q hash:sr6flow netmask 48 initval 0x20000
is "$(header q)" \
	"hashsize 1024 maxelem 65536 markmask 0x00030000 initval 0x00020000 netmask 48" \
	"it is listed"
refused "add without the source" 1 \
	"^ipset v[0-9.]+: An IPv6 address is expected, but not received$" \
	ipset add q fcff:2::1,::2
refused "add with a source where there is no netmask" 1 \
	"^ipset v[0-9.]+: The value of the CIDR parameter of the IP address is invalid$" \
	ipset add s fcff:1::1@fcff:2::1,::2
check "add with a source" ipset add q gold=fcff:1::1@fcff:2::1,::2
is "$(members q)" "gold=fcff:1::@fcff:2::1,::2" "only its first 48 bits are kept"
refused "add another source of the same bits" 1 "already added" \
	ipset add q fcff:1:0:7::9@fcff:2::1,::2
check "the same with -exist" ipset -exist add q silver=fcff:1:0:7::9@fcff:2::1,::2
check "add the same list from another source" ipset add q fcff:3::1@fcff:2::1,::2
is "$(members q)" "fcff:3::@fcff:2::1,::2 silver=fcff:1::@fcff:2::1,::2" \
	"that is another flow"
refused "test with a source" 0 "fcff:3:0:1::@fcff:2::1,::2 is in set q" \
	ipset test q fcff:3:0:1::@fcff:2::1,::2
refused "test with another source" 1 "fcff:4::@fcff:2::1,::2 is NOT in set q" \
	ipset test q fcff:4::@fcff:2::1,::2
refused "test without the source" 1 "is NOT in set q" ipset test q fcff:2::1,::2
refused "del without the source" 1 "An IPv6 address is expected" \
	ipset del q fcff:2::1,::2
refused "del with another source" 1 "not added" ipset del q fcff:4::@fcff:2::1,::2
check "counters of a flow with a source" \
	ipset add q fcff:3::@fcff:2::1,::2,0x10000 packets 4 bytes 5
is "$(members q)" \
	"fcff:3::@fcff:2::1,::2,0x00010000 packets 4 bytes 5 silver=fcff:1::@fcff:2::1,::2" \
	"they are its own"
ipset list q -o xml >"$tmp/xml"
for tag in "<netmask>48</netmask>" \
	   "<elem>fcff:3::@fcff:2::1,::2,0x00010000</elem>"; do
	check "xml: $tag" grep -qF -- "$tag" "$tmp/xml"
done
refused "an active colour with a source" 1 "Syntax error: the source has no SID, only a colour" \
	ipset add q ::9@0x10000
check "the active colour" ipset add q 0x10000
for n in $(seq 16); do
	ipset add q "flow.$n=fcff:$n::@$(sids "$n" 1),0x00010000" \
		packets "$n" bytes $((n * 1500))
	ipset add q "fcff:$n::@$(sids "$n" 1),0x00020000" packets "$((n + 1))"
	ipset add q "fcff:1$n::@$(sids "$n" 1)"
done
same_after_restore "sets with and without sources" q s
like "$(header q)" "initval 0x00010000 netmask 48" "the netmask is restored"
check "the longest element with a source" bash -ec '
	one=fcff:ffff:ffff:ffff:ffff:ffff:ffff:ffff
	line=x23456789012345678901234567890z=$one@$(yes $one | head -n 16 |
		paste -sd ,),0x00020000
	ipset create l1234567890123456789012345678 hash:sr6flow netmask 128 timeout 9 skbinfo
	ipset add l1234567890123456789012345678 $line timeout 2147483 \
		packets 18446744073709551614 bytes 18446744073709551614 \
		skbmark 0xffffffff/0xfffffffe skbprio ffff:ffff skbqueue 65535
	ipset save l1234567890123456789012345678 >"$0"
	ipset destroy l1234567890123456789012345678
	ipset restore -file "$0"
	ipset list l1234567890123456789012345678 | grep "^$line timeout 21474[0-9]* packets 18446744073709551614 bytes 18446744073709551614 skbmark 0xffffffff/0xfffffffe skbprio ffff:ffff skbqueue 65535$"
	ipset destroy l1234567890123456789012345678' "$tmp/long"
ipset create bare hash:sr6flow netmask 128
refused "a line does not take the source of the line before" 1 \
	"Error in line 2: An IPv6 address is expected" \
	ipset restore <<<$'add bare ::9@::1\nadd bare ::2\nadd bare ::9@::3'
is "$(members bare)" "::9@::1" "nor is anything behind it added"
ipset destroy bare
ipset destroy q

# --- beside other types

ipset create h6 hash:ip family inet6
ipset create hi hash:ip
ipset add hi 192.0.2.1
ipset create nn hash:net,net counters comment
ipset add nn 192.0.2.0/24,198.51.100.0/24 packets 3 bytes 4 comment "x y"
ipset create im hash:ip,mark
ipset add im 192.0.2.1,80
ipset create ls list:set
ipset add ls hi
ipset create last hash:sr6flow
ipset add last fcff::1
ipset add h6 fcff::1
for set in $(ipset list -n); do
	ipset save "$set"
done >"$tmp/each"
check "save of all is save of each" diff <(ipset save | sed \
	's/timeout [1-9][0-9]*/N/') \
	<(sed 's/timeout [1-9][0-9]*/N/' "$tmp/each")
is "$(ipset list | grep -c '^Name: ')" "$(ipset list -n | wc -l)" \
	"list of all"
is "$(ipset list -o xml | grep -c '^</ipset>')" "$(ipset list -n | wc -l)" \
	"xml of all"
ipset save >"$tmp/all"
# The list refers to a set, which is in use until the list is gone.
ipset destroy ls
ipset destroy
check "restore of all" ipset restore -file "$tmp/all"
check "all came back" diff \
	<(sed 's/timeout [1-9][0-9]*/N/' "$tmp/all" | sort) \
	<(ipset save | sed 's/timeout [1-9][0-9]*/N/' | sort)
refused "an element of a flow in another type" 1 "" \
	ipset add h6 fcff::1,fcff::2

refused "another option" 2 "Unknown argument: .comment'" \
	ipset add s ::1 comment x
refused "a bad element" 1 "^ipset v[0-9.]+: Syntax error: 'fcff::zz' is not an IPv6 address\$" \
	ipset add s fcff::zz

ipset destroy ls
