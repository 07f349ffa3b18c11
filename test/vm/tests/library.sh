#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# vm: smp=2 icount=no kernels=6.1,6.12 quick=yes timeout=300 seconds=4
#
# libsr6flow against the kernel: every call, and every refusal with its errno; the
# sentences are asserted by test_request. Whole listings of a large set are
# kernel_dump's.
. "$(dirname "$0")/../lib.sh"

plan 83
at_exit ipset destroy

probe=lib_probe

# says NAME EXPECTED ARGUMENT...: success with just this output
says() {
	local name=$1 wanted=$2 out
	shift 2
	out=$("$probe" "$@" 2>&1) || out="failed: $out"
	is "$out" "$wanted" "$name"
}

# refused NAME ERRNO ARGUMENT...: fails with a sentence behind this errno
refused() {
	local name=$1 wanted=$2 out status=0
	shift 2
	out=$("$probe" "$@" 2>&1) || status=$?
	like "$status $out" "^1 $wanted: .* " "$name"
}

info() {
	"$probe" info "$1" | sed 's/ memsize=[1-9][0-9]*$//'
}

# Create, and what a fresh set says about itself.
refused "no set" ENOENT info s
says "create loads the module" "" create s
is "$(info s)" "name=s mask=0x00030000 colour=0x00010000 maxelem=65536 hashsize=1024 references=0 flows=0 no_flow=0 malformed=0 not_writable=0" \
	"state of a set with defaults"
refused "create twice" EEXIST create s
says "create the same with exist" "" create s exist
refused "create another with exist" EEXIST create s mask=0x04 exist
says "create with every option" "" create o mask=0x0c colour=0x08 maxelem=7 \
	timeout=300 forceadd skbinfo
is "$(info o)" "name=o mask=0x0000000c colour=0x00000008 maxelem=7 hashsize=1024 timeout=300 forceadd skbinfo references=0 flows=0 no_flow=0 malformed=0 not_writable=0" \
	"state of a set with every option"
says "destroy" "" destroy o
refused "destroy twice" ENOENT destroy o

# Flows.
long=fcff::1,fcff:0:100::,::,1::,::5,fcff::6,7::7,::8,::9,::a,::b,::c,::d,::e,::f,::
says "add" "" add s gold=fcff:2::1,fcff:8::100
says "add one SID" "" add s fcff:2::1
says "add 16 SIDs with zeros" "" add s "long=$long"
refused "add twice" EEXIST add s gold=fcff:2::1,fcff:8::100
says "add again with exist" "" add s silver=fcff:2::1,fcff:8::100 4294967295 exist
says "listing, newest first" "long=$long
fcff:2::1
silver=fcff:2::1,fcff:8::100" dump s
is "$(ipset -sorted save s | grep -c '^add')" 3 "ipset sees as many flows"
says "test a flow that is there" yes test s "$long"
says "test its first SIDs" no test s fcff::1,fcff:0:100::
says "delete" "" del s "other-name=$long"
refused "delete twice" ESRCH del s "$long"
says "test it" no test s "$long"
refused "timeout where there is none" EINVAL add s ::1 10
says "a set with timeout" "" create t timeout=300
says "add with a timeout" "" add t ::1 10000
says "add for ever" "" add t ::2 0
says "add with the default" "" add t ::3
like "$(lib_probe dump t | paste -sd ' ')" \
	'^::3 timeout=(300|2[0-9]{2}) ::2 timeout=0 ::1 timeout=(10000|9[0-9]{3})$' \
	"timeouts in the listing"

# Sources.
refused "a netmask that there is not" EINVAL create q netmask=129
says "a set with a netmask" "" create q netmask=48
is "$(info q)" "name=q mask=0x00030000 colour=0x00010000 maxelem=65536 hashsize=1024 netmask=48 references=0 flows=0 no_flow=0 malformed=0 not_writable=0" \
	"state of a set with a netmask"
says "create the same with exist" "" create q netmask=48 exist
for other in "netmask=49 exist" exist; do
	# shellcheck disable=SC2086 # words
	refused "create another with $other" EEXIST create q $other
done
says "add a flow with its source" "" add q gold=fcff:1::1@fcff:2::1,::2
refused "add another source of the same bits" EEXIST add q fcff:1:0:7::@fcff:2::1,::2
says "add another source" "" add q fcff:3::1@fcff:2::1,::2
says "two flows of one list" "fcff:3::@fcff:2::1,::2
gold=fcff:1::@fcff:2::1,::2" dump q
refused "add without the source" EINVAL add q a=fcff:2::1,::2
refused "add with a superfluous source" EINVAL add s ::9@fcff:2::1
refused "delete without the source" EINVAL del q fcff:2::1,::2
refused "delete with a superfluous source" EINVAL del s ::9@fcff:2::1
says "test with the source" yes test q fcff:1::7@fcff:2::1,::2
says "test with another source" no test q fcff:4::@fcff:2::1,::2
# The kernel says no more than that of a test.
says "test without the source" no test q fcff:2::1,::2
ipset restore <<-END
	add q fcff:3::@fcff:2::1,::2,0x00010000 packets 5 bytes 500
	add q fcff:3::@fcff:2::1,::2,0x00020000 packets 7 bytes 700
END
says "counters belong to a source" "fcff:3::@fcff:2::1,::2 0x00010000:5/500 0x00020000:7/700
gold=fcff:1::@fcff:2::1,::2" dump q
says "delete one of the two" "" del q fcff:1::1@fcff:2::1,::2
says "the other is left" yes test q fcff:3::@fcff:2::1,::2
is "$(ipset -sorted save q | grep -c '^add')" 2 "ipset sees its two colours"
says "destroy it" "" destroy q

# A full set.
check "a small set" lib_probe create small maxelem=2
says "two flows" "" add small ::1
says "fit in" "" add small ::2
refused "a third does not" ENOSPC add small ::3
says "an existing flow is no third" "" add small ::2 4294967295 exist

# The active colour and counters.
says "set the colour" "" colour s 0x00020000
like "$(info s)" ' colour=0x00020000 ' "the colour is set"
refused "a colour that the set has not" EDOM colour s 0x00030000
like "$(info s)" ' colour=0x00020000 ' "the colour stays"
before=$(lib_probe witnesses s | head -n 1 | cut -d ' ' -f 2,3)
# Counters as restore brings them back, one colour beyond 32 bits.
ipset restore <<-END
	add s fcff:2::1,0x00010000 packets 5 bytes 500
	add s fcff:2::1,0x00020000 packets 18446744073709551614 bytes 4294967296
	add s fcff:2::1,0x00030000 packets 1 bytes 0
	add s fcff:2::1,0x00000000 packets 2 bytes 3
END
says "counters of all colours" "fcff:2::1 0x00000000:2/3 0x00010000:5/500 0x00020000:18446744073709551614/4294967296 0x00030000:1/0
silver=fcff:2::1,fcff:8::100" dump s
after=$(lib_probe witnesses s | head -n 1 | cut -d ' ' -f 2,3)
is "${after% *}" "${before% *}" "the set is the same"
isnt "${after#* }" "${before#* }" "its first flow counts anew"
says "flush" "" flush s
is "$(info s | grep -oE 'colour=[^ ]+|flows=.')" "colour=0x00020000
flows=0" "flush keeps the colour"

# A set of another type is not touched.
ipset create ip hash:ip family inet6
ipset create mark hash:ip,mark family inet6
ipset add ip fcff::9
for call in "add ip fcff::1" "add ip a=fcff::1,fcff::2" "del ip fcff::9" \
	    "test ip fcff::9" "colour ip 0x00010000" "flush ip" "destroy ip" \
	    "info ip" "dump ip" "create ip" "create ip exist"; do
	# shellcheck disable=SC2086 # words
	refused "another type: $call" EMEDIUMTYPE $call
done
refused "another type with marks" EMEDIUMTYPE colour mark 0x00010000
is "$(ipset save ip | grep '^add')" "add ip fcff::9" "its member is still alone"
is "$(ipset save mark | grep -c '^add')" 0 "and the other is still empty"

# Who may.
like "$(setpriv --reuid 65534 --clear-groups lib_probe info s 2>&1)" \
	"^EPERM: ipset needs CAP_NET_ADMIN in this network namespace: run as root$" \
	"not without privileges"
like "$(lib_probe unshare s 2>&1)" '^name=s ' \
	"a handle stays in its namespace"
says "threads with a handle each" "" threads s
ip6tables -t mangle -A POSTROUTING -m set --match-set s src
refused "destroy a set with a rule" EBUSY destroy s
ip6tables -t mangle -D POSTROUTING -m set --match-set s src
check "listing ended early, handle used on, set destroyed" lib_probe stop s
