// SPDX-License-Identifier: GPL-2.0-only
/* Listings: lib/dump.c and lib/decode.c against hand-made messages. */
#include <arpa/inet.h>
#include <errno.h>
#include <string.h>
#include "lib_bench.h"

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

/* Colours in all four slots, split over messages, with and without a name. */
TEST(whole)
{
	listing_first();
	listing_record("gold=::1,::2", 7, LISTING_LOW, 10);
	listing_record("gold=::1,::2", 7, LISTING_HIGH, UINT64_MAX / 100);
	listing_record("::1", 8, 0, 0);
	listing_record("::1,::3", 9, 0, 1);
	listing_apart();
	listing_record("::1,::3", 9, LISTING_LOW, 2);
	listing_next();
	listing_records();
	listing_next();
	listing_record("::1,::3", 9, LISTING_HIGH, 3);
	listing_record("::1,::3", 9, LISTING_BOTH, 4);
	/* Another order, a timeout, and the longest list with zero bytes. */
	listing_parts((struct listing_part[]){
		FLAT(IPSET_ATTR_TIMEOUT | NLA_F_NET_BYTEORDER, "\0\0\0\x11"),
		IDENTITY(10),
		FLOW("::,::,::,::,::,::,::,::,::,::,::,::,::,::,::,1::"),
		{ 0 },
	}, 0);
	listing_datagram();
	listing_done(0);
	lib_dumps("gold=::1,::2 g7 1:10/1000 2:184467440737095516/18446744073709551600\n"
		  "::1 g8\n"
		  "::1,::3 g9 0:1/100 1:2/200 2:3/300 3:4/400\n"
		  "::,::,::,::,::,::,::,::,::,::,::,::,::,::,::,1:: g10 t17\n");
	assert_int_equal(fake_sent(0)->nlmsg_flags, NLM_F_REQUEST | NLM_F_DUMP);
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

TEST(interrupted)
{
	/* In the first message, a later one, the end. */
	for (unsigned int i = 0; i < 3; i++) {
		listing_first()->nlmsg_flags |= i == 0 ? NLM_F_DUMP_INTR : 0;
		listing_apart()->nlmsg_flags |= i == 1 ? NLM_F_DUMP_INTR : 0;
		listing_datagram();
		fake_end(NLMSG_DONE, 0)->nlmsg_flags |=
			i == 2 ? NLM_F_DUMP_INTR : 0;
		fake_datagram(0);
		assert_int_equal(lib_dump(), -EINTR);
		error_is("the listing was interrupted by a change: try again");
		usable();
	}
}

/* Errors instead of the first message and at the end. */
TEST(refused)
{
	static const int errors[] = { ENOENT, EPERM, EBUSY };

	for (size_t i = 0; i < ARRAY_SIZE(errors); i++) {
		fake_answer(IPSET_CMD_LIST, -errors[i]);
		assert_int_equal(lib_dump(), -errors[i]);
	}
	listing_first();
	listing_done(-ENOMEM);
	assert_int_equal(lib_dump(), -ENOMEM);
	error_is("set 'foo': the kernel is out of memory");
	listing_first();
	listing_datagram();
	fake_end(NLMSG_ERROR, -ENOENT);
	fake_datagram(0);
	assert_int_equal(lib_dump(), -ENOENT);
	fake_request(IPSET_CMD_LIST);
	listing_done(0);
	lib_damaged("no set header");
	assert_int_equal(sr6flow_dump(handle, NULL, lib_see, &seen), -EINVAL);
	usable();
}

/* The end is missing: nudged, then given up; what comes late is skipped. */
TEST(no_end)
{
	listing_first();
	listing_datagram();
	for (unsigned int i = 0; i < 17; i++)
		fake_recv_error(EAGAIN);
	assert_int_equal(lib_dump(), -ETIMEDOUT);
	assert_int_equal(fake_nudges(), 16);
	fake_request(IPSET_CMD_LIST);
	listing_next()->nlmsg_seq = handle->seq;
	fake_end(NLMSG_DONE, 0)->nlmsg_seq = handle->seq;
	listing_header();
	listing_datagram();
	listing_done(0);
	assert_int_equal(lib_dump(), 0);
}

static void loses(int error)
{
	assert_int_equal(lib_dump(), -error);
	usable();
}

/* A message got lost: read on to the end, even if only a nudge brings it. */
TEST(lost)
{
	listing_first();
	listing_datagram();
	fake_recv_error(ENOBUFS);
	listing_next();
	listing_datagram();
	listing_done(0);
	loses(ENOBUFS);
	assert_int_equal(fake_nudges(), 0);
	fake_request(IPSET_CMD_LIST);
	fake_recv_error(ENOBUFS);
	fake_recv_error(EAGAIN);
	fake_message(IPSET_CMD_PROTOCOL)->nlmsg_seq = 0;
	listing_datagram();
	listing_header();
	listing_datagram();
	listing_done(0);
	loses(ENOBUFS);
	assert_int_equal(fake_nudges(), 1);
	/* A datagram larger than the buffer. */
	fake_request(IPSET_CMD_LIST);
	fake_recv_error(EMSGSIZE);
	listing_done(0);
	loses(EMSGSIZE);
	listing_first();
	fake_end(NLMSG_OVERRUN, 0);
	listing_done(0);
	loses(ENOBUFS);
}

TEST(cut_off)
{
	struct nlmsghdr *nlh;
	struct nlattr *records;

	listing_first();
	fake_datagram(4);
	listing_done(0);
	lib_damaged("a message that is cut off");
	listing_first()->nlmsg_len -= 4;
	listing_datagram();
	listing_done(0);
	lib_damaged("an attribute that is cut off");
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

TEST(wrong_set)
{
	struct nlmsghdr *nlh;

	fake_request(IPSET_CMD_LIST);
	nlh = listing_begin("foo", "hash:ip", 0);
	mnl_attr_put_u32(nlh, IPSET_ATTR_DATA, 0);
	listing_apart();
	listing_datagram();
	listing_done(0);
	assert_int_equal(lib_dump(), -EMEDIUMTYPE);
	error_is("'foo' is a set of type hash:ip, not hash:sr6flow");
	fake_request(IPSET_CMD_LIST);
	listing_begin("foo", SR6FLOW_TYPENAME, SR6FLOW_REVISION_MAX + 1);
	listing_done(0);
	assert_int_equal(lib_dump(), -EPROTONOSUPPORT);
	assert_non_null(strstr(sr6flow_error(handle), ": update libsr6flow"));
	listing_first();
	listing_begin("bar", NULL, 0);
	listing_done(0);
	lib_damaged("another set");
	listing_first();
	listing_header();
	listing_done(0);
	lib_damaged("two set headers");
	fake_request(IPSET_CMD_LIST);
	listing_next();
	listing_records();
	listing_done(0);
	lib_damaged("records before the set header");
	fake_request(IPSET_CMD_LIST);
	listing_begin("foo", SR6FLOW_TYPENAME, 0);
	listing_done(0);
	lib_damaged("no set header");
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

/* Counters were written between two records of a flow. */
TEST(generation_changes)
{
	listing_first();
	listing_record("::1", 1, LISTING_LOW, 1);
	listing_apart();
	listing_record("::1", 2, LISTING_HIGH, 1);
	listing_done(0);
	assert_int_equal(lib_dump(), -EINTR);
	assert_int_equal(seen.calls, 0);
	error_is("set 'foo': counters were written while it was listed: try again");
	usable();
}

TEST(twice)
{
	static const uint64_t packets[][2] = { { 1, 1 }, { 0, 1 }, { 1, 0 }, { 0, 0 } };

	for (size_t i = 0; i < ARRAY_SIZE(packets); i++) {
		listing_first();
		listing_record("::1", 1, LISTING_LOW, packets[i][0]);
		listing_record("::1", 1, LISTING_LOW, packets[i][1]);
		listing_done(0);
		lib_damaged("a flow twice");
	}
}
