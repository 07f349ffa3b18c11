// SPDX-License-Identifier: GPL-2.0-only
/*
 * Which pass of a packet through a hook marks and counts: the last one in which its
 * Segment Routing Header can be seen.
 *
 * A VRF passes a packet to PRE_ROUTING once more after the device that received it,
 * and a packet that it sends to POST_ROUTING before the device that sends it. The
 * first of two cannot be chosen: what a VRF gets from End.DT6, End.DT46 or End.DX6
 * has not passed PRE_ROUTING before, and nothing in it says so.
 */

#include <linux/in.h>
#include <linux/netfilter_bridge.h>
#include <net/dst_metadata.h>
#include <net/ip6_route.h>
#include <net/xfrm.h>

#include "place.h"

int (*sr6flow_after_receive)(struct net *net, struct sock *sk,
			     struct sk_buff *skb) = SR6FLOW_UNKNOWN;
int (*sr6flow_after_output)(struct net *net, struct sock *sk,
			    struct sk_buff *skb) = SR6FLOW_UNKNOWN;

/* Tunnel modes hide the headers of a packet, the transport mode shows them again. */
static bool sr6flow_hides(const struct xfrm_state *x)
{
	return x->props.mode != XFRM_MODE_TRANSPORT;
}

/*
 * Whether the VRF of @dev passes the packet to PRE_ROUTING after this pass. Bridges
 * pass it there for br_netfilter first; where they have a VRF, ip6_rcv() does so
 * again. Packets to destinations of one link and looped ones enter a VRF silently.
 */
static bool sr6flow_vrf_follows(const struct sk_buff *skb,
				const struct net_device *dev)
{
	if (!sr6flow_is_l3(dev))
		return false;
	if (nf_bridge_in_prerouting(skb))
		return true;
	return !ipv6_l3mdev_skb(IP6CB(skb)->flags) &&
	       skb->pkt_type != PACKET_LOOPBACK &&
	       !rt6_need_strict(&ipv6_hdr(skb)->daddr);
}

/*
 * Whether IPsec has opened the packet in transport mode, after PRE_ROUTING had it and
 * a route was found; where GRO opens it, there is no route yet.
 */
static bool sr6flow_was_transformed(const struct sk_buff *skb)
{
	const struct sec_path *path = skb_sec_path(skb);

	return path && path->len && skb_valid_dst(skb) &&
	       !sr6flow_hides(path->xvec[path->len - 1]);
}

static bool sr6flow_receive_counts(const struct sk_buff *skb,
				   const struct nf_hook_state *at)
{
	/*
	 * The extended match of tc leaves the hook at 0, which is PRE_ROUTING, but
	 * sets an output device, which PRE_ROUTING never has.
	 */
	if (at->out || sr6flow_vrf_follows(skb, at->in) ||
	    sr6flow_was_transformed(skb))
		return false;
	if (!skb_dst(skb) && !sr6flow_is_l3(at->in) &&
	    !nf_bridge_in_prerouting(skb) && !secpath_exists(skb))
		WRITE_ONCE(sr6flow_after_receive, at->okfn);
	return true;
}

/* The authentication header covers the mark, which has to be there before. */
static bool sr6flow_is_authenticated(const struct dst_entry *dst)
{
	const struct xfrm_state *x;

	for (; dst; dst = xfrm_dst_child(dst)) {
		x = dst_xfrm(dst);
		if (!x || sr6flow_hides(x))
			return false;
		if (x->id.proto == IPPROTO_AH)
			return true;
	}
	return false;
}

/*
 * Whether another pass than this one, which is before IPsec, counts. An interface
 * of IPsec has sent the packet already, and has it leave without a trace of where
 * it came from, as if from the device that it goes to.
 */
static bool sr6flow_transform_follows(const struct sk_buff *skb,
				      const struct nf_hook_state *at)
{
	const struct dst_entry *dst = skb_dst(skb);

	if (!dst || !dst_xfrm(dst))
		return false;
	if (at->in == at->out && !IP6CB(skb)->iif)
		return true;
	return !sr6flow_hides(dst_xfrm(dst)) && !sr6flow_is_authenticated(dst);
}

static bool sr6flow_output_counts(const struct sk_buff *skb,
				  const struct nf_hook_state *at)
{
	const struct dst_entry *dst = skb_dst(skb);

	if (netif_is_l3_master(at->out) || sr6flow_transform_follows(skb, at))
		return false;
	if (at->hook == NF_INET_POST_ROUTING && dst &&
	    dst->output == ip6_output)
		WRITE_ONCE(sr6flow_after_output, at->okfn);
	return true;
}

/**
 * sr6flow_place_counts() - check whether a packet is marked and counted in a place
 * @skb: packet
 * @at: where it is
 *
 * Return: true if it is; false if a rule there is only asked for membership.
 */
bool sr6flow_place_counts(const struct sk_buff *skb,
			  const struct nf_hook_state *at)
{
	switch (at->hook) {
	case NF_INET_PRE_ROUTING:
		return sr6flow_receive_counts(skb, at);
	case NF_INET_LOCAL_OUT:
	case NF_INET_POST_ROUTING:
		return sr6flow_output_counts(skb, at);
	}
	return true;
}
