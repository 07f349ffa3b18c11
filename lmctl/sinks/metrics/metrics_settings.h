/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Section metrics of the configuration file.
 */
#ifndef LMCTL_SINKS_METRICS_METRICS_SETTINGS_H
#define LMCTL_SINKS_METRICS_METRICS_SETTINGS_H

#include <netinet/in.h>
#include "lmctl/base/settings.h"

/**
 * struct metrics_config - section metrics
 * @on: there is one
 * @listen: address and port
 * @flows: largest number of flows with series of their own
 */
struct metrics_config {
	bool on;
	struct sockaddr_in6 listen;
	uint32_t flows;
};

/* Its items are struct metrics_config. */
extern const struct settings_section metrics_section;

#endif /* LMCTL_SINKS_METRICS_METRICS_SETTINGS_H */
