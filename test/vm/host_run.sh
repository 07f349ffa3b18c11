#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# host_run PROGRAM [ARGUMENT]...
#
# In a guest whose test says host=yes: runs a program of the host, from the
# host's file system, as a process of the guest. /proc, /sys, /dev, /run and
# /tmp are the guest's, so files in /tmp have the same name on both sides;
# all else is the host's and cannot be written. The guest's /test is /mnt there.
# The namespace is the caller's: "on NODE host_run ..." works.
set -eu

if ! mountpoint -q /host; then
	echo "host_run: the host's files are not here: the test's head must say host=yes" >&2
	exit 125
fi
# Nothing of the guest's environment but the language: programs that lie
# outside the packages (/usr/local) are not meant.
exec chroot /host /usr/bin/env -i HOME=/tmp TMPDIR=/tmp TERM=dumb LANG=C.UTF-8 \
	PATH=/usr/sbin:/usr/bin:/sbin:/bin "$@"
