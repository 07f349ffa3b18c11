// SPDX-License-Identifier: GPL-2.0-only
/*
 * The ipset core and netlink, as far as a set type calls them. They accept and refuse the
 * same as ip_set and the kernel's strict parsing of attributes in 6.1.
 */
#include <linux/netfilter/ipset/ip_set.h>

#include "world.h"

int ip_set_type_register(struct ip_set_type *type)
{
	world_type = type;
	return 0;
}

void ip_set_type_unregister(struct ip_set_type *type)
{
	if (world_type != type)
		standin_stop("it unregisters another type");
	world_type = NULL;
}

static bool string_fits(const struct nlattr *attr, unsigned int max)
{
	size_t len = (size_t)nla_len(attr);
	const char *text = nla_data(attr);
	size_t look = min_t(size_t, len, max + 1);

	/* A NUL within the most that a string can have, and not much behind. */
	return len && memchr(text, '\0', look) &&
	       len - !text[len - 1] <= max;
}

static bool policy_allows(const struct nla_policy *policy,
			  const struct nlattr *attr)
{
	bool nested = attr->nla_type & NLA_F_NESTED;
	int len = nla_len(attr);

	if (nested != (policy->type == NLA_NESTED))
		return false;
	switch (policy->type) {
	case NLA_U8:
		return len == 1;
	case NLA_U16:
		return len == 2;
	case NLA_U32:
		return len == 4;
	case NLA_U64:
		return len == 8;
	case NLA_EXACT_LEN:
		return len == policy->len;
	case NLA_NUL_STRING:
		return string_fits(attr, policy->len);
	case NLA_NESTED:
		return !len || len >= NLA_HDRLEN;
	}
	return false;
}

int nla_parse_nested(struct nlattr *tb[], int max, const struct nlattr *nest,
		     const struct nla_policy *policy, void *extack)
{
	const char *at = nla_data(nest);
	int left = nla_len(nest), step;

	(void)extack;
	memset(tb, 0, sizeof(*tb) * ((size_t)max + 1));
	if (!(nest->nla_type & NLA_F_NESTED))
		return -EINVAL;
	while (left >= NLA_HDRLEN) {
		struct nlattr *attr = (struct nlattr *)at;
		int type = nla_type(attr);

		if (attr->nla_len < NLA_HDRLEN || attr->nla_len > left)
			break;
		if (!type || type > max || !policy_allows(&policy[type], attr))
			return -EINVAL;
		tb[type] = attr;
		step = min_t(int, NLA_ALIGN(attr->nla_len), left);
		at += step;
		left -= step;
	}
	return left ? -EINVAL : 0;
}

int ip_set_get_ipaddr6(struct nlattr *attr, union nf_inet_addr *address)
{
	static const struct nla_policy policy[IPSET_ATTR_IPADDR_MAX + 1] = {
		[IPSET_ATTR_IPADDR_IPV4] = { .type = NLA_U32 },
		[IPSET_ATTR_IPADDR_IPV6] = { .type = NLA_EXACT_LEN,
					     .len = sizeof(address->in6) },
	};
	struct nlattr *tb[IPSET_ATTR_IPADDR_MAX + 1];

	if (nla_parse_nested(tb, IPSET_ATTR_IPADDR_MAX, attr, policy, NULL) ||
	    !ip_set_attr_netorder(tb, IPSET_ATTR_IPADDR_IPV6))
		return -IPSET_ERR_PROTOCOL;
	memcpy(&address->in6, nla_data(tb[IPSET_ATTR_IPADDR_IPV6]),
	       sizeof(address->in6));
	return 0;
}

static int get_skbinfo(struct nlattr *tb[], struct ip_set_skbinfo *skbinfo)
{
	u64 mark;

	if (tb[IPSET_ATTR_SKBMARK]) {
		mark = be64_to_cpu(nla_get_be64(tb[IPSET_ATTR_SKBMARK]));
		skbinfo->skbmark = (u32)(mark >> 32);
		skbinfo->skbmarkmask = (u32)mark;
	}
	if (tb[IPSET_ATTR_SKBPRIO])
		skbinfo->skbprio = ip_set_get_h32(tb[IPSET_ATTR_SKBPRIO]);
	if (tb[IPSET_ATTR_SKBQUEUE])
		skbinfo->skbqueue =
			ntohs(nla_get_be16(tb[IPSET_ATTR_SKBQUEUE]));
	return 0;
}

int ip_set_get_extensions(struct ip_set *set, struct nlattr *tb[],
			  struct ip_set_ext *ext)
{
	static const u8 extensions[] = {
		IPSET_ATTR_TIMEOUT, IPSET_ATTR_PACKETS, IPSET_ATTR_BYTES,
		IPSET_ATTR_SKBMARK, IPSET_ATTR_SKBPRIO, IPSET_ATTR_SKBQUEUE,
	};

	for (size_t i = 0; i < sizeof(extensions); i++)
		if (!ip_set_optattr_netorder(tb, extensions[i]))
			return -IPSET_ERR_PROTOCOL;
	if (tb[IPSET_ATTR_TIMEOUT] && !SET_WITH_TIMEOUT(set))
		return -IPSET_ERR_TIMEOUT;
	if (tb[IPSET_ATTR_TIMEOUT])
		ext->timeout = ip_set_timeout_uget(tb[IPSET_ATTR_TIMEOUT]);
	/* No set of the type has the core's own counters and comments. */
	if (tb[IPSET_ATTR_PACKETS] || tb[IPSET_ATTR_BYTES])
		return -IPSET_ERR_COUNTER;
	if (tb[IPSET_ATTR_COMMENT])
		return -IPSET_ERR_COMMENT;
	if ((tb[IPSET_ATTR_SKBMARK] || tb[IPSET_ATTR_SKBPRIO] ||
	     tb[IPSET_ATTR_SKBQUEUE]) && !SET_WITH_SKBINFO(set))
		return -IPSET_ERR_SKBINFO;
	return get_skbinfo(tb, &ext->skbinfo);
}

int nla_put(struct sk_buff *skb, int type, int len, const void *data)
{
	struct nlattr *attr;

	if (skb_tailroom(skb) < nla_total_size(len))
		return -EMSGSIZE;
	attr = skb_put(skb, (unsigned int)nla_total_size(len));
	memset(attr, 0, (size_t)nla_total_size(len));
	attr->nla_type = (u16)type;
	attr->nla_len = (u16)nla_attr_size(len);
	if (len)
		memcpy(nla_data(attr), data, (size_t)len);
	return 0;
}

struct nlattr *nla_nest_start(struct sk_buff *skb, int type)
{
	struct nlattr *nest = (struct nlattr *)skb->tail;

	return nla_put(skb, type | NLA_F_NESTED, 0, NULL) ? NULL : nest;
}

int nla_put_ipaddr6(struct sk_buff *skb, int type,
		    const struct in6_addr *address)
{
	struct nlattr *nest = nla_nest_start(skb, type);

	if (!nest || nla_put(skb, IPSET_ATTR_IPADDR_IPV6, sizeof(*address),
			     address))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

/* Sets of the type have these options and no others. */
int ip_set_put_flags(struct sk_buff *skb, const struct ip_set *set)
{
	u32 flags = (SET_WITH_SKBINFO(set) ? IPSET_FLAG_WITH_SKBINFO : 0) |
		    (SET_WITH_FORCEADD(set) ? IPSET_FLAG_WITH_FORCEADD : 0);

	if (SET_WITH_TIMEOUT(set) &&
	    nla_put_net32(skb, IPSET_ATTR_TIMEOUT, htonl(set->timeout)))
		return -EMSGSIZE;
	return flags ? nla_put_net32(skb, IPSET_ATTR_CADT_FLAGS, htonl(flags)) :
		       0;
}

static int put_skbinfo(struct sk_buff *skb,
		       const struct ip_set_skbinfo *skbinfo)
{
	__be64 mark = cpu_to_be64((u64)skbinfo->skbmark << 32 |
				  skbinfo->skbmarkmask);
	__be16 queue = htons(skbinfo->skbqueue);

	if (skbinfo->skbmarkmask &&
	    nla_put(skb, IPSET_ATTR_SKBMARK | NLA_F_NET_BYTEORDER,
		    sizeof(mark), &mark))
		return -EMSGSIZE;
	if (skbinfo->skbprio &&
	    nla_put_net32(skb, IPSET_ATTR_SKBPRIO, htonl(skbinfo->skbprio)))
		return -EMSGSIZE;
	return queue ? nla_put(skb, IPSET_ATTR_SKBQUEUE | NLA_F_NET_BYTEORDER,
			       sizeof(queue), &queue) : 0;
}

int ip_set_put_extensions(struct sk_buff *skb, const struct ip_set *set,
			  const void *element, bool active)
{
	const char *at = element;
	const unsigned long *timeout =
		(const void *)(at + set->offset[IPSET_EXT_ID_TIMEOUT]);
	u32 seconds = 0;

	(void)active;
	if (SET_WITH_TIMEOUT(set) && *timeout != IPSET_ELEM_PERMANENT)
		seconds = (u32)max_t(unsigned long, (*timeout - jiffies) / HZ, 1);
	if (SET_WITH_TIMEOUT(set) &&
	    nla_put_net32(skb, IPSET_ATTR_TIMEOUT, htonl(seconds)))
		return -EMSGSIZE;
	return SET_WITH_SKBINFO(set) ?
	       put_skbinfo(skb, (const void *)(at +
				set->offset[IPSET_EXT_ID_SKBINFO])) : 0;
}
