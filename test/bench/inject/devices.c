// SPDX-License-Identifier: GPL-2.0-only
/*
 * The device that packets come from, and the one where they end. That one only queues
 * a packet: freeing it is no part of the path.
 */

#include <linux/etherdevice.h>

#include "inject.h"

struct net_device *inject_in;
static struct net_device *inject_end;
static struct sk_buff_head arrived;

static netdev_tx_t end_xmit(struct sk_buff *skb, struct net_device *dev)
{
	__skb_queue_tail(&arrived, skb);
	return NETDEV_TX_OK;
}

static const struct net_device_ops end_ops = {
	.ndo_start_xmit = end_xmit,
};

static void setup(struct net_device *dev)
{
	ether_setup(dev);
	dev->netdev_ops = &end_ops;
	/* No queue: a packet comes to its end within the call that sent it. */
	dev->priv_flags |= IFF_NO_QUEUE;
	dev->priv_flags &= ~IFF_TX_SKB_SHARING;
	dev->max_mtu = ETH_MAX_MTU;
	eth_hw_addr_random(dev);
}

static struct net_device *make(const char *name)
{
	struct net_device *dev = alloc_netdev(0, name, NET_NAME_USER, setup);

	if (!dev)
		return NULL;
	if (register_netdev(dev)) {
		free_netdev(dev);
		return NULL;
	}
	return dev;
}

static void discard(struct net_device *dev)
{
	unregister_netdev(dev);
	free_netdev(dev);
}

/**
 * inject_devices_make() - make "bench-in" and "bench-out"
 *
 * Return: 0 or a negative errno.
 */
int inject_devices_make(void)
{
	__skb_queue_head_init(&arrived);
	inject_in = make("bench-in");
	if (!inject_in)
		return -ENOMEM;
	inject_end = make("bench-out");
	if (!inject_end) {
		discard(inject_in);
		return -ENOMEM;
	}
	return 0;
}

/**
 * inject_devices_remove() - take them away, with packets that wait
 */
void inject_devices_remove(void)
{
	discard(inject_in);
	discard(inject_end);
	__skb_queue_purge(&arrived);
}

/**
 * inject_take() - free the packets that came to their end
 *
 * Bottom halves are off.
 *
 * Return: the number of IPv6 packets among them.
 */
unsigned int inject_take(void)
{
	unsigned int packets = 0;
	struct sk_buff *skb;

	while ((skb = __skb_dequeue(&arrived))) {
		packets += skb->protocol == htons(ETH_P_IPV6);
		kfree_skb(skb);
	}
	return packets;
}
