// SPDX-License-Identifier: GPL-2.0-only
/* Listings: lib/dump.c and lib/decode.c against hand-made messages. */
#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include "listing_fake.h"
#include "test/unit/unit.h"

static struct sr6flow *handle;

/* What the callback saw: one line per flow. */
static struct {
	char text[4096];
	size_t len;
	unsigned int calls, stop_at;
	int value;
	struct sr6flow_set set;
} seen;

static int setup(void **state)
{
	(void)state;
	fake_reset();
	memset(&seen, 0, sizeof(seen));
	handle = fake_open();
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	fake_done();
	sr6flow_close(handle);
	fake_reset();
	return 0;
}

static int see(const struct sr6flow_set *set,
	       const struct sr6flow_record *record, void *arg)
{
	char flow[SR6FLOW_FLOW_STRLEN];
	size_t room = sizeof(seen.text) - seen.len;
	unsigned int i;

	assert_ptr_equal(arg, &seen);
	assert_int_equal(record->instance, LISTING_INSTANCE);
	seen.set = *set;
	seen.len += snprintf(seen.text + seen.len, room, "%s g%u",
			     sr6flow_flow_format(&record->flow, flow),
			     (unsigned int)record->generation);
	for (i = 0; i < SR6FLOW_SLOTS_MAX; i++) {
		const struct sr6flow_counters *counters = &record->counters[i];

		room = sizeof(seen.text) - seen.len;
		if (record->slots & 1u << i)
			seen.len += snprintf(seen.text + seen.len, room,
					     " %u:%lu/%lu", i,
					     (unsigned long)counters->packets,
					     (unsigned long)counters->bytes);
		else
			assert_true(!counters->packets && !counters->bytes);
	}
	room = sizeof(seen.text) - seen.len;
	if (record->timeout != SR6FLOW_NO_TIMEOUT)
		seen.len += snprintf(seen.text + seen.len, room, " t%u",
				     record->timeout);
	seen.len += snprintf(seen.text + seen.len, 2, "\n");
	return ++seen.calls == seen.stop_at ? seen.value : 0;
}

static int dump(void)
{
	memset(&seen, 0, offsetof(typeof(seen), stop_at));
	return sr6flow_dump(handle, "foo", see, &seen);
}

static void saw(const char *text)
{
	assert_string_equal(seen.text, text);
}

/* A whole listing with one flow. */
static void short_listing(void)
{
	struct nlmsghdr *nlh;
	struct nlattr *adt;

	fake_request(IPSET_CMD_LIST);
	nlh = listing_first();
	adt = listing_records(nlh);
	listing_record(nlh, "::1", 1, LISTING_LOW, 10);
	mnl_attr_nest_end(nlh, adt);
	fake_datagram(0);
	listing_done(0);
}

/* The handle can be used after what came before. */
static void usable(void)
{
	short_listing();
	assert_int_equal(dump(), 0);
	saw("::1 g1 1:10/1000\n");
}

static void damaged(const char *problem)
{
	static const char prefix[] =
		"cannot understand the kernel's answer, it has ";
	const char *error = sr6flow_error(handle);

	assert_memory_equal(error, prefix, strlen(prefix));
	error += strlen(prefix);
	assert_memory_equal(error, problem, strlen(problem));
	assert_int_equal(error[strlen(problem)], ':');
}

/* Colours in all four slots, split over messages, with and without a name. */
TEST_WITH(setup, teardown, whole)
{
	struct nlmsghdr *nlh;
	struct nlattr *adt, *data;

	fake_request(IPSET_CMD_LIST);
	nlh = listing_first();
	adt = listing_records(nlh);
	listing_record(nlh, "gold=::1,::2", 7, LISTING_LOW, 10);
	listing_record(nlh, "gold=::1,::2", 7, LISTING_HIGH, UINT64_MAX / 100);
	listing_record(nlh, "::1", 8, 0, 0);
	listing_record(nlh, "::1,::3", 9, 0, 1);
	mnl_attr_nest_end(nlh, adt);
	fake_datagram(0);
	nlh = listing_next();
	adt = listing_records(nlh);
	listing_record(nlh, "::1,::3", 9, LISTING_LOW, 2);
	mnl_attr_nest_end(nlh, adt);
	nlh = listing_next();
	adt = listing_records(nlh);
	mnl_attr_nest_end(nlh, adt);
	nlh = listing_next();
	adt = listing_records(nlh);
	listing_record(nlh, "::1,::3", 9, LISTING_HIGH, 3);
	listing_record(nlh, "::1,::3", 9, LISTING_BOTH, 4);
	data = mnl_attr_nest_start(nlh, IPSET_ATTR_DATA);
	/* Another order, a timeout, and the longest list with zero bytes. */
	request_put_u32(nlh, IPSET_ATTR_TIMEOUT, 17);
	listing_identity(nlh, 10);
	listing_flow(nlh, "::,::,::,::,::,::,::,::,::,::,::,::,::,::,::,1::");
	mnl_attr_nest_end(nlh, data);
	mnl_attr_nest_end(nlh, adt);
	fake_datagram(0);
	listing_done(0);
	assert_int_equal(dump(), 0);
	saw("gold=::1,::2 g7 1:10/1000 2:184467440737095516/18446744073709551600\n"
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

TEST_WITH(setup, teardown, info)
{
	const uint32_t flags = htonl(IPSET_FLAG_LIST_HEADER);
	const struct nlattr *attr;
	struct sr6flow_set set;
	bool found = false;

	fake_request(IPSET_CMD_LIST);
	listing_first();
	listing_done(0);
	assert_int_equal(sr6flow_info(handle, "foo", &set), 0);
	set_is_expected(&set);
	mnl_attr_for_each(attr, fake_sent(0), 4)
		if (attr->nla_type == (IPSET_ATTR_FLAGS | NLA_F_NET_BYTEORDER))
			found = mnl_attr_get_u32(attr) == flags;
	assert_true(found);
	short_listing();
	assert_int_equal(dump(), 0);
	set_is_expected(&seen.set);
}

/* A set without flows, options and timeout. */
TEST_WITH(setup, teardown, empty)
{
	struct nlmsghdr *nlh;
	struct sr6flow_set set;

	fake_request(IPSET_CMD_LIST);
	listing_first();
	listing_done(0);
	assert_int_equal(dump(), 0);
	assert_int_equal(seen.calls, 0);
	fake_request(IPSET_CMD_LIST);
	nlh = listing_begin("foo", SR6FLOW_TYPENAME, 0);
	listing_set(nlh, IPSET_ATTR_TIMEOUT);
	listing_done(0);
	assert_int_equal(sr6flow_info(handle, "foo", &set), 0);
	assert_true(set.timeout == SR6FLOW_NO_TIMEOUT);
	fake_request(IPSET_CMD_LIST);
	nlh = listing_begin("foo", SR6FLOW_TYPENAME, 0);
	listing_set(nlh, IPSET_ATTR_CADT_FLAGS);
	listing_done(0);
	assert_int_equal(sr6flow_info(handle, "foo", &set), 0);
	assert_false(set.forceadd || set.skbinfo);
}

/* Two sets in a row: nothing of the first is left in the second. */
TEST_WITH(setup, teardown, two_sets)
{
	struct nlmsghdr *nlh;
	struct nlattr *adt;

	usable();
	fake_request(IPSET_CMD_LIST);
	nlh = listing_begin("bar", SR6FLOW_TYPENAME, 0);
	listing_set(nlh, 0);
	adt = listing_records(nlh);
	listing_record(nlh, "::1", 1, LISTING_HIGH, 20);
	mnl_attr_nest_end(nlh, adt);
	listing_done(0);
	memset(&seen, 0, sizeof(seen));
	assert_int_equal(sr6flow_dump(handle, "bar", see, &seen), 0);
	saw("::1 g1 2:20/2000\n");
	assert_string_equal(seen.set.name, "bar");
}

TEST_WITH(setup, teardown, interrupted)
{
	struct nlmsghdr *nlh;

	/* In the first message, a later one, the end. */
	for (unsigned int i = 0; i < 3; i++) {
		fake_request(IPSET_CMD_LIST);
		nlh = listing_first();
		nlh->nlmsg_flags |= i == 0 ? NLM_F_DUMP_INTR : 0;
		fake_datagram(0);
		nlh = listing_next();
		nlh->nlmsg_flags |= i == 1 ? NLM_F_DUMP_INTR : 0;
		fake_datagram(0);
		nlh = fake_end(NLMSG_DONE, 0);
		nlh->nlmsg_flags |= i == 2 ? NLM_F_DUMP_INTR : 0;
		fake_datagram(0);
		assert_int_equal(dump(), -EINTR);
		assert_string_equal(sr6flow_error(handle),
				    "the listing was interrupted by a change: try again");
		usable();
	}
}

/* Errors instead of the first message and at the end. */
TEST_WITH(setup, teardown, refused)
{
	fake_answer(IPSET_CMD_LIST, -ENOENT);
	assert_int_equal(dump(), -ENOENT);
	fake_answer(IPSET_CMD_LIST, -EPERM);
	assert_int_equal(dump(), -EPERM);
	fake_answer(IPSET_CMD_LIST, -EBUSY);
	assert_int_equal(dump(), -EBUSY);
	fake_request(IPSET_CMD_LIST);
	listing_first();
	listing_done(-ENOMEM);
	assert_int_equal(dump(), -ENOMEM);
	assert_string_equal(sr6flow_error(handle),
			    "set 'foo': the kernel is out of memory");
	fake_request(IPSET_CMD_LIST);
	listing_first();
	fake_datagram(0);
	fake_end(NLMSG_ERROR, -ENOENT);
	fake_datagram(0);
	assert_int_equal(dump(), -ENOENT);
	fake_request(IPSET_CMD_LIST);
	listing_done(0);
	assert_int_equal(dump(), -EPROTO);
	damaged("no set header");
	assert_int_equal(sr6flow_dump(handle, NULL, see, &seen), -EINVAL);
	usable();
}

/* The end is missing: nudged, then given up; what comes late is skipped. */
TEST_WITH(setup, teardown, no_end)
{
	fake_request(IPSET_CMD_LIST);
	listing_first();
	fake_datagram(0);
	for (unsigned int i = 0; i < 17; i++)
		fake_recv_error(EAGAIN);
	assert_int_equal(dump(), -ETIMEDOUT);
	assert_int_equal(fake_nudges(), 16);
	fake_request(IPSET_CMD_LIST);
	listing_next()->nlmsg_seq = handle->seq;
	fake_end(NLMSG_DONE, 0)->nlmsg_seq = handle->seq;
	listing_first();
	fake_datagram(0);
	listing_done(0);
	assert_int_equal(dump(), 0);
}

/* A message got lost: read on to the end, even if only a nudge brings it. */
TEST_WITH(setup, teardown, lost)
{
	fake_request(IPSET_CMD_LIST);
	listing_first();
	fake_datagram(0);
	fake_recv_error(ENOBUFS);
	listing_next();
	fake_datagram(0);
	listing_done(0);
	assert_int_equal(dump(), -ENOBUFS);
	assert_int_equal(fake_nudges(), 0);
	usable();
	fake_request(IPSET_CMD_LIST);
	fake_recv_error(ENOBUFS);
	fake_recv_error(EAGAIN);
	fake_message(IPSET_CMD_PROTOCOL)->nlmsg_seq = 0;
	fake_datagram(0);
	listing_first();
	fake_datagram(0);
	listing_done(0);
	assert_int_equal(dump(), -ENOBUFS);
	assert_int_equal(fake_nudges(), 1);
	usable();
	/* A datagram larger than the buffer. */
	fake_request(IPSET_CMD_LIST);
	fake_recv_error(EMSGSIZE);
	listing_done(0);
	assert_int_equal(dump(), -EMSGSIZE);
	usable();
	fake_request(IPSET_CMD_LIST);
	listing_first();
	fake_end(NLMSG_OVERRUN, 0);
	listing_done(0);
	assert_int_equal(dump(), -ENOBUFS);
	usable();
}

TEST_WITH(setup, teardown, cut_off)
{
	struct nlmsghdr *nlh;
	struct nlattr *adt;

	fake_request(IPSET_CMD_LIST);
	listing_first();
	fake_datagram(4);
	listing_done(0);
	assert_int_equal(dump(), -EPROTO);
	damaged("a message that is cut off");
	fake_request(IPSET_CMD_LIST);
	listing_first()->nlmsg_len -= 4;
	fake_datagram(0);
	listing_done(0);
	assert_int_equal(dump(), -EPROTO);
	damaged("an attribute that is cut off");
	fake_request(IPSET_CMD_LIST);
	nlh = listing_first();
	adt = listing_records(nlh);
	listing_record(nlh, "::1", 1, LISTING_LOW, 1);
	listing_record(nlh, "::2", 1, LISTING_LOW, 1);
	mnl_attr_nest_end(nlh, adt);
	adt->nla_len -= 4;
	nlh->nlmsg_len -= 4;
	fake_datagram(0);
	listing_done(0);
	assert_int_equal(dump(), -EPROTO);
	damaged("a record that is cut off");
	/* The first flow was still waiting for its other colours. */
	assert_int_equal(seen.calls, 0);
	usable();
}

TEST_WITH(setup, teardown, wrong_set)
{
	struct nlmsghdr *nlh;

	fake_request(IPSET_CMD_LIST);
	nlh = listing_begin("foo", "hash:ip", 0);
	mnl_attr_put_u32(nlh, IPSET_ATTR_DATA, 0);
	fake_datagram(0);
	listing_next();
	fake_datagram(0);
	listing_done(0);
	assert_int_equal(dump(), -EMEDIUMTYPE);
	assert_string_equal(sr6flow_error(handle),
			    "'foo' is a set of type hash:ip, not hash:sr6flow");
	fake_request(IPSET_CMD_LIST);
	listing_begin("foo", SR6FLOW_TYPENAME, SR6FLOW_REVISION_MAX + 1);
	listing_done(0);
	assert_int_equal(dump(), -EPROTONOSUPPORT);
	assert_non_null(strstr(sr6flow_error(handle), ": update libsr6flow"));
	fake_request(IPSET_CMD_LIST);
	listing_first();
	listing_begin("bar", NULL, 0);
	listing_done(0);
	assert_int_equal(dump(), -EPROTO);
	damaged("another set");
	fake_request(IPSET_CMD_LIST);
	listing_first();
	listing_first();
	listing_done(0);
	assert_int_equal(dump(), -EPROTO);
	damaged("two set headers");
	fake_request(IPSET_CMD_LIST);
	nlh = listing_next();
	mnl_attr_nest_end(nlh, listing_records(nlh));
	listing_done(0);
	assert_int_equal(dump(), -EPROTO);
	damaged("records before the set header");
	fake_request(IPSET_CMD_LIST);
	listing_begin("foo", SR6FLOW_TYPENAME, 0);
	listing_done(0);
	assert_int_equal(dump(), -EPROTO);
	damaged("no set header");
	usable();
}

TEST_WITH(setup, teardown, callback_stops)
{
	struct nlmsghdr *nlh;
	struct nlattr *adt;

	for (int value = -1; value <= 1; value += 2) {
		/* After the first of three flows, and after the last one. */
		for (seen.stop_at = 1; seen.stop_at <= 3; seen.stop_at += 2) {
			seen.value = value;
			fake_request(IPSET_CMD_LIST);
			nlh = listing_first();
			adt = listing_records(nlh);
			listing_record(nlh, "::1", 1, LISTING_LOW, 1);
			listing_record(nlh, "::2", 1, LISTING_LOW, 1);
			mnl_attr_nest_end(nlh, adt);
			fake_datagram(0);
			nlh = listing_next();
			adt = listing_records(nlh);
			listing_record(nlh, "::3", 1, LISTING_LOW, 1);
			mnl_attr_nest_end(nlh, adt);
			fake_datagram(0);
			listing_done(0);
			assert_int_equal(dump(), value);
			assert_int_equal(seen.calls, seen.stop_at);
		}
	}
	seen.stop_at = 0;
	usable();
}

/* Counters were written between two records of a flow. */
TEST_WITH(setup, teardown, generation_changes)
{
	struct nlmsghdr *nlh;
	struct nlattr *adt;

	fake_request(IPSET_CMD_LIST);
	nlh = listing_first();
	adt = listing_records(nlh);
	listing_record(nlh, "::1", 1, LISTING_LOW, 1);
	mnl_attr_nest_end(nlh, adt);
	fake_datagram(0);
	nlh = listing_next();
	adt = listing_records(nlh);
	listing_record(nlh, "::1", 2, LISTING_HIGH, 1);
	mnl_attr_nest_end(nlh, adt);
	listing_done(0);
	assert_int_equal(dump(), -EINTR);
	assert_int_equal(seen.calls, 0);
	assert_string_equal(sr6flow_error(handle),
			    "set 'foo': counters were written while it was listed: try again");
	usable();
}

TEST_WITH(setup, teardown, twice)
{
	static const uint64_t packets[][2] = { { 1, 1 }, { 0, 1 }, { 1, 0 }, { 0, 0 } };
	struct nlmsghdr *nlh;
	struct nlattr *adt;

	for (size_t i = 0; i < ARRAY_SIZE(packets); i++) {
		fake_request(IPSET_CMD_LIST);
		nlh = listing_first();
		adt = listing_records(nlh);
		listing_record(nlh, "::1", 1, LISTING_LOW, packets[i][0]);
		listing_record(nlh, "::1", 1, LISTING_LOW, packets[i][1]);
		mnl_attr_nest_end(nlh, adt);
		listing_done(0);
		assert_int_equal(dump(), -EPROTO);
		damaged("a flow twice");
	}
}
