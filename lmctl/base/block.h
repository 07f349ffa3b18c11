/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Blocks of alternate marking (RFC 9341), as arithmetic.
 *
 * The wall clock is cut into blocks of one period. Every node computes the
 * same block numbers and colours from its own clock, so nothing has to be
 * agreed on but the period and the mark mask. All times are nanoseconds of
 * CLOCK_REALTIME.
 */
#ifndef LMCTL_BASE_BLOCK_H
#define LMCTL_BASE_BLOCK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define BLOCK_NS_PER_US		INT64_C(1000)
#define BLOCK_NS_PER_MS		INT64_C(1000000)
#define BLOCK_NS_PER_S		INT64_C(1000000000)
/* A day: keeps every sum of a present time and a few periods within range. */
#define BLOCK_PERIOD_MAX_MS	UINT64_C(86400000)

/**
 * struct block_timing - what cuts time into blocks and bounds the readings
 * @period: length of a block
 * @guard: guard time: after the end of a block, before its counters are read
 * @band: guard band d: clock error and delay variation that are allowed for
 *
 * Made by block_timing_init(), which sees to 0 < @band < @guard and
 * @guard + @band < @period: both ends of the reading window keep a distance of
 * @band from anything that still counts (RFC 9341, section 3.2.2).
 */
struct block_timing {
	int64_t period;
	int64_t guard;
	int64_t band;
};

/**
 * block_timing_init() - check a period and what belongs to it
 * @timing: filled
 * @period_ms: period in milliseconds
 * @guard_ns: guard time in nanoseconds, 0 for half a period
 * @band_ns: guard band in nanoseconds, 0 for a tenth of a period
 * @error: filled with a sentence when it fails
 * @size: size of @error in bytes
 *
 * Return: 0 or -EINVAL.
 */
int block_timing_init(struct block_timing *timing, uint64_t period_ms,
		      int64_t guard_ns, int64_t band_ns,
		      char *error, size_t size);

/**
 * block_number() - block that runs at a time
 * @timing: timing
 * @time: any time, before 1970 too
 *
 * Return: floor(@time / period).
 */
int64_t block_number(const struct block_timing *timing, int64_t time);

/**
 * block_start() - first moment of a block
 * @timing: timing
 * @block: block number
 *
 * Return: its start, which is the end of the block before; the last or first
 * time that can be told if it is beyond that.
 */
int64_t block_start(const struct block_timing *timing, int64_t block);

/**
 * block_colour() - colour of a block
 * @mask: valid mark mask
 * @block: block number
 *
 * Return: colour, a mark word in host byte order.
 */
uint32_t block_colour(uint32_t mask, int64_t block);

/**
 * block_older() - compare block numbers, which may be any
 * @block: block number
 * @reference: another one
 * @blocks: number of blocks
 *
 * Return: true if @block is more than @blocks before @reference.
 */
bool block_older(int64_t block, int64_t reference, uint64_t blocks);

/**
 * block_delay_max() - longest delay between two ends
 * @timing: timing
 *
 * A packet that is sent before a block's end, and is under way no longer than this,
 * has passed the other end before that reads the block, even if its clock is ahead
 * by the guard band.
 *
 * Return: guard time less guard band.
 */
int64_t block_delay_max(const struct block_timing *timing);

/**
 * block_behind_max() - how far the clock of a counting node may be behind
 * @timing: timing
 *
 * A reading is whole in the first half of its window; if the node's clock is no more
 * behind than this, the next block of the colour has not begun by then.
 *
 * Return: nanoseconds.
 */
int64_t block_behind_max(const struct block_timing *timing);

/**
 * block_period_for() - shortest period for a delay
 * @timing: timing, whose guard time and guard band grow with the period
 * @delay: delay in nanoseconds, longer than block_delay_max()
 *
 * Return: period in milliseconds with which the delay is not too long.
 */
int64_t block_period_for(const struct block_timing *timing, int64_t delay);

/**
 * block_colour_deadline() - when a change of the active colour becomes late
 * @timing: timing
 * @block: block whose colour is to be written
 *
 * Packets that got the colour of the block before until then have passed the
 * other end before it reads, by the meaning of the guard band.
 *
 * Return: the last moment at which the change is not late: guard time less
 * guard band after the start of @block.
 */
int64_t block_colour_deadline(const struct block_timing *timing,
			      int64_t block);

/**
 * block_window_open() - when a finished block may be read
 * @timing: timing
 * @block: the finished block
 *
 * Return: guard time after the end of @block.
 */
int64_t block_window_open(const struct block_timing *timing, int64_t block);

/**
 * block_window_close() - until when a finished block can be read
 * @timing: timing
 * @block: the finished block
 *
 * Return: guard band before its colour comes back, one period after its end.
 */
int64_t block_window_close(const struct block_timing *timing, int64_t block);

/**
 * block_confirm() - when the counters of a block are read for the second time
 * @timing: timing
 * @block: block number
 *
 * Return: time, at three quarters of the window.
 */
int64_t block_confirm(const struct block_timing *timing, int64_t block);

/**
 * block_ahead_max() - how long packets may take by the clocks of both ends
 * @timing: timing
 *
 * With this, those that got a block's colour last, at the latest time for the next
 * change, arrive before the block is confirmed, and those of a change in time before
 * it is read.
 *
 * Return: nanoseconds.
 */
int64_t block_ahead_max(const struct block_timing *timing);

/* Ranges of block numbers that are told apart. */
#define BLOCK_RANGES_MAX 4

/**
 * struct block_ranges - block numbers, for instance those that were in use
 * @n: number of @range
 * @range: from @first to @last, both included
 */
struct block_ranges {
	unsigned int n;
	struct {
		int64_t first;
		int64_t last;
	} range[BLOCK_RANGES_MAX];
};

/**
 * block_ranges_add() - add block numbers
 * @ranges: ranges
 * @first: the first one
 * @last: the last one
 *
 * When there are more ranges than there is room for, numbers between the new
 * and the last one are added too.
 */
void block_ranges_add(struct block_ranges *ranges, int64_t first,
		      int64_t last);

/**
 * block_ranges_have() - is a block number among them
 * @ranges: ranges
 * @block: block number
 *
 * Return: true if it is.
 */
bool block_ranges_have(const struct block_ranges *ranges, int64_t block);

#endif /* LMCTL_BASE_BLOCK_H */
