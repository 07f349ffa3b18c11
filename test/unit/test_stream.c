// SPDX-License-Identifier: GPL-2.0-only
/*
 * Results on standard output: JSON lines and tables, in a file or a pipe of the test
 * or on terminals, wide and too narrow ones.
 */
#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "lmctl/sinks/stream/stream.h"
#include "result_make.h"
#include "test/unit/capture.h"
#include "test/unit/golden.h"
#include "test/unit/unit.h"

#define PERIOD_MS 10000

static struct sink sink;
static struct measurement one, path, group;
static struct sr6flow_flow gold, nameless;

static void start(bool json)
{
	capture(STDOUT_FILENO);
	assert_int_equal(stream_open(&sink, json, PERIOD_MS), 0);
}

static void start_terminal(unsigned short width)
{
	capture_terminal(width);
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

/* A result that is the only one of its block. */
static void block(const struct result *result)
{
	give(result);
	end(result->of, result->block);
}

static const char *stop(void)
{
	sink.ops->free(sink.self);
	return capture_end();
}

static const char *json(const struct result *result)
{
	start(true);
	block(result);
	return stop();
}

static const char *table(const struct result *result)
{
	start(false);
	block(result);
	return stop();
}

TEST_WITH(NULL, capture_teardown, test_json_exact)
{
	struct result result = make_result(&one, &gold, MADE_BLOCK, 1000, 990);

	result.peer[0].mask = 0x00030000;
	result.peer[0].period_ms = 10000;
	result.peer[0].delay = (struct delay){
		.known = true, .round_trip = 1500250, .one_way = true,
		.forward = 1000000, .backward = 500250, .error = 20000,
	};
	golden_json("stream-exact", json(&result));
}

/* What one end knows is told; what is not known is null. */
TEST_WITH(NULL, capture_teardown, test_json_invalid)
{
	struct result result = make_result(&one, &nameless, MADE_BLOCK, 7, 0);

	start(true);
	result.peer[0].answer.status = ANSWER_NO_ANSWER;
	block(&result);
	make_received(&result, 0, 5);
	result.reason = REASON_CLOCK_STEPPED;
	block(&result);
	golden_json("stream-invalid", stop());
}

TEST_WITH(NULL, capture_teardown, test_json_anomaly)
{
	const struct result result = make_result(&one, &gold, MADE_BLOCK, 7, 9);

	golden_json("stream-anomaly", json(&result));
}

/* Nothing sent is an exact loss of nothing, but no ratio. */
TEST_WITH(NULL, capture_teardown, test_json_nothing)
{
	const struct result result = make_result(&one, &gold, MADE_BLOCK, 0, 0);

	golden_json("stream-nothing", json(&result));
}

TEST_WITH(NULL, capture_teardown, test_json_path)
{
	struct result result = make_result(&path, &gold, MADE_BLOCK, 100, 90);

	result.peer[1].answer.status = ANSWER_UNKNOWN_FLOW;
	make_received(&result, 2, 80);
	golden_json("stream-path", json(&result));
}

TEST_WITH(NULL, capture_teardown, test_json_group)
{
	struct result result = make_result(&group, &gold, MADE_BLOCK, 100, 40);

	make_received(&result, 1, 55);
	golden_json("stream-group", json(&result));
}

/* Whatever a configuration calls a peer, the line is JSON. */
TEST_WITH(NULL, capture_teardown, test_json_names)
{
	struct measurement odd = one;
	struct result result = make_result(&odd, &gold, MADE_BLOCK, 7, 7);

	strcpy(odd.name, "\"\\\x01\x1b");
	strcpy(odd.peer[0], "K\xc3\xb6ln \xff\xc3");
	golden_json("stream-names", json(&result));
	/* Terminals obey 0x9b as ESC [. */
	strcpy(odd.name, "\x7f\xc2\x9b");
	assert_non_null(strstr(json(&result), "\"\\u007f\\u009b\""));
}

/* The largest line there can be is whole; so is every number in it. */
TEST_WITH(NULL, capture_teardown, test_json_largest)
{
	struct measurement all = one;
	struct result result;
	unsigned int i;
	json_t *object;

	memset(all.name, 0xff, sizeof(all.name) - 1);
	all.npeers = RESULT_PEERS_MAX;
	for (i = 0; i < RESULT_PEERS_MAX; i++)
		memset(all.peer[i], 0xff, sizeof(all.peer[i]) - 1);
	result = make_result(&all, &gold, MADE_BLOCK, UINT64_MAX, 0);
	for (i = 0; i < RESULT_PEERS_MAX; i++)
		result.peer[i] = (struct result_peer){
			.answer.status = ANSWER_VALID,
			.packets = UINT64_MAX, .bytes = UINT64_MAX,
			.mask = UINT32_MAX, .period_ms = UINT32_MAX,
			.delay = {
				.known = true, .round_trip = INT64_MIN,
				.one_way = true, .forward = INT64_MIN,
				.backward = INT64_MIN, .error = INT64_MAX,
			},
		};
	object = json_loads(json(&result), 0, NULL);
	assert_non_null(object);
	assert_string_equal(json_string_value(json_object_get(object, "sent")),
			    "18446744073709551615");
	assert_int_equal(json_array_size(json_object_get(object, "peers")),
			 RESULT_PEERS_MAX);
	assert_int_equal(json_array_size(json_object_get(object, "segments")),
			 RESULT_PEERS_MAX);
	json_decref(object);
}

TEST_WITH(NULL, capture_teardown, test_json_peer)
{
	struct peer_report report = {
		.of = &path, .peer = 1, .block = MADE_BLOCK, .requests = 5,
		.replies = 4, .rejects.n[REJECT_KEY] = 1, .samples = 4,
		.round_trip_min = 1000, .round_trip_avg = 2000,
		.round_trip_max = 3000, .offset = -500,
	};

	start(true);
	sink.ops->report(sink.self, &report);
	report.samples = 0;
	sink.ops->report(sink.self, &report);
	end(&path, MADE_BLOCK);
	golden_json("stream-peer", stop());
}

/* The sum of 14 blocks, and one about some parts of the path only. */
TEST_WITH(NULL, capture_teardown, test_json_gap)
{
	const struct result gap = make_gap(&one, &gold, MADE_BLOCK - 14, 14, 1400, 900);
	struct result part = make_gap(&path, &gold, MADE_BLOCK - 2, 2, 0, 70);

	part.covers = RESULT_SEGMENT(1);
	make_received(&part, 0, 80);
	make_received(&part, 1, 70);
	start(true);
	sink.ops->gap(sink.self, &gap);
	sink.ops->gap(sink.self, &part);
	end(&one, MADE_BLOCK);
	golden_json("stream-gap", stop());
}

/* Of a group, what all peers received; printed at the end of any block. */
TEST_WITH(NULL, capture_teardown, test_table_gap)
{
	struct result gap = make_gap(&group, &gold, MADE_BLOCK - 14, 14, 1400, 900);

	start(false);
	sink.ops->gap(sink.self, &gap);
	gap.gap = 1;
	gap.first = gap.block;
	sink.ops->gap(sink.self, &gap);
	assert_string_equal(captured(), "");
	end(&group, MADE_BLOCK);
	golden("stream-table-gap", stop());
}

/* Sorted by flow when the block ends, and nothing before. */
TEST_WITH(NULL, capture_teardown, test_table_block)
{
	struct result first = make_result(&one, &gold, MADE_BLOCK, 1000, 990);
	struct result second = make_result(&one, &nameless, MADE_BLOCK, 7, 0);
	struct result third = make_result(&one, &nameless, MADE_BLOCK + 1, 3, 4);

	first.peer[0].delay = (struct delay){ .known = true, .round_trip = 1234567 };
	second.peer[0].answer.status = ANSWER_TOO_OLD;
	start(false);
	give(&first);
	give(&third);
	give(&second);
	assert_string_equal(captured(), "");
	end(&one, MADE_BLOCK);
	assert_int_equal(count(captured(), "\n"), 3);
	end(&one, MADE_BLOCK + 1);
	golden("stream-table-block", stop());
}

TEST_WITH(NULL, capture_teardown, test_table_path)
{
	struct result result = make_result(&path, &gold, MADE_BLOCK, 100, 90);

	make_received(&result, 1, 90);
	result.peer[2].answer.status = ANSWER_NO_ANSWER;
	golden("stream-table-path", table(&result));
}

TEST_WITH(NULL, capture_teardown, test_table_group)
{
	struct result result = make_result(&group, &gold, MADE_BLOCK, 100, 40);

	make_received(&result, 1, 60);
	result.peer[0].delay = (struct delay){ .known = true, .round_trip = 2000000 };
	result.peer[1].delay = (struct delay){ .known = true, .round_trip = 3000000 };
	golden("stream-table-group", table(&result));
}

/* A measurement without flows still has a delay. */
TEST_WITH(NULL, capture_teardown, test_table_no_flows)
{
	const struct peer_report report = {
		.of = &one, .block = MADE_BLOCK, .samples = 1,
		.round_trip_avg = 1500000,
	};
	struct result result = make_result(&one, &gold, MADE_BLOCK, 1, 1);

	start(false);
	sink.ops->report(sink.self, &report);
	end(&one, MADE_BLOCK);
	assert_int_equal(count(captured(), "  1.500 ms no flows\n"), 1);
	sink.ops->report(sink.self, &report);
	give(&result);
	sink.ops->report(sink.self, &report);
	end(&one, MADE_BLOCK);
	assert_int_equal(count(stop(), "no flows"), 1);
}

/* The heading comes again after 40 rows, not for every block. */
TEST_WITH(NULL, capture_teardown, test_table_heading)
{
	struct result result = make_result(&one, &gold, MADE_BLOCK, 1, 1);
	const char *text;

	start(false);
	for (; result.block < MADE_BLOCK + 81; result.block++)
		block(&result);
	text = stop();
	assert_int_equal(count(text, "MEASUREMENT"), 3);
	assert_int_equal(count(text, "\n"), 84);
}

/* What waits for the end of a block is bounded, and nothing is lost. */
TEST_WITH(NULL, capture_teardown, test_table_many)
{
	struct result result = make_result(&one, &gold, MADE_BLOCK, 1, 1);
	unsigned int i;

	start(false);
	for (i = 0; i < STREAM_ROWS_MAX - 1; i++)
		give(&result);
	assert_string_equal(captured(), "");
	give(&result);
	assert_string_not_equal(captured(), "");
	block(&result);
	assert_int_equal(count(stop(), "exact\n"), STREAM_ROWS_MAX + 1);
}

/* 80 columns have the figures; a reason is a word where a sentence was. */
TEST_WITH(NULL, capture_teardown, test_narrow)
{
	struct sr6flow_flow ten = make_flow("flow-10=fcff:2::1,fcff:8::100");
	struct sr6flow_flow two = make_flow("flow-2=fcff:2::1,fcff:8::100");
	struct result first = make_result(&one, &ten, MADE_BLOCK, 25000, 24999);
	struct result second = make_result(&one, &two, MADE_BLOCK, 7, 0);

	second.peer[0].answer.status = ANSWER_TOO_OLD;
	start_terminal(80);
	give(&first);
	block(&second);
	second.sent = 12345678901;
	second.block++;
	block(&second);
	golden("stream-narrow", stop());
}

TEST_WITH(NULL, capture_teardown, test_widths)
{
	struct result result = make_result(&path, &gold, MADE_BLOCK,
					   1234567890, 1234567889);
	unsigned short width;

	make_received(&result, 1, 1234567888);
	make_received(&result, 2, 1234500000);
	for (width = 20; width < 140; width++) {
		const char *text;

		start_terminal(width);
		block(&result);
		text = stop();
		/* Sent of the total and of the first segment; all that was lost. */
		assert_int_equal(count(text, " 1234567890"), 2);
		assert_int_equal(count(text, " 67890"), 1);
		if (width >= 36 && widest(text) > width)
			fail_msg("%d columns: %s", width, text);
	}
}

static void zone(const char *name)
{
	setenv("TZ", name, 1);
	tzset();
}

/* From the hour on that comes twice, both have their offset from UTC. */
TEST_WITH(NULL, capture_teardown, test_offset)
{
	struct result result = make_result(&one, &gold, 179288640 - 1, 1, 1);

	zone("CET-1CEST,M3.5.0,M10.5.0/3");
	start_terminal(200);
	block(&result);
	result.block += 360;
	block(&result);
	result.block++;
	block(&result);
	golden("stream-offset", stop());
	zone("UTC");
}

/* Standard output that takes nothing: what is pumped after a block fails. */
static void fails(bool json_lines, int to, int error)
{
	struct result result = make_result(&one, &gold, MADE_BLOCK, 1, 1);

	assert_true(to >= 0);
	capture_to(STDOUT_FILENO, to);
	assert_int_equal(stream_open(&sink, json_lines, PERIOD_MS), 0);
	assert_int_equal(stream_pump(&sink), 0);
	block(&result);
	assert_int_equal(stream_pump(&sink), error);
	block(&result);
	stop();
}

TEST_WITH(NULL, capture_teardown, test_closed_pipe)
{
	int fds[2];

	assert_int_equal(pipe(fds), 0);
	close(fds[0]);
	fails(true, fds[1], -EPIPE);
}

TEST_WITH(NULL, capture_teardown, test_full)
{
	fails(false, open("/dev/full", O_WRONLY), -ENOSPC);
}

static void room(rlim_t bytes)
{
	struct rlimit limit;

	assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
	limit.rlim_cur = bytes < limit.rlim_max ? bytes : limit.rlim_max;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

/* Lines wait for room in a file, which has no part of them meanwhile. */
TEST_WITH(NULL, capture_teardown, test_full_file)
{
	struct result result = make_result(&one, &gold, MADE_BLOCK, 1, 1);
	size_t first, lines = 0, i;
	const char *at;
	json_t *object;

	start(true);
	block(&result);
	first = strlen(captured());
	room(first + first / 2);
	/* More than is written before the end of a block. */
	for (i = 0; i < 400; i++)
		give(&result);
	end(&one, MADE_BLOCK);
	assert_int_equal(stream_pump(&sink), -EFBIG);
	assert_int_equal(strlen(captured()), first);
	block(&result);
	assert_int_equal(strlen(captured()), first);
	room(RLIM_INFINITY);
	assert_int_equal(stream_pump(&sink), 0);
	/* Not one is missing, broken or behind a hole. */
	for (at = stop(); *at; at = strchr(at, '\n') + 1, lines++) {
		object = json_loads(at, JSON_DISABLE_EOF_CHECK, NULL);
		assert_non_null(object);
		json_decref(object);
	}
	assert_int_equal(lines, 402);
}

/* Until the end: the sink gives up then. */
TEST_WITH(NULL, capture_teardown, test_full_file_to_the_end)
{
	struct result result = make_result(&one, &gold, MADE_BLOCK, 1, 1);

	start(true);
	room(100);
	block(&result);
	assert_string_equal(stop(), "");
	room(RLIM_INFINITY);
}

/* A reader that reads nothing makes nobody wait; later it has every line. */
TEST_WITH(NULL, capture_teardown, test_slow_pipe)
{
	struct result result = make_result(&one, &gold, MADE_BLOCK, 1, 1);
	const unsigned int lines = 1000;
	unsigned int i, newlines = 0;
	char chunk[3000];
	int fds[2], more;
	ssize_t n, k;

	assert_int_equal(pipe(fds), 0);
	capture_to(STDOUT_FILENO, fds[1]);
	assert_int_equal(stream_open(&sink, true, PERIOD_MS), 0);
	for (i = 0; i < lines; i++)
		give(&result);
	end(&one, MADE_BLOCK);
	assert_int_equal(stream_pump(&sink), 1);
	assert_int_equal(fcntl(fds[0], F_SETFL, O_NONBLOCK), 0);
	do {
		n = read(fds[0], chunk, sizeof(chunk));
		for (k = 0; k < n; k++)
			newlines += chunk[k] == '\n';
		more = stream_pump(&sink);
		assert_true(more >= 0);
	} while (n > 0 || more);
	assert_int_equal(newlines, lines);
	stop();
	close(fds[0]);
}

static int setup(void **state)
{
	(void)state;
	/* Tables have local times. */
	zone("UTC");
	setenv("NO_COLOR", "1", 1);
	signal(SIGPIPE, SIG_IGN);
	signal(SIGXFSZ, SIG_IGN);
	one = make_measurement(false, 1);
	path = make_measurement(false, 3);
	group = make_measurement(true, 2);
	gold = make_flow("gold=fcff:2::1,fcff:8::100");
	nameless = make_flow("fcff:2::1,fcff:8::100");
	return 0;
}

UNIT_REGISTER(group)
{
	unit_group(setup, NULL);
}
