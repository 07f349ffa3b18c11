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

#define GOLD "gold=::1,::2 g7"
#define PLAIN GOLD " *:10"

static const char *const records[] = {
	PLAIN,
	/* Another generation, name, flow or order. */
	"gold=::1,::2 g8 *:10",
	"lead=::1,::2 g7 *:10",
	"::1,::2 g7 *:10",
	"gold=::1,::3 g7 *:10",
	"g7 *:10 gold=::1,::2",
	/* Changes, more of both kinds, and what comes late. */
	GOLD " ~1,0,:: *:10",
	GOLD " ~1,2,:: *:10",
	GOLD " ~1,0,::7 *:10",
	PLAIN " ~1,0,::",
	PLAIN " nest:IP:30313233343536373839616263646566",
	PLAIN " flat:NAME:6c65616400",
	PLAIN " g9",
	PLAIN " flat:COMMENT:113031323334353637383961626364656600",
	PLAIN " flat:COMMENT:7800",
	/* Counters that are missing, not whole, of no colour, there twice. */
	GOLD,
	GOLD " = flat:PACKETS:000000000000000a",
	GOLD " #80000000:10",
	PLAIN " *:20",
	PLAIN " flat:TIMEOUT:0000001e",
	PLAIN " flat:TIMEOUT:1e00",
	/* What nobody knows, behind or between, and an attribute that is cut off. */
	PLAIN " flat:200:01000000",
	"gold=::1,::2 flat:200:01000000 g7 *:10",
	PLAIN " length:40",
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
		listing_words(records[which[i]], colours[i]);
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
