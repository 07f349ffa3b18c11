/* SPDX-License-Identifier: GPL-2.0-only */
/* Packets and bytes on the wire of a GSO or GRO packet. */
#ifndef SR6FLOW_WIRE_H
#define SR6FLOW_WIRE_H

#include <linux/skbuff.h>

/**
 * struct sr6flow_wire - the packets on the wire that an skb stands for
 * @packets: number of packets
 * @bytes: their bytes from the outer IPv6 header on
 */
struct sr6flow_wire {
	u64 packets;
	u64 bytes;
};

struct sr6flow_wire sr6flow_wire(const struct sk_buff *skb);

#endif /* SR6FLOW_WIRE_H */
