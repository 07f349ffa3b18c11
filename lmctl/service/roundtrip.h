/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Round trips: are the peers of a configuration near enough for its period, and do
 * their answers fit?
 */
#ifndef LMCTL_SERVICE_ROUNDTRIP_H
#define LMCTL_SERVICE_ROUNDTRIP_H

#include "lmctl/service/config.h"

/**
 * roundtrip_check() - warn of peers that are too far away for the period, whose clocks
 *		       differ, or whose answers are of no use
 * @config: configuration with its keys
 *
 * Sends each peer of each measurement one message without TLVs, and waits for the
 * replies for ROUNDTRIP_WAIT_MS in all, or less when all have come. Says nothing of
 * a peer that does not reply.
 */
void roundtrip_check(const struct config *config);

#define ROUNDTRIP_WAIT_MS 2000

#endif /* LMCTL_SERVICE_ROUNDTRIP_H */
