/* SPDX-License-Identifier: GPL-2.0-only */
/* The functions of a set that the ipset core calls, but for those of type.c. */
#ifndef SR6FLOW_VARIANT_H
#define SR6FLOW_VARIANT_H

#include <linux/netfilter/ipset/ip_set.h>

/* match.c */
typedef int sr6flow_kadt_fn(struct ip_set *set, const struct sk_buff *skb,
			    const struct xt_action_param *par,
			    enum ipset_adt adt, struct ip_set_adt_opt *opt);
sr6flow_kadt_fn sr6flow_kadt_tag, sr6flow_kadt_tag_source;
sr6flow_kadt_fn sr6flow_kadt_tag_prefix, sr6flow_kadt_tclass_prefix;
sr6flow_kadt_fn sr6flow_kadt_tclass, sr6flow_kadt_tclass_source;

/* request.c */
int sr6flow_uadt(struct ip_set *set, struct nlattr *tb[], enum ipset_adt adt,
		 u32 *lineno, u32 flags, bool retried);

/* dump.c */
int sr6flow_list(const struct ip_set *set, struct sk_buff *skb,
		 struct netlink_callback *cb);
void sr6flow_uref(struct ip_set *set, struct netlink_callback *cb, bool start);

#endif /* SR6FLOW_VARIANT_H */
