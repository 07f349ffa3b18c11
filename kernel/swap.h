/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * "ipset swap" gives the packets of a rule to another set, and user space cannot see it
 * once the sets are swapped back. Rules know a set by its index, and a swap exchanges
 * the indexes of two sets; so a set that is asked by an index that another set had when
 * it was last listed stands in for it. A set that is asked by two indexes is a member of
 * a list of sets and has a rule as well, so that packets may be counted twice.
 */
#ifndef SR6FLOW_SWAP_H
#define SR6FLOW_SWAP_H

#include <linux/netfilter/xt_set.h>

#include "set.h"

/* The options of every revision of the set match begin with the index. */
static __always_inline ip_set_id_t
sr6flow_asked_index(const struct xt_action_param *par)
{
	BUILD_BUG_ON(offsetof(struct xt_set_info_match_v0, match_set.index));
	BUILD_BUG_ON(offsetof(struct xt_set_info_match_v1, match_set.index));
	BUILD_BUG_ON(offsetof(struct xt_set_info_match_v3, match_set.index));
	BUILD_BUG_ON(offsetof(struct xt_set_info_match_v4, match_set.index));
	return *(const ip_set_id_t *)par->matchinfo;
}

/**
 * sr6flow_asked_as_before() - see whether a set is asked by the index of last time
 * @h: set
 * @par: of a rule with the set match
 *
 * Return: true if it is; otherwise sr6flow_asked() has to look.
 */
static __always_inline bool
sr6flow_asked_as_before(const struct sr6flow_htype *h,
			const struct xt_action_param *par)
{
	return sr6flow_asked_index(par) == READ_ONCE(h->asked);
}

void sr6flow_swap_watch(struct sr6flow_htype *h, const struct net *net);
void sr6flow_swap_forget(struct sr6flow_htype *h);
void sr6flow_listed(struct sr6flow_htype *h, ip_set_id_t index);
void sr6flow_asked(struct sr6flow_htype *h, ip_set_id_t index);

#endif /* SR6FLOW_SWAP_H */
