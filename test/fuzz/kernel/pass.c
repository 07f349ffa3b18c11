// SPDX-License-Identifier: GPL-2.0-only
/* Passes that the kernel makes, as drivers/net/vrf.c, net/xfrm/ and others do. */
#include <linux/in.h>
#include <net/ip6_route.h>

#include "kernel/place.h"
#include "test/fuzz/kernel/pass.h"
#include "test/fuzz/kernel/world.h"

#define IP6SKB_L3SLAVE 64

/* For PRE_ROUTING. */
enum {
	RECEIVE_SLAVE = 1,
	RECEIVE_IN_VRF = 2,
	RECEIVE_LOOPED = 4,
	RECEIVE_BRIDGE = 8,
	RECEIVE_SECPATH = 16,
	RECEIVE_TUNNEL = 32,
	RECEIVE_ROUTED = 64,
	RECEIVE_METADATA = 128,
};

/* For POST_ROUTING and LOCAL_OUT. */
enum {
	OUTPUT_LOCAL = 1,
	OUTPUT_TRANSFORM = 2,
	OUTPUT_TUNNEL = 4,
	OUTPUT_AH = 8,
	OUTPUT_AH_LATER = 16,
	OUTPUT_SAME_DEVICE = 32,
	OUTPUT_RECEIVED = 64,
	OUTPUT_NO_ROUTE = 128,
};

static int after_receive(struct net *net, struct sock *sk, struct sk_buff *skb)
{
	return 0;
}

static int after_output(struct net *net, struct sock *sk, struct sk_buff *skb)
{
	return 1;
}

static int after_another(struct net *net, struct sock *sk, struct sk_buff *skb)
{
	return 2;
}

int ip6_output(struct net *net, struct sock *sk, struct sk_buff *skb)
{
	return 3;
}

static void receive_read(struct pass *pass, unsigned int bits, unsigned int more)
{
	bool tc = bits & PASS_BOTH_DEVICES;

	pass->state.hook = NF_INET_PRE_ROUTING;
	pass->state.in = &pass->in;
	pass->state.out = tc ? &pass->out : NULL;
	pass->in.l3_slave = bits & PASS_L3_IN && more & RECEIVE_SLAVE;
	pass->in.l3_master = bits & PASS_L3_IN && !pass->in.l3_slave;
	pass->skb.cb.flags = bits & PASS_L3_IN && more & RECEIVE_IN_VRF ?
				     IP6SKB_L3SLAVE : 0;
	pass->skb.pkt_type = more & RECEIVE_LOOPED ? PACKET_LOOPBACK :
						     PACKET_HOST;
	pass->skb.in_bridge = more & RECEIVE_BRIDGE;
	pass->first.props.mode = more & RECEIVE_TUNNEL ? XFRM_MODE_TUNNEL :
							 XFRM_MODE_TRANSPORT;
	pass->path.len = 2;
	pass->path.xvec[0] = &pass->second;
	pass->path.xvec[1] = &pass->first;
	pass->second.props.mode = !pass->first.props.mode;
	pass->skb.sec_path = more & RECEIVE_SECPATH ? &pass->path : NULL;
	pass->dst.metadata = more & RECEIVE_METADATA;
	pass->skb.dst = more & (RECEIVE_ROUTED | RECEIVE_METADATA) ?
				&pass->dst : NULL;
	if (!tc)
		pass->state.okfn = pass->skb.dst || pass->skb.in_bridge ||
				   pass->skb.cb.flags ? after_another :
							after_receive;
}

static void output_read(struct pass *pass, unsigned int bits, unsigned int more)
{
	bool route = !(more & OUTPUT_NO_ROUTE);

	pass->state.hook = more & OUTPUT_LOCAL ? NF_INET_LOCAL_OUT :
						 NF_INET_POST_ROUTING;
	pass->state.out = &pass->out;
	if (more & OUTPUT_SAME_DEVICE)
		pass->state.in = &pass->out;
	else if (bits & PASS_BOTH_DEVICES)
		pass->state.in = &pass->in;
	pass->out.l3_master = bits & PASS_L3_OUT;
	pass->skb.cb.iif = more & OUTPUT_RECEIVED ? 7 : 0;
	pass->first.props.mode = more & OUTPUT_TUNNEL ? XFRM_MODE_TUNNEL :
							XFRM_MODE_TRANSPORT;
	pass->first.id.proto = more & OUTPUT_AH ? IPPROTO_AH : IPPROTO_ESP;
	pass->second.id.proto = more & OUTPUT_AH_LATER ? IPPROTO_AH : IPPROTO_ESP;
	pass->dst.xfrm = more & OUTPUT_TRANSFORM ? &pass->first : NULL;
	pass->dst.output = pass->dst.xfrm ? after_another : ip6_output;
	pass->dst.child = pass->dst.xfrm ? &pass->child : NULL;
	pass->child.xfrm = &pass->second;
	pass->skb.dst = route ? &pass->dst : NULL;
	pass->state.okfn = more & OUTPUT_LOCAL || !route || pass->dst.xfrm ?
				   after_another : after_output;
}

void pass_read(struct pass *pass, unsigned int bits, struct input *input)
{
	unsigned int more = 0;

	memset(pass, 0, sizeof(*pass));
	if (bits & ~(unsigned int)PASS_OUT)
		more = (unsigned int)input_number(input, 1);
	if (bits & PASS_OUT)
		output_read(pass, bits, more);
	else
		receive_read(pass, bits, more);
}

void pass_begin(const struct pass *pass, struct sk_buff *skb)
{
	skb->cb = pass->skb.cb;
	skb->pkt_type = pass->skb.pkt_type;
	skb->in_bridge = pass->skb.in_bridge;
	skb->dst = pass->skb.dst;
	skb->sec_path = pass->skb.sec_path;
}

/* Multicast, link-local and loopback destinations have no second pass in a VRF. */
static bool of_one_link(const struct packet *packet)
{
	const u8 *daddr = packet->bytes + packet->network + 24;
	static const u8 loopback[16] = { [15] = 1 };

	return daddr[0] == 0xff || (daddr[0] == 0xfe && daddr[1] >> 6 == 2) ||
	       !memcmp(daddr, loopback, sizeof(loopback));
}

static bool receive_counts(const struct pass *pass, const struct packet *packet)
{
	const struct sk_buff *skb = &pass->skb;
	bool vrf = pass->in.l3_slave || pass->in.l3_master;
	bool entered = skb->cb.flags || skb->pkt_type == PACKET_LOOPBACK;
	bool opened = skb->sec_path && skb->dst && !skb->dst->metadata &&
		      pass->first.props.mode == XFRM_MODE_TRANSPORT;

	if (pass->state.out || opened)
		return false;
	return !vrf || (!skb->in_bridge && (entered || of_one_link(packet)));
}

static bool output_counts(const struct pass *pass)
{
	bool transform = pass->skb.dst && pass->dst.xfrm;
	bool was_sent = pass->state.in == pass->state.out && !pass->skb.cb.iif;
	bool shown = pass->first.props.mode == XFRM_MODE_TRANSPORT &&
		     pass->first.id.proto != IPPROTO_AH &&
		     pass->second.id.proto != IPPROTO_AH;

	return !pass->out.l3_master && !(transform && (was_sent || shown));
}

bool pass_counts(const struct pass *pass, const struct packet *packet)
{
	return pass->state.hook == NF_INET_PRE_ROUTING ?
		       receive_counts(pass, packet) : output_counts(pass);
}

bool pass_needs_header(const struct pass *pass)
{
	return pass->state.okfn && (pass->in.l3_slave || pass->in.l3_master);
}

void pass_learn(bool known)
{
	sr6flow_after_receive = SR6FLOW_UNKNOWN;
	sr6flow_after_output = SR6FLOW_UNKNOWN;
	if (known) {
		sr6flow_after_receive = after_receive;
		sr6flow_after_output = after_output;
	}
}

void pass_check(void)
{
	must(sr6flow_after_receive == after_receive ||
	     sr6flow_after_receive == SR6FLOW_UNKNOWN);
	must(sr6flow_after_output == after_output ||
	     sr6flow_after_output == SR6FLOW_UNKNOWN);
}
