// SPDX-License-Identifier: GPL-2.0-only
/*
 * Results on standard output, which is a file or a pipe of the test.
 */
#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "lmctl/sinks/stream/stream.h"
#include "result_make.h"
#include "test/unit/unit.h"

#define PERIOD_MS 10000

static struct sink sink;
static struct measurement one, path, group;
static struct sr6flow_flow gold, nameless;
static int saved = -1;
static char output[2 << 20];

/* Standard output goes elsewhere until back_again(). */
static void redirect(int fd)
{
	fflush(stdout);
	saved = dup(STDOUT_FILENO);
	assert_true(saved >= 0);
	assert_int_equal(dup2(fd, STDOUT_FILENO), STDOUT_FILENO);
	close(fd);
}

static void back_again(void)
{
	if (saved < 0)
		return;
	dup2(saved, STDOUT_FILENO);
	close(saved);
	saved = -1;
}

static void start(bool json)
{
	char name[] = "/tmp/test_stream.XXXXXX";
	int fd = mkstemp(name);

	assert_true(fd >= 0);
	unlink(name);
	redirect(fd);
	assert_int_equal(stream_open(&sink, json, PERIOD_MS), 0);
}

static void give(const struct result *result)
{
	sink.ops->result(sink.self, result);
}

static void end(const struct measurement *of, int64_t block)
{
	sink.ops->block_end(sink.self, of, block);
}

/* Everything that was printed to the file. */
static const char *printed(void)
{
	ssize_t n = pread(STDOUT_FILENO, output, sizeof(output) - 1, 0);

	assert_true(n >= 0);
	output[n] = '\0';
	return output;
}

static const char *stop(void)
{
	sink.ops->free(sink.self);
	printed();
	back_again();
	return output;
}

/* The one line that was printed. */
static json_t *line(const char *text)
{
	json_t *object = json_loads(text, JSON_DISABLE_EOF_CHECK, NULL);

	assert_non_null(object);
	assert_ptr_equal(strchr(text, '\n'), text + strlen(text) - 1);
	return object;
}

static void same(json_t *object, const char *expected)
{
	json_error_t error;
	json_t *wanted = json_loads(expected, 0, &error);
	char *text = json_dumps(object, JSON_COMPACT | JSON_REAL_PRECISION(9));

	if (!wanted)
		fail_msg("expected text: %s", error.text);
	if (!json_equal(object, wanted))
		fail_msg("have %s", text);
	free(text);
	json_decref(wanted);
	json_decref(object);
}

static json_t *printed_result(const struct result *result)
{
	start(true);
	give(result);
	end(result->of, result->block);
	return line(stop());
}

#define HEAD(name) \
	"{\"v\":1,\"type\":\"loss\",\"measurement\":\"core\",\"name\":" name \
	",\"source\":null" \
	",\"sids\":[\"fcff:2::1\",\"fcff:8::100\"],\"block\":170000000," \
	"\"gap\":false,\"first_block\":170000000,\"blocks\":1," \
	"\"start\":\"2023-11-14T22:13:20.000Z\",\"period_ms\":10000," \
	"\"mask\":\"0x00030000\",\"colour\":\"0x00010000\","
#define NO_DELAY \
	"\"mask\":null,\"period_ms\":null,\"round_trip_us\":null," \
	"\"forward_us\":null,\"backward_us\":null,\"error_us\":null}"

/* After a failure in the middle of a test. */
static int after(void **state)
{
	(void)state;
	back_again();
	return 0;
}

TEST_WITH(NULL, after, test_json_exact)
{
	struct result result = make_result(&one, &gold, MADE_BLOCK, 1000, 990);

	result.peer[0].mask = 0x00030000;
	result.peer[0].period_ms = 10000;
	result.peer[0].delay = (struct delay){
		.known = true, .round_trip = 1500250, .one_way = true,
		.forward = 1000000, .backward = 500250, .error = 20000,
	};
	same(printed_result(&result), HEAD("\"gold\"")
	     "\"status\":\"exact\",\"reason\":null,\"sent\":1000,"
	     "\"sent_bytes\":100000,\"received\":990,\"received_bytes\":99000,"
	     "\"lost\":10,\"ratio\":0.01,\"peers\":[{\"peer\":\"p1\","
	     "\"answer\":\"valid\",\"received\":990,\"received_bytes\":99000,"
	     "\"mask\":\"0x00030000\",\"period_ms\":10000,"
	     "\"round_trip_us\":1500.25,\"forward_us\":1000.0,"
	     "\"backward_us\":500.25,\"error_us\":20.0}],\"segments\":[]}");
}

/* What one end knows is told; what is not known is null. */
TEST_WITH(NULL, after, test_json_invalid)
{
	struct result result = make_result(&one, &nameless, MADE_BLOCK, 7, 0);

	result.peer[0].answer.status = ANSWER_NO_ANSWER;
	same(printed_result(&result), HEAD("null")
	     "\"status\":\"invalid\",\"reason\":\"no-answer\",\"sent\":7,"
	     "\"sent_bytes\":700,\"received\":null,\"received_bytes\":null,"
	     "\"lost\":null,\"ratio\":null,\"peers\":[{\"peer\":\"p1\","
	     "\"answer\":\"no-answer\",\"received\":null,"
	     "\"received_bytes\":null," NO_DELAY "],\"segments\":[]}");
	make_received(&result, 0, 5);
	result.reason = REASON_CLOCK_STEPPED;
	same(printed_result(&result), HEAD("null")
	     "\"status\":\"invalid\",\"reason\":\"clock-stepped\","
	     "\"sent\":null,\"sent_bytes\":null,\"received\":5,"
	     "\"received_bytes\":500,\"lost\":null,\"ratio\":null,"
	     "\"peers\":[{\"peer\":\"p1\",\"answer\":\"valid\",\"received\":5,"
	     "\"received_bytes\":500," NO_DELAY "],\"segments\":[]}");
}

TEST_WITH(NULL, after, test_json_anomaly)
{
	struct result result = make_result(&one, &gold, MADE_BLOCK, 7, 9);

	same(printed_result(&result), HEAD("\"gold\"")
	     "\"status\":\"anomaly\",\"reason\":\"anomaly\",\"sent\":7,"
	     "\"sent_bytes\":700,\"received\":9,\"received_bytes\":900,"
	     "\"lost\":null,\"ratio\":null,\"peers\":[{\"peer\":\"p1\","
	     "\"answer\":\"valid\",\"received\":9,\"received_bytes\":900,"
	     NO_DELAY "],\"segments\":[]}");
}

/* Nothing sent is an exact loss of nothing, but no ratio. */
TEST_WITH(NULL, after, test_json_nothing)
{
	struct result result = make_result(&one, &gold, MADE_BLOCK, 0, 0);
	json_t *object;

	object = printed_result(&result);
	assert_string_equal(json_string_value(json_object_get(object,
							      "status")),
			    "exact");
	assert_true(json_is_integer(json_object_get(object, "lost")));
	assert_true(json_is_null(json_object_get(object, "ratio")));
	json_decref(object);
}

TEST_WITH(NULL, after, test_json_path)
{
	struct result result = make_result(&path, &gold, MADE_BLOCK, 100, 90);
	json_t *object;

	result.peer[1].answer.status = ANSWER_UNKNOWN_FLOW;
	make_received(&result, 2, 80);
	object = printed_result(&result);
	assert_int_equal(json_integer_value(json_object_get(object, "lost")),
			 20);
	assert_int_equal(json_array_size(json_object_get(object, "peers")), 3);
	same(json_incref(json_object_get(object, "segments")),
	     "[{\"from\":null,\"to\":\"p1\",\"status\":\"exact\","
	     "\"reason\":null,\"sent\":100,\"sent_bytes\":10000,"
	     "\"received\":90,\"received_bytes\":9000,\"lost\":10,"
	     "\"ratio\":0.1},"
	     "{\"from\":\"p1\",\"to\":\"p2\",\"status\":\"invalid\","
	     "\"reason\":\"unknown-flow\",\"sent\":90,\"sent_bytes\":9000,"
	     "\"received\":null,\"received_bytes\":null,\"lost\":null,"
	     "\"ratio\":null},"
	     "{\"from\":\"p2\",\"to\":\"p3\",\"status\":\"invalid\","
	     "\"reason\":\"unknown-flow\",\"sent\":null,\"sent_bytes\":null,"
	     "\"received\":80,\"received_bytes\":8000,\"lost\":null,"
	     "\"ratio\":null}]");
	json_decref(object);
}

TEST_WITH(NULL, after, test_json_group)
{
	struct result result = make_result(&group, &gold, MADE_BLOCK, 100, 40);
	json_t *object;

	make_received(&result, 1, 55);
	object = printed_result(&result);
	assert_int_equal(json_integer_value(json_object_get(object,
							    "received")), 95);
	assert_int_equal(json_integer_value(json_object_get(object, "lost")),
			 5);
	assert_int_equal(json_array_size(json_object_get(object, "segments")),
			 0);
	json_decref(object);
}

/* Whatever a configuration calls a peer, the line is JSON. */
TEST_WITH(NULL, after, test_json_names)
{
	struct measurement odd = one;
	struct result result = make_result(&odd, &gold, MADE_BLOCK, 7, 7);
	json_t *object, *peer;

	strcpy(odd.name, "\"\\\x01\x7f");
	strcpy(odd.peer[0], "K\xc3\xb6ln \xff\xc3");
	object = printed_result(&result);
	assert_string_equal(json_string_value(json_object_get(object,
							      "measurement")),
			    "\"\\\x01\x7f");
	peer = json_array_get(json_object_get(object, "peers"), 0);
	assert_string_equal(json_string_value(json_object_get(peer, "peer")),
			    "K\xc3\xb6ln \xef\xbf\xbd\xef\xbf\xbd");
	json_decref(object);
}

/* The largest line there can be is whole; so is every number in it. */
TEST_WITH(NULL, after, test_json_largest)
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
	for (i = 0; i < RESULT_PEERS_MAX; i++) {
		result.peer[i].answer.status = ANSWER_VALID;
		result.peer[i].packets = UINT64_MAX;
		result.peer[i].bytes = UINT64_MAX;
		result.peer[i].mask = UINT32_MAX;
		result.peer[i].period_ms = UINT32_MAX;
		result.peer[i].delay = (struct delay){
			.known = true, .round_trip = INT64_MIN,
			.one_way = true, .forward = INT64_MIN,
			.backward = INT64_MIN, .error = INT64_MAX,
		};
	}
	object = printed_result(&result);
	assert_string_equal(json_string_value(json_object_get(object, "sent")),
			    "18446744073709551615");
	assert_int_equal(json_array_size(json_object_get(object, "peers")),
			 RESULT_PEERS_MAX);
	assert_int_equal(json_array_size(json_object_get(object, "segments")),
			 RESULT_PEERS_MAX);
	json_decref(object);
}

TEST_WITH(NULL, after, test_json_peer)
{
	struct peer_report report = {
		.of = &path, .peer = 1, .block = MADE_BLOCK, .requests = 5,
		.replies = 4, .rejects.n[REJECT_KEY] = 1, .samples = 4,
		.round_trip_min = 1000, .round_trip_avg = 2000,
		.round_trip_max = 3000, .offset = -500,
	};

	start(true);
	sink.ops->report(sink.self, &report);
	end(&path, MADE_BLOCK);
	same(line(stop()), "{\"v\":1,\"type\":\"peer\","
	     "\"measurement\":\"core\",\"peer\":\"p2\",\"block\":170000000,"
	     "\"start\":\"2023-11-14T22:13:20.000Z\",\"requests\":5,"
	     "\"replies\":4,\"rejected\":1,\"samples\":4,"
	     "\"round_trip_min_us\":1.0,\"round_trip_avg_us\":2.0,"
	     "\"round_trip_max_us\":3.0,\"forward_avg_us\":null,"
	     "\"backward_avg_us\":null,\"error_max_us\":null,"
	     "\"peer_synchronised\":false,\"offset_us\":-0.5}");
	report.samples = 0;
	start(true);
	sink.ops->report(sink.self, &report);
	end(&path, MADE_BLOCK);
	same(line(stop()), "{\"v\":1,\"type\":\"peer\","
	     "\"measurement\":\"core\",\"peer\":\"p2\",\"block\":170000000,"
	     "\"start\":\"2023-11-14T22:13:20.000Z\",\"requests\":5,"
	     "\"replies\":4,\"rejected\":1,\"samples\":0,"
	     "\"round_trip_min_us\":null,\"round_trip_avg_us\":null,"
	     "\"round_trip_max_us\":null,\"forward_avg_us\":null,"
	     "\"backward_avg_us\":null,\"error_max_us\":null,"
	     "\"peer_synchronised\":null,\"offset_us\":null}");
}

/* Sorted by flow when the block ends, and nothing before. */
TEST_WITH(NULL, after, test_table_block)
{
	struct result first = make_result(&one, &gold, MADE_BLOCK, 1000, 990);
	struct result second = make_result(&one, &nameless, MADE_BLOCK, 7, 0);
	struct result third = make_result(&one, &nameless, MADE_BLOCK + 1, 3,
					  4);

	first.peer[0].delay.known = true;
	first.peer[0].delay.round_trip = 1234567;
	second.peer[0].answer.status = ANSWER_TOO_OLD;
	start(false);
	give(&first);
	give(&third);
	give(&second);
	assert_string_equal(printed(), "");
	end(&one, MADE_BLOCK);
	assert_string_equal(printed(),
"MEASUREMENT FLOW                  PATH          BLOCK START               SENT RECEIVED LOST RATIO ROUND-TRIP STATUS\n"
"core        fcff:2::1,fcff:8::100 here > p1 170000000 2023-11-14 22:13:20    7        -    -     -          - invalid: too-old\n"
"core        gold                  here > p1 170000000 2023-11-14 22:13:20 1000      990   10   1 %   1.235 ms exact\n");
	end(&one, MADE_BLOCK + 1);
	assert_non_null(strstr(stop(), "exact\n"
"core        fcff:2::1,fcff:8::100 here > p1 170000001 2023-11-14 22:13:30    3        4    -     -          - anomaly: more received than sent\n"));
}

TEST_WITH(NULL, after, test_table_path)
{
	struct result result = make_result(&path, &gold, MADE_BLOCK, 100, 90);

	make_received(&result, 1, 90);
	result.peer[2].answer.status = ANSWER_NO_ANSWER;
	start(false);
	give(&result);
	end(&path, MADE_BLOCK);
	assert_string_equal(stop(),
"MEASUREMENT FLOW PATH          BLOCK START               SENT RECEIVED LOST RATIO ROUND-TRIP STATUS\n"
"core        gold total     170000000 2023-11-14 22:13:20  100        -    -     -          - invalid: no-answer\n"
"core        gold here > p1 170000000 2023-11-14 22:13:20  100       90   10  10 %          - exact\n"
"core        gold p1 > p2   170000000 2023-11-14 22:13:20   90       90    0   0 %          - exact\n"
"core        gold p2 > p3   170000000 2023-11-14 22:13:20   90        -    -     -          - invalid: no-answer\n");
}

TEST_WITH(NULL, after, test_table_group)
{
	struct result result = make_result(&group, &gold, MADE_BLOCK, 100, 40);

	make_received(&result, 1, 60);
	result.peer[0].delay = (struct delay){ .known = true,
					       .round_trip = 2000000 };
	result.peer[1].delay = (struct delay){ .known = true,
					       .round_trip = 3000000 };
	start(false);
	give(&result);
	end(&group, MADE_BLOCK);
	assert_string_equal(stop(),
"MEASUREMENT FLOW PATH      BLOCK START               SENT RECEIVED LOST RATIO ROUND-TRIP STATUS\n"
"core        gold group 170000000 2023-11-14 22:13:20  100      100    0   0 %   3.000 ms exact\n");
}

/* A measurement without flows still has a delay. */
TEST_WITH(NULL, after, test_table_no_flows)
{
	const struct peer_report report = {
		.of = &one, .block = MADE_BLOCK, .samples = 1,
		.round_trip_avg = 1500000,
	};
	struct result result = make_result(&one, &gold, MADE_BLOCK, 1, 1);

	start(false);
	sink.ops->report(sink.self, &report);
	end(&one, MADE_BLOCK);
	assert_non_null(strstr(printed(), "  1.500 ms no flows\n"));
	sink.ops->report(sink.self, &report);
	give(&result);
	sink.ops->report(sink.self, &report);
	end(&one, MADE_BLOCK);
	assert_null(strstr(strstr(stop(), "no flows\n") + 1, "no flows"));
}

static unsigned int count(const char *text, const char *what)
{
	unsigned int n = 0;

	for (text = strstr(text, what); text; text = strstr(text + 1, what))
		n++;
	return n;
}

/* The heading comes again after 40 rows, not for every block. */
TEST_WITH(NULL, after, test_table_heading)
{
	struct result result = make_result(&one, &gold, MADE_BLOCK, 1, 1);
	int64_t i;

	start(false);
	for (i = 0; i < 81; i++) {
		result.block = MADE_BLOCK + i;
		give(&result);
		end(&one, result.block);
	}
	stop();
	assert_int_equal(count(output, "MEASUREMENT"), 3);
	assert_int_equal(count(output, "\n"), 84);
}

/* What waits for the end of a block is bounded, and nothing is lost. */
TEST_WITH(NULL, after, test_table_many)
{
	struct result result = make_result(&one, &gold, MADE_BLOCK, 1, 1);
	unsigned int i;

	start(false);
	for (i = 0; i < STREAM_ROWS_MAX - 1; i++)
		give(&result);
	assert_string_equal(printed(), "");
	give(&result);
	assert_int_not_equal(*printed(), '\0');
	give(&result);
	end(&one, MADE_BLOCK);
	stop();
	assert_int_equal(count(output, "exact\n"), STREAM_ROWS_MAX + 1);
}

TEST_WITH(NULL, after, test_closed_pipe)
{
	struct result result = make_result(&one, &gold, MADE_BLOCK, 1, 1);
	int fds[2];

	assert_int_equal(pipe(fds), 0);
	close(fds[0]);
	redirect(fds[1]);
	assert_int_equal(stream_open(&sink, true, PERIOD_MS), 0);
	assert_int_equal(stream_pump(&sink), 0);
	give(&result);
	end(&one, MADE_BLOCK);
	assert_int_equal(stream_pump(&sink), -EPIPE);
	give(&result);
	end(&one, MADE_BLOCK);
	sink.ops->free(sink.self);
	back_again();
}

TEST_WITH(NULL, after, test_full)
{
	struct result result = make_result(&one, &gold, MADE_BLOCK, 1, 1);
	int fd = open("/dev/full", O_WRONLY);

	assert_true(fd >= 0);
	redirect(fd);
	assert_int_equal(stream_open(&sink, false, PERIOD_MS), 0);
	give(&result);
	end(&one, MADE_BLOCK);
	assert_int_equal(stream_pump(&sink), -ENOSPC);
	sink.ops->free(sink.self);
	back_again();
}

static void room(rlim_t bytes)
{
	struct rlimit limit;

	assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
	limit.rlim_cur = bytes < limit.rlim_max ? bytes : limit.rlim_max;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

/* Lines wait for room in a file, which has no part of them meanwhile. */
TEST_WITH(NULL, after, test_full_file)
{
	struct result result = make_result(&one, &gold, MADE_BLOCK, 1, 1);
	size_t first, lines = 0, i;
	const char *text, *at;
	json_t *object;

	signal(SIGXFSZ, SIG_IGN);
	start(true);
	give(&result);
	end(&one, MADE_BLOCK);
	first = strlen(printed());
	room(first + first / 2);
	/* More than is written before the end of a block. */
	for (i = 0; i < 400; i++)
		give(&result);
	end(&one, MADE_BLOCK);
	assert_int_equal(stream_pump(&sink), -EFBIG);
	assert_int_equal(strlen(printed()), first);
	give(&result);
	end(&one, MADE_BLOCK);
	assert_int_equal(strlen(printed()), first);
	room(RLIM_INFINITY);
	assert_int_equal(stream_pump(&sink), 0);
	text = stop();
	/* Not one is missing, broken or behind a hole. */
	for (at = text; *at; at = strchr(at, '\n') + 1, lines++) {
		object = json_loads(at, JSON_DISABLE_EOF_CHECK, NULL);
		assert_non_null(object);
		json_decref(object);
	}
	assert_int_equal(lines, 402);
}

/* Until the end: the sink gives up then. */
TEST_WITH(NULL, after, test_full_file_to_the_end)
{
	struct result result = make_result(&one, &gold, MADE_BLOCK, 1, 1);

	signal(SIGXFSZ, SIG_IGN);
	start(true);
	room(100);
	give(&result);
	end(&one, MADE_BLOCK);
	assert_string_equal(stop(), "");
	room(RLIM_INFINITY);
}

/* A reader that reads nothing makes nobody wait; later it has every line. */
TEST_WITH(NULL, after, test_slow_pipe)
{
	struct result result = make_result(&one, &gold, MADE_BLOCK, 1, 1);
	const unsigned int lines = 1000;
	unsigned int i, newlines = 0;
	char chunk[3000];
	int fds[2], more;
	ssize_t n, k;

	assert_int_equal(pipe(fds), 0);
	redirect(fds[1]);
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
	sink.ops->free(sink.self);
	close(fds[0]);
	back_again();
}

static int setup(void **state)
{
	(void)state;
	/* Tables have local times. */
	setenv("TZ", "UTC", 1);
	signal(SIGPIPE, SIG_IGN);
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
