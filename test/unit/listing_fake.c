// SPDX-License-Identifier: GPL-2.0-only
#include <arpa/inet.h>
#include <endian.h>
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

static void put_part(const struct listing_part *part, uint32_t colour)
{
	struct nlattr *attr;

	switch (part->kind) {
	case LISTING_FLOW:
		listing_flow(part->bytes);
		break;
	case LISTING_IDENTITY:
		listing_identity(part->a);
		break;
	case LISTING_CHANGES:
		listing_changes(part->a, part->b, part->bytes);
		break;
	case LISTING_COUNTERS:
		listing_counters(colour ^ part->a, part->b, part->b * 100);
		break;
	case LISTING_COLOUR:
		request_put_u32(now.nlh, IPSET_ATTR_MARK, colour);
		break;
	case LISTING_NESTED:
		put_opaque(part->type, part->bytes, part->size);
		break;
	case LISTING_NESTED_IPV4:
		put_nested(part->type, IPSET_ATTR_IPADDR_IPV4, part->bytes,
			   part->size);
		break;
	case LISTING_FLAT:
		mnl_attr_put(now.nlh, part->type, part->size, part->bytes);
		break;
	case LISTING_LENGTH:
		attr = mnl_nlmsg_get_payload_tail(now.nlh);
		mnl_attr_put_u32(now.nlh, part->type, 1);
		attr->nla_len = part->size;
		break;
	}
}

void listing_parts(const struct listing_part *parts, uint32_t colour)
{
	listing_record_begin();
	for (; parts->kind; parts++)
		put_part(parts, colour);
	listing_record_end();
}
