// SPDX-License-Identifier: GPL-2.0-only
/*
 * Which flows a set has after words like these. A flow is a letter; without other words
 * it has the name that the follower makes.
 *
 *	+1a -1a	route 1 by the SID list a is new, or gone
 *	!a ~a	the operator adds the flow a with a name of its own, or removes it
 *	^a	the operator deletes the flow a and adds it with a name of its own
 *	%a	someone adds the flow a with a name as the follower makes it
 *	T30	it is 30 s later: with blocks of 10 s, a guard time of 5 s and a guard band of 1 s
 *	M2 F2	the set has room for 2 flows; a new one replaces another with forceadd
 *	X O	the set is removed, or made again
 *	=a	it is made again, with a flow of the operator, before the follower looks
 *	N	it is made again with another netmask
 *	S	the source changes
 *	R	the daemon restarts after a failure
 *	Q Q1	it ends and starts again; meanwhile route 1 has gone
 *	W	from now on, not all routes have been read; or now they have
 *
 * After each word the follower looks at the set and does what is due.
 */
#include <errno.h>
#include <linux/seg6.h>
#include <linux/seg6_iptunnel.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lmctl/engine/following.h"
#include "lmctl/node/tables.h"
#include "test/unit/unit.h"

#define S BLOCK_NS_PER_S

static struct {
	struct routing *routing;
	struct following *following;
	int64_t now;
	struct sr6flow_set set;
	bool exists;
	uint8_t source;
	char name[256][SR6FLOW_NAME_MAX + 1];
	uint8_t sources[256];
	char route[10];
	struct sr6flow_flow kept[4];
	unsigned int nkept;
	unsigned int left_out;
	bool reading;
} self;

static const struct encap {
	int mode;
	struct ipv6_sr_hdr srh;
	uint8_t sid[16];
} template = { .mode = SEG6_IPTUN_MODE_ENCAP, .srh = { .type = 4 } };

static int source(void *arg, const struct seg6_route *route,
		  const struct in6_addr *sid, struct in6_addr *to, char *reason)
{
	(void)arg;
	(void)route;
	(void)sid;
	memset(to, 0, sizeof(*to));
	to->s6_addr[0] = self.source;
	strcpy(reason, "no source");
	return self.source ? 0 : -ENETUNREACH;
}

static const char *table(uint32_t number, char *text)
{
	snprintf(text, TABLE_NAME_LEN, "%u", number);
	return text;
}

static void left_out(void *arg, const struct seg6_route *route,
		     const char *reason)
{
	(void)arg;
	(void)route;
	assert_string_equal(reason, "no source");
	self.left_out++;
}

static const struct following_ops ops = {
	.source = source, .table = table, .left_out = left_out,
};

static void start(void)
{
	struct block_timing timing;
	char error[128];

	assert_int_equal(block_timing_init(&timing, 10000, 5 * S, 1 * S, error,
					   sizeof(error)), 0);
	self.routing = routing_new();
	self.following = following_new(self.routing, &ops, NULL);
	assert_non_null(self.following);
	following_configure(self.following, &timing, "%d");
}

static void keep(const struct sr6flow_flow *flow, void *arg)
{
	(void)arg;
	assert_true(self.nkept < ARRAY_SIZE(self.kept));
	self.kept[self.nkept++] = *flow;
}

static void stop(void)
{
	following_free(self.following);
	routing_free(self.routing);
}

static void route(enum route_kind kind, char number, char path)
{
	struct encap encap = template;
	struct route_message message = {
		.kind = kind,
		.key = { .family = AF_INET, .prefix_len = 8, .dst = { (uint8_t)number } },
		.hop = { .encap = &encap, .encap_len = sizeof(encap) },
	};

	encap.sid[0] = (uint8_t)path;
	routing_changed(self.routing, &message);
}

static int write_job(const struct following_job *job)
{
	uint8_t letter = job->flow.sids[0].s6_addr[0];
	char *name = self.name[letter];

	if (job->remove) {
		assert_int_equal(self.sources[letter], job->flow.source.s6_addr[0]);
		*name = '\0';
		self.set.flows--;
		return 0;
	}
	/* A flow of another source is not kept here, so none may be there. */
	if (*name)
		return -EEXIST;
	if (self.set.flows == self.set.maxelem && !self.set.forceadd)
		return -ENOSPC;
	/* Always the same one. */
	if (self.set.flows == self.set.maxelem) {
		self.name['a'][0] = '\0';
		self.set.flows--;
	}
	strcpy(name, job->flow.name);
	self.sources[letter] = job->flow.source.s6_addr[0];
	self.set.flows++;
	return 0;
}

static void dump(void)
{
	unsigned int i;

	following_dump_begin(self.following);
	for (i = 0; i < 256; i++) {
		struct sr6flow_flow flow = {
			.nsids = 1, .netmask = self.set.netmask,
		};

		if (!*self.name[i])
			continue;
		flow.source.s6_addr[0] = self.sources[i];
		flow.sids[0].s6_addr[0] = (uint8_t)i;
		strcpy(flow.name, self.name[i]);
		following_dumped(self.following, &flow);
	}
	following_dump_end(self.following, self.now);
}

static void work(void)
{
	struct following_job job;
	unsigned int i;

	/* A dump may find something to do, and the other way round. */
	for (i = 0; i < 3; i++) {
		if (following_set(self.following, self.exists ? &self.set : NULL))
			dump();
		following_retry(self.following);
		while (following_step(self.following, self.now, 1))
			;
		if (!self.reading)
			following_settled(self.following);
		while (following_next(self.following, self.now, &job))
			following_done(self.following, &job, write_job(&job));
	}
}

static void put(char letter, const char *name)
{
	strcpy(self.name[(uint8_t)letter], name);
	self.sources[(uint8_t)letter] = self.set.netmask ? self.source : 0;
	self.set.flows += *name ? 1 : -1u;
}

static void empty(unsigned int netmask)
{
	memset(self.name, 0, sizeof(self.name));
	self.set.flows = 0;
	self.set.netmask = netmask;
	self.exists = true;
}

static void run_word(const char *word)
{
	unsigned int i;

	switch (*word) {
	case '+':
		route(ROUTE_SET, word[1], word[2]);
		self.route[word[1] - '0'] = word[2];
		break;
	case '-':
		route(ROUTE_GONE, word[1], word[2]);
		self.route[word[1] - '0'] = '\0';
		break;
	case '!':
		put(word[1], "operator");
		break;
	case '^':
		strcpy(self.name[(uint8_t)word[1]], "operator");
		break;
	case '%':
		put(word[1], "1.0.0.0_8");
		break;
	case '~':
		put(word[1], "");
		break;
	case 'T':
		self.now += atoi(word + 1) * S;
		break;
	case 'F':
	case 'M':
		self.set.forceadd = *word == 'F';
		self.set.maxelem = (uint32_t)atoi(word + 1);
		break;
	case 'X':
		self.exists = false;
		break;
	case 'O':
	case 'N':
		empty(*word == 'N' ? 128 : 0);
		break;
	case '=':
		empty(self.set.netmask);
		put(word[1], "operator");
		break;
	case 'W':
		self.reading = !self.reading;
		break;
	case 'S':
		self.source++;
		routing_again(self.routing, UINT32_MAX);
		break;
	case 'Q':
		following_each(self.following, keep, NULL);
		if (word[1])
			self.route[word[1] - '0'] = '\0';
		/* fall through */
	case 'R':
		stop();
		start();
		if (self.nkept)
			following_set(self.following, &self.set);
		while (self.nkept)
			following_remember(self.following, &self.kept[--self.nkept]);
		for (i = 0; i < sizeof(self.route); i++)
			if (self.route[i])
				route(ROUTE_SET, (char)('0' + i), self.route[i]);
		break;
	}
	work();
}

static void run(const char *words)
{
	char copy[256], *word, *rest = copy;

	memset(&self, 0, sizeof(self));
	self.set.mask = SR6FLOW_MASK_DEFAULT;
	self.set.maxelem = 100;
	self.now = 3 * S;
	empty(0);
	start();
	snprintf(copy, sizeof(copy), "%s", words);
	while ((word = strsep(&rest, " ")))
		run_word(word);
}

static const struct row {
	const char *name;
	const char *set;
} rows[] = {
	{ "+1a", "a" },
	{ "+1a +2a +3b", "ab" },
	{ "+1a +2a -1a T100", "a" },
	/* Removed in block 0, read before 19 s, given up by 79 s. */
	{ "+1a -1a T75", "a" },
	{ "+1a -1a T76", "" },
	{ "+1a T8 -1a T77", "a" },
	{ "+1a T8 -1a T78", "" },
	{ "+1a -1a T70 +1a T100", "a" },
	{ "+1a -1a T70 +1a -1a T70", "a" },
	/* The flows of others. */
	{ "!a +1a -1a T100", "a" },
	{ "!a +1a R -1a T100", "a" },
	{ "%a +2b T100", "ab" },
	{ "%a R T100", "a" },
	{ "!a +1a ~a", "a" },
	{ "!a +1a ~a -1a T100", "" },
	{ "+1a ~a", "a" },
	{ "+1a -1a ~a !a T100", "a" },
	{ "+1a ^a -1a T100", "a" },
	{ "+1a -1a ^a T100", "a" },
	{ "+1a +2b =a -1a T100", "ab" },
	{ "+1a +2b -1a =a T100", "ab" },
	{ "%a +1a +2b ~b -1a T100", "b" },
	/* After a restart. */
	{ "+1a R", "a" },
	{ "+1a R -1a T100", "" },
	{ "%a +1a -1a T100", "" },
	{ "+1a Q -1a T100", "" },
	{ "+1a +2b Q1 T100", "b" },
	{ "+1a Q1 T75", "a" },
	{ "+1a -1a Q T100", "" },
	{ "+1a Q1 Q T100", "" },
	{ "+1a Q1 ^a T100", "a" },
	{ "!a +1a Q1 T100", "a" },
	{ "+1a Q1 +2a T100", "a" },
	/* The routes are not all known yet. */
	{ "+1a W Q1 T100", "a" },
	{ "+1a W Q1 T100 Q", "a" },
	{ "+1a W Q1 T100 Q W T100", "" },
	{ "+1a W Q1 T100 +2a W T100", "a" },
	{ "+1a W Q1 T100 +2a -2a T100", "" },
	/* A set that is missing, full, or another one. */
	{ "X +1a", "" },
	{ "X +1a O", "a" },
	{ "+1a O", "a" },
	{ "+1a X -1a O +2b T100", "b" },
	{ "M1 +1a +2b", "a" },
	{ "M1 +1a +2b -1a T76", "b" },
	{ "M1 !z +1a ~z", "a" },
	{ "F2 +1a +2b +3c", "ab" },
	{ "F2 +1a +2b -1a T76 +3c", "bc" },
	{ "S +1a N", "a" },
	{ "S N +1a -1a T76", "" },
};

TEST_ROWS(rows, test_flows)
{
	const struct row *row = *state;
	char text[32] = "";
	unsigned int i;

	run(row->name);
	for (i = 0; i < 256; i++)
		if (*self.name[i])
			sprintf(text + strlen(text), "%c", (char)i);
	assert_string_equal(text, row->set);
	stop();
}

/* Both flows are there until the last block of the old source has been reported. */
TEST(test_source)
{
	struct following_stats stats;

	run("S N +1a");
	self.name['a'][0] = '\0';
	self.source++;
	routing_again(self.routing, UINT32_MAX);
	while (following_step(self.following, self.now, 1))
		;
	following_stats(self.following, &stats);
	assert_int_equal(stats.leaving, 1);
	assert_int_equal(stats.missing, 1);
	stop();
}

/* One line for each reason, and again when it had gone. */
TEST(test_left_out)
{
	struct following_stats stats;

	run("N +1a +2b");
	following_stats(self.following, &stats);
	assert_int_equal(stats.left_out, 2);
	assert_int_equal(self.left_out, 1);
	run_word("S");
	following_stats(self.following, &stats);
	assert_int_equal(stats.left_out, 0);
	assert_int_equal(stats.flows, 2);
	self.source = 0;
	run_word("+3c");
	assert_int_equal(self.left_out, 2);
	stop();
}

/* When the clock goes back, a flow does not stay for that time. */
TEST(test_stepped)
{
	run("+1a -1a");
	self.now -= 1000 * S;
	following_stepped(self.following, -1000 * S);
	run_word("T75");
	assert_true(*self.name['a']);
	run_word("T1");
	assert_false(*self.name['a']);
	stop();
}
