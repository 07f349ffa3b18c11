// SPDX-License-Identifier: GPL-2.0-only
/*
 * Replies that are not what the prober's own peers send: of other
 * implementations, of older versions, of intruders, broken ones.
 */
#include <string.h>

#include "prober_bench.h"
#include "test/unit/unit.h"

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))
#define SECOND BLOCK_NS_PER_S
#define FLOWS 3
/* Both modes. */
#define PLAIN 1
#define AUTH 2

static struct stamp_tlv first_tlv(const struct bench *bench, uint8_t *data,
				  size_t len, uint8_t type)
{
	size_t offset = stamp_base_len(bench->auth);
	struct stamp_tlv tlv;

	while (stamp_tlv_next(data, len, &offset, &tlv) == 1)
		if (tlv.type == type)
			return tlv;
	fail();
	return tlv;
}

static struct stamp_reply get_base(const struct bench *bench, uint8_t *data,
				   size_t len)
{
	struct stamp_reply reply;

	assert_true(stamp_reply_read(data, len, bench->auth, &reply));
	return reply;
}

static void put_base(const struct bench *bench, uint8_t *data, size_t len,
		     const struct stamp_reply *reply)
{
	stamp_reply_write(data, bench->auth, reply);
	bench_reseal(bench, data, len);
}

#define BASE(NAME, CHANGE)						\
static bool NAME(struct bench *bench, unsigned int peer, uint8_t *data,	\
		 size_t *len)						\
{									\
	struct stamp_reply reply = get_base(bench, data, *len);		\
									\
	(void)peer;							\
	CHANGE;								\
	put_base(bench, data, *len, &reply);				\
	return true;							\
}

#define VALUE(NAME, CHANGE)						\
static bool NAME(struct bench *bench, unsigned int peer, uint8_t *data,	\
		 size_t *len)						\
{									\
	struct stamp_tlv tlv = first_tlv(bench, data, *len,		\
					 STAMP_TLV_BLOCK);		\
	struct blocktlv value;						\
									\
	(void)peer;							\
	assert_false(blocktlv_read(&value, tlv.value, tlv.len));	\
	CHANGE;								\
	blocktlv_write(&value, tlv.value);				\
	bench_reseal(bench, data, *len);				\
	return true;							\
}

#define BYTES(NAME, CHANGE)						\
static bool NAME(struct bench *bench, unsigned int peer, uint8_t *data,	\
		 size_t *len)						\
{									\
	struct stamp_tlv tlv = first_tlv(bench, data, *len,		\
					 STAMP_TLV_BLOCK);		\
									\
	(void)peer;							\
	CHANGE;								\
	bench_reseal(bench, data, *len);				\
	return true;							\
}

BASE(other_t1, reply.sender.timestamp++)
BASE(other_seq, reply.sender.seq++)
BASE(other_ssid, reply.ssid++)
BASE(no_ssid, reply.ssid = 0)
BASE(any_number, reply.seq = 0xdeadbeef)
VALUE(other_flow, value.flow.sids[0].s6_addr[1] ^= 1)
VALUE(other_source, value.flow.source.s6_addr[0] ^= 1)
VALUE(other_netmask, value.flow.netmask = 127)
VALUE(no_source, value.flow.netmask = 0;
		 memset(&value.flow.source, 0, sizeof(value.flow.source)))
VALUE(other_block, value.block++)
VALUE(other_echo, value.sent.packets++)
VALUE(other_echo_bytes, value.sent.bytes++)
VALUE(other_mask, value.mask = 0x0c)
VALUE(other_period, value.period_ms = 10000)
VALUE(other_guard, value.guard++)
VALUE(other_band, value.band++)
VALUE(unfinished, value.answer.status = ANSWER_NOT_FINISHED)
VALUE(invalid, value.answer.status = ANSWER_INVALID;
	       value.answer.reason = REASON_COLOUR_LATE)
BYTES(later_status, tlv.value[2] = 0xff)
BYTES(other_count, tlv.value[1] = 2)
BYTES(later_version, tlv.value[0] = 3)
BYTES(unrecognised, *tlv.header |= STAMP_TLV_UNRECOGNISED)
BYTES(malformed, *tlv.header |= STAMP_TLV_MALFORMED)
BYTES(integrity, *tlv.header |= STAMP_TLV_INTEGRITY)
BYTES(base_only, (void)tlv; *len = stamp_base_len(bench->auth))
BYTES(zeros, memset(tlv.header, 0, (size_t)(data + *len - tlv.header)))
BYTES(longer, (void)tlv; memset(data + *len, 0, 64); *len += 64)

static bool wrong_key(struct bench *bench, unsigned int peer, uint8_t *data,
		      size_t *len)
{
	struct key key = *bench_key();

	(void)bench;
	(void)peer;
	(void)len;
	key.secret[3] ^= 0x80;
	key_seal_base(&key, data);
	return true;
}

static bool broken_hmac(struct bench *bench, unsigned int peer, uint8_t *data,
			size_t *len)
{
	(void)peer;
	first_tlv(bench, data, *len, STAMP_TLV_HMAC).value[15] ^= 1;
	return true;
}

static bool changed_tlv(struct bench *bench, unsigned int peer, uint8_t *data,
			size_t *len)
{
	(void)peer;
	/* A packet less received. */
	first_tlv(bench, data, *len, STAMP_TLV_BLOCK).value[47]--;
	return true;
}

static bool no_hmac(struct bench *bench, unsigned int peer, uint8_t *data,
		    size_t *len)
{
	struct stamp_tlv tlv = first_tlv(bench, data, *len, STAMP_TLV_HMAC);

	(void)peer;
	tlv.header[1] = STAMP_TLV_PADDING;
	bench_reseal(bench, data, *len);
	return true;
}

/* What comes after the HMAC TLV is not covered by it. */
static bool after_hmac(struct bench *bench, unsigned int peer, uint8_t *data,
		       size_t *len)
{
	struct stamp_tlv tlv = first_tlv(bench, data, *len, STAMP_TLV_BLOCK);
	size_t all = STAMP_TLV_HEADER_LEN + (size_t)tlv.len;

	(void)peer;
	memcpy(data + *len, tlv.header, all);
	data[*len + STAMP_TLV_HEADER_LEN + 47]--;
	*len += all;
	tlv.header[1] = STAMP_TLV_PADDING;
	bench_reseal(bench, data, *len);
	return true;
}

struct scenario {
	const char *name;
	int modes;
	bench_mangle_fn reply;
	/* Of the first flow and the others. */
	enum answer_status first;
	enum answer_status others;
	/* Why the replies are rejected, or REJECTS. */
	enum reject why;
};

static const struct scenario scenarios[] = {
	{ "as it is", PLAIN | AUTH, NULL, ANSWER_VALID, ANSWER_VALID, REJECTS },
	{ "other T1", PLAIN | AUTH, other_t1,
	  ANSWER_UNUSABLE, ANSWER_UNUSABLE, REJECT_FOREIGN },
	{ "other number", PLAIN | AUTH, other_seq,
	  ANSWER_UNUSABLE, ANSWER_UNUSABLE, REJECT_FOREIGN },
	{ "other SSID", PLAIN | AUTH, other_ssid,
	  ANSWER_UNUSABLE, ANSWER_UNUSABLE, REJECT_FOREIGN },
	{ "no SSID", PLAIN | AUTH, no_ssid,
	  ANSWER_VALID, ANSWER_VALID, REJECTS },
	{ "any reflector number", PLAIN | AUTH, any_number,
	  ANSWER_VALID, ANSWER_VALID, REJECTS },
	{ "other flow", PLAIN | AUTH, other_flow,
	  ANSWER_NO_ANSWER, ANSWER_VALID, REJECTS },
	{ "other source", PLAIN | AUTH, other_source,
	  ANSWER_NO_ANSWER, ANSWER_VALID, REJECTS },
	{ "other netmask", PLAIN | AUTH, other_netmask,
	  ANSWER_NO_ANSWER, ANSWER_VALID, REJECTS },
	{ "no source", PLAIN | AUTH, no_source,
	  ANSWER_NO_ANSWER, ANSWER_VALID, REJECTS },
	{ "other number of SIDs", PLAIN | AUTH, other_count,
	  ANSWER_NO_ANSWER, ANSWER_VALID, REJECTS },
	{ "other block", PLAIN | AUTH, other_block,
	  ANSWER_NO_ANSWER, ANSWER_VALID, REJECTS },
	{ "other echo", PLAIN | AUTH, other_echo,
	  ANSWER_NO_ANSWER, ANSWER_VALID, REJECTS },
	{ "other echo of bytes", PLAIN | AUTH, other_echo_bytes,
	  ANSWER_NO_ANSWER, ANSWER_VALID, REJECTS },
	{ "valid with another mask", PLAIN | AUTH, other_mask,
	  ANSWER_MASK_DIFFERS, ANSWER_VALID, REJECTS },
	{ "valid with another period", PLAIN | AUTH, other_period,
	  ANSWER_PERIOD_DIFFERS, ANSWER_VALID, REJECTS },
	{ "valid with another guard time", PLAIN | AUTH, other_guard,
	  ANSWER_TIMING_DIFFERS, ANSWER_VALID, REJECTS },
	{ "valid with another guard band", PLAIN | AUTH, other_band,
	  ANSWER_TIMING_DIFFERS, ANSWER_VALID, REJECTS },
	{ "not finished", PLAIN | AUTH, unfinished,
	  ANSWER_NOT_FINISHED, ANSWER_VALID, REJECTS },
	{ "invalid", PLAIN | AUTH, invalid,
	  ANSWER_INVALID, ANSWER_VALID, REJECTS },
	{ "status of a later version", PLAIN | AUTH, later_status,
	  ANSWER_INVALID, ANSWER_VALID, REJECTS },
	{ "later version", PLAIN | AUTH, later_version,
	  ANSWER_NO_ANSWER, ANSWER_VALID, REJECTS },
	{ "U flag", PLAIN | AUTH, unrecognised,
	  ANSWER_NO_LOSS_DATA, ANSWER_NO_LOSS_DATA, REJECTS },
	{ "M flag", PLAIN | AUTH, malformed,
	  ANSWER_UNKNOWN_VERSION, ANSWER_UNKNOWN_VERSION, REJECTS },
	{ "I flag", PLAIN | AUTH, integrity,
	  ANSWER_REFUSED, ANSWER_REFUSED, REJECTS },
	{ "base packet only", PLAIN | AUTH, base_only,
	  ANSWER_NO_LOSS_DATA, ANSWER_NO_LOSS_DATA, REJECTS },
	{ "zeros for TLVs", PLAIN | AUTH, zeros,
	  ANSWER_NO_LOSS_DATA, ANSWER_NO_LOSS_DATA, REJECTS },
	{ "longer", PLAIN | AUTH, longer, ANSWER_VALID, ANSWER_VALID, REJECTS },
	{ "wrong key", AUTH, wrong_key,
	  ANSWER_UNUSABLE, ANSWER_UNUSABLE, REJECT_KEY },
	{ "broken HMAC TLV", AUTH, broken_hmac,
	  ANSWER_UNUSABLE, ANSWER_UNUSABLE, REJECT_TLVS },
	{ "changed TLV", AUTH, changed_tlv,
	  ANSWER_UNUSABLE, ANSWER_UNUSABLE, REJECT_TLVS },
	{ "no HMAC TLV", AUTH, no_hmac,
	  ANSWER_UNUSABLE, ANSWER_UNUSABLE, REJECT_TLVS },
	/* Asked again alone, the first flow has no TLV in the reply. */
	{ "TLV after the HMAC TLV", AUTH, after_hmac,
	  ANSWER_NO_LOSS_DATA, ANSWER_VALID, REJECTS },
};

/*
 * A first block, so that the peer is known to know the TLV and is asked for all
 * flows at once from now on.
 */
static void bench_first(struct bench *bench, unsigned int flows)
{
	bench_block(bench, 0);
	bench_run(bench, SECOND / 4);
	assert_int_equal(bench_answers(bench, ANSWER_VALID), flows);
}

/* In the second block. */
static void check_answer(const struct bench *bench, unsigned int i,
			 const struct scenario *scenario)
{
	const struct result_peer *peer = &bench->kept[FLOWS + i].peer[0];

	if (bench->kept_flow[FLOWS + i] == 0)
		assert_int_equal(peer->answer.status, scenario->first);
	else
		assert_int_equal(peer->answer.status, scenario->others);
	if (peer->answer.status == ANSWER_NO_ANSWER ||
	    peer->answer.status == ANSWER_UNUSABLE)
		assert_false(peer->delay.known);
	else
		assert_true(peer->delay.known);
}

static void run_scenario(const struct scenario *scenario, bool auth)
{
	struct bench bench;
	uint64_t replies, rejected;
	unsigned int i;

	bench_init(&bench);
	bench.flows = FLOWS;
	bench.auth = auth;
	bench_start(&bench, 2);
	bench_first(&bench, FLOWS);
	replies = bench.replies[0];
	bench.reply = scenario->reply;
	bench_block(&bench, 1);
	bench_run(&bench, PROBER_PATIENCE * SECOND);
	replies = bench.replies[0] - replies;
	assert_int_equal(bench.wrong, 0);
	assert_int_equal(bench.results, 2 * FLOWS);
	assert_int_equal(bench.ends, 2);
	for (i = 0; i < FLOWS; i++)
		check_answer(&bench, i, scenario);
	rejected = scenario->why == REJECTS ? 0 : replies;
	assert_int_equal(rejects_total(&bench.report[0].rejects), rejected);
	if (rejected)
		assert_int_equal(bench.report[0].rejects.n[scenario->why],
				 rejected);
	assert_int_equal(bench.report[0].replies, replies - rejected);
	bench_stop(&bench);
}

TEST_ROWS(scenarios, test_scenario)
{
	const struct scenario *scenario = *state;

	if (scenario->modes & PLAIN)
		run_scenario(scenario, false);
	if (scenario->modes & AUTH)
		run_scenario(scenario, true);
}

static size_t cut_to;
static bool cut;

static bool truncate_once(struct bench *bench, unsigned int peer,
			  uint8_t *data, size_t *len)
{
	(void)bench;
	(void)peer;
	(void)data;
	if (!cut && *len > cut_to)
		*len = cut_to;
	cut = true;
	return true;
}

static void truncate_all(bool auth)
{
	size_t base = stamp_base_len(auth);
	size_t whole = base + 2 * (STAMP_TLV_HEADER_LEN + BLOCKTLV_LEN(1)) +
		       (auth ? 2 * STAMP_TLV_HEADER_LEN + 16 + STAMP_HMAC_LEN :
			       0);
	struct bench bench;

	for (cut_to = 0; cut_to <= whole; cut_to++) {
		bool valid = cut_to < base || cut_to == whole;

		bench_init(&bench);
		bench.flows = 2;
		bench.auth = auth;
		cut = false;
		bench_start(&bench, 2);
		bench_first(&bench, 2);
		bench.reply = truncate_once;
		bench_block(&bench, 1);
		bench_run(&bench, SECOND);
		assert_int_equal(bench.wrong, 0);
		assert_int_equal(bench_answers(&bench, ANSWER_VALID),
				 valid ? 4 : 2);
		assert_int_equal(bench_answers(&bench, ANSWER_NO_LOSS_DATA),
				 valid ? 0 : 2);
		assert_int_equal(rejects_total(&bench.report[0].rejects),
				 cut_to < base);
		bench_stop(&bench);
	}
}

TEST(test_truncated)
{
	truncate_all(false);
	truncate_all(true);
}

/* A reflector that knows version 1 alone marks the first TLV and stops there. */
static bool version_1(struct bench *bench, unsigned int peer, uint8_t *data,
		      size_t *len)
{
	size_t offset = stamp_base_len(bench->auth);
	struct stamp_tlv tlv;

	(void)peer;
	while (stamp_tlv_next(data, *len, &offset, &tlv) == 1) {
		if (tlv.type != STAMP_TLV_BLOCK)
			continue;
		*tlv.header = STAMP_TLV_MALFORMED;
		break;
	}
	return true;
}

static unsigned int count_blocks(const struct bench *bench, uint8_t *data,
				 size_t len)
{
	size_t offset = stamp_base_len(bench->auth);
	unsigned int n = 0;
	struct stamp_tlv tlv;

	while (stamp_tlv_next(data, len, &offset, &tlv) == 1)
		n += tlv.type == STAMP_TLV_BLOCK;
	return n;
}

static unsigned int most_blocks;

static bool count_request(struct bench *bench, unsigned int peer, uint8_t *data,
			  size_t *len)
{
	unsigned int n = count_blocks(bench, data, *len);

	(void)peer;
	if (n > most_blocks)
		most_blocks = n;
	return true;
}

/* One TLV per message until the peer has answered one, and again if it forgets. */
static void run_versions(bool auth)
{
	struct bench bench;

	bench_init(&bench);
	bench.flows = 4;
	bench.auth = auth;
	bench.request = count_request;
	bench.reply = version_1;
	bench_start(&bench, 5);
	most_blocks = 0;
	bench_block(&bench, 0);
	bench_run(&bench, SECOND / 4);
	assert_int_equal(bench_answers(&bench, ANSWER_UNKNOWN_VERSION), 4);
	assert_int_equal(most_blocks, 1);
	/* It was updated: the first block goes one by one, the next one together. */
	bench.reply = NULL;
	bench_block(&bench, 1);
	bench_run(&bench, SECOND / 4);
	assert_int_equal(bench_answers(&bench, ANSWER_VALID), 4);
	assert_int_equal(most_blocks, 1);
	bench_block(&bench, 2);
	bench_run(&bench, SECOND / 4);
	assert_int_equal(bench_answers(&bench, ANSWER_VALID), 8);
	assert_int_equal(most_blocks, 4);
	/* It is the earlier one again. */
	bench.reply = version_1;
	bench_block(&bench, 3);
	bench_run(&bench, SECOND / 4);
	assert_int_equal(bench_answers(&bench, ANSWER_UNKNOWN_VERSION), 8);
	most_blocks = 0;
	bench_block(&bench, 4);
	bench_run(&bench, SECOND / 4);
	assert_int_equal(bench_answers(&bench, ANSWER_UNKNOWN_VERSION), 12);
	assert_int_equal(most_blocks, 1);
	assert_int_equal(bench.wrong, 0);
	bench_stop(&bench);
}

TEST(test_versions)
{
	run_versions(false);
	run_versions(true);
}

static uint8_t stolen[STAMP_MESSAGE_MAX];
static size_t stolen_len;

static bool steal(struct bench *bench, unsigned int peer, uint8_t *data,
		  size_t *len)
{
	(void)bench;
	(void)peer;
	memcpy(stolen, data, *len);
	stolen_len = *len;
	return true;
}

TEST(test_replay)
{
	struct bench bench;

	bench_init(&bench);
	bench.auth = true;
	bench.reply = steal;
	bench_start(&bench, 2);
	bench_block(&bench, 0);
	bench_run(&bench, SECOND / 4);
	assert_int_equal(bench_answers(&bench, ANSWER_VALID), 1);
	bench.reply = NULL;
	prober_receive(bench.prober, 0, stolen, stolen_len, bench.now);
	bench_block(&bench, 1);
	prober_run(bench.prober);
	prober_receive(bench.prober, 0, stolen, stolen_len, bench.now);
	bench_run(&bench, SECOND / 4);
	assert_int_equal(bench.wrong, 0);
	assert_int_equal(bench_answers(&bench, ANSWER_VALID), 2);
	assert_int_equal(rejects_total(&bench.report[0].rejects), 2);
	assert_int_equal(bench.report[0].replies, 1);
	bench_stop(&bench);
}

/* A peer cannot answer for another one. */
TEST(test_other_peer)
{
	struct bench bench;

	bench_init(&bench);
	bench.npeers = 2;
	bench.reply = steal;
	bench_start(&bench, 1);
	bench_block(&bench, 0);
	bench.delay = 20 * BENCH_MS;
	prober_run(bench.prober);
	bench.now += BENCH_MS;
	prober_run(bench.prober);
	memset(stolen, 0, sizeof(stolen));
	prober_receive(bench.prober, 1, stolen, STAMP_BASE_LEN, bench.now);
	bench_run(&bench, SECOND / 4);
	assert_int_equal(bench.wrong, 0);
	assert_int_equal(bench_answers(&bench, ANSWER_VALID), 2);
	assert_int_equal(rejects_total(&bench.report[1].rejects), 1);
	bench_stop(&bench);
}

struct times {
	const char *name;
	/* Added to T2 and T3. */
	int64_t t2;
	int64_t t3;
	bool ptp;
	bool known;
	bool one_way;
	int64_t offset;
};

static const struct times *times;

static bool change_times(struct bench *bench, unsigned int peer,
			 uint8_t *data, size_t *len)
{
	struct stamp_reply reply = get_base(bench, data, *len);

	(void)peer;
	reply.received = stamp_time_encode(bench->now - bench->delay +
					   times->t2, times->ptp);
	reply.timestamp = stamp_time_encode(bench->now - bench->delay +
					    times->t3, times->ptp);
	reply.error = stamp_error_encode(true, times->ptp, BENCH_MS);
	put_base(bench, data, *len, &reply);
	return true;
}

static const struct times all_times[] = {
	{ "PTP", 0, 0, true, true, true, 0 },
	{ "inside", -2 * BENCH_MS, 2 * BENCH_MS, false, true, true, 0 },
	{ "ahead", BENCH_MS, BENCH_MS, false, true, true, BENCH_MS },
	{ "behind", -BENCH_MS, -BENCH_MS, false, true, true, -BENCH_MS },
	{ "within the error", 7 * BENCH_MS, 7 * BENCH_MS, false, true, true,
	  7 * BENCH_MS },
	/* 3 ms of error do not explain -4 ms. */
	{ "not synchronised", 9 * BENCH_MS, 9 * BENCH_MS, false, true, false,
	  9 * BENCH_MS },
	/* The 5 ms that a message takes each way are not known to be 5. */
	{ "ahead, perhaps within the band", 104 * BENCH_MS, 104 * BENCH_MS,
	  false, true, false, 104 * BENCH_MS },
	{ "ahead beyond the band", 106 * BENCH_MS, 106 * BENCH_MS, false, true,
	  false, 106 * BENCH_MS },
	{ "behind, perhaps within the band", -104 * BENCH_MS, -104 * BENCH_MS,
	  false, true, false, -104 * BENCH_MS },
	{ "behind beyond the band", -106 * BENCH_MS, -106 * BENCH_MS, false,
	  true, false, -106 * BENCH_MS },
	{ "a year", 31536000 * SECOND, 31536000 * SECOND, false, true, false,
	  31536000 * SECOND },
	{ "T3 before T2", 0, -1000, false, false, false, 0 },
	{ "longer inside than away", 0, 11 * BENCH_MS, false, false, false,
	  0 },
	{ "decades apart", -60 * 31536000 * SECOND, 60 * 31536000 * SECOND,
	  false, false, false, 0 },
};

/* Arrived more than the guard band before it was sent, one way or the other. */
static bool clocks_differ(void)
{
	return times->t2 + 5 * BENCH_MS < -100 * BENCH_MS ||
	       5 * BENCH_MS - times->t3 < -100 * BENCH_MS;
}

static enum answer_status expected_answer(void)
{
	if (clocks_differ())
		return ANSWER_CLOCKS_DIFFER;
	return times->known ? ANSWER_VALID : ANSWER_DELAY_TOO_LONG;
}

TEST_ROWS(all_times, test_times)
{
	struct bench bench;
	const struct delay *delay = &bench.kept[0].peer[0].delay;

	times = *state;
	bench_init(&bench);
	bench.auth = true;
	bench.reply = change_times;
	bench_start(&bench, 1);
	bench_block(&bench, 0);
	/* An unknown delay is asked for again until the next block is read. */
	bench_run(&bench, SECOND / 4);
	assert_int_equal(bench.ends, times->known || clocks_differ());
	bench_run(&bench, SECOND);
	assert_int_equal(bench.wrong, 0);
	assert_int_equal(bench_answers(&bench, expected_answer()), 1);
	assert_int_equal(delay->known, times->known);
	assert_int_equal(delay->one_way, times->one_way);
	assert_int_equal(bench.report[0].samples, times->known);
	assert_int_equal(bench.report[0].offset, times->offset);
	if (times->known)
		assert_int_equal(delay->round_trip, 10 * BENCH_MS -
				 (times->t3 - times->t2));
	if (times->one_way)
		assert_int_equal(delay->forward, 5 * BENCH_MS + times->t2);
	bench_stop(&bench);
}
