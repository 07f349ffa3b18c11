// SPDX-License-Identifier: GPL-2.0-only
/* Packets: see linux/skbuff.h. */
#include <stdlib.h>

#include <linux/netfilter/ipset/ip_set.h>
#include <net/ipv6.h>

#include "world.h"

static u8 *block(size_t size)
{
	u8 *bytes = malloc(size ? size : 1);

	if (!bytes)
		standin_stop("no memory to test with");
	return bytes;
}

/* @len bytes of @from in a block of just that size become the linear part. */
static void linear_set(struct sk_buff *skb, const void *from, size_t len)
{
	u8 *head = block(len);

	if (len)
		memcpy(head, from, len);
	skb->head = head;
	skb->data = head;
	skb->tail = head + len;
	skb->end = skb->tail;
}

void skb_make(struct sk_buff *skb, const void *data, size_t linear, size_t len)
{
	memset(skb, 0, sizeof(*skb));
	linear_set(skb, data, linear);
	skb->len = (unsigned int)len;
	skb->data_len = (unsigned int)(len - linear);
	skb->pages = block(len - linear);
	if (len > linear)
		memcpy(skb->pages, (const u8 *)data + linear, len - linear);
}

void skb_room(struct sk_buff *skb, size_t size)
{
	memset(skb, 0, sizeof(*skb));
	skb->head = block(size);
	skb->data = skb->head;
	skb->tail = skb->head;
	skb->end = skb->head + size;
	skb->pages = block(0);
}

void skb_drop(struct sk_buff *skb)
{
	free(skb->head);
	free(skb->pages);
	free(skb->left);
}

int skb_copy_bits(const struct sk_buff *skb, int offset, void *to, int len)
{
	int linear = (int)skb_headlen(skb), n = linear - offset;

	if (offset > (int)skb->len - len)
		return -EFAULT;
	if (n > 0) {
		memcpy(to, skb->data + offset, (size_t)n);
		offset = linear;
		len -= n;
		to = (u8 *)to + n;
	}
	memcpy(to, skb->pages + (offset - linear), (size_t)len);
	return 0;
}

/* The bytes that are shared stay as they are, for skb_drop(). */
int skb_ensure_writable(struct sk_buff *skb, unsigned int len)
{
	unsigned int linear = skb_headlen(skb), more;
	u8 *old = skb->head, *pages = skb->pages, *bytes;

	if (len > skb->len)
		return -ENOMEM;
	more = len > linear ? len - linear : 0;
	if (!more && !skb->cloned)
		return 0;
	if (skb->poor)
		return -ENOMEM;
	bytes = block(linear + more);
	skb_copy_bits(skb, 0, bytes, (int)(linear + more));
	linear_set(skb, bytes, linear + more);
	skb->pages = block(skb->data_len - more);
	skb->data_len -= more;
	memcpy(skb->pages, pages + more, skb->data_len);
	skb->cloned = false;
	free(bytes);
	free(pages);
	free(skb->left);
	skb->left = old;
	return 0;
}

void *skb_put(struct sk_buff *skb, unsigned int len)
{
	u8 *at = skb->tail;

	if (skb_tailroom(skb) < (int)len)
		standin_stop("a message gets more than there is room for");
	skb->tail += len;
	skb->len += len;
	return at;
}

void standin_trim(struct sk_buff *skb, const void *to)
{
	skb->tail = (u8 *)to;
	skb->len = (unsigned int)(skb->tail - skb->data);
}

static bool is_extension(u8 nexthdr)
{
	return nexthdr == NEXTHDR_HOP || nexthdr == NEXTHDR_ROUTING ||
	       nexthdr == NEXTHDR_FRAGMENT || nexthdr == NEXTHDR_AUTH ||
	       nexthdr == NEXTHDR_NONE || nexthdr == NEXTHDR_DEST;
}

/* Also ends at a fragment that is not the first, as the kernel's does. */
int ipv6_skip_exthdr(const struct sk_buff *skb, int offset, u8 *nexthdr,
		     __be16 *frag_off)
{
	struct ipv6_opt_hdr buffer, *header;
	u8 next = *nexthdr;

	*frag_off = 0;
	while (is_extension(next)) {
		if (next == NEXTHDR_NONE)
			return -1;
		header = skb_header_pointer(skb, offset, sizeof(buffer),
					    &buffer);
		if (!header)
			return -1;
		if (next == NEXTHDR_FRAGMENT) {
			__be16 field, *fragment;

			fragment = skb_header_pointer(skb, offset + 2, 2,
						      &field);
			if (!fragment)
				return -1;
			*frag_off = *fragment;
			if (ntohs(*frag_off) & IP6_OFFSET)
				break;
			offset += 8;
		} else if (next == NEXTHDR_AUTH) {
			offset += ipv6_authlen(header);
		} else {
			offset += ipv6_optlen(header);
		}
		next = header->nexthdr;
	}
	*nexthdr = next;
	return offset;
}
