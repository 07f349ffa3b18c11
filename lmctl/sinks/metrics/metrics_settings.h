/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Section metrics of the configuration file.
 */
#ifndef LMCTL_SINKS_METRICS_METRICS_SETTINGS_H
#define LMCTL_SINKS_METRICS_METRICS_SETTINGS_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>

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

#endif /* LMCTL_SINKS_METRICS_METRICS_SETTINGS_H */
