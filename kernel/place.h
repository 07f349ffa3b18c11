/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which pass of a packet through a hook marks and counts. Most packets pass a hook
 * once; with VRFs, IPsec or br_netfilter one packet can pass it several times.
 */
#ifndef SR6FLOW_PLACE_H
#define SR6FLOW_PLACE_H

#include <linux/netdevice.h>
#include <linux/netfilter.h>

/* No function that follows a hook; tc has NULL there. */
#define SR6FLOW_UNKNOWN ((void *)-1L)

/*
 * The functions that follow PRE_ROUTING in ip6_rcv() and POST_ROUTING in ip6_output().
 * They tell these two from all others that pass packets to the hooks, in which a
 * packet may have been before. No header has them: packets teach them.
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
 * sr6flow_place_surely_counts() - sr6flow_place_counts() at a glance
 * @at: where the packet is
 *
 * Return: true if it counts there; where this says false, it is not sure.
 */
static __always_inline bool
sr6flow_place_surely_counts(const struct nf_hook_state *at)
{
	/* A pointer at once, and an old one only means "not sure". */
	if (at->okfn == data_race(sr6flow_after_output))
		return !netif_is_l3_master(at->out);
	/* So is this one. */
	return at->okfn == data_race(sr6flow_after_receive) &&
	       !sr6flow_is_l3(at->in);
}

#endif /* SR6FLOW_PLACE_H */
