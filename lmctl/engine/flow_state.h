/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * State of the recorder for each flow.
 */
#ifndef LMCTL_ENGINE_FLOW_STATE_H
#define LMCTL_ENGINE_FLOW_STATE_H

#include <stdbool.h>
#include <stdint.h>

#define HASH_NONFATAL_OOM 1
#define uthash_nonfatal_oom(item) ((item)->lost = true)
#include <uthash.h>

#include "lmctl/base/flowkey.h"
#include "lmctl/engine/recording.h"
#include "sr6flow.h"

/**
 * struct witnesses - counters that reveal packets of another path
 * @source_changes: cumulative packets from another source than the one before them
 * @segments_left_changes: cumulative packets with another Segments Left than the
 *			   one before them
 */
struct witnesses {
	uint64_t source_changes;
	uint64_t segments_left_changes;
};

/**
 * struct baseline - counters of a colour at a time without its packets
 * @counters: cumulative
 * @stray: cumulative packets in the slots of no colour of the set
 * @witnesses: at that time
 * @block: finished block of that colour; no clock reaches 2^47 blocks of at least a
 *	   millisecond
 * @reason: reason for which they are unusable, enum reason
 * @known: there is such a reading
 * @went_on: they changed, while those of the next block's colour did not
 * @both: packets with both bits were counted since the READ of the block before
 */
struct baseline {
	struct sr6flow_counters counters;
	uint64_t stray;
	struct witnesses witnesses;
	int64_t block : 48;
	unsigned int reason : 8;
	bool known : 1;
	bool went_on : 1;
	bool both : 1;
};

/**
 * struct flow_state - a flow of the set
 * @instance: last seen
 * @generation: last seen
 * @base: last reading of each colour, by parity of the block
 * @read: counters in the last READ, by parity
 * @stray: packets of no colour of the set in the last READ
 * @both: packets with both mask bits among these
 * @witnesses: in the last READ
 * @name: name or NULL
 * @read_dump: number of the dump of @read
 * @confirm_dump: number of the dump of @moved
 * @reason: reason for which the last READ is unusable, enum reason
 * @moved: by parity: the last CONFIRM found other counters than @read
 * @both_moved: @both grew between the last two READs
 * @strayed: the last CONFIRM found another @stray
 * @strayed_both: the last CONFIRM found another @both
 * @path: reason of the witnesses if they changed since the base of the block of the
 *	  last CONFIRM
 * @last_source: source of the last packet at the last dump, as in struct
 *		 sr6flow_record
 * @lost: memory was short
 * @nsids: number of SIDs
 * @hh: by flowkey()
 * @netmask: netmask, source and SID list are the key, adjacent
 * @source: source
 * @sids: SID list
 *
 * There may be a million of these.
 */
struct flow_state {
	uint64_t instance;
	uint64_t generation;
	struct baseline base[2];
	struct sr6flow_counters read[2];
	uint64_t stray;
	uint64_t both;
	struct witnesses witnesses;
	char *name;
	uint32_t read_dump;
	uint32_t confirm_dump;
	uint8_t reason;
	bool moved[2];
	bool both_moved;
	bool strayed;
	bool strayed_both;
	uint8_t path;
	struct in6_addr last_source;
	bool lost;
	uint8_t nsids;
	UT_hash_handle hh;
	unsigned int netmask;
	struct in6_addr source;
	struct in6_addr sids[];
};

/**
 * flow_state_get() - find or add a flow
 * @flows: hash table
 * @expected: flow to compare first, or NULL; all dumps have the flows in the same
 *	      order
 * @record: the flow in a dump
 *
 * Return: flow with its name in @record, or NULL when memory is short.
 */
struct flow_state *flow_state_get(struct flow_state **flows,
			      struct flow_state *expected,
			      const struct sr6flow_record *record);

/**
 * flow_state_flow() - fill the flow of a record
 * @flow: flow
 * @record: filled with flow, its identities and last source; SIDs behind the last
 *	    one are not set
 */
void flow_state_flow(const struct flow_state *flow, struct record *record);

/**
 * flow_state_forget() - forget a flow
 * @flows: hash table
 * @flow: flow
 */
void flow_state_forget(struct flow_state **flows, struct flow_state *flow);

/**
 * flow_state_taint() - make the stored counters of a flow unusable
 * @flow: flow
 * @reason: reason
 */
void flow_state_taint(struct flow_state *flow, enum reason reason);

/**
 * flow_state_witness_read() - store the witnesses of a READ
 * @flow: flow
 * @record: the flow in the dump
 */
void flow_state_witness_read(struct flow_state *flow,
			   const struct sr6flow_record *record);

/**
 * flow_state_witness_confirm() - compare the witnesses of a CONFIRM with the base
 * @flow: flow, whose @path is set
 * @parity: parity of the block that is read
 * @record: the flow in the dump
 *
 * All packets of the block passed between its base reading and this dump, with
 * others of adjacent blocks.
 *
 * Without source in the key: if the source did not change since the base, each
 * packet of the block was compared with the source in this dump before it was
 * counted, so all came from it. (The exception, a packet compared before the READ
 * of the base and counted after its CONFIRM, would spend a part of a period between
 * two lines of one function.) Both ends can compare their blocks if that source is
 * the same, or if nothing was received.
 */
void flow_state_witness_confirm(struct flow_state *flow, unsigned int parity,
			      const struct sr6flow_record *record);

/**
 * flow_state_path() - fault of the path of a block's packets
 * @flow: flow after the CONFIRM
 * @packets: packets of the block
 *
 * Return: reason, or REASON_NONE.
 */
enum reason flow_state_path(const struct flow_state *flow, uint64_t packets);

#endif /* LMCTL_ENGINE_FLOW_STATE_H */
