// SPDX-License-Identifier: GPL-2.0-only
/*
 * A reader whose answers from the kernel get lost or are interrupted: what came
 * of such a dump is in no record, a block is late or right, nothing is said, and
 * it goes on when answers are whole again. With real time and a set in memory.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <cmocka.h>

#include "lmctl/service/reader.h"
#include "test/unit/fake_sr6flow.h"

/* A loop that does not end by itself has failed after so many seconds. */
#define PATIENCE 120

static struct {
	struct loop *loop;
	enum { GOOD, LOST, GOOD_AGAIN } phase;
	int error;
	unsigned int wrong;
} self;

/* The counters of the set stand still: a block has no packets. */
static int take_record(void *arg, const struct record *record)
{
	(void)arg;
	if (!record->reason && record->packets)
		self.wrong++;
	if (record->reason && record->reason != REASON_READ_LATE)
		self.wrong++;
	if (self.phase == GOOD && !record->reason) {
		self.phase = LOST;
		fake.interruptions = INT_MAX;
		fake.interruption = self.error;
	} else if (self.phase == LOST && record->reason) {
		self.phase = GOOD_AGAIN;
		fake.interruptions = 0;
	} else if (self.phase == GOOD_AGAIN && !record->reason) {
		loop_stop(self.loop, EXIT_SUCCESS);
	}
	return 0;
}

static int take_block_end(void *arg, int64_t block)
{
	(void)arg;
	(void)block;
	return 0;
}

static void take_failure(void *arg)
{
	(void)arg;
	loop_stop(self.loop, EXIT_FAILURE);
}

/* Ends what should have ended by itself. */
static int on_patience(sd_event_source *source, uint64_t usec, void *arg)
{
	(void)source;
	(void)usec;
	(void)arg;
	loop_stop(self.loop, EXIT_FAILURE);
	return 0;
}

static void go_through(int error, bool may_fail)
{
	const struct reader_ops ops = {
		.record = take_record,
		.block_end = take_block_end,
		.failed = may_fail ? take_failure : NULL,
	};
	struct block_timing timing;
	struct reader *reader;
	char text[256];

	fake_reset();
	self.phase = GOOD;
	self.error = error;
	self.wrong = 0;
	assert_int_equal(block_timing_init(&timing, 200, 0, 0, text,
					   sizeof(text)), 0);
	assert_int_equal(loop_open(&self.loop), 0);
	assert_true(sd_event_add_time_relative(loop_event(self.loop), NULL,
					       CLOCK_MONOTONIC,
					       PATIENCE * UINT64_C(1000000), 0,
					       on_patience, NULL) >= 0);
	reader = reader_open("lm-tx", "n", &timing, &ops, NULL);
	assert_non_null(reader);
	assert_int_equal(reader_start(reader, self.loop), 0);
	assert_int_equal(loop_run(self.loop), EXIT_SUCCESS);
	assert_int_equal(self.phase, GOOD_AGAIN);
	assert_int_equal(self.wrong, 0);
	reader_close(reader);
	loop_close(self.loop);
}

static void test_interrupted(void **state)
{
	(void)state;
	go_through(-EINTR, true);
}

static void test_lost(void **state)
{
	(void)state;
	go_through(-ENOBUFS, true);
	go_through(-ENOBUFS, false);
}

/* The end of an answer does not come. */
static void test_unfinished(void **state)
{
	(void)state;
	go_through(-ETIMEDOUT, true);
	go_through(-ETIMEDOUT, false);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_interrupted),
		cmocka_unit_test(test_lost),
		cmocka_unit_test(test_unfinished),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
