// SPDX-License-Identifier: GPL-2.0-only
/* Listings that no kernel of ours sends, and many that it may: lib/decode.c. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "lib_bench.h"
#include "test/unit/golden.h"

UNIT_EACH(lib_setup, lib_teardown)

static int count(const struct sr6flow_set *set,
		 const struct sr6flow_record *record, void *arg)
{
	unsigned int *calls = arg;

	(void)set;
	assert_in_range(record->flow.nsids, 1, SR6FLOW_SIDS_MAX);
	++*calls;
	return 0;
}

TEST(bad_records)
{
	golden_rows("listing-records", lib_listing);
}

/* A damaged header leaves the caller's structure alone. */
static void info_damaged(const char *problem)
{
	struct sr6flow_set set = { .mask = 42 };

	listing_done(0);
	assert_int_equal(sr6flow_info(handle, "foo", &set), -EPROTO);
	error_is_damage(problem);
	assert_int_equal(set.mask, 42);
}

TEST(bad_sets)
{
	static const char partial[] = "a set header that is not complete";
	static const char opaque[] = "diagnostics that are not twice 16 bytes";
	static const char name[] = "a set name that is empty or too long";
	static const char type[] = "a type name that is empty or too long";
	static const char version[] = "a version that is not one byte";
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
	static const struct {
		int type, size;
		const char *problem;
	} headers[] = {
		{ IPSET_ATTR_SETNAME, 32, name }, { IPSET_ATTR_SETNAME, 0, name },
		{ IPSET_ATTR_TYPENAME, 32, type },
		{ IPSET_ATTR_REVISION, 2, version },
		{ IPSET_ATTR_PROTOCOL, 0, version },
		{ IPSET_ATTR_PROTOCOL_MIN, 2, version },
	};
	struct nlmsghdr *nlh;

	for (size_t i = 0; i < ARRAY_SIZE(needed); i++) {
		fake_request(IPSET_CMD_LIST);
		listing_begin("foo", SR6FLOW_TYPENAME, 0);
		listing_set(needed[i].type);
		info_damaged(needed[i].problem);
	}
	for (size_t i = 0; i < ARRAY_SIZE(headers); i++) {
		fake_request(IPSET_CMD_LIST);
		nlh = fake_message(IPSET_CMD_LIST);
		mnl_attr_put_strz(nlh, IPSET_ATTR_SETNAME, "foo");
		mnl_attr_put_strz(nlh, IPSET_ATTR_TYPENAME, SR6FLOW_TYPENAME);
		mnl_attr_put(nlh, headers[i].type, headers[i].size,
			     "abcdefghijklmnopqrstuvwxyz0123456789");
		info_damaged(headers[i].problem);
	}
}

TEST(bad_values)
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
	struct nlmsghdr *nlh;
	struct nlattr *data;

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		fake_request(IPSET_CMD_LIST);
		nlh = listing_begin("foo", SR6FLOW_TYPENAME, 0);
		data = mnl_attr_nest_start(nlh, IPSET_ATTR_DATA);
		request_put_u32(nlh, IPSET_ATTR_MARKMASK, cases[i].mask);
		request_put_u32(nlh, IPSET_ATTR_INITVAL, cases[i].colour);
		mnl_attr_nest_end(nlh, data);
		info_damaged(cases[i].problem);
	}
}

/* Numbers beyond those that the library knows. */
#define UNKNOWN "flat:100:00000001 flat:0:00000001 flat:16383:616263"

static void put_unknown(struct nlmsghdr *nlh)
{
	mnl_attr_put_u32(nlh, 100, 1);
	mnl_attr_put_u32(nlh, 0, 1);
	mnl_attr_put(nlh, 0x3fff, 3, "abc");
}

/* On every level. */
TEST(unknown)
{
	struct nlmsghdr *nlh;

	fake_request(IPSET_CMD_LIST);
	nlh = listing_begin("foo", SR6FLOW_TYPENAME, 0);
	put_unknown(nlh);
	listing_set(0);
	put_unknown(nlh);
	listing_words(UNKNOWN " a=::1,::2 " UNKNOWN " g1 1:1 " UNKNOWN, 0);
	listing_close();
	put_unknown(nlh);
	listing_done(0);
	lib_dumps("a=::1,::2 g1 1:1/100\n");
}

/* The kernel may leave the NUL of a string out. */
TEST(strings_without_nul)
{
	struct nlmsghdr *nlh;
	struct sr6flow_set set;

	fake_request(IPSET_CMD_LIST);
	nlh = listing_begin(NULL, NULL, 0);
	mnl_attr_put_str(nlh, IPSET_ATTR_SETNAME, "foo");
	mnl_attr_put_str(nlh, IPSET_ATTR_TYPENAME, SR6FLOW_TYPENAME);
	listing_set(0);
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
TEST(any_split)
{
	struct model model = { .next = 0 };
	char text[32];

	srandom(1);
	listing_first();
	for (unsigned int flow = 0; flow < FLOWS; flow++) {
		unsigned int slots = model.slots[flow] = random() % 16;

		snprintf(text, sizeof(text), "fcff::%x", flow + 1);
		if (!slots)
			listing_record(text, flow, 0, 0);
		for (unsigned int slot = 0; slot < SR6FLOW_SLOTS_MAX; slot++) {
			if (slots & 1u << slot)
				listing_record(text, flow,
					       sr6flow_slot_colour(LISTING_BOTH, slot),
					       model_packets(flow, slot));
			if (random() % 7)
				continue;
			if (random() % 2)
				listing_datagram();
			listing_next();
			listing_records();
		}
	}
	listing_datagram();
	listing_done(0);
	assert_int_equal(sr6flow_dump(handle, "foo", compare, &model), 0);
	assert_int_equal(model.next, FLOWS);
}

/* Whatever a few changed bytes do, the reader stays within the datagram, which
 * the sanitizers watch, and the handle stays usable.
 */
TEST(changed_bytes)
{
	unsigned int calls = 0, good = 0, bad = 0;
	char *bytes;
	struct nlmsghdr *nlh;
	int ret;

	srandom(2);
	for (unsigned int round = 0; round < 5000; round++) {
		nlh = listing_first();
		listing_record("gold=::1,::2,fcff::3", 1, LISTING_LOW, 1);
		listing_record("gold=::1,::2,fcff::3", 1, LISTING_HIGH, 2);
		listing_record("::4", 1, 0, 0);
		listing_close();
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
