/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef STANDIN_NETDEVICE_H
#define STANDIN_NETDEVICE_H

#include <linux/skbuff.h>

struct net;

struct net_device {
	bool l3_master;
};

static inline bool netif_is_l3_master(const struct net_device *device)
{
	return device->l3_master;
}

/* Where a packet meets a rule. */
struct nf_hook_state {
	unsigned int hook;
	struct net_device *in, *out;
};

struct xt_action_param {
	const struct nf_hook_state *state;
};

#endif /* STANDIN_NETDEVICE_H */
