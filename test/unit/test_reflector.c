// SPDX-License-Identifier: GPL-2.0-only
/*
 * The reflector: scripts/reflector.txt. A step writes a part of a message, sends it, or
 * says what has come back. The reflector has the keys a and b. Flow i is that of ledger i,
 * with 50 + i packets in block 100.
 */
#include <arpa/inet.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lmctl/engine/reflector.h"
#include "lmctl/stamp/stamp.h"
#include "test/unit/script.h"

#define MASK 0xc0u
/* The last block that was read. */
#define BLOCK 100
#define SIDS 3
/* So many bytes are said. */
#define HEX_MAX STAMP_BASE_LEN
/* When requests come, and when replies leave. */
#define RECEIVED INT64_C(1700000000500000000)
#define LEFT_AFTER 25000
/* Bytes behind the message that must stay as they are. */
#define GUARD_LEN 64
#define GUARD_BYTE 0xa5

static const struct block_timing timing = {
	.period = BLOCK_NS_PER_S,
	.guard = BLOCK_NS_PER_S / 2,
	.band = BLOCK_NS_PER_S / 10,
};

static struct reflector *reflector;
static struct reflector_config config;
static struct keys keys;
static struct ledger *ledgers[2];
/* The message, as long as it is; @sent is it as it was sent. */
static uint8_t data[STAMP_MESSAGE_MAX + 1 + GUARD_LEN];
static uint8_t sent[sizeof(data)];
static size_t len;
static struct reflector_request request;

static int64_t leave(void)
{
	return request.received + LEFT_AFTER;
}

static struct sr6flow_flow flow_of(const char *word)
{
	struct sr6flow_flow flow = { .nsids = SIDS };
	unsigned int list = 0, source = 0;

	sscanf(word, "%u@%u/%u", &list, &source, &flow.netmask);
	flow.sids[0].s6_addr[0] = 0xfc;
	flow.sids[2].s6_addr[15] = (uint8_t)list;
	flow.source.s6_addr[15] = (uint8_t)source;
	return flow;
}

/* ledger I: a new one, which has not read a block */
static void do_ledger(char **words)
{
	struct ledger **ledger = &ledgers[script_number(words[0])];

	ledger_free(*ledger);
	*ledger = ledger_new(&timing);
	assert_non_null(*ledger);
}

/* record I FLOW BLOCK PACKETS [last=] [total= of the last dump] */
static void do_record(char **words)
{
	struct ledger *ledger = ledgers[script_number(words[0])];
	const struct sr6flow_set set = { .mask = MASK };
	const struct sr6flow_record dumped = {
		.flow = flow_of(words[1]), .generation = 1, .slots = 1,
		.counters = { { (uint64_t)script_value(words, "total", 0), 0 } },
	};
	const struct record record = {
		.flow = dumped.flow, .mask = MASK, .block = script_number(words[2]),
		.packets = (uint64_t)script_number(words[3]), .bytes = 1000,
		.last_source.s6_addr = { [15] = (uint8_t)script_value(words, "last", 0) },
	};

	if (script_option(words, "total"))
		assert_int_equal(ledger_flow(ledger, &set, &dumped), 0);
	assert_int_equal(ledger_record(ledger, &record), 0);
	ledger_block_end(ledger, record.block);
}

/* none: the reflector has no ledgers */
static void do_none(char **words)
{
	(void)words;
	reflector_ledgers(reflector, NULL, 0);
}

/* config [KEY=VALUE...]: what is not said stays as it is */
static void do_config(char **words)
{
	config.auth = script_value(words, "auth", config.auth);
	config.stateful = script_value(words, "stateful", config.stateful);
	config.tlv_type = (uint8_t)script_value(words, "type", config.tlv_type);
	config.rate = (uint32_t)script_value(words, "rate", config.rate);
	config.burst = (uint32_t)script_value(words, "burst", config.burst);
	config.twamp_light = script_value(words, "twamp", config.twamp_light);
	config.learn = (uint32_t)script_value(words, "learn", config.learn);
	config.freshness = BLOCK_NS_PER_S *
			   script_value(words, "freshness",
					config.freshness / BLOCK_NS_PER_S);
	keys.n = (unsigned int)script_value(words, "keys", keys.n);
	reflector_reconfigure(reflector, &config, &keys);
}

static int setup(void **state)
{
	char *none[] = { NULL }, number[] = "0";
	char *record[] = { number, number, "100", NULL, "total=0x100000032", NULL };
	char packets[] = "50";
	unsigned int i;

	(void)state;
	keys = (struct keys){ .n = 2 };
	for (i = 0; i < keys.n; i++) {
		keys.key[i].id[0] = (char)('a' + i);
		keys.key[i].len = KEY_SECRET_MIN;
		memset(keys.key[i].secret, (int)(i + 1), KEY_SECRET_MIN);
	}
	config = (struct reflector_config){
		.tlv_type = STAMP_TLV_BLOCK,
		.freshness = 60 * BLOCK_NS_PER_S,
	};
	reflector = reflector_new(&config, &keys);
	assert_non_null(reflector);
	record[3] = packets;
	for (i = 0; i < 2; i++) {
		number[0] = (char)('0' + i);
		packets[1] = (char)('0' + i);
		do_ledger(record);
		do_record(record);
	}
	reflector_ledgers(reflector, ledgers, 2);
	do_config(none);
	return 0;
}

static int teardown(void **state)
{
	unsigned int i;

	(void)state;
	reflector_free(reflector);
	for (i = 0; i < 2; i++) {
		ledger_free(ledgers[i]);
		ledgers[i] = NULL;
	}
	return 0;
}

/* clock SYNCHRONISED ERROR-NS */
static void do_clock(char **words)
{
	reflector_clock(reflector, script_number(words[0]), script_number(words[1]));
}

/* begin NUMBER [age= s] [at= ms] [from=] [port=] [to=] [ptp=]: a message */
static void do_begin(char **words)
{
	const char *to = script_option(words, "to");
	bool ptp = script_value(words, "ptp", 0);
	int64_t age = BLOCK_NS_PER_S * script_value(words, "age", 0) +
		      script_value(words, "age-ns", 0);
	struct stamp_request base = {
		.seq = (uint32_t)script_number(words[0]),
		.error = stamp_error_encode(true, ptp, 1000),
		.ssid = 0x1234,
	};

	request = (struct reflector_request){
		.data = data,
		.from = {
			.sin6_family = AF_INET6,
			.sin6_port = htons((uint16_t)script_value(words, "port", 4000)),
		},
		.ttl = 61,
		.traffic_class = 46 << 2 | 1,
		.received = RECEIVED + BLOCK_NS_PER_MS * script_value(words, "at", 0),
	};
	request.from.sin6_addr.s6_addr16[7] =
		htons((uint16_t)script_value(words, "from", 1));
	if (to)
		assert_int_equal(inet_pton(AF_INET6, to, &request.to), 1);
	/* Its age is by the clock of the sender, whatever passes on the way. */
	base.timestamp = stamp_time_encode(RECEIVED - age, ptp);
	memset(data, GUARD_BYTE, sizeof(data));
	len = stamp_base_len(config.auth);
	stamp_request_write(data, config.auth, &base);
}

static unsigned int type_of(const char *word)
{
	static const struct {
		const char *word;
		unsigned int type;
	} types[] = {
		{ "padding", STAMP_TLV_PADDING }, { "cos", STAMP_TLV_COS },
		{ "direct", STAMP_TLV_DIRECT }, { "unknown", 77 },
		{ "destination", STAMP_TLV_DESTINATION }, { "block", STAMP_TLV_BLOCK },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(types); i++)
		if (!strcmp(word, types[i].word))
			return types[i].type;
	fail_msg("'%s' is no type of a TLV", word);
	return 0;
}

static void put_hex(uint8_t *at, const char *hex)
{
	unsigned int byte;

	for (; sscanf(hex, "%2x", &byte) == 1; hex += 2)
		*at++ = (uint8_t)byte;
}

static uint8_t *append(unsigned int type, size_t value_len)
{
	uint8_t *value = stamp_tlv_write(data + len, (uint8_t)type, (uint16_t)value_len);

	memset(value, 0, value_len);
	len += STAMP_TLV_HEADER_LEN + value_len;
	return value;
}

/* tlv TYPE LENGTH [HEX]: zeros behind that */
static void do_tlv(char **words)
{
	uint8_t *value = append(type_of(words[0]), (size_t)script_number(words[1]));

	put_hex(value, words[2] ?: "");
}

/* block FLOW BLOCK [version=] [prefix=] */
static void do_block(char **words)
{
	struct blocktlv tlv = {
		.version = (uint8_t)script_value(words, "version", BLOCKTLV_VERSION),
		.mask = MASK, .block = script_number(words[1]), .sent = { 60, 1200 },
		.flow = flow_of(words[0]),
	};

	blocktlv_timing(&tlv, &timing);
	blocktlv_write(&tlv, append(STAMP_TLV_BLOCK, tlv.version == BLOCKTLV_VERSION_1 ?
						     BLOCKTLV_LEN_1(SIDS) :
						     BLOCKTLV_LEN(SIDS)));
}

/* hmac KEY: over all TLVs before it */
static void do_hmac(char **words)
{
	size_t at = len;
	uint8_t *value = append(STAMP_TLV_HMAC, STAMP_HMAC_LEN);

	key_tlv_hmac(&keys.key[words[0][0] - 'a'], data, stamp_base_len(config.auth), at,
		     value);
}

/* seal KEY */
static void do_seal(char **words)
{
	key_seal_base(&keys.key[words[0][0] - 'a'], data);
}

/* flip BIT: from the end if negative */
static void do_flip(char **words)
{
	int64_t bit = script_number(words[0]);

	if (bit < 0)
		bit += 8 * (int64_t)len;
	data[bit / 8] ^= (uint8_t)(1u << bit % 8);
}

/* put OFFSET HEX: behind the base packet if negative, which makes it -1 and so on */
static void do_put(char **words)
{
	int64_t at = script_number(words[0]);

	put_hex(data + (at < 0 ? (int64_t)stamp_base_len(config.auth) - at - 1 : at),
		words[1]);
}

/* length LENGTH: zeros behind what there is, or cut; cut BYTES */
static void do_length(char **words)
{
	size_t want = (size_t)script_number(words[0]);

	if (want > len)
		memset(data + len, 0, want - len);
	else
		memset(data + want, GUARD_BYTE, len - want);
	len = want;
}

static void do_cut(char **words)
{
	size_t cut = (size_t)script_number(words[0]);

	len -= cut;
	memset(data + len, GUARD_BYTE, cut);
}

/* Whatever becomes of it, not a byte is written behind the message or its reply. */
static bool handle(void)
{
	size_t i;
	bool replied;

	memcpy(sent, data, sizeof(data));
	request.len = len;
	replied = reflector_handle(reflector, &request, leave);
	for (i = request.len; i < sizeof(data); i++)
		assert_int_equal(data[i], GUARD_BYTE);
	return replied;
}

/* send: as long as it was, if it is not said, and sealed if its mode has seals */
static void do_send(char **words)
{
	bool replied = handle();

	(void)words;
	script_say("%s", replied ? "replied" : "dropped");
	if (request.len != len)
		script_say(" %zu bytes", request.len);
	len = request.len;
	if (replied && config.auth)
		assert_non_null(keys_verify_base(&keys, data, len));
}

/* returns: the reply comes back to the reflector */
static void do_returns(char **words)
{
	request.from.sin6_port = htons(STAMP_PORT);
	do_send(words);
}

static void say_hex(const uint8_t *bytes, size_t n)
{
	size_t i;

	for (i = 1; i < n && bytes[i] == *bytes; i++)
		;
	if (i == n && n > 4) {
		script_say("%zu*%02x", n, *bytes);
		return;
	}
	for (i = 0; i < n && i < HEX_MAX; i++)
		script_say("%02x", bytes[i]);
	if (i < n)
		script_say("...");
}

/* bytes: the whole reply */
static void do_bytes(char **words)
{
	(void)words;
	say_hex(data, len);
}

/* base: numbers and times of the reply, those that are not as they must be */
static void do_base(char **words)
{
	struct stamp_reply reply;
	struct stamp_request asked;
	int64_t error_ns;
	bool ptp, synchronised;

	(void)words;
	assert_true(stamp_request_read(sent, STAMP_MESSAGE_MAX, config.auth, &asked));
	assert_true(stamp_reply_read(data, len, config.auth, &reply));
	synchronised = stamp_error_decode(reply.error, &ptp, &error_ns);
	assert_int_equal(reply.received, stamp_time_encode(request.received, ptp));
	assert_int_equal(reply.timestamp, stamp_time_encode(leave(), ptp));
	assert_int_equal(reply.sender.timestamp, asked.timestamp);
	assert_int_equal(reply.sender.error, asked.error);
	assert_int_equal(reply.sender_ttl, request.ttl);
	script_say("%u of %u", reply.seq, reply.sender.seq);
	if (reply.ssid != 0x1234)
		script_say(", ssid %#x", reply.ssid);
	if (ptp)
		script_say(", ptp");
	if (synchronised)
		script_say(", within %" PRId64 " ns", error_ns);
	if (config.auth)
		script_say(", key %s", keys_verify_base(&keys, data, len)->id);
}

static void say_block(const struct stamp_tlv *tlv)
{
	struct blocktlv block;

	script_say(" ");
	if (blocktlv_read(&block, tlv->value, tlv->len)) {
		say_hex(tlv->value, tlv->len);
		return;
	}
	script_say("%s", answer_word(&block.answer));
	if (block.received.packets || block.received.bytes)
		script_say(" %" PRIu64 "/%" PRIu64, block.received.packets,
			   block.received.bytes);
	if (block.version != BLOCKTLV_VERSION)
		script_say(" version %u", block.version);
	if (block.last_source.s6_addr[15])
		script_say(" last %u", block.last_source.s6_addr[15]);
	/* It is the set's, which may be none; everything else is what was sent. */
	if (block.mask != MASK)
		script_say(" mask %#x", block.mask);
	assert_int_equal(block.sent.packets, 60);
	assert_memory_equal(tlv->value + 16, sent + (tlv->value - data) + 16, 8);
}

static void say_hmac(const struct stamp_tlv *tlv)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(keys.key) && keys.key[i].len; i++)
		if (key_tlv_verify(&keys.key[i], data, stamp_base_len(config.auth),
				   (size_t)(tlv->header - data), tlv->value)) {
			script_say(" %s", keys.key[i].id);
			return;
		}
	script_say(" wrong");
}

static void say_tlv(const struct stamp_tlv *tlv)
{
	script_say("%u", tlv->type);
	if (tlv->flags)
		script_say("/%s%s%s", tlv->flags & STAMP_TLV_UNRECOGNISED ? "U" : "",
			   tlv->flags & STAMP_TLV_MALFORMED ? "M" : "",
			   tlv->flags & STAMP_TLV_INTEGRITY ? "I" : "");
	if (tlv->flags & ~(STAMP_TLV_UNRECOGNISED | STAMP_TLV_MALFORMED | STAMP_TLV_INTEGRITY))
		script_say("?");
	if (tlv->type == STAMP_TLV_BLOCK)
		say_block(tlv);
	else if (tlv->type == STAMP_TLV_HMAC)
		say_hmac(tlv);
	else {
		script_say("%s", tlv->len ? " " : "");
		say_hex(tlv->value, tlv->len);
	}
}

/* tlvs: those of the reply */
static void do_tlvs(char **words)
{
	size_t offset = stamp_base_len(config.auth);
	struct stamp_tlv tlv;
	const char *comma = "";
	int more;

	(void)words;
	while ((more = stamp_tlv_next(data, len, &offset, &tlv))) {
		script_say("%s", comma);
		if (more < 0) {
			script_say("cut %02x", *tlv.header);
			return;
		}
		say_tlv(&tlv);
		comma = " + ";
	}
}

/* first: the flags of the first TLV of the reply */
static void do_first(char **words)
{
	(void)words;
	script_say("%02x", data[stamp_base_len(config.auth)]);
}

/* stats: those that are not 0 */
static void do_stats(char **words)
{
	const struct reflector_stats *stats = reflector_stats(reflector);
	const struct {
		const char *name;
		uint64_t value;
	} values[] = {
		{ "requests", stats->requests }, { "replies", stats->replies },
		{ "unsent", stats->unsent }, { "lengthened", stats->lengthened },
		{ "flows", stats->flows }, { "other", stats->flows_other },
		{ "short", stats->short_ }, { "multicast", stats->multicast },
		{ "oversized", stats->oversized },
		{ "unauthenticated", stats->unauthenticated },
		{ "replayed", stats->replayed }, { "stale", stats->stale },
		{ "stale-replies", stats->stale_replies },
		{ "limited", stats->limited }, { "looped", stats->looped },
		{ "malformed", stats->malformed }, { "integrity", stats->integrity },
	};
	const char *comma = "";
	size_t i;

	(void)words;
	for (i = 0; i < ARRAY_SIZE(values); i++) {
		if (!values[i].value)
			continue;
		script_say("%s%" PRIu64 " %s", comma, values[i].value, values[i].name);
		comma = ", ";
	}
	if (stats->stale_by)
		script_say(", stale by %" PRId64 " s", stats->stale_by / BLOCK_NS_PER_S);
}

static void do_unsent(char **words)
{
	(void)words;
	reflector_unsent(reflector);
}

/* learn I FLOWS: flows of that ledger are learned from now on */
static void do_learn(char **words)
{
	learning_configure(ledger_learning(ledgers[script_number(words[0])]),
			   &(struct learning_config){
		.flows = (uint32_t)script_number(words[1]), .timeout = 1000, .keys = &keys,
	});
}

/* job I: the next one of the ledger, which is done */
static void do_job(char **words)
{
	struct learning *learning = ledger_learning(ledgers[script_number(words[0])]);
	struct learning_job job;

	if (!learning_next(learning, &job)) {
		script_say("none");
		return;
	}
	script_say("%s %u", job.renew ? "renew" : "add", job.flow.sids[2].s6_addr[15]);
	learning_done(learning, &job, 0);
}

static void do_learned(char **words)
{
	struct learning_stats stats;

	(void)words;
	reflector_learned(reflector, &stats);
	script_say("%" PRIu64 " learned, %" PRIu64 " refused", stats.learned, stats.refused);
}

static const struct script_word script[] = {
	{ "ledger", do_ledger }, { "record", do_record }, { "none", do_none },
	{ "config", do_config }, { "clock", do_clock }, { "begin", do_begin },
	{ "tlv", do_tlv }, { "block", do_block }, { "hmac", do_hmac },
	{ "seal", do_seal }, { "flip", do_flip }, { "put", do_put },
	{ "length", do_length }, { "cut", do_cut }, { "send", do_send },
	{ "returns", do_returns }, { "bytes", do_bytes }, { "base", do_base },
	{ "tlvs", do_tlvs }, { "first", do_first }, { "stats", do_stats },
	{ "unsent", do_unsent }, { "learn", do_learn }, { "job", do_job },
	{ "learned", do_learned }, { 0 }
};

UNIT_REGISTER(script)
{
	script_register("reflector", script, setup, teardown);
}

/* A jumbo message of the smallest TLVs. */
TEST_WITH(setup, teardown, test_many_tlvs)
{
	char *one[] = { "1", NULL };
	unsigned int n;

	do_begin(one);
	for (n = 0; len + STAMP_TLV_HEADER_LEN <= STAMP_MESSAGE_MAX; n++)
		append(n % 2 ? STAMP_TLV_PADDING : 77, 0);
	assert_true(handle());
	while (n--)
		assert_int_equal(data[STAMP_BASE_LEN + 4 * n],
				 n % 2 ? 0 : STAMP_TLV_UNRECOGNISED);
}
