// SPDX-License-Identifier: GPL-2.0-only
#include <arpa/inet.h>
#include <endian.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "listing_fake.h"
#include "test/unit/unit.h"

/* The message that was begun last, and what is open in it. */
static struct {
	struct nlmsghdr *nlh;
	struct nlattr *records, *record;
} now;

static void put_nested(int type, int of, const void *bytes, size_t size)
{
	struct nlattr *nest = mnl_attr_nest_start(now.nlh, type);

	mnl_attr_put(now.nlh, of | NLA_F_NET_BYTEORDER, size, bytes);
	mnl_attr_nest_end(now.nlh, nest);
}

static void put_opaque(int type, const void *bytes, size_t size)
{
	put_nested(type, IPSET_ATTR_IPADDR_IPV6, bytes, size);
}

static void put_u64(int type, uint64_t value)
{
	mnl_attr_put_u64(now.nlh, type | NLA_F_NET_BYTEORDER, htobe64(value));
}

struct nlmsghdr *listing_begin(const char *set, const char *type,
			       uint8_t revision)
{
	listing_close();
	now.nlh = fake_message(IPSET_CMD_LIST);
	now.nlh->nlmsg_flags = NLM_F_MULTI;
	mnl_attr_put_u8(now.nlh, IPSET_ATTR_PROTOCOL, IPSET_PROTOCOL);
	if (set)
		mnl_attr_put_strz(now.nlh, IPSET_ATTR_SETNAME, set);
	if (type) {
		mnl_attr_put_strz(now.nlh, IPSET_ATTR_TYPENAME, type);
		mnl_attr_put_u8(now.nlh, IPSET_ATTR_FAMILY, AF_INET6);
		mnl_attr_put_u8(now.nlh, IPSET_ATTR_REVISION, revision);
	}
	return now.nlh;
}

void listing_set(int leave_out)
{
	listing_sourced_set(leave_out, -1);
}

void listing_sourced_set(int leave_out, int netmask)
{
	static const struct { int type; uint32_t value; } numbers[] = {
		{ IPSET_ATTR_HASHSIZE, 1024 }, { IPSET_ATTR_MAXELEM, 65536 },
		{ IPSET_ATTR_MARKMASK, LISTING_BOTH }, { IPSET_ATTR_INITVAL, LISTING_HIGH },
		{ IPSET_ATTR_REFERENCES, 1 }, { IPSET_ATTR_MEMSIZE, 0xfffffff0 },
		{ IPSET_ATTR_ELEMENTS, 3 }, { IPSET_ATTR_TIMEOUT, 300 },
		{ IPSET_ATTR_CADT_FLAGS, IPSET_FLAG_WITH_COUNTERS |
		  IPSET_FLAG_WITH_SKBINFO | IPSET_FLAG_WITH_FORCEADD },
	};
	const struct sr6flow_diagnostics diagnostics = {
		.no_flow = htobe64(5), .malformed = htobe64(6),
		.not_writable = htobe64(UINT64_MAX), .reserved = htobe64(8),
	};
	struct nlattr *data = mnl_attr_nest_start(now.nlh, IPSET_ATTR_DATA);
	size_t i;

	for (i = 0; i < ARRAY_SIZE(numbers); i++)
		if (numbers[i].type != leave_out)
			request_put_u32(now.nlh, numbers[i].type,
					numbers[i].value);
	if (netmask >= 0)
		mnl_attr_put_u8(now.nlh, IPSET_ATTR_NETMASK, netmask);
	if (leave_out != IPSET_ATTR_IP)
		put_opaque(IPSET_ATTR_IP, &diagnostics, 16);
	if (leave_out != IPSET_ATTR_IP_TO)
		put_opaque(IPSET_ATTR_IP_TO, &diagnostics.malformed + 1, 16);
	mnl_attr_nest_end(now.nlh, data);
}

struct nlmsghdr *listing_header(void)
{
	listing_begin("foo", SR6FLOW_TYPENAME, 0);
	listing_set(0);
	return now.nlh;
}

struct nlmsghdr *listing_first(void)
{
	fake_request(IPSET_CMD_LIST);
	return listing_header();
}

struct nlmsghdr *listing_sourced_first(int netmask)
{
	fake_request(IPSET_CMD_LIST);
	listing_begin("foo", SR6FLOW_TYPENAME, 1);
	listing_sourced_set(0, netmask);
	return now.nlh;
}

struct nlmsghdr *listing_next(void)
{
	return listing_begin("foo", NULL, 0);
}

struct nlmsghdr *listing_apart(void)
{
	listing_datagram();
	return listing_next();
}

void listing_datagram(void)
{
	listing_close();
	fake_datagram(0);
}

void listing_done(int error)
{
	listing_close();
	fake_end(NLMSG_DONE, error);
	fake_datagram(0);
}

struct nlattr *listing_records(void)
{
	if (!now.records)
		now.records = mnl_attr_nest_start(now.nlh, IPSET_ATTR_ADT);
	return now.records;
}

void listing_close(void)
{
	if (now.records)
		mnl_attr_nest_end(now.nlh, now.records);
	now.records = NULL;
}

void listing_record_begin(void)
{
	listing_records();
	now.record = mnl_attr_nest_start(now.nlh, IPSET_ATTR_DATA);
}

void listing_record_end(void)
{
	mnl_attr_nest_end(now.nlh, now.record);
}

void listing_identity(unsigned int generation)
{
	const struct sr6flow_identity identity = {
		.instance = htobe64(LISTING_INSTANCE),
		.generation = htobe64(generation),
	};

	put_opaque(IPSET_ATTR_IP2, &identity, sizeof(identity));
}

void listing_changes(uint64_t source, uint64_t segments_left,
		     const char *last_source)
{
	struct sr6flow_changes changes = {
		.source = htobe64(source),
		.segments_left = htobe64(segments_left),
	};

	assert_int_equal(inet_pton(AF_INET6, last_source, changes.last_source),
			 1);
	put_opaque(IPSET_ATTR_IP2_TO, &changes, sizeof(changes));
}

void listing_flow(const char *text)
{
	struct sr6flow_flow flow;
	char error[100];

	assert_int_equal(sr6flow_flow_parse(&flow, text, error, sizeof(error)),
			 0);
	request_put_flow(now.nlh, &flow, true);
}

void listing_counters(uint32_t colour, uint64_t packets, uint64_t bytes)
{
	request_put_u32(now.nlh, IPSET_ATTR_MARK, colour);
	put_u64(IPSET_ATTR_PACKETS, packets);
	put_u64(IPSET_ATTR_BYTES, bytes);
}

void listing_record(const char *flow, unsigned int generation, uint32_t colour,
		    uint64_t packets)
{
	listing_record_begin();
	listing_flow(flow);
	listing_identity(generation);
	if (packets)
		listing_counters(colour, packets, packets * 100);
	listing_record_end();
}

/* The types that scripts name. */
static int type_of(const char *name)
{
	static const struct {
		const char *name;
		int type;
	} types[] = {
		{ "IP", IPSET_ATTR_IP }, { "IP_TO", IPSET_ATTR_IP_TO },
		{ "IP2", IPSET_ATTR_IP2 }, { "IP2_TO", IPSET_ATTR_IP2_TO },
		{ "COMMENT", IPSET_ATTR_COMMENT }, { "NAME", IPSET_ATTR_NAME },
		{ "MARK", IPSET_ATTR_MARK | NLA_F_NET_BYTEORDER },
		{ "PACKETS", IPSET_ATTR_PACKETS | NLA_F_NET_BYTEORDER },
		{ "BYTES", IPSET_ATTR_BYTES | NLA_F_NET_BYTEORDER },
		{ "TIMEOUT", IPSET_ATTR_TIMEOUT | NLA_F_NET_BYTEORDER },
	};

	for (size_t i = 0; i < ARRAY_SIZE(types); i++)
		if (!strcmp(types[i].name, name))
			return types[i].type;
	return atoi(name);
}

/* flat:TYPE:HEX and its like */
static bool put_raw(const char *word)
{
	char how[8], name[16], hex[600] = "";
	uint8_t bytes[300];
	size_t size;

	if (sscanf(word, "%7[a-z0-9]:%15[A-Z0-9_]:%599s", how, name, hex) < 2 ||
	    (strcmp(how, "flat") && strcmp(how, "nest") && strcmp(how, "v4")))
		return false;
	for (size = 0; hex[2 * size]; size++)
		assert_int_equal(sscanf(hex + 2 * size, "%2hhx", &bytes[size]), 1);
	if (*how == 'f')
		mnl_attr_put(now.nlh, type_of(name), size, bytes);
	else
		put_nested(type_of(name), *how == 'v' ? IPSET_ATTR_IPADDR_IPV4 :
			   IPSET_ATTR_IPADDR_IPV6, bytes, size);
	return true;
}

static void put_length(unsigned int len)
{
	struct nlattr *attr = mnl_nlmsg_get_payload_tail(now.nlh);

	mnl_attr_put_u32(now.nlh, IPSET_ATTR_SKBQUEUE, 1);
	attr->nla_len = len;
}

static void put_word(const char *word, uint32_t colour)
{
	unsigned long a, b;
	unsigned int slot;
	char last[64];

	if (put_raw(word))
		return;
	if (sscanf(word, "g%lu%1s", &a, last) == 1)
		listing_identity(a);
	else if (sscanf(word, "~%lu,%lu,%63s", &a, &b, last) == 3)
		listing_changes(a, b, last);
	else if (sscanf(word, "*:%lu", &a) == 1)
		listing_counters(colour, a, a * 100);
	else if (sscanf(word, "#%lx:%lu", &a, &b) == 2)
		listing_counters(colour ^ a, b, b * 100);
	else if (!strcmp(word, "="))
		request_put_u32(now.nlh, IPSET_ATTR_MARK, colour);
	else if (sscanf(word, "length:%lu", &a) == 1)
		put_length(a);
	else if (sscanf(word, "%u:%lu%1s", &slot, &a, last) == 2)
		listing_counters(sr6flow_slot_colour(LISTING_BOTH, slot), a, a * 100);
	else
		listing_flow(word);
}

void listing_words(const char *words, uint32_t colour)
{
	char *copy = strdup(words), *rest = copy, *word;

	assert_non_null(copy);
	listing_record_begin();
	while ((word = strsep(&rest, " ")))
		put_word(word, colour);
	listing_record_end();
	free(copy);
}

/* A word about messages; false for one that belongs into a record. */
static bool put_message(const char *word, uint32_t seq_before)
{
	char text[32] = "";
	int number = 0;

	if (sscanf(word, "set:%d", &number) == 1 || !strcmp(word, "set")) {
		listing_begin("foo", SR6FLOW_TYPENAME, 1);
		listing_sourced_set(0, word[3] ? number : -1);
	} else if (sscanf(word, "type:%31[^,],%d", text, &number) == 2) {
		listing_begin("foo", text, number);
	} else if (sscanf(word, "next:%31s", text) == 1 || !strcmp(word, "next")) {
		listing_begin(*text ? text : "foo", NULL, 0);
	} else if (!strcmp(word, "other")) {
		fake_message(IPSET_CMD_PROTOCOL)->nlmsg_seq = 0;
	} else if (!strcmp(word, "intr")) {
		fake_last()->nlmsg_flags |= NLM_F_DUMP_INTR;
	} else if (!strcmp(word, "late")) {
		fake_last()->nlmsg_seq = seq_before;
	} else if (!strcmp(word, "short")) {
		fake_last()->nlmsg_len -= 4;
	} else if (*word == '/') {
		listing_close();
		fake_datagram(atoi(word + 1));
	} else if (sscanf(word, "done:%d", &number) == 1 || !strcmp(word, "done")) {
		listing_close();
		fake_end(NLMSG_DONE, -number);
	} else if (sscanf(word, "error:%d", &number) == 1) {
		listing_close();
		fake_end(NLMSG_ERROR, -number);
	} else if (!strcmp(word, "overrun")) {
		listing_close();
		fake_end(NLMSG_OVERRUN, 0);
	} else if (sscanf(word, "fault:%d", &number) == 1) {
		fake_recv_error(number);
	} else {
		return false;
	}
	return true;
}

void listing_script(const char *text, uint32_t seq_before)
{
	char *copy = strdup(text), *rest = copy, *word;

	assert_non_null(copy);
	fake_request(IPSET_CMD_LIST);
	while ((word = strsep(&rest, " "))) {
		if (!strcmp(word, "{")) {
			listing_record_begin();
		} else if (!strcmp(word, "}")) {
			listing_record_end();
		} else if (*word == '+') {
			listing_records();
			if (word[1])
				put_word(word + 1, 0);
		} else if (*word && !put_message(word, seq_before)) {
			put_word(word, 0);
		}
	}
	if (fake_last())
		listing_datagram();
	free(copy);
}
