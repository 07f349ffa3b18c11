/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef STANDIN_NETDEVICE_H
#define STANDIN_NETDEVICE_H

#include <linux/netfilter.h>
#include <linux/skbuff.h>

struct net_device {
	bool l3_master;
	bool l3_slave;
};

static inline bool netif_is_l3_master(const struct net_device *device)
{
	return device->l3_master;
}

static inline bool netif_is_l3_slave(const struct net_device *device)
{
	return device->l3_slave;
}

#endif /* STANDIN_NETDEVICE_H */
