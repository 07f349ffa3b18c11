// SPDX-License-Identifier: GPL-2.0-only
/*
 * Checkup: facts of a few blocks go in, findings come out. Every row is a pair
 * of nodes that is configured well but for one thing; golden/checkup.txt has the
 * findings of the first row, and of the others those that differ from them.
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <arpa/inet.h>

#include <netinet/in.h>
#include <linux/netfilter.h>

#include "lmctl/cmd/checkup.h"
#include "test/unit/result_make.h"
#include "test/unit/capture.h"
#include "test/unit/golden.h"
#include "test/unit/unit.h"

#define MASK 0x00030000
#define BLOCKS 4
#define MS BLOCK_NS_PER_MS
enum { ONE_RULE, NO_RULES, TWO_RULES, CONDITION, ELSEWHERE, DORMANT, UNHOOKED,
       NOT_KEPT, MEMBERSHIP, UNKNOWN };
enum { FOLLOWS, STANDS, WANDERS, NO_LOOK };
enum { ANSWERS, SILENT, USELESS, NOT_ASKED };

/**
 * struct row - a pair of nodes and what is said of it
 * @name: what the row is about
 * @set: state of the marking set, but for the name; mask 0 is MASK
 * @rules: the rules of the set
 * @colour: what the looks see
 * @unsynchronised: this node's clock
 * @error: its error in nanoseconds
 * @reason: why this node's counts are not known
 * @messages: what becomes of messages
 * @answer: what the peer says
 * @peer_unsynchronised: the peer's clock
 * @offset: its difference to ours
 * @round_trip: shortest round trip, 2 ms if 0
 * @auth: messages are authenticated
 * @why: why answers are of no use
 * @idle: nothing is sent
 * @received: of 10 packets that are sent, 9 if 0; -1 for none
 */
struct row {
	const char *name;
	struct sr6flow_set set;
	int rules;
	int colour;
	bool unsynchronised;
	int64_t error;
	enum reason reason;
	int messages;
	struct answer answer;
	bool peer_unsynchronised;
	int64_t offset;
	int64_t round_trip;
	bool auth;
	enum reject why;
	bool idle;
	int received;
};

static const struct row rows[] = {
	{ .name = "all is well" },

	{ "two rules", .rules = TWO_RULES, .reason = REASON_RULE_TWICE },
	{ "a rule with a condition", .rules = CONDITION, .reason = REASON_RULE_DIFFERS },
	{ "a rule elsewhere", .rules = ELSEWHERE, .reason = REASON_RULE_DIFFERS },
	{ "a rule in a dormant table", .rules = DORMANT, .reason = REASON_RULE_DIFFERS },
	{ "a chain without its hook", .rules = UNHOOKED, .reason = REASON_RULE_DIFFERS },
	{ "a rule that was not kept", .rules = NOT_KEPT, .reason = REASON_RULE_DIFFERS },
	{ "a rule that asks only", .rules = MEMBERSHIP },
	{ "a user that is no rule", .rules = UNKNOWN },
	{ "no rule", .rules = NO_RULES, .reason = REASON_NO_RULE },
	{ "no flows", .set.flows = UINT32_MAX },
	{ "malformed packets", .set.malformed = 7 },
	{ "packets that could not be marked", .set.not_writable = 7 },
	{ "the set went away", .colour = NO_LOOK },

	{ "mask in the Traffic Class", .set.mask = 0x0c },
	{ "mask with the ECN bits", .set.mask = 0x03 },
	{ "mask with one ECN bit", .set.mask = 0x06 },
	{ "mask of one bit", .set.mask = 0x00010000 },

	{ "the colour never changes", .colour = STANDS, .reason = REASON_STILL_COUNTING },
	{ "the colour is another one at times", .colour = WANDERS,
	  .reason = REASON_COLOUR_LATE },

	{ "this clock is synchronised", .error = 20 * MS },
	{ "this clock is not synchronised", .unsynchronised = true },
	{ "this clock may be far off", .error = 1001 * MS },
	{ "the peer's clock is right", .offset = 1000 * MS },
	{ "the peer's clock is not synchronised", .peer_unsynchronised = true },
	{ "the peer's clock may be right by half a round trip", .offset = -1001 * MS },
	{ "the peer's clock is ahead", .offset = 1002 * MS },
	{ "the peer's clock is behind", .offset = -1002 * MS },

	{ "the peer is as far away as it may be", .round_trip = 4000 * MS },
	{ "the peer is too far away", .round_trip = 4500 * MS,
	  .answer.status = ANSWER_DELAY_TOO_LONG },
	{ "no answer", .messages = SILENT, .answer.status = ANSWER_NO_ANSWER },
	{ "no answer, with keys", .messages = SILENT, .auth = true,
	  .answer.status = ANSWER_NO_ANSWER },
	{ "answers with another key", .messages = USELESS, .why = REJECT_KEY,
	  .auth = true, .answer.status = ANSWER_UNUSABLE },
	{ "answers without a key", .messages = USELESS, .why = REJECT_PLAIN, .auth = true,
	  .answer.status = ANSWER_UNUSABLE },
	{ "short answers", .messages = USELESS, .why = REJECT_SHORT,
	  .answer.status = ANSWER_UNUSABLE },
	{ "foreign answers", .messages = USELESS, .why = REJECT_FOREIGN,
	  .answer.status = ANSWER_UNUSABLE },
	{ "answers from elsewhere", .messages = USELESS, .why = REJECT_ELSEWHERE,
	  .answer.status = ANSWER_UNUSABLE },
	{ "answers of another node", .messages = USELESS, .auth = true,
	  .why = REJECT_ADDRESS, .answer.status = ANSWER_UNUSABLE },
	{ "answers that were changed", .messages = USELESS, .auth = true,
	  .why = REJECT_TLVS, .answer.status = ANSWER_UNUSABLE },
	{ "no block was read", .messages = NOT_ASKED, .reason = REASON_READ_LATE },

	{ "nothing is sent", .idle = true },
	{ "nothing arrives", .received = -1 },
	{ "more arrives than was sent", .received = 11 },
};

static const struct block_timing timing = {
	.period = 10000 * MS, .guard = 5000 * MS, .band = 1000 * MS,
};

static const char *const levels[] = {
	[FINDING_GOOD] = "good", [FINDING_NOTE] = "note", [FINDING_BAD] = "bad",
};

/* The findings of the first row, and whether one of this row is bad. */
static char well[2048];
static bool bad;

static void print_finding(const struct finding *finding, void *arg)
{
	char line[1024];

	(void)arg;
	/* Who is told that something is wrong is told what to do. */
	assert_int_equal(finding->level == FINDING_GOOD, !finding->remedy);
	bad |= finding->level == FINDING_BAD;
	snprintf(line, sizeof(line), "%s: %s: %s\n", levels[finding->level],
		 finding->subject, finding->text);
	if (strstr(well, line))
		return;
	fputs(line, stdout);
	if (finding->remedy)
		printf("\t%s\n", finding->remedy);
}

static uint32_t or_zero(uint32_t given, uint32_t otherwise)
{
	if (!given)
		return otherwise;
	return given == UINT32_MAX ? 0 : given;
}

static const struct rule rule_made = {
	.family = NFPROTO_IPV6, .table = "mangle", .chain = "POSTROUTING",
	.position = 1, .counts = 1, .marks = true, .plain = true,
	.placed = true, .hooked = true,
};

static void give_rules(struct checkup *checkup, int kind)
{
	struct rules rules = { .n = 1, .counting = 1, .rule[0] = rule_made };

	switch (kind) {
	case NO_RULES:
		rules.n = rules.counting = 0;
		break;
	case TWO_RULES:
	case MEMBERSHIP:
		rules.rule[rules.n] = rule_made;
		rules.rule[rules.n].position = 2;
		rules.rule[rules.n].legacy = kind == TWO_RULES;
		rules.rule[rules.n++].counts = kind == TWO_RULES;
		rules.counting = kind == TWO_RULES ? 2 : 1;
		break;
	case CONDITION:
		rules.rule[0].plain = false;
		break;
	case ELSEWHERE:
		rules.rule[0] = (struct rule){
			.family = NFPROTO_INET, .table = "own",
			.chain = "mine", .position = 1, .handle = 7,
			.counts = 1, .plain = true,
		};
		break;
	case DORMANT:
		rules.rule[0].dormant = true;
		break;
	case UNHOOKED:
		rules.rule[0].hooked = false;
		break;
	case NOT_KEPT:
		rules.n = 0;
		break;
	case UNKNOWN:
		rules.unknown = 3;
		break;
	}
	checkup_rules(checkup, &rules);
}

static void look(struct checkup *checkup, const struct row *row, int64_t block)
{
	struct sr6flow_set set = row->set;
	int64_t seen = block;

	strcpy(set.name, "lm-tx");
	set.mask = or_zero(row->set.mask, MASK);
	set.flows = or_zero(row->set.flows, 1);
	if (row->colour == STANDS)
		seen = 0;
	else if (row->colour == WANDERS && block == MADE_BLOCK + 1)
		seen++;
	set.colour = block_colour(set.mask, seen);
	if (row->colour != NO_LOOK)
		checkup_set(checkup, &set, block_window_open(&timing,
							     block - 1));
	give_rules(checkup, row->rules);
	checkup_clock(checkup, !row->unsynchronised, row->error);
}

static void give_result(struct checkup *checkup, const struct row *row,
			const struct measurement *of, int64_t block)
{
	struct sr6flow_flow flow = make_flow("gold=fcff:2::1,fcff:8::100");
	struct result result;
	uint64_t received = 9;

	if (row->received)
		received = row->received < 0 ? 0 : (uint64_t)row->received;
	result = make_result(of, &flow, block, row->idle ? 0 : 10,
			     row->idle ? 0 : received);
	result.reason = row->reason;
	result.peer[0].answer = row->answer;
	if (row->reason)
		result.peer[0].answer.status = ANSWER_NOT_ASKED;
	result.peer[0].mask = 0x0c;
	result.peer[0].period_ms = 5000;
	checkup_result(checkup, &result);
}

static void give_report(struct checkup *checkup, const struct row *row,
			const struct measurement *of, int64_t block)
{
	struct peer_report report = {
		.of = of,
		.block = block,
		.requests = row->messages == NOT_ASKED ? 0 : 2,
		.auth = row->auth,
		.rejects.len = 20,
		.rejects.from = {
			.sin6_addr = { .s6_addr = { 0xfd, [15] = 7 } },
			.sin6_port = htons(863),
		},
	};

	if (row->messages == USELESS) {
		report.rejects.n[row->why] = 2;
		/* One of them does not make another cause of it. */
		report.rejects.n[row->why ? REJECT_SHORT : REJECT_KEY] =
			block == MADE_BLOCK;
	}
	if (row->messages == ANSWERS) {
		report.replies = 1;
		report.samples = 1;
		report.round_trip_min = row->round_trip ?: 2 * MS;
		report.peer_synchronised = !row->peer_unsynchronised;
		report.offset = row->offset;
	}
	checkup_report(checkup, &report);
}

/* Prints what is found, under a name, and frees the checkup. */
static void print_findings(const char *name, struct checkup *checkup)
{
	bool good;

	printf("%s== %s ==\n", *captured() ? "\n" : "", name);
	bad = false;
	good = checkup_findings(checkup, print_finding, NULL);
	assert_int_equal(good, !bad);
	checkup_free(checkup);
}

static void print_row(const struct row *row)
{
	const struct measurement of = make_measurement(false, 1);
	struct checkup *checkup = checkup_new(&of, &timing);
	int64_t block;

	assert_non_null(checkup);
	for (block = MADE_BLOCK; block < MADE_BLOCK + BLOCKS; block++) {
		look(checkup, row, block);
		give_result(checkup, row, &of, block);
		give_report(checkup, row, &of, block);
	}
	print_findings(row->name, checkup);
}

static void print_answer(enum answer_status status, enum reason reason)
{
	struct row row = { .answer = { status, reason } };

	row.name = answer_word(&row.answer);
	print_row(&row);
}

static int start(void **state)
{
	(void)state;
	*well = '\0';
	capture(STDOUT_FILENO);
	return 0;
}

/* The rows, and each answer that is not valid. */
TEST_WITH(start, capture_teardown, test_rows)
{
	enum answer_status status;
	enum reason reason;
	size_t i;

	print_row(&rows[0]);
	snprintf(well, sizeof(well), "%s", captured());
	for (i = 1; i < ARRAY_SIZE(rows); i++)
		print_row(&rows[i]);
	for (status = ANSWER_VALID + 1; status < ANSWER_STATUSES; status++)
		print_answer(status, REASON_NONE);
	for (reason = REASON_NONE + 1; reason <= REASON_UNKNOWN; reason++)
		print_answer(ANSWER_INVALID, reason);
	golden("checkup", capture_end());
}

/* A set of one flow of fc00:12::1, and this node's source. */
static void print_source(const char *name, const char *own, bool fixed, uint64_t packets)
{
	const struct measurement of = make_measurement(false, 1);
	struct checkup *checkup = checkup_new(&of, &timing);
	struct sr6flow_flow flow = make_flow("fc00:12::1@fcff:2::1,fcff:8::100");
	struct result result = make_result(&of, &flow, MADE_BLOCK, packets, packets);
	struct in6_addr source;

	assert_int_equal(inet_pton(AF_INET6, own, &source), 1);
	checkup_source(checkup, &flow, &source, fixed);
	checkup_result(checkup, &result);
	print_findings(name, checkup);
}

TEST_WITH(start, capture_teardown, test_sources)
{
	print_source("fixed", "fc00:12::1", true, 0);
	print_source("not fixed", "fc00:12::1", false, 7);
	print_source("fixed, another one", "fc00:12::2", true, 0);
	print_source("not fixed, another one", "fc00:12::2", false, 0);
	print_source("of another node, whose packets come through this one", "fc00:12::2",
		     true, 7);
	golden("checkup-sources", capture_end());
}

/* A set alone; @why: its flows cannot be read, or "". */
static void print_alone(const char *name, uint32_t flows, uint32_t timeout, const char *why)
{
	const struct measurement of = make_measurement(false, 0);
	struct checkup *checkup = checkup_new(&of, &timing);

	checkup_set(checkup, &(struct sr6flow_set){ .name = "rx", .mask = MASK,
		    .flows = flows, .timeout = timeout }, 0);
	checkup_unreadable(checkup, why);
	print_findings(name, checkup);
}

TEST_WITH(start, capture_teardown, test_alone)
{
	print_alone("flows", 3, SR6FLOW_NO_TIMEOUT, "");
	print_alone("unreadable flows", 3, 0, "why");
	print_alone("no flows", 0, SR6FLOW_NO_TIMEOUT, "");
	print_alone("no flows that time out", 0, 60, "");
	print_alone("no flows, of which others could be learned", 0, 0, "");
	golden("checkup-alone", capture_end());
}

/* Sixteen peers with every word each: what has no room is left out. */
TEST_WITH(start, capture_teardown, test_many_words)
{
	const struct measurement of = make_measurement(true,
						       RESULT_PEERS_MAX);
	struct sr6flow_flow flow = make_flow("fcff:2::1,fcff:8::100");
	struct checkup *checkup = checkup_new(&of, &timing);
	struct result result = make_result(&of, &flow, MADE_BLOCK, 1, 1);
	enum reason reason;
	unsigned int i;

	for (reason = REASON_NONE + 1; reason < REASON_UNKNOWN; reason++) {
		for (i = 0; i < RESULT_PEERS_MAX; i++)
			result.peer[i].answer = (struct answer){
				ANSWER_INVALID, reason };
		checkup_result(checkup, &result);
	}
	print_findings("many words", checkup);
	assert_true(bad);
	assert_in_range(count(capture_end(), " times, "), RESULT_PEERS_MAX,
			RESULT_PEERS_MAX * REASON_UNKNOWN);
}
