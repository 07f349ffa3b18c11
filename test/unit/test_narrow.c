// SPDX-License-Identifier: GPL-2.0-only
/*
 * The lines of the stream on terminals, wide and too narrow ones.
 */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "lmctl/sinks/stream/stream.h"
#include "result_make.h"
#include "terminal.h"
#include "test/unit/unit.h"

#define PERIOD_MS 10000

static struct sink sink;
static struct measurement one, path;

static void start(unsigned short width)
{
	terminal_begin(width);
	assert_int_equal(stream_open(&sink, false, PERIOD_MS), 0);
}

static void give(const struct result *result)
{
	sink.ops->result(sink.self, result);
}

static void end(const struct measurement *of, int64_t block)
{
	sink.ops->block_end(sink.self, of, block);
}

static const char *stop(void)
{
	sink.ops->free(sink.self);
	return terminal_end();
}

static unsigned int count(const char *text, const char *what)
{
	unsigned int n = 0;

	for (text = strstr(text, what); text; text = strstr(text + 1, what))
		n++;
	return n;
}

/* 80 columns have the figures; a reason is a word where a sentence was. */
TEST(test_narrow)
{
	struct sr6flow_flow ten = make_flow("flow-10=fcff:2::1,fcff:8::100");
	struct sr6flow_flow two = make_flow("flow-2=fcff:2::1,fcff:8::100");
	struct result first = make_result(&one, &ten, MADE_BLOCK, 25000, 24999);
	struct result second = make_result(&one, &two, MADE_BLOCK, 7, 0);

	second.peer[0].answer.status = ANSWER_TOO_OLD;
	start(80);
	give(&first);
	give(&second);
	end(&one, MADE_BLOCK);
	second.sent = 12345678901;
	second.block++;
	give(&second);
	end(&one, MADE_BLOCK + 1);
	assert_string_equal(stop(),
"(The terminal is too narrow for MEASUREMENT, BLOCK, ROUND-TRIP.)\n"
"FLOW    PATH      START           SENT RECEIVED LOST   RATIO STATUS\n"
"flow-2  here > p1 11-14 22:13:20     7        -    -       - invalid: too-old\n"
"flow-10 here > p1 11-14 22:13:20 25000    24999    1 0.004 % exact\n"
"(The terminal is too narrow for MEASUREMENT, BLOCK, ROUND-TRIP.)\n"
"FLOW    PATH      START                 SENT RECEIVED LOST RATIO STATUS\n"
"flow-2  here > p1 11-14 22:13:30 12345678901        -    -     - too-old\n");
}

TEST(test_widths)
{
	struct sr6flow_flow flow = make_flow("gold=fcff:2::1,fcff:8::100");
	struct result result = make_result(&path, &flow, MADE_BLOCK,
					   1234567890, 1234567889);
	unsigned short width;

	make_received(&result, 1, 1234567888);
	make_received(&result, 2, 1234500000);
	for (width = 20; width < 140; width++) {
		const char *line, *text;

		start(width);
		give(&result);
		end(&path, MADE_BLOCK);
		text = stop();
		/* Sent of the total and of the first segment; all that was lost. */
		assert_int_equal(count(text, " 1234567890"), 2);
		assert_int_equal(count(text, " 67890"), 1);
		for (line = text; width >= 36 && *line;
		     line = strchr(line, '\n') + 1)
			if (strcspn(line, "\n") > width)
				fail_msg("%d columns: %s", width, text);
	}
}

/* From the hour on that comes twice, both have their offset from UTC. */
TEST(test_offset)
{
	struct sr6flow_flow flow = make_flow("gold=fcff:2::1,fcff:8::100");
	struct result result = make_result(&one, &flow, 179288640 - 1, 1, 1);
	const char *text;

	setenv("TZ", "CET-1CEST,M3.5.0,M10.5.0/3", 1);
	tzset();
	start(200);
	give(&result);
	end(&one, result.block);
	result.block += 360;
	give(&result);
	end(&one, result.block);
	result.block++;
	give(&result);
	end(&one, result.block);
	text = stop();
	setenv("TZ", "UTC", 1);
	tzset();
	assert_non_null(strstr(text, " 2026-10-25 01:59:50 "));
	assert_non_null(strstr(text, " 2026-10-25 02:59:50 "));
	assert_non_null(strstr(text, " 2026-10-25 02:00:00+0100 "));
}

static int setup(void **state)
{
	(void)state;
	setenv("TZ", "UTC", 1);
	setenv("NO_COLOR", "1", 1);
	one = make_measurement(false, 1);
	path = make_measurement(false, 3);
	return 0;
}

UNIT_REGISTER(group)
{
	unit_group(setup, NULL);
}
