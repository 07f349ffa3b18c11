// SPDX-License-Identifier: GPL-2.0-only
/*
 * The live table as text: what is in it, in which order, and that it fits.
 */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lmctl/sinks/stream/live.h"
#include "result_make.h"
#include "test/unit/capture.h"
#include "test/unit/golden.h"
#include "test/unit/unit.h"

static struct sink sink;
static struct measurement of;
static struct sr6flow_flow flow;

static int start(void **state)
{
	(void)state;
	setenv("TZ", "UTC", 1);
	setenv("NO_COLOR", "1", 1);
	of = make_measurement(false, 1);
	return live_new(&sink);
}

static int stop(void **state)
{
	(void)state;
	sink.ops->free(sink.self);
	return 0;
}

static void give(const char *name, int64_t block, uint64_t sent,
		 uint64_t received)
{
	struct result result;

	flow = make_flow(name);
	result = make_result(&of, &flow, block, sent, received);
	if (received == UINT64_MAX)
		result.peer[0].answer.status = ANSWER_NO_ANSWER;
	sink.ops->result(sink.self, &result);
}

static void end(int64_t block)
{
	sink.ops->block_end(sink.self, &of, block);
}

static void draws(unsigned int lines, unsigned int width, const char *name)
{
	char *text = live_draw(&sink, lines, width);

	assert_non_null(text);
	capture(STDOUT_FILENO);
	puts(text);
	free(text);
	golden(name, capture_end());
}

TEST_WITH(start, stop, test_nothing)
{
	draws(24, 80, "live-nothing");
}

/* Only exact blocks are in the totals; the worst flow is first. */
TEST_WITH(start, stop, test_figures)
{
	give("good=fcff::1", MADE_BLOCK, 100, 100);
	give("bad=fcff::2", MADE_BLOCK, 100, 90);
	give("mute=fcff::3", MADE_BLOCK, 100, UINT64_MAX);
	end(MADE_BLOCK);
	give("good=fcff::1", MADE_BLOCK + 1, 100, 100);
	give("bad=fcff::2", MADE_BLOCK + 1, 100, 101);
	give("mute=fcff::3", MADE_BLOCK + 1, 100, UINT64_MAX);
	end(MADE_BLOCK + 1);
	draws(24, 0, "live-figures");
}

/* A gap row is in the totals, which is all that is known of its blocks. */
TEST_WITH(start, stop, test_gap)
{
	struct sr6flow_flow mute = make_flow("mute=fcff::3");
	struct result gap = make_gap(&of, &mute, MADE_BLOCK - 14, 14, 1400,
				     700);

	give("mute=fcff::3", MADE_BLOCK - 1, 100, UINT64_MAX);
	give("mute=fcff::3", MADE_BLOCK, 100, 100);
	sink.ops->gap(sink.self, &gap);
	end(MADE_BLOCK);
	draws(24, 0, "live-gap");
}

/* Loss leaves the recent column after ten results, but not the total. */
TEST_WITH(start, stop, test_recent)
{
	int64_t i;

	for (i = 0; i < 10; i++)
		give("a=fcff::1", MADE_BLOCK + i, 10, i ? 10 : 5);
	end(MADE_BLOCK + 9);
	draws(24, 0, "live-recent");
	give("a=fcff::1", MADE_BLOCK + 10, 10, 10);
	end(MADE_BLOCK + 10);
	draws(24, 0, "live-recent-gone");
}

TEST_WITH(start, stop, test_fits)
{
	unsigned int lines, width;
	char name[64], *text;

	for (lines = 0; lines < 30; lines++) {
		snprintf(name, sizeof(name), "fcff:1234:%x::1,fcff:5678::%x",
			 lines, lines);
		give(name, MADE_BLOCK, 1000, 1000 - lines);
	}
	end(MADE_BLOCK);
	for (lines = 4; lines < 40; lines++)
		for (width = 60; width < 200; width += 20) {
			text = live_draw(&sink, lines, width);
			assert_non_null(text);
			/* Two lines may say which columns are left out. */
			assert_in_range(count(text, "\n") + 1,
					lines < 32 ? lines : 32,
					lines < 34 ? lines : 34);
			assert_true(widest(text) <= width);
			free(text);
		}
	text = live_draw(&sink, 10, 200);
	assert_non_null(strstr(text, "\n... 23 more flows"));
	free(text);
}

/* A word, not a part of one. */
static bool has_word(const char *text, const char *word)
{
	size_t len = strlen(word);
	const char *at = text;

	for (; (at = strstr(at, word)); at++)
		if (at > text && strchr(" \n", at[-1]) &&
		    strchr(" \n", at[len]))
			return true;
	return false;
}

/* Whatever the width, a figure is whole or its column is not there. */
TEST_WITH(start, stop, test_narrow)
{
	unsigned int width;

	give("customer-17-gold=fcff::1", MADE_BLOCK, 25000, 12501);
	give("huge=fcff::2", MADE_BLOCK, UINT64_MAX, UINT64_MAX);
	end(MADE_BLOCK);
	for (width = 12; width < 240; width++) {
		char *text = live_draw(&sink, 40, width);

		assert_non_null(text);
		assert_true(has_word(text, "170000000"));
		assert_true(has_word(text, "25000"));
		assert_true(has_word(text, "12499"));
		assert_true(has_word(text, "18446744073709551615"));
		/* The longest heading with its figure. */
		if (widest(text) > width && width >= 33)
			fail_msg("%u columns: %s", width, text);
		free(text);
	}
}

/* On an ordinary terminal names are shorter and less important columns go. */
TEST_WITH(start, stop, test_ordinary)
{
	give("customer-17-gold=fcff::1", MADE_BLOCK, 25000, 12501);
	give("flow-10=fcff::2", MADE_BLOCK, 1000, 1000);
	give("flow-2=fcff::3", MADE_BLOCK, 1000, 1000);
	end(MADE_BLOCK);
	draws(24, 80, "live-ordinary");
}

/* Flows that are not in the set any more leave the table. */
TEST_WITH(start, stop, test_gone)
{
	int64_t i;
	char *text;

	give("gone=fcff::1", MADE_BLOCK, 10, 10);
	for (i = 0; i < 20; i++) {
		give("stays=fcff::2", MADE_BLOCK + i, 10, 10);
		end(MADE_BLOCK + i);
	}
	text = live_draw(&sink, 24, 0);
	assert_null(strstr(text, "gone"));
	assert_non_null(strstr(text, "stays"));
	free(text);
}

TEST_WITH(start, stop, test_no_terminal)
{
	struct sink other;
	int err;

	capture(STDOUT_FILENO);
	err = live_open(&other);
	capture_end();
	assert_int_equal(err, -ENOTTY);
}
