/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Blocks of alternate marking (RFC 9341), as arithmetic.
 *
 * A block is one period of the wall clock. Every node computes block numbers and
 * colours from its own clock, so nodes need to agree only on the period and the
 * mark mask. All times are nanoseconds of CLOCK_REALTIME.
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
 * struct block_timing - length of blocks, and limits of their reading windows
 * @period: length of a block
 * @guard: guard time: from the end of a block until its counters are read
 * @band: guard band d: permitted clock error and delay variation
 *
 * block_timing_init() ensures 0 < @band < @guard and @guard + @band < @period: both
 * ends of the reading window are at least @band away from packets that still count
 * (RFC 9341, section 3.2.2).
 */
struct block_timing {
	int64_t period;
	int64_t guard;
	int64_t band;
};

/**
 * block_timing_init() - check a period with its guard time and guard band
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
 * block_number() - number of the block at a time
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
 * Return: start of the block, which is the end of the block before, limited to the
 * range of int64_t.
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
 * block_older() - compare block numbers without overflow
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
 * A packet sent before the end of a block with at most this delay passes the other
 * end before that end reads the block, even if its clock is ahead by the guard
 * band.
 *
 * Return: guard time less guard band.
 */
int64_t block_delay_max(const struct block_timing *timing);

/**
 * block_behind_max() - largest lag of a counting node's clock
 * @timing: timing
 *
 * A reading is complete in the first half of its window. With at most this lag, the
 * next block of the colour has not begun by then.
 *
 * Return: nanoseconds.
 */
int64_t block_behind_max(const struct block_timing *timing);

/**
 * block_period_for() - shortest period for a delay
 * @timing: timing, whose guard time and guard band grow with the period
 * @delay: delay in nanoseconds, longer than block_delay_max()
 *
 * Return: shortest period in milliseconds for which the delay is not too long.
 */
int64_t block_period_for(const struct block_timing *timing, int64_t delay);

/**
 * block_colour_deadline() - when a change of the active colour becomes late
 * @timing: timing
 * @block: block whose colour is to be written
 *
 * Packets that get the colour of the block before until then pass the other end
 * before it reads: the guard band ensures it.
 *
 * Return: last time at which the change is not late: start of @block + guard time -
 * guard band.
 */
int64_t block_colour_deadline(const struct block_timing *timing,
			      int64_t block);

/**
 * block_window_open() - start of the reading window of a finished block
 * @timing: timing
 * @block: the finished block
 *
 * Return: guard time after the end of @block.
 */
int64_t block_window_open(const struct block_timing *timing, int64_t block);

/**
 * block_window_close() - end of the reading window of a finished block
 * @timing: timing
 * @block: the finished block
 *
 * Return: guard band before the next block of its colour, which begins one period
 * after its end.
 */
int64_t block_window_close(const struct block_timing *timing, int64_t block);

/**
 * block_confirm() - time of the second reading of a block's counters
 * @timing: timing
 * @block: block number
 *
 * Return: time, at three quarters of the window.
 */
int64_t block_confirm(const struct block_timing *timing, int64_t block);

/**
 * block_ahead_max() - longest delay of packets by the clocks of both ends
 * @timing: timing
 *
 * With at most this delay, the last packets of a block's colour arrive before the
 * block is confirmed if the next change of colour is at its deadline, and before
 * the block is read if that change is in time.
 *
 * Return: nanoseconds.
 */
int64_t block_ahead_max(const struct block_timing *timing);

/* Most ranges that are kept apart. */
#define BLOCK_RANGES_MAX 4

/**
 * struct block_ranges - a set of block numbers
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
 * If there is no room for another range, the numbers between the last range and the
 * new one are added, too.
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
