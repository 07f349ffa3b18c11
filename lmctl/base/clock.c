// SPDX-License-Identifier: GPL-2.0-only
/*
 * Two facts reveal a step: the kernel cancels the timer if the clock is set while
 * the timer is armed, and the offset between the wall clock and the monotonic clock
 * changes, which also shows steps between two timers and the size of a step.
 */
#include <errno.h>
#include <string.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#include "lmctl/base/block.h"
#include "lmctl/base/clock.h"
#include "lmctl/base/messages.h"

/* Only the timer detects smaller steps: they may be the time between two readings. */
#define STEP_MIN_NS (BLOCK_NS_PER_MS / 2)
/* Two readings of the other clock around one of the wall clock. */
#define BRACKET_GOOD_NS (BLOCK_NS_PER_MS / 20)
#define BRACKET_TRIES 8

static int64_t clock_read(clockid_t id)
{
	struct timespec now;

	clock_gettime(id, &now);
	return (int64_t)now.tv_sec * BLOCK_NS_PER_S + now.tv_nsec;
}

int64_t wallclock_time(void)
{
	return clock_read(CLOCK_REALTIME);
}

/*
 * Read the wall clock and its offset from another clock; return the error of the
 * offset.
 */
static int64_t read_both(clockid_t other, int64_t *now, int64_t *offset)
{
	int64_t best = INT64_MAX;
	int i;

	for (i = 0; i < BRACKET_TRIES && best > BRACKET_GOOD_NS; i++) {
		int64_t before = clock_read(other);
		int64_t wall = clock_read(CLOCK_REALTIME);
		int64_t width = clock_read(other) - before;

		if (width >= best)
			continue;
		best = width;
		*now = wall;
		*offset = wall - before - width / 2;
	}
	return best;
}

bool wallclock_now(struct wallclock *clock, int64_t *now, int64_t *step)
{
	int64_t offset, error = read_both(CLOCK_MONOTONIC, now, &offset);
	bool seen, news;

	*step = offset - clock->offset;
	seen = *step > STEP_MIN_NS + error || *step < -STEP_MIN_NS - error;
	/* wallclock_now() may have reported the step before the timer did. */
	news = seen || (clock->cancelled && !clock->early);
	clock->early = (seen || clock->early) && !clock->cancelled;
	clock->cancelled = false;
	if (news)
		clock->offset = offset;
	else
		*step = 0;
	return news;
}

int64_t wallclock_boot_time(int64_t *boot_time)
{
	int64_t now;

	return read_both(CLOCK_BOOTTIME, &now, boot_time);
}

static int failed(const char *what)
{
	int err = -errno;

	lmctl_error("cannot %s the clock: %s", what, strerror(-err));
	return err;
}

int wallclock_open(struct wallclock *clock)
{
	int64_t now;

	clock->cancelled = false;
	clock->early = false;
	clock->timer = timerfd_create(CLOCK_REALTIME,
				      TFD_CLOEXEC | TFD_NONBLOCK);
	if (clock->timer < 0)
		return failed("watch");
	read_both(CLOCK_MONOTONIC, &now, &clock->offset);
	return 0;
}

void wallclock_close(struct wallclock *clock)
{
	close(clock->timer);
}

int wallclock_arm(struct wallclock *clock, int64_t until)
{
	/* Time 0 would disarm the timer. */
	int64_t at = until < 1 ? 1 : until;
	struct itimerspec timer = {
		.it_value.tv_sec = at / BLOCK_NS_PER_S,
		.it_value.tv_nsec = at % BLOCK_NS_PER_S,
	};

	if (!timerfd_settime(clock->timer,
			     TFD_TIMER_ABSTIME | TFD_TIMER_CANCEL_ON_SET,
			     &timer, NULL))
		return 0;
	/*
	 * The clock was set since the timer was last armed; the timer is armed
	 * nevertheless.
	 */
	if (errno != ECANCELED)
		return failed("wait for");
	clock->cancelled = true;
	return 0;
}

int wallclock_expired(struct wallclock *clock)
{
	uint64_t expired;

	if (read(clock->timer, &expired, sizeof(expired)) >= 0 ||
	    errno == EAGAIN)
		return 0;
	if (errno != ECANCELED)
		return failed("wait for");
	clock->cancelled = true;
	return 0;
}
