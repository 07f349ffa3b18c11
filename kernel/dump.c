// SPDX-License-Identifier: GPL-2.0-only
/*
 * Netlink side of ipset: list the flows of a set.
 *
 * The core holds neither a lock nor RCU here. Only two arguments of a dump
 * are free: IPSET_CB_PRIVATE holds the pinned flow at which the next
 * message starts, IPSET_CB_ARG0 is 1 + the colour slot, or 0 at the end.
 */

#include "swap.h"
#include "table.h"
#include "variant.h"

/**
 * struct sr6flow_label - attributes that all records of a flow begin with
 * @flow: the flow
 * @name: its name when the first record was written, or NULL
 * @sum: identity and witnesses of its counters
 * @sourced: the set has a netmask
 * @size: bytes of the attributes
 * @written: the attributes in the message, NULL before they are written
 */
struct sr6flow_label {
	const struct sr6flow_elem *flow;
	const struct sr6flow_name *name;
	const struct sr6flow_sum *sum;
	bool sourced;
	size_t size;
	const void *written;
};

/*
 * The helpers of netlink check for room, and clear it, once per attribute. A
 * dump of a million flows has ten million attributes. So the code reserves the room for
 * a record at once, and the functions below write to @at and advance it.
 */
static void *sr6flow_attr(u8 **at, u16 type, size_t len)
{
	struct nlattr *attr = (struct nlattr *)*at;

	attr->nla_type = type;
	attr->nla_len = nla_attr_size(len);
	*at += nla_total_size(len);
	return nla_data(attr);
}

/* @len opaque bytes in an address attribute; libipset reads the first 16. */
static void *sr6flow_opaque(u8 **at, u16 type, size_t len)
{
	sr6flow_attr(at, type | NLA_F_NESTED, nla_total_size(len));
	*at -= nla_total_size(len);
	return sr6flow_attr(at, IPSET_ATTR_IPADDR_IPV6, len);
}

static void *sr6flow_address(u8 **at, u16 type)
{
	return sr6flow_opaque(at, type, sizeof(struct in6_addr));
}

/* Write the NUL, which is not in @len, and the padding; the caller writes the rest. */
static char *sr6flow_string(u8 **at, u16 type, size_t len)
{
	char *text = sr6flow_attr(at, type, len + 1);

	memset(*at - NLA_ALIGNTO, 0, NLA_ALIGNTO);
	return text;
}

/* COBS adds one byte. */
static size_t sr6flow_comment_len(const struct sr6flow_elem *flow)
{
	return (flow->n - 1) * SR6FLOW_SID_LEN + 1;
}

static bool sr6flow_has_changes(const struct sr6flow_label *label)
{
	const struct sr6flow_sum *sum = label->sum;

	return sum->changes.source || sum->changes.segments_left ||
	       (!label->sourced && !ipv6_addr_any(&sum->last_source));
}

static struct sr6flow_label sr6flow_label(const struct sr6flow_htype *h,
					  const struct sr6flow_elem *flow,
					  const struct sr6flow_sum *sum)
{
	const size_t changes = nla_total_size(sizeof(struct sr6flow_changes));
	struct sr6flow_label label = {
		.flow = flow,
		.name = rcu_dereference(flow->name),
		.sum = sum,
		.sourced = h->netmask,
	};

	/* First SID, identity, and the optional source. */
	label.size = (2 + label.sourced) *
		     nla_total_size(nla_total_size(sizeof(struct in6_addr)));
	if (sr6flow_has_changes(&label))
		label.size += nla_total_size(changes);
	if (flow->n > 1)
		label.size += nla_total_size(sr6flow_comment_len(flow) + 1);
	if (label.name)
		label.size += nla_total_size(strlen(label.name->text) + 1);
	return label;
}

static void sr6flow_write_label(u8 *at, const struct sr6flow_htype *h,
				const struct sr6flow_label *label)
{
	__u8 sids[SR6FLOW_SIDS_MAX][SR6FLOW_SID_LEN];
	const struct sr6flow_elem *flow = label->flow;
	const struct sr6flow_identity identity = {
		.instance = cpu_to_be64(atomic64_read(&h->instance)),
		.generation = cpu_to_be64(label->sum->generation),
	};
	struct sr6flow_changes changes = {
		.source = cpu_to_be64(label->sum->changes.source),
		.segments_left = cpu_to_be64(label->sum->changes.segments_left),
	};

	sr6flow_sids_reverse(sids, (const void *)flow->sids, flow->n);
	memcpy(sr6flow_address(&at, IPSET_ATTR_IP), sids[0], sizeof(sids[0]));
	if (flow->n > 1)
		sr6flow_sids_encode(sr6flow_string(&at, IPSET_ATTR_COMMENT,
						   sr6flow_comment_len(flow)),
				    (const void *)sids, flow->n);
	if (label->sourced)
		memcpy(sr6flow_address(&at, IPSET_ATTR_IP_TO), &flow->source,
		       sizeof(flow->source));
	if (label->name) {
		size_t len = strlen(label->name->text);

		memcpy(sr6flow_string(&at, IPSET_ATTR_NAME, len),
		       label->name->text, len);
	}
	memcpy(sr6flow_address(&at, IPSET_ATTR_IP2), &identity,
	       sizeof(identity));
	if (!label->sourced)
		memcpy(changes.last_source, &label->sum->last_source,
		       sizeof(changes.last_source));
	if (sr6flow_has_changes(label))
		memcpy(sr6flow_opaque(&at, IPSET_ATTR_IP2_TO, sizeof(changes)),
		       &changes, sizeof(changes));
}

/* Netlink aligns to four bytes, which is not enough for these. */
static void sr6flow_write_u64(u8 **at, u16 type, u64 value)
{
	__be64 net = cpu_to_be64(value);

	memcpy(sr6flow_attr(at, type | NLA_F_NET_BYTEORDER, sizeof(net)), &net,
	       sizeof(net));
}

static void sr6flow_write_counters(u8 *at, u32 colour, u64 packets, u64 bytes)
{
	__be32 net = htonl(colour);

	memcpy(sr6flow_attr(&at, IPSET_ATTR_MARK | NLA_F_NET_BYTEORDER,
			    sizeof(net)), &net, sizeof(net));
	sr6flow_write_u64(&at, IPSET_ATTR_PACKETS, packets);
	sr6flow_write_u64(&at, IPSET_ATTR_BYTES, bytes);
}

/* One record; @slot is SR6FLOW_SLOTS_MAX for a flow that has not counted. */
static int sr6flow_put_record(struct sk_buff *skb, const struct ip_set *set,
			      struct sr6flow_label *label, unsigned int slot)
{
	const struct sr6flow_htype *h = set->data;
	size_t size = NLA_HDRLEN + label->size;
	struct nlattr *nested;
	u8 *at;

	if (slot < SR6FLOW_SLOTS_MAX)
		size += nla_total_size(sizeof(u32)) +
			2 * nla_total_size(sizeof(u64));
	if (skb_tailroom(skb) < size)
		return -EMSGSIZE;
	nested = skb_put(skb, size);
	nested->nla_type = IPSET_ATTR_DATA | NLA_F_NESTED;
	at = nla_data(nested);
	if (label->written)
		memcpy(at, label->written, label->size);
	else
		sr6flow_write_label(at, h, label);
	label->written = at;
	if (slot < SR6FLOW_SLOTS_MAX)
		sr6flow_write_counters(at + label->size,
				       sr6flow_slot_colour(h->mask, slot),
				       label->sum->packets[slot],
				       label->sum->bytes[slot]);
	if (set->extensions &&
	    ip_set_put_extensions(skb, set, label->flow, true)) {
		nla_nest_cancel(skb, nested);
		return -EMSGSIZE;
	}
	nla_nest_end(skb, nested);
	return 0;
}

/**
 * struct sr6flow_position - position of a dump
 * @flow: next flow to list, may be the head of the list
 * @slot: next slot of it to list; above 0 if it has been listed in part
 */
struct sr6flow_position {
	struct sr6flow_elem *flow;
	unsigned int slot;
};

/* All records of the flow from pos->slot on. */
static int sr6flow_put_flow(struct sk_buff *skb, const struct ip_set *set,
			    struct sr6flow_position *pos)
{
	struct sr6flow_label label;
	struct sr6flow_sum sum;
	bool counted = pos->slot;

	sr6flow_sum(pos->flow, &sum);
	label = sr6flow_label(set->data, pos->flow, &sum);
	for (; pos->slot < SR6FLOW_SLOTS_MAX; pos->slot++) {
		if (!sum.packets[pos->slot] && !sum.bytes[pos->slot])
			continue;
		if (sr6flow_put_record(skb, set, &label, pos->slot))
			goto full;
		counted = true;
	}
	if (counted || !sr6flow_put_record(skb, set, &label, SR6FLOW_SLOTS_MAX))
		return 0;
full:
	if (!counted)
		pos->slot = 0;
	return -EMSGSIZE;
}

/*
 * Fill a message until it is full, the list ends, or a slice of flows is visited. The
 * slice bounds how long RCU is held over flows that are not listed.
 */
static int sr6flow_fill(struct sk_buff *skb, const struct ip_set *set,
			struct sr6flow_position *pos)
{
	const struct sr6flow_htype *h = set->data;
	unsigned int seen;

	for (seen = 0; seen < SR6FLOW_SLICE; seen++) {
		struct sr6flow_elem *flow = pos->flow;

		if (list_entry_is_head(flow, &h->flows, list))
			return 0;
		if (READ_ONCE(flow->state) == SR6FLOW_LIVE &&
		    !sr6flow_expired(flow) && sr6flow_put_flow(skb, set, pos))
			return -EMSGSIZE;
		pos->flow = list_entry_rcu(flow->list.next, struct sr6flow_elem,
					   list);
		pos->slot = 0;
	}
	return 0;
}

/**
 * sr6flow_list() - put the next flows into a message
 * @set: set
 * @skb: message
 * @cb: dump
 *
 * Return: 0, or -EMSGSIZE if not even one record fits.
 */
int sr6flow_list(const struct ip_set *set, struct sk_buff *skb,
		 struct netlink_callback *cb)
{
	struct sr6flow_elem *cursor = (struct sr6flow_elem *)cb->args[IPSET_CB_PRIVATE];
	struct sr6flow_htype *h = set->data;
	struct sr6flow_position start, pos;
	struct nlattr *adt;

	adt = nla_nest_start(skb, IPSET_ATTR_ADT);
	if (!adt)
		return -EMSGSIZE;
	rcu_read_lock();
	start.flow = cursor ?: list_entry_rcu(h->flows.next, struct sr6flow_elem,
					      list);
	start.slot = cursor ? cb->args[IPSET_CB_ARG0] - 1 : 0;
	pos = start;
	if (sr6flow_fill(skb, set, &pos) && pos.flow == start.flow &&
	    pos.slot == start.slot) {
		/* The core ends the dump and calls sr6flow_uref(). */
		rcu_read_unlock();
		nla_nest_cancel(skb, adt);
		return -EMSGSIZE;
	}
	nla_nest_end(skb, adt);
	start.flow = sr6flow_pin(h, pos.flow);
	if (start.flow != pos.flow)
		pos.slot = 0;
	rcu_read_unlock();
	if (cursor)
		sr6flow_unpin(h, cursor);
	cb->args[IPSET_CB_PRIVATE] = (unsigned long)start.flow;
	cb->args[IPSET_CB_ARG0] = start.flow ? 1 + pos.slot : 0;
	return 0;
}

/**
 * sr6flow_uref() - begin or end a dump
 * @set: set of the dump; another one, or freed, if the dump holds no flow
 * @cb: dump
 * @start: true at the begin, false at the end
 *
 * The core may call it for the end twice, and without a begin.
 */
void sr6flow_uref(struct ip_set *set, struct netlink_callback *cb, bool start)
{
	struct sr6flow_elem *cursor = (struct sr6flow_elem *)cb->args[IPSET_CB_PRIVATE];

	cb->args[IPSET_CB_PRIVATE] = 0;
	/* At the begin the argument is not a flow of this type. */
	if (start)
		sr6flow_listed(set->data, cb->args[IPSET_CB_INDEX]);
	else if (cursor)
		sr6flow_unpin(set->data, cursor);
}
