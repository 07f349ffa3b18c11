#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# vm: icount=no host=yes kernels=6.1,6.12 timeout=180 seconds=6
#
# host_run: programs of the host that are too big for the initramfs run in the
# guest's kernel, in any namespace, on the host's files and the guest's /tmp.
# The truth is what the guest itself says about its kernel and devices.
. "$(dirname "$0")/../lib.sh"

plan 9
node_add alone
node_ip alone <<-END
	link add only-here type dummy
END

is "$(host_run python3 -c 'import os; print(*os.uname()[1:3])')" \
	"guest $(uname -r)" "the host's python3 runs in the guest's kernel"
like "$(on alone host_run python3 -c '
import socket
print(*[name for _, name in socket.if_nameindex()])')" \
	'\<only-here\>' "it sees the devices of a node's namespace"

echo "here" >"$tmp/shared"
check "a file of /tmp is found and written under its name" \
	host_run python3 - "$tmp/shared" <<-'END'
	import sys
	assert open(sys.argv[1]).read() == "here\n"
	open(sys.argv[1], "w").write("there\n")
	END
is "$(cat "$tmp/shared")" there "what was written there is seen here"
is "$(host_run cat "/mnt/tests/$VM_TEST.sh")" "$(cat "$0")" \
	"/test is /mnt there"
check_fails "the host's files cannot be written" 'Read-only' \
	host_run touch /etc/sr6flow-bench

check "Debian's scapy has STAMP" \
	host_run python3 -c 'import scapy.contrib.stamp'
like "$(host_run prometheus --version)" '^prometheus, version' \
	"prometheus runs"
start alone host_run sleep 1000
stop "$started" || true
is "$(ip netns pids "${node_ns[alone]}")" "" \
	"start and stop have the host program's own process"
