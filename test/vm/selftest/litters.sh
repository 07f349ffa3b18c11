#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# vm: timeout=30
# Leaves a namespace behind.
. "$(dirname "$0")/../lib.sh"

ip netns add litter
ok "a point"
