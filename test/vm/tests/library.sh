#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# vm: smp=2 icount=no kernels=6.1,6.12 quick=yes timeout=300 seconds=4
#
# libsr6flow against the kernel, by the transcript library.txt: every call, and every
# refusal with its errno and sentence. Whole listings of a large set are kernel_dump's.
# shellcheck disable=SC2034,SC2329 # the transcript uses them
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../transcript.sh"

at_exit ipset destroy

info() {
	lib_probe info "$1" | sed 's/ memsize=[1-9][0-9]*$//'
}

# Instance of the set and generation of its newest flow.
identity() {
	lib_probe witnesses "$1" | head -n 1 | cut -d ' ' -f 2,3
}

long=fcff::1,fcff:0:100::,::,1::,::5,fcff::6,7::7,::8,::9,::a,::b,::c,::d,::e,::f,::

transcript "$(dirname "$0")/library.txt"
