// SPDX-License-Identifier: GPL-2.0-only
#include <arpa/inet.h>
#include <endian.h>
#include "listing_fake.h"
#include "test/unit/unit.h"

void listing_opaque(struct nlmsghdr *nlh, int type, const void *bytes,
		       size_t size)
{
	struct nlattr *nest = mnl_attr_nest_start(nlh, type);

	mnl_attr_put(nlh, IPSET_ATTR_IPADDR_IPV6 | NLA_F_NET_BYTEORDER, size,
		     bytes);
	mnl_attr_nest_end(nlh, nest);
}

void listing_u64(struct nlmsghdr *nlh, int type, uint64_t value)
{
	mnl_attr_put_u64(nlh, type | NLA_F_NET_BYTEORDER, htobe64(value));
}

struct nlmsghdr *listing_begin(const char *set, const char *type,
			      uint8_t revision)
{
	struct nlmsghdr *nlh = fake_message(IPSET_CMD_LIST);

	nlh->nlmsg_flags = NLM_F_MULTI;
	mnl_attr_put_u8(nlh, IPSET_ATTR_PROTOCOL, IPSET_PROTOCOL);
	mnl_attr_put_strz(nlh, IPSET_ATTR_SETNAME, set);
	if (type) {
		mnl_attr_put_strz(nlh, IPSET_ATTR_TYPENAME, type);
		mnl_attr_put_u8(nlh, IPSET_ATTR_FAMILY, AF_INET6);
		mnl_attr_put_u8(nlh, IPSET_ATTR_REVISION, revision);
	}
	return nlh;
}

void listing_set(struct nlmsghdr *nlh, int leave_out)
{
	listing_sourced_set(nlh, leave_out, -1);
}

void listing_sourced_set(struct nlmsghdr *nlh, int leave_out, int netmask)
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
	struct nlattr *data = mnl_attr_nest_start(nlh, IPSET_ATTR_DATA);
	size_t i;

	for (i = 0; i < ARRAY_SIZE(numbers); i++)
		if (numbers[i].type != leave_out)
			request_put_u32(nlh, numbers[i].type, numbers[i].value);
	if (netmask >= 0)
		mnl_attr_put_u8(nlh, IPSET_ATTR_NETMASK, netmask);
	if (leave_out != IPSET_ATTR_IP)
		listing_opaque(nlh, IPSET_ATTR_IP, &diagnostics, 16);
	if (leave_out != IPSET_ATTR_IP_TO)
		listing_opaque(nlh, IPSET_ATTR_IP_TO, &diagnostics.malformed + 1, 16);
	mnl_attr_nest_end(nlh, data);
}

struct nlmsghdr *listing_first(void)
{
	struct nlmsghdr *nlh = listing_begin("foo", SR6FLOW_TYPENAME, 0);

	listing_set(nlh, 0);
	return nlh;
}

struct nlmsghdr *listing_sourced_first(int netmask)
{
	struct nlmsghdr *nlh = listing_begin("foo", SR6FLOW_TYPENAME, 1);

	listing_sourced_set(nlh, 0, netmask);
	return nlh;
}

struct nlmsghdr *listing_next(void)
{
	return listing_begin("foo", NULL, 0);
}

void listing_identity(struct nlmsghdr *nlh, unsigned int generation)
{
	const struct sr6flow_identity identity = {
		.instance = htobe64(LISTING_INSTANCE),
		.generation = htobe64(generation),
	};

	listing_opaque(nlh, IPSET_ATTR_IP2, &identity, sizeof(identity));
}

void listing_changes(struct nlmsghdr *nlh, uint64_t source,
		     uint64_t segments_left, const char *last_source)
{
	struct sr6flow_changes changes = {
		.source = htobe64(source),
		.segments_left = htobe64(segments_left),
	};

	assert_int_equal(inet_pton(AF_INET6, last_source, changes.last_source),
			 1);
	listing_opaque(nlh, IPSET_ATTR_IP2_TO, &changes, sizeof(changes));
}

void listing_flow(struct nlmsghdr *nlh, const char *text)
{
	struct sr6flow_flow flow;
	char error[100];

	assert_int_equal(sr6flow_flow_parse(&flow, text, error, sizeof(error)),
			 0);
	request_put_flow(nlh, &flow, true);
}

void listing_counters(struct nlmsghdr *nlh, uint32_t colour,
			 uint64_t packets, uint64_t bytes)
{
	request_put_u32(nlh, IPSET_ATTR_MARK, colour);
	listing_u64(nlh, IPSET_ATTR_PACKETS, packets);
	listing_u64(nlh, IPSET_ATTR_BYTES, bytes);
}

void listing_record(struct nlmsghdr *nlh, const char *flow,
		       unsigned int generation, uint32_t colour,
		       uint64_t packets)
{
	struct nlattr *data = mnl_attr_nest_start(nlh, IPSET_ATTR_DATA);

	listing_flow(nlh, flow);
	listing_identity(nlh, generation);
	if (packets)
		listing_counters(nlh, colour, packets, packets * 100);
	mnl_attr_nest_end(nlh, data);
}

struct nlattr *listing_records(struct nlmsghdr *nlh)
{
	return mnl_attr_nest_start(nlh, IPSET_ATTR_ADT);
}

void listing_done(int error)
{
	fake_end(NLMSG_DONE, error);
	fake_datagram(0);
}
