#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Print the directory from which libipset loads set types.
#
# usage: moduledir.sh PLUGIN
#
# The libipset that counts is the one which the linker gives to PLUGIN. It is
# asked for the path that was compiled into it, because the linker may know
# it by another name (/lib for /usr/lib). No output and status 0: it was
# built without set-type modules.
set -eu

library=$(ldd "$1" | awk '$1 ~ /^libipset\.so/ && $3 ~ /^\// { print $3 }')
if [ -z "$library" ]; then
	echo "moduledir.sh: $1: the linker finds no libipset;" \
		"install it or set IPSET_MODULE_DIR" >&2
	exit 1
fi
# Without modules the library has no reason to contain a directory that is
# called ipset. Several directories may be joined by colons.
tr '\0' '\n' <"$library" | LC_ALL=C awk -F: '
	/^\/[^ ]*\/ipset(:|$)/ { print $1; exit }'
