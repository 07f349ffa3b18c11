/* SPDX-License-Identifier: GPL-2.0-only */
/* One of the passes of a packet through a hook, out of an input. */
#ifndef TEST_FUZZ_KERNEL_PASS_H
#define TEST_FUZZ_KERNEL_PASS_H

#include <linux/netdevice.h>
#include <net/xfrm.h>

#include "test/fuzz/input.h"
#include "test/fuzz/kernel/packet_read.h"

/* Hook and devices of a pass, by bits. */
enum {
	PASS_OUT = 1,
	PASS_L3_IN = 2,
	PASS_L3_OUT = 4,
	PASS_BOTH_DEVICES = 8,
};

/**
 * struct pass - a pass, and the state of the packet in it
 * @state: for the rule
 * @in: device that received the packet
 * @out: device that it leaves by
 * @dst: its route, @state.hook permitting
 * @child: route behind the first transformation
 * @first: transformation by IPsec, done or to be done
 * @second: the next one
 * @path: transformations that were done
 * @skb: fields that the packet gets
 */
struct pass {
	struct nf_hook_state state;
	struct net_device in, out;
	struct dst_entry dst, child;
	struct xfrm_state first, second;
	struct sec_path path;
	struct sk_buff skb;
};

/**
 * pass_read() - read a pass
 * @pass: filled
 * @bits: PASS_*
 * @input: reader: a byte, if @bits is more than PASS_OUT
 */
void pass_read(struct pass *pass, unsigned int bits, struct input *input);

/**
 * pass_begin() - set the fields of a packet for a pass
 * @pass: pass
 * @skb: packet
 */
void pass_begin(const struct pass *pass, struct sk_buff *skb);

/**
 * pass_counts() - decide without the module whether a rule counts in a pass
 * @pass: pass
 * @packet: packet, with an IPv6 header if pass_needs_header()
 */
bool pass_counts(const struct pass *pass, const struct packet *packet);

/**
 * pass_needs_header() - decide whether the module reads the IPv6 header for the place
 * @pass: pass
 *
 * Return: true if it is, in one piece, as netfilter has it.
 */
bool pass_needs_header(const struct pass *pass);

/**
 * pass_learn() - have the module know the functions behind the hooks, or not
 * @known: as if packets had been there before
 */
void pass_learn(bool known);

/** pass_check() - see that packets have taught the module nothing wrong */
void pass_check(void);

#endif /* TEST_FUZZ_KERNEL_PASS_H */
