// SPDX-License-Identifier: GPL-2.0-only
/*
 * The screen of lmctl top as text: it has the height of the terminal and fits its width,
 * and no number is cut. How it looks is in test/top.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lmctl/cmd/top_draw.h"
#include "result_make.h"
#include "test/unit/unit.h"

static struct top top;
static char screen[65536];
static unsigned int height;

static void put(void *arg, enum top_style style, const char *text, size_t len)
{
	(void)arg;
	(void)style;
	height++;
	snprintf(screen + strlen(screen), sizeof(screen) - strlen(screen), "%.*s\n", (int)len,
		 text);
}

static void draw(unsigned int lines, unsigned int width)
{
	top.lines = lines;
	top.width = width;
	*screen = '\0';
	height = 0;
	assert_int_equal(top_draw(&top, put, NULL), 0);
}

static void give(const char *text, uint64_t sent, uint64_t lost)
{
	const struct sr6flow_flow flow = make_flow(text);
	const struct view_row row = {
		.measurement = "core", .peer = "egress", .flow = &flow,
		.block = MADE_BLOCK, .period_ms = 1000, .kind = VIEW_EXACT,
		.sent = { .known = true, .packets = sent },
		.received = { .known = true, .packets = sent - lost },
		.lost = lost,
	};

	assert_non_null(view_take(&top.view, &row));
}

static int start(void **state)
{
	unsigned int i;
	char name[64];

	(void)state;
	memset(&top, 0, sizeof(top));
	view_init(&top.view, 1000);
	top.ascii = true;
	top.heard = true;
	top.state = (struct view_state){
		.period_ms = 1000, .measurements = 1, .kept = 42,
		.totals = { .flows = 123456789 }, .nwrong = 1,
	};
	strcpy(top.state.wrong[0], "987654321 of 123456789 flows have no exact figure");
	give("customer-17-gold=fcff::1", 25000, 12499);
	give("huge=fcff::2", INT64_MAX, 0);
	for (i = 0; i < 40; i++) {
		snprintf(name, sizeof(name), "fcff:abcd:%x::1,fcff:cdef::%x", i, i);
		give(name, 7777, 0);
	}
	return 0;
}

static int stop(void **state)
{
	(void)state;
	view_clear(&top.view);
	return 0;
}

UNIT_EACH(start, stop)

/* Whole, or not there; never a part of it. */
static void is_whole(const char *number)
{
	const char *at, *end;

	for (at = screen; (at = strpbrk(at, "0123456789")); at = end) {
		size_t len = strspn(at, "0123456789");

		end = at + len;
		if (!strncmp(at, number, 3) && len != strlen(number))
			fail_msg("%.*s of %s is left at width %u:\n%s", (int)len, at, number,
				 top.width, screen);
	}
}

TEST(test_sizes)
{
	unsigned int lines, width;
	const char *at;

	for (width = 12; width < 240; width++) {
		draw(24, width);
		is_whole("123456789");
		is_whole("987654321");
		is_whole("12499");
		is_whole("9223372036854775807");
		/* The longest number with the heading of its column and a status. */
		for (at = screen; width >= 40 && *at; at = strchr(at, '\n') + 1)
			assert_in_range(strcspn(at, "\n"), 0, width);
	}
	for (lines = 1; lines < 60; lines++) {
		top.page = lines % 3;
		for (width = 1; width < 200; width += 17) {
			draw(lines, width);
			assert_int_equal(height, lines);
		}
	}
}

TEST(test_scrolling)
{
	top.first = 30;
	draw(24, 80);
	assert_non_null(strstr(screen, "by loss, 24-42 of 42"));
	assert_int_equal(top.first, 23);
	strcpy(top.filter, "huge");
	draw(24, 80);
	assert_non_null(strstr(screen, "filter huge, by loss, 1-1 of 1"));
	strcpy(top.filter, "none");
	draw(24, 80);
	assert_non_null(strstr(screen, "no flow matches the filter"));
}

/* What is said when there is nothing to show. */
TEST(test_nothing)
{
	view_clear(&top.view);
	draw(24, 80);
	assert_non_null(strstr(screen, "no results yet"));
	top.state.measurements = 0;
	draw(24, 80);
	assert_non_null(strstr(screen, "this node measures nothing"));
	strcpy(top.note, "waiting for the daemon");
	draw(24, 80);
	assert_non_null(strstr(screen, "waiting for the daemon"));
	assert_null(strstr(screen, "this node measures nothing"));
}
