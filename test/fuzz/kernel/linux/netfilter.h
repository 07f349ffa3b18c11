/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef STANDIN_NETFILTER_H
#define STANDIN_NETFILTER_H

#include <linux/kernel.h>

#define NF_INET_PRE_ROUTING 0
#define NF_INET_LOCAL_OUT 3
#define NF_INET_POST_ROUTING 4

struct net;
struct net_device;
struct sk_buff;
struct sock;

/* Where a packet meets a rule. */
struct nf_hook_state {
	unsigned int hook;
	struct net_device *in, *out;
	int (*okfn)(struct net *net, struct sock *sk, struct sk_buff *skb);
};

struct xt_action_param {
	const void *matchinfo;
	const struct nf_hook_state *state;
};

#endif /* STANDIN_NETFILTER_H */
