/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Inside of the injector: packets into the receive path, and their cost.
 *
 * main.c     the run, its figures, parameters
 * build.c    packets
 * devices.c  the device that they come from and the one where they end
 */
#ifndef SR6FLOW_INJECT_H
#define SR6FLOW_INJECT_H

#include <linux/netdevice.h>
#include <linux/skbuff.h>
#include <linux/types.h>

#define INJECT_SIDS_MAX 16

enum inject_kind {
	INJECT_STEERED,	/* plain, for an address that a route encapsulates */
	INJECT_PLAIN,	/* plain, for one that is only forwarded */
	INJECT_SRV6,	/* IPv6 with a Segment Routing Header, then IPv6 */
	INJECT_TUNNEL,	/* IPv6 in IPv6 without a Segment Routing Header */
};

/**
 * struct inject_case - what is sent
 * @kind: what the packets look like
 * @proto: IPPROTO_UDP, IPPROTO_TCP or IPPROTO_ICMPV6, of the inner packet
 * @sids: SIDs of a list, 1 to INJECT_SIDS_MAX
 * @first: number of the first flow
 * @flows: packets take turns over so many flows
 * @count: number of packets
 */
struct inject_case {
	enum inject_kind kind;
	u8 proto;
	unsigned int sids;
	unsigned int first;
	unsigned int flows;
	unsigned int count;
};

/* build.c */
struct sk_buff *inject_build(const struct inject_case *what, unsigned int flow);

/* devices.c */
extern struct net_device *inject_in;
int inject_devices_make(void);
void inject_devices_remove(void);
unsigned int inject_take(void);

#endif /* SR6FLOW_INJECT_H */
