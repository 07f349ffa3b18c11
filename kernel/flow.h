/* SPDX-License-Identifier: GPL-2.0-only */
/* A flow: an element of a set. */
#ifndef SR6FLOW_FLOW_H
#define SR6FLOW_FLOW_H

#include <linux/in6.h>
#include <linux/list.h>
#include <linux/llist.h>
#include <linux/netfilter/ipset/ip_set.h>
#include <linux/rhashtable.h>

struct sr6flow_base;
struct sr6flow_group;

/**
 * struct sr6flow_key - flow to look up
 * @source: outer source address, masked; compared only where the set has a netmask
 * @sids: SIDs in wire order (last segment first)
 * @n: number of SIDs, 1 to SR6FLOW_SIDS_MAX
 */
struct sr6flow_key {
	const struct in6_addr *source;
	const struct in6_addr *sids;
	unsigned int n;
};

/**
 * union sr6flow_srh_start - the first four bytes of a Segment Routing Header
 * @nexthdr: Next Header
 * @hdrlen: Hdr Ext Len
 * @type: Routing Type
 * @segments_left: Segments Left
 * @all: all of them
 */
union sr6flow_srh_start {
	struct {
		u8 nexthdr;
		u8 hdrlen;
		u8 type;
		u8 segments_left;
	};
	u32 all;
};

/* Above every Segments Left, which is at most SR6FLOW_SIDS_MAX. */
#define SR6FLOW_NO_SEGMENTS_LEFT 255

/**
 * struct sr6flow_name - name of a flow
 * @rcu: for freeing
 * @text: NUL-terminated, immutable
 */
struct sr6flow_name {
	struct rcu_head rcu;
	char text[];
};

/* Bytes of a name of @len characters. */
static inline size_t sr6flow_name_size(size_t len)
{
	return sizeof(struct sr6flow_name) + len + 1;
}

enum sr6flow_state {
	SR6FLOW_LIVE,	/* in the table and in the list */
	SR6FLOW_DEAD,	/* removed, but kept in the list for the walkers that pin it */
	SR6FLOW_BURIED,	/* in neither, waits to be freed */
};

/**
 * struct sr6flow_elem - a flow
 * @list: in sr6flow_htype.flows, newest first; readers under RCU
 * @name: name or NULL
 * @base: written counters or NULL
 * @generation: identity of the counters from the start
 * @skbinfo: as in every ipset type
 * @pins: walkers that keep their place here between two slices
 * @grave: link in sr6flow_htype.graveyard, of a flow without pins
 * @node: in sr6flow_htype.table
 * @group: group of its counters
 * @timeout: jiffies at which the flow expires, IPSET_ELEM_PERMANENT for never
 * @last: start of the last packet's Segment Routing Header, with hdrlen 0 unless it
 *	  is usual, see sr6flow_srh_is_usual(); one word, so that CPUs cannot mix two
 * @index: its counters in @group
 * @state: enum sr6flow_state
 * @n: number of SIDs
 * @source: source of all packets in a set with a netmask, else of the last one
 * @sids: SID list in wire order
 *
 * On 64-bit machines everything that a packet reads of a flow with one SID,
 * from @node on, is the second cache line of a 128-byte object.
 */
struct sr6flow_elem {
	struct list_head list;
	struct sr6flow_name __rcu *name;
	struct sr6flow_base __rcu *base;
	u64 generation;
	struct ip_set_skbinfo skbinfo;
	union {
		u32 pins;
		struct llist_node grave;
	};

	struct rhash_head node;
	struct sr6flow_group *group;
	unsigned long timeout;
	union sr6flow_srh_start last;
	u8 index;
	u8 state;
	u8 n;
	struct in6_addr source;
	struct in6_addr sids[];
};

#endif /* SR6FLOW_FLOW_H */
