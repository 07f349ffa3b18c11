// SPDX-License-Identifier: GPL-2.0-only
/*
 * What becomes of counted packets: a node's routes and a flow go in, one finding comes
 * out, which is in golden/checkup-sids.txt; and what a checkup without peers looks at.
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <arpa/inet.h>
#include <linux/seg6_local.h>

#include "lmctl/cmd/checkup_sids.h"
#include "test/unit/result_make.h"
#include "test/unit/capture.h"
#include "test/unit/golden.h"
#include "test/unit/unit.h"

#define ROUTES_MAX 4
#define END { .fate = SID_ENDPOINT, .action = SEG6_LOCAL_ACTION_END }
#define NEXT { .fate = SID_ENDPOINT, .action = SEG6_LOCAL_ACTION_END, \
	       .block = 32, .function = 16 }
#define ON { .fate = SID_FORWARDED }
#define DT6 { .fate = SID_TAKEN, .action = SEG6_LOCAL_ACTION_END_DT6, .table = 100 }

/**
 * struct row - a node, a flow of its set, and what is said
 * @name: what the row is about
 * @flow: flow
 * @prefix: prefixes of the node's routes, the longest first; all others are SID_NOWHERE
 * @route: what they do
 * @some: packets of some devices are sent on where there is no route
 */
struct row {
	const char *name;
	const char *flow;
	const char *prefix[ROUTES_MAX];
	struct sid_route route[ROUTES_MAX];
	bool some;
};

static const struct row rows[] = {
	{ "End.DT6 here", "gold=fcff:2::1,fcff:3::100",
	  { "fcff:0003:0000:0000:0000:0000:0000:0100" }, .route = { DT6 } },
	{ "a table that is empty", "gold=fcff:2::1,fcff:3::100", { "fcff:0003:" },
	  .route = { { .fate = SID_TAKEN, .action = SEG6_LOCAL_ACTION_END_DT46, .table = 100,
	      .empty = true } } },
	{ "End of the locator only", "fcff:2::1,fcff:3::100", { "fcff:0003:" }, .route = { END } },
	{ "End.X", "fcff:3::100", { "fcff:0003:" },
	  .route = { { .fate = SID_ENDPOINT, .action = SEG6_LOCAL_ACTION_END_X } } },
	{ "an action without a name", "fcff:3::100", { "fcff:0003:" },
	  .route = { { .fate = SID_ENDPOINT, .action = 200 } } },
	{ "not known", "fcff:3::100", { "fcff:0003:" }, .route = { { .fate = SID_UNKNOWN } } },

	{ "in the middle, no SID", "fcff:2::1,fcff:3::100", { "fcff:" }, .route = { ON } },
	{ "in the middle, with a SID", "fcff:2::1,fcff:3::100",
	  { "fcff:0002:", "fcff:0003:" }, .route = { END, ON } },
	{ "no route to the last SID", "fcff:2::1,fcff:3::100", { "fcff:0002:" }, .route = { ON } },
	{ "no route to the next SID, the last", "fcff:1::1,fcff:2::1,fcff:3::100",
	  { "fcff:0001:", "fcff:0002:" }, .route = { ON, END } },
	{ "this node is twice in the list", "fcff:2::1,fcff:1::1,fcff:2::1,fcff:3::100",
	  { "fcff:0001:", "fcff:0002:" }, .route = { ON, END } },
	{ "no route to a SID behind the next one", "fcff:2::1,fcff:1::1,fcff:3::100",
	  { "fcff:0001:", "fcff:0002:" }, .route = { ON, END } },
	{ "the main table knows no SID", "fcff:2::1,fcff:3::100", .some = true },
	{ "the main table knows some SID", "fcff:2::1,fcff:3::100",
	  { "fcff:0002:" }, .route = { ON }, .some = true },

	{ "a container that ends here", "fcbb:bb00:100:200:300:d6::",
	  { "fcbb:bb00:0100:", "fcbb:bb00:0300:", "fcbb:bb00:00d6:" }, .route = { ON, NEXT, DT6 } },
	{ "a container that begins here", "fcbb:bb00:300:d6::",
	  { "fcbb:bb00:0300:", "fcbb:bb00:00d6:" }, .route = { NEXT, DT6 } },
	{ "a container whose last SID is gone", "fcbb:bb00:100:200:300:d6::",
	  { "fcbb:bb00:0100:", "fcbb:bb00:0300:" }, .route = { ON, NEXT }, .some = true },
	{ "a container that ends with a locator", "fcbb:bb00:100:300::",
	  { "fcbb:bb00:0100:", "fcbb:bb00:0300:" }, .route = { ON, NEXT } },
	{ "a container that goes on", "fcbb:bb00:300:400:d6::",
	  { "fcbb:bb00:0300:", "fcbb:bb00:0400:" }, .route = { NEXT, ON } },
	{ "blocks and SIDs of other lengths", "fcbb:bbaa:bb03:d600::",
	  { "fcbb:bbaa:bb03:", "fcbb:bbaa:bbd6:" },
	  .route = { { .fate = SID_ENDPOINT, .action = SEG6_LOCAL_ACTION_END, .block = 40,
	      .function = 8 }, DT6 } },
	{ "a length that no SID has", "fcbb:bb00:300:d6::", { "fcbb:bb00:0300:" },
	  .route = { { .fate = SID_ENDPOINT, .action = SEG6_LOCAL_ACTION_END, .block = 128,
	      .function = 16 } } },
	/* What would be a container of another node's SIDs is none of ours. */
	{ "a SID that is no container", "fcff:3:5::100",
	  { "fcff:0003:0000:", "fcff:0003:" }, .route = { END, ON } },
};

static void lookup(const struct in6_addr *sid, struct sid_route *route,
		   void *arg)
{
	const struct row *row = arg;
	char text[40];
	unsigned int i;
	int at = 0;

	for (i = 0; i < 16; i += 2)
		at += sprintf(text + at, "%s%02x%02x", i ? ":" : "",
			      sid->s6_addr[i], sid->s6_addr[i + 1]);
	for (i = 0; i < ROUTES_MAX && row->prefix[i]; i++)
		if (!strncmp(text, row->prefix[i], strlen(row->prefix[i])))
			break;
	if (i < ROUTES_MAX && row->prefix[i])
		*route = row->route[i];
	else
		*route = (struct sid_route){
			.fate = SID_NOWHERE, .some = row->some,
		};
}

static void print_row(const struct row *row)
{
	struct sr6flow_flow flow = make_flow(row->flow);
	struct sid_facts facts = { 0 };
	struct sid_finding finding;
	unsigned int i;

	printf("%s== %s ==\n", row == rows ? "" : "\n", row->name);
	sid_facts_add(&facts, &flow, lookup, (void *)row);
	for (i = 0; sid_finding(&facts, i, &finding); i++) {
		printf("%s: %s\n", finding.level == FINDING_GOOD ? "good" : "note",
		       finding.text);
		assert_int_equal(!*finding.remedy, finding.level == FINDING_GOOD);
	}
	assert_in_range(i, 0, 1);
}

TEST_WITH(NULL, capture_teardown, one_flow)
{
	size_t i;

	capture(STDOUT_FILENO);
	for (i = 0; i < ARRAY_SIZE(rows); i++)
		print_row(&rows[i]);
	golden("checkup-sids", capture_end());
}

/* A line for each kind, with the number of flows and the first of them. */
TEST(many_flows)
{
	static const struct row node = {
		.prefix = { "fcff:0003:", "fcff:0004:" },
		.route = { DT6, ON },
	};
	static const char *const wanted[] = {
		"decapsulates packets after counting them (100 flows, first f0)",
		"none of their SIDs is its own (100 flows, first f1)",
		"it has no route to their last SID fcff:5::1 (100 flows, first f2)",
	};
	struct sid_facts facts = { 0 };
	struct sid_finding finding;
	unsigned int i;

	for (i = 0; i < 300; i++) {
		struct sr6flow_flow flow;
		char text[64];

		sprintf(text, "f%u=fcff:4::1,fcff:%x::1", i, 3 + i % 3);
		flow = make_flow(text);
		sid_facts_add(&facts, &flow, lookup, (void *)&node);
	}
	for (i = 0; i < ARRAY_SIZE(wanted); i++) {
		assert_true(sid_finding(&facts, i, &finding));
		assert_non_null(strstr(finding.text, wanted[i]));
	}
	assert_false(sid_finding(&facts, i, &finding));
}

/* The longest flow and every number at its largest. */
TEST(longest)
{
	static const struct row node = {
		.prefix = { "f" },
		.route = { { .fate = SID_TAKEN, .action = SEG6_LOCAL_ACTION_END_DT46,
			     .table = UINT32_MAX, .empty = true } },
	};
	struct sr6flow_flow flow = { .nsids = SR6FLOW_SIDS_MAX };
	struct sid_facts facts = { 0 };
	struct sid_finding finding;

	memset(flow.sids, 0xff, sizeof(flow.sids));
	sid_facts_add(&facts, &flow, lookup, (void *)&node);
	facts.flows[SIDS_EMPTY] = UINT64_MAX;
	assert_true(sid_finding(&facts, 0, &finding));
	assert_non_null(strstr(finding.text, "18446744073709551615 flows"));
	assert_int_equal(finding.text[strlen(finding.text) - 1], ')');
	assert_non_null(strstr(finding.remedy, "not in the results"));
}

static void note(const struct finding *finding, void *arg)
{
	char *subjects = arg;

	strcat(subjects, finding->subject);
	strcat(subjects, finding->level == FINDING_BAD ? "! " : " ");
}

/* Without peers, what takes blocks to see is not judged. */
TEST(set_alone)
{
	const struct measurement of = { .set = "lm-rx" };
	const struct block_timing timing = { 0 };
	struct checkup *checkup = checkup_new(&of, &timing);
	struct rules rules = {
		.n = 1, .counting = 1,
		.rule[0] = { .counts = 1, .plain = true, .placed = true,
			     .hooked = true },
	};
	const struct sr6flow_set set = {
		.name = "lm-rx", .flows = 1, .mask = 0x00030000,
		.colour = 0x00010000,
	};
	struct sr6flow_flow flow = make_flow("gold=fcff:2::1,fcff:3::100");
	struct sid_facts facts = { 0 };
	char subjects[128] = "";

	assert_non_null(checkup);
	checkup_set(checkup, &set, 0);
	checkup_rules(checkup, &rules);
	sid_facts_add(&facts, &flow, lookup, (void *)&rows[0]);
	checkup_sids(checkup, &facts);
	assert_true(checkup_findings(checkup, note, subjects));
	assert_string_equal(subjects, "set rule mask SID ");
	rules.counting = 0;
	rules.n = 0;
	checkup_rules(checkup, &rules);
	*subjects = '\0';
	assert_false(checkup_findings(checkup, note, subjects));
	assert_string_equal(subjects, "set rule! mask SID ");
	checkup_free(checkup);
}
