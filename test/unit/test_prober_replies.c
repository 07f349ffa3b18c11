// SPDX-License-Identifier: GPL-2.0-only
/*
 * Replies that are not what the prober's own peers send: of other
 * implementations, of older versions, of intruders, broken ones.
 */
#include <string.h>

#include "prober_bench.h"
#include "test/unit/unit.h"

UNIT_EACH(bench_setup, bench_teardown)

#define FLOWS 3

static struct stamp_tlv first_tlv(const struct net_event *msg, uint8_t type)
{
	size_t offset = stamp_base_len(bench.auth);
	struct stamp_tlv tlv;

	while (stamp_tlv_next(msg->data, msg->len, &offset, &tlv) == 1)
		if (tlv.type == type)
			return tlv;
	fail();
	return tlv;
}

static struct stamp_reply get_base(const struct net_event *msg)
{
	struct stamp_reply reply;

	assert_true(stamp_reply_read(msg->data, msg->len, bench.auth, &reply));
	return reply;
}

static void put_base(struct net_event *msg, const struct stamp_reply *reply)
{
	stamp_reply_write(msg->data, bench.auth, reply);
	bench_reseal(msg);
}

#define BASE(NAME, CHANGE)						\
static bool NAME(struct net_event *msg)					\
{									\
	struct stamp_reply reply = get_base(msg);			\
									\
	CHANGE;								\
	put_base(msg, &reply);						\
	return true;							\
}

#define BYTES(NAME, CHANGE)						\
static bool NAME(struct net_event *msg)					\
{									\
	struct stamp_tlv tlv = first_tlv(msg, STAMP_TLV_BLOCK);		\
									\
	CHANGE;								\
	bench_reseal(msg);						\
	return true;							\
}

#define VALUE(NAME, CHANGE)						\
BYTES(NAME,								\
	struct blocktlv value;						\
									\
	assert_false(blocktlv_read(&value, tlv.value, tlv.len));	\
	CHANGE;								\
	blocktlv_write(&value, tlv.value))

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
BYTES(base_only, (void)tlv; msg->len = stamp_base_len(bench.auth))
BYTES(zeros, memset(tlv.header, 0, (size_t)(msg->data + msg->len - tlv.header)))
BYTES(longer, (void)tlv; memset(msg->data + msg->len, 0, 64); msg->len += 64)

static bool wrong_key(struct net_event *msg)
{
	struct key key = *bench_key();

	key.secret[3] ^= 0x80;
	key_seal_base(&key, msg->data);
	return true;
}

static bool broken_hmac(struct net_event *msg)
{
	first_tlv(msg, STAMP_TLV_HMAC).value[15] ^= 1;
	return true;
}

static bool changed_tlv(struct net_event *msg)
{
	/* A packet less received. */
	first_tlv(msg, STAMP_TLV_BLOCK).value[47]--;
	return true;
}

static bool no_hmac(struct net_event *msg)
{
	struct stamp_tlv tlv = first_tlv(msg, STAMP_TLV_HMAC);

	tlv.header[1] = STAMP_TLV_PADDING;
	bench_reseal(msg);
	return true;
}

/* What comes after the HMAC TLV is not covered by it. */
static bool after_hmac(struct net_event *msg)
{
	struct stamp_tlv tlv = first_tlv(msg, STAMP_TLV_BLOCK);
	size_t all = STAMP_TLV_HEADER_LEN + (size_t)tlv.len;

	memcpy(msg->data + msg->len, tlv.header, all);
	msg->data[msg->len + STAMP_TLV_HEADER_LEN + 47]--;
	msg->len += all;
	tlv.header[1] = STAMP_TLV_PADDING;
	bench_reseal(msg);
	return true;
}

struct scenario {
	const char *name;
	bench_mangle_fn reply;
	/* Of the first flow and the others. */
	enum answer_status first;
	enum answer_status others;
	/* Why the replies are rejected, if they are ANSWER_UNUSABLE. */
	enum reject why;
	bool auth_only;
};

static const struct scenario scenarios[] = {
	{ .name = "as it is", NULL, ANSWER_VALID, ANSWER_VALID },
	{ .name = "other T1", other_t1,
	  ANSWER_UNUSABLE, ANSWER_UNUSABLE, REJECT_FOREIGN },
	{ .name = "other number", other_seq,
	  ANSWER_UNUSABLE, ANSWER_UNUSABLE, REJECT_FOREIGN },
	{ .name = "other SSID", other_ssid,
	  ANSWER_UNUSABLE, ANSWER_UNUSABLE, REJECT_FOREIGN },
	{ .name = "no SSID", no_ssid, ANSWER_VALID, ANSWER_VALID },
	{ .name = "any reflector number", any_number,
	  ANSWER_VALID, ANSWER_VALID },
	{ .name = "other flow", other_flow, ANSWER_NO_ANSWER, ANSWER_VALID },
	{ .name = "other source", other_source,
	  ANSWER_NO_ANSWER, ANSWER_VALID },
	{ .name = "other netmask", other_netmask,
	  ANSWER_NO_ANSWER, ANSWER_VALID },
	{ .name = "no source", no_source, ANSWER_NO_ANSWER, ANSWER_VALID },
	{ .name = "other number of SIDs", other_count,
	  ANSWER_NO_ANSWER, ANSWER_VALID },
	{ .name = "other block", other_block, ANSWER_NO_ANSWER, ANSWER_VALID },
	{ .name = "other echo", other_echo, ANSWER_NO_ANSWER, ANSWER_VALID },
	{ .name = "other echo of bytes", other_echo_bytes,
	  ANSWER_NO_ANSWER, ANSWER_VALID },
	{ .name = "valid with another mask", other_mask,
	  ANSWER_MASK_DIFFERS, ANSWER_VALID },
	{ .name = "valid with another period", other_period,
	  ANSWER_PERIOD_DIFFERS, ANSWER_VALID },
	{ .name = "valid with another guard time", other_guard,
	  ANSWER_TIMING_DIFFERS, ANSWER_VALID },
	{ .name = "valid with another guard band", other_band,
	  ANSWER_TIMING_DIFFERS, ANSWER_VALID },
	{ .name = "not finished", unfinished,
	  ANSWER_NOT_FINISHED, ANSWER_VALID },
	{ .name = "invalid", invalid, ANSWER_INVALID, ANSWER_VALID },
	{ .name = "status of a later version", later_status,
	  ANSWER_INVALID, ANSWER_VALID },
	{ .name = "later version", later_version,
	  ANSWER_NO_ANSWER, ANSWER_VALID },
	{ .name = "U flag", unrecognised,
	  ANSWER_NO_LOSS_DATA, ANSWER_NO_LOSS_DATA },
	{ .name = "M flag", malformed,
	  ANSWER_UNKNOWN_VERSION, ANSWER_UNKNOWN_VERSION },
	{ .name = "I flag", integrity, ANSWER_REFUSED, ANSWER_REFUSED },
	{ .name = "base packet only", base_only,
	  ANSWER_NO_LOSS_DATA, ANSWER_NO_LOSS_DATA },
	{ .name = "zeros for TLVs", zeros,
	  ANSWER_NO_LOSS_DATA, ANSWER_NO_LOSS_DATA },
	{ .name = "longer", longer, ANSWER_VALID, ANSWER_VALID },
	{ .name = "wrong key", wrong_key,
	  ANSWER_UNUSABLE, ANSWER_UNUSABLE, REJECT_KEY, .auth_only = true },
	{ .name = "broken HMAC TLV", broken_hmac,
	  ANSWER_UNUSABLE, ANSWER_UNUSABLE, REJECT_TLVS, .auth_only = true },
	{ .name = "changed TLV", changed_tlv,
	  ANSWER_UNUSABLE, ANSWER_UNUSABLE, REJECT_TLVS, .auth_only = true },
	{ .name = "no HMAC TLV", no_hmac,
	  ANSWER_UNUSABLE, ANSWER_UNUSABLE, REJECT_TLVS, .auth_only = true },
	/* Asked again alone, the first flow has no TLV in the reply. */
	{ .name = "TLV after the HMAC TLV", after_hmac,
	  ANSWER_NO_LOSS_DATA, ANSWER_VALID, .auth_only = true },
};

/*
 * A first block, so that the peer is known to know the TLV and is asked for all
 * flows at once from now on.
 */
static void bench_first(unsigned int flows)
{
	bench_next_for(0, SECOND / 4);
	assert_int_equal(bench_answers(ANSWER_VALID), flows);
}

/* In the second block. */
static void check_answer(unsigned int i, const struct scenario *scenario)
{
	const struct result_peer *peer = &bench.kept[FLOWS + i].peer[0];

	if (bench.kept_flow[FLOWS + i] == 0)
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
	uint64_t replies, rejected;
	unsigned int i;

	bench_init();
	bench.flows = FLOWS;
	bench.auth = auth;
	bench_start(2);
	bench_first(FLOWS);
	replies = bench.replies[0];
	bench.reply = scenario->reply;
	bench_next_for(1, PROBER_PATIENCE * SECOND);
	replies = bench.replies[0] - replies;
	assert_int_equal(bench.results, 2 * FLOWS);
	assert_int_equal(bench.ends, 2);
	for (i = 0; i < FLOWS; i++)
		check_answer(i, scenario);
	rejected = scenario->first == ANSWER_UNUSABLE ? replies : 0;
	assert_int_equal(rejects_total(&bench.report[0].rejects), rejected);
	if (rejected)
		assert_int_equal(bench.report[0].rejects.n[scenario->why],
				 rejected);
	assert_int_equal(bench.report[0].replies, replies - rejected);
}

TEST_ROWS(scenarios, test_scenario)
{
	const struct scenario *scenario = *state;

	if (!scenario->auth_only)
		run_scenario(scenario, false);
	run_scenario(scenario, true);
}

static size_t cut_to;
static bool cut;

static bool truncate_once(struct net_event *msg)
{
	if (!cut && msg->len > cut_to)
		msg->len = cut_to;
	cut = true;
	return true;
}

static void truncate_all(bool auth)
{
	size_t base = stamp_base_len(auth);
	size_t hmac = 2 * STAMP_TLV_HEADER_LEN + 16 + STAMP_HMAC_LEN;
	size_t whole = base + 2 * (STAMP_TLV_HEADER_LEN + BLOCKTLV_LEN(1)) +
		       (auth ? hmac : 0);

	for (cut_to = 0; cut_to <= whole; cut_to++) {
		bool valid = cut_to < base || cut_to == whole;

		bench_init();
		bench.flows = 2;
		bench.auth = auth;
		cut = false;
		bench_start(2);
		bench_first(2);
		bench.reply = truncate_once;
		bench_next_for(1, SECOND);
		assert_int_equal(bench_answers(ANSWER_VALID), valid ? 4 : 2);
		assert_int_equal(bench_answers(ANSWER_NO_LOSS_DATA), valid ? 0 : 2);
		assert_int_equal(rejects_total(&bench.report[0].rejects),
				 cut_to < base);
	}
}

TEST(test_truncated)
{
	truncate_all(false);
	truncate_all(true);
}

/* A reflector that knows version 1 alone marks the first TLV and stops there. */
static bool version_1(struct net_event *msg)
{
	*first_tlv(msg, STAMP_TLV_BLOCK).header = STAMP_TLV_MALFORMED;
	return true;
}

static unsigned int most_blocks;

static bool count_request(struct net_event *msg)
{
	size_t offset = stamp_base_len(bench.auth);
	unsigned int n = 0;
	struct stamp_tlv tlv;

	while (stamp_tlv_next(msg->data, msg->len, &offset, &tlv) == 1)
		n += tlv.type == STAMP_TLV_BLOCK;
	if (n > most_blocks)
		most_blocks = n;
	return true;
}

/* One TLV per message until the peer has answered one, and again if it forgets. */
static void run_versions(bool auth)
{
	/* By block; it is updated, and then the earlier one again. */
	static const struct {
		bench_mangle_fn reply;
		enum answer_status status;
		uint64_t answers;
		unsigned int most_blocks;
	} blocks[] = {
		{ version_1, ANSWER_UNKNOWN_VERSION, 4, 1 },
		/* The first block goes one by one, the next one together. */
		{ NULL, ANSWER_VALID, 4, 1 },
		{ NULL, ANSWER_VALID, 8, 4 },
		{ version_1, ANSWER_UNKNOWN_VERSION, 8, 4 },
		{ version_1, ANSWER_UNKNOWN_VERSION, 12, 1 },
	};
	unsigned int i;

	bench_init();
	bench.flows = 4;
	bench.auth = auth;
	bench.request = count_request;
	bench_start(ARRAY_SIZE(blocks));
	for (i = 0; i < ARRAY_SIZE(blocks); i++) {
		most_blocks = 0;
		bench.reply = blocks[i].reply;
		bench_next_for(i, SECOND / 4);
		assert_int_equal(bench_answers(blocks[i].status), blocks[i].answers);
		assert_int_equal(most_blocks, blocks[i].most_blocks);
	}
}

TEST(test_versions)
{
	run_versions(false);
	run_versions(true);
}

static uint8_t stolen[STAMP_MESSAGE_MAX];
static size_t stolen_len;

static bool steal(struct net_event *msg)
{
	memcpy(stolen, msg->data, msg->len);
	stolen_len = msg->len;
	return true;
}

TEST(test_replay)
{
	bench.auth = true;
	bench.reply = steal;
	bench_start(2);
	bench_next_for(0, SECOND / 4);
	assert_int_equal(bench_answers(ANSWER_VALID), 1);
	bench.reply = NULL;
	prober_receive(bench.prober, 0, stolen, stolen_len, bench.now);
	bench_next(1);
	prober_run(bench.prober);
	prober_receive(bench.prober, 0, stolen, stolen_len, bench.now);
	bench_run(SECOND / 4);
	assert_int_equal(bench_answers(ANSWER_VALID), 2);
	assert_int_equal(rejects_total(&bench.report[0].rejects), 2);
	assert_int_equal(bench.report[0].replies, 1);
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

static bool change_times(struct net_event *msg)
{
	struct stamp_reply reply = get_base(msg);

	reply.received = stamp_time_encode(bench.now - bench.delay +
					   times->t2, times->ptp);
	reply.timestamp = stamp_time_encode(bench.now - bench.delay +
					    times->t3, times->ptp);
	reply.error = stamp_error_encode(true, times->ptp, BENCH_MS);
	put_base(msg, &reply);
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
	const struct delay *delay = &bench.kept[0].peer[0].delay;

	times = *state;
	bench.auth = true;
	bench.reply = change_times;
	/* An unknown delay is asked for again until the next block is read. */
	bench_one(SECOND / 4);
	assert_int_equal(bench.ends, times->known || clocks_differ());
	bench_run(SECOND);
	assert_int_equal(bench_answers(expected_answer()), 1);
	assert_int_equal(delay->known, times->known);
	assert_int_equal(delay->one_way, times->one_way);
	assert_int_equal(bench.report[0].samples, times->known);
	assert_int_equal(bench.report[0].offset, times->offset);
	if (times->known)
		assert_int_equal(delay->round_trip, 10 * BENCH_MS -
				 (times->t3 - times->t2));
	if (times->one_way)
		assert_int_equal(delay->forward, 5 * BENCH_MS + times->t2);
}
