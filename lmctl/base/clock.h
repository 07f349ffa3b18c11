/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The wall clock, for daemons that act at given times: a timer that ends when the
 * clock is set, and a test whether the clock was set since.
 */
#ifndef LMCTL_BASE_CLOCK_H
#define LMCTL_BASE_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

/**
 * struct wallclock - the wall clock as one program sees it
 * @timer: timerfd on CLOCK_REALTIME that a step of the clock cancels; readable
 *	   when wallclock_arm()'s time has come or the clock was set
 * @offset: CLOCK_REALTIME less CLOCK_MONOTONIC, nanoseconds. Slewing moves both
 *	    clocks, so the offset changes only when the clock is set or the machine
 *	    was suspended
 * @cancelled: the timer saw a step since the last wallclock_now()
 * @early: wallclock_now() reported a step that the timer has not reported yet
 */
struct wallclock {
	int timer;
	int64_t offset;
	bool cancelled;
	bool early;
};

/**
 * wallclock_open() - start watching the clock
 * @clock: filled
 *
 * Return: 0, or a negative errno after a message.
 */
int wallclock_open(struct wallclock *clock);

/**
 * wallclock_close() - stop watching the clock
 * @clock: opened clock
 */
void wallclock_close(struct wallclock *clock);

/**
 * wallclock_now() - read the clock
 * @clock: opened clock
 * @now: filled with nanoseconds since 1970
 * @step: filled with the nanoseconds by which the clock has jumped since the
 *	  last call, forwards or backwards
 *
 * Return: true once for each step of the clock, even if the step is shorter than
 * the time between two readings.
 */
bool wallclock_now(struct wallclock *clock, int64_t *now, int64_t *step);

/**
 * wallclock_time() - read the clock without looking for steps
 *
 * Return: nanoseconds since 1970.
 */
int64_t wallclock_time(void);

/**
 * wallclock_boot_time() - time of boot by the present clock
 * @boot_time: filled with nanoseconds since 1970
 *
 * Only setting the clock changes it; slewing and suspending do not.
 *
 * Return: error of @boot_time in nanoseconds, because reading takes time.
 */
int64_t wallclock_boot_time(int64_t *boot_time);

/**
 * wallclock_arm() - make the timer expire at a time
 * @clock: opened clock
 * @until: nanoseconds since 1970; at once if it has passed
 *
 * Return: 0, or a negative errno after a message.
 */
int wallclock_arm(struct wallclock *clock, int64_t until);

/**
 * wallclock_expired() - handle a readable timer
 * @clock: opened clock
 *
 * Return: 0, or a negative errno after a message.
 */
int wallclock_expired(struct wallclock *clock);

#endif /* LMCTL_BASE_CLOCK_H */
