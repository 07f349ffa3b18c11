// SPDX-License-Identifier: GPL-2.0-only
/* Creation, header and end of a set; the module. */

#include <linux/module.h>
#include <linux/random.h>
#include <linux/slab.h>

#include "swap.h"
#include "table.h"
#include "variant.h"

/* Frees removed flows and destroyed sets, removes expired flows. */
struct workqueue_struct *sr6flow_wq;

static void sr6flow_gc(struct work_struct *work)
{
	struct sr6flow_htype *h = container_of(to_delayed_work(work),
					       struct sr6flow_htype, gc);

	sr6flow_sweep(h, false);
	queue_delayed_work(sr6flow_wq, &h->gc, h->gc_period);
}

static void sr6flow_cancel_gc(struct ip_set *set)
{
	struct sr6flow_htype *h = set->data;

	if (h->gc_period)
		cancel_delayed_work_sync(&h->gc);
}

static void sr6flow_destroy_work(struct work_struct *work)
{
	struct sr6flow_htype *h = container_of(work, struct sr6flow_htype,
					       destroy);

	/* A packet that used the set during a swap may have queued it again. */
	cancel_delayed_work_sync(&h->gc);
	sr6flow_table_free(h);
	free_percpu(h->diagnostics);
	kfree_rcu(h, rcu);
}

/*
 * Called from an RCU callback, so it must not sleep. The core frees struct ip_set
 * right after it, and has waited until no packet or request can reach the set.
 */
static void sr6flow_destroy(struct ip_set *set)
{
	struct sr6flow_htype *h = set->data;

	set->data = NULL;
	sr6flow_swap_forget(h);
	queue_work(sr6flow_wq, &h->destroy);
}

/* With region_lock the core does not hold the set's lock here: this may sleep. */
static void sr6flow_flush(struct ip_set *set)
{
	sr6flow_sweep(set->data, true);
}

static bool sr6flow_same_set(const struct ip_set *a, const struct ip_set *b)
{
	const struct sr6flow_htype *x = a->data, *y = b->data;

	return x->mask == y->mask && x->maxelem == y->maxelem &&
	       x->netmask == y->netmask &&
	       a->timeout == b->timeout && a->extensions == b->extensions &&
	       a->flags == b->flags;
}

static int sr6flow_put_diagnostics(struct sk_buff *skb,
				   const struct sr6flow_htype *h)
{
	union {
		struct sr6flow_diagnostics diagnostics;
		struct in6_addr half[2];
	} u = {};

	BUILD_BUG_ON(sizeof(u.diagnostics) != sizeof(u.half));
	u.diagnostics.no_flow =
		cpu_to_be64(sr6flow_diagnosed(h, SR6FLOW_NO_FLOW));
	u.diagnostics.malformed =
		cpu_to_be64(sr6flow_diagnosed(h, SR6FLOW_MALFORMED));
	u.diagnostics.not_writable =
		cpu_to_be64(sr6flow_diagnosed(h, SR6FLOW_NOT_WRITABLE));
	return nla_put_ipaddr6(skb, IPSET_ATTR_IP, &u.half[0]) ||
	       nla_put_ipaddr6(skb, IPSET_ATTR_IP_TO, &u.half[1]);
}

static u32 sr6flow_memsize(struct sr6flow_htype *h, u32 *buckets, u32 *count)
{
	u64 memory = kmalloc_size_roundup(sizeof(*h)) +
		     sr6flow_diagnostics_size() +
		     sr6flow_table_size(h, buckets) +
		     sr6flow_pool_size(&h->pool);

	spin_lock_bh(&h->lock);
	memory += h->memory;
	*count = h->count;
	spin_unlock_bh(&h->lock);
	/* The attribute has 32 bits. */
	return min_t(u64, memory, U32_MAX);
}

static int sr6flow_head(struct ip_set *set, struct sk_buff *skb)
{
	struct sr6flow_htype *h = set->data;
	u32 buckets, count, memory;
	struct nlattr *nested;

	/* The header is called in process context, and may sleep. */
	if (sr6flow_may_sweep(h))
		sr6flow_sweep(h, false);
	memory = sr6flow_memsize(h, &buckets, &count);
	nested = nla_nest_start(skb, IPSET_ATTR_DATA);
	if (!nested)
		return -EMSGSIZE;
	if (nla_put_net32(skb, IPSET_ATTR_HASHSIZE, htonl(buckets)) ||
	    nla_put_net32(skb, IPSET_ATTR_MAXELEM, htonl(h->maxelem)) ||
	    nla_put_net32(skb, IPSET_ATTR_MARKMASK, htonl(h->mask)) ||
	    nla_put_net32(skb, IPSET_ATTR_INITVAL,
			  htonl(READ_ONCE(h->colour))) ||
	    nla_put_net32(skb, IPSET_ATTR_REFERENCES, htonl(set->ref)) ||
	    nla_put_net32(skb, IPSET_ATTR_MEMSIZE, htonl(memory)) ||
	    nla_put_net32(skb, IPSET_ATTR_ELEMENTS, htonl(count)) ||
	    (h->netmask && nla_put_u8(skb, IPSET_ATTR_NETMASK, h->netmask)) ||
	    sr6flow_put_diagnostics(skb, h) ||
	    ip_set_put_flags(skb, set))
		return -EMSGSIZE;
	nla_nest_end(skb, nested);
	return 0;
}

#define SR6FLOW_VARIANT(what)			\
	.kadt		= sr6flow_kadt_##what,	\
	.uadt		= sr6flow_uadt,		\
	.destroy	= sr6flow_destroy,	\
	.flush		= sr6flow_flush,	\
	.head		= sr6flow_head,		\
	.list		= sr6flow_list,		\
	.uref		= sr6flow_uref,		\
	.same_set	= sr6flow_same_set,	\
	.cancel_gc	= sr6flow_cancel_gc,	\
	.region_lock	= true

/* By carrier and source in the key: the match is compiled for each pair. */
static const struct ip_set_type_variant
sr6flow_variants[SR6FLOW_CARRIER_MAX + 1][SR6FLOW_SOURCE_PARTS] = {
	[SR6FLOW_CARRIER_TAG] = {
		[SR6FLOW_NO_SOURCE] = { SR6FLOW_VARIANT(tag) },
		[SR6FLOW_WHOLE_SOURCE] = { SR6FLOW_VARIANT(tag_source) },
		[SR6FLOW_SOURCE_PREFIX] = { SR6FLOW_VARIANT(tag_prefix) },
	},
	[SR6FLOW_CARRIER_TCLASS] = {
		[SR6FLOW_NO_SOURCE] = { SR6FLOW_VARIANT(tclass) },
		[SR6FLOW_WHOLE_SOURCE] = { SR6FLOW_VARIANT(tclass_source) },
		[SR6FLOW_SOURCE_PREFIX] = { SR6FLOW_VARIANT(tclass_prefix) },
	},
};

static enum sr6flow_source_part sr6flow_source_part(u32 netmask)
{
	if (!netmask)
		return SR6FLOW_NO_SOURCE;
	return netmask == SR6FLOW_NETMASK_MAX ? SR6FLOW_WHOLE_SOURCE :
						SR6FLOW_SOURCE_PREFIX;
}

static int sr6flow_decode_colours(struct nlattr *tb[], u32 *mask, u32 *colour)
{
	*mask = SR6FLOW_MASK_DEFAULT;
	if (tb[IPSET_ATTR_MARKMASK])
		*mask = ip_set_get_h32(tb[IPSET_ATTR_MARKMASK]);
	if (!sr6flow_mask_valid(*mask))
		return -IPSET_ERR_INVALID_MARKMASK;
	*colour = sr6flow_colour(*mask, 0);
	if (tb[IPSET_ATTR_INITVAL])
		*colour = ip_set_get_h32(tb[IPSET_ATTR_INITVAL]);
	if (!sr6flow_colour_valid(*mask, *colour))
		return -IPSET_ERR_INVALID_MARKMASK;
	return 0;
}

static int sr6flow_decode_netmask(const struct nlattr *attr, u8 revision,
				  u32 *netmask)
{
	*netmask = 0;
	if (!attr)
		return 0;
	*netmask = nla_get_u8(attr);
	return revision && *netmask && *netmask <= SR6FLOW_NETMASK_MAX ? 0 :
	       -IPSET_ERR_INVALID_NETMASK;
}

static void sr6flow_set_netmask(struct sr6flow_htype *h, u32 netmask)
{
	h->netmask = netmask;
	memset(&h->source_mask, 0xff, sizeof(h->source_mask));
	if (netmask)
		sr6flow_source_mask((__u8 *)&h->source_mask, netmask);
}

/* Set the offsets of the extensions in a flow; other types append extensions. */
static void sr6flow_init_extensions(struct ip_set *set, struct nlattr *tb[])
{
	u32 flags = 0;

	if (tb[IPSET_ATTR_CADT_FLAGS])
		flags = ip_set_get_h32(tb[IPSET_ATTR_CADT_FLAGS]);
	if (flags & IPSET_FLAG_WITH_FORCEADD)
		set->flags |= IPSET_CREATE_FLAG_FORCEADD;
	if (flags & IPSET_FLAG_WITH_SKBINFO) {
		set->extensions |= IPSET_EXT_SKBINFO;
		set->offset[IPSET_EXT_ID_SKBINFO] =
			offsetof(struct sr6flow_elem, skbinfo);
	}
	set->timeout = IPSET_NO_TIMEOUT;
	if (tb[IPSET_ATTR_TIMEOUT]) {
		set->extensions |= IPSET_EXT_TIMEOUT;
		set->offset[IPSET_EXT_ID_TIMEOUT] =
			offsetof(struct sr6flow_elem, timeout);
		set->timeout = ip_set_timeout_uget(tb[IPSET_ATTR_TIMEOUT]);
	}
}

static struct sr6flow_htype *sr6flow_set_alloc(u32 hashsize)
{
	struct sr6flow_htype *h;

	h = kzalloc(sizeof(*h), SR6FLOW_GFP);
	if (!h)
		return NULL;
	h->diagnostics = sr6flow_diagnostics_alloc();
	if (!h->diagnostics)
		goto free_set;
	if (sr6flow_table_init(h, hashsize))
		goto free_diagnostics;
	INIT_WORK(&h->destroy, sr6flow_destroy_work);
	INIT_DELAYED_WORK(&h->gc, sr6flow_gc);
	atomic64_set(&h->instance, get_random_u64());
	return h;

free_diagnostics:
	free_percpu(h->diagnostics);
free_set:
	kfree(h);
	return NULL;
}

static int sr6flow_create(struct net *net, struct ip_set *set,
			  struct nlattr *tb[], u32 flags)
{
	u32 hashsize = SR6FLOW_HASHSIZE_DEFAULT, mask, colour, netmask;
	struct sr6flow_htype *h;
	int err;

	if (set->family != NFPROTO_IPV6)
		return -IPSET_ERR_INVALID_FAMILY;
	if (!ip_set_optattr_netorder(tb, IPSET_ATTR_HASHSIZE) ||
	    !ip_set_optattr_netorder(tb, IPSET_ATTR_MAXELEM) ||
	    !ip_set_optattr_netorder(tb, IPSET_ATTR_MARKMASK) ||
	    !ip_set_optattr_netorder(tb, IPSET_ATTR_INITVAL) ||
	    !ip_set_optattr_netorder(tb, IPSET_ATTR_TIMEOUT) ||
	    !ip_set_optattr_netorder(tb, IPSET_ATTR_CADT_FLAGS))
		return -IPSET_ERR_PROTOCOL;
	err = sr6flow_decode_colours(tb, &mask, &colour);
	if (!err)
		err = sr6flow_decode_netmask(tb[IPSET_ATTR_NETMASK],
					     set->revision, &netmask);
	if (err)
		return err;
	if (tb[IPSET_ATTR_HASHSIZE])
		hashsize = ip_set_get_h32(tb[IPSET_ATTR_HASHSIZE]);
	h = sr6flow_set_alloc(hashsize);
	if (!h)
		return -ENOMEM;
	h->mask = mask;
	h->carrier = sr6flow_carrier(mask);
	h->factor = sr6flow_slot_factor(mask);
	sr6flow_set_netmask(h, netmask);
	h->colour = colour;
	h->maxelem = SR6FLOW_MAXELEM_DEFAULT;
	if (tb[IPSET_ATTR_MAXELEM])
		h->maxelem = ip_set_get_h32(tb[IPSET_ATTR_MAXELEM]);
	set->data = h;
	set->variant = &sr6flow_variants[h->carrier][sr6flow_source_part(netmask)];
	sr6flow_init_extensions(set, tb);
	sr6flow_swap_watch(h, net);
	if (SET_WITH_TIMEOUT(set)) {
		h->gc_period = IPSET_GC_PERIOD(set->timeout) * HZ;
		queue_delayed_work(sr6flow_wq, &h->gc, h->gc_period);
	}
	return 0;
}

static struct ip_set_type sr6flow_type __read_mostly = {
	.name		= SR6FLOW_TYPENAME,
	.protocol	= IPSET_PROTOCOL,
	/* No stock type has this combination, so the core refuses to swap with one. */
	.features	= IPSET_TYPE_IP | IPSET_TYPE_IP2 | IPSET_TYPE_MARK,
	.dimension	= IPSET_DIM_ONE,
	.family		= NFPROTO_IPV6,
	.revision_min	= SR6FLOW_REVISION_MIN,
	.revision_max	= SR6FLOW_REVISION_MAX,
	.create		= sr6flow_create,
	.create_policy	= {
		[IPSET_ATTR_HASHSIZE]	= { .type = NLA_U32 },
		[IPSET_ATTR_MAXELEM]	= { .type = NLA_U32 },
		[IPSET_ATTR_MARKMASK]	= { .type = NLA_U32 },
		[IPSET_ATTR_INITVAL]	= { .type = NLA_U32 },
		[IPSET_ATTR_NETMASK]	= { .type = NLA_U8 },
		[IPSET_ATTR_TIMEOUT]	= { .type = NLA_U32 },
		[IPSET_ATTR_CADT_FLAGS]	= { .type = NLA_U32 },
	},
	.adt_policy	= {
		[IPSET_ATTR_IP]		= { .type = NLA_NESTED },
		[IPSET_ATTR_IP_TO]	= { .type = NLA_NESTED },
		[IPSET_ATTR_COMMENT]	= { .type = NLA_NUL_STRING,
					    .len = IPSET_MAX_COMMENT_SIZE },
		[IPSET_ATTR_NAME]	= { .type = NLA_NUL_STRING,
					    .len = IPSET_MAXNAMELEN - 1 },
		[IPSET_ATTR_MARK]	= { .type = NLA_U32 },
		[IPSET_ATTR_PACKETS]	= { .type = NLA_U64 },
		[IPSET_ATTR_BYTES]	= { .type = NLA_U64 },
		[IPSET_ATTR_TIMEOUT]	= { .type = NLA_U32 },
		[IPSET_ATTR_SKBMARK]	= { .type = NLA_U64 },
		[IPSET_ATTR_SKBPRIO]	= { .type = NLA_U32 },
		[IPSET_ATTR_SKBQUEUE]	= { .type = NLA_U16 },
		[IPSET_ATTR_LINENO]	= { .type = NLA_U32 },
	},
	.me		= THIS_MODULE,
};

static int __init sr6flow_init(void)
{
	int err;

	BUILD_BUG_ON(sizeof(struct sr6flow_identity) !=
		     sizeof(struct in6_addr));
	BUILD_BUG_ON(sizeof(struct sr6flow_changes) !=
		     2 * sizeof(struct in6_addr));
	BUILD_BUG_ON(sizeof(union sr6flow_srh_start) != sizeof(u32));
	sr6flow_wq = alloc_workqueue("sr6flow", WQ_UNBOUND, 0);
	if (!sr6flow_wq)
		return -ENOMEM;
	err = ip_set_type_register(&sr6flow_type);
	if (err)
		destroy_workqueue(sr6flow_wq);
	return err;
}

static void __exit sr6flow_fini(void)
{
	ip_set_type_unregister(&sr6flow_type);
	/*
	 * A set holds a reference on the module until its destruction is
	 * queued, so the queue is complete. Wait for it, then for the core's RCU
	 * callbacks that queued the destructions.
	 */
	destroy_workqueue(sr6flow_wq);
	rcu_barrier();
}

module_init(sr6flow_init);
module_exit(sr6flow_fini);

MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("hash:sr6flow type of IP sets: SRv6 flows counted per marking colour");
MODULE_VERSION("0.1.0");
MODULE_ALIAS("ip_set_hash:sr6flow");
