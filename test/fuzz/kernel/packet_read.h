/* SPDX-License-Identifier: GPL-2.0-only */
/* Packets out of an input. */
#ifndef TEST_FUZZ_KERNEL_PACKET_READ_H
#define TEST_FUZZ_KERNEL_PACKET_READ_H

#include <linux/skbuff.h>

#include "test/fuzz/input.h"

#define PACKET_MAX 4096
/* Segments of a packet that is GSO_BY_FRAGS. */
#define PACKET_FRAGS_MAX 3

/**
 * struct packet - a packet
 * @bytes: from skb->data on
 * @len: their number
 * @linear: of which so many are in the linear part, all before the network
 *	    header among them
 * @network: offset of the IPv6 header
 * @inner: offset of the inner network header, as the stack believes
 * @encapsulation: it believes that there is one
 * @gso: its segments
 * @frag: for @gso
 */
struct packet {
	_Alignas(8) u8 bytes[PACKET_MAX];
	unsigned int len;
	unsigned int linear;
	u16 network;
	u16 inner;
	bool encapsulation;
	struct skb_shared_info gso;
	struct sk_buff *frag;
};

/**
 * packet_read() - read a packet
 * @packet: filled, for packet_free()
 * @input: reader: a byte of bits, an IPv6 header, extension headers, what is
 *	   in them, GSO, changes, lengths; see packet_read.c
 */
void packet_read(struct packet *packet, struct input *input);

/**
 * packet_free() - free the memory of a packet
 * @packet: from packet_read()
 */
void packet_free(struct packet *packet);

#endif /* TEST_FUZZ_KERNEL_PACKET_READ_H */
