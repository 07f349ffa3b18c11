// SPDX-License-Identifier: GPL-2.0-only
/*
 * The page for people: what is on it, that its elements are closed, that nothing of a
 * name is markup, and that it loads nothing.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lmctl/sinks/view/view_page.h"
#include "result_make.h"
#include "test/unit/golden.h"
#include "test/unit/unit.h"

static struct view_feed *feed;
static struct view_page *page;
static struct measurement of;
static char html[1 << 20];

static int start(void **state)
{
	(void)state;
	setenv("TZ", "UTC", 1);
	of = make_measurement(false, 1);
	strcpy(of.name, "to<core>&\"'");
	strcpy(of.peer[0], "<script>alert(1)</script>\x1b\xff");
	feed = view_feed_new();
	page = view_page_new(feed);
	assert_true(feed && page);
	return 0;
}

static int stop(void **state)
{
	(void)state;
	view_page_free(page);
	view_feed_free(feed);
	return 0;
}

UNIT_EACH(start, stop)

static void give(const char *text, int64_t block, uint64_t sent, uint64_t received)
{
	struct sr6flow_flow flow = make_flow(text);
	struct result result = make_result(&of, &flow, block, sent, received);
	struct sink sink = view_feed_sink(feed);

	if (received == UINT64_MAX)
		result.peer[0].answer.status = ANSWER_NO_ANSWER;
	sink.ops->result(sink.self, &result);
}

static void end(int64_t block)
{
	struct sink sink = view_feed_sink(feed);

	sink.ops->block_end(sink.self, &of, block);
}

static void facts(struct view_state *state, void *arg)
{
	struct view_set *set;

	(void)arg;
	strcpy(state->node, "in<gress>");
	state->time_ms = 1700000016000;
	state->period_ms = 10000;
	state->measurements = 1;
	view_state_set(state, "lm-tx", &(uint32_t){ 4 });
	set = view_state_set(state, "<b>", NULL);
	strcpy(set->problem, "it cannot be read & the log has the reason");
}

/* Returns the number of steps. */
static unsigned int write_page(void)
{
	struct text text = { .first = NULL };
	struct text_cursor cursor;
	unsigned int steps = 1;
	int more;

	view_page_begin(page);
	while ((more = view_page_step(page, &text)) == 1)
		steps++;
	assert_int_equal(more, 0);
	cursor = text_start(&text);
	assert_in_range(text.size, 1, sizeof(html) - 1);
	html[text_read(&cursor, html, sizeof(html) - 1)] = '\0';
	text_free(&text);
	return steps;
}

/* Each element is closed in its turn. */
static void is_well_formed(void)
{
	char open[32][16], name[16];
	unsigned int depth = 0;
	const char *at = html, *close;

	while ((at = strchr(at, '<'))) {
		close = strchr(at, '>');
		assert_non_null(close);
		name[strspn(strncpy(name, at + 1 + (at[1] == '/'), 15), "abcdefghijklmnopqrstuvwxyz123456")] = '\0';
		if (at[1] == '/') {
			assert_true(depth);
			assert_string_equal(open[--depth], name);
		} else if (at[1] != '!' && close[-1] != '/' && strcmp(name, "meta")) {
			assert_in_range(depth, 0, 31);
			strcpy(open[depth++], name);
		}
		at = close;
	}
	assert_int_equal(depth, 0);
}

static void loads_nothing(void)
{
	static const char *const words[] = {
		"<script", "src=", "url(", "@import", "http:", "https:", "//", "<link", "<iframe",
		"onload", "\x1b",
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(words); i++)
		if (strstr(html, words[i]))
			fail_msg("'%s' is on the page", words[i]);
}

TEST(test_page)
{
	int64_t i;

	view_feed_source(feed, facts, NULL);
	for (i = 0; i < 5; i++) {
		give("good=fcff::1", MADE_BLOCK + i, 100, 100);
		give("bad=fcff:1::1@fcff::2", MADE_BLOCK + i, 1000, (uint64_t)(1000 - i * i));
		give("mute=fcff::3", MADE_BLOCK + i, 100, i == 2 ? 101 : UINT64_MAX);
		give("fcff::4,fcff::5", MADE_BLOCK + i, 0, 0);
		end(MADE_BLOCK + i);
	}
	write_page();
	golden("view-page", html);
	is_well_formed();
	loads_nothing();
}

/* The worst are shown, a few in each step; the others are counted. */
TEST(test_many)
{
	char name[32];
	unsigned int i, steps;

	for (i = 0; i < 5000; i++) {
		snprintf(name, sizeof(name), "f%u=fcff::%x", i, i);
		give(name, MADE_BLOCK, 100, i % 7 == 3 ? 99 - i % 5 : 100);
	}
	end(MADE_BLOCK);
	steps = write_page();
	assert_in_range(steps, 5000 / 500 + 5, 100);
	is_well_formed();
	assert_non_null(strstr(html, "<p>4800 more flows are not shown"));
	assert_non_null(strstr(html, ">5 %</td>"));
	assert_null(strstr(html, ">0 %</td>"));
}

TEST(test_nothing)
{
	write_page();
	is_well_formed();
	assert_non_null(strstr(html, "This node measures nothing"));
}

/* Flows that go while the page is being written are no trap, nor is a page that is not. */
TEST(test_stop)
{
	struct text text = { .first = NULL };

	give("good=fcff::1", MADE_BLOCK, 100, 100);
	view_page_begin(page);
	assert_int_equal(view_page_step(page, &text), 1);
	view_feed_ended(feed, of.name);
	assert_int_equal(view_page_step(page, &text), 0);
	text_free(&text);
	view_page_begin(page);
	view_page_stop(page);
	assert_null(view_feed_view(feed)->walks->next);
}
