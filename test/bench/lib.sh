# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# For the parts of the bench; sourced in the guest, in /root.
set -eEuo pipefail

exit_commands=()

# at_exit COMMAND...: run when the part ends, the last one first
at_exit() {
	exit_commands+=("$(printf '%q ' "$@")")
}

finish() {
	local status=$? i
	trap - EXIT
	set +e
	[ "$status" -eq 0 ] ||
		echo "failed at line ${failed_line:-?}: ${failed_command:-?}"
	for ((i = ${#exit_commands[@]} - 1; i >= 0; i--)); do
		eval "${exit_commands[i]}"
	done
	exit "$status"
}

trap finish EXIT
trap 'failed_line=$LINENO failed_command=$BASH_COMMAND' ERR

# figure KEY VALUE UNIT: one line for the host
figure() {
	echo "figure $1 $2 $3"
}

# idle: returns when the processor had next to nothing to do for a quarter of a
# second, so that no worker is running
idle() {
	local before after
	for ((tries = 0; tries < 2000; tries++)); do
		before=$(idle_ticks)
		sleep 0.25
		after=$(idle_ticks)
		[ $((after - before)) -lt 23 ] || return 0
	done
	echo "the guest's processor does not get idle"
	return 1
}

idle_ticks() {
	local words
	read -ra words </proc/stat
	echo "${words[4]}"
}
