/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef STANDIN_NETFILTER_BRIDGE_H
#define STANDIN_NETFILTER_BRIDGE_H

#include <linux/skbuff.h>

static inline bool nf_bridge_in_prerouting(const struct sk_buff *skb)
{
	return skb->in_bridge;
}

#endif /* STANDIN_NETFILTER_BRIDGE_H */
