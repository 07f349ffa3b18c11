/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef STANDIN_NET_NETLINK_H
#define STANDIN_NET_NETLINK_H

#include <linux/netlink.h>
#include <linux/skbuff.h>

/* The kinds that the type's policy names, and the core's for an address. */
enum {
	NLA_UNSPEC,
	NLA_U8,
	NLA_U16,
	NLA_U32,
	NLA_U64,
	NLA_NUL_STRING,
	NLA_NESTED,
	NLA_EXACT_LEN,
};

struct nla_policy {
	u8 type;
	u16 len;
};

struct netlink_callback {
	long args[6];
};

#define nla_attr_size(len) (NLA_HDRLEN + (int)(len))
#define nla_total_size(len) NLA_ALIGN(nla_attr_size(len))

static inline void *nla_data(const struct nlattr *attr)
{
	return (char *)attr + NLA_HDRLEN;
}

static inline int nla_len(const struct nlattr *attr)
{
	return attr->nla_len - NLA_HDRLEN;
}

static inline int nla_type(const struct nlattr *attr)
{
	return attr->nla_type & NLA_TYPE_MASK;
}

/* Like the kernel's, these believe the policy. */
static inline u8 nla_get_u8(const struct nlattr *attr)
{
	return *(u8 *)nla_data(attr);
}

static inline u32 nla_get_u32(const struct nlattr *attr)
{
	return *(u32 *)nla_data(attr);
}

#define nla_get_be32 nla_get_u32

static inline u16 nla_get_be16(const struct nlattr *attr)
{
	return *(u16 *)nla_data(attr);
}

static inline __be64 nla_get_be64(const struct nlattr *attr)
{
	__be64 value;

	memcpy(&value, nla_data(attr), sizeof(value));
	return value;
}

int nla_parse_nested(struct nlattr *tb[], int max, const struct nlattr *nest,
		     const struct nla_policy *policy, void *extack);

int nla_put(struct sk_buff *skb, int type, int len, const void *data);
struct nlattr *nla_nest_start(struct sk_buff *skb, int type);

static inline void nla_nest_end(struct sk_buff *skb, struct nlattr *nest)
{
	nest->nla_len = (u16)(skb->tail - (u8 *)nest);
}

static inline void nla_nest_cancel(struct sk_buff *skb, struct nlattr *nest)
{
	standin_trim(skb, nest);
}

static inline int nla_put_u8(struct sk_buff *skb, int type, u8 value)
{
	return nla_put(skb, type, sizeof(value), &value);
}

static inline int nla_put_net32(struct sk_buff *skb, int type, __be32 value)
{
	return nla_put(skb, type | NLA_F_NET_BYTEORDER, sizeof(value), &value);
}

#endif /* STANDIN_NET_NETLINK_H */
