#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# At boot: the network around this system, and packets from host-a to host-b.
. "$(dirname "$0")/lib.sh"
trap - EXIT

net_up
load_start
