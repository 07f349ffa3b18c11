// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdio.h>

#include "ip_set_hash_sr6flow.h"
#include "lmctl/base/block.h"

static int64_t add_saturated(int64_t a, int64_t b)
{
	int64_t sum;

	if (__builtin_add_overflow(a, b, &sum))
		return b < 0 ? INT64_MIN : INT64_MAX;
	return sum;
}

int block_timing_init(struct block_timing *timing, uint64_t period_ms,
		      int64_t guard_ns, int64_t band_ns,
		      char *error, size_t size)
{
	int64_t period;

	if (!period_ms || period_ms > BLOCK_PERIOD_MAX_MS) {
		snprintf(error, size, "period %llu ms: use 1 ms to 1 day",
			 (unsigned long long)period_ms);
		return -EINVAL;
	}
	period = (int64_t)period_ms * BLOCK_NS_PER_MS;
	if (!guard_ns)
		guard_ns = period / 2;
	if (!band_ns)
		band_ns = period / 10;
	if (band_ns < 0 || guard_ns <= band_ns ||
	    guard_ns >= period - band_ns) {
		snprintf(error, size,
			 "guard time %g ms and guard band %g ms do not fit a period of %llu ms: guard time must be more than the band and less than the period minus the band",
			 (double)guard_ns / BLOCK_NS_PER_MS,
			 (double)band_ns / BLOCK_NS_PER_MS,
			 (unsigned long long)period_ms);
		return -EINVAL;
	}
	timing->period = period;
	timing->guard = guard_ns;
	timing->band = band_ns;
	return 0;
}

int64_t block_number(const struct block_timing *timing, int64_t time)
{
	int64_t block = time / timing->period;

	return time % timing->period < 0 ? block - 1 : block;
}

int64_t block_start(const struct block_timing *timing, int64_t block)
{
	int64_t start;

	if (__builtin_mul_overflow(block, timing->period, &start))
		return block < 0 ? INT64_MIN : INT64_MAX;
	return start;
}

uint32_t block_colour(uint32_t mask, int64_t block)
{
	return sr6flow_colour(mask, block & 1);
}

bool block_older(int64_t block, int64_t reference, uint64_t blocks)
{
	return block < reference &&
	       (uint64_t)reference - (uint64_t)block > blocks;
}

int64_t block_delay_max(const struct block_timing *timing)
{
	return timing->guard - timing->band;
}

int64_t block_behind_max(const struct block_timing *timing)
{
	return (timing->period - timing->guard + timing->band) / 2;
}

int64_t block_period_for(const struct block_timing *timing, int64_t delay)
{
	double times = (double)delay / (double)block_delay_max(timing);

	return (int64_t)(times * (double)timing->period / BLOCK_NS_PER_MS) + 1;
}

int64_t block_colour_deadline(const struct block_timing *timing, int64_t block)
{
	return add_saturated(block_start(timing, block),
			     timing->guard - timing->band);
}

int64_t block_window_open(const struct block_timing *timing, int64_t block)
{
	return add_saturated(add_saturated(block_start(timing, block),
					   timing->period), timing->guard);
}

int64_t block_window_close(const struct block_timing *timing, int64_t block)
{
	return add_saturated(add_saturated(block_start(timing, block),
					   timing->period),
			     timing->period - timing->band);
}

int64_t block_confirm(const struct block_timing *timing, int64_t block)
{
	int64_t open = block_window_open(timing, block);

	return open + (block_window_close(timing, block) - open) / 4 * 3;
}

int64_t block_ahead_max(const struct block_timing *timing)
{
	int64_t most = block_confirm(timing, 0) -
		       block_colour_deadline(timing, 1);

	return most < timing->guard ? most : timing->guard;
}

void block_ranges_add(struct block_ranges *ranges, int64_t first, int64_t last)
{
	unsigned int i;

	for (i = 0; i < ranges->n; i++)
		if (first <= ranges->range[i].last &&
		    last >= ranges->range[i].first)
			break;
	if (i == ranges->n && ranges->n < BLOCK_RANGES_MAX) {
		ranges->range[ranges->n].first = first;
		ranges->range[ranges->n++].last = last;
		return;
	}
	if (i == ranges->n)
		i--;
	if (first < ranges->range[i].first)
		ranges->range[i].first = first;
	if (last > ranges->range[i].last)
		ranges->range[i].last = last;
}

bool block_ranges_have(const struct block_ranges *ranges, int64_t block)
{
	unsigned int i;

	for (i = 0; i < ranges->n; i++)
		if (block >= ranges->range[i].first &&
		    block <= ranges->range[i].last)
			return true;
	return false;
}
