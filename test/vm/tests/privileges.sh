#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# vm: icount=yes kernels=6.1,6.12 timeout=120 seconds=10
#
# What daemons started by root keep: the user sr6flow, or nobody where there is
# none, and one or two capabilities; and still they do their work, to files of
# root. 'lmctl run' without user says that it stays root. In a user namespace
# without other users they stay who they are.
. "$(dirname "$0")/../lib.sh"

period=500
node_add r
on r lmctl init tx --netmask 0
on r lmctl init rx --netmask 0
on r lmctl add tx gold=fcff:2::1
on r lmctl add rx gold=fcff:2::1

# of KEY: from the status of the daemon
of() {
	status_of "$daemon" "$1"
}

dropped() {
	[ "$(of NoNewPrivs)" = 1 ]
}

# begin NAME COMMAND...: it has dropped what it drops
begin() {
	now=$1
	shift
	start r "$@" >"$tmp/$now.out" 2>"$tmp/$now.err"
	daemon=$started
	check "$now: no new privileges" wait_for 20 dropped
}

# keeps ID CAPABILITIES
keeps() {
	is "$(of Uid); $(of Gid); $(of Groups)" "$1 $1 $1 $1; $1 $1 $1 $1; " \
		"$now: its user, group and groups"
	is "$(of CapEff) $(of CapPrm)" "$2 $2" "$now: its capabilities"
	is "$(of CapInh) $(of CapAmb) $(of CapBnd)" \
		"0000000000000000 0000000000000000 0000000000000000" \
		"$now: none to pass on"
}

# ends: it has done its work until here
ends() {
	local status=0
	stop "$daemon" || status=$?
	is "$status $(cat "$tmp/$now.err")" "0 " "$now: ends without a complaint"
}

# colours N: in the file are so many colours that the set had
colours() {
	on r ipset list -t lm-tx | sed -n 's/.* initval \([^ ]*\).*/\1/p' \
		>>"$tmp/colours"
	[ "$(sort -u "$tmp/colours" | wc -l)" -ge "$1" ]
}

admin=0000000000001000
both=0000000000001400

begin rotate lmctl rotate --period ${period}ms
keeps 65534 $admin
check "$now: the colour changes" wait_for 20 colours 2

mkdir "$tmp/private"
chmod 700 "$tmp/private"
rotate=$daemon
begin record lmctl record tx --period ${period}ms -o "$tmp/private/out"
keeps 65534 $admin
check "$now: it writes" wait_for 20 longer "$tmp/private/out" 2
is "$(stat -c %u "$tmp/private/out")" 0 "$now: the file is root's"
ends

echo "1 $(printf '%064d' 1)" >"$tmp/keys"
chmod 600 "$tmp/keys"
begin reflect lmctl reflect rx --period ${period}ms --keys "$tmp/keys"
keeps 65534 $both
reflect=$daemon
begin measure lmctl measure egress=::1 --period ${period}ms --json \
	--keys "$tmp/keys"
keeps 65534 $both
check "$now: it gets answers" wait_for 20 grep -q '"status":"exact"' \
	"$tmp/measure.out"
ends
daemon=$reflect now=reflect
ends

# With a user for it.
cp /etc/passwd "$tmp/passwd"
echo 'sr6flow:x:1234:1234::/:/bin/false' >>/etc/passwd
begin account lmctl record tx --period ${period}ms
keeps 1234 $admin
ends
cp "$tmp/passwd" /etc/passwd

# Root of a user namespace that has no other user.
begin namespace unshare -U -r -n sh -c "ipset create lm-tx hash:sr6flow &&
	exec lmctl rotate --period ${period}ms"
is "$(of Uid) $(of CapEff)" "0 0 0 0 $admin" \
	"$now: its user, which is none outside, and its capabilities"
ends

cat >"$tmp/run.conf" <<-END
	period: ${period}ms
	reflect: {sets: rx}
END
begin run lmctl run -c "$tmp/run.conf"
is "$(of Uid)" "0 0 0 0" "$now: without user it stays root"
is "$(of CapEff) $(of CapPrm)" "$both $both" "$now: with two capabilities"
check "$now: it says so" wait_for 20 grep -q \
	"lmctl: lmctl run stays root .*'$tmp/run.conf'" "$tmp/run.err"
status=0
stop "$daemon" || status=$?
is "$status" 0 "$now: ends"
daemon=$rotate now=rotate
ends
