// SPDX-License-Identifier: GPL-2.0-only
/* The arithmetic and the SID list codec of the shared UAPI header. */
#include <stdlib.h>

#include "ip_set_hash_sr6flow.h"
#include "test/unit/unit.h"

typedef __u8 sids_t[SR6FLOW_SIDS_MAX][SR6FLOW_SID_LEN];

/*
 * Room as exact as the header promises, on the heap, so that valgrind and
 * ASan see a byte too many.
 */
struct room {
	__u8 (*sids)[SR6FLOW_SID_LEN];
	char *comment;
};

static int room_setup(void **state)
{
	struct room *room = test_calloc(1, sizeof(*room));

	room->sids = test_malloc(sizeof(sids_t));
	room->comment = test_malloc(SR6FLOW_COMMENT_MAX + 1);
	*state = room;
	return 0;
}

static int room_teardown(void **state)
{
	struct room *room = *state;

	test_free(room->comment);
	test_free(room->sids);
	test_free(room);
	return 0;
}

/* Encode the first n SIDs, check the form, decode, compare. */
static void round_trip(struct room *room, const sids_t sids, unsigned int n)
{
	size_t bytes = (n - 1) * SR6FLOW_SID_LEN;
	size_t len = sr6flow_sids_encode(room->comment, sids, n);

	assert_int_equal(len, n > 1 ? bytes + 1 : 0);
	assert_int_equal(strlen(room->comment), len);
	memset(room->sids, 0xa5, sizeof(sids_t));
	assert_int_equal(sr6flow_sids_decode(room->sids, sids[0],
					     room->comment, len), n);
	assert_memory_equal(room->sids, sids, n * SR6FLOW_SID_LEN);
}

static void fill(sids_t sids, __u8 value)
{
	memset(sids, value, sizeof(sids_t));
}

static void every_length(struct room *room, const sids_t sids)
{
	unsigned int n;

	for (n = 1; n <= SR6FLOW_SIDS_MAX; n++)
		round_trip(room, sids, n);
}

/* Bytes of all kinds, only zeros, and no zero. */
TEST(every_length_of_lists)
{
	sids_t sids;
	unsigned int i;

	for (i = 0; i < sizeof(sids); i++)
		((__u8 *)sids)[i] = (__u8)(i * 7 + 1);
	every_length(*state, sids);
	fill(sids, 0);
	every_length(*state, sids);
	fill(sids, 0xff);
	every_length(*state, sids);
}

/* Or one. */
TEST(two_zeros_everywhere)
{
	sids_t sids;
	unsigned int i, k;

	for (i = SR6FLOW_SID_LEN; i < sizeof(sids); i++)
		for (k = i; k < sizeof(sids); k++) {
			fill(sids, 0x80);
			((__u8 *)sids)[i] = 0;
			((__u8 *)sids)[k] = 0;
			round_trip(*state, sids, SR6FLOW_SIDS_MAX);
		}
}

TEST(random_lists)
{
	unsigned int round, i, n;
	sids_t sids;

	srandom(20231);
	for (round = 0; round < 20000; round++) {
		/* From no zero at all to almost nothing else. */
		unsigned int zeros = (unsigned int)random() % 100;

		for (i = 0; i < sizeof(sids); i++)
			((__u8 *)sids)[i] = (unsigned int)random() % 100 < zeros ?
				0 : (__u8)random();
		n = 1 + (unsigned int)random() % SR6FLOW_SIDS_MAX;
		round_trip(*state, sids, n);
	}
}

/*
 * A decoder that accepts several encodings of one list would make two equal
 * flows look different to a program that compares attributes: whatever is
 * accepted must be what the encoder writes.
 */
TEST(one_encoding_per_list)
{
	static const __u8 first[SR6FLOW_SID_LEN] = { 0xfc };
	struct room *room = *state;
	char again[SR6FLOW_COMMENT_MAX + 1];
	unsigned int round, i, n, accepted = 0;
	size_t len, len2;
	sids_t sids;

	srandom(1999);
	for (round = 0; round < 20000; round++) {
		unsigned int changes = (unsigned int)random() % 3;

		for (i = 0; i < sizeof(sids); i++)
			((__u8 *)sids)[i] = random() & 1 ? (__u8)random() : 0;
		n = 2 + (unsigned int)random() % (SR6FLOW_SIDS_MAX - 1);
		len = sr6flow_sids_encode(room->comment, sids, n);
		while (changes--)
			room->comment[(size_t)random() % len] = (char)random();
		n = sr6flow_sids_decode(room->sids, first, room->comment, len);
		if (!n)
			continue;
		accepted++;
		len2 = sr6flow_sids_encode(again, room->sids, n);
		assert_int_equal(len, len2);
		assert_memory_equal(again, room->comment, len);
	}
	assert_in_range(accepted, 5000, 19999);
}

TEST(empty_comment_is_one_sid)
{
	static const __u8 first[SR6FLOW_SID_LEN] = { 0xfc, 0xff };
	struct room *room = *state;

	assert_int_equal(sr6flow_sids_decode(room->sids, first, NULL, 0), 1);
	assert_memory_equal(room->sids[0], first, SR6FLOW_SID_LEN);
	assert_int_equal(sr6flow_sids_decode(room->sids, first, "\1", 1), 1);
}

/* Decode bytes in room of just their length. */
static unsigned int decode_exact(struct room *room, const __u8 *first,
				 const char *bytes, size_t len)
{
	char *exact = test_malloc(len);
	unsigned int n;

	memcpy(exact, bytes, len);
	n = sr6flow_sids_decode(room->sids, first, exact, len);
	test_free(exact);
	return n;
}

TEST(malformed)
{
	/* 16 zero bytes encoded: seventeen pieces of nothing. */
	static const char zeros[] =
		"\1\1\1\1\1\1\1\1\1\1\1\1\1\1\1\1\1";
	static const struct {
		const char *what;
		size_t len;
		const char *bytes;
	} bad[] = {
		{ "zero length byte", 1, "\0" },
		{ "zero length byte after a SID", 18, "\x11" "0123456789abcdef" },
		{ "piece beyond the end", 1, "\2" },
		{ "piece beyond the end", 17, "\x12" "0123456789abcdef" },
		{ "longest piece, nothing there", 1, "\xff" },
		{ "zero inside a piece", 17, "\x11" "01234567\00089abcde" },
		{ "one byte", 2, "\2x" },
		{ "15 bytes", 16, "\x10" "0123456789abcde" },
		{ "17 bytes", 18, "\x12" "0123456789abcdefg" },
		{ "15 zeros", 16, zeros },
		{ "last piece missing", 17, "\x10" "0123456789abcde\2" },
	};
	static const __u8 first[SR6FLOW_SID_LEN];
	struct room *room = *state;
	size_t i;

	assert_int_equal(sr6flow_sids_decode(room->sids, first, zeros, 17), 2);
	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		unsigned int n = decode_exact(room, first, bad[i].bytes,
					      bad[i].len);

		if (n)
			fail_msg("%s: taken for %u SIDs", bad[i].what, n);
	}
}

TEST(too_long)
{
	static const __u8 first[SR6FLOW_SID_LEN];
	char long_comment[512];
	struct room *room = *state;
	size_t len;

	/* Every piece a zero byte; only whole SIDs up to the limit pass. */
	memset(long_comment, 1, sizeof(long_comment));
	for (len = 1; len < sizeof(long_comment); len++) {
		bool whole = (len - 1) % SR6FLOW_SID_LEN == 0 &&
			     len <= SR6FLOW_COMMENT_MAX;

		assert_int_equal(sr6flow_sids_decode(room->sids, first,
						     long_comment, len),
				 whole ? 1 + (len - 1) / SR6FLOW_SID_LEN : 0);
	}
}

TEST(truncated)
{
	struct room *room = *state;
	size_t len, cut;
	sids_t sids;

	fill(sids, 3);
	len = sr6flow_sids_encode(room->comment, sids, SR6FLOW_SIDS_MAX);
	for (cut = 1; cut < len; cut++)
		assert_int_equal(decode_exact(room, sids[0], room->comment, cut),
				 0);
}

TEST(reverse)
{
	sids_t path, wire, back;
	unsigned int n, i;

	for (i = 0; i < SR6FLOW_SIDS_MAX; i++)
		memset(path[i], (int)i, SR6FLOW_SID_LEN);
	for (n = 1; n <= SR6FLOW_SIDS_MAX; n++) {
		sr6flow_sids_reverse(wire, path, n);
		for (i = 0; i < n; i++)
			assert_memory_equal(wire[i], path[n - 1 - i],
					    SR6FLOW_SID_LEN);
		sr6flow_sids_reverse(back, wire, n);
		assert_memory_equal(back, path, n * SR6FLOW_SID_LEN);
	}
}

static bool one_field(unsigned int bit)
{
	return bit < 8 || bit >= 16;
}

/* The definition in words: one or two bits of the Tag or the Traffic Class. */
TEST(masks)
{
	static const __u32 wrong[] = {
		0, 7, 0xff, 0x00070000, 0xffff0000, 0xffffffff, 0x00030003,
		0x80008000, 0x0000ff00, 0x00010100, 0x00008001, 0x80010001,
	};
	unsigned int a, b;
	size_t i;

	for (a = 0; a < 32; a++) {
		assert_int_equal(sr6flow_mask_valid(1u << a), one_field(a));
		for (b = 0; b < a; b++)
			assert_int_equal(sr6flow_mask_valid(1u << a | 1u << b),
					 one_field(a) && one_field(b) &&
					 (a < 8) == (b < 8));
	}
	for (i = 0; i < ARRAY_SIZE(wrong); i++)
		assert_false(sr6flow_mask_valid(wrong[i]));
	assert_true(sr6flow_mask_valid(SR6FLOW_MASK_DEFAULT));
	assert_true(sr6flow_mask_valid(SR6FLOW_MASK_ECN));
}

/* Each bit of a mask is in one carrier, and the rows of the table are consistent. */
TEST(carriers)
{
	const struct sr6flow_carrier_info *info;
	char text[SR6FLOW_MASK_CHOICE_LEN];
	__u32 seen = 0;
	unsigned int i;

	for (i = 0; i <= SR6FLOW_CARRIER_MAX; i++) {
		info = sr6flow_carrier_info(i);
		assert_true(info->mask && !(info->mask & seen));
		seen |= info->mask;
		assert_false(info->rewritten & ~info->mask);
		assert_int_equal(!info->rewritten, !info->rewritten_by);
		assert_true(info->name[0]);
	}
	for (i = 0; i < 32; i++)
		if (one_field(i))
			assert_int_equal(sr6flow_carrier(1u << i), i < 8 ?
					 SR6FLOW_CARRIER_TCLASS :
					 SR6FLOW_CARRIER_TAG);
	assert_int_equal(sr6flow_carrier(0x00000100), SR6FLOW_CARRIER_MAX + 1);
	assert_int_equal(sr6flow_carrier(0x00010001), SR6FLOW_CARRIER_MAX + 1);
	assert_string_equal(sr6flow_mask_choice(text),
			    "all in 0xffff0000 (SRH Tag) or all in 0x000000ff (Traffic Class)");
	assert_true(strlen(text) < sizeof(text));
}

static void check_slots(__u32 mask, unsigned int slots)
{
	unsigned int slot;

	assert_int_equal(sr6flow_slots(mask), slots);
	for (slot = 0; slot < slots; slot++) {
		__u32 colour = sr6flow_slot_colour(mask, slot);

		assert_int_equal(colour & ~mask, 0);
		assert_int_equal(sr6flow_slot(mask, colour), slot);
		assert_int_equal(sr6flow_slot(mask, colour | ~mask), slot);
	}
}

TEST(colours_of_one_bit)
{
	unsigned int a;

	for (a = 0; a < 32; a++) {
		__u32 mask = 1u << a;

		if (!one_field(a))
			continue;
		check_slots(mask, 2);
		assert_int_equal(sr6flow_colour(mask, 0), 0);
		assert_int_equal(sr6flow_colour(mask, 1), mask);
		assert_int_equal(sr6flow_colour(mask, 2), 0);
		assert_true(sr6flow_colour_valid(mask, 0));
		assert_true(sr6flow_colour_valid(mask, mask));
		assert_false(sr6flow_colour_valid(mask, mask ^ 0x00ff0000));
		assert_int_equal(sr6flow_slot_colour(mask, 0), 0);
		assert_int_equal(sr6flow_slot_colour(mask, 1), mask);
	}
}

static void check_two_bits(__u32 low, __u32 high)
{
	__u32 mask = low | high;

	check_slots(mask, 4);
	assert_int_equal(sr6flow_colour(mask, 0), low);
	assert_int_equal(sr6flow_colour(mask, 1), high);
	assert_int_equal(sr6flow_colour(mask, 2), low);
	assert_true(sr6flow_colour_valid(mask, low));
	assert_true(sr6flow_colour_valid(mask, high));
	/* Uncoloured and foreign are counted, never written. */
	assert_false(sr6flow_colour_valid(mask, 0));
	assert_false(sr6flow_colour_valid(mask, mask));
	assert_false(sr6flow_colour_valid(mask, low | 0x00008000));
	assert_int_equal(sr6flow_slot_colour(mask, 0), 0);
	assert_int_equal(sr6flow_slot_colour(mask, 1), low);
	assert_int_equal(sr6flow_slot_colour(mask, 2), high);
	assert_int_equal(sr6flow_slot_colour(mask, 3), mask);
}

TEST(colours_of_two_bits)
{
	unsigned int a, b;

	for (a = 0; a < 32; a++)
		for (b = 0; b < a; b++)
			if (sr6flow_mask_valid(1u << a | 1u << b))
				check_two_bits(1u << b, 1u << a);
}

/* Bit by bit, the first one the highest of the first byte. */
static bool bit_of(const __u8 *bytes, unsigned int bit)
{
	return bytes[bit / 8] & 0x80 >> bit % 8;
}

static void check_source_mask(const __u8 *source, unsigned int netmask)
{
	/* The guards see a byte too many on either side. */
	__u8 masked[1 + SR6FLOW_SID_LEN + 1];
	unsigned int bit;

	memset(masked, 0xa5, sizeof(masked));
	memcpy(masked + 1, source, SR6FLOW_SID_LEN);
	sr6flow_source_mask(masked + 1, netmask);
	assert_int_equal(masked[0], 0xa5);
	assert_int_equal(masked[SR6FLOW_SID_LEN + 1], 0xa5);
	for (bit = 0; bit < SR6FLOW_SID_LEN * 8; bit++)
		assert_int_equal(bit_of(masked + 1, bit),
				 bit < netmask && bit_of(source, bit));
}

TEST(source_masks)
{
	__u8 source[SR6FLOW_SID_LEN];
	unsigned int netmask, round, i;

	srandom(4291);
	for (netmask = 0; netmask <= SR6FLOW_NETMASK_MAX; netmask++) {
		memset(source, 0xff, sizeof(source));
		check_source_mask(source, netmask);
		memset(source, 0, sizeof(source));
		check_source_mask(source, netmask);
		for (round = 0; round < 100; round++) {
			for (i = 0; i < sizeof(source); i++)
				source[i] = (__u8)random();
			check_source_mask(source, netmask);
		}
	}
}

TEST(names)
{
	static const char *const good[] = {
		"a", "Z", "0", "gold", "dc1.fra-muc_2:voice", "a...", "9-",
		"x23456789012345678901234567890z",
	};
	static const char *const bad[] = {
		"", ".a", "_a", ":a", "-a", "a b", "a=b", "a,b", "a/b", "\xc3\xa4",
		"a\n", "a\t", "a\"", "a\\", "a\x7f",
		"x234567890123456789012345678901z",
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(good); i++)
		assert_true(sr6flow_name_valid(good[i], strlen(good[i])));
	for (i = 0; i < ARRAY_SIZE(bad); i++)
		assert_false(sr6flow_name_valid(bad[i], strlen(bad[i])));
	assert_false(sr6flow_name_valid("a\0b", 3));
	/* The length counts, not a NUL. */
	assert_true(sr6flow_name_valid("gold=", 4));
}

TEST(every_character_of_a_name)
{
	int c;

	for (c = 1; c < 256; c++) {
		bool alnum = strchr("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
				    "abcdefghijklmnopqrstuvwxyz", c);
		char name[2] = { 'a', (char)c };

		assert_int_equal(sr6flow_name_valid(name + 1, 1), alnum);
		assert_int_equal(sr6flow_name_valid(name, 2),
				 alnum || strchr("._:-", c));
	}
}

UNIT_REGISTER(group)
{
	unit_group(room_setup, room_teardown);
}
