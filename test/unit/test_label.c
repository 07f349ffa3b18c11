// SPDX-License-Identifier: GPL-2.0-only
/*
 * A record that begins as the one before is not read in full (lib/decode.c).
 * That must never show: whatever two records a listing has, it says the same
 * when they are in one message as when they are in two, where nothing is
 * compared.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include "lib_bench.h"

#define NET NLA_F_NET_BYTEORDER
#define GOLD FLOW("gold=::1,::2"), IDENTITY(7)
#define PLAIN GOLD, COUNTERS(10)

static const struct listing_part records[][6] = {
	{ PLAIN },
	/* Another generation, name, flow or order. */
	{ FLOW("gold=::1,::2"), IDENTITY(8), COUNTERS(10) },
	{ FLOW("lead=::1,::2"), IDENTITY(7), COUNTERS(10) },
	{ FLOW("::1,::2"), IDENTITY(7), COUNTERS(10) },
	{ FLOW("gold=::1,::3"), IDENTITY(7), COUNTERS(10) },
	{ IDENTITY(7), COUNTERS(10), FLOW("gold=::1,::2") },
	/* Changes, more of both kinds, and what comes late. */
	{ GOLD, CHANGES(1, 0, "::"), COUNTERS(10) },
	{ GOLD, CHANGES(1, 2, "::"), COUNTERS(10) },
	{ GOLD, CHANGES(1, 0, "::7"), COUNTERS(10) },
	{ PLAIN, CHANGES(1, 0, "::") },
	{ PLAIN, NESTED(IPSET_ATTR_IP, "0123456789abcdef") },
	{ PLAIN, FLAT(IPSET_ATTR_NAME, "lead\0") },
	{ PLAIN, IDENTITY(9) },
	{ PLAIN, FLAT(IPSET_ATTR_COMMENT, "\x11" "0123456789abcdef\0") },
	{ PLAIN, FLAT(IPSET_ATTR_COMMENT, "x\0") },
	/* Counters that are missing, not whole, of no colour, there twice. */
	{ GOLD },
	{ GOLD, COLOUR, FLAT(IPSET_ATTR_PACKETS | NET, "\0\0\0\0\0\0\0\x0a") },
	{ GOLD, FOREIGN_COUNTERS(1u << 31, 10) },
	{ PLAIN, COUNTERS(20) },
	{ PLAIN, FLAT(IPSET_ATTR_TIMEOUT | NET, "\0\0\0\x1e") },
	{ PLAIN, FLAT(IPSET_ATTR_TIMEOUT | NET, "\x1e\0") },
	/* What nobody knows, behind or between, and an attribute that is cut off. */
	{ PLAIN, FLAT(200, "\1\0\0\0") },
	{ FLOW("gold=::1,::2"), FLAT(200, "\1\0\0\0"), IDENTITY(7), COUNTERS(10) },
	{ PLAIN, LENGTH(40) },
};

/*
 * Three records: the third comes after one that may have been compared. Returns what
 * the callback saw, and how the dump ended.
 */
static const char *list(const size_t which[3], const uint32_t colours[3],
			bool apart)
{
	int ret;

	listing_first();
	listing_records();
	for (int i = 0; i < 3; i++) {
		if (apart)
			listing_next();
		listing_parts(records[which[i]], colours[i]);
	}
	listing_datagram();
	listing_done(0);
	ret = lib_dump();
	snprintf(seen.text + seen.len, sizeof(seen.text) - seen.len, "%d %s",
		 ret, ret ? sr6flow_error(handle) : "");
	return seen.text;
}

static void compare(const size_t which[3], const uint32_t colours[3])
{
	char together[sizeof(seen.text)];

	lib_setup(NULL);
	strcpy(together, list(which, colours, false));
	assert_string_equal(together, list(which, colours, true));
	lib_teardown(NULL);
}

TEST(same)
{
	static const uint32_t colours[][3] = {
		{ LISTING_LOW, LISTING_HIGH, LISTING_BOTH },
		{ LISTING_LOW, LISTING_LOW, LISTING_HIGH },
		{ LISTING_LOW, LISTING_HIGH, LISTING_LOW },
	};
	size_t which[3], i;

	for (i = 0; i < ARRAY_SIZE(colours); i++)
		for (which[0] = 0; which[0] < ARRAY_SIZE(records); which[0]++)
			for (which[1] = 0; which[1] < ARRAY_SIZE(records); which[1]++) {
				which[2] = 0;
				compare(which, colours[i]);
				which[2] = which[0];
				compare(which, colours[i]);
			}
}

/* A whole flow comes out of its three records. */
TEST_WITH(lib_setup, lib_teardown, merged)
{
	static const size_t which[3] = { 0, 0, 0 };
	static const uint32_t colours[3] = {
		LISTING_LOW, LISTING_HIGH, LISTING_BOTH,
	};

	assert_string_equal(list(which, colours, false),
			    "gold=::1,::2 g7 1:10/1000 2:10/1000 3:10/1000\n0 ");
}
