/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Messages about what may happen thousands of times a second: the first one at
 * once, then one a minute that has the number.
 */
#ifndef LMCTL_BASE_SELDOM_H
#define LMCTL_BASE_SELDOM_H

#include <stdint.h>

/**
 * struct seldom - events of one kind; all zero at first
 * @events: since the last message
 * @told: when that was, CLOCK_MONOTONIC in seconds and one more; 0 if never
 */
struct seldom {
	uint64_t events;
	int64_t told;
};

/**
 * seldom() - events have happened
 * @seldom: events of their kind
 * @n: number of events
 *
 * Return: 0: say nothing now. Otherwise write a message; it is the number of
 * events since the last one.
 */
uint64_t seldom(struct seldom *seldom, uint64_t n);

#endif /* LMCTL_BASE_SELDOM_H */
