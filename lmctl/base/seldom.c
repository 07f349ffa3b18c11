// SPDX-License-Identifier: GPL-2.0-only
#include <time.h>

#include "lmctl/base/seldom.h"

/* Seconds between two messages. */
#define SELDOM_S 60

uint64_t seldom(struct seldom *seldom, uint64_t n)
{
	struct timespec now;
	uint64_t events;

	seldom->events += n;
	if (!seldom->events)
		return 0;
	clock_gettime(CLOCK_MONOTONIC, &now);
	if (seldom->told && now.tv_sec + 1 - seldom->told < SELDOM_S)
		return 0;
	events = seldom->events;
	seldom->told = now.tv_sec + 1;
	seldom->events = 0;
	return events;
}
