#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# In the guest, when the system has started: run this boot's part of the test, and
# switch the machine off. /job/boot has the test's name and the number of the boot. The
# second serial port has lines for the host, as in ../vm/runner.sh, the success record
# last; the third has all that the test prints, and the journal of a boot that failed.
set -u

stty -F /dev/ttyS1 raw -echo
exec 3>/dev/ttyS1 >/dev/ttyS2 2>&1
# shellcheck source=test/vm/trouble.sh
. /job/vm/trouble.sh
status=0

report() {
	printf '%s\n' "$*" >&3
}

export VM_RUNNER=1 VM_TEST BOOT
read -r VM_TEST BOOT </job/boot
report "# boot $BOOT: $(uname -r), started in $(cut -d . -f 1 /proc/uptime) s"
bash "/job/packages/tests/$VM_TEST.sh" </dev/null || status=$?
if dmesg | grep -qE "$trouble"; then
	status=1
	report "not ok - kernel log is clean"
	dmesg | grep -E -m 1 -B 5 -A 40 "$trouble" | sed 's/^/# /' >&3
fi
if [ "$status" -eq 0 ]; then
	report @success
else
	journalctl -q -b --no-pager
fi
for port in ttyS1 ttyS2; do
	stty -F "/dev/$port" sane
done
systemctl --no-block poweroff
