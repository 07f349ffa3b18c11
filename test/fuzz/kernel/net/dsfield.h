/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef STANDIN_NET_DSFIELD_H
#define STANDIN_NET_DSFIELD_H

#include <net/ipv6.h>

static inline __u8 ipv6_get_dsfield(const struct ipv6hdr *ip6)
{
	return (__u8)(ip6->priority << 4 | ip6->flow_lbl[0] >> 4);
}

#endif /* STANDIN_NET_DSFIELD_H */
