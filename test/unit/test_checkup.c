// SPDX-License-Identifier: GPL-2.0-only
/*
 * Checkup: facts of a few blocks go in, findings come out. Every row is a pair
 * of nodes that is configured well but for one thing; the findings that are bad
 * are compared as a whole.
 */
#include <stdio.h>
#include <string.h>
#include <arpa/inet.h>

#include <netinet/in.h>
#include <linux/netfilter.h>

#include "lmctl/cmd/checkup.h"
#include "test/unit/result_make.h"
#include "test/unit/unit.h"

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))
#define MASK 0x00030000
#define BLOCKS 4
#define MS BLOCK_NS_PER_MS
enum { ONE_RULE, NO_RULES, TWO_RULES, CONDITION, ELSEWHERE, DORMANT, UNHOOKED,
       NOT_KEPT, MEMBERSHIP, UNKNOWN };
enum { FOLLOWS, STANDS, WANDERS, NO_LOOK };
enum { ANSWERS, SILENT, USELESS, NOT_ASKED };
#define INVALID(why) { ANSWER_INVALID, why }

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
 * @level: of the finding looked for
 * @subject: its subject
 * @text: what is in it
 * @remedy: what is in its remedy, or NULL
 * @bad: subjects of bad findings in order, each with a comma
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
	enum finding_level level;
	const char *subject;
	const char *text;
	const char *remedy;
	const char *bad;
};

static const struct row rows[] = {
	{ .name = "all is well",
	  .level = FINDING_GOOD, .subject = "loss",
	  .text = "4 exact figures: 40 packets sent, 4 lost before the counting rule", .bad = "" },
	{ .name = "the peer answers",
	  .level = FINDING_GOOD, .subject = "peer p1",
	  .text = "answers 4 of 8 messages, round trip 2.000 ms", .bad = "" },

	{ .name = "one rule", .level = FINDING_GOOD, .subject = "rule",
	  .text = "'lm-tx' is counted by rule 1 of chain POSTROUTING, table mangle (ip6tables-nft)",
	  .bad = "" },
	{ .name = "two rules", .rules = TWO_RULES, .reason = REASON_RULE_TWICE,
	  .level = FINDING_BAD, .subject = "rule",
	  .text = "counted 2 times: by rule 1 of chain POSTROUTING, table mangle (ip6tables-nft) and rule 2 of chain POSTROUTING, table mangle (ip6tables-legacy)",
	  .remedy = "'ip6tables-legacy -t mangle -D POSTROUTING 2'",
	  .bad = "rule,this node,loss," },
	{ .name = "a rule with a condition", .rules = CONDITION,
	  .reason = REASON_RULE_DIFFERS,
	  .level = FINDING_BAD, .subject = "rule",
	  .text = "some packets only: rule 1 of chain POSTROUTING",
	  .remedy = "ip6tables-nft -t mangle -D POSTROUTING 1",
	  .bad = "rule,this node,loss," },
	{ .name = "a rule elsewhere", .rules = ELSEWHERE,
	  .reason = REASON_RULE_DIFFERS,
	  .level = FINDING_BAD, .subject = "rule",
	  .text = "but by rule 1 of chain mine, table inet own (nft)",
	  .remedy = "nft delete rule inet own mine handle 7",
	  .bad = "rule,this node,loss," },
	{ .name = "a rule in a dormant table", .rules = DORMANT,
	  .reason = REASON_RULE_DIFFERS,
	  .level = FINDING_BAD, .subject = "rule",
	  .text = "not counted: the table of rule 1 of chain POSTROUTING, table mangle (ip6tables-nft) is dormant",
	  .remedy = "'nft add table ip6 mangle { }'",
	  .bad = "rule,this node,loss," },
	{ .name = "a chain without its hook", .rules = UNHOOKED,
	  .reason = REASON_RULE_DIFFERS,
	  .level = FINDING_BAD, .subject = "rule",
	  .text = "the chain of rule 1 of chain POSTROUTING, table mangle (ip6tables-nft) has not the hook",
	  .remedy = "'nft delete chain ip6 mangle POSTROUTING'",
	  .bad = "rule,this node,loss," },
	{ .name = "a rule that was not kept", .rules = NOT_KEPT,
	  .reason = REASON_RULE_DIFFERS,
	  .level = FINDING_BAD, .subject = "rule",
	  .text = "the rule that counts the set 'lm-tx' is not known",
	  .remedy = "lmctl deinit", .bad = "rule,this node,loss," },
	{ .name = "a rule that asks only", .rules = MEMBERSHIP,
	  .level = FINDING_NOTE, .subject = "rule",
	  .text = "rule 2 of chain POSTROUTING, table mangle (ip6tables-nft) uses the set 'lm-tx' without counting",
	  .remedy = "neither marks nor counts", .bad = "" },
	{ .name = "a user that is no rule", .rules = UNKNOWN,
	  .level = FINDING_BAD, .subject = "rule",
	  .text = "3 users of the set 'lm-tx' are no rule",
	  .remedy = "set of sets", .bad = "rule," },
	{ .name = "no rule", .rules = NO_RULES, .reason = REASON_NO_RULE,
	  .level = FINDING_BAD, .subject = "rule",
	  .text = "no rule counts the set 'lm-tx'",
	  .remedy = "lmctl init tx", .bad = "rule,this node,loss," },
	{ .name = "no flows", .set.flows = UINT32_MAX,
	  .level = FINDING_BAD, .subject = "set", .text = "has no flows",
	  .remedy = "lmctl add", .bad = "set," },
	{ .name = "malformed packets", .set.malformed = 7,
	  .level = FINDING_NOTE, .subject = "set",
	  .text = "7 malformed", .remedy = "--explain", .bad = "" },
	{ .name = "packets that could not be marked", .set.not_writable = 7,
	  .level = FINDING_NOTE, .subject = "set",
	  .text = "could not mark 7", .remedy = "--explain", .bad = "" },
	{ .name = "the set went away", .colour = NO_LOOK,
	  .level = FINDING_BAD, .subject = "set",
	  .text = "'lm-tx' could not be read", .bad = "set," },

	{ .name = "mask in the Tag",
	  .level = FINDING_GOOD, .subject = "mask", .text = "Tag",
	  .bad = "" },
	{ .name = "mask in the Traffic Class", .set.mask = 0x0c,
	  .level = FINDING_NOTE, .subject = "mask", .text = "Traffic Class",
	  .bad = "" },
	{ .name = "mask with the ECN bits", .set.mask = 0x03,
	  .level = FINDING_BAD, .subject = "mask",
	  .text = "0x00000003 has ECN bits", .remedy = "0x03",
	  .bad = "mask," },
	{ .name = "mask with one ECN bit", .set.mask = 0x06,
	  .level = FINDING_BAD, .subject = "mask", .text = "ECN bits",
	  .bad = "mask," },
	{ .name = "mask of one bit", .set.mask = 0x00010000,
	  .level = FINDING_NOTE, .subject = "mask", .text = "one bit",
	  .remedy = "two mask bits", .bad = "" },

	{ .name = "the colour follows the clock",
	  .level = FINDING_GOOD, .subject = "colour", .text = "follows",
	  .bad = "" },
	{ .name = "the colour never changes", .colour = STANDS,
	  .reason = REASON_STILL_COUNTING,
	  .level = FINDING_BAD, .subject = "colour", .text = "never changed",
	  .remedy = "lmctl rotate", .bad = "colour,this node,loss," },
	{ .name = "the colour is another one at times", .colour = WANDERS,
	  .reason = REASON_COLOUR_LATE,
	  .level = FINDING_BAD, .subject = "colour",
	  .text = "in 1 of 4 looks", .remedy = "same period",
	  .bad = "colour,this node,loss," },

	{ .name = "this clock is synchronised", .error = 20 * MS,
	  .level = FINDING_GOOD, .subject = "clock", .text = "20.000 ms",
	  .bad = "" },
	{ .name = "this clock is not synchronised", .unsynchronised = true,
	  .level = FINDING_NOTE, .subject = "clock", .text = "no one-way",
	  .remedy = "chrony", .bad = "" },
	{ .name = "this clock may be far off", .error = 1001 * MS,
	  .level = FINDING_NOTE, .subject = "clock",
	  .text = "may be wrong by 1001.000 ms", .bad = "" },
	{ .name = "the peer's clock is right", .offset = 1000 * MS,
	  .level = FINDING_GOOD, .subject = "peer p1",
	  .text = "differs by 1000.000 ms", .bad = "" },
	{ .name = "the peer's clock is not synchronised",
	  .peer_unsynchronised = true,
	  .level = FINDING_NOTE, .subject = "peer p1",
	  .text = "does not call itself synchronised", .bad = "" },
	{ .name = "the peer's clock may be right by half a round trip",
	  .offset = -1001 * MS,
	  .level = FINDING_GOOD, .subject = "peer p1", .text = "-1001.000 ms",
	  .bad = "" },
	{ .name = "the peer's clock is ahead", .offset = 1002 * MS,
	  .level = FINDING_BAD, .subject = "peer p1",
	  .text = "1002.000 ms from ours, the guard band allows 1000.000 ms",
	  .remedy = "NTP", .bad = "peer p1," },
	{ .name = "the peer's clock is behind", .offset = -1002 * MS,
	  .level = FINDING_BAD, .subject = "peer p1", .text = "-1002.000 ms",
	  .remedy = "NTP", .bad = "peer p1," },

	{ .name = "the peer is as far away as it may be",
	  .round_trip = 4000 * MS,
	  .level = FINDING_GOOD, .subject = "peer p1",
	  .text = "round trip 4000.000 ms", .bad = "" },
	{ .name = "the peer is too far away", .round_trip = 4500 * MS,
	  .answer.status = ANSWER_DELAY_TOO_LONG,
	  .level = FINDING_BAD, .subject = "peer p1",
	  .text = "round trip of 4500.000 ms is longer than guard time less guard band, 4000.000 ms; it needs a period of at least 11251 ms",
	  .remedy = "longer period", .bad = "peer p1,loss," },
	{ .name = "the peer has no timestamps that can be",
	  .answer.status = ANSWER_DELAY_TOO_LONG,
	  .level = FINDING_BAD, .subject = "peer p1",
	  .text = "delay-too-long: ", .bad = "peer p1,loss," },
	{ .name = "no answer", .messages = SILENT,
	  .answer.status = ANSWER_NO_ANSWER,
	  .level = FINDING_BAD, .subject = "peer p1",
	  .text = "no answer to 8 messages", .remedy = "one with keys",
	  .bad = "peer p1,loss," },
	{ .name = "no answer, with keys", .messages = SILENT, .auth = true,
	  .answer.status = ANSWER_NO_ANSWER,
	  .level = FINDING_BAD, .subject = "peer p1",
	  .text = "no answer to 8 messages", .remedy = "if the clocks differ",
	  .bad = "peer p1,loss," },
	{ .name = "answers with another key", .messages = USELESS,
	  .why = REJECT_KEY, .auth = true,
	  .answer.status = ANSWER_UNUSABLE,
	  .level = FINDING_BAD, .subject = "peer p1",
	  .text = "none of its 9 replies can be used: their HMAC",
	  .remedy = "same keys", .bad = "peer p1,loss," },
	{ .name = "answers without a key", .messages = USELESS,
	  .why = REJECT_PLAIN, .auth = true,
	  .answer.status = ANSWER_UNUSABLE,
	  .level = FINDING_BAD, .subject = "peer p1",
	  .text = "replies can be used: they are not authenticated",
	  .remedy = "same keys", .bad = "peer p1,loss," },
	{ .name = "short answers", .messages = USELESS, .why = REJECT_SHORT,
	  .answer.status = ANSWER_UNUSABLE,
	  .level = FINDING_BAD, .subject = "peer p1",
	  .text = "used: they have 20 bytes, fewer than a STAMP packet (44)",
	  .remedy = "which program listens", .bad = "peer p1,loss," },
	{ .name = "foreign answers", .messages = USELESS, .why = REJECT_FOREIGN,
	  .answer.status = ANSWER_UNUSABLE,
	  .level = FINDING_BAD, .subject = "peer p1",
	  .text = "used: they are no answers to our messages",
	  .remedy = "which program listens", .bad = "peer p1,loss," },
	{ .name = "answers from elsewhere", .messages = USELESS,
	  .why = REJECT_ELSEWHERE, .answer.status = ANSWER_UNUSABLE,
	  .level = FINDING_BAD, .subject = "peer p1",
	  .text = "used: they come from [fd00::7]:863",
	  .remedy = "name the peer by that", .bad = "peer p1,loss," },
	{ .name = "answers of another node", .messages = USELESS, .auth = true,
	  .why = REJECT_ADDRESS, .answer.status = ANSWER_UNUSABLE,
	  .level = FINDING_BAD, .subject = "peer p1",
	  .text = "used: they say that the address",
	  .remedy = "an address of its own", .bad = "peer p1,loss," },
	{ .name = "answers that were changed", .messages = USELESS, .auth = true,
	  .why = REJECT_TLVS, .answer.status = ANSWER_UNUSABLE,
	  .level = FINDING_BAD, .subject = "peer p1",
	  .text = "used: the HMAC of their TLVs",
	  .remedy = "changes the messages", .bad = "peer p1,loss," },
	{ .name = "no block was read", .messages = NOT_ASKED,
	  .reason = REASON_READ_LATE,
	  .level = FINDING_BAD, .subject = "peer p1",
	  .text = "was not asked", .bad = "this node,peer p1,loss," },
	{ .name = "some answers are missing",
	  .answer.status = ANSWER_NO_ANSWER,
	  .level = FINDING_BAD, .subject = "peer p1",
	  .text = "no-answer: it did not reply (4 times, first of flow gold)",
	  .bad = "peer p1,loss," },
	{ .name = "the TLVs are refused", .answer.status = ANSWER_REFUSED,
	  .level = FINDING_BAD, .subject = "peer p1", .text = "refused: ",
	  .remedy = "same keys", .bad = "peer p1,loss," },
	{ .name = "a plain STAMP reflector",
	  .answer.status = ANSWER_NO_LOSS_DATA,
	  .level = FINDING_BAD, .subject = "peer p1", .text = "no-loss-data: ",
	  .remedy = "lmctl reflect", .bad = "peer p1,loss," },

	{ .name = "another period", .answer.status = ANSWER_PERIOD_DIFFERS,
	  .level = FINDING_BAD, .subject = "peer p1",
	  .text = "period-differs: it has another period, 5000 ms; ours is 10000 ms (",
	  .remedy = "same period", .bad = "peer p1,loss," },
	{ .name = "another mask", .answer.status = ANSWER_MASK_DIFFERS,
	  .level = FINDING_BAD, .subject = "peer p1",
	  .text = "mask, 0x0000000c; ours is 0x00030000 (",
	  .remedy = "same mask", .bad = "peer p1,loss," },
	{ .name = "another guard time",
	  .answer.status = ANSWER_TIMING_DIFFERS,
	  .level = FINDING_BAD, .subject = "peer p1",
	  .text = "timing-differs: ", .remedy = "same guard time",
	  .bad = "peer p1,loss," },
	{ .name = "the flow is unknown there",
	  .answer.status = ANSWER_UNKNOWN_FLOW,
	  .level = FINDING_BAD, .subject = "peer p1",
	  .text = "unknown-flow: ", .remedy = "lmctl add",
	  .bad = "peer p1,loss," },
	{ .name = "two ingresses", .answer.status = ANSWER_TWO_INGRESSES,
	  .level = FINDING_BAD, .subject = "peer p1",
	  .text = "two-ingresses: ", .remedy = "SID list of its own",
	  .bad = "peer p1,loss," },
	{ .name = "another netmask", .answer.status = ANSWER_NETMASK_DIFFERS,
	  .level = FINDING_BAD, .subject = "peer p1",
	  .text = "netmask-differs: ", .remedy = "same --netmask",
	  .bad = "peer p1,loss," },
	{ .name = "an earlier version there",
	  .answer.status = ANSWER_UNKNOWN_VERSION,
	  .level = FINDING_BAD, .subject = "peer p1",
	  .text = "unknown-version: ", .remedy = "update lmctl there",
	  .bad = "peer p1,loss," },
	{ .name = "the mark is gone", .answer = INVALID(REASON_UNCOLOURED),
	  .level = FINDING_BAD, .subject = "peer p1", .text = "uncoloured: ",
	  .remedy = "DSCP", .bad = "peer p1,loss," },
	{ .name = "marked twice", .answer = INVALID(REASON_COLOURED_BEFORE),
	  .level = FINDING_BAD, .subject = "peer p1",
	  .text = "coloured-before: ", .remedy = "present twice",
	  .bad = "peer p1,loss," },
	{ .name = "two sources", .answer = INVALID(REASON_TWO_SOURCES),
	  .level = FINDING_BAD, .subject = "peer p1",
	  .text = "two-sources: ", .remedy = "source in the key",
	  .bad = "peer p1,loss," },
	{ .name = "crossed twice", .answer = INVALID(REASON_CROSSED_TWICE),
	  .level = FINDING_BAD, .subject = "peer p1",
	  .text = "crossed-twice: ", .remedy = "crosses once",
	  .bad = "peer p1,loss," },
	{ .name = "both colours count there",
	  .answer = INVALID(REASON_BOTH_COLOURS),
	  .level = FINDING_BAD, .subject = "peer p1",
	  .text = "both-colours: ", .remedy = "clocks",
	  .bad = "peer p1,loss," },
	{ .name = "no rule there", .answer = INVALID(REASON_NO_RULE),
	  .level = FINDING_BAD, .subject = "peer p1", .text = "no-rule: ",
	  .remedy = "lmctl init", .bad = "peer p1,loss," },
	{ .name = "a reason of a later version",
	  .answer = INVALID(REASON_UNKNOWN),
	  .level = FINDING_BAD, .subject = "peer p1",
	  .text = "unknown-reason: ", .remedy = "update",
	  .bad = "peer p1,loss," },

	{ .name = "nothing is sent", .idle = true,
	  .level = FINDING_NOTE, .subject = "loss",
	  .text = "no packet was sent", .remedy = "send packets", .bad = "" },
	{ .name = "nothing arrives", .received = -1,
	  .level = FINDING_BAD, .subject = "loss",
	  .text = "none of 40 packets", .remedy = "PSP", .bad = "loss," },
	{ .name = "more arrives than was sent", .received = 11,
	  .level = FINDING_BAD, .subject = "loss",
	  .text = "more was received than sent, 4 times",
	  .remedy = "second ingress", .bad = "loss,loss," },
};

static const struct block_timing timing = {
	.period = 10000 * MS, .guard = 5000 * MS, .band = 1000 * MS,
};

struct seen {
	const struct row *row;
	bool found;
	char bad[256];
};

static void take(const struct finding *finding, void *arg)
{
	struct seen *seen = arg;
	const struct row *row = seen->row;
	size_t len = strlen(seen->bad);

	if (finding->level == FINDING_BAD)
		snprintf(seen->bad + len, sizeof(seen->bad) - len, "%s,",
			 finding->subject);
	/* Who is told that something is wrong is told what to do. */
	assert_int_equal(finding->level == FINDING_GOOD, !finding->remedy);
	if (finding->level != row->level ||
	    strcmp(finding->subject, row->subject) ||
	    !strstr(finding->text, row->text))
		return;
	seen->found = !row->remedy || strstr(finding->remedy, row->remedy);
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

static bool check_row(const struct row *row)
{
	const struct measurement of = make_measurement(false, 1);
	struct checkup *checkup = checkup_new(&of, &timing);
	struct seen seen = { .row = row };
	int64_t block;
	bool good;

	assert_non_null(checkup);
	for (block = MADE_BLOCK; block < MADE_BLOCK + BLOCKS; block++) {
		look(checkup, row, block);
		give_result(checkup, row, &of, block);
		give_report(checkup, row, &of, block);
	}
	good = checkup_findings(checkup, take, &seen);
	checkup_free(checkup);
	if (seen.found && good == !*row->bad && !strcmp(seen.bad, row->bad))
		return true;
	print_error("%s: %sfound, bad: %s\n", row->name,
		    seen.found ? "" : "not ", seen.bad);
	return false;
}

TEST(test_rows)
{
	unsigned int failed = 0;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(rows); i++)
		failed += !check_row(&rows[i]);
	assert_int_equal(failed, 0);
}

struct about {
	const char *subject;
	char text[512];
};

/* The last that is found about one subject. */
static void find_about(const struct finding *finding, void *arg)
{
	struct about *about = arg;

	if (!strcmp(finding->subject, about->subject))
		snprintf(about->text, sizeof(about->text), "%d %s",
			 (int)finding->level, finding->text);
}

/**
 * check_source() - findings about a set of one flow of fc00:12::1
 * @own: the source of this node
 * @fixed: it is
 * @packets: sent in the flow
 * @found: "LEVEL TEXT" begins like this
 */
static void check_source(const char *own, bool fixed, uint64_t packets,
			 const char *found)
{
	const struct measurement of = make_measurement(false, 1);
	struct checkup *checkup = checkup_new(&of, &timing);
	struct sr6flow_flow flow =
		make_flow("fc00:12::1@fcff:2::1,fcff:8::100");
	struct result result = make_result(&of, &flow, MADE_BLOCK, packets,
					   packets);
	struct about about = { .subject = "source" };
	struct in6_addr source;

	assert_int_equal(inet_pton(AF_INET6, own, &source), 1);
	checkup_source(checkup, &flow, &source, fixed);
	checkup_result(checkup, &result);
	checkup_findings(checkup, find_about, &about);
	if (strncmp(about.text, found, strlen(found)))
		fail_msg("'%s' does not begin with '%s'", about.text, found);
	checkup_free(checkup);
}

TEST(test_sources)
{
	check_source("fc00:12::1", true, 0, "0 this node's tunnel source is fixed, fc00:12::1");
	check_source("fc00:12::1", false, 7, "1 no tunnel source is fixed; the kernel chooses one, fc00:12::1 now");
	check_source("fc00:12::2", true, 0, "2 source-changed: no packet comes with the source of the flow");
	check_source("fc00:12::2", false, 0, "2 source-changed: ");
	/* Of another node, whose packets come through this one. */
	check_source("fc00:12::2", true, 7, "0 this node");
}

/* The finding about a set alone; @why: its flows cannot be read, or "". */
static void check_alone(uint32_t flows, uint32_t timeout, const char *why,
			const char *found)
{
	const struct measurement of = make_measurement(false, 0);
	struct checkup *checkup = checkup_new(&of, &timing);
	struct about about = { .subject = "set" };

	checkup_set(checkup, &(struct sr6flow_set){ .name = "rx", .mask = MASK,
		    .flows = flows, .timeout = timeout }, 0);
	checkup_unreadable(checkup, why);
	assert_int_equal(checkup_findings(checkup, find_about, &about),
			 *found != '2');
	assert_string_equal(about.text, found);
	checkup_free(checkup);
}

TEST(test_alone)
{
	check_alone(3, SR6FLOW_NO_TIMEOUT, "", "0 'rx' has 3 flows");
	check_alone(3, 0, "why", "2 the flows of 'rx' cannot be read: why");
	check_alone(0, SR6FLOW_NO_TIMEOUT, "", "2 'rx' has no flows");
	check_alone(0, 60, "", "2 'rx' has no flows");
	check_alone(0, 0, "", "1 'rx' has no flows yet: with learn, the egress learns them with the first requests");
}

static unsigned int tallies;

static void count_tallies(const struct finding *finding, void *arg)
{
	(void)arg;
	if (finding->level == FINDING_BAD && strstr(finding->text, "times"))
		tallies++;
}

/* Sixteen peers with every word each: what has no room is left out. */
TEST(test_many_words)
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
	tallies = 0;
	assert_false(checkup_findings(checkup, count_tallies, NULL));
	assert_in_range(tallies, RESULT_PEERS_MAX,
			RESULT_PEERS_MAX * REASON_UNKNOWN);
	checkup_free(checkup);
}
