// SPDX-License-Identifier: GPL-2.0-only
/*
 * Any datagrams from peers to a prober, with everything that is done to it.
 *
 * Input: a byte of CONFIG_ bits, then steps. A step is a byte, enum step in
 * its lower three bits; see the functions for what follows. Since no fuzzer
 * finds numbers, timestamps and HMACs, a reply is made from a message that the
 * prober sent, changed as the input says, and sealed.
 */
#include <errno.h>

#include "lmctl/engine/prober.h"
#include "lmctl/stamp/blocktlv.h"
#include "lmctl/stamp/stamp.h"
#include "test/fuzz/input.h"
#include "test/fuzz/message.h"

#define STEPS_MAX 256
/* Messages that can still be replied to. */
#define SENT_MAX 16

enum {
	CONFIG_AUTH = 1,
	CONFIG_GROUP = 2,
	CONFIG_IN_BAND = 4,
	CONFIG_PEERS_SHIFT = 3,
	CONFIG_PEERS_MASK = 3,
	CONFIG_SMALL = 32,
	/* It ends with open blocks. */
	CONFIG_ABANDON = 64,
};

enum step {
	STEP_RECORD,
	STEP_BLOCK_END,
	STEP_RUN,
	STEP_TIME,
	STEP_REPLY,
	STEP_REPLY_TOO,
	STEP_RAW,
	STEP_OTHER,
};

/* Bits of the first byte of a reply. */
enum {
	SEAL_BASE = 1,
	SEAL_TLVS = 2,
	SEAL_SECOND_KEY = 4,
	/* Flags of a reflector that knows all TLVs. */
	RECOGNISED = 8,
	/* As many packets received as sent, and cumulative counters. */
	COUNTED = 16,
};

struct sent {
	uint8_t *data;
	size_t len;
	unsigned int peer;
};

static struct {
	struct prober_config config;
	int64_t now;
	int socket_error;
	size_t longest;
	struct sent sent[SENT_MAX];
	unsigned int next;
	uint64_t records;
	uint64_t results;
} world;

static int64_t world_now(void *arg)
{
	must(arg == &world);
	return world.now++;
}

static int world_send(void *arg, unsigned int peer,
		      const struct sr6flow_flow *flow, const uint8_t *data,
		      size_t len)
{
	struct sent *sent = &world.sent[world.next++ % SENT_MAX];
	struct stamp_request request;

	must(arg == &world && peer < world.config.of.npeers);
	must(len <= world.config.message_max);
	must(stamp_request_read(data, len, world.config.auth, &request));
	must(!flow || world.config.in_band);
	if (world.socket_error)
		return world.socket_error;
	if (world.longest && len > world.longest)
		return -EMSGSIZE;
	free(sent->data);
	sent->data = malloc(len);
	must(sent->data != NULL);
	memcpy(sent->data, data, len);
	sent->len = len;
	sent->peer = peer;
	return 0;
}

static size_t world_longest(void *arg, unsigned int peer)
{
	must(arg == &world && peer < world.config.of.npeers);
	/* Now and then it is not known. */
	return world.next & 1 ? world.longest : 0;
}

static void check_segment(struct segment segment)
{
	switch (segment.status) {
	case RESULT_EXACT:
		must(segment.sent >= segment.received);
		must((uint64_t)segment.lost ==
		     segment.sent - segment.received);
		break;
	case RESULT_ANOMALY:
	case RESULT_INVALID:
		must(segment.word != NULL);
		break;
	}
}

static void world_result(void *arg, const struct result *result)
{
	must(arg == &world && result->flow->nsids >= 1);
	world.results++;
	check_segment(result_total(result));
	for (unsigned int i = 0;
	     !result->of->group && i < result->of->npeers; i++)
		check_segment(result_segment(result, i));
	for (unsigned int i = 0; i < result->of->npeers; i++)
		must(answer_word(&result->peer[i].answer) != NULL);
}

static void world_gap(void *arg, const struct result *result)
{
	uint32_t all = RESULT_TOTAL | (RESULT_TOTAL - 1);

	must(arg == &world && result->flow->nsids >= 1);
	must(result->gap && result->first <= result->block);
	must(result->gap <= (uint64_t)(result->block - result->first) + 1);
	must(result->covers && !(result->covers & ~all));
	check_segment(result_total(result));
	for (unsigned int i = 0;
	     !result->of->group && i < result->of->npeers; i++)
		check_segment(result_segment(result, i));
}

static void world_report(void *arg, const struct peer_report *report)
{
	must(arg == &world && report->peer < world.config.of.npeers);
	must(report->samples <= report->replies);
	must(report->replies <= report->requests);
	must(!report->samples ||
	     (report->round_trip_min <= report->round_trip_avg &&
	      report->round_trip_avg <= report->round_trip_max));
}

static void world_block_end(void *arg, int64_t block)
{
	(void)block;
	must(arg == &world);
}

static const struct prober_ops ops = {
	.now = world_now,
	.send = world_send,
	.longest = world_longest,
	.result = world_result,
	.gap = world_gap,
	.report = world_report,
	.block_end = world_block_end,
};

static struct prober *make_prober(unsigned int bits)
{
	struct prober_config *config = &world.config;

	memset(&world, 0, sizeof(world));
	world.now = MESSAGE_NOW;
	config->of.npeers = 1 + (bits >> CONFIG_PEERS_SHIFT &
				 CONFIG_PEERS_MASK);
	config->of.group = bits & CONFIG_GROUP;
	config->timing = message_timing;
	config->auth = bits & CONFIG_AUTH;
	config->key = message_keys.key[0];
	config->ssid = 0x102;
	config->tlv_type = STAMP_TLV_BLOCK;
	config->message_max = bits & CONFIG_SMALL ? 576 : 1452;
	config->window = bits & CONFIG_SMALL ? 2 : 8;
	config->in_band = bits & CONFIG_IN_BAND;
	return prober_new(config, &ops, &world);
}

/* Flow, block, packets; identity of the cumulative counters in the two highest bits of a
 * byte, the reason in its others.
 */
static void step_record(struct prober *prober, struct input *input)
{
	struct record record = {
		.period_ms = 1000,
		.mask = MESSAGE_MASK,
	};

	unsigned int reason;

	message_flow(&record.flow, (unsigned int)input_number(input, 1));
	record.block = MESSAGE_BLOCK + (int8_t)input_number(input, 1);
	record.packets = input_number(input, 2);
	record.bytes = record.packets * 100;
	reason = (unsigned int)input_number(input, 1);
	record.reason = (reason & 63) % REASON_UNKNOWN;
	if (!record.reason) {
		record.continuity = reason >> 6;
		record.total.packets = (uint64_t)record.block * 70000;
		record.total.bytes = record.total.packets * 100;
	}
	must(!prober_record(prober, &record));
	world.records++;
}

/* Change a message at some places: offset, byte to XOR. */
static void change(struct input *input, uint8_t *data, size_t len)
{
	unsigned int n = (unsigned int)input_number(input, 1) % 32;

	while (n--) {
		size_t at = (size_t)input_number(input, 2);
		uint8_t by = (uint8_t)input_number(input, 1);

		if (at < len)
			data[at] ^= by;
	}
}

static void set_flags(uint8_t *data, size_t len, uint8_t flags)
{
	size_t offset = stamp_base_len(world.config.auth);
	struct stamp_tlv tlv;

	while (stamp_tlv_next(data, len, &offset, &tlv) == 1)
		*tlv.header = flags;
}

static void set_counts(uint8_t *data, size_t len)
{
	size_t offset = stamp_base_len(world.config.auth);
	struct blocktlv value;
	struct stamp_tlv tlv;

	while (stamp_tlv_next(data, len, &offset, &tlv) == 1) {
		if (tlv.type != STAMP_TLV_BLOCK ||
		    blocktlv_read(&value, tlv.value, tlv.len))
			continue;
		value.received = value.sent;
		if (world.config.of.group)
			value.received.packets /= world.config.of.npeers;
		value.received_total = value.sent_total;
		value.identity[0] = 1;
		blocktlv_write(&value, tlv.value);
	}
}

/* The base packet as a reflector without faults makes it of a request. */
static void reply_base(uint8_t *data, size_t len, uint32_t took)
{
	struct stamp_reply reply = { .sender_ttl = 250, .error = 0x8001 };

	if (!stamp_request_read(data, len, world.config.auth, &reply.sender))
		return;
	reply.seq = reply.sender.seq;
	reply.ssid = reply.sender.ssid;
	reply.received = stamp_time_encode(world.now, false);
	reply.timestamp = stamp_time_encode(world.now + took, false);
	stamp_reply_write(data, world.config.auth, &reply);
}

static void receive(struct prober *prober, unsigned int bits,
		    unsigned int peer, uint8_t *data, size_t len)
{
	const struct sockaddr_in6 elsewhere = { .sin6_port = 1 };

	message_seal(data, len, world.config.auth,
		     &message_keys.key[!!(bits & SEAL_SECOND_KEY)],
		     bits & SEAL_BASE, bits & SEAL_TLVS);
	prober_receive_elsewhere(prober, data, len, &elsewhere);
	prober_receive(prober, peer % world.config.of.npeers, data, len,
		       world.now);
}

/* Bits, number of the message, duration, change of the length, changes. */
static void step_reply(struct prober *prober, struct input *input)
{
	unsigned int bits = (unsigned int)input_number(input, 1);
	unsigned int which = (unsigned int)input_number(input, 1);
	uint32_t took = (uint32_t)input_number(input, 3);
	int longer = (int8_t)input_number(input, 1);
	struct sent *sent = &world.sent[(world.next - 1 - which) % SENT_MAX];
	uint8_t *data;
	size_t len;

	if (!sent->data)
		return;
	len = longer < 0 && (size_t)-longer > sent->len ? 0 :
	      sent->len + (size_t)longer;
	data = calloc(1, len ? len : 1);
	must(data != NULL);
	memcpy(data, sent->data, len < sent->len ? len : sent->len);
	reply_base(data, len, took);
	if (bits & RECOGNISED)
		set_flags(data, len, 0);
	if (bits & COUNTED)
		set_counts(data, len);
	change(input, data, len);
	receive(prober, bits, sent->peer, data, len);
	free(data);
}

/* Bits, peer, length, bytes. */
static void step_raw(struct prober *prober, struct input *input)
{
	unsigned int bits = (unsigned int)input_number(input, 1);
	unsigned int peer = (unsigned int)input_number(input, 1);
	size_t len = (size_t)input_number(input, 2);
	uint8_t *data;

	if (len > input->len + 64)
		len = input->len;
	data = input_copy(input, len);
	receive(prober, bits, peer, data, len);
	free(data);
}

static void step_other(struct prober *prober, struct input *input)
{
	unsigned int bits = (unsigned int)input_number(input, 1);

	switch (bits & 3) {
	case 0:
		prober_flush(prober);
		must(world.results == world.records);
		break;
	case 1:
		prober_rekey(prober, &message_keys.key[bits >> 2 & 1]);
		break;
	case 2:
		prober_clock(prober, bits & 4,
			     (int64_t)input_number(input, 4));
		break;
	case 3:
		world.socket_error = bits & 4 ? bits & 8 ? -EAGAIN : -EIO : 0;
		world.longest = bits & 16 ? 16 * (size_t)bits : 0;
		break;
	}
}

static void step(struct prober *prober, struct input *input)
{
	switch ((enum step)(input_number(input, 1) & 7)) {
	case STEP_RECORD:
		step_record(prober, input);
		break;
	case STEP_BLOCK_END:
		must(!prober_block_end(prober, MESSAGE_BLOCK +
				       (int8_t)input_number(input, 1)));
		break;
	case STEP_RUN:
		must(prober_run(prober) > 0);
		break;
	case STEP_TIME:
		world.now += (int64_t)(int32_t)input_number(input, 4) * 4;
		break;
	case STEP_REPLY:
	case STEP_REPLY_TOO:
		step_reply(prober, input);
		break;
	case STEP_RAW:
		step_raw(prober, input);
		break;
	case STEP_OTHER:
		step_other(prober, input);
		break;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input input = { data, size };
	unsigned int bits = (unsigned int)input_number(&input, 1);
	struct prober *prober = make_prober(bits);

	must(prober != NULL);
	for (unsigned int i = 0; i < STEPS_MAX && input.len; i++)
		step(prober, &input);
	if (!(bits & CONFIG_ABANDON)) {
		prober_flush(prober);
		must(world.results == world.records);
	}
	prober_free(prober);
	for (unsigned int i = 0; i < SENT_MAX; i++)
		free(world.sent[i].data);
	return 0;
}
