// SPDX-License-Identifier: GPL-2.0-only
/* Listings: lib/dump.c and lib/decode.c against hand-made messages. */
#include <arpa/inet.h>
#include <errno.h>
#include <string.h>
#include "lib_bench.h"
#include "test/unit/golden.h"

UNIT_EACH(lib_setup, lib_teardown)

/* A whole listing with one flow. */
static void short_listing(void)
{
	listing_first();
	listing_record("::1", 1, LISTING_LOW, 10);
	listing_datagram();
	listing_done(0);
}

/* The handle can be used after what came before. */
static void usable(void)
{
	short_listing();
	lib_dumps("::1 g1 1:10/1000\n");
}

TEST(listings)
{
	golden_rows("listings", lib_listing);
}

/* The request, and the callback that is missing. */
TEST(request)
{
	usable();
	assert_int_equal(fake_sent(0)->nlmsg_flags, NLM_F_REQUEST | NLM_F_DUMP);
	assert_int_equal(sr6flow_dump(handle, NULL, lib_see, &seen), -EINVAL);
}

static void set_is_expected(const struct sr6flow_set *set)
{
	assert_string_equal(set->name, "foo");
	assert_int_equal(set->mask, LISTING_BOTH);
	assert_int_equal(set->colour, LISTING_HIGH);
	assert_int_equal(set->maxelem, 65536);
	assert_int_equal(set->hashsize, 1024);
	assert_int_equal(set->timeout, 300);
	assert_true(set->forceadd && set->skbinfo);
	assert_int_equal(set->references, 1);
	assert_int_equal(set->memsize, 0xfffffff0);
	assert_int_equal(set->flows, 3);
	assert_int_equal(set->no_flow, 5);
	assert_int_equal(set->malformed, 6);
	assert_true(set->not_writable == UINT64_MAX);
}

TEST(info)
{
	const uint32_t flags = htonl(IPSET_FLAG_LIST_HEADER);
	const struct nlattr *attr;
	struct sr6flow_set set;
	bool found = false;

	listing_first();
	listing_done(0);
	assert_int_equal(sr6flow_info(handle, "foo", &set), 0);
	set_is_expected(&set);
	mnl_attr_for_each(attr, fake_sent(0), 4)
		if (attr->nla_type == (IPSET_ATTR_FLAGS | NLA_F_NET_BYTEORDER))
			found = mnl_attr_get_u32(attr) == flags;
	assert_true(found);
	usable();
	set_is_expected(&seen.set);
}

/* The set's own attributes, less one. */
static struct sr6flow_set info_without(int leave_out)
{
	struct sr6flow_set set;

	fake_request(IPSET_CMD_LIST);
	listing_begin("foo", SR6FLOW_TYPENAME, 0);
	listing_set(leave_out);
	listing_done(0);
	assert_int_equal(sr6flow_info(handle, "foo", &set), 0);
	return set;
}

/* A set without flows, options and timeout. */
TEST(empty)
{
	struct sr6flow_set set;

	listing_first();
	listing_done(0);
	lib_dumps("");
	assert_int_equal(seen.calls, 0);
	assert_true(info_without(IPSET_ATTR_TIMEOUT).timeout == SR6FLOW_NO_TIMEOUT);
	set = info_without(IPSET_ATTR_CADT_FLAGS);
	assert_false(set.forceadd || set.skbinfo);
}

/* Two sets in a row: nothing of the first is left in the second. */
TEST(two_sets)
{
	usable();
	fake_request(IPSET_CMD_LIST);
	listing_begin("bar", SR6FLOW_TYPENAME, 0);
	listing_set(0);
	listing_record("::1", 1, LISTING_HIGH, 20);
	listing_done(0);
	memset(&seen, 0, sizeof(seen));
	assert_int_equal(sr6flow_dump(handle, "bar", lib_see, &seen), 0);
	assert_string_equal(seen.text, "::1 g1 2:20/2000\n");
	assert_string_equal(seen.set.name, "bar");
}

TEST(cut_off)
{
	struct nlmsghdr *nlh;
	struct nlattr *records;

	nlh = listing_first();
	records = listing_records();
	listing_record("::1", 1, LISTING_LOW, 1);
	listing_record("::2", 1, LISTING_LOW, 1);
	listing_close();
	records->nla_len -= 4;
	nlh->nlmsg_len -= 4;
	listing_datagram();
	listing_done(0);
	lib_damaged("a record that is cut off");
	/* The first flow was still waiting for its other colours. */
	assert_int_equal(seen.calls, 0);
	usable();
}

TEST(callback_stops)
{
	for (int value = -1; value <= 1; value += 2) {
		/* After the first of three flows, and after the last one. */
		for (seen.stop_at = 1; seen.stop_at <= 3; seen.stop_at += 2) {
			seen.value = value;
			listing_first();
			listing_record("::1", 1, LISTING_LOW, 1);
			listing_record("::2", 1, LISTING_LOW, 1);
			listing_apart();
			listing_record("::3", 1, LISTING_LOW, 1);
			listing_datagram();
			listing_done(0);
			assert_int_equal(lib_dump(), value);
			assert_int_equal(seen.calls, seen.stop_at);
		}
	}
	seen.stop_at = 0;
	usable();
}
