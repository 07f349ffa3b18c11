/* SPDX-License-Identifier: GPL-2.0-only */
/* The ipset core as a set type sees it. */
#ifndef STANDIN_IP_SET_H
#define STANDIN_IP_SET_H

#include <linux/atomic.h>
#include <linux/bitmap.h>
#include <linux/in6.h>
#include <linux/list.h>
#include <linux/netdevice.h>
#include <linux/slab.h>
#include <net/netlink.h>

#include_next <linux/netfilter/ipset/ip_set.h>

#define NFPROTO_IPV6 10

union nf_inet_addr {
	__u32 all[4];
	struct in6_addr in6;
};

enum ip_set_feature {
	IPSET_TYPE_IP = 1 << 0,
	IPSET_TYPE_IP2 = 1 << 3,
	IPSET_TYPE_MARK = 1 << 6,
};

enum ip_set_extension {
	IPSET_EXT_TIMEOUT = 1 << 0,
	IPSET_EXT_SKBINFO = 1 << 3,
};

enum ip_set_ext_id {
	IPSET_EXT_ID_COUNTER,
	IPSET_EXT_ID_TIMEOUT,
	IPSET_EXT_ID_SKBINFO,
	IPSET_EXT_ID_COMMENT,
	IPSET_EXT_ID_MAX,
};

struct ip_set_skbinfo {
	u32 skbmark;
	u32 skbmarkmask;
	u32 skbprio;
	u16 skbqueue;
};

struct ip_set_ext {
	struct ip_set_skbinfo skbinfo;
	u64 packets;
	u64 bytes;
	char *comment;
	u32 timeout;
	u8 packets_op;
	u8 bytes_op;
	bool target;
};

struct ip_set_adt_opt {
	u8 family;
	u8 dim;
	u8 flags;
	u32 cmdflags;
	struct ip_set_ext ext;
};

struct ip_set;

struct ip_set_type_variant {
	int (*kadt)(struct ip_set *set, const struct sk_buff *skb,
		    const struct xt_action_param *par, enum ipset_adt adt,
		    struct ip_set_adt_opt *opt);
	int (*uadt)(struct ip_set *set, struct nlattr *tb[],
		    enum ipset_adt adt, u32 *lineno, u32 flags, bool retried);
	void (*destroy)(struct ip_set *set);
	void (*flush)(struct ip_set *set);
	int (*head)(struct ip_set *set, struct sk_buff *skb);
	int (*list)(const struct ip_set *set, struct sk_buff *skb,
		    struct netlink_callback *cb);
	void (*uref)(struct ip_set *set, struct netlink_callback *cb,
		     bool start);
	bool (*same_set)(const struct ip_set *a, const struct ip_set *b);
	void (*cancel_gc)(struct ip_set *set);
	bool region_lock;
};

struct module;

struct ip_set_type {
	char name[IPSET_MAXNAMELEN];
	u8 protocol;
	u8 dimension;
	u8 family;
	u8 revision_min, revision_max;
	u16 features;
	int (*create)(struct net *net, struct ip_set *set, struct nlattr *tb[],
		      u32 flags);
	const struct nla_policy create_policy[IPSET_ATTR_CREATE_MAX + 1];
	const struct nla_policy adt_policy[IPSET_ATTR_ADT_MAX + 1];
	struct module *me;
};

struct ip_set {
	char name[IPSET_MAXNAMELEN];
	u32 ref;
	struct ip_set_type *type;
	const struct ip_set_type_variant *variant;
	u8 family;
	u8 revision;
	u8 extensions;
	u8 flags;
	u32 timeout;
	size_t offset[IPSET_EXT_ID_MAX];
	void *data;
};

enum {
	IPSET_CB_INDEX = 3,
	IPSET_CB_PRIVATE,
	IPSET_CB_ARG0,
};

#define IPSET_GC_TIME 180
#define IPSET_GC_PERIOD(timeout) \
	((timeout) < 3 ? 1 : min_t(u32, (timeout) / 3, IPSET_GC_TIME))
#define IPSET_ELEM_PERMANENT 0
#define IPSET_NO_TIMEOUT UINT_MAX
#define IPSET_MAX_TIMEOUT ((UINT_MAX >> 1) / (u32)MSEC_PER_SEC)

#define SET_WITH_TIMEOUT(set) ((set)->extensions & IPSET_EXT_TIMEOUT)
#define SET_WITH_SKBINFO(set) ((set)->extensions & IPSET_EXT_SKBINFO)
#define SET_WITH_FORCEADD(set) ((set)->flags & IPSET_CREATE_FLAG_FORCEADD)

#define IP_SET_INIT_UEXT(set) { \
	.packets = ULLONG_MAX, \
	.bytes = ULLONG_MAX, \
	.timeout = (set)->timeout, \
}
#define IP_SET_INIT_KEXT(skb, opt, set) { \
	.packets = 1, \
	.bytes = (skb)->len, \
	.timeout = (opt)->ext.timeout == IPSET_NO_TIMEOUT ? \
		   (set)->timeout : (opt)->ext.timeout, \
	.target = true, \
}

int ip_set_type_register(struct ip_set_type *type);
void ip_set_type_unregister(struct ip_set_type *type);
int ip_set_get_ipaddr6(struct nlattr *attr, union nf_inet_addr *address);
int ip_set_get_extensions(struct ip_set *set, struct nlattr *tb[],
			  struct ip_set_ext *ext);
int ip_set_put_extensions(struct sk_buff *skb, const struct ip_set *set,
			  const void *element, bool active);
int ip_set_put_flags(struct sk_buff *skb, const struct ip_set *set);
int nla_put_ipaddr6(struct sk_buff *skb, int type,
		    const struct in6_addr *address);

static inline bool ip_set_eexist(int err, u32 flags)
{
	return err == -IPSET_ERR_EXIST && flags & IPSET_FLAG_EXIST;
}

static inline bool ip_set_attr_netorder(struct nlattr *tb[], int type)
{
	return tb[type] && tb[type]->nla_type & NLA_F_NET_BYTEORDER;
}

static inline bool ip_set_optattr_netorder(struct nlattr *tb[], int type)
{
	return !tb[type] || ip_set_attr_netorder(tb, type);
}

static inline u32 ip_set_get_h32(const struct nlattr *attr)
{
	return ntohl(nla_get_be32(attr));
}

static inline unsigned int ip_set_timeout_uget(struct nlattr *attr)
{
	return min_t(u32, ip_set_get_h32(attr), IPSET_MAX_TIMEOUT);
}

/* 0 jiffies stands for never. */
static inline void ip_set_timeout_set(unsigned long *timeout, u32 seconds)
{
	*timeout = IPSET_ELEM_PERMANENT;
	if (!seconds)
		return;
	*timeout = jiffies + msecs_to_jiffies(seconds * MSEC_PER_SEC);
	if (*timeout == IPSET_ELEM_PERMANENT)
		*timeout = -1UL;
}

static inline void ip_set_init_skbinfo(struct ip_set_skbinfo *skbinfo,
				       const struct ip_set_ext *ext)
{
	*skbinfo = ext->skbinfo;
}

#endif /* STANDIN_IP_SET_H */
