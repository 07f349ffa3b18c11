/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A packet of two pieces: the linear part from @data to @tail, and @data_len
 * bytes in pages. Each piece is a block of its own of just that size, so that
 * ASan sees whoever reads beyond.
 */
#ifndef STANDIN_SKBUFF_H
#define STANDIN_SKBUFF_H

#include <linux/kernel.h>

#define CHECKSUM_COMPLETE 2
#define GSO_BY_FRAGS 0xffff

enum {
	SKB_GSO_TCPV4 = 1 << 0,
	SKB_GSO_TCPV6 = 1 << 4,
	SKB_GSO_GRE = 1 << 6,
	SKB_GSO_GRE_CSUM = 1 << 7,
	SKB_GSO_UDP_TUNNEL = 1 << 10,
	SKB_GSO_UDP_TUNNEL_CSUM = 1 << 11,
	SKB_GSO_SCTP = 1 << 14,
	SKB_GSO_UDP = 1 << 16,
	SKB_GSO_UDP_L4 = 1 << 17,
};

struct dst_entry;
struct sec_path;
struct sk_buff;

struct inet6_skb_parm {
	int iif;
	u16 flags;
};

struct skb_shared_info {
	u16 gso_size;
	u16 gso_segs;
	u32 gso_type;
	struct sk_buff *frag_list;
};

struct sk_buff {
	struct sk_buff *next;
	u8 *head;
	u8 *data;
	u8 *tail;
	u8 *end;
	u8 *pages;
	/* What others still have of a linear part that was shared. */
	u8 *left;
	unsigned int len;
	unsigned int data_len;
	/* From @head, as the kernel has them. */
	u16 network_header;
	u16 inner_network_header;
	bool encapsulation;
	bool cloned;
	/* No memory for a copy that can be written. */
	bool poor;
	u8 ip_summed;
	u8 pkt_type;
	/* In the first of two passes, the one of br_netfilter. */
	bool in_bridge;
	struct inet6_skb_parm cb;
	const struct dst_entry *dst;
	const struct sec_path *sec_path;
	__wsum csum;
	struct skb_shared_info shared;
};

#define skb_shinfo(skb) (&(skb)->shared)
#define skb_walk_frags(skb, frag) \
	for (frag = skb_shinfo(skb)->frag_list; frag; frag = frag->next)

static inline unsigned int skb_headlen(const struct sk_buff *skb)
{
	return skb->len - skb->data_len;
}

static inline u8 *skb_tail_pointer(const struct sk_buff *skb)
{
	return skb->tail;
}

static inline u8 *skb_network_header(const struct sk_buff *skb)
{
	return skb->head + skb->network_header;
}

static inline int skb_network_offset(const struct sk_buff *skb)
{
	return (int)(skb_network_header(skb) - skb->data);
}

static inline int skb_inner_network_offset(const struct sk_buff *skb)
{
	return (int)(skb->head + skb->inner_network_header - skb->data);
}

static inline bool skb_is_gso(const struct sk_buff *skb)
{
	return skb->shared.gso_size;
}

static inline bool skb_cloned(const struct sk_buff *skb)
{
	return skb->cloned;
}

int skb_copy_bits(const struct sk_buff *skb, int offset, void *to, int len);
int skb_ensure_writable(struct sk_buff *skb, unsigned int len);

/* An offset before the packet is as wrong here as it is in the kernel. */
static inline void *skb_header_pointer(const struct sk_buff *skb, int offset,
				       int len, void *buffer)
{
	if ((int)skb_headlen(skb) - offset >= len)
		return skb->data + offset;
	return skb_copy_bits(skb, offset, buffer, len) ? NULL : buffer;
}

/* Messages of netlink grow at their end. */
static inline int skb_tailroom(const struct sk_buff *skb)
{
	return (int)(skb->end - skb->tail);
}

void *skb_put(struct sk_buff *skb, unsigned int len);
void standin_trim(struct sk_buff *skb, const void *to);

static inline __wsum csum_unfold(__sum16 sum)
{
	return sum;
}

static inline __wsum csum_add(__wsum a, __wsum b)
{
	u32 sum = a + b;

	return sum + (sum < b);
}

static inline __wsum csum_sub(__wsum a, __wsum b)
{
	return csum_add(a, ~b);
}

#endif /* STANDIN_SKBUFF_H */
