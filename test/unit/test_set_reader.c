// SPDX-License-Identifier: GPL-2.0-only
/*
 * A reader whose answers from the kernel get lost or are interrupted: what came
 * of such a dump is in no record, a block is late or right, nothing is said, and
 * it goes on when answers are whole again. What makes every block invalid is
 * said, once. With real time and a set in memory.
 */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lmctl/service/set_reader.h"
#include "test/unit/capture.h"
#include "test/unit/fake_sr6flow.h"
#include "test/unit/unit.h"

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

/* Opens a loop and a reader, and runs them until one of the above ends it. */
static int run_reader(const struct set_reader_ops *ops, void (*more)(void))
{
	struct block_timing timing;
	struct set_reader *reader;
	char text[256];
	int status;

	assert_int_equal(block_timing_init(&timing, 200, 0, 0, text,
					   sizeof(text)), 0);
	assert_int_equal(loop_open(&self.loop), 0);
	assert_true(sd_event_add_time_relative(loop_event(self.loop), NULL,
					       CLOCK_MONOTONIC,
					       PATIENCE * UINT64_C(1000000), 0,
					       on_patience, NULL) >= 0);
	reader = set_reader_open("lm-tx", "n", &timing, ops, NULL);
	assert_non_null(reader);
	more();
	assert_int_equal(set_reader_start(reader, self.loop), 0);
	status = loop_run(self.loop);
	set_reader_close(reader);
	return status;
}

static void nothing_more(void)
{
}

static void go_through(int error, bool may_fail)
{
	const struct set_reader_ops ops = {
		.record = take_record,
		.block_end = take_block_end,
		.failed = may_fail ? take_failure : NULL,
	};

	fake_kernel_reset();
	self.phase = GOOD;
	self.error = error;
	self.wrong = 0;
	assert_int_equal(run_reader(&ops, nothing_more), EXIT_SUCCESS);
	assert_int_equal(self.phase, GOOD_AGAIN);
	assert_int_equal(self.wrong, 0);
	loop_close(self.loop);
}

TEST(test_interrupted)
{
	go_through(-EINTR, true);
}

TEST(test_lost)
{
	go_through(-ENOBUFS, true);
	go_through(-ENOBUFS, false);
}

/* The end of an answer does not come. */
TEST(test_unfinished)
{
	go_through(-ETIMEDOUT, true);
	go_through(-ETIMEDOUT, false);
}

/* A reader that never gets to a figure, and what it says on stderr. */
static struct {
	const char *wanted;
	unsigned int dump_ms;
	unsigned int other_ms;
	unsigned int looks;
	struct task *look;
	struct task *other;
} trouble;

static int no_figure(void *arg, const struct record *record)
{
	(void)arg;
	assert_int_not_equal(record->reason, REASON_NONE);
	return 0;
}

/* Some time more after the message: it is not said again. */
static int64_t look_for_message(void *arg, int64_t now)
{
	(void)arg;
	if (strstr(captured(), trouble.wanted) && ++trouble.looks == 10)
		loop_stop(self.loop, EXIT_SUCCESS);
	return now + 100 * BLOCK_NS_PER_MS;
}

static int slow_flow(void *arg, const struct sr6flow_set *set,
		     const struct sr6flow_record *record)
{
	(void)arg;
	(void)set;
	(void)record;
	usleep(trouble.dump_ms * 1000);
	return 0;
}

static int64_t other_work(void *arg, int64_t now)
{
	(void)arg;
	usleep(trouble.other_ms * 1000);
	return now + trouble.other_ms * BLOCK_NS_PER_MS;
}

static void add_tasks(void)
{
	static const struct task_ops look_ops = { .run = look_for_message };
	static const struct task_ops other_ops = { .run = other_work };

	trouble.look = loop_task(self.loop, &look_ops, NULL);
	trouble.other = trouble.other_ms ? loop_task(self.loop, &other_ops, NULL) : NULL;
}

static void never_gets_there(const char *wanted, unsigned int dump_ms,
			     unsigned int other_ms)
{
	const struct set_reader_ops ops = {
		.flow = slow_flow,
		.record = no_figure,
		.block_end = take_block_end,
	};
	const char *first;
	int status;

	trouble.wanted = wanted;
	trouble.dump_ms = dump_ms;
	trouble.other_ms = other_ms;
	trouble.looks = 0;
	capture(STDERR_FILENO);
	status = run_reader(&ops, add_tasks);
	first = strstr(capture_end(), wanted);
	assert_int_equal(status, EXIT_SUCCESS);
	assert_non_null(first);
	assert_null(strstr(first + 1, "warning"));
	task_free(trouble.other);
	task_free(trouble.look);
	loop_close(self.loop);
}

TEST_WITH(NULL, capture_teardown, test_never_whole)
{
	fake_kernel_reset();
	fake.interruptions = INT_MAX;
	fake.interruption = -ENOBUFS;
	never_gets_there("dumps were incomplete (No buffer space available)",
			 0, 0);
}

TEST_WITH(NULL, capture_teardown, test_dump_too_slow)
{
	fake_kernel_reset();
	never_gets_there("reading its flows took ", 150, 0);
}

TEST_WITH(NULL, capture_teardown, test_node_too_busy)
{
	fake_kernel_reset();
	never_gets_there("the last 5 blocks were not read in time", 0, 450);
}
