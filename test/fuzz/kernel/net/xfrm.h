/* SPDX-License-Identifier: GPL-2.0-only */
/* IPsec, as far as the place of a packet goes. */
#ifndef STANDIN_NET_XFRM_H
#define STANDIN_NET_XFRM_H

#include <linux/skbuff.h>

struct net;
struct sock;

#define XFRM_MODE_TRANSPORT 0
#define XFRM_MODE_TUNNEL 1

struct xfrm_state {
	struct {
		u8 mode;
	} props;
	struct {
		u8 proto;
	} id;
};

struct sec_path {
	int len;
	struct xfrm_state *xvec[2];
};

struct dst_entry {
	int (*output)(struct net *net, struct sock *sk, struct sk_buff *skb);
	const struct xfrm_state *xfrm;
	const struct dst_entry *child;
	bool metadata;
};

int ip6_output(struct net *net, struct sock *sk, struct sk_buff *skb);

static inline const struct xfrm_state *dst_xfrm(const struct dst_entry *dst)
{
	return dst->xfrm;
}

static inline const struct dst_entry *
xfrm_dst_child(const struct dst_entry *dst)
{
	return dst->child;
}

static inline const struct dst_entry *skb_dst(const struct sk_buff *skb)
{
	return skb->dst;
}

static inline bool skb_valid_dst(const struct sk_buff *skb)
{
	return skb->dst && !skb->dst->metadata;
}

static inline const struct sec_path *skb_sec_path(const struct sk_buff *skb)
{
	return skb->sec_path;
}

static inline bool secpath_exists(const struct sk_buff *skb)
{
	return skb->sec_path;
}

#endif /* STANDIN_NET_XFRM_H */
