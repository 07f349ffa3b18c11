/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The wall clock, for daemons that work at given times of it: a timer that
 * ends when the clock is set, and a way to see that it was set in between.
 */
#ifndef LMCTL_BASE_CLOCK_H
#define LMCTL_BASE_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

/**
 * struct wallclock - the wall clock as one program sees it
 * @timer: timerfd on CLOCK_REALTIME that a step of the clock cancels; readable
 *	   when wallclock_arm()'s time has come or the clock was set
 * @offset: CLOCK_REALTIME less CLOCK_MONOTONIC, nanoseconds. Slewing moves
 *	    both alike, so it changes only when the clock is set or the machine
 *	    was suspended
 * @cancelled: the timer saw a step since the last wallclock_now()
 * @early: wallclock_now() told of a step that the timer has still to see
 */
struct wallclock {
	int timer;
	int64_t offset;
	bool cancelled;
	bool early;
};

/**
 * wallclock_open() - begin to watch the clock
 * @clock: filled
 *
 * Return: 0, or a negative errno after a message.
 */
int wallclock_open(struct wallclock *clock);

/**
 * wallclock_close() - stop to watch the clock
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
 * Return: true, once for each step, if the clock has stepped, be it by less
 * than can be told from the time that two readings take.
 */
bool wallclock_now(struct wallclock *clock, int64_t *now, int64_t *step);

/**
 * wallclock_time() - read the clock and look for nothing
 *
 * Return: nanoseconds since 1970.
 */
int64_t wallclock_time(void);

/**
 * wallclock_boot_time() - when did the machine boot, by the clock as it is now
 * @boot_time: filled with nanoseconds since 1970
 *
 * Neither slewing nor suspending changes that, only setting the clock.
 *
 * Return: nanoseconds by which @boot_time may be off, because reading takes time.
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
 * wallclock_expired() - take notice of a readable timer
 * @clock: opened clock
 *
 * Return: 0, or a negative errno after a message.
 */
int wallclock_expired(struct wallclock *clock);

#endif /* LMCTL_BASE_CLOCK_H */
