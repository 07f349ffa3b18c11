// SPDX-License-Identifier: GPL-2.0-only
/*
 * Which pass of a packet through a hook marks and counts: the last one in which its
 * Segment Routing Header is visible.
 *
 * A received packet passes PRE_ROUTING for its device, then again for the VRF of the
 * device. A sent packet passes POST_ROUTING for the VRF, then again for the device.
 * The first of two passes cannot count: packets that a VRF gets from End.DT6, End.DT46
 * or End.DX6 have not passed PRE_ROUTING before, and nothing in them shows it.
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

/* Tunnel modes hide the headers of a packet; transport mode keeps them visible. */
static bool sr6flow_hides(const struct xfrm_state *x)
{
	return x->props.mode != XFRM_MODE_TRANSPORT;
}

/*
 * Check whether the VRF of @dev passes the packet to PRE_ROUTING after this pass. A
 * bridge passes it there for br_netfilter first; if it has a VRF, ip6_rcv() does so
 * again. Packets to link-local or multicast destinations and looped packets enter a
 * VRF without another pass.
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
 * Check whether IPsec has opened the packet in transport mode after a pass through
 * PRE_ROUTING, and so after routing; if GRO opened it, it has no route yet.
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

/* AH authenticates the mark, so marking must precede it. */
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
 * Check whether a pass after IPsec counts instead of this one. A packet that an IPsec
 * interface sent has passed before: it has no trace of its input device, and its input
 * device is the output device.
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
 * Return: true if it is; false if a rule there only tests membership.
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
