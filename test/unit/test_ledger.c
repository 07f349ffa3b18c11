// SPDX-License-Identifier: GPL-2.0-only
/*
 * The ledger and what it learns: scripts/ledger.txt. A flow is LIST[@SOURCE/NETMASK]; its
 * mask and timing are those of the set unless a step says otherwise.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lmctl/engine/ledger.h"
#include "test/unit/script.h"

#define MASK 0x30000u
/* After so many a learned flow goes. */
#define TIMEOUT 100

static const struct block_timing timing = {
	.period = BLOCK_NS_PER_S,
	.guard = BLOCK_NS_PER_S / 2,
	.band = BLOCK_NS_PER_S / 10,
};

static struct ledger *ledger;
static struct learning *learning;
static struct keys keys;
static unsigned int wakes;
/* The block that is reported next, and the last request. */
static int64_t next;
static struct blocktlv kept;

static int setup(void **state)
{
	(void)state;
	ledger = ledger_new(&timing);
	learning = ledger_learning(ledger);
	wakes = 0;
	return !ledger;
}

static int teardown(void **state)
{
	(void)state;
	ledger_free(ledger);
	return 0;
}

static struct sr6flow_flow flow_of(const char *word)
{
	struct sr6flow_flow flow = { .nsids = 2 };
	unsigned int list = 0, source = 0;

	sscanf(word, "%u@%u/%u", &list, &source, &flow.netmask);
	flow.sids[0].s6_addr[0] = 0xfc;
	flow.sids[1].s6_addr[0] = 0xfc;
	flow.sids[1].s6_addr[14] = (uint8_t)(list >> 8);
	flow.sids[1].s6_addr[15] = (uint8_t)list;
	if (flow.netmask)
		flow.source.s6_addr[0] = 0xfd;
	flow.source.s6_addr[15] = (uint8_t)source;
	return flow;
}

/* dump FLOW GENERATION PACKETS [timeout=] */
static void do_dump(char **words)
{
	const struct sr6flow_flow flow = flow_of(words[0]);
	const struct sr6flow_set set = { .mask = MASK, .netmask = flow.netmask };
	const struct sr6flow_record record = {
		.flow = flow,
		.instance = 1,
		.generation = (uint64_t)script_number(words[1]),
		.slots = 0xf,
		.counters = { { (uint64_t)script_number(words[2]), 0 }, [3] = { 1, 0 } },
		.timeout = (uint32_t)script_value(words, "timeout", 0),
	};

	assert_int_equal(ledger_flow(ledger, &set, &record), 0);
}

/* record FLOW BLOCK PACKETS|REASON [last=] [continuity=] */
static void do_record(char **words)
{
	struct record record = {
		.flow = flow_of(words[0]),
		.mask = MASK,
		.instance = 0x0102030405060708,
		.block = script_number(words[1]),
		.reason = reason_parse(words[2]),
		.continuity = (uint64_t)script_value(words, "continuity", 0),
		.last_source.s6_addr = { [15] = (uint8_t)script_value(words, "last", 0) },
	};

	if (words[2][0] >= '0' && words[2][0] <= '9') {
		record.reason = REASON_NONE;
		record.packets = (uint64_t)script_number(words[2]);
		record.bytes = 100 * record.packets;
	}
	if (record.continuity)
		record.total = (struct sr6flow_counters){ 1000, 99000 };
	assert_int_equal(ledger_record(ledger, &record), 0);
}

/* end BLOCK */
static void do_end(char **words)
{
	ledger_block_end(ledger, script_number(words[0]));
}

/* block BLOCK PACKETS|REASON: as the reader gives one of flow 0 */
static void do_block(char **words)
{
	char *dumped[] = { "0", "1", "5", NULL };
	char *recorded[] = { "0", words[0], words[1], NULL };

	do_dump(dumped);
	do_record(recorded);
	do_end(words);
}

static void say_bytes(const char *name, const uint8_t *bytes, size_t len)
{
	size_t i;

	for (i = 0; i < len && !bytes[i]; i++)
		;
	if (i == len)
		return;
	script_say(" %s ", name);
	for (i = 0; i < len; i++)
		script_say("%02x", bytes[i]);
}

static void say_answer(const struct blocktlv *tlv)
{
	script_say("%s", answer_word(&tlv->answer));
	if (tlv->received.packets)
		script_say(" %" PRIu64, tlv->received.packets);
	assert_int_equal(tlv->received.bytes, 100 * tlv->received.packets);
	if (tlv->received_total.packets || tlv->received_total.bytes)
		script_say(" total %" PRIu64 " %" PRIu64, tlv->received_total.packets,
			   tlv->received_total.bytes);
	say_bytes("identity", tlv->identity, sizeof(tlv->identity));
	say_bytes("last", tlv->last_source.s6_addr, 16);
}

/* FLOW BLOCK [from=] [sent=] and differences: [mask=] [period=] [guard=] [band=] */
static struct blocktlv request(char **words, int64_t block)
{
	const struct sr6flow_flow flow = flow_of(words[0]);
	struct blocktlv tlv = {
		.version = BLOCKTLV_VERSION,
		.mask = MASK ^ (uint32_t)script_value(words, "mask", 0),
		.block = block,
		.sent = { (uint64_t)script_value(words, "sent", 7), 700 },
		.received = { 99, 99 },
		.received_total = { 98, 98 },
		.identity = { 97 },
		.flow = flow,
	};

	blocktlv_timing(&tlv, &timing);
	tlv.period_ms += (uint32_t)script_value(words, "period", 0);
	tlv.guard += (uint32_t)script_value(words, "guard", 0);
	tlv.band += (uint32_t)script_value(words, "band", 0);
	return tlv;
}

/* ask ...: whatever comes, the request's own fields stay, and timing is the set's */
static void do_ask(char **words)
{
	const struct in6_addr from = {
		.s6_addr = { 0xfd, [15] = (uint8_t)script_value(words, "from", 1) },
	};
	int64_t block = script_number(words[1]);
	struct blocktlv tlv = request(words, block), own = tlv;
	bool known = ledger_ask(ledger, &tlv, &from);

	blocktlv_timing(&own, &timing);
	assert_int_equal(tlv.period_ms, own.period_ms);
	assert_int_equal(tlv.guard, own.guard);
	assert_int_equal(tlv.band, own.band);
	assert_int_equal(tlv.sent.packets, own.sent.packets);
	assert_int_equal(tlv.block, block);
	assert_memory_equal(&tlv.flow, &own.flow, sizeof(own.flow));
	/* Who has seen no flow does not know which mask there is. */
	if (tlv.mask != MASK)
		script_say("mask %#x ", tlv.mask);
	say_answer(&tlv);
	if (!known)
		script_say(" not known");
}

static void do_stepped(char **words)
{
	(void)words;
	ledger_stepped(ledger);
}

/* begins BLOCK */
static void do_begins(char **words)
{
	ledger_begins(ledger, script_number(words[0]));
}

static void do_flows(char **words)
{
	(void)words;
	script_say("%" PRIu64 " flows, %" PRIu64 " packets", ledger_flows(ledger),
		   ledger_total(ledger));
}

static void wake(void *arg)
{
	assert_ptr_equal(arg, &wakes);
	wakes++;
}

/* limit FLOWS KEY... */
static void do_limit(char **words)
{
	keys = (struct keys){ 0 };
	for (; words[1 + keys.n]; keys.n++)
		strcpy(keys.key[keys.n].id, words[1 + keys.n]);
	learning_configure(learning, &(struct learning_config){
		.flows = (uint32_t)script_number(words[0]), .timeout = TIMEOUT,
		.keys = &keys, .wake = wake, .arg = &wakes,
	});
}

/* first BLOCK: the next one that is reported */
static void do_first(char **words)
{
	next = script_number(words[0]);
}

static void do_set(char **words)
{
	(void)words;
	ledger_set(ledger, &(struct sr6flow_set){ .mask = MASK, .netmask = 128 });
}

/* report [SKIP]: the next block, or one after it */
static void do_report(char **words)
{
	do_set(words);
	next += script_number(words[0]);
	ledger_block_end(ledger, next++);
}

static void say_wanted(const struct blocktlv *tlv, const char *key)
{
	/* As a reflector does with an authenticated request. */
	if (!ledger_keep(ledger, tlv, key) && !ledger_learn(ledger, tlv, key))
		script_say("not of this set");
}

static struct blocktlv request_of(char **words)
{
	return request(words, script_value(words, "block", next + script_value(words, "ahead", 0)));
}

/* want FLOW KEY [ahead= of the next block] [block=] */
static void do_want(char **words)
{
	struct blocktlv tlv = request_of(words);

	say_wanted(&tlv, words[1]);
}

/* keep FLOW [ahead=]: a request for later */
static void do_keep(char **words)
{
	kept = request_of(words);
}

/* again KEY: the request that was kept */
static void do_again(char **words)
{
	say_wanted(&kept, words[0]);
}

/* job [ERRNO]: the next job, which ends with that */
static void do_job(char **words)
{
	struct learning_job job;

	if (!learning_next(learning, &job)) {
		script_say("none");
		return;
	}
	assert_int_equal(job.timeout, TIMEOUT);
	script_say("%s %u@%u/%u", job.renew ? "renew" : "add", job.flow.sids[1].s6_addr[15],
		   job.flow.source.s6_addr[15], job.flow.netmask);
	learning_done(learning, &job, -(int)script_number(words[0]));
}

static void do_learned(char **words)
{
	const struct learning_stats *stats = learning_stats(learning);

	(void)words;
	script_say("%" PRIu64 " flows, %" PRIu64 " learned, %" PRIu64 " refused, %" PRIu64
		   " failed, %u wakes", stats->flows, stats->learned, stats->refused,
		   stats->failed, wakes);
}

static const struct script_word script[] = {
	{ "dump", do_dump }, { "record", do_record }, { "end", do_end },
	{ "block", do_block }, { "ask", do_ask }, { "stepped", do_stepped },
	{ "begins", do_begins }, { "flows", do_flows }, { "limit", do_limit },
	{ "first", do_first }, { "report", do_report }, { "want", do_want },
	{ "keep", do_keep }, { "again", do_again }, { "set", do_set }, { "job", do_job }, { "learned", do_learned }, { 0 }
};

UNIT_REGISTER(script)
{
	script_register("ledger", script, setup, teardown);
}

/* A set that loses and gets flows all the time does not grow the ledger. */
TEST_WITH(setup, teardown, test_memory_is_bounded)
{
	char flow[16], *words[] = { flow, flow, "1", NULL };
	unsigned int i;

	for (i = 0; i < 5000; i++) {
		snprintf(flow, sizeof(flow), "%u", i);
		do_dump(words);
		do_record(words);
		do_end(words);
		assert_true(ledger_flows(ledger) <= LEDGER_BLOCKS + 1);
	}
}

/* Whatever is asked, there are never more learned flows than the limit. */
TEST_WITH(setup, teardown, test_learning_is_bounded)
{
	char flow[16], *words[] = { flow, "a", NULL };
	char *limit[] = { "4", "a", "b", NULL }, *none[] = { NULL };
	struct learning_job job;
	unsigned int i, jobs = 0;

	next = 1000;
	do_limit(limit);
	do_report(none);
	for (i = 0; i < 2000; i++) {
		snprintf(flow, sizeof(flow), "0@%u/128", i % 200);
		words[1] = i % 3 ? "a" : "b";
		do_want(words);
		if (i % 10 == 0)
			do_report(none);
		while (i % 7 == 0 && learning_next(learning, &job)) {
			learning_done(learning, &job, 0);
			jobs++;
		}
	}
	/* Each place is free again when its flow cannot be repeated any more. */
	assert_in_range(jobs, 4, 4 * (2000 / 10 / LEDGER_BLOCKS + 1));
	assert_true(learning_stats(learning)->refused > 1000);
}
