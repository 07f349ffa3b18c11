#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# vm: icount=yes kernels=6.1,6.12 debug=short quick=yes timeout=60 seconds=1
#
# Requests that no honest program sends are refused, each with its error, and
# change nothing; so are requests of a user without the right to make them.
. "$(dirname "$0")/../lib.sh"

node_add a
on a ipset create s hash:sr6flow
on a ipset create sourced hash:sr6flow netmask 64
on a ipset add s gold=fcff:1::1,fcff:2::1,0x00010000 packets 5 bytes 500
on a ipset add sourced gold=fd00:1::@fcff:1::1,fcff:2::1,0x00010000 packets 5 bytes 500
before=$(on a ipset save)
on a badrequest flows s sourced >"$tmp/answers" || true
relay "refused" <"$tmp/answers"
is "$points" 48 "all requests were made"
is "$(on a ipset save)" "$before" "the sets are as they were"

check_fails "a user without CAP_NET_ADMIN cannot change the set" "permitted|denied" \
	on a setpriv --reuid nobody --clear-groups ipset add s fcff::1
# In a user namespace of its own the same user has its own, empty, namespace.
is "$(setpriv --reuid nobody --clear-groups unshare -Urn ipset list -n | wc -l)" 0 \
	"a user namespace does not show the sets of another"
is "$(on a ipset save)" "$before" "the sets are still as they were"
