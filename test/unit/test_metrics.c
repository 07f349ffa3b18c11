// SPDX-License-Identifier: GPL-2.0-only
/*
 * Metrics: the text of both formats to the letter, hostile names, the bound on
 * series, and counters that never go back.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <arpa/inet.h>

#include "lmctl/sinks/alarm/alarm.h"
#include "lmctl/sinks/metrics/metrics.h"
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
			  const char *name, int64_t number, enum reason reason,
			  enum answer_status status)
{
	const struct sr6flow_flow of_flow = flow(name, "fcff:2::1");
	struct result result = {
		.of = of, .flow = &of_flow, .block = number,
		.period_ms = BENCH_PERIOD_MS, .reason = reason,
		.sent = 5, .peer[0] = { .answer.status = status, .packets = 5 },
	};

	sink.ops->result(sink.self, &result);
}

static const char openmetrics_page[] =
	"# TYPE sr6flow_sent_packets counter\n"
	"# UNIT sr6flow_sent_packets packets\n"
	"# HELP sr6flow_sent_packets Packets sent towards the peer in exact blocks and gap rows\n"
	"sr6flow_sent_packets_total{measurement=\"m\",peer=\"p0\",flow=\"gold\",sids=\"fcff:2::1\"} 1000\n"
	"# TYPE sr6flow_received_packets counter\n"
	"# UNIT sr6flow_received_packets packets\n"
	"# HELP sr6flow_received_packets Packets received by the peer in exact blocks and gap rows\n"
	"sr6flow_received_packets_total{measurement=\"m\",peer=\"p0\",flow=\"gold\",sids=\"fcff:2::1\"} 990\n"
	"# TYPE sr6flow_lost_packets counter\n"
	"# UNIT sr6flow_lost_packets packets\n"
	"# HELP sr6flow_lost_packets Packets lost on the way to the peer in exact blocks and gap rows\n"
	"sr6flow_lost_packets_total{measurement=\"m\",peer=\"p0\",flow=\"gold\",sids=\"fcff:2::1\"} 10\n"
	"# TYPE sr6flow_sent_bytes counter\n"
	"# UNIT sr6flow_sent_bytes bytes\n"
	"# HELP sr6flow_sent_bytes Bytes sent towards the peer in exact blocks and gap rows\n"
	"sr6flow_sent_bytes_total{measurement=\"m\",peer=\"p0\",flow=\"gold\",sids=\"fcff:2::1\"} 100000\n"
	"# TYPE sr6flow_received_bytes counter\n"
	"# UNIT sr6flow_received_bytes bytes\n"
	"# HELP sr6flow_received_bytes Bytes received by the peer in exact blocks and gap rows\n"
	"sr6flow_received_bytes_total{measurement=\"m\",peer=\"p0\",flow=\"gold\",sids=\"fcff:2::1\"} 99000\n"
	"# TYPE sr6flow_blocks counter\n"
	"# UNIT sr6flow_blocks blocks\n"
	"# HELP sr6flow_blocks Blocks of flows by what is known about their loss\n"
	"sr6flow_blocks_total{measurement=\"m\",peer=\"p0\",flow=\"gold\",sids=\"fcff:2::1\",status=\"exact\"} 1\n"
	"sr6flow_blocks_total{measurement=\"m\",peer=\"p0\",flow=\"gold\",sids=\"fcff:2::1\",status=\"invalid\"} 0\n"
	"sr6flow_blocks_total{measurement=\"m\",peer=\"p0\",flow=\"gold\",sids=\"fcff:2::1\",status=\"anomaly\"} 0\n"
	"# TYPE sr6flow_gap_blocks counter\n"
	"# UNIT sr6flow_gap_blocks blocks\n"
	"# HELP sr6flow_gap_blocks Blocks of flows without a figure of their own that are summed up in a gap row\n"
	"sr6flow_gap_blocks_total{measurement=\"m\",peer=\"p0\",flow=\"gold\",sids=\"fcff:2::1\"} 0\n"
	"# TYPE sr6flow_loss_ratio gauge\n"
	"# UNIT sr6flow_loss_ratio ratio\n"
	"# HELP sr6flow_loss_ratio Packets lost by packets sent in the last block, if it is exact\n"
	"sr6flow_loss_ratio{measurement=\"m\",peer=\"p0\",flow=\"gold\",sids=\"fcff:2::1\"} 0.01\n"
	"# TYPE sr6flow_exact_block_end_timestamp_seconds gauge\n"
	"# UNIT sr6flow_exact_block_end_timestamp_seconds seconds\n"
	"# HELP sr6flow_exact_block_end_timestamp_seconds End of the last exact block, in Unix time\n"
	"sr6flow_exact_block_end_timestamp_seconds{measurement=\"m\",peer=\"p0\",flow=\"gold\",sids=\"fcff:2::1\"} 1700000010\n"
	"# TYPE sr6flow_invalid_blocks counter\n"
	"# UNIT sr6flow_invalid_blocks blocks\n"
	"# HELP sr6flow_invalid_blocks Blocks of flows whose loss is not known\n"
	"# TYPE sr6flow_flows_without_series gauge\n"
	"# HELP sr6flow_flows_without_series Flows in the last block that are summed under an empty label flow\n"
	"sr6flow_flows_without_series{measurement=\"m\"} 0\n"
	"# TYPE sr6flow_peer_requests counter\n"
	"# HELP sr6flow_peer_requests Messages sent to the peer, repetitions included\n"
	"sr6flow_peer_requests_total{measurement=\"m\",peer=\"p0\"} 3\n"
	"# TYPE sr6flow_peer_replies counter\n"
	"# HELP sr6flow_peer_replies Replies of the peer that were accepted\n"
	"sr6flow_peer_replies_total{measurement=\"m\",peer=\"p0\"} 2\n"
	"# TYPE sr6flow_peer_rejected_replies counter\n"
	"# HELP sr6flow_peer_rejected_replies Replies of the peer that were not accepted\n"
	"sr6flow_peer_rejected_replies_total{measurement=\"m\",peer=\"p0\"} 1\n"
	"# TYPE sr6flow_round_trip_min_seconds gauge\n"
	"# UNIT sr6flow_round_trip_min_seconds seconds\n"
	"# HELP sr6flow_round_trip_min_seconds Shortest round trip in the last block\n"
	"sr6flow_round_trip_min_seconds{measurement=\"m\",peer=\"p0\"} 0.001\n"
	"# TYPE sr6flow_round_trip_avg_seconds gauge\n"
	"# UNIT sr6flow_round_trip_avg_seconds seconds\n"
	"# HELP sr6flow_round_trip_avg_seconds Mean round trip in the last block\n"
	"sr6flow_round_trip_avg_seconds{measurement=\"m\",peer=\"p0\"} 0.0015\n"
	"# TYPE sr6flow_round_trip_max_seconds gauge\n"
	"# UNIT sr6flow_round_trip_max_seconds seconds\n"
	"# HELP sr6flow_round_trip_max_seconds Longest round trip in the last block\n"
	"sr6flow_round_trip_max_seconds{measurement=\"m\",peer=\"p0\"} 0.002\n"
	"# TYPE sr6flow_one_way_delay_seconds gauge\n"
	"# UNIT sr6flow_one_way_delay_seconds seconds\n"
	"# HELP sr6flow_one_way_delay_seconds Mean one-way delay in the last block, if both clocks are synchronised\n"
	"sr6flow_one_way_delay_seconds{measurement=\"m\",peer=\"p0\",direction=\"forward\"} 0.0005\n"
	"sr6flow_one_way_delay_seconds{measurement=\"m\",peer=\"p0\",direction=\"backward\"} 0.001\n"
	"# TYPE sr6flow_one_way_error_seconds gauge\n"
	"# UNIT sr6flow_one_way_error_seconds seconds\n"
	"# HELP sr6flow_one_way_error_seconds By how much the one-way delays may be wrong\n"
	"sr6flow_one_way_error_seconds{measurement=\"m\",peer=\"p0\"} 5e-05\n"
	"# TYPE sr6flow_clock_offset_seconds gauge\n"
	"# UNIT sr6flow_clock_offset_seconds seconds\n"
	"# HELP sr6flow_clock_offset_seconds Clock of the peer less the clock of this node\n"
	"sr6flow_clock_offset_seconds{measurement=\"m\",peer=\"p0\"} -0.00025\n"
	"# TYPE sr6flow_peer_synchronised gauge\n"
	"# HELP sr6flow_peer_synchronised Whether the peer claims a synchronised clock\n"
	"sr6flow_peer_synchronised{measurement=\"m\",peer=\"p0\"} 1\n"
	"# TYPE sr6flow_build info\n"
	"# HELP sr6flow_build Version of lmctl\n"
	"sr6flow_build_info{version=\"" SR6FLOW_VERSION "\"} 1\n"
	"# TYPE process_start_time_seconds gauge\n"
	"# UNIT process_start_time_seconds seconds\n"
	"# HELP process_start_time_seconds Start of the process, in Unix time\n"
	"process_start_time_seconds 1700000000.25\n"
	"# EOF\n";

/* The older format: suffixes in the names of families, no units, no end. */
static char *as_text(const char *page)
{
	static const char *const types[] = { " counter\n", " info\n" };
	static const char *const suffixes[] = { "_total", "_info" };
	char *text = NULL, *copy = strdup(page), *at = copy, *line, *family;
	unsigned int type, named = 2;
	size_t size;
	FILE *stream = open_memstream(&text, &size);

	assert_non_null(copy);
	assert_non_null(stream);
	while ((line = strsep(&at, "\n"))) {
		if (!strncmp(line, "# UNIT ", 7) || !strcmp(line, "# EOF") ||
		    !*line)
			continue;
		if (!strncmp(line, "# TYPE ", 7)) {
			family = strchr(line + 7, ' ');
			for (named = 0; named < 2; named++)
				if (!strncmp(family, types[named],
					     strlen(types[named]) - 1))
					break;
		}
		type = named;
		if (line[0] != '#') {
			fprintf(stream, "%s\n", line);
			continue;
		}
		family = line + 7 + strcspn(line + 7, " ");
		fprintf(stream, "%.*s%s%s\n", (int)(family - line), line,
			type < 2 ? suffixes[type] : "",
			strcmp(family, " info") ? family : " gauge");
	}
	fclose(stream);
	free(copy);
	return text;
}

TEST_WITH(metrics_setup, metrics_teardown, both_formats)
{
	const struct measurement of = measurement("m", false, 1);
	const struct peer_report report = {
		.of = &of, .block = 170000000, .requests = 3, .replies = 2,
		.rejects.n[REJECT_KEY] = 1, .samples = 2, .round_trip_min = 1000000,
		.round_trip_avg = 1500000, .round_trip_max = 2000000,
		.one_way = true, .forward_avg = 500000,
		.backward_avg = 1000000, .error_max = 50000,
		.peer_synchronised = true, .offset = -250000,
	};
	struct sink sink = metrics_sink(*state);
	char *page, *text;

	block1(sink, &of, "gold", 170000000, 1000, 990);
	sink.ops->report(sink.self, &report);
	sink.ops->block_end(sink.self, &of, 170000000);

	page = render(*state, true);
	assert_string_equal(page, openmetrics_page);
	free(page);
	page = render(*state, false);
	text = as_text(openmetrics_page);
	assert_string_equal(page, text);
	assert_non_null(strstr(page, "# TYPE sr6flow_build_info gauge\n"));
	assert_non_null(strstr(page,
			       "# TYPE sr6flow_lost_packets_total counter\n"));
	free(text);
	free(page);
}

TEST_WITH(metrics_setup, metrics_teardown, only_exact_blocks_are_summed)
{
	const struct measurement of = measurement("m", false, 1);
	struct sink sink = metrics_sink(*state);

	block1(sink, &of, "a", 7, 100, 90);
	block1(sink, &of, "a", 8, 100, 101);
	block_invalid(sink, &of, "a", 9, REASON_COLOUR_LATE, ANSWER_VALID);
	block_invalid(sink, &of, "a", 10, REASON_NONE, ANSWER_NO_ANSWER);
	block_invalid(sink, &of, "a", 11, REASON_NONE, ANSWER_NO_ANSWER);
#define A "{measurement=\"m\",peer=\"p0\",flow=\"a\",sids=\"fcff:2::1\""
	assert_true(value(*state, "sr6flow_sent_packets_total" A "}") == 100);
	assert_true(value(*state, "sr6flow_received_packets_total" A "}") == 90);
	assert_true(value(*state, "sr6flow_lost_packets_total" A "}") == 10);
	assert_true(value(*state, "sr6flow_blocks_total" A
			  ",status=\"exact\"}") == 1);
	assert_true(value(*state, "sr6flow_blocks_total" A
			  ",status=\"anomaly\"}") == 1);
	assert_true(value(*state, "sr6flow_blocks_total" A
			  ",status=\"invalid\"}") == 3);
	assert_true(value(*state, "sr6flow_exact_block_end_timestamp_seconds"
			  A "}") == 80);
#define REASON "sr6flow_invalid_blocks_total{measurement=\"m\",peer=\"p0\",reason="
	assert_true(value(*state, REASON "\"no-answer\"}") == 2);
	assert_true(value(*state, REASON "\"colour-late\"}") == 1);
	assert_int_equal(lines_with(*state, REASON), 2);
}

/* Sums have its packets, and blocks stay what they were when they came. */
TEST_WITH(metrics_setup, metrics_teardown, gap_row)
{
	const char *ratio = "sr6flow_loss_ratio" A "}";
	const struct measurement of = measurement("m", false, 2);
	const struct sr6flow_flow of_flow = flow("a", "fcff:2::1");
	struct result gap = {
		.of = &of, .flow = &of_flow, .block = 9, .gap = 14, .first = -5,
		.covers = RESULT_SEGMENT(0), .period_ms = BENCH_PERIOD_MS,
		.sent = 1000, .sent_bytes = 5000,
		.peer[0] = { .packets = 300, .bytes = 1500 },
		.peer[1].answer.status = ANSWER_NOT_ASKED,
	};
	const uint64_t received[] = { 90, 90 };
	struct sink sink = metrics_sink(*state);

	block(sink, &of, "a", 10, 100, received);
	assert_true(value(*state, ratio) == 0.1);
	sink.ops->gap(sink.self, &gap);
	sink.ops->block_end(sink.self, &of, 10);
	assert_true(value(*state, ratio) == 0.1);
	assert_true(value(*state, "sr6flow_sent_packets_total" A "}") == 1100);
	assert_true(value(*state, "sr6flow_lost_packets_total" A "}") == 710);
	assert_true(value(*state, "sr6flow_received_bytes_total" A "}") ==
		    10500);
	assert_true(value(*state, "sr6flow_gap_blocks_total" A "}") == 14);
	assert_true(value(*state, "sr6flow_blocks_total" A
			  ",status=\"exact\"}") == 1);
	/* The other segment had figures. */
	assert_true(value(*state, "sr6flow_gap_blocks_total{measurement=\"m\",peer=\"p1\",flow=\"a\",sids=\"fcff:2::1\"}") ==
		    0);
	assert_true(value(*state, "sr6flow_sent_packets_total{measurement=\"m\",peer=\"p1\",flow=\"a\",sids=\"fcff:2::1\"}") ==
		    90);
}

/* The ratio is of the last block and of no other. */
TEST_WITH(metrics_setup, metrics_teardown, ratio_is_of_the_last_block)
{
	const char *ratio = "sr6flow_loss_ratio" A "}";
	const struct measurement of = measurement("m", false, 1);
	struct sink sink = metrics_sink(*state);

	block1(sink, &of, "a", 7, 100, 90);
	sink.ops->block_end(sink.self, &of, 7);
	assert_true(value(*state, ratio) == 0.1);
	block1(sink, &of, "a", 8, 200, 199);
	assert_true(value(*state, ratio) == 0.005);
	sink.ops->block_end(sink.self, &of, 8);
	block_invalid(sink, &of, "a", 9, REASON_READ_LATE, ANSWER_VALID);
	assert_int_equal(lines_with(*state, "sr6flow_loss_ratio{"), 0);
	sink.ops->block_end(sink.self, &of, 9);
	block1(sink, &of, "a", 10, 0, 0);
	assert_int_equal(lines_with(*state, "sr6flow_loss_ratio{"), 0);
	sink.ops->block_end(sink.self, &of, 10);
	block1(sink, &of, "a", 11, 10, 10);
	sink.ops->block_end(sink.self, &of, 11);
	assert_true(value(*state, ratio) == 0);
	/* A block without the flow. */
	sink.ops->block_end(sink.self, &of, 12);
	assert_int_equal(lines_with(*state, "sr6flow_loss_ratio{"), 0);
}

TEST_WITH(metrics_setup, metrics_teardown, hop_by_hop_and_group)
{
	const struct measurement path = measurement("path", false, 2);
	const struct measurement group = measurement("any", true, 2);
	struct sink sink = metrics_sink(*state);

	block(sink, &path, "a", 1, 100, (uint64_t[]){ 98, 91 });
	block(sink, &group, "a", 1, 100, (uint64_t[]){ 60, 39 });
	assert_true(value(*state, "sr6flow_lost_packets_total{measurement="
			  "\"path\",peer=\"p0\",flow=\"a\",sids=\"fcff:2::1\"}") == 2);
	assert_true(value(*state, "sr6flow_lost_packets_total{measurement="
			  "\"path\",peer=\"p1\",flow=\"a\",sids=\"fcff:2::1\"}") == 7);
	assert_true(value(*state, "sr6flow_lost_packets_total{measurement="
			  "\"any\",peer=\"p0+p1\",flow=\"a\",sids=\"fcff:2::1\"}") == 1);
	assert_true(value(*state, "sr6flow_peer_requests_total{measurement="
			  "\"any\",peer=\"p1\"}") == 0);
}

TEST_WITH(metrics_setup, metrics_teardown, hostile_names)
{
	struct measurement of = measurement("say \"m\"\nx 1", false, 1);
	struct sink sink = metrics_sink(*state);

	/* Cut in the middle of a character, overlong, surrogate, too high. */
	strcpy(of.peer[0], "\xc3\xa9\\ \xc0\xaf \xed\xa0\x80 \xf4\x90 \xf0\x9f");
	block1(sink, &of, "a\"} 1\n#", 1, 3, 2);
	assert_true(value(*state, "sr6flow_lost_packets_total{measurement="
			  "\"say \\\"m\\\"\\nx 1\",peer="
			  "\"\xc3\xa9\\\\ \\\\xc0\\\\xaf \\\\xed\\\\xa0\\\\x80 "
			  "\\\\xf4\\\\x90 \\\\xf0\\\\x9f\""
			  ",flow=\"a\\\"} 1\\n#\",sids=\"fcff:2::1\"}") == 1);
}

TEST_WITH(metrics_setup, metrics_teardown, flows_are_told_apart_by_label)
{
	const struct measurement of = measurement("m", false, 1);
	struct sr6flow_flow two = flow("", "fcff:2::1");
	struct result result = {
		.of = &of, .flow = &two, .block = 1, .period_ms = BENCH_PERIOD_MS,
		.sent = 7, .peer[0].packets = 7,
	};
	struct sink sink = metrics_sink(*state);

	two.nsids = 2;
	inet_pton(AF_INET6, "fcff:3::100", &two.sids[1]);
	sink.ops->result(sink.self, &result);
	assert_true(value(*state, "sr6flow_sent_packets_total{measurement="
			  "\"m\",peer=\"p0\","
			  "flow=\"fcff:2::1,fcff:3::100\","
			  "sids=\"fcff:2::1,fcff:3::100\"}") == 7);

	/* Two flows of one name. */
	metrics_limit(*state, 3);
	block1(sink, &of, "a", 1, 1, 1);
	strcpy(two.name, "a");
	sink.ops->result(sink.self, &result);
	assert_true(value(*state, "sr6flow_sent_packets_total" A "}") == 1);
	assert_int_equal(lines_with(*state, "sr6flow_sent_packets_total{"), 3);
	assert_true(value(*state, "sr6flow_sent_packets_total{measurement="
			  "\"m\",peer=\"p0\",flow=\"a\","
			  "sids=\"fcff:2::1,fcff:3::100\"}") == 7);
}

TEST_WITH(metrics_setup, metrics_teardown, series_are_bounded)
{
	const struct measurement of = measurement("m", false, 1);
	struct sink sink = metrics_sink(*state);
	char name[8];
	int i, n;

	for (n = 1; n <= 2; n++) {
		for (i = 0; i < 10; i++) {
			snprintf(name, sizeof(name), "%c", 'a' + i);
			block1(sink, &of, name, n, 10, 10 - (i % 2));
		}
		sink.ops->block_end(sink.self, &of, n);
	}
	assert_int_equal(lines_with(*state, "sr6flow_sent_packets_total{"), 3);
	assert_true(value(*state, "sr6flow_sent_packets_total" A "}") == 20);
#define REST "{measurement=\"m\",peer=\"p0\",flow=\"\",sids=\"\"}"
	assert_true(value(*state, "sr6flow_sent_packets_total" REST) == 160);
	assert_true(value(*state, "sr6flow_lost_packets_total" REST) == 8);
	assert_true(value(*state, "sr6flow_loss_ratio" REST) == 0.05);
	assert_true(value(*state, "sr6flow_flows_without_series"
			  "{measurement=\"m\"}") == 8);
	/* More series from now on; those of the rest do not go back. */
	metrics_limit(*state, 3);
	block1(sink, &of, "c", 3, 10, 10);
	assert_true(value(*state, "sr6flow_sent_packets_total" REST) == 160);
	assert_int_equal(lines_with(*state, "sr6flow_sent_packets_total{"), 4);
}

TEST_WITH(metrics_setup, metrics_teardown, unseen_flows_lose_their_series)
{
	const struct measurement of = measurement("m", false, 1);
	struct sink sink = metrics_sink(*state);
	int64_t n;

	block1(sink, &of, "a", 1, 10, 10);
	block1(sink, &of, "b", 1, 10, 10);
	sink.ops->block_end(sink.self, &of, 1);
	for (n = 2; n < 2 + METRICS_KEEP_BLOCKS; n++) {
		assert_true(value(*state, "sr6flow_sent_packets_total" A
				  "}") == 10);
		/* The clock may be set back meanwhile. */
		block1(sink, &of, "b", n % 3, 10, 10);
		sink.ops->block_end(sink.self, &of, n % 3);
	}
	assert_int_equal(lines_with(*state, "flow=\"a\""), 0);
	assert_true(value(*state, "sr6flow_sent_packets_total{measurement="
			  "\"m\",peer=\"p0\",flow=\"b\",sids=\"fcff:2::1\"}") ==
		    10 * (METRICS_KEEP_BLOCKS + 1));
	/* Its place is free again. */
	block1(sink, &of, "c", n, 10, 10);
	assert_int_equal(lines_with(*state, "flow=\"\""), 0);
	assert_true(value(*state, "sr6flow_sent_packets_total{measurement="
			  "\"m\",peer=\"p0\",flow=\"c\",sids=\"fcff:2::1\"}") == 10);
}

/* A reload may name other peers, in another order. */
TEST_WITH(metrics_setup, metrics_teardown, counters_outlive_a_change_of_peers)
{
	struct measurement of = measurement("m", false, 2);
	struct sink sink = metrics_sink(*state);

	block(sink, &of, "a", 1, 100, (uint64_t[]){ 98, 91 });
	block_invalid(sink, &of, "a", 2, REASON_NONE, ANSWER_TOO_OLD);
	sink.ops->report(sink.self, &(struct peer_report){
			.of = &of, .peer = 1, .requests = 4 });
	strcpy(of.peer[0], "p1");
	strcpy(of.peer[1], "new");
	block(sink, &of, "a", 3, 100, (uint64_t[]){ 99, 99 });
	assert_true(value(*state, "sr6flow_lost_packets_total{measurement="
			  "\"m\",peer=\"p1\",flow=\"a\",sids=\"fcff:2::1\"}") == 8);
	assert_true(value(*state, "sr6flow_lost_packets_total{measurement="
			  "\"m\",peer=\"new\",flow=\"a\",sids=\"fcff:2::1\"}") == 0);
	assert_true(value(*state, "sr6flow_peer_requests_total{measurement="
			  "\"m\",peer=\"p1\"}") == 4);
	assert_true(value(*state, "sr6flow_invalid_blocks_total{measurement="
			  "\"m\",peer=\"p1\",reason=\"too-old\"}") == 1);
	assert_int_equal(lines_with(*state, "peer=\"p0\""), 0);

	metrics_forget(*state, "m");
	assert_int_equal(lines_with(*state, "\"m\""), 0);
}

TEST_WITH(metrics_setup, metrics_teardown, a_full_counter_stays_full)
{
	const struct measurement of = measurement("m", false, 2);
	const struct sr6flow_flow of_flow = flow("a", "fcff:2::1");
	struct sink sink = metrics_sink(*state);
	/* What a lying peer may claim to have sent on. */
	struct result result = {
		.of = &of, .flow = &of_flow, .period_ms = BENCH_PERIOD_MS,
		.peer[0].packets = INT64_MAX,
	};

	for (; result.block < 4; result.block++)
		sink.ops->result(sink.self, &result);
	assert_true(value(*state, "sr6flow_lost_packets_total{measurement="
			  "\"m\",peer=\"p1\",flow=\"a\",sids=\"fcff:2::1\"}") ==
		    (double)UINT64_MAX);
}

TEST_WITH(metrics_setup, metrics_teardown, nothing_is_said_that_is_not_known)
{
	const struct measurement of = measurement("m", false, 1);
	struct sink sink = metrics_sink(*state);

	sink.ops->report(sink.self, &(struct peer_report){
			.of = &of, .requests = 2 });
	assert_int_equal(lines_with(*state, "sr6flow_round_trip_min_seconds{"),
			 0);
	assert_int_equal(lines_with(*state, "sr6flow_one_way_delay_seconds{"),
			 0);
	assert_int_equal(lines_with(*state, "sr6flow_peer_synchronised{"), 0);
}

/* Stands in for the alarms: two for each of these flows, one raised if odd. */
static const char *const *walk;

void alarm_walk_begin(struct sink *sink)
{
	walk = sink->self;
}

bool alarm_walk(struct sink *sink, unsigned int n,
		void (*fn)(const struct alarm_status *status, void *arg),
		void *arg)
{
	struct sr6flow_flow of_flow;
	struct alarm_status status = {
		.measurement = "m", .flow = &of_flow,
	};

	(void)sink;
	assert_true(n > 0);
	if (*walk) {
		of_flow = flow(*walk, "fcff:2::1");
		status.alarm = "loss";
		status.raised = **walk & 1;
		fn(&status, arg);
		status.alarm = "\"gap\"";
		status.raised = false;
		fn(&status, arg);
		walk++;
	}
	return *walk;
}

TEST_WITH(metrics_setup, metrics_teardown, alarms_are_bounded)
{
	const struct measurement of = measurement("m", false, 1);
	const char *names[] = { "a", "b", "c", "d", "e", NULL };
	struct sink sink = metrics_sink(*state);
	struct sink alarms = { .self = names };

	block1(sink, &of, "a", 1, 10, 10);
	block1(sink, &of, "b", 1, 10, 10);
	metrics_watch(*state, &alarms);
#define RAISED(alarm, flow) "sr6flow_alarms_raised{alarm=\"" alarm \
	"\",measurement=\"m\",flow=\"" flow "\"}"
#define SIDS "\",sids=\"fcff:2::1"
	assert_int_equal(lines_with(*state, "sr6flow_alarms_raised{"), 6);
	assert_true(value(*state, RAISED("loss", "a" SIDS)) == 1);
	assert_true(value(*state, RAISED("loss", "b" SIDS)) == 0);
	assert_true(value(*state, RAISED("loss", "\",sids=\"")) == 2);
	assert_true(value(*state, RAISED("\\\"gap\\\"", "a" SIDS)) == 0);
	assert_true(value(*state, RAISED("\\\"gap\\\"", "\",sids=\"")) == 0);
}

static void rotated(struct metrics_writer *writer, void *arg)
{
	const struct metrics_rotated sets[] = {
		{ "tx", 5, 2, 0 }, { "other", 6, 0, 1 },
	};

	(void)arg;
	metrics_rotator(writer, sets, 2);
}

TEST_WITH(metrics_setup, metrics_teardown, other_parts_add_theirs)
{
	assert_int_equal(metrics_source(*state, metrics_reflector, &stats), 0);
	assert_int_equal(metrics_source(*state, rotated, NULL), 0);
	stats = (struct reflector_stats){
		.requests = 100, .replies = 90, .flows = 70, .flows_other = 8,
		.short_ = 1, .oversized = 2, .unauthenticated = 3,
		.replayed = 4, .stale = 5, .limited = 6, .looped = 10,
		.malformed = 7, .integrity = 9,
		.unsent = 11, .lengthened = 12, .multicast = 13,
		.stale_replies = 14,
	};
#define REFLECTOR "sr6flow_reflector_"
	assert_true(value(*state, REFLECTOR "requests_total") == 100);
	assert_true(value(*state, REFLECTOR "replies_total") == 90);
	assert_true(value(*state, REFLECTOR "unsent_replies_total") == 11);
	assert_true(value(*state, REFLECTOR
			  "lengthened_replies_total") == 12);
	assert_true(value(*state, REFLECTOR "stale_replies_total") == 14);
#define DROPPED REFLECTOR "dropped_requests_total{reason="
	assert_true(value(*state, DROPPED "\"short\"}") == 1);
	assert_true(value(*state, DROPPED "\"oversized\"}") == 2);
	assert_true(value(*state, DROPPED "\"unauthenticated\"}") == 3);
	assert_true(value(*state, DROPPED "\"replayed\"}") == 4);
	assert_true(value(*state, DROPPED "\"stale\"}") == 5);
	assert_true(value(*state, DROPPED "\"rate-limit\"}") == 6);
	assert_true(value(*state, DROPPED "\"loop\"}") == 10);
	assert_true(value(*state, DROPPED "\"multicast\"}") == 13);
	assert_true(value(*state, REFLECTOR
			  "flagged_replies_total{flag=\"malformed\"}") == 7);
	assert_true(value(*state, REFLECTOR
			  "flagged_replies_total{flag=\"integrity\"}") == 9);
	assert_true(value(*state, REFLECTOR
			  "flow_answers_total{status=\"valid\"}") == 70);
	assert_true(value(*state, REFLECTOR
			  "flow_answers_total{status=\"other\"}") == 8);
	assert_true(value(*state, REFLECTOR "learned_flows") == 14);
#define TO_LEARN REFLECTOR "flows_to_learn_total{result="
	assert_true(value(*state, TO_LEARN "\"learned\"}") == 15);
	assert_true(value(*state, TO_LEARN "\"refused\"}") == 16);
	assert_true(value(*state, TO_LEARN "\"failed\"}") == 17);
	assert_true(value(*state, "sr6flow_late_colour_changes_total"
			  "{set=\"tx\"}") == 2);
	assert_true(value(*state, "sr6flow_failed_colour_writes_total"
			  "{set=\"other\"}") == 1);
	metrics_source_remove(*state, metrics_reflector, &stats);
	assert_int_equal(lines_with(*state, REFLECTOR), 0);
	assert_true(value(*state, "sr6flow_colour_changes_total"
			  "{set=\"other\"}") == 6);
}
