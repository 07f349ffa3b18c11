/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Inside of the hash:sr6flow module.
 *
 * type.c      creation, header and end of a set; the module
 * table.c     the flows of a set: find, add, remove, expire, free
 * lookup.h    the part of it that every packet takes
 * hash.h      hash of a SID list
 * counters.c  per-CPU counters: their memory, their sum
 * counters.h  the part of it that every packet takes
 * packet.c    the flow, colour and fragment state of a packet; writing colours
 * packet.h    the same for the packets that are nearly all there are
 * wire.c      how many packets of what size a packet is on the wire
 * swap.c      notices that a set stood in for another, or was asked in two ways
 * match.c     kernel side of ipset: match, SET target
 * request.c   netlink side of ipset: add, delete, test
 * dump.c      netlink side of ipset: list
 *
 * Packets only read the table, under RCU. Everything else that changes a set
 * holds sr6flow_set.lock, because the type asks the ipset core not to take its
 * own (region_lock in the variant).
 */
#ifndef SR6FLOW_INTERNAL_H
#define SR6FLOW_INTERNAL_H

#include <linux/in6.h>
#include <linux/list.h>
#include <linux/llist.h>
#include <linux/netfilter/ipset/ip_set.h>
#include <linux/rhashtable.h>
#include <linux/u64_stats_sync.h>
#include <linux/workqueue.h>

#include "hash.h"
#include "ip_set_hash_sr6flow.h"

/*
 * For requests. The memory is charged to the control group of who asks; where
 * that has none left the request fails, and nobody is killed for it.
 */
#define SR6FLOW_GFP (GFP_KERNEL_ACCOUNT | __GFP_RETRY_MAYFAIL | __GFP_NOWARN)

/*
 * Most buckets of a table without flows: nobody is charged for buckets, so that
 * they must not be many before there are flows, for which somebody is.
 */
#define SR6FLOW_BUCKETS_MAX SR6FLOW_HASHSIZE_DEFAULT

/* Flows that one hold of a set's lock, or one message, looks at. */
#define SR6FLOW_SLICE 512

/* How much of the source is in the key. */
enum sr6flow_source_part {
	SR6FLOW_NO_SOURCE,
	SR6FLOW_WHOLE_SOURCE,
	SR6FLOW_SOURCE_PREFIX,
	SR6FLOW_SOURCE_PARTS,
};

/**
 * struct sr6flow_key - flow to look up
 * @source: outer source address, masked where the set has a netmask, and compared only
 *	    there
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

/**
 * struct sr6flow_counters - what one CPU counted of a flow, or of a set
 * @slot: counters, one line of 64 bytes; for a flow by colour slot
 * @syncp: makes 64-bit counters readable on 32-bit machines
 *
 * Written only by its CPU, between sr6flow_counting_begin() and _end().
 */
struct sr6flow_counters {
	struct {
		u64_stats_t packets;
		u64_stats_t bytes;
	} slot[SR6FLOW_SLOTS_MAX];
	struct u64_stats_sync syncp;
};

#define SR6FLOW_PAGE_SIZE 4096
#define SR6FLOW_GROUP_FLOWS (SR6FLOW_PAGE_SIZE / sizeof(struct sr6flow_counters))

/**
 * struct sr6flow_page - what one CPU counted of a group of flows
 * @flow: by sr6flow.index
 */
struct sr6flow_page {
	struct sr6flow_counters flow[SR6FLOW_GROUP_FLOWS];
};

/**
 * struct sr6flow_shared - what CPUs without a page counted of a flow
 * @slot: by colour slot
 */
struct sr6flow_shared {
	struct {
		atomic64_t packets;
		atomic64_t bytes;
	} slot[SR6FLOW_SLOTS_MAX];
};

/**
 * struct sr6flow_changed - packets that differ from the packet before them
 * @source: by their source
 * @segments_left: by Segments Left
 *
 * Written under sr6flow_set.lock, read without.
 */
struct sr6flow_changed {
	atomic64_t source;
	atomic64_t segments_left;
};

/**
 * struct sr6flow_pool - memory of the counters of a set's flows
 * @lock: taken inside no other lock
 * @roomy: groups that have room for another flow
 * @groups: number of groups
 * @pages: number of pages of all groups
 */
struct sr6flow_pool {
	/* Protects roomy, groups, and sr6flow_group.used and .list. */
	spinlock_t lock;
	struct list_head roomy;
	unsigned long groups;
	atomic_long_t pages;
};

/**
 * struct sr6flow_group - counters of some flows of a set
 * @pool: the set's
 * @list: in sr6flow_pool.roomy, empty while the group is full
 * @used: indexes that belong to flows
 * @shared: where a CPU counts that cannot get a page
 * @changed: by sr6flow.index
 * @page: by CPU, NULL until the CPU counts a packet of one of the flows;
 *	set only by the CPU itself
 *
 * A CPU that never counts, of which machines have many, costs a pointer.
 */
struct sr6flow_group {
	struct sr6flow_pool *pool;
	struct list_head list;
	DECLARE_BITMAP(used, SR6FLOW_GROUP_FLOWS);
	struct sr6flow_shared *shared;
	struct sr6flow_changed *changed;
	struct sr6flow_page *page[];
};

/**
 * struct sr6flow_base - what readers add to the per-CPU counters of a flow
 * @rcu: for freeing
 * @generation: identity of the counters since they were written
 * @slot: added to the sum of all CPUs, modulo 2^64
 *
 * Immutable once published: a writer replaces it.
 */
struct sr6flow_base {
	struct rcu_head rcu;
	u64 generation;
	struct {
		u64 packets;
		u64 bytes;
	} slot[SR6FLOW_SLOTS_MAX];
};

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
	SR6FLOW_DEAD,	/* in the list only, because someone stands on it */
	SR6FLOW_BURIED,	/* in neither, waits to be freed */
};

/**
 * struct sr6flow - a flow
 * @list: in sr6flow_set.flows, newest first; readers under RCU
 * @name: name or NULL
 * @base: written counters or NULL
 * @generation: identity of the counters from the start
 * @skbinfo: as in every ipset type
 * @pins: walkers that stand on the flow between two slices
 * @grave: link to the flows that wait to be freed, on which nobody stands
 * @node: in sr6flow_set.table
 * @group: where its counters are
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
struct sr6flow {
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

/* No Segments Left is as high: SR6FLOW_SIDS_MAX is the most. */
#define SR6FLOW_NO_SEGMENTS_LEFT 255

/* Slots of sr6flow_set.diagnostics; only .packets is used. */
enum sr6flow_diagnostic {
	SR6FLOW_NO_FLOW,
	SR6FLOW_MALFORMED,
	SR6FLOW_NOT_WRITABLE,
};

/**
 * struct sr6flow_set - a set
 * @mask: mark mask
 * @asked: by which index the set was last asked to count, see swap.c
 * @index: by which index the set was last listed
 * @netmask: bits of the source in the key, 0 for none
 * @asked_before: and by which other index before that
 * @source_mask: mask of source addresses; all bits without a netmask, because then
 *		 whole addresses are compared with the last packet's
 * @colour: active colour; written with WRITE_ONCE, read once per packet
 * @factor: makes slots of masked mark words
 * @gc_period: jiffies between two looks for expired flows, 0 without timeouts
 * @table: flows by key; readers under RCU, writers hold @lock
 * @secret: key of the hash
 * @diagnostics: per-CPU counters by enum sr6flow_diagnostic
 * @pool: memory of the flows' counters
 * @maxelem: most flows
 * @net: namespace of the set, only compared
 * @sets: in a list of sets of the namespace
 * @asked_twice: it was asked by two indexes since it was listed
 * @instance: identity of the set, see swap.c
 * @lock: protects the members below and all writes to flows
 * @flows: flows in order of creation, newest first
 * @count: live flows
 * @memory: bytes of all live flows
 * @generation: last generation given away
 * @swept: jiffies when expired flows were last looked for
 * @graveyard: flows that nobody can find any more
 * @reaper: frees them
 * @gc: looks for expired flows
 * @destroy: frees the set
 * @rcu: for freeing
 *
 * Independent of struct ip_set, which the core frees first.
 */
struct sr6flow_set {
	u32 mask;
	u16 asked;
	u16 index;
	u32 colour;
	u16 netmask;
	u16 asked_before;
	u64 factor;
	struct in6_addr source_mask;
	unsigned long gc_period;
	struct sr6flow_counters __percpu *diagnostics;
	struct rhashtable table;
	struct sr6flow_secret secret;
	struct sr6flow_pool pool;
	u32 maxelem;

	const struct net *net;
	struct hlist_node sets;
	bool asked_twice;
	atomic64_t instance;

	/* Protects the following members. */
	spinlock_t lock;
	struct list_head flows;
	u32 count;
	u64 memory;
	u64 generation;
	unsigned long swept;

	struct llist_head graveyard;
	struct work_struct reaper;
	struct delayed_work gc;
	struct work_struct destroy;
	struct rcu_head rcu;
};

/* type.c */
extern struct workqueue_struct *sr6flow_wq;

/* table.c */

/**
 * struct sr6flow_change - what to do to a flow, and the memory for it
 * @flow: flow to insert if there is none with the key, or NULL
 * @name: name to set, or NULL to leave it
 * @base: memory for written counters, or NULL
 * @ext: timeout and skbinfo
 * @refresh: a flow that exists gets @name and @ext
 * @write: the counters in @slot are written
 * @slot: slot to write
 * @packets: new value
 * @bytes: new value
 * @has_packets: @packets is to be written
 * @has_bytes: @bytes is to be written
 *
 * What sr6flow_apply() used it sets to NULL.
 */
struct sr6flow_change {
	struct sr6flow *flow;
	struct sr6flow_name *name;
	struct sr6flow_base *base;
	const struct ip_set_ext *ext;
	bool refresh;
	bool write;
	unsigned int slot;
	u64 packets;
	u64 bytes;
	bool has_packets;
	bool has_bytes;
};

int sr6flow_table_init(struct sr6flow_set *h, u32 hashsize);
void sr6flow_table_free(struct sr6flow_set *h);
size_t sr6flow_table_size(struct sr6flow_set *h, u32 *buckets);
struct sr6flow *sr6flow_find(struct sr6flow_set *h,
			     const struct sr6flow_key *key);
struct sr6flow *sr6flow_alloc(struct sr6flow_set *h,
			      const struct sr6flow_key *key, gfp_t gfp);
void sr6flow_change_free(struct sr6flow_change *change);
int sr6flow_apply(struct ip_set *set, const struct sr6flow_key *key,
		  struct sr6flow_change *change);
int sr6flow_remove(struct sr6flow_set *h, const struct sr6flow_key *key);
void sr6flow_sweep(struct sr6flow_set *h, bool all);
bool sr6flow_may_sweep(const struct sr6flow_set *h);
struct sr6flow *sr6flow_pin(struct sr6flow_set *h, struct sr6flow *flow);
void sr6flow_unpin(struct sr6flow_set *h, struct sr6flow *flow);

/* counters.c */

/**
 * struct sr6flow_sum - counters of a flow over all CPUs
 * @generation: identity of the counters
 * @packets: by slot
 * @bytes: by slot
 * @last_source: of the last packet, zeros before the first one; in a set with a netmask
 *		 that of the key
 * @changes: packets that differ from the packet before them
 */
struct sr6flow_sum {
	u64 generation;
	u64 packets[SR6FLOW_SLOTS_MAX];
	u64 bytes[SR6FLOW_SLOTS_MAX];
	struct in6_addr last_source;
	struct {
		u64 source;
		u64 segments_left;
	} changes;
};

struct sr6flow_counters __percpu *sr6flow_diagnostics_alloc(void);
size_t sr6flow_diagnostics_size(void);
void sr6flow_diagnose(const struct sr6flow_set *h,
		      enum sr6flow_diagnostic what);
u64 sr6flow_diagnosed(const struct sr6flow_set *h,
		      enum sr6flow_diagnostic what);

void sr6flow_pool_init(struct sr6flow_pool *pool);
size_t sr6flow_pool_size(struct sr6flow_pool *pool);
bool sr6flow_counters_get(struct sr6flow_pool *pool, struct sr6flow *flow,
			  gfp_t gfp);
void sr6flow_counters_put(struct sr6flow *flow);
void sr6flow_count_first(struct sr6flow *flow, unsigned int slot, u64 packets,
			 u64 bytes);
void sr6flow_witness(struct sr6flow_set *h, struct sr6flow *flow,
		     const struct in6_addr *source,
		     union sr6flow_srh_start start);
void sr6flow_counted(const struct sr6flow *flow, struct sr6flow_sum *sum);
void sr6flow_sum(const struct sr6flow *flow, struct sr6flow_sum *sum);
bool sr6flow_total_matches(const struct sr6flow *flow,
			   const struct ip_set_ext *ext);

/* packet.c */

/**
 * struct sr6flow_packet - what the type needs to know of a packet
 * @key: source, in @source, and SID list, in the packet or a copy of it
 * @source: masked source
 * @start: as sr6flow.last; segments_left is SR6FLOW_NO_SEGMENTS_LEFT without an SRH
 * @word: mark word that the packet carries, only the field of the mask
 * @srh: offset of the Segment Routing Header from skb->data, 0 without one
 * @later_fragment: fragment with an offset: marked, but not counted
 */
struct sr6flow_packet {
	struct sr6flow_key key;
	struct in6_addr source;
	union sr6flow_srh_start start;
	u32 word;
	unsigned int srh;
	bool later_fragment;
};

int sr6flow_packet_parse(const struct sk_buff *skb,
			 const struct sr6flow_set *h,
			 struct sr6flow_packet *pkt, struct in6_addr *room);
bool sr6flow_packet_mark(struct sk_buff *skb, u32 mask, u32 colour,
			 const struct sr6flow_packet *pkt);

/* wire.c */

/**
 * struct sr6flow_wire - what a packet is on the wire
 * @packets: number of packets
 * @bytes: their bytes from the outer IPv6 header on
 */
struct sr6flow_wire {
	u64 packets;
	u64 bytes;
};

struct sr6flow_wire sr6flow_wire(const struct sk_buff *skb);

/* match.c */
typedef int sr6flow_kadt_fn(struct ip_set *set, const struct sk_buff *skb,
			    const struct xt_action_param *par,
			    enum ipset_adt adt, struct ip_set_adt_opt *opt);
sr6flow_kadt_fn sr6flow_kadt_tag, sr6flow_kadt_tag_source;
sr6flow_kadt_fn sr6flow_kadt_tag_prefix, sr6flow_kadt_tclass_prefix;
sr6flow_kadt_fn sr6flow_kadt_tclass, sr6flow_kadt_tclass_source;

/* request.c */
int sr6flow_uadt(struct ip_set *set, struct nlattr *tb[], enum ipset_adt adt,
		 u32 *lineno, u32 flags, bool retried);

/* dump.c */
int sr6flow_list(const struct ip_set *set, struct sk_buff *skb,
		 struct netlink_callback *cb);
void sr6flow_uref(struct ip_set *set, struct netlink_callback *cb, bool start);

#endif /* SR6FLOW_INTERNAL_H */
