// SPDX-License-Identifier: GPL-2.0-only
/*
 * The reflector and TLVs (RFC 8972, section 4): flags, values, integrity, and
 * the block TLV against ledgers.
 */
#include "test/unit/reflecting_sets.h"
#include "test/unit/unit.h"

#define UNKNOWN_TYPE 77
#define U STAMP_TLV_UNRECOGNISED
#define M STAMP_TLV_MALFORMED
#define I STAMP_TLV_INTEGRITY

/* Ledger i knows flow i, with 50 + i packets in BLOCK. */
static struct ledger *make_ledger(unsigned int i)
{
	struct ledger *ledger = ledger_new(&timing);
	const struct sr6flow_set set = { .mask = MASK };
	const struct sr6flow_record dumped = {
		.flow = flow(i),
		.generation = 1,
		.slots = 1,
		.counters = { { UINT64_C(0x100000000) + 50, 0 } },
	};
	const struct record record = {
		.flow = flow(i),
		.mask = MASK,
		.block = BLOCK,
		.packets = 50 + i,
		.bytes = 1000,
	};

	assert_non_null(ledger);
	assert_int_equal(ledger_flow(ledger, &set, &dumped), 0);
	assert_int_equal(ledger_record(ledger, &record), 0);
	ledger_block_end(ledger, BLOCK);
	return ledger;
}

static struct blocktlv answer(const uint8_t *value)
{
	struct blocktlv tlv;

	assert_false(blocktlv_read(&tlv, value, BLOCKTLV_LEN(3)));
	return tlv;
}

static uint8_t flags(const uint8_t *value)
{
	return value[-STAMP_TLV_HEADER_LEN];
}

TEST(test_block)
{
	uint8_t *first, *second, *third, *fourth;
	struct blocktlv tlv;

	begin(1, 0);
	first = append_block(0, BLOCK);
	second = append_block(1, BLOCK);
	third = append_block(2, BLOCK);
	fourth = append_block(1, BLOCK + 1);
	assert_true(handle());
	assert_int_equal(flags(first), 0);
	tlv = answer(first);
	assert_int_equal(tlv.answer.status, ANSWER_VALID);
	assert_int_equal(tlv.received.packets, 50);
	assert_int_equal(tlv.received.bytes, 1000);
	assert_int_equal(tlv.sent.packets, 60);
	assert_int_equal(tlv.block, BLOCK);
	assert_int_equal(answer(second).received.packets, 51);
	assert_int_equal(answer(third).answer.status, ANSWER_UNKNOWN_FLOW);
	assert_int_equal(answer(third).mask, MASK);
	assert_int_equal(answer(fourth).answer.status, ANSWER_NOT_FINISHED);
	assert_int_equal(STATS(flows), 2);
	assert_int_equal(STATS(flows_other), 2);
}

/* A request of version 1 gets an answer of version 1. */
TEST(test_version_1)
{
	struct blocktlv tlv = block_of(BLOCKTLV_VERSION_1, 0, BLOCK);
	uint8_t *value, *after;

	begin(1, 0);
	value = append_tlv(&tlv);
	after = append_block(1, BLOCK);
	assert_true(handle());
	assert_int_equal(flags(value), 0);
	assert_int_equal(value[0], 1);
	assert_int_equal(value[3], 0);
	assert_int_equal(blocktlv_read(&tlv, value, BLOCKTLV_LEN_1(3)), 0);
	assert_int_equal(tlv.answer.status, ANSWER_VALID);
	assert_int_equal(tlv.received.packets, 50);
	assert_int_equal(answer(after).received.packets, 51);
}

/* Of a version of tomorrow only the status changes, and what follows counts. */
TEST(test_later_version)
{
	uint8_t before[40];
	uint8_t *value, *after;
	unsigned int i;

	for (i = 3; i <= UINT8_MAX; i += 9) {
		begin(i, 0);
		value = append(STAMP_TLV_BLOCK, sizeof(before));
		memset(value, 0x99, sizeof(before));
		value[0] = (uint8_t)i;
		memcpy(before, value, sizeof(before));
		before[2] = 11;
		after = append_block(1, BLOCK);
		assert_true(handle());
		assert_int_equal(flags(value), 0);
		assert_memory_equal(value, before, sizeof(before));
		assert_int_equal(answer(after).received.packets, 51);
	}
}

/* A prefix and a byte of the source that are not right together. */
static void malformed_source(uint8_t prefix, unsigned int at, uint8_t byte)
{
	uint8_t *value, *after;

	begin(1, 0);
	value = append_block(0, BLOCK);
	value[3] = prefix;
	value[56 + at] = byte;
	after = append_block(1, BLOCK);
	assert_true(handle());
	assert_int_equal(flags(value), M);
	assert_int_equal(flags(after), U);
	assert_int_equal(STATS(malformed), 1);
}

TEST(test_source_behind_prefix)
{
	malformed_source(64, 8, 0x80);
}

/* Without prefix a source is what the answer has, and not the request. */
TEST(test_source_without_prefix)
{
	const struct record record = {
		.flow = flow(2), .mask = MASK, .block = BLOCK + 1,
		.packets = 77, .last_source.s6_addr = { 0xfd, [15] = 7 },
	};
	uint8_t *value;

	malformed_source(0, 0, 0xfd);
	assert_int_equal(ledger_record(ledgers[0], &record), 0);
	ledger_block_end(ledgers[0], BLOCK + 1);
	begin(2, 0);
	value = append_block(2, BLOCK + 1);
	assert_true(handle());
	assert_int_equal(answer(value).received.packets, 77);
	assert_memory_equal(value + 56, &record.last_source, 16);
	assert_int_equal(value[3], 0);
}

static void replace_ledger(unsigned int i, struct ledger *ledger)
{
	assert_non_null(ledger);
	ledger_free(ledgers[i]);
	ledgers[i] = ledger;
}

/* Of sets with other netmasks, the one that has ours tells of the flow. */
TEST(test_netmasks)
{
	const struct record record = {
		.flow = {
			.nsids = 1, .netmask = 128,
			.source.s6_addr = { 0xfd, [15] = 7 },
			.sids = { { .s6_addr = { 0xfc } } },
		},
		.mask = MASK, .block = BLOCK, .packets = 77,
	};
	struct blocktlv tlv = block_of(BLOCKTLV_VERSION, 0, BLOCK);
	uint8_t *known, *unknown, *differs;
	unsigned int i;

	for (i = 0; i < 2; i++) {
		replace_ledger(i, ledger_new(&timing));
		assert_int_equal(ledger_record(ledgers[i], &record), 0);
		ledger_block_end(ledgers[i], BLOCK);
		begin(i, 0);
		tlv.flow = record.flow;
		known = append_tlv(&tlv);
		tlv.flow.source.s6_addr[15] = 8;
		unknown = append_tlv(&tlv);
		tlv.flow.netmask = 127;
		differs = append_tlv(&tlv);
		assert_true(handle());
		assert_int_equal(known[2], ANSWER_VALID);
		assert_int_equal(known[47], 77);
		assert_int_equal(unknown[2], ANSWER_UNKNOWN_FLOW);
		/* The other set has netmask 0: none has 127. */
		assert_int_equal(differs[2], ANSWER_NETMASK_DIFFERS);
		replace_ledger(i, make_ledger(i));
	}
}

/* A set that was not read yet may have the flow, wherever it is in the list. */
TEST(test_ledger_without_blocks)
{
	unsigned int i;

	for (i = 0; i < 2; i++) {
		uint8_t *value, *other;

		replace_ledger(i, ledger_new(&timing));
		begin(i + 1, 0);
		value = append_block(2, BLOCK);
		other = append_block(1 - i, BLOCK);
		assert_true(handle());
		assert_int_equal(answer(value).answer.status,
				 ANSWER_NOT_FINISHED);
		assert_int_equal(answer(other).answer.status, ANSWER_VALID);
		replace_ledger(i, make_ledger(i));
	}
}

TEST(test_configured_type)
{
	uint8_t *value;

	config.tlv_type = 251;
	reconfigure();
	begin(1, 0);
	value = append_block(0, BLOCK);
	assert_true(handle());
	assert_int_equal(flags(value), U);
	assert_int_equal(answer(value).received.packets, 0);
}

/* Without sets this is a STAMP reflector and no more. */
TEST(test_no_ledger)
{
	uint8_t *block, *direct;

	reflector_ledgers(reflector, NULL, 0);
	begin(1, 0);
	block = append_block(0, BLOCK);
	direct = append(STAMP_TLV_DIRECT, 12);
	assert_true(handle());
	assert_int_equal(flags(block), U);
	assert_int_equal(flags(direct), U);
}

TEST(test_standard_tlvs)
{
	/* DSCP1 10; then DSCP2 46, ECN 1, RP 1. */
	static const uint8_t cos_asked[] = { 10 << 2, 0, 0, 0 };
	static const uint8_t cos_answered[] = { 10 << 2 | 46 >> 4,
		(46 & 15) << 4 | 1 << 2 | 1, 0, 0 };
	/* Both ledgers' totals modulo 2^32. */
	static const uint8_t direct_answered[] = {
		1, 2, 3, 4, 0, 0, 0, 100, 0, 0, 0, 0 };
	uint8_t *unknown, *cos, *direct, *padding;

	begin(1, 0);
	unknown = append(UNKNOWN_TYPE, 5);
	memset(unknown, 0xee, 5);
	cos = append(STAMP_TLV_COS, 4);
	memcpy(cos, cos_asked, sizeof(cos_asked));
	direct = append(STAMP_TLV_DIRECT, 12);
	memcpy(direct, direct_answered, 4);
	memset(direct + 4, 0xff, 8);
	padding = append(STAMP_TLV_PADDING, 33);
	memset(padding, 0x77, 33);
	assert_true(handle());
	assert_int_equal(flags(unknown), U);
	assert_int_equal(unknown[4], 0xee);
	assert_int_equal(flags(cos), 0);
	assert_memory_equal(cos, cos_answered, 4);
	assert_int_equal(flags(direct), 0);
	assert_memory_equal(direct, direct_answered, 12);
	assert_int_equal(flags(padding), 0);
	assert_int_equal(padding[32], 0x77);
	assert_int_equal(STATS(malformed), 0);
}

/* A sender cannot write the flags of a reflector. */
TEST(test_flags_of_sender)
{
	uint8_t *unknown, *padding;

	begin(1, 0);
	unknown = append(UNKNOWN_TYPE, 0);
	padding = append(STAMP_TLV_PADDING, 0);
	unknown[-STAMP_TLV_HEADER_LEN] = M | I | 0x1f;
	padding[-STAMP_TLV_HEADER_LEN] = 0xff;
	assert_true(handle());
	assert_int_equal(flags(unknown), U);
	assert_int_equal(flags(padding), 0);
}

TEST(test_wrong_lengths)
{
	static const struct {
		uint8_t type;
		uint16_t len;
	} wrong[] = {
		{ STAMP_TLV_COS, 0 }, { STAMP_TLV_COS, 3 },
		{ STAMP_TLV_COS, 5 }, { STAMP_TLV_DIRECT, 0 },
		{ STAMP_TLV_DIRECT, 11 }, { STAMP_TLV_DIRECT, 16 },
		{ STAMP_TLV_BLOCK, 0 }, { STAMP_TLV_BLOCK, 55 },
		{ STAMP_TLV_BLOCK, 56 }, { STAMP_TLV_BLOCK, 104 },
		{ STAMP_TLV_BLOCK, 168 },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(wrong); i++) {
		uint8_t *before, *value, *after;

		begin(i, 0);
		before = append_block(0, BLOCK);
		value = append(wrong[i].type, wrong[i].len);
		after = append_block(0, BLOCK);
		assert_true(handle());
		assert_int_equal(flags(before), 0);
		assert_int_equal(flags(value), M);
		/* What follows was not looked at. */
		assert_int_equal(flags(after), U);
		assert_int_equal(answer(after).received.packets, 0);
		assert_int_equal(STATS(malformed), i + 1);
	}
}

TEST(test_truncated)
{
	uint8_t *block;
	size_t cut, whole;

	for (cut = 1; cut < 30; cut++) {
		begin(1, 0);
		block = append_block(0, BLOCK);
		whole = len;
		append(STAMP_TLV_PADDING, 26);
		memset(data + len - cut, GUARD_BYTE, cut);
		len -= cut;
		assert_true(handle());
		assert_int_equal(answer(block).received.packets, 50);
		assert_int_equal(data[whole] & M, M);
		assert_int_equal(STATS(malformed), cut);
	}
}

/* A jumbo message of the smallest TLVs. */
TEST(test_many_tlvs)
{
	unsigned int n;

	begin(1, 0);
	for (n = 0; len + STAMP_TLV_HEADER_LEN <= STAMP_MESSAGE_MAX; n++)
		append(n % 2 ? STAMP_TLV_PADDING : UNKNOWN_TYPE, 0);
	assert_true(handle());
	while (n--)
		assert_int_equal(data[STAMP_BASE_LEN + 4 * n],
				 n % 2 ? 0 : U);
}

/* The HMAC TLV is right after the block's. */
static void hmac_is_right(const uint8_t *block, unsigned int key)
{
	const uint8_t *header = block + BLOCKTLV_LEN(3);

	assert_int_equal(*header, 0);
	assert_true(key_tlv_verify(&keys.key[key], data,
				   stamp_base_len(config.auth),
				   (size_t)(header - data),
				   header + STAMP_TLV_HEADER_LEN));
}

TEST(test_hmac_in_unauthenticated_mode)
{
	uint8_t *block;

	begin(1, 0);
	block = append_block(0, BLOCK);
	append_hmac(1);
	assert_true(handle());
	assert_int_equal(flags(block), 0);
	hmac_is_right(block, 1);
	/* It fits no key: nothing is answered. */
	begin(1, 0);
	block = append_block(0, BLOCK);
	append_hmac(1);
	block[20]++;
	assert_true(handle());
	assert_int_equal(flags(block), U | I);
	assert_int_equal(STATS(integrity), 1);
	keys.n = 0;
	reconfigure();
	begin(1, 0);
	block = append_block(0, BLOCK);
	append_hmac(1);
	assert_true(handle());
	assert_int_equal(flags(block), U | I);
}

TEST_AUTH(test_auth)
{
	uint8_t *block, *padding;

	config.stateful = true;
	reconfigure();
	begin(9, 0);
	block = append_block(0, BLOCK);
	append_hmac(1);
	padding = append(STAMP_TLV_PADDING, 40);
	seal(1);
	assert_true(handle());
	assert_int_equal(flags(block), 0);
	hmac_is_right(block, 1);
	assert_int_equal(flags(padding), 0);
	assert_int_equal(answer(block).received.packets, 50);
	assert_int_equal(reply().seq, 0);
	assert_ptr_equal(keys_verify_base(&keys, data, len), &keys.key[1]);
}

/* The base packet is authentic, the TLVs are not. */
static void expect_refused(uint8_t *block)
{
	uint64_t before = STATS(integrity);

	seal(0);
	assert_true(handle());
	assert_int_equal(flags(block), U | I);
	assert_int_equal(answer(block).received.packets, 0);
	assert_int_equal(STATS(integrity), before + 1);
	assert_int_equal(STATS(flows) + STATS(flows_other), 0);
	assert_non_null(keys_verify_base(&keys, data, len));
}

TEST_AUTH(test_auth_without_hmac)
{
	begin(1, 0);
	expect_refused(append_block(0, BLOCK));
}

TEST_AUTH(test_auth_wrong_hmac)
{
	uint8_t *block;
	unsigned int bit, bits = 8 * (unsigned int)(BLOCKTLV_LEN(3) + 4 + 4 +
						    STAMP_HMAC_LEN);

	begin(0, 0);
	block = append_block(0, BLOCK);
	append_hmac(1);
	expect_refused(block);
	/* One wrong bit anywhere but in the type and length of the HMAC TLV. */
	for (bit = 0; bit < bits; bit++) {
		size_t byte = STAMP_AUTH_BASE_LEN + bit / 8;

		begin(bit + 1, 0);
		block = append_block(0, BLOCK);
		append_hmac(0);
		data[byte] ^= (uint8_t)(1u << bit % 8);
		seal(0);
		assert_true(handle());
		/* Flags of the HMAC TLV are not under it. */
		if (data + byte == block + BLOCKTLV_LEN(3))
			continue;
		assert_int_not_equal(data[STAMP_AUTH_BASE_LEN] & I, 0);
	}
	assert_int_equal(STATS(integrity), 1 + bits - 8);
}

TEST_AUTH(test_auth_hmac_of_another_message)
{
	uint8_t *block;

	begin(1, 0);
	block = append_block(0, BLOCK);
	append_hmac(0);
	/* The Sequence Number is under the HMAC. */
	data[3] = 2;
	expect_refused(block);
}

TEST_AUTH(test_auth_hmac_elsewhere)
{
	uint8_t *block;

	begin(1, 0);
	append_hmac(0);
	block = append_block(0, BLOCK);
	expect_refused(block);
	begin(2, 0);
	block = append_block(0, BLOCK);
	append_hmac(0);
	append_hmac(0);
	expect_refused(block);
	begin(3, 0);
	block = append_block(0, BLOCK);
	append_hmac(0);
	append(UNKNOWN_TYPE, 0);
	expect_refused(block);
	/* What is no whole TLV is no Extra Padding either. */
	begin(4, 0);
	block = append_block(0, BLOCK);
	append_hmac(0);
	data[len++] = 0;
	expect_refused(block);
	assert_int_equal(data[len - 1], M | I);
	assert_int_equal(STATS(malformed), 1);
}

TEST_AUTH(test_auth_only_padding)
{
	uint8_t *first, *second;

	begin(1, 0);
	first = append(STAMP_TLV_PADDING, 8);
	seal(0);
	assert_true(handle());
	assert_int_equal(flags(first), 0);
	begin(2, 0);
	first = append(STAMP_TLV_PADDING, 8);
	second = append(STAMP_TLV_COS, 4);
	seal(0);
	assert_true(handle());
	assert_int_equal(flags(first), U | I);
	assert_int_equal(flags(second), U | I);
}

/* After a malformed TLV the rest stays, and the reply is sealed anew. */
TEST_AUTH(test_auth_malformed)
{
	uint8_t *wrong, *block;

	begin(1, 0);
	wrong = append(STAMP_TLV_COS, 3);
	block = append_block(0, BLOCK);
	append_hmac(0);
	seal(0);
	assert_true(handle());
	assert_int_equal(flags(wrong), M);
	assert_int_equal(flags(block), U);
	hmac_is_right(block, 0);
	assert_int_equal(STATS(integrity), 0);
}
