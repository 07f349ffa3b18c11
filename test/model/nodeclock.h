/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The wall clock of a node: what it shows at a true time. It has an offset, runs too
 * fast or too slow (slewing), and can be set. A suspended node's clock runs on, and its
 * programs see a step.
 */
#ifndef TEST_MODEL_NODECLOCK_H
#define TEST_MODEL_NODECLOCK_H

#include <stdint.h>

/**
 * struct nodeclock - a clock
 * @since: true time from which the rest is right
 * @shown: what it showed then
 * @ppm: how much it is too fast
 */
struct nodeclock {
	int64_t since;
	int64_t shown;
	int64_t ppm;
};

/**
 * nodeclock_shows() - read a clock
 * @clock: clock
 * @now: true time, not before @since
 *
 * Return: nanoseconds since 1970.
 */
static inline int64_t nodeclock_shows(const struct nodeclock *clock,
				      int64_t now)
{
	int64_t gone = now - clock->since;

	return clock->shown + gone + gone * clock->ppm / 1000000;
}

/**
 * nodeclock_when() - when will it show a time, if nobody touches it
 * @clock: clock
 * @now: true time
 * @shown: what it is to show
 *
 * Return: the first true time, not before @now, at which it shows @shown or more.
 */
static inline int64_t nodeclock_when(const struct nodeclock *clock,
				     int64_t now, int64_t shown)
{
	int64_t left = shown - nodeclock_shows(clock, now);
	int64_t when;

	if (left <= 0)
		return now;
	when = now + left - left * clock->ppm / 1000000;
	/* Rounding, and the square of the rate. */
	while (nodeclock_shows(clock, when) < shown)
		when += 1 + (shown - nodeclock_shows(clock, when)) / 2;
	return when;
}

/**
 * nodeclock_change() - set a clock or its rate
 * @clock: clock
 * @now: true time
 * @step: nanoseconds to add
 * @ppm: how much it is too fast from now on
 */
static inline void nodeclock_change(struct nodeclock *clock, int64_t now,
				    int64_t step, int64_t ppm)
{
	clock->shown = nodeclock_shows(clock, now) + step;
	clock->since = now;
	clock->ppm = ppm;
}

#endif /* TEST_MODEL_NODECLOCK_H */
