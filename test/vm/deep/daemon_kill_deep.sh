#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# vm: smp=1 icount=yes kernels=6.1,6.12 mem=2048 timeout=3600
#
# tests/daemon_kill.sh with 200 kills.
export DAEMON_KILLS=200 DAEMON_SEED=${DAEMON_SEED-$SRANDOM}
. "$(dirname "$0")/daemon_kill.sh"
