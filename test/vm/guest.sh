#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Runs one shell command in a freshly booted guest, or an interactive shell.
#
#   guest.sh [--kernel SERIES] [--stock] [--icount] [--host] [--smp N]
#            [--mem MIB] [--timeout S] [--add FILE]... [COMMAND]
#
# The command's output comes to stdout, its status is the exit status.  --add
# puts a file into the guest's /root, where the command starts; the tests'
# helpers are in /test.  --host shows it this machine's files, for host_run.
# --stock does without project files that are not built.
# In the interactive shell, "exit" or ctrl-a x ends the guest.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=test/vm/common.sh
. "$here/common.sh"

usage() {
	sed -n '/^#   guest/,/^#$/s/^# *//p' "${BASH_SOURCE[0]}" >&2
	exit 2
}

series=6.1
stock=()
icount=no
host=no
smp=2
mem=768
limit=600
add=()
while [ $# -gt 0 ]; do
	case $1 in
	--kernel | --smp | --mem | --timeout | --add)
		[ $# -ge 2 ] || usage
		case $1 in
		--kernel) series=$2 ;;
		--smp) smp=$2 ;;
		--mem) mem=$2 ;;
		--timeout) limit=$2 ;;
		--add) add+=("$2") ;;
		esac
		shift
		;;
	--stock) stock=(--stock) ;;
	--icount) icount=yes ;;
	--host) host=yes ;;
	-*) usage ;;
	*) break ;;
	esac
	shift
done
[ $# -le 1 ] || usage

need_programs qemu-system-x86_64 cpio timeout
"$here/kernels.sh" fetch "$series"
work=$(mktemp -d "$vm_build/guest.XXXXXX")
trap 'rm -rf "$work"' EXIT
mkdir -p "$work/job/job" "$work/job/root"
[ ${#add[@]} -eq 0 ] || cp -L "${add[@]}" "$work/job/root/"
[ $# -eq 0 ] || printf '%s\n' "$1" >"$work/job/job/command"
[ "$host" = no ] || touch "$work/job/job/host"
"$here/initramfs.sh" "${stock[@]}" "$series" "$work/initrd"
pack "$work/job" >>"$work/initrd"

if [ $# -eq 0 ]; then
	qemu_command "$series" "$work/initrd" "$smp" "$mem" "$icount" "$host" \
		"$work/console" stdio,id=results,mux=on,signal=off
	"${vm_qemu[@]}" -mon chardev=results,mode=readline
	exit
fi
qemu_command "$series" "$work/initrd" "$smp" "$mem" "$icount" "$host" \
	"$work/console" stdio,id=results,signal=off
# In the background, so that whoever ends this script ends the guest.
timeout --foreground -k 5 "$limit" "${vm_qemu[@]}" </dev/null &
guest=$!
trap 'kill "$guest"; wait "$guest"; exit 143' TERM
trap 'kill "$guest"; wait "$guest"; exit 130' INT
wait "$guest" || true
status=$(sed -n 's/^guest command ended with status \([0-9]*\).*/\1/p' \
	"$work/console")
if [ -z "$status" ]; then
	tail -n 40 "$work/console" >&2
	die "the guest did not finish the command within $limit s"
fi
exit "$status"
