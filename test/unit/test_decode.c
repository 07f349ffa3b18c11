// SPDX-License-Identifier: GPL-2.0-only
/* Listings that no kernel of ours sends, and many that it may: lib/decode.c. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "listing_fake.h"
#include "test/unit/unit.h"

#define NET NLA_F_NET_BYTEORDER

static struct sr6flow *handle;

static int setup(void **state)
{
	(void)state;
	fake_reset();
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

static int count(const struct sr6flow_set *set,
		 const struct sr6flow_record *record, void *arg)
{
	unsigned int *calls = arg;

	(void)set;
	assert_in_range(record->flow.nsids, 1, SR6FLOW_SIDS_MAX);
	++*calls;
	return 0;
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

static void no_first_sid(struct nlmsghdr *nlh)
{
	listing_identity(nlh, 1);
}

static void short_sid(struct nlmsghdr *nlh)
{
	listing_opaque(nlh, IPSET_ATTR_IP, "123456789012345", 15);
}

static void long_sid(struct nlmsghdr *nlh)
{
	listing_opaque(nlh, IPSET_ATTR_IP, "12345678901234567", 17);
}

static void flat_sid(struct nlmsghdr *nlh)
{
	mnl_attr_put(nlh, IPSET_ATTR_IP, 16, "1234567890123456");
}

static void empty_sid(struct nlmsghdr *nlh)
{
	mnl_attr_put(nlh, IPSET_ATTR_IP, 0, NULL);
}

static void ipv4_sid(struct nlmsghdr *nlh)
{
	struct nlattr *nest = mnl_attr_nest_start(nlh, IPSET_ATTR_IP);

	mnl_attr_put(nlh, IPSET_ATTR_IPADDR_IPV4 | NET, 16, "1234567890123456");
	mnl_attr_nest_end(nlh, nest);
}

static void bad_code(struct nlmsghdr *nlh)
{
	listing_flow(nlh, "::1");
	mnl_attr_put_strz(nlh, IPSET_ATTR_COMMENT, "\x12not sixteen");
}

static void cut_code(struct nlmsghdr *nlh)
{
	listing_flow(nlh, "::1");
	mnl_attr_put(nlh, IPSET_ATTR_COMMENT, 16, "\x11" "123456789012345");
}

static void long_code(struct nlmsghdr *nlh)
{
	char code[257];

	memset(code, 1, sizeof(code));
	listing_flow(nlh, "::1");
	mnl_attr_put(nlh, IPSET_ATTR_COMMENT, sizeof(code), code);
}

static void bad_name(struct nlmsghdr *nlh)
{
	listing_flow(nlh, "::1");
	mnl_attr_put_strz(nlh, IPSET_ATTR_NAME, "a b");
}

static void long_name(struct nlmsghdr *nlh)
{
	listing_flow(nlh, "::1");
	mnl_attr_put_strz(nlh, IPSET_ATTR_NAME,
			  "abcdefghijklmnopqrstuvwxyz012345");
}

static void empty_name(struct nlmsghdr *nlh)
{
	listing_flow(nlh, "::1");
	mnl_attr_put_strz(nlh, IPSET_ATTR_NAME, "");
}

static void nul_name(struct nlmsghdr *nlh)
{
	listing_flow(nlh, "::1");
	mnl_attr_put(nlh, IPSET_ATTR_NAME, 4, "a\0b");
}

static void foreign_colour(struct nlmsghdr *nlh)
{
	listing_flow(nlh, "::1");
	listing_counters(nlh, 0x00040000, 1, 1);
}

static void short_colour(struct nlmsghdr *nlh)
{
	listing_flow(nlh, "::1");
	mnl_attr_put_u16(nlh, IPSET_ATTR_MARK | NET, 0);
}

static void no_colour(struct nlmsghdr *nlh)
{
	listing_flow(nlh, "::1");
	listing_u64(nlh, IPSET_ATTR_PACKETS, 1);
	listing_u64(nlh, IPSET_ATTR_BYTES, 1);
}

static void no_bytes(struct nlmsghdr *nlh)
{
	listing_flow(nlh, "::1");
	request_put_u32(nlh, IPSET_ATTR_MARK, LISTING_LOW);
	listing_u64(nlh, IPSET_ATTR_PACKETS, 1);
}

static void short_packets(struct nlmsghdr *nlh)
{
	listing_flow(nlh, "::1");
	request_put_u32(nlh, IPSET_ATTR_MARK, LISTING_LOW);
	request_put_u32(nlh, IPSET_ATTR_PACKETS, 1);
	listing_u64(nlh, IPSET_ATTR_BYTES, 1);
}

static void no_identity(struct nlmsghdr *nlh)
{
	listing_flow(nlh, "::1");
}

static void short_identity(struct nlmsghdr *nlh)
{
	listing_flow(nlh, "::1");
	listing_opaque(nlh, IPSET_ATTR_IP2, "12345678", 8);
}

static void short_changes(struct nlmsghdr *nlh)
{
	listing_flow(nlh, "::1");
	listing_identity(nlh, 1);
	listing_opaque(nlh, IPSET_ATTR_IP2_TO,
		       "1234567890123456789012345678901", 31);
}

static void changes_of_17(struct nlmsghdr *nlh)
{
	listing_flow(nlh, "::1");
	listing_identity(nlh, 1);
	listing_opaque(nlh, IPSET_ATTR_IP2_TO, "12345678901234567", 17);
}

static void changes_of_15(struct nlmsghdr *nlh)
{
	listing_flow(nlh, "::1");
	listing_identity(nlh, 1);
	listing_opaque(nlh, IPSET_ATTR_IP2_TO, "123456789012345", 15);
}

static void long_changes(struct nlmsghdr *nlh)
{
	listing_flow(nlh, "::1");
	listing_identity(nlh, 1);
	listing_opaque(nlh, IPSET_ATTR_IP2_TO,
		       "123456789012345678901234567890123", 33);
}

static void flat_changes(struct nlmsghdr *nlh)
{
	listing_flow(nlh, "::1");
	listing_identity(nlh, 1);
	mnl_attr_put(nlh, IPSET_ATTR_IP2_TO, 32,
		     "12345678901234567890123456789012");
}

static void short_timeout(struct nlmsghdr *nlh)
{
	listing_flow(nlh, "::1");
	listing_identity(nlh, 1);
	mnl_attr_put_u8(nlh, IPSET_ATTR_TIMEOUT | NET, 1);
}

static void long_attribute(struct nlmsghdr *nlh)
{
	listing_flow(nlh, "::1");
	listing_identity(nlh, 1);
	mnl_attr_put_u32(nlh, IPSET_ATTR_SKBQUEUE, 1);
	((uint16_t *)mnl_nlmsg_get_payload_tail(nlh))[-4] += 4;
}

static void tiny_attribute(struct nlmsghdr *nlh)
{
	listing_flow(nlh, "::1");
	listing_identity(nlh, 1);
	mnl_attr_put_u32(nlh, IPSET_ATTR_SKBQUEUE, 1);
	((uint16_t *)mnl_nlmsg_get_payload_tail(nlh))[-4] = 3;
}

TEST_WITH(setup, teardown, bad_records)
{
	static const char no_first[] = "a flow without its first SID";
	static const char code[] = "a SID list that is not encoded as it should be";
	static const char name[] = "a flow name with characters that names do not have";
	static const char colour[] = "counters without a colour of the set";
	static const char pair[] = "a colour without packets and bytes";
	static const char identity[] = "a flow without its identity";
	static const char changes[] = "changes of a flow that are not 16 or 32 bytes";
	static const char cut[] = "an attribute that is cut off";
	static const struct {
		void (*put)(struct nlmsghdr *nlh);
		const char *problem;
	} cases[] = {
		{ no_first_sid, no_first }, { short_sid, no_first },
		{ long_sid, no_first }, { flat_sid, no_first },
		{ empty_sid, no_first }, { ipv4_sid, no_first },
		{ bad_code, code }, { cut_code, code }, { long_code, code },
		{ bad_name, name }, { long_name, name }, { empty_name, name },
		{ nul_name, name },
		{ foreign_colour, colour }, { short_colour, colour },
		{ no_colour, colour },
		{ no_bytes, pair }, { short_packets, pair },
		{ no_identity, identity }, { short_identity, identity },
		{ short_changes, changes }, { long_changes, changes },
		{ changes_of_15, changes }, { changes_of_17, changes },
		{ flat_changes, changes },
		{ short_timeout, "a timeout that is not four bytes" },
		{ long_attribute, cut }, { tiny_attribute, cut },
	};
	unsigned int calls = 0;
	struct nlmsghdr *nlh;
	struct nlattr *adt, *data;

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		fake_request(IPSET_CMD_LIST);
		nlh = listing_first();
		adt = listing_records(nlh);
		data = mnl_attr_nest_start(nlh, IPSET_ATTR_DATA);
		cases[i].put(nlh);
		mnl_attr_nest_end(nlh, data);
		mnl_attr_nest_end(nlh, adt);
		listing_done(0);
		assert_int_equal(sr6flow_dump(handle, "foo", count, &calls),
				 -EPROTO);
		damaged(cases[i].problem);
	}
	fake_request(IPSET_CMD_LIST);
	nlh = listing_first();
	adt = listing_records(nlh);
	mnl_attr_put_u32(nlh, IPSET_ATTR_IP, 1);
	mnl_attr_nest_end(nlh, adt);
	listing_done(0);
	assert_int_equal(sr6flow_dump(handle, "foo", count, &calls), -EPROTO);
	damaged("something else among the records");
	assert_int_equal(calls, 0);
}

static void bad_header(int type, int size, const char *problem)
{
	struct nlmsghdr *nlh;
	struct sr6flow_set set;

	fake_request(IPSET_CMD_LIST);
	nlh = fake_message(IPSET_CMD_LIST);
	mnl_attr_put_strz(nlh, IPSET_ATTR_SETNAME, "foo");
	mnl_attr_put_strz(nlh, IPSET_ATTR_TYPENAME, SR6FLOW_TYPENAME);
	mnl_attr_put(nlh, type, size, "abcdefghijklmnopqrstuvwxyz0123456789");
	listing_done(0);
	assert_int_equal(sr6flow_info(handle, "foo", &set), -EPROTO);
	damaged(problem);
}

TEST_WITH(setup, teardown, bad_sets)
{
	static const char partial[] = "a set header that is not complete";
	static const char opaque[] = "diagnostics that are not twice 16 bytes";
	static const struct {
		int type;
		const char *problem;
	} needed[] = {
		{ IPSET_ATTR_MARKMASK, "no valid mark mask" },
		{ IPSET_ATTR_INITVAL, "no valid active colour" },
		{ IPSET_ATTR_HASHSIZE, partial },
		{ IPSET_ATTR_MAXELEM, partial },
		{ IPSET_ATTR_REFERENCES, partial },
		{ IPSET_ATTR_MEMSIZE, partial },
		{ IPSET_ATTR_ELEMENTS, partial },
		{ IPSET_ATTR_IP, opaque }, { IPSET_ATTR_IP_TO, opaque },
	};
	struct sr6flow_set set = { .mask = 42 };
	struct nlmsghdr *nlh;

	for (size_t i = 0; i < ARRAY_SIZE(needed); i++) {
		fake_request(IPSET_CMD_LIST);
		nlh = listing_begin("foo", SR6FLOW_TYPENAME, 0);
		listing_set(nlh, needed[i].type);
		listing_done(0);
		assert_int_equal(sr6flow_info(handle, "foo", &set), -EPROTO);
		damaged(needed[i].problem);
	}
	/* A failed call leaves the caller's structure alone. */
	assert_int_equal(set.mask, 42);
	bad_header(IPSET_ATTR_SETNAME, 32, "a set name that is empty or too long");
	bad_header(IPSET_ATTR_SETNAME, 0, "a set name that is empty or too long");
	bad_header(IPSET_ATTR_TYPENAME, 32, "a type name that is empty or too long");
	bad_header(IPSET_ATTR_REVISION, 2, "a version that is not one byte");
	bad_header(IPSET_ATTR_PROTOCOL, 0, "a version that is not one byte");
	bad_header(IPSET_ATTR_PROTOCOL_MIN, 2, "a version that is not one byte");
}

TEST_WITH(setup, teardown, bad_values)
{
	static const struct {
		uint32_t mask, colour;
		const char *problem;
	} cases[] = {
		{ 0, 0, "no valid mark mask" },
		{ 0x00070000, 0x00010000, "no valid mark mask" },
		{ 0x00030000, 0x00030000, "no valid active colour" },
		{ 0x00030000, 0, "no valid active colour" },
		{ 0x00000004, 0x00000008, "no valid active colour" },
	};
	struct sr6flow_set set;
	struct nlmsghdr *nlh;
	struct nlattr *data;

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		fake_request(IPSET_CMD_LIST);
		nlh = listing_begin("foo", SR6FLOW_TYPENAME, 0);
		data = mnl_attr_nest_start(nlh, IPSET_ATTR_DATA);
		request_put_u32(nlh, IPSET_ATTR_MARKMASK, cases[i].mask);
		request_put_u32(nlh, IPSET_ATTR_INITVAL, cases[i].colour);
		mnl_attr_nest_end(nlh, data);
		listing_done(0);
		assert_int_equal(sr6flow_info(handle, "foo", &set), -EPROTO);
		damaged(cases[i].problem);
	}
}

/* Numbers beyond those that the library knows, on every level. */
static void put_unknown(struct nlmsghdr *nlh)
{
	mnl_attr_put_u32(nlh, 100, 1);
	mnl_attr_put_u32(nlh, 0, 1);
	mnl_attr_put(nlh, 0x3fff, 3, "abc");
}

TEST_WITH(setup, teardown, unknown)
{
	unsigned int calls = 0;
	struct nlmsghdr *nlh;
	struct nlattr *adt, *data;

	fake_request(IPSET_CMD_LIST);
	nlh = listing_begin("foo", SR6FLOW_TYPENAME, 0);
	put_unknown(nlh);
	listing_set(nlh, 0);
	put_unknown(nlh);
	adt = listing_records(nlh);
	data = mnl_attr_nest_start(nlh, IPSET_ATTR_DATA);
	put_unknown(nlh);
	listing_flow(nlh, "a=::1,::2");
	put_unknown(nlh);
	listing_identity(nlh, 1);
	listing_counters(nlh, LISTING_LOW, 1, 2);
	put_unknown(nlh);
	mnl_attr_nest_end(nlh, data);
	mnl_attr_nest_end(nlh, adt);
	put_unknown(nlh);
	listing_done(0);
	assert_int_equal(sr6flow_dump(handle, "foo", count, &calls), 0);
	assert_int_equal(calls, 1);
}

/* The kernel may leave the NUL of a string out. */
TEST_WITH(setup, teardown, strings_without_nul)
{
	struct nlmsghdr *nlh;
	struct sr6flow_set set;

	fake_request(IPSET_CMD_LIST);
	nlh = fake_message(IPSET_CMD_LIST);
	mnl_attr_put_str(nlh, IPSET_ATTR_SETNAME, "foo");
	mnl_attr_put_str(nlh, IPSET_ATTR_TYPENAME, SR6FLOW_TYPENAME);
	listing_set(nlh, 0);
	listing_done(0);
	assert_int_equal(sr6flow_info(handle, "foo", &set), 0);
	assert_string_equal(set.name, "foo");
}

#define FLOWS 2000

struct model {
	unsigned int slots[FLOWS];
	unsigned int next;
};

static uint64_t model_packets(unsigned int flow, unsigned int slot)
{
	return 1 + flow * 4 + slot;
}

static int compare(const struct sr6flow_set *set,
		   const struct sr6flow_record *record, void *arg)
{
	struct model *model = arg;
	unsigned int flow = model->next++, slot;
	char text[SR6FLOW_FLOW_STRLEN], expected[32];

	(void)set;
	snprintf(expected, sizeof(expected), "fcff::%x", flow + 1);
	assert_string_equal(sr6flow_flow_format(&record->flow, text), expected);
	assert_int_equal(record->slots, model->slots[flow]);
	for (slot = 0; slot < SR6FLOW_SLOTS_MAX; slot++)
		assert_int_equal(record->counters[slot].packets,
				 record->slots & 1u << slot ?
				 model_packets(flow, slot) : 0);
	return 0;
}

/* Any number of colours per flow, cut into messages at any place. */
TEST_WITH(setup, teardown, any_split)
{
	struct model model = { .next = 0 };
	struct nlmsghdr *nlh;
	struct nlattr *adt;
	char text[32];

	srandom(1);
	fake_request(IPSET_CMD_LIST);
	nlh = listing_first();
	adt = listing_records(nlh);
	for (unsigned int flow = 0; flow < FLOWS; flow++) {
		unsigned int slots = model.slots[flow] = random() % 16;

		snprintf(text, sizeof(text), "fcff::%x", flow + 1);
		if (!slots)
			listing_record(nlh, text, flow, 0, 0);
		for (unsigned int slot = 0; slot < SR6FLOW_SLOTS_MAX; slot++) {
			if (slots & 1u << slot)
				listing_record(nlh, text, flow,
					       sr6flow_slot_colour(LISTING_BOTH, slot),
					       model_packets(flow, slot));
			if (random() % 7)
				continue;
			mnl_attr_nest_end(nlh, adt);
			if (random() % 2)
				fake_datagram(0);
			nlh = listing_next();
			adt = listing_records(nlh);
		}
	}
	mnl_attr_nest_end(nlh, adt);
	fake_datagram(0);
	listing_done(0);
	assert_int_equal(sr6flow_dump(handle, "foo", compare, &model), 0);
	assert_int_equal(model.next, FLOWS);
}

/* Whatever a few changed bytes do, the reader stays within the datagram, which
 * the sanitizers watch, and the handle stays usable.
 */
TEST_WITH(setup, teardown, changed_bytes)
{
	unsigned int calls = 0, good = 0, bad = 0;
	char *bytes;
	struct nlmsghdr *nlh;
	struct nlattr *adt;
	int ret;

	srandom(2);
	for (unsigned int round = 0; round < 5000; round++) {
		fake_request(IPSET_CMD_LIST);
		nlh = listing_first();
		adt = listing_records(nlh);
		listing_record(nlh, "gold=::1,::2,fcff::3", 1, LISTING_LOW, 1);
		listing_record(nlh, "gold=::1,::2,fcff::3", 1, LISTING_HIGH, 2);
		listing_record(nlh, "::4", 1, 0, 0);
		mnl_attr_nest_end(nlh, adt);
		bytes = (char *)nlh + NLMSG_HDRLEN;
		for (long n = random() % 4; n >= 0; n--)
			bytes[random() % (nlh->nlmsg_len - NLMSG_HDRLEN)] =
				random() % 3 ? random() % 32 : random();
		fake_datagram(random() % 8 ? 0 : random() % 64);
		listing_done(0);
		ret = sr6flow_dump(handle, "foo", count, &calls);
		assert_true(ret <= 0);
		*(ret ? &bad : &good) += 1;
	}
	assert_true(good > 500 && bad > 500);
}
