// SPDX-License-Identifier: GPL-2.0-only
#include <linux/netfilter/ipset/ip_set.h>

#include "message.h"

void message_begin(struct message *message)
{
	message->len = NLA_HDRLEN;
}

void message_put(struct message *message, int type, const void *data,
		 size_t len)
{
	struct nlattr *attr = (struct nlattr *)(message->bytes + message->len);
	size_t size = (size_t)nla_total_size(len);

	must(message->len + size <= MESSAGE_MAX);
	memset(attr, 0, size);
	attr->nla_type = (u16)type;
	attr->nla_len = (u16)nla_attr_size(len);
	memcpy(nla_data(attr), data, len);
	message->len += size;
}

void message_put_number(struct message *message, int type, size_t len,
			u64 number)
{
	u64 net = cpu_to_be64(number << 8 * (8 - len));

	message_put(message, type | NLA_F_NET_BYTEORDER, &net, len);
}

void message_put_address(struct message *message, int type,
			 const void *address)
{
	struct message inner = { .len = 0 };

	message_put(&inner, IPSET_ATTR_IPADDR_IPV6 | NLA_F_NET_BYTEORDER,
		    address, sizeof(struct in6_addr));
	message_put(message, type | NLA_F_NESTED, inner.bytes, inner.len);
}

struct nlattr *message_done(struct message *message, struct input *input)
{
	struct nlattr *nest = (struct nlattr *)message->bytes;
	unsigned int n = input ? (unsigned int)input_number(input, 1) % 16 : 0;

	/* As the core looks into it. */
	nest->nla_type = IPSET_ATTR_DATA | NLA_F_NESTED;
	nest->nla_len = (u16)message->len;
	while (n--) {
		size_t at = input_number(input, 2) % message->len;

		if (at >= NLA_HDRLEN)
			message->bytes[at] ^= (u8)input_number(input, 1);
	}
	nest = malloc(message->len);
	must(nest);
	memcpy(nest, message->bytes, message->len);
	return nest;
}
