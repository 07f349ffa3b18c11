/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * "ipset swap" directs the packets of a rule to another set, and user space cannot
 * detect it once the sets are swapped back. Rules refer to a set by its index, and a
 * swap exchanges the indexes of two sets. So a set that is reached by an index that
 * another set had when it was last listed stands in for that set. A set that is reached
 * by two indexes is a member of a list of sets and has a rule as well, so that packets
 * may be counted twice.
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
 * sr6flow_asked_as_before() - check whether a rule has the index of the rule before
 * @h: set
 * @par: of a rule with the set match
 *
 * Return: true if it has; otherwise sr6flow_asked() must check it.
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
