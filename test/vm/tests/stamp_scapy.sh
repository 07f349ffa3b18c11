#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# vm: icount=yes host=yes kernels=6.1,6.12 quick=yes mem=1024 timeout=900 seconds=14
#
# A standard STAMP sender, built with scapy, gets standard replies from lmctl
# reflect: with and without a set, in both modes, stateless and stateful, over
# IPv6 and IPv4, through a router. Every byte of the base packets is what the
# figures of RFC 8762 say, times lie between sending and receiving by the
# guest's clock, TLVs are treated as RFC 8972 says.
. "$(dirname "$0")/../lib.sh"

stamp=/mnt/stamp
secret=00112233445566778899aabbccddeeff

node_add sender router reflector
link_add sender router
link_add router reflector
node_ip sender <<-END
	addr add fd00:1::1/64 dev router nodad
	addr add 10.1.0.1/24 dev router
	route add default via fd00:1::2 dev router
	route add default via 10.1.0.2 dev router
END
node_ip router <<-END
	addr add fd00:1::2/64 dev sender nodad
	addr add fd00:2::2/64 dev reflector nodad
	addr add 10.1.0.2/24 dev sender
	addr add 10.2.0.2/24 dev reflector
END
node_ip reflector <<-END
	addr add fd00:2::3/64 dev router nodad
	addr add 10.2.0.3/24 dev router
	route add default via fd00:2::2 dev router
	route add default via 10.2.0.2 dev router
END
make_permanent_neighbours sender router reflector
on reflector lmctl init rx --netmask 0
on reflector lmctl add rx fcff:2::1,fcff:3::100
on reflector ipset -exist add lm-rx \
	fcff:2::1,fcff:3::100,0x00010000 packets 4294967301 bytes 4294967301
host_warm python3 -c 'import scapy.contrib.stamp, scapy.layers.inet'
(
	umask 077
	echo "first $secret" >"$tmp/keys"
	echo "other ffeeddccbbaa99887766554433221100" >>"$tmp/keys"
)

# interop NAME "SENDER'S OPTIONS" REFLECTOR'S ARGUMENT...: each check of the
# sender is a point
interop() {
	local now=$1 options=$2 status=0 ends=0
	shift 2
	start reflector lmctl reflect "$@" 2>"$tmp/reflect.err"
	local reflect=$started
	wait_for 20 listens reflector 862
	# shellcheck disable=SC2086 # a list
	on sender host_run python3 "$stamp/sender.py" \
		fd00:2::3,10.2.0.3 $options >"$tmp/sender" || status=$?
	relay "$now" <"$tmp/sender"
	is "$status" 0 "$now: the sender has all its replies"
	stop "$reflect" || ends=$?
	is "$ends $(cat "$tmp/reflect.err")" "0 " \
		"$now: lmctl reflect ends at SIGTERM and had nothing to say"
}

interop "no set" "" --stamp-only
interop "no set, stateful" "stateful" --stamp-only --stateful
interop "a set" "set" rx --period 1s
interop "a set, with keys" "set auth=$secret" rx --period 1s --keys "$tmp/keys"
interop "no set, stateful, with keys" "stateful auth=$secret" \
	--stamp-only --stateful --keys "$tmp/keys"
