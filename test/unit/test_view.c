// SPDX-License-Identifier: GPL-2.0-only
/*
 * The view: last blocks, totals and what is wrong, order, filter, bounds; and that its
 * lines make the same view elsewhere.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lmctl/sinks/view/view_feed.h"
#include "lmctl/sinks/view/view_lines.h"
#include "result_make.h"
#include "test/unit/golden.h"
#include "test/unit/unit.h"

#define MUTE UINT64_MAX

static struct view_feed *feed;
static struct view *view;
static struct sink sink;
static struct measurement of;
static struct view_state now;

static int start(void **unused)
{
	(void)unused;
	of = make_measurement(false, 1);
	feed = view_feed_new();
	assert_non_null(feed);
	view = view_feed_view(feed);
	sink = view_feed_sink(feed);
	return 0;
}

static int stop(void **unused)
{
	(void)unused;
	view_feed_free(feed);
	return 0;
}

UNIT_EACH(start, stop)

static void give(const char *text, int64_t block, uint64_t sent, uint64_t received)
{
	struct sr6flow_flow flow = make_flow(text);
	struct result result = make_result(&of, &flow, block, sent, received);

	if (received == MUTE)
		result.peer[0].answer.status = ANSWER_NO_ANSWER;
	sink.ops->result(sink.self, &result);
}

static void end(int64_t block)
{
	sink.ops->block_end(sink.self, &of, block);
}

/* The only flow. */
static struct view_flow *only(void)
{
	size_t n;
	struct view_flow **flows = view_sorted(view, VIEW_BY_LOSS, false, "", &n);
	struct view_flow *flow;

	assert_non_null(flows);
	assert_int_equal(n, 1);
	flow = flows[0];
	free(flows);
	return flow;
}

/* Each block as a letter, newest first. */
static const char *past(const struct view_flow *flow)
{
	static char text[VIEW_BLOCKS + 1];
	unsigned int i;

	for (i = 0; i < VIEW_BLOCKS; i++)
		text[i] = flow->past[i].lost ? '!' : " .xa"[flow->past[i].kind];
	for (; i && text[i - 1] == ' '; i--)
		;
	text[i] = '\0';
	return text;
}

TEST(test_past)
{
	give("a=fcff::1", MADE_BLOCK, 100, 90);
	give("a=fcff::1", MADE_BLOCK + 3, 100, 100);
	assert_string_equal(past(only()), ".  !");
	/* A late result completes, and is not the last one. */
	give("a=fcff::1", MADE_BLOCK + 2, 100, MUTE);
	give("a=fcff::1", MADE_BLOCK + 1, 100, 101);
	assert_string_equal(past(only()), ".xa!");
	assert_int_equal(only()->last.block, MADE_BLOCK + 3);
	assert_int_equal(only()->sent, 200);
	assert_int_equal(only()->lost, 10);
	give("a=fcff::1", MADE_BLOCK + VIEW_BLOCKS, 7, 7);
	assert_int_equal(only()->lost, 0);
	give("a=fcff::1", MADE_BLOCK, 100, 0);
	assert_int_equal(only()->lost, 0);
	give("a=fcff::1", MADE_BLOCK + 1000, 5, 4);
	assert_string_equal(past(only()), "!");
}

TEST(test_leaves)
{
	int64_t i;

	give("a=fcff::1", MADE_BLOCK, 100, 90);
	for (i = 0; i <= VIEW_KEEP; i++) {
		assert_int_equal(view->map.n, 1);
		end(MADE_BLOCK + i);
	}
	assert_int_equal(view->map.n, 0);
}

/* Flows with loss and without a figure are kept rather than others; the totals have all. */
TEST(test_bounds)
{
	unsigned int i;
	char name[32];

	view_feed_limit(feed, 10);
	for (i = 0; i < 40; i++) {
		snprintf(name, sizeof(name), "f%u=fcff::%u", i, i);
		give(name, MADE_BLOCK, 100, i % 10 == 5 ? 99 : i % 10 == 6 ? MUTE : 100);
		assert_in_range(view->map.n, 1, 10);
	}
	end(MADE_BLOCK);
	for (i = 5; i < 40; i += 10) {
		struct sr6flow_flow lossy, mute;

		snprintf(name, sizeof(name), "fcff::%u", i);
		lossy = make_flow(name);
		snprintf(name, sizeof(name), "fcff::%u", i + 1);
		mute = make_flow(name);
		assert_non_null(view_find(view, of.name, &lossy));
		assert_non_null(view_find(view, of.name, &mute));
	}
	view_feed_state(feed, &now);
	assert_int_equal(now.totals.flows, 40);
	assert_int_equal(now.totals.lossy, 4);
	assert_int_equal(now.totals.inexact, 4);
	assert_int_equal(now.kept, 10);
	/* None is calm: there is no room for others. */
	for (i = 100; i < 120; i++) {
		snprintf(name, sizeof(name), "fcff::%u", i);
		give(name, MADE_BLOCK, 100, 0);
	}
	assert_int_equal(view->map.n, 10);
}

/* A flow that goes is no trap for a walk. */
TEST(test_walk)
{
	struct view_walk walk;
	unsigned int n = 0;

	give("a=fcff::1", MADE_BLOCK, 1, 1);
	give("b=fcff::2", MADE_BLOCK, 1, 1);
	give("c=fcff::3", MADE_BLOCK, 1, 1);
	view_walk_begin(view, &walk);
	assert_non_null(view_walk_next(view, &walk));
	flowmap_remove(&view->map, &walk.at->entry);
	while (view_walk_next(view, &walk))
		n++;
	assert_int_equal(n, 1);
	view_walk_end(view, &walk);
	view_feed_ended(feed, of.name);
	assert_int_equal(view->map.n, 0);
}

TEST(test_levels)
{
	static const struct {
		uint64_t sent, lost;
		unsigned int level;
	} rows[] = {
		{ 0, 0, 0 }, { 10, 0, 0 }, { 1000000, 1, 1 }, { 10000, 1, 2 },
		{ 1000, 1, 4 }, { 300, 1, 5 }, { 100, 1, 6 }, { 20, 1, 7 },
		{ 10, 1, 8 }, { 1, 1, 8 }, { UINT64_MAX, UINT64_MAX, 8 },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(rows); i++)
		assert_int_equal(view_level(&(struct view_past){
			VIEW_EXACT, rows[i].sent, rows[i].lost }), rows[i].level);
}

static void shows(enum view_order order, bool reverse, const char *pattern,
		  const char *expected)
{
	char text[64] = "";
	size_t n, i;
	struct view_flow **flows = view_sorted(view, order, reverse, pattern, &n);

	assert_non_null(flows);
	for (i = 0; i < n; i++)
		snprintf(text + strlen(text), sizeof(text) - strlen(text), "%s%s",
			 i ? " " : "", *flows[i]->entry.flow.name ?
			 flows[i]->entry.flow.name : "-");
	free(flows);
	assert_string_equal(text, expected);
}

TEST(test_order_and_filter)
{
	give("f10=fcff::1", MADE_BLOCK, 500, 500);
	give("f9=fcff::2", MADE_BLOCK, 100, 90);
	give("fcff::3,fcff::4", MADE_BLOCK, 0, 0);
	strcpy(of.peer[0], "other");
	strcpy(of.name, "edge");
	give("mute=fcff::5", MADE_BLOCK, 1000, MUTE);
	shows(VIEW_BY_LOSS, false, "", "f9 mute f10 -");
	shows(VIEW_BY_LOSS, true, "", "- f10 mute f9");
	shows(VIEW_BY_RATE, false, "", "mute f10 f9 -");
	shows(VIEW_BY_NAME, false, "", "f9 f10 mute -");
	shows(VIEW_BY_PEER, false, "", "mute f9 f10 -");
	shows(VIEW_BY_NAME, false, "f*", "f9 f10 -");
	shows(VIEW_BY_NAME, false, "f?", "f9");
	shows(VIEW_BY_NAME, false, "fcff::3,*", "-");
	shows(VIEW_BY_NAME, false, "ute", "mute");
	shows(VIEW_BY_NAME, false, "oth", "mute");
	shows(VIEW_BY_NAME, false, "::3", "-");
	shows(VIEW_BY_NAME, false, "nosuch", "");
}

TEST(test_peers)
{
	const char *names[16];
	char text[VIEW_PEER_LEN];
	unsigned int i;

	for (i = 0; i < 16; i++)
		names[i] = "a-long-name";
	names[1] = "end";
	assert_string_equal(view_peer(text, names, 2, false), "end");
	assert_string_equal(view_peer(text, names, 2, true), "a-long-name+end");
	assert_string_equal(view_peer(text, names, 16, true), "a-long-name and 15 more");
}

static void facts(struct view_state *to, void *arg)
{
	struct view_set *set;

	(void)arg;
	strcpy(to->node, "ingress");
	to->time_ms = 1700000010123;
	to->measurements = 1;
	to->clock_known = true;
	to->clock_error_ns = 16000000000;
	view_state_set(to, "lm-tx", &(uint32_t){ 3 });
	view_state_set(to, "lm-rx", &(uint32_t){ 0 });
	set = view_state_set(to, "gone", NULL);
	strcpy(set->problem, "it cannot be read; the log has the reason");
}

static void report(uint64_t replies)
{
	const struct peer_report report = {
		.of = &of, .block = MADE_BLOCK, .requests = 3, .replies = replies,
	};

	sink.ops->report(sink.self, &report);
}

/* A view with all that there is. */
static void fill(void)
{
	struct sr6flow_flow flow = make_flow("bad=fcff:1::1@fcff::2");

	view_feed_source(feed, facts, NULL);
	give("good=fcff::1", MADE_BLOCK, 100, 100);
	give("bad=fcff:1::1@fcff::2", MADE_BLOCK, 25000, 12501);
	give("fcff::3,fcff::4", MADE_BLOCK, 90000000000000001, 90000000000000001);
	view_feed_alarm(feed, "loss", of.name, &flow, true);
	report(3);
	end(MADE_BLOCK);
	give("good=fcff::1", MADE_BLOCK + 1, 100, MUTE);
	give("bad=fcff:1::1@fcff::2", MADE_BLOCK + 1, 100, 101);
	give("fcff::3,fcff::4", MADE_BLOCK + 1, 100, MUTE);
	report(0);
	end(MADE_BLOCK + 1);
	report(0);
}

/* All lines of a view, flows by name. */
static char *lines(struct view *from, const struct view_state *with)
{
	static struct jsonline line;
	size_t n, i, len;
	char *text = NULL;
	struct view_flow **flows = view_sorted(from, VIEW_BY_NAME, false, "", &n);
	FILE *stream = open_memstream(&text, &len);

	assert_non_null(flows);
	for (i = 0; i < n; i++) {
		assert_true(view_line_past(&line, flows[i]));
		fwrite(line.text, 1, line.len, stream);
	}
	if (with) {
		assert_true(view_line_state(&line, with, of.name));
		fwrite(line.text, 1, line.len, stream);
	}
	fclose(stream);
	free(flows);
	return text;
}

TEST(test_lines)
{
	struct view_state read;
	struct view copy;
	char *text, *again, *at;

	fill();
	view_feed_state(feed, &now);
	text = lines(view, &now);
	golden_json("view-lines", text);
	view_init(&copy, 100);
	for (at = text; *at; at = strchr(at, '\n') + 1)
		if (view_line_read(&copy, &read, at, strcspn(at, "\n")) == VIEW_LINE_BAD)
			fail_msg("%s", at);
	free(text);
	text = lines(view, NULL);
	again = lines(&copy, NULL);
	assert_string_equal(text, again);
	assert_string_equal(read.node, "ingress");
	assert_int_equal(read.totals.inexact, 3);
	assert_int_equal(read.nwrong, now.nwrong);
	assert_memory_equal(read.wrong, now.wrong, sizeof(read.wrong));
	free(text);
	free(again);
	view_clear(&copy);
}

/* When it is over, nothing is said any more. */
TEST(test_over)
{
	struct sr6flow_flow flow = make_flow("bad=fcff:1::1@fcff::2");

	fill();
	view_feed_source(feed, NULL, NULL);
	view_feed_alarm(feed, "loss", of.name, &flow, false);
	report(1);
	end(MADE_BLOCK + 2);
	view_feed_state(feed, &now);
	assert_int_equal(now.nwrong, 0);
}

/* Lines that are not as they should be change nothing. */
TEST(test_hostile)
{
	static const char *const rows[] = {
		"", "x", "[]", "{}", "{\"type\":1}", "{\"type\":\"loss\"}", "\0",
		"{\"type\":\"loss\",\"measurement\":\"m\",\"sids\":[\"fcff::1\"],\"block\":1,"
		"\"period_ms\":1,\"status\":\"exact\",\"sent\":1,\"lost\":2}",
		"{\"type\":\"loss\",\"measurement\":\"m\",\"sids\":[\"fcff::1\"],\"block\":1,"
		"\"period_ms\":0,\"status\":\"exact\",\"sent\":1,\"lost\":0}",
		"{\"type\":\"past\",\"measurement\":\"m\",\"sids\":[\"fcff::1\"],\"block\":-1,"
		"\"period_ms\":1,\"status\":\"invalid\",\"peer\":\"p\"}",
		"{\"type\":\"past\",\"measurement\":\"m\",\"sids\":[1],\"block\":1,"
		"\"period_ms\":1,\"status\":\"invalid\",\"peer\":\"p\"}",
		"{\"type\":\"past\",\"measurement\":\"0123456789012345678901234567890123456789"
		"012345678901234567890123456789\",\"sids\":[\"fcff::1\"],\"block\":1,"
		"\"period_ms\":1,\"status\":\"invalid\",\"peer\":\"p\"}",
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(rows); i++)
		assert_int_equal(view_line_read(view, &now, rows[i], strlen(rows[i])),
				 VIEW_LINE_BAD);
	assert_int_equal(view->map.n, 0);
}
