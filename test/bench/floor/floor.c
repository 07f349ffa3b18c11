// SPDX-License-Identifier: GPL-2.0-only
/*
 * A set type of the same name that answers at once: what a rule with it costs
 * is what the back end, xt_set and the ipset core cost with any type. Loaded
 * instead of the real one, created with the same command.
 */

#include <linux/module.h>
#include <linux/netfilter/ipset/ip_set.h>

#include "ip_set_hash_sr6flow.h"

static int verdict = 1;
module_param(verdict, int, 0600);
MODULE_PARM_DESC(verdict, "what a match says: 1 or 0");

static int floor_kadt(struct ip_set *set, const struct sk_buff *skb,
		      const struct xt_action_param *par, enum ipset_adt adt,
		      struct ip_set_adt_opt *opt)
{
	return READ_ONCE(verdict);
}

static int floor_uadt(struct ip_set *set, struct nlattr *tb[],
		      enum ipset_adt adt, u32 *lineno, u32 flags, bool retried)
{
	return -EOPNOTSUPP;
}

static void floor_nothing(struct ip_set *set)
{
}

static int floor_head(struct ip_set *set, struct sk_buff *skb)
{
	struct nlattr *nested = nla_nest_start(skb, IPSET_ATTR_DATA);

	if (!nested)
		return -EMSGSIZE;
	nla_nest_end(skb, nested);
	return 0;
}

static int floor_list(const struct ip_set *set, struct sk_buff *skb,
		      struct netlink_callback *cb)
{
	return 0;
}

static void floor_uref(struct ip_set *set, struct netlink_callback *cb,
		       bool start)
{
}

static bool floor_same_set(const struct ip_set *a, const struct ip_set *b)
{
	return true;
}

static const struct ip_set_type_variant floor_variant = {
	.kadt		= floor_kadt,
	.uadt		= floor_uadt,
	.destroy	= floor_nothing,
	.flush		= floor_nothing,
	.head		= floor_head,
	.list		= floor_list,
	.uref		= floor_uref,
	.same_set	= floor_same_set,
	.cancel_gc	= floor_nothing,
	.region_lock	= true,
};

static int floor_create(struct net *net, struct ip_set *set,
			struct nlattr *tb[], u32 flags)
{
	set->variant = &floor_variant;
	set->timeout = IPSET_NO_TIMEOUT;
	return 0;
}

static struct ip_set_type floor_type __read_mostly = {
	.name		= SR6FLOW_TYPENAME,
	.protocol	= IPSET_PROTOCOL,
	.features	= IPSET_TYPE_IP | IPSET_TYPE_IP2 | IPSET_TYPE_MARK,
	.dimension	= IPSET_DIM_ONE,
	.family		= NFPROTO_IPV6,
	.revision_min	= SR6FLOW_REVISION_MIN,
	.revision_max	= SR6FLOW_REVISION_MAX,
	.create		= floor_create,
	.create_policy	= {
		[IPSET_ATTR_HASHSIZE]	= { .type = NLA_U32 },
		[IPSET_ATTR_MAXELEM]	= { .type = NLA_U32 },
		[IPSET_ATTR_MARKMASK]	= { .type = NLA_U32 },
		[IPSET_ATTR_INITVAL]	= { .type = NLA_U32 },
		[IPSET_ATTR_CADT_FLAGS]	= { .type = NLA_U32 },
	},
	.me		= THIS_MODULE,
};

static int __init floor_init(void)
{
	return ip_set_type_register(&floor_type);
}

static void __exit floor_exit(void)
{
	ip_set_type_unregister(&floor_type);
}

module_init(floor_init);
module_exit(floor_exit);

MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("hash:sr6flow that answers at once, for the bench of sr6flow");
