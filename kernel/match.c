// SPDX-License-Identifier: GPL-2.0-only
/*
 * Kernel side of ipset: the set match and the SET target.
 *
 * The match marks (src) and counts. It reads the active colour once, so that
 * no packet is marked with one colour and counted under the other. It takes no
 * lock; a flow that it found stays valid because every caller holds RCU.
 */

#include "counters.h"
#include "packet.h"
#include "place.h"
#include "swap.h"
#include "table.h"
#include "variant.h"
#include "wire.h"

#define SR6FLOW_MEMBERSHIP (IPSET_FLAG_SKIP_COUNTER_UPDATE | \
			    IPSET_FLAG_MAP_SKBMARK | \
			    IPSET_FLAG_MAP_SKBPRIO | \
			    IPSET_FLAG_MAP_SKBQUEUE)

static void sr6flow_count(struct sr6flow_elem *flow, unsigned int slot,
			  struct sr6flow_wire wire)
{
	if (!sr6flow_count_here(flow, slot, wire.packets, wire.bytes))
		sr6flow_count_first(flow, slot, wire.packets, wire.bytes);
}

/*
 * Mark the packet at a marking rule, and count it; both or neither. A packet that was
 * marked before is only counted, and not under a colour.
 */
static void sr6flow_mark_and_count(struct sr6flow_htype *h, struct sr6flow_elem *flow,
				   struct sk_buff *skb, unsigned int mark,
				   const struct sr6flow_packet *pkt)
{
	u32 word = pkt->word;

	if (mark && sr6flow_marked_before(h->carrier, h->mask, word & h->mask)) {
		word = h->mask;
	} else if (mark) {
		word = READ_ONCE(h->colour);
		if (!sr6flow_packet_mark(skb, h, word, pkt)) {
			sr6flow_diagnose(h, SR6FLOW_NOT_WRITABLE);
			return;
		}
	}
	if (!pkt->later_fragment)
		sr6flow_count(flow, sr6flow_slot(h->mask, word),
			      sr6flow_wire(skb));
}

/*
 * Find the flow of any packet, mark the packet if @mark and count it if @count. Out of
 * line, so that the fast path has no stack frame. Returns NULL without a flow.
 */
static noinline_for_stack struct sr6flow_elem *
sr6flow_take(struct sr6flow_htype *h, struct sk_buff *skb, unsigned int mark,
	     bool count)
{
	struct in6_addr room[SR6FLOW_SIDS_MAX];
	struct sr6flow_packet pkt;
	struct sr6flow_elem *flow;
	int kind;

	kind = sr6flow_packet_parse(skb, h, &pkt, room);
	if (kind < 0 && count)
		sr6flow_diagnose(h, SR6FLOW_MALFORMED);
	if (kind != SR6FLOW_SRV6)
		return NULL;
	flow = sr6flow_find(h, &pkt.key);
	if (!flow || sr6flow_expired(flow)) {
		if (count)
			sr6flow_diagnose(h, SR6FLOW_NO_FLOW);
		return NULL;
	}
	if (count) {
		sr6flow_witness(h, flow, &pkt.source, pkt.start);
		sr6flow_mark_and_count(h, flow, skb, mark, &pkt);
	}
	return flow;
}

/* The match for any rule. */
static int sr6flow_match_rule(struct ip_set *set, struct sk_buff *skb,
			      const struct xt_action_param *par,
			      struct ip_set_adt_opt *opt)
{
	bool count = !(opt->cmdflags & SR6FLOW_MEMBERSHIP) &&
		     sr6flow_place_counts(skb, par->state);
	struct sr6flow_elem *flow;

	if (count)
		sr6flow_asked(set->data, sr6flow_asked_index(par));
	flow = sr6flow_take(set->data, skb, opt->flags & IPSET_DIM_ONE_SRC,
			    count);
	if (!flow)
		return 0;
	if (SET_WITH_SKBINFO(set))
		opt->ext.skbinfo = flow->skbinfo;
	if (opt->cmdflags & IPSET_FLAG_MATCH_COUNTERS)
		return sr6flow_total_matches(flow, &opt->ext);
	return 1;
}

static int sr6flow_learn(struct ip_set *set, const struct sr6flow_key *key,
			 const struct sk_buff *skb, struct ip_set_adt_opt *opt)
{
	struct ip_set_ext ext = IP_SET_INIT_KEXT(skb, opt, set);
	struct sr6flow_htype *h = set->data;
	struct sr6flow_change change = {
		.ext = &ext,
		.refresh = opt->cmdflags & IPSET_FLAG_EXIST,
	};
	struct sr6flow_elem *flow;
	int err;

	flow = sr6flow_find(h, key);
	if (flow && !sr6flow_expired(flow) && !change.refresh)
		return -IPSET_ERR_EXIST;
	if (!flow || sr6flow_expired(flow)) {
		if (READ_ONCE(h->count) >= h->maxelem && sr6flow_may_sweep(h))
			mod_delayed_work(sr6flow_wq, &h->gc, 0);
		change.flow = sr6flow_alloc(h, key, GFP_ATOMIC | __GFP_NOWARN);
		if (!change.flow)
			return -ENOMEM;
	}
	err = sr6flow_apply(set, key, &change);
	sr6flow_change_free(&change);
	return err;
}

/* Out of line, so that the match has no stack frame. */
static noinline_for_stack int sr6flow_target(struct ip_set *set,
					     const struct sk_buff *skb,
					     enum ipset_adt adt,
					     struct ip_set_adt_opt *opt)
{
	struct in6_addr room[SR6FLOW_SIDS_MAX];
	struct sr6flow_htype *h = set->data;
	struct sr6flow_packet pkt;

	if (sr6flow_packet_parse(skb, h, &pkt, room) != SR6FLOW_SRV6)
		return -EINVAL;
	if (adt == IPSET_DEL)
		return sr6flow_remove(h, &pkt.key);
	return sr6flow_learn(set, &pkt.key, skb, opt);
}

/*
 * Any rule. The arguments are those of the fast path, so that the call moves no
 * registers.
 */
static noinline __noclone int
sr6flow_kadt_any(struct ip_set *set, struct sk_buff *skb,
		 const struct xt_action_param *par, enum ipset_adt adt,
		 struct ip_set_adt_opt *opt)
{
	if (adt == IPSET_TEST)
		return sr6flow_match_rule(set, skb, par, opt);
	return sr6flow_target(set, skb, adt, opt);
}

/*
 * Fast path for the common rule and packet. @flags are those of the rule. These
 * functions call sr6flow_match_packet() for any other packet. After marking they pass
 * it as a counting rule's, so that it is only counted.
 */
static noinline int sr6flow_match_packet(struct sr6flow_htype *h,
					 struct sk_buff *skb,
					 unsigned int flags)
{
	return sr6flow_take(h, skb, flags & IPSET_DIM_ONE_SRC, true) ? 1 : 0;
}

static noinline int sr6flow_match_nothing(struct sr6flow_htype *h)
{
	sr6flow_diagnose(h, SR6FLOW_NO_FLOW);
	return 0;
}

/*
 * Constants of one compilation of the match: the carrier of the set's colours; how much
 * of the source is in its key; true for packets without Segment Routing Header.
 */
struct sr6flow_sort {
	enum sr6flow_carrier carrier;
	enum sr6flow_source_part source;
	bool bare;
};

/* Check whether the packet is like the one before it and needs no other check. */
static __always_inline bool
sr6flow_is_as_before(const struct sr6flow_elem *flow, const struct ipv6hdr *ip6,
		     unsigned int linear, unsigned int n,
		     struct sr6flow_sort sort)
{
	const struct ipv6_sr_hdr *srh = (const void *)(ip6 + 1);

	if (!sort.bare && unlikely(!sr6flow_srh_is_usual(flow, srh, n)) &&
	    !sr6flow_srh_is_as_before(flow, srh, n, linear))
		return false;
	return sort.source != SR6FLOW_NO_SOURCE ||
	       likely(sr6flow_source_is(flow, &ip6->saddr));
}

/*
 * A packet with a list of @n SIDs; @linear bytes from @ip6 on are in one piece and
 * include the list.
 */
static __always_inline int
sr6flow_match_list(struct sr6flow_htype *h, struct sk_buff *skb,
		   unsigned int flags, struct ipv6hdr *ip6, unsigned int linear,
		   unsigned int n, struct sr6flow_sort sort)
{
	struct ipv6_sr_hdr *srh = (void *)(ip6 + 1);
	const struct in6_addr masked = sr6flow_source(h, &ip6->saddr);
	const struct sr6flow_key key = {
		.source = sort.source == SR6FLOW_SOURCE_PREFIX ? &masked :
								 &ip6->saddr,
		.sids = sort.bare ? &ip6->daddr : srh->segments,
		.n = n,
	};
	struct sr6flow_elem *flow;
	u32 word, colour;

	if (unlikely(skb_is_gso(skb)))
		return sr6flow_match_packet(h, skb, flags);
	switch (sr6flow_find_quickly(h, &key, sort.source != SR6FLOW_NO_SOURCE,
				     &flow)) {
	case SR6FLOW_HERE:
		if (likely(!sr6flow_expired(flow)))
			break;
		fallthrough;
	case SR6FLOW_NOWHERE:
		if (sort.bare || sr6flow_srh_is_plain(srh, n, linear))
			return sr6flow_match_nothing(h);
		fallthrough;
	case SR6FLOW_ELSEWHERE:
		return sr6flow_match_packet(h, skb, flags);
	}
	if (unlikely(!sr6flow_is_as_before(flow, ip6, linear, n, sort)))
		return sr6flow_match_packet(h, skb, flags);
	word = sr6flow_packet_word(ip6, srh, sort.carrier) & h->mask;
	if (flags & IPSET_DIM_ONE_SRC) {
		if (sr6flow_marked_before(sort.carrier, h->mask, word))
			return sr6flow_match_packet(h, skb, flags);
		colour = READ_ONCE(h->colour);
		if (word != colour) {
			if (unlikely(skb_cloned(skb) ||
				     skb->ip_summed == CHECKSUM_COMPLETE))
				return sr6flow_match_packet(h, skb, flags);
			sr6flow_mark(ip6, srh, sort.carrier, h->mask, colour);
		}
		word = colour;
	}
	/* The packet has its colour by now: it remains to count it. */
	if (unlikely(!sr6flow_count_here(flow,
					 sr6flow_slot_gather(h->factor, word),
					 1, linear + skb->data_len)))
		return sr6flow_match_packet(h, skb,
					    flags & ~IPSET_DIM_ONE_SRC);
	return 1;
}

/* A packet with a Segment Routing Header that claims @n SIDs. */
static __always_inline int
sr6flow_match_srh(struct sr6flow_htype *h, struct sk_buff *skb,
		  unsigned int flags, struct ipv6hdr *ip6, unsigned int linear,
		  unsigned int n, struct sr6flow_sort sort)
{
	if (unlikely(n > SR6FLOW_SIDS_MAX ||
		     linear < sizeof(*ip6) + sizeof(struct ipv6_sr_hdr) +
			      n * sizeof(struct in6_addr)))
		return sr6flow_match_packet(h, skb, flags);
	return sr6flow_match_list(h, skb, flags, ip6, linear, n, sort);
}

/* Function for the less frequent packets of one sort. */
typedef int sr6flow_match_fn(struct sr6flow_htype *h, struct sk_buff *skb,
			     unsigned int flags, struct ipv6hdr *ip6,
			     unsigned int linear);

static __always_inline int sr6flow_match(struct ip_set *set,
					 struct sk_buff *skb,
					 const struct xt_action_param *par,
					 enum ipset_adt adt,
					 struct ip_set_adt_opt *opt,
					 struct sr6flow_sort sort,
					 sr6flow_match_fn *any_srh,
					 sr6flow_match_fn *bare)
{
	struct sr6flow_htype *h = set->data;
	const struct ipv6_sr_hdr *srh;
	unsigned int flags, linear;
	struct ipv6hdr *ip6;

	if (unlikely(adt != IPSET_TEST ||
		     opt->cmdflags & (SR6FLOW_MEMBERSHIP |
				      IPSET_FLAG_MATCH_COUNTERS) ||
		     !sr6flow_place_surely_counts(par->state) ||
		     !sr6flow_asked_as_before(h, par)))
		return sr6flow_kadt_any(set, skb, par, adt, opt);
	flags = opt->flags;
	ip6 = ipv6_hdr(skb);
	linear = skb_tail_pointer(skb) - (u8 *)ip6;
	switch (sr6flow_packet_peek(ip6, linear, sort.carrier)) {
	case SR6FLOW_SRV6:
		srh = (const void *)(ip6 + 1);
		/* The shortest lists are the most frequent. */
		if (likely(!srh->first_segment))
			return sr6flow_match_srh(h, skb, flags, ip6, linear, 1,
						 sort);
		if (likely(srh->first_segment == 1))
			return sr6flow_match_srh(h, skb, flags, ip6, linear, 2,
						 sort);
		return any_srh(h, skb, flags, ip6, linear);
	case SR6FLOW_BARE:
		return bare(h, skb, flags, ip6, linear);
	case SR6FLOW_OTHER:
		return 0;
	case SR6FLOW_UNSURE:
		break;
	}
	return sr6flow_match_packet(h, skb, flags);
}

/*
 * The functions of one sort of set. The core passes a const packet, but it is the hook's
 * own, and targets write to it as well. The caller holds RCU.
 *
 * Return: 1 or 0 for IPSET_TEST, otherwise 0 or a negative errno.
 */
#define SR6FLOW_SORT(name, of_carrier, source_part)				\
static const struct sr6flow_sort sr6flow_sort_##name = {			\
	.carrier = of_carrier, .source = source_part,				\
};										\
										\
static noinline int								\
sr6flow_match_any_##name(struct sr6flow_htype *h, struct sk_buff *skb,		\
			 unsigned int flags, struct ipv6hdr *ip6,		\
			 unsigned int linear)					\
{										\
	const struct ipv6_sr_hdr *srh = (const void *)(ip6 + 1);		\
										\
	return sr6flow_match_srh(h, skb, flags, ip6, linear,			\
				 srh->first_segment + 1,			\
				 sr6flow_sort_##name);				\
}										\
										\
static noinline int								\
sr6flow_match_bare_##name(struct sr6flow_htype *h, struct sk_buff *skb,		\
			  unsigned int flags, struct ipv6hdr *ip6,		\
			  unsigned int linear)					\
{										\
	struct sr6flow_sort sort = sr6flow_sort_##name;				\
										\
	sort.bare = true;							\
	return sr6flow_match_list(h, skb, flags, ip6, linear, 1, sort);		\
}										\
										\
int sr6flow_kadt_##name(struct ip_set *set, const struct sk_buff *skb,		\
			const struct xt_action_param *par,			\
			enum ipset_adt adt, struct ip_set_adt_opt *opt)		\
{										\
	return sr6flow_match(set, (struct sk_buff *)skb, par, adt, opt,		\
			     sr6flow_sort_##name,				\
			     sr6flow_match_any_##name,				\
			     sr6flow_match_bare_##name);			\
}

SR6FLOW_SORT(tag, SR6FLOW_CARRIER_TAG, SR6FLOW_NO_SOURCE)
SR6FLOW_SORT(tag_source, SR6FLOW_CARRIER_TAG, SR6FLOW_WHOLE_SOURCE)
SR6FLOW_SORT(tag_prefix, SR6FLOW_CARRIER_TAG, SR6FLOW_SOURCE_PREFIX)
SR6FLOW_SORT(tclass, SR6FLOW_CARRIER_TCLASS, SR6FLOW_NO_SOURCE)
SR6FLOW_SORT(tclass_source, SR6FLOW_CARRIER_TCLASS, SR6FLOW_WHOLE_SOURCE)
SR6FLOW_SORT(tclass_prefix, SR6FLOW_CARRIER_TCLASS, SR6FLOW_SOURCE_PREFIX)
