/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which pass of a packet through a hook marks and counts. Most packets pass a hook
 * once; with VRFs, IPsec or br_netfilter one packet can pass it several times.
 */
#ifndef SR6FLOW_PLACE_H
#define SR6FLOW_PLACE_H

#include <linux/netdevice.h>
#include <linux/netfilter.h>

/* Equals no function that follows a hook; NULL would, at tc. */
#define SR6FLOW_UNKNOWN ((void *)-1L)

/*
 * The functions that follow PRE_ROUTING in ip6_rcv() and POST_ROUTING in ip6_output().
 * They distinguish these two from all other callers of the hooks, whose packets may
 * have passed before. No header declares them, so they are learned from packets.
 */
extern int (*sr6flow_after_receive)(struct net *net, struct sock *sk,
				    struct sk_buff *skb);
extern int (*sr6flow_after_output)(struct net *net, struct sock *sk,
				   struct sk_buff *skb);

bool sr6flow_place_counts(const struct sk_buff *skb,
			  const struct nf_hook_state *at);

static __always_inline bool sr6flow_is_l3(const struct net_device *dev)
{
	return netif_is_l3_master(dev) || netif_is_l3_slave(dev);
}

/**
 * sr6flow_place_surely_counts() - sr6flow_place_counts() for the fast path
 * @at: where the packet is
 *
 * Return: true if it counts there; false if sr6flow_place_counts() must decide.
 */
static __always_inline bool
sr6flow_place_surely_counts(const struct nf_hook_state *at)
{
	/* The pointer is read at once, and an old value only leads to false. */
	if (at->okfn == data_race(sr6flow_after_output))
		return !netif_is_l3_master(at->out);
	/* The same holds for this one. */
	return at->okfn == data_race(sr6flow_after_receive) &&
	       !sr6flow_is_l3(at->in);
}

#endif /* SR6FLOW_PLACE_H */
