// SPDX-License-Identifier: GPL-2.0-only
#include "kernel/table.h"
#include "listing.h"
#include "reference.h"
#include "test/fuzz/input.h"

/* More than the records of as many requests as a harness makes. */
#define PRINT_ROOM 32768

static bool has(const u64 *numbers, unsigned int n, u64 number)
{
	for (unsigned int i = 0; i < n; i++)
		if (numbers[i] == number)
			return true;
	return false;
}

static void add(u64 *numbers, unsigned int *n, unsigned int max, u64 number)
{
	must(*n < max);
	numbers[(*n)++] = number;
}

static bool listed(const struct sr6flow_elem *flow)
{
	return flow->state == SR6FLOW_LIVE && !sr6flow_expired(flow);
}

static void begin(struct listing *listing, struct ip_set *set)
{
	const struct sr6flow_htype *h = set->data;
	const struct sr6flow_elem *flow;

	memset(listing, 0, sizeof(*listing));
	/* The core's own before the first message. */
	listing->cb.args[IPSET_CB_PRIVATE] = 1;
	set->variant->uref(set, &listing->cb, true);
	listing->open = true;
	list_for_each_entry(flow, &h->flows, list)
		if (listed(flow))
			add(listing->start, &listing->nstart,
			    LISTING_FLOWS_MAX, flow->generation);
}

static void check_end(const struct listing *listing, struct ip_set *set)
{
	const struct sr6flow_htype *h = set->data;
	const struct sr6flow_elem *flow;

	list_for_each_entry(flow, &h->flows, list)
		if (listed(flow) && has(listing->start, listing->nstart,
					flow->generation))
			must(has(listing->seen, listing->nseen,
				 flow->generation));
}

/* Listings do not flag these bytes as in network byte order. */
static const void *opaque_of(const struct nlattr *nest, int len)
{
	const struct nlattr *inner;

	must(nest && nest->nla_type & NLA_F_NESTED);
	inner = nla_data(nest);
	must(nla_len(nest) == nla_total_size(len));
	must(inner->nla_type == IPSET_ATTR_IPADDR_IPV6);
	must(nla_len(inner) == len);
	return nla_data(inner);
}

static const void *address_of(const struct nlattr *nest)
{
	return opaque_of(nest, sizeof(struct in6_addr));
}

/* In a set with a netmask every flow has a source, in any other none has. */
static const struct in6_addr *read_source(const struct sr6flow_htype *h,
					  const struct nlattr *source)
{
	__u8 masked[SR6FLOW_SID_LEN];

	must(!source == !h->netmask);
	if (!source)
		return NULL;
	reference_source(masked, address_of(source), h->netmask);
	must(!memcmp(masked, address_of(source), sizeof(masked)));
	return address_of(source);
}

/* The flow that a record is of. */
static const struct sr6flow_elem *record_flow(struct sr6flow_htype *h,
					      struct nlattr *const tb[])
{
	__u8 sids[SR6FLOW_SIDS_MAX][SR6FLOW_SID_LEN];
	struct in6_addr wire[SR6FLOW_SIDS_MAX];
	struct sr6flow_key key = { .sids = wire };
	const struct nlattr *comment = tb[IPSET_ATTR_COMMENT];
	const struct sr6flow_elem *flow;

	if (comment)
		must(strlen(nla_data(comment)) + 1 == (size_t)nla_len(comment));
	key.n = sr6flow_sids_decode(sids, address_of(tb[IPSET_ATTR_IP]),
				    comment ? nla_data(comment) : "",
				    comment ? strlen(nla_data(comment)) : 0);
	must(key.n && (key.n > 1) == !!comment);
	sr6flow_sids_reverse((void *)wire, (const void *)sids, key.n);
	key.source = read_source(h, tb[IPSET_ATTR_IP_TO]);
	rcu_read_lock();
	flow = sr6flow_find(h, &key);
	rcu_read_unlock();
	must(flow);
	return flow;
}

static void check_changes(const struct sr6flow_htype *h,
			  const struct sr6flow_sum *sum,
			  const struct nlattr *attr)
{
	struct sr6flow_changes changes = { 0 }, wanted = {
		.source = cpu_to_be64(sum->changes.source),
		.segments_left = cpu_to_be64(sum->changes.segments_left),
	};

	if (!h->netmask)
		memcpy(wanted.last_source, &sum->last_source,
		       sizeof(wanted.last_source));
	must(!attr == !memcmp(&wanted, &changes, sizeof(changes)));
	if (attr)
		memcpy(&changes, opaque_of(attr, sizeof(changes)),
		       sizeof(changes));
	must(!memcmp(&wanted, &changes, sizeof(changes)));
}

static void check_counters(struct sr6flow_htype *h, const struct sr6flow_elem *flow,
			   struct nlattr *const tb[])
{
	struct sr6flow_sum sum;
	unsigned int slot;
	u32 colour;

	rcu_read_lock();
	sr6flow_sum(flow, &sum);
	rcu_read_unlock();
	check_changes(h, &sum, tb[IPSET_ATTR_IP2_TO]);
	must(!tb[IPSET_ATTR_MARK] == !tb[IPSET_ATTR_PACKETS]);
	must(!tb[IPSET_ATTR_MARK] == !tb[IPSET_ATTR_BYTES]);
	if (!tb[IPSET_ATTR_MARK])
		return;
	colour = ip_set_get_h32(tb[IPSET_ATTR_MARK]);
	must(!(colour & ~h->mask));
	slot = sr6flow_slot(h->mask, colour);
	must(sum.packets[slot] ==
	     be64_to_cpu(nla_get_be64(tb[IPSET_ATTR_PACKETS])));
	must(sum.bytes[slot] ==
	     be64_to_cpu(nla_get_be64(tb[IPSET_ATTR_BYTES])));
}

static void check_record(struct listing *listing, struct sr6flow_htype *h,
			 const struct nlattr *data)
{
	static const struct nla_policy policy[IPSET_ATTR_ADT_MAX + 1] = {
		[IPSET_ATTR_IP] = { .type = NLA_NESTED },
		[IPSET_ATTR_IP_TO] = { .type = NLA_NESTED },
		[IPSET_ATTR_IP2] = { .type = NLA_NESTED },
		[IPSET_ATTR_IP2_TO] = { .type = NLA_NESTED },
		[IPSET_ATTR_COMMENT] = { .type = NLA_NUL_STRING, .len = 255 },
		[IPSET_ATTR_NAME] = { .type = NLA_NUL_STRING, .len = 31 },
		[IPSET_ATTR_MARK] = { .type = NLA_U32 },
		[IPSET_ATTR_PACKETS] = { .type = NLA_U64 },
		[IPSET_ATTR_BYTES] = { .type = NLA_U64 },
		[IPSET_ATTR_TIMEOUT] = { .type = NLA_U32 },
		[IPSET_ATTR_SKBMARK] = { .type = NLA_U64 },
		[IPSET_ATTR_SKBPRIO] = { .type = NLA_U32 },
		[IPSET_ATTR_SKBQUEUE] = { .type = NLA_U16 },
	};
	struct nlattr *tb[IPSET_ATTR_ADT_MAX + 1];
	const struct sr6flow_elem *flow;
	u32 colour = U32_MAX;

	must(nla_type(data) == IPSET_ATTR_DATA);
	must(!nla_parse_nested(tb, IPSET_ATTR_ADT_MAX, data, policy, NULL));
	flow = record_flow(h, tb);
	must(be64_to_cpu(*(const __be64 *)address_of(tb[IPSET_ATTR_IP2])) ==
	     (u64)atomic64_read(&h->instance));
	check_counters(h, flow, tb);
	if (tb[IPSET_ATTR_NAME])
		must(sr6flow_name_valid(nla_data(tb[IPSET_ATTR_NAME]),
					strlen(nla_data(tb[IPSET_ATTR_NAME]))));
	if (tb[IPSET_ATTR_MARK])
		colour = ip_set_get_h32(tb[IPSET_ATTR_MARK]);
	if (!has(listing->seen, listing->nseen, flow->generation))
		add(listing->seen, &listing->nseen, LISTING_RECORDS_MAX,
		    flow->generation);
	/* Generations are below 2^30 here. */
	must(!has(listing->record, listing->nrecord,
		  flow->generation << 32 | colour));
	add(listing->record, &listing->nrecord, LISTING_RECORDS_MAX,
	    flow->generation << 32 | colour);
}

static void check_message(struct listing *listing, struct ip_set *set,
			  const struct sk_buff *skb)
{
	const struct nlattr *adt = (const void *)skb->data, *data;
	int left = nla_len(adt);

	must(adt->nla_len == skb->len);
	must(adt->nla_type == (IPSET_ATTR_ADT | NLA_F_NESTED));
	for (data = nla_data(adt); left; left -= data->nla_len,
	     data = (const void *)((const char *)data + data->nla_len)) {
		must(left >= NLA_HDRLEN && data->nla_len <= left);
		must(data->nla_len == NLA_ALIGN(data->nla_len));
		check_record(listing, set->data, data);
	}
}

void listing_next(struct listing *listing, struct ip_set *set, size_t room)
{
	struct sk_buff skb;
	int err;

	if (!listing->open)
		begin(listing, set);
	skb_room(&skb, room);
	err = set->variant->list(set, &skb, &listing->cb);
	must(!err || err == -EMSGSIZE);
	if (!err)
		check_message(listing, set, &skb);
	else
		must(!skb.len);
	/* A record of 16 SIDs with all that it can have is shorter. */
	must(!err || room < 640);
	if (!err && !listing->cb.args[IPSET_CB_ARG0])
		check_end(listing, set);
	if (err || !listing->cb.args[IPSET_CB_ARG0])
		listing_end(listing, set);
	skb_drop(&skb);
}

void listing_end(struct listing *listing, struct ip_set *set)
{
	if (!listing->open)
		return;
	set->variant->uref(set, &listing->cb, false);
	/* The core may call it twice. */
	set->variant->uref(set, &listing->cb, false);
	listing->open = false;
}

void listing_print(struct ip_set *set, struct sk_buff *skb)
{
	struct netlink_callback cb = { { 0 } };

	skb_room(skb, PRINT_ROOM);
	set->variant->uref(set, &cb, true);
	must(!set->variant->list(set, skb, &cb));
	must(!cb.args[IPSET_CB_ARG0]);
	set->variant->uref(set, &cb, false);
}
