// SPDX-License-Identifier: GPL-2.0-only
/*
 * Alarms: sequences of blocks and what they do; then which alarms and flows
 * have a state, and for how long.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "lmctl/sinks/alarm/alarm.h"
#include "result_make.h"
#include "test/unit/capture.h"
#include "test/unit/golden.h"
#include "test/unit/unit.h"

/*
 * A letter of @blocks is a block: L lossy (5 %), . without loss, m in between
 * (2 %), - exact with nothing sent, i invalid, s invalid because the peer did not
 * answer, a anomaly, G a gap row of three lossy blocks, g one of three without loss. Below each, @changes
 * has R or C where the alarm is raised or cleared. Raised at 3 %, cleared at
 * 1 %.
 */
struct sequence {
	uint32_t raise_blocks;
	uint32_t clear_blocks;
	uint32_t invalid_blocks;
	uint32_t no_answer_blocks;
	const char *blocks;
	const char *changes;
};

static const struct sequence sequences[] = {
	{ 1, 1, 0, 0,	"..L.LL..",
			"  RCR C " },
	{ 3, 2, 0, 0,	"LL.LLLL...LLL",
			"     R  C   R" },
	/* Between the thresholds nothing goes on. */
	{ 2, 2, 0, 0,	"LmLmLL.m.m..",
			"     R     C" },
	/* Invalid blocks and anomalies neither count nor end a run. */
	{ 3, 2, 0, 0,	"LiLaiL.i.",
			"     R  C" },
	/* Blocks without packets do not either. */
	{ 2, 2, 0, 0,	"L--L--.-.--",
			"   R    C  " },
	/* Without invalid_blocks no number of them does anything. */
	{ 1, 1, 0, 0,	"iiiiaaaa",
			"        " },
	{ 3, 2, 3, 0,	"ii.iai..",
			"     R C" },
	/* Nothing sent is exact: it ends a run of inexact blocks ... */
	{ 1, 1, 2, 0,	"i-i-i",
			"     " },
	/* ... and clears what only inexact blocks raised, */
	{ 2, 2, 2, 0,	"ii--",
			" R C" },
	/* but not what loss raised as well. */
	{ 2, 2, 2, 0,	"iiLL---..",
			" R      C" },
	/* Inexact blocks that would raise begin the way to clear anew. */
	{ 1, 3, 2, 0,	"L..ii..." ,
			"R      C" },
	{ 1, 3, 0, 0,	"L..ii.  " ,
			"R    C" },
	/* Calm before an alarm is raised does not clear it. */
	{ 1, 2, 2, 0,	"....ii..",
			"     R C" },
	/* Raised once, whatever raises it again. */
	{ 1, 1, 1, 0,	"LiLiLi.i.",
			"R     CRC" },
	/* All lost. */
	{ 1, 1, 0, 0,	"X.",
			"RC" },
	/* Silence raises an alarm whatever the other invalid blocks do, */
	{ 3, 2, 0, 3,	"ssss..",
			"  R  C" },
	{ 3, 2, 0, 3,	"ssissaiiiissss",
			"            R " },
	{ 3, 2, 0, 0,	"sssssss",
			"       " },
	/* and packets that are not sent end it. */
	{ 3, 1, 0, 2,	"ss-ss",
			" RC R" },
	/* A gap row is as many blocks as it has. */
	{ 3, 2, 0, 0,	"LG..",
			" R C" },
	{ 4, 3, 0, 0,	"GLg",
			" RC" },
	{ 4, 1, 0, 3,	"ssssG.",
			"  R  C" },
	{ 4, 1, 0, 3,	"sssG",
			"  R " },
	{ 3, 3, 0, 3,	"sssGg",
			"  R C" },
	/* Answers of which none can be used are none. */
	{ 1, 1, 0, 3,	"uusi",
			"  R " },
};

static struct segment block_of(char letter)
{
	static const struct {
		char letter;
		enum result_status status;
		uint64_t sent;
		int64_t lost;
	} blocks[] = {
		{ 'L', RESULT_EXACT, 100, 5 }, { '.', RESULT_EXACT, 100, 0 },
		{ 'm', RESULT_EXACT, 100, 2 }, { '-', RESULT_EXACT, 0, 0 },
		{ 'X', RESULT_EXACT, 1, 1 }, { 'i', RESULT_INVALID, 0, 0 },
		{ 'a', RESULT_ANOMALY, 100, -1 }, { 's', RESULT_INVALID, 0, 0 },
		{ 'u', RESULT_INVALID, 0, 0 },
		{ 'G', RESULT_EXACT, 300, 15 }, { 'g', RESULT_EXACT, 300, 0 },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(blocks); i++)
		if (blocks[i].letter == letter)
			return (struct segment){
				.status = blocks[i].status,
				.sent = blocks[i].sent,
				.lost = blocks[i].lost,
				.word = letter == 's' ? "no-answer" :
					letter == 'u' ? "unusable-answer" :
					letter == 'i' ? "read-late" : NULL,
			};
	fail_msg("letter %c", letter);
	return (struct segment){ .status = RESULT_INVALID };
}

TEST(test_sequences)
{
	static const char letters[] = {
		[ALARM_SAME] = ' ', [ALARM_RAISED] = 'R', [ALARM_CLEARED] = 'C',
	};
	size_t i, k;

	for (i = 0; i < ARRAY_SIZE(sequences); i++) {
		const struct sequence *sequence = &sequences[i];
		const struct alarm_config alarm = {
			.raise = 0.03,
			.raise_blocks = sequence->raise_blocks,
			.clear = 0.01,
			.clear_blocks = sequence->clear_blocks,
			.invalid_blocks = sequence->invalid_blocks,
			.no_answer_blocks = sequence->no_answer_blocks,
		};
		struct alarm_state watched = { .raised = false };
		char changes[64] = "";

		for (k = 0; k < strcspn(sequence->blocks, " "); k++) {
			char letter = sequence->blocks[k];
			struct segment block = block_of(letter);
			bool gap = letter == 'G' || letter == 'g';

			changes[k] = letters[alarm_step(&alarm, &watched,
							&block, gap ? 3 : 1)];
		}
		if (strncmp(changes, sequence->changes, k))
			fail_msg("%s\ngives\n%s\nnot\n%s", sequence->blocks,
				 changes, sequence->changes);
	}
}

TEST(test_thresholds)
{
	const struct alarm_config alarm = {
		.raise = 0.05, .raise_blocks = 1, .clear = 0.02,
		.clear_blocks = 1,
	};
	struct alarm_state watched = { .raised = false };
	struct segment block = { .status = RESULT_EXACT, .sent = 100 };

	block.lost = 4;
	assert_int_equal(alarm_step(&alarm, &watched, &block, 1), ALARM_SAME);
	block.lost = 5;
	assert_int_equal(alarm_step(&alarm, &watched, &block, 1), ALARM_RAISED);
	assert_int_equal(alarm_step(&alarm, &watched, &block, 1), ALARM_SAME);
	block.lost = 3;
	assert_int_equal(alarm_step(&alarm, &watched, &block, 1), ALARM_SAME);
	block.lost = 2;
	assert_int_equal(alarm_step(&alarm, &watched, &block, 1), ALARM_CLEARED);
	assert_int_equal(watched.raises, 1);
}

static struct sink sink;
static struct measurement of;

static struct alarm_config alarm_named(const char *name, const char *flow)
{
	struct alarm_config alarm = {
		.measure = "*", .raise = 0.1, .raise_blocks = 1, .clear = 0,
		.clear_blocks = 1,
	};

	snprintf(alarm.name, sizeof(alarm.name), "%s", name);
	snprintf(alarm.flow, sizeof(alarm.flow), "%s", flow);
	return alarm;
}

static void give(const char *text, uint64_t sent, uint64_t received)
{
	struct sr6flow_flow flow = make_flow(text);
	struct result result = make_result(&of, &flow, MADE_BLOCK, sent,
					   received);

	sink.ops->result(sink.self, &result);
}

static void end(unsigned int blocks)
{
	while (blocks--)
		sink.ops->block_end(sink.self, &of, MADE_BLOCK);
}

static void print_state(const struct alarm_status *status, void *arg)
{
	char flow[SR6FLOW_FLOW_STRLEN];

	(void)arg;
	assert_string_equal(status->measurement, "core");
	printf("%s: %s: %s, raised %" PRIu64 " times\n", status->alarm,
	       sr6flow_flow_format(status->flow, flow), status->raised ? "raised" : "clear",
	       status->raises);
}

/* A line for each alarm and flow that has a state. */
static const char *states(void)
{
	capture(STDOUT_FILENO);
	alarm_walk_begin(&sink);
	while (alarm_walk(&sink, 2, print_state, NULL))
		;
	return capture_end();
}

static int stop(void **state)
{
	sink.ops->free(sink.self);
	return capture_teardown(state);
}

static void start(const struct alarm_config *alarms, unsigned int n)
{
	of = make_measurement(false, 1);
	assert_int_equal(alarm_open(&sink, alarms, n), 0);
}

TEST_WITH(NULL, stop, test_patterns)
{
	const struct alarm_config alarms[] = {
		alarm_named("all", "*"), alarm_named("gold", "gold*"),
		alarm_named("sids", "fcff:8::*"),
	};

	start(alarms, 3);
	give("gold-1=fcff::1", 10, 5);
	give("silver=fcff:8::2", 10, 10);
	give("fcff:8::3", 10, 5);
	end(1);
	golden("alarm-patterns", states());
	/* A flow that gets a name is matched anew. */
	give("gold-3=fcff:8::3", 10, 10);
	golden("alarm-named", states());
}

/* One SID list from two sources: two flows. The pattern is of the list. */
TEST_WITH(NULL, stop, test_sources)
{
	const struct alarm_config alarm = alarm_named("sids", "fcff:8::*");

	start(&alarm, 1);
	give("fd00::1@fcff:8::3", 10, 5);
	give("fd00::2@fcff:8::3", 10, 10);
	give("fd00::3@fcff:9::3", 10, 5);
	end(1);
	golden("alarm-sources", states());
}

/* A set without flows gives ends of blocks and no results. */
TEST_WITH(NULL, stop, test_no_flows)
{
	struct alarm_config alarms[] = {
		alarm_named("a", "gold"), alarm_named("b", "gold"),
	};

	alarms[0].no_flows_blocks = 2;
	alarms[1].no_flows_blocks = 1;
	start(alarms, 1);
	capture(STDERR_FILENO);
	give("silver=fcff::1", 10, 10);
	end(3);
	sink.ops->block_end(sink.self, &of, MADE_BLOCK + 1);
	sink.ops->block_end(sink.self, &of, MADE_BLOCK + 2);
	/* Two alarms, and one after another reload: the new one is late, the old one goes on. */
	assert_int_equal(alarm_prepare(&sink, alarms, 2), 0);
	alarm_commit(&sink, true, NULL, NULL);
	sink.ops->block_end(sink.self, &of, MADE_BLOCK + 3);
	assert_int_equal(alarm_prepare(&sink, alarms + 1, 1), 0);
	alarm_commit(&sink, true, NULL, NULL);
	give("silver=fcff::1", 10, 10);
	/* The measurement is removed. */
	sink.ops->block_end(sink.self, &of, MADE_BLOCK + 4);
	alarm_ended(&sink, of.name);
	alarm_ended(&sink, of.name);
	golden("alarm-no-flows", capture_end());
	assert_string_equal(states(), "");
}

TEST_WITH(NULL, stop, test_measurements)
{
	struct alarm_config alarm = alarm_named("a", "*");

	snprintf(alarm.measure, sizeof(alarm.measure), "edge*");
	start(&alarm, 1);
	give("gold=fcff::1", 10, 0);
	assert_string_equal(states(), "");
}

/* Memory is for flows that have results. */
TEST_WITH(NULL, stop, test_forgets)
{
	const struct alarm_config alarm = alarm_named("a", "*");

	start(&alarm, 1);
	give("gold=fcff::1", 10, 0);
	end(ALARM_BLOCKS);
	assert_int_equal(count(states(), ": raised"), 1);
	end(1);
	assert_string_equal(states(), "");
}

/* A measurement that is not there any more has no ends of blocks of its own. */
TEST_WITH(NULL, stop, test_forgets_measurement)
{
	const struct alarm_config alarm = alarm_named("a", "*");

	start(&alarm, 1);
	give("gold=fcff::1", 10, 0);
	end(1);
	snprintf(of.name, sizeof(of.name), "other");
	end(ALARM_BLOCKS);
	assert_int_equal(count(states(), "\n"), 1);
	end(1);
	assert_string_equal(states(), "");
}

TEST_WITH(NULL, stop, test_reload)
{
	const struct alarm_config before[] = {
		alarm_named("goes", "*"), alarm_named("stays", "*"),
		alarm_named("narrows", "*"),
	};
	const struct alarm_config after[] = {
		alarm_named("stays", "*"), alarm_named("new", "*"),
		alarm_named("narrows", "gold"),
	};

	start(before, 3);
	give("gold=fcff::1", 10, 0);
	give("silver=fcff::2", 10, 0);
	end(1);
	assert_int_equal(count(states(), ": raised"), 6);
	assert_int_equal(alarm_prepare(&sink, NULL, 0), 0);
	alarm_commit(&sink, false, NULL, NULL);
	assert_int_equal(count(states(), ": raised"), 6);
	assert_int_equal(alarm_prepare(&sink, after, 3), 0);
	alarm_commit(&sink, true, NULL, NULL);
	golden("alarm-reloaded", states());
	give("gold=fcff::1", 10, 10);
	assert_int_equal(count(states(), "stays: gold=fcff::1: clear"), 1);
	assert_int_equal(alarm_prepare(&sink, NULL, 0), 0);
	alarm_commit(&sink, true, NULL, NULL);
	assert_string_equal(states(), "");
	give("gold=fcff::1", 10, 0);
}

/* A network that breaks at once does not fill the log. */
TEST_WITH(NULL, stop, test_many)
{
	const struct alarm_config alarm = alarm_named("a", "*");
	const char *log;
	char text[32];
	unsigned int i;

	capture(STDERR_FILENO);
	start(&alarm, 1);
	for (i = 1; i <= 2 * ALARM_LINES_MAX; i++) {
		snprintf(text, sizeof(text), "fcff::%x", i);
		give(text, 10, 0);
	}
	end(1);
	log = capture_end();
	assert_ptr_equal(strstr(log, "lmctl: warning: alarm 'a' raised: flow fcff::1, measurement core, block 170000000: 10 of 10 packets lost (100 %), such blocks in a row: 1\n"),
			 log);
	assert_int_equal(count(log, "\n"), ALARM_LINES_MAX + 1);
	assert_non_null(strstr(strrchr(log, ':'), " 100 more alarm lines"));
}
