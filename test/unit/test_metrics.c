// SPDX-License-Identifier: GPL-2.0-only
/*
 * Metrics: the text of both formats to the letter, hostile names, the bound on
 * series, and counters that never go back.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lmctl/service/series.h"
#include "test/unit/golden.h"
#include "test/unit/metrics_bench.h"
#include "test/unit/unit.h"

static struct reflector_stats stats;

/* Stands in for the reflector. */
const struct reflector_stats *reflector_stats(const struct reflector *reflector)
{
	assert_ptr_equal(reflector, &stats);
	return &stats;
}

void reflector_learned(const struct reflector *reflector,
		       struct learning_stats *learned)
{
	assert_ptr_equal(reflector, &stats);
	*learned = (struct learning_stats){
		.flows = 14, .learned = 15, .refused = 16, .failed = 17,
	};
}

static void block_invalid(struct sink sink, const struct measurement *of,
			  int64_t number, enum reason reason,
			  enum answer_status status)
{
	const struct sr6flow_flow flow = make_flow("a=fcff:2::1");
	struct result result = make_result(of, &flow, number, 5, 5);

	result.reason = reason;
	result.peer[0].answer.status = status;
	sink.ops->result(sink.self, &result);
}

/* A whole page, but for the version. */
static void page(struct metrics *metrics, bool openmetrics, const char *name)
{
	const size_t len = strlen(SR6FLOW_VERSION);
	char *text = render(metrics, openmetrics);
	char *at = strstr(text, "\"" SR6FLOW_VERSION "\"");

	assert_non_null(at);
	memmove(at + 1, at + 1 + len, strlen(at + len));
	golden(name, text);
	free(text);
}

TEST_WITH(metrics_setup, metrics_teardown, both_formats)
{
	const struct measurement of = make_measurement(false, 1);
	const struct peer_report report = {
		.of = &of, .block = MADE_BLOCK, .requests = 3, .replies = 2,
		.rejects.n[REJECT_KEY] = 1, .samples = 2, .round_trip_min = 1000000,
		.round_trip_avg = 1500000, .round_trip_max = 2000000,
		.one_way = true, .forward_avg = 500000,
		.backward_avg = 1000000, .error_max = 50000,
		.peer_synchronised = true, .offset = -250000,
	};
	struct sink sink = metrics_sink(*state);

	block(sink, &of, "gold", MADE_BLOCK, 1000, 990);
	sink.ops->report(sink.self, &report);
	sink.ops->block_end(sink.self, &of, MADE_BLOCK);
	page(*state, true, "metrics-openmetrics");
	page(*state, false, "metrics-text");
}

TEST_WITH(metrics_setup, metrics_teardown, only_exact_blocks_are_summed)
{
	const struct measurement of = make_measurement(false, 1);
	struct sink sink = metrics_sink(*state);

	block(sink, &of, "a", 7, 100, 90);
	block(sink, &of, "a", 8, 100, 101);
	block_invalid(sink, &of, 9, REASON_COLOUR_LATE, ANSWER_VALID);
	block_invalid(sink, &of, 10, REASON_NONE, ANSWER_NO_ANSWER);
	block_invalid(sink, &of, 11, REASON_NONE, ANSWER_NO_ANSWER);
	samples(*state, "only-exact", "core");
}

/* Sums have its packets, and blocks stay what they were when they came. */
TEST_WITH(metrics_setup, metrics_teardown, gap_row)
{
	const struct measurement of = make_measurement(false, 2);
	const struct sr6flow_flow flow = make_flow("a=fcff:2::1");
	/* The other segment had figures. */
	const struct result gap = make_gap(&of, &flow, -5, 14, 1000, 300);
	struct sink sink = metrics_sink(*state);

	block2(sink, &of, "a", 10, 100, 90, 90);
	assert_true(value(*state, "loss_ratio", "a") == 0.1);
	sink.ops->gap(sink.self, &gap);
	sink.ops->block_end(sink.self, &of, 10);
	samples(*state, "gap", "flow=\"a\"");
}

/* The ratio is of the last block and of no other. */
TEST_WITH(metrics_setup, metrics_teardown, ratio_is_of_the_last_block)
{
	const struct measurement of = make_measurement(false, 1);
	struct sink sink = metrics_sink(*state);

	block(sink, &of, "a", 7, 100, 90);
	sink.ops->block_end(sink.self, &of, 7);
	assert_true(value(*state, "loss_ratio", "a") == 0.1);
	block(sink, &of, "a", 8, 200, 199);
	assert_true(value(*state, "loss_ratio", "a") == 0.005);
	sink.ops->block_end(sink.self, &of, 8);
	block_invalid(sink, &of, 9, REASON_READ_LATE, ANSWER_VALID);
	assert_int_equal(lines_with(*state, "sr6flow_loss_ratio{"), 0);
	sink.ops->block_end(sink.self, &of, 9);
	block(sink, &of, "a", 10, 0, 0);
	assert_int_equal(lines_with(*state, "sr6flow_loss_ratio{"), 0);
	sink.ops->block_end(sink.self, &of, 10);
	block(sink, &of, "a", 11, 10, 10);
	sink.ops->block_end(sink.self, &of, 11);
	assert_true(value(*state, "loss_ratio", "a") == 0);
	/* A block without the flow. */
	sink.ops->block_end(sink.self, &of, 12);
	assert_int_equal(lines_with(*state, "sr6flow_loss_ratio{"), 0);
}

TEST_WITH(metrics_setup, metrics_teardown, hop_by_hop_and_group)
{
	const struct measurement path = make_measurement(false, 2);
	struct measurement group = make_measurement(true, 2);
	struct sink sink = metrics_sink(*state);

	strcpy(group.name, "any");
	block2(sink, &path, "a", 1, 100, 98, 91);
	block2(sink, &group, "a", 1, 100, 60, 39);
	samples(*state, "hops", "lost_packets");
	assert_int_equal(lines_with(*state, "sr6flow_peer_requests_total{measurement="
				    "\"any\",peer=\"p2\"} 0"), 1);
}

TEST_WITH(metrics_setup, metrics_teardown, hostile_names)
{
	struct measurement of = make_measurement(false, 1);
	struct sink sink = metrics_sink(*state);

	strcpy(of.name, "say \"m\"\nx 1");
	/* Cut in the middle of a character, overlong, surrogate, too high. */
	strcpy(of.peer[0], "\xc3\xa9\\ \xc0\xaf \xed\xa0\x80 \xf4\x90 \xf0\x9f");
	block(sink, &of, "a\"} 1\n#", 1, 3, 2);
	samples(*state, "hostile", "lost_packets");
}

TEST_WITH(metrics_setup, metrics_teardown, flows_are_told_apart_by_label)
{
	const struct measurement of = make_measurement(false, 1);
	struct sr6flow_flow two = make_flow("fcff:2::1,fcff:3::100");
	struct result result = make_result(&of, &two, 1, 7, 7);
	struct sink sink = metrics_sink(*state);

	sink.ops->result(sink.self, &result);
	/* Two flows of one name. */
	metrics_limit(*state, 3);
	block(sink, &of, "a", 1, 1, 1);
	strcpy(two.name, "a");
	sink.ops->result(sink.self, &result);
	samples(*state, "labels", "sent_packets");
}

TEST_WITH(metrics_setup, metrics_teardown, series_are_bounded)
{
	const struct measurement of = make_measurement(false, 1);
	struct sink sink = metrics_sink(*state);
	int i, n;

	for (n = 1; n <= 2; n++) {
		for (i = 0; i < 10; i++)
			block(sink, &of, (char[]){ (char)('a' + i), '\0' }, n, 10,
			      10 - (i % 2));
		sink.ops->block_end(sink.self, &of, n);
	}
	samples(*state, "bounded", "core");
	/* More series from now on; those of the rest do not go back. */
	metrics_limit(*state, 3);
	block(sink, &of, "c", 3, 10, 10);
	assert_true(value(*state, "sent_packets_total", "") == 160);
	assert_int_equal(lines_with(*state, "sr6flow_sent_packets_total{"), 4);
}

TEST_WITH(metrics_setup, metrics_teardown, unseen_flows_lose_their_series)
{
	const struct measurement of = make_measurement(false, 1);
	struct sink sink = metrics_sink(*state);
	int64_t n;

	block(sink, &of, "a", 1, 10, 10);
	block(sink, &of, "b", 1, 10, 10);
	sink.ops->block_end(sink.self, &of, 1);
	for (n = 2; n < 2 + METRICS_KEEP_BLOCKS; n++) {
		assert_true(value(*state, "sent_packets_total", "a") == 10);
		/* The clock may be set back meanwhile. */
		block(sink, &of, "b", n % 3, 10, 10);
		sink.ops->block_end(sink.self, &of, n % 3);
	}
	assert_int_equal(lines_with(*state, "flow=\"a\""), 0);
	assert_true(value(*state, "sent_packets_total", "b") ==
		    10 * (METRICS_KEEP_BLOCKS + 1));
	/* Its place is free again. */
	block(sink, &of, "c", n, 10, 10);
	assert_int_equal(lines_with(*state, "flow=\"\""), 0);
	assert_true(value(*state, "sent_packets_total", "c") == 10);
}

/*
 * A reload may name other peers, in another order. Of reports without a delay, there
 * are no samples of delays.
 */
TEST_WITH(metrics_setup, metrics_teardown, counters_outlive_a_change_of_peers)
{
	struct measurement of = make_measurement(false, 2);
	struct sink sink = metrics_sink(*state);

	block2(sink, &of, "a", 1, 100, 98, 91);
	block_invalid(sink, &of, 2, REASON_NONE, ANSWER_TOO_OLD);
	sink.ops->report(sink.self, &(struct peer_report){
			.of = &of, .peer = 1, .requests = 4 });
	strcpy(of.peer[0], "p2");
	strcpy(of.peer[1], "new");
	block2(sink, &of, "a", 3, 100, 99, 99);
	samples(*state, "peers", "core");
	metrics_forget(*state, "core");
	assert_int_equal(lines_with(*state, "\"core\""), 0);
}

TEST_WITH(metrics_setup, metrics_teardown, a_full_counter_stays_full)
{
	const struct measurement of = make_measurement(false, 2);
	const struct sr6flow_flow flow = make_flow("a=fcff:2::1");
	struct result result = make_result(&of, &flow, 0, 0, INT64_MAX);
	struct sink sink = metrics_sink(*state);

	result.peer[0].bytes = 0;
	/* What a lying peer may claim to have sent on. */
	for (; result.block < 4; result.block++)
		sink.ops->result(sink.self, &result);
	samples(*state, "full", "lost_packets");
}

/* Stands in for the alarms: two for each of these flows, one raised if odd. */
static const char *const *walk;

static void walk_begin(void *names)
{
	walk = names;
}

static bool walk_step(void *names, unsigned int n, metrics_flow_fn fn, void *arg)
{
	struct sr6flow_flow flow = make_flow("fcff:2::1");
	struct metrics_flow_value value = {
		.measurement = "core", .flow = &flow,
	};

	(void)names;
	assert_true(n > 0);
	if (*walk) {
		strcpy(flow.name, *walk);
		value.label = "loss";
		value.value = **walk & 1;
		fn(&value, arg);
		value.label = "\"gap\"";
		value.value = false;
		fn(&value, arg);
		walk++;
	}
	return *walk;
}

TEST_WITH(metrics_setup, metrics_teardown, alarms_are_bounded)
{
	const struct measurement of = make_measurement(false, 1);
	const char *names[] = { "a", "b", "c", "d", "e", NULL };
	struct sink sink = metrics_sink(*state);
	static const struct metrics_flows raised = {
		.family = {
			.name = "sr6flow_alarms_raised", .help = "Flows",
			.type = METRICS_GAUGE,
		},
		.label = "alarm",
		.begin = walk_begin,
		.step = walk_step,
	};

	block(sink, &of, "a", 1, 10, 10);
	block(sink, &of, "b", 1, 10, 10);
	metrics_watch(*state, &raised, names);
	samples(*state, "alarms", "sr6flow_alarms_raised{");
}

/* Stand in for two rotators. */
static const struct rotated {
	const char *set;
	struct rotator_stats stats;
} rotated[] = {
	{ "tx", { .changes = 5, .late = 2 } },
	{ "other", { .changes = 6, .failures = 1 } },
};

const char *rotator_set(const struct rotator *rotator)
{
	return ((const struct rotated *)rotator)->set;
}

const struct rotator_stats *rotator_stats(const struct rotator *rotator)
{
	return &((const struct rotated *)rotator)->stats;
}

static void add_rotators(struct metrics_writer *writer, void *arg)
{
	struct rotator *rotators[] = {
		(struct rotator *)&rotated[0], (struct rotator *)&rotated[1],
	};

	(void)arg;
	series_rotators(writer, rotators, 2);
}

/* And for a follower. */
const char *follower_set(const struct follower *follower)
{
	return (const char *)follower;
}

void follower_stats(const struct follower *follower,
		    struct follower_stats *to)
{
	(void)follower;
	*to = (struct follower_stats){
		.routes = 1,
		.following = {
			.flows = 2, .leaving = 3, .missing = 4, .left_out = 5,
			.added = 6, .removed = 7,
		},
		.feed = { .readings = 8, .overruns = 9 },
	};
}

static void add_follower(struct metrics_writer *writer, void *arg)
{
	struct follower *follower = (struct follower *)"tx";

	(void)arg;
	series_followers(writer, &follower, 1);
}

static void add_reflector(struct metrics_writer *writer, void *reflector)
{
	series_reflector(writer, reflector);
}

TEST_WITH(metrics_setup, metrics_teardown, other_parts_add_theirs)
{
	assert_int_equal(metrics_source(*state, add_reflector, &stats), 0);
	assert_int_equal(metrics_source(*state, add_rotators, NULL), 0);
	stats = (struct reflector_stats){
		.requests = 100, .replies = 90, .flows = 70, .flows_other = 8,
		.short_ = 1, .oversized = 2, .unauthenticated = 3,
		.replayed = 4, .stale = 5, .limited = 6, .looped = 10,
		.malformed = 7, .integrity = 9,
		.unsent = 11, .lengthened = 12, .multicast = 13,
		.stale_replies = 14,
	};
	samples(*state, "reflector", "sr6flow_reflector_");
	metrics_source_remove(*state, add_reflector, &stats);
	assert_int_equal(lines_with(*state, "sr6flow_reflector_"), 0);
	samples(*state, "rotator", "{set=");
}

TEST_WITH(metrics_setup, metrics_teardown, followers_add_theirs)
{
	assert_int_equal(metrics_source(*state, add_follower, NULL), 0);
	samples(*state, "follower", "sr6flow_import_");
}
