// SPDX-License-Identifier: GPL-2.0-only
/*
 * Any datagrams to a reflector, one after the other, sealed or not, with what
 * else can happen to it in between.
 *
 * Input: a byte of CONFIG_ bits, then steps. A step is a byte, enum step in
 * its lower two bits; see the functions for what follows. The bit STEP_WRITE
 * comes before the step: the set takes, or with STEP_FULL does not take, what was
 * learned. A datagram may be sealed here, since no fuzzer finds an HMAC.
 */
#include <errno.h>

#include "lmctl/engine/reflector.h"
#include "lmctl/stamp/stamp.h"
#include "test/fuzz/input.h"
#include "test/fuzz/message.h"

#define STEPS_MAX 64
#define STEP_MASK 3
#define STEP_WRITE 4
#define STEP_FULL 8
/* Most flows that are learned, and their timeout. */
#define LEARN 5
#define TIMEOUT 100

enum {
	CONFIG_AUTH = 1,
	CONFIG_STATEFUL = 2,
	CONFIG_RATE = 4,
	CONFIG_FRESHNESS = 8,
	CONFIG_NO_LEDGER = 16,
	CONFIG_SYNCHRONISED = 32,
	CONFIG_LEARN = 64,
};

enum step {
	STEP_DATAGRAM,
	STEP_DATAGRAM_TOO,
	STEP_LEDGER,
	STEP_CONFIG,
};

/* Bits of the first byte of a datagram. */
enum {
	SEAL_BASE = 1,
	SEAL_TLVS = 2,
	SEAL_SECOND_KEY = 4,
	/* Timestamp and Error Estimate of a sender whose clock is right. */
	FRESH = 8,
};

static int64_t time_now;
/* Number of times that there was a flow to write into the set. */
static unsigned int wakes;

static int64_t now(void)
{
	return time_now++;
}

static struct reflector_config make_config(unsigned int bits)
{
	return (struct reflector_config){
		.auth = bits & CONFIG_AUTH,
		.stateful = bits & CONFIG_STATEFUL,
		.tlv_type = STAMP_TLV_BLOCK,
		.rate = bits & CONFIG_RATE ? 2 : 0,
		.burst = 3,
		.freshness = bits & CONFIG_FRESHNESS ? BLOCK_NS_PER_S : 0,
		.learn = bits & CONFIG_LEARN ? LEARN : 0,
		.learn_timeout = TIMEOUT,
	};
}

static void wake(void *arg)
{
	(void)arg;
	wakes++;
}

static void learn_from(struct ledger *ledger,
		       const struct reflector_config *config)
{
	learning_configure(ledger_learning(ledger), &(struct learning_config){
		.flows = config->learn,
		.timeout = config->learn_timeout,
		.keys = &message_keys,
		.wake = wake,
	});
}

/* Imitate the writer of the set. */
static void write_learned(struct ledger *ledger, bool full)
{
	struct learning *learning = ledger_learning(ledger);
	unsigned int i, adds = 0;
	struct learning_job job;

	while (learning_next(learning, &job)) {
		must(job.flow.nsids >= 1 && job.flow.nsids <= SR6FLOW_SIDS_MAX);
		must(job.flow.netmask == MESSAGE_NETMASK);
		for (i = MESSAGE_NETMASK / 8; i < 16; i++)
			must(!job.flow.source.s6_addr[i]);
		must(job.timeout == TIMEOUT && !job.flow.name[0]);
		adds += !job.renew;
		learning_done(learning, &job, full ? -ENOSPC : 0);
	}
	must(adds <= LEARN);
}

static void add_record(struct ledger *ledger, unsigned int flow, int64_t block,
		       uint64_t packets, enum reason reason)
{
	struct record record = {
		.period_ms = 1000,
		.mask = MESSAGE_MASK,
		.block = block,
		.packets = packets,
		.reason = reason,
		.total = { packets * 7, packets * 700 },
		.continuity = packets % 5,
	};

	message_flow(&record.flow, flow);
	must(!ledger_record(ledger, &record));
}

static struct ledger *make_ledger(void)
{
	struct ledger *ledger = ledger_new(&message_timing);

	must(ledger != NULL);
	for (int64_t block = MESSAGE_BLOCK - 2; block <= MESSAGE_BLOCK;
	     block++) {
		for (unsigned int i = 0; i < MESSAGE_FLOWS; i++)
			add_record(ledger, i, block, 1000 + i,
				   i == 3 ? REASON_READ_LATE : REASON_NONE);
		ledger_block_end(ledger, block);
	}
	return ledger;
}

/* Imitate the record of a flow in a dump. */
static void add_flow(struct ledger *ledger, unsigned int flow, uint64_t packets)
{
	static const struct sr6flow_set set = { .mask = MESSAGE_MASK };
	struct sr6flow_record record = {
		.generation = packets >> 24,
		.slots = 3,
		.counters = { { packets, 0 }, { packets / 3, 0 } },
		.timeout = packets % 4 ? 0 : (uint32_t)packets,
	};

	message_flow(&record.flow, flow);
	must(!ledger_flow(ledger, &set, &record));
}

/* Bits, block; with bits packets, reason; packets. */
static void step_ledger(struct ledger *ledger, struct input *input)
{
	unsigned int bits = (unsigned int)input_number(input, 1);
	int64_t block = MESSAGE_BLOCK + (int8_t)input_number(input, 1);

	if (bits & 1)
		block = (int64_t)input_number(input, 8);
	if (bits & 2)
		add_record(ledger, bits >> 3 & 0xf, block,
			   input_number(input, 4),
			   input_number(input, 1) % REASON_UNKNOWN);
	if (bits & 0x80)
		add_flow(ledger, bits >> 3 & 0xf, input_number(input, 4));
	if (bits & 4)
		ledger_block_end(ledger, block);
}

static void step_config(struct reflector *reflector, struct ledger *ledger,
			struct input *input, struct reflector_config *config)
{
	unsigned int bits = (unsigned int)input_number(input, 1);

	*config = make_config(bits);
	reflector_reconfigure(reflector, config, &message_keys);
	learn_from(ledger, config);
	reflector_clock(reflector, bits & CONFIG_SYNCHRONISED,
			(int64_t)input_number(input, 4));
}

static void make_fresh(uint8_t *data, size_t len, bool auth)
{
	struct stamp_request request;
	uint8_t base[STAMP_AUTH_BASE_LEN];
	size_t end;

	if (!stamp_request_read(data, len, auth, &request))
		return;
	request.timestamp = stamp_time_encode(time_now, false);
	request.error = 1;
	stamp_request_write(base, auth, &request);
	/* Up to the SSID; the rest stays as the input has it. */
	end = auth ? 28 : 16;
	memcpy(data, base, end);
}

static void check_stats(const struct reflector_stats *stats)
{
	must(stats->requests == stats->replies + stats->short_ +
	     stats->multicast +
	     stats->oversized + stats->unauthenticated + stats->replayed +
	     stats->stale + stats->limited + stats->looped);
}

/* TLVs keep their places, and refused ones their values. */
static void check_tlvs(uint8_t *sent, uint8_t *got, size_t len, bool auth)
{
	const uint8_t flags = STAMP_TLV_INTEGRITY | STAMP_TLV_MALFORMED |
			      STAMP_TLV_UNRECOGNISED;
	size_t at_sent = stamp_base_len(auth), at_got = at_sent;
	bool sealed = message_tlvs_sealed(sent, len, auth), refused = false;
	struct stamp_tlv a, b;
	int more;

	while ((more = stamp_tlv_next(sent, len, &at_sent, &a)) == 1) {
		must(stamp_tlv_next(got, len, &at_got, &b) == 1);
		must(at_got == at_sent && a.type == b.type && a.len == b.len);
		refused |= b.flags & STAMP_TLV_INTEGRITY;
		if (b.flags & flags || (auth && !sealed))
			must(!memcmp(a.value, b.value, a.len));
	}
	must(stamp_tlv_next(got, len, &at_got, &b) == more);
	if (more < 0)
		must(!memcmp(sent + at_sent + 1, got + at_sent + 1,
			     len - at_sent - 1));
	if (auth && sealed && !refused)
		must(message_tlvs_sealed(got, len, auth));
}

static void check_reply(uint8_t *sent, uint8_t *got, size_t len,
			const struct reflector_request *request,
			const struct reflector_config *config)
{
	struct stamp_request asked;
	struct stamp_reply reply;

	must(stamp_request_read(sent, len, config->auth, &asked));
	must(stamp_reply_read(got, len, config->auth, &reply));
	must(reply.sender.seq == asked.seq);
	must(reply.sender.timestamp == asked.timestamp);
	must(reply.sender.error == asked.error);
	must(reply.ssid == asked.ssid);
	must(reply.sender_ttl == request->ttl);
	must(config->stateful || reply.seq == asked.seq);
	must(reply.error & 0xff);
	if (config->auth)
		must(keys_verify_base(&message_keys, got, len) ==
		     keys_verify_base(&message_keys, sent, len));
	check_tlvs(sent, got, len, config->auth);
}

/* Seal bits, sender, hop limit, class, time, length, bytes. */
static void step_datagram(struct reflector *reflector, struct input *input,
			  const struct reflector_config *config)
{
	unsigned int bits = (unsigned int)input_number(input, 1);
	unsigned int from = (unsigned int)input_number(input, 1);
	struct reflector_request request = {
		.from = { .sin6_family = AF_INET6 },
		.ttl = (uint8_t)input_number(input, 1),
		.traffic_class = (uint8_t)input_number(input, 1),
	};
	size_t len;
	unsigned int before = wakes;
	uint8_t *copy;
	bool was_sealed;

	request.from.sin6_addr.s6_addr[15] = from & 0xf;
	request.from.sin6_port = (in_port_t)(from >> 4);
	time_now += (int32_t)(input_number(input, 4) << 4);
	request.received = time_now;
	len = (size_t)input_number(input, 2);
	/* Longer ones only as far as there are bytes, but for a few zeros. */
	if (len > input->len + 64)
		len = input->len;
	request.len = len;
	request.data = input_copy(input, len);
	if (bits & FRESH)
		make_fresh(request.data, len, config->auth);
	message_seal(request.data, len, config->auth,
		     &message_keys.key[!!(bits & SEAL_SECOND_KEY)],
		     bits & SEAL_BASE, bits & SEAL_TLVS);
	copy = malloc(len ? len : 1);
	must(copy != NULL);
	memcpy(copy, request.data, len);
	was_sealed = keys_verify_base(&message_keys, copy, len) != NULL;
	if (reflector_handle(reflector, &request, now)) {
		must(!config->auth || was_sealed);
		must(request.len == len && len <= STAMP_MESSAGE_MAX);
		check_reply(copy, request.data, len, &request, config);
	} else {
		must(!memcmp(copy, request.data, len));
	}
	check_stats(reflector_stats(reflector));
	if (wakes != before)
		must(config->auth && config->freshness && config->learn &&
		     was_sealed && message_tlvs_sealed(copy, len, true));
	free(copy);
	free(request.data);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input input = { data, size };
	unsigned int bits = (unsigned int)input_number(&input, 1);
	struct reflector_config config = make_config(bits);
	struct reflector *reflector = reflector_new(&config, &message_keys);
	struct ledger *ledger = make_ledger();

	time_now = MESSAGE_NOW;
	must(reflector != NULL);
	if (!(bits & CONFIG_NO_LEDGER))
		reflector_ledgers(reflector, &ledger, 1);
	reflector_clock(reflector, bits & CONFIG_SYNCHRONISED, 1000);
	learn_from(ledger, &config);
	for (unsigned int i = 0; i < STEPS_MAX && input.len; i++) {
		unsigned int step = (unsigned int)input_number(&input, 1);

		if (step & STEP_WRITE)
			write_learned(ledger, step & STEP_FULL);
		switch ((enum step)(step & STEP_MASK)) {
		case STEP_DATAGRAM:
		case STEP_DATAGRAM_TOO:
			step_datagram(reflector, &input, &config);
			break;
		case STEP_LEDGER:
			step_ledger(ledger, &input);
			break;
		case STEP_CONFIG:
			step_config(reflector, ledger, &input, &config);
			break;
		}
	}
	reflector_free(reflector);
	ledger_free(ledger);
	return 0;
}
