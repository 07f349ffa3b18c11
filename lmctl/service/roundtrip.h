/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Round trips: check the delay to the peers of a configuration, and their answers.
 */
#ifndef LMCTL_SERVICE_ROUNDTRIP_H
#define LMCTL_SERVICE_ROUNDTRIP_H

#include "lmctl/service/config.h"

/**
 * roundtrip_check() - warn of peers that are too far away for the period, whose clocks
 *		       differ, or whose answers are of no use
 * @config: configuration with its keys
 *
 * Send one message without TLVs to each peer of each measurement and wait for all
 * replies, at most ROUNDTRIP_WAIT_MS. Peers that do not reply are not reported.
 */
void roundtrip_check(const struct config *config);

#define ROUNDTRIP_WAIT_MS 2000

#endif /* LMCTL_SERVICE_ROUNDTRIP_H */
