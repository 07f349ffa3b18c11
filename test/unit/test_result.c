// SPDX-License-Identifier: GPL-2.0-only
/*
 * Answers as words and as bytes, and the loss that follows from the counts.
 */
#include <string.h>

#include "lmctl/engine/result.h"
#include "test/unit/unit.h"

static const struct answer valid = { .status = ANSWER_VALID };
static const struct answer late = { ANSWER_INVALID, REASON_READ_LATE };

/* Both ends may be of other versions: these numbers never change. */
TEST(test_wire_numbers)
{
	static const enum reason reasons[] = {
		REASON_SET_RESTARTED, REASON_FLOW_RESTARTED, REASON_FLOW_ADDED,
		REASON_FLOW_REMOVED, REASON_CLOCK_STEPPED, REASON_NO_RULE,
		REASON_READ_LATE, REASON_COLOUR_LATE, REASON_BOTH_COLOURS,
		REASON_STILL_COUNTING, REASON_COUNTER_BACK,
		REASON_UNCOLOURED, REASON_COLOURED_BEFORE,
		REASON_TWO_SOURCES, REASON_CROSSED_TWICE, REASON_RULE_TWICE,
		REASON_RULE_DIFFERS, REASON_RULE_CHANGED,
		REASON_SOURCE_UNKNOWN,
	};
	struct answer answer;
	unsigned int i;

	for (i = 0; i <= ANSWER_UNKNOWN_VERSION; i++) {
		answer = (struct answer){ .status = i };
		assert_int_equal(answer_encode(&answer), i);
	}
	for (i = 0; i < ARRAY_SIZE(reasons); i++) {
		answer = (struct answer){ ANSWER_INVALID, reasons[i] };
		assert_int_equal(answer_encode(&answer), 0x81 + i);
	}
}

/* A sum over more blocks may include theirs: see prober_gap.c. */
TEST(test_timing)
{
	enum reason reason;

	for (reason = REASON_NONE; reason <= REASON_UNKNOWN; reason++)
		assert_int_equal(reason_timing(reason),
				 reason == REASON_READ_LATE ||
				 reason == REASON_COLOUR_LATE ||
				 reason == REASON_BOTH_COLOURS ||
				 reason == REASON_STILL_COUNTING);
}

TEST(test_every_answer_returns)
{
	struct answer before, after;
	enum reason reason;
	unsigned int status;

	for (status = 0; status <= ANSWER_UNKNOWN_VERSION; status++) {
		before = (struct answer){ .status = status };
		after = answer_decode(answer_encode(&before));
		assert_int_equal(after.status, before.status);
		assert_int_equal(after.reason, REASON_NONE);
	}
	for (reason = REASON_NONE; reason <= REASON_UNKNOWN; reason++) {
		before = (struct answer){ ANSWER_INVALID, reason };
		after = answer_decode(answer_encode(&before));
		assert_int_equal(after.status, ANSWER_INVALID);
		assert_int_equal(after.reason, reason);
	}
}

TEST(test_later_version)
{
	static const uint8_t bytes[] = { 12, 0x7f, 0x80, 0xc0, 0xff };
	static const struct answer local = { .status = ANSWER_NO_ANSWER };
	struct answer answer;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(bytes); i++) {
		answer = answer_decode(bytes[i]);
		assert_int_equal(answer.status, ANSWER_INVALID);
		assert_int_equal(answer.reason, REASON_UNKNOWN);
	}
	/* What cannot be on the wire never becomes a valid answer. */
	answer = answer_decode(answer_encode(&local));
	assert_int_equal(answer.status, ANSWER_INVALID);
}

TEST(test_words)
{
	static const struct {
		struct answer answer;
		const char *word;
	} words[] = {
		{ { ANSWER_VALID, REASON_NONE }, "valid" },
		{ { ANSWER_UNKNOWN_FLOW, REASON_NONE }, "unknown-flow" },
		{ { ANSWER_NOT_FINISHED, REASON_NONE }, "not-finished" },
		{ { ANSWER_TOO_OLD, REASON_NONE }, "too-old" },
		{ { ANSWER_INVALID, REASON_NONE }, "invalid" },
		{ { ANSWER_INVALID, REASON_CLOCK_STEPPED }, "clock-stepped" },
		{ { ANSWER_ANOMALY, REASON_NONE }, "anomaly" },
		{ { ANSWER_PERIOD_DIFFERS, REASON_NONE }, "period-differs" },
		{ { ANSWER_MASK_DIFFERS, REASON_NONE }, "mask-differs" },
		{ { ANSWER_TIMING_DIFFERS, REASON_NONE }, "timing-differs" },
		{ { ANSWER_TWO_INGRESSES, REASON_NONE }, "two-ingresses" },
		{ { ANSWER_NETMASK_DIFFERS, REASON_NONE }, "netmask-differs" },
		{ { ANSWER_UNKNOWN_VERSION, REASON_NONE }, "unknown-version" },
		{ { ANSWER_CLOCKS_DIFFER, REASON_NONE }, "clocks-differ" },
		{ { ANSWER_DELAY_TOO_LONG, REASON_NONE }, "delay-too-long" },
		{ { ANSWER_NO_ANSWER, REASON_NONE }, "no-answer" },
		{ { ANSWER_UNUSABLE, REASON_NONE }, "unusable-answer" },
		{ { ANSWER_NO_LOSS_DATA, REASON_NONE }, "no-loss-data" },
		{ { ANSWER_REFUSED, REASON_NONE }, "refused" },
		{ { ANSWER_NOT_ASKED, REASON_NONE }, "not-asked" },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(words); i++)
		assert_string_equal(answer_word(&words[i].answer),
				    words[i].word);
}

static struct measurement of;
static struct result result;

static void make(bool group, unsigned int npeers, uint64_t sent)
{
	memset(&of, 0, sizeof(of));
	memset(&result, 0, sizeof(result));
	of.group = group;
	of.npeers = npeers;
	result.of = &of;
	result.sent = sent;
	result.sent_bytes = sent * 100;
}

static void peer(unsigned int i, struct answer answer, uint64_t packets)
{
	result.peer[i].answer = answer;
	result.peer[i].packets = packets;
	result.peer[i].bytes = packets * 100;
}

static void expect(struct segment segment, enum result_status status,
		   const char *word, int64_t lost)
{
	assert_int_equal(segment.status, status);
	if (word)
		assert_string_equal(segment.word, word);
	else
		assert_null(segment.word);
	assert_int_equal(segment.lost, lost);
}

TEST(test_one_peer)
{
	struct segment segment;

	make(false, 1, 100);
	peer(0, valid, 93);
	segment = result_total(&result);
	expect(segment, RESULT_EXACT, NULL, 7);
	assert_int_equal(segment.sent, 100);
	assert_int_equal(segment.received, 93);
	assert_int_equal(segment.sent_bytes, 10000);
	assert_int_equal(segment.received_bytes, 9300);
	expect(result_segment(&result, 0), RESULT_EXACT, NULL, 7);
}

TEST(test_path)
{
	make(false, 3, 100);
	peer(0, valid, 98);
	peer(1, late, 0);
	peer(2, valid, 90);
	expect(result_total(&result), RESULT_EXACT, NULL, 10);
	expect(result_segment(&result, 0), RESULT_EXACT, NULL, 2);
	expect(result_segment(&result, 1), RESULT_INVALID, "read-late", 0);
	expect(result_segment(&result, 2), RESULT_INVALID, "read-late", 0);
	peer(1, valid, 95);
	expect(result_segment(&result, 1), RESULT_EXACT, NULL, 3);
	expect(result_segment(&result, 2), RESULT_EXACT, NULL, 5);
}

TEST(test_own_reason_first)
{
	make(false, 2, 0);
	result.reason = REASON_COLOUR_LATE;
	peer(0, valid, 5);
	peer(1, late, 0);
	expect(result_total(&result), RESULT_INVALID, "colour-late", 0);
	expect(result_segment(&result, 0), RESULT_INVALID, "colour-late", 0);
	expect(result_segment(&result, 1), RESULT_INVALID, "read-late", 0);
}

TEST(test_group)
{
	struct segment segment;

	make(true, 3, 100);
	peer(0, valid, 50);
	peer(1, valid, 0);
	peer(2, valid, 49);
	segment = result_total(&result);
	expect(segment, RESULT_EXACT, NULL, 1);
	assert_int_equal(segment.received, 99);
	assert_int_equal(segment.received_bytes, 9900);
	peer(1, (struct answer){ .status = ANSWER_NO_ANSWER }, 0);
	expect(result_total(&result), RESULT_INVALID, "no-answer", 0);
}

/* What was received is of both ingresses: no figure, though it is known. */
TEST(test_two_ingresses)
{
	make(false, 1, 100);
	peer(0, (struct answer){ .status = ANSWER_TWO_INGRESSES }, 100);
	expect(result_total(&result), RESULT_INVALID, "two-ingresses", 0);
}

TEST(test_anomaly)
{
	make(true, 2, 100);
	peer(0, valid, 100);
	peer(1, valid, 1);
	expect(result_total(&result), RESULT_ANOMALY, "anomaly", -1);
}

/* A peer may say anything; no sum wraps into a figure. */
TEST(test_absurd_counts)
{
	unsigned int i;

	make(false, 1, 10);
	result.peer[0] = (struct result_peer){ .packets = UINT64_MAX };
	expect(result_total(&result), RESULT_INVALID, "anomaly", 0);
	result.peer[0] = (struct result_peer){ .packets = INT64_MAX };
	expect(result_total(&result), RESULT_ANOMALY, "anomaly",
	       10 - INT64_MAX);
	result.peer[0] = (struct result_peer){ .bytes = UINT64_MAX };
	expect(result_total(&result), RESULT_INVALID, "anomaly", 0);

	make(true, RESULT_PEERS_MAX, 10);
	for (i = 0; i < RESULT_PEERS_MAX; i++)
		result.peer[i].packets = UINT64_C(1) << 62;
	expect(result_total(&result), RESULT_INVALID, "anomaly", 0);

	make(false, 1, UINT64_MAX);
	expect(result_total(&result), RESULT_INVALID, "anomaly", 0);
}
