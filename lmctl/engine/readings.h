/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the recorder remembers of each flow.
 */
#ifndef LMCTL_ENGINE_READINGS_H
#define LMCTL_ENGINE_READINGS_H

#include <stdbool.h>
#include <stdint.h>

#define HASH_NONFATAL_OOM 1
#define uthash_nonfatal_oom(item) ((item)->lost = true)
#include <uthash.h>

#include "lmctl/base/flowkey.h"
#include "lmctl/engine/recording.h"
#include "sr6flow.h"

/**
 * struct witnesses - what would tell that not all packets are of one path
 * @source_changes: cumulative packets from another source than the one before them
 * @segments_left_changes: cumulative packets with another Segments Left than that
 */
struct witnesses {
	uint64_t source_changes;
	uint64_t segments_left_changes;
};

/**
 * struct reading - counters of a colour when it stood still
 * @counters: cumulative
 * @stray: cumulative packets in the slots of no colour of the set
 * @witnesses: at that time
 * @block: finished block of that colour; no clock reaches 2^47 of them, which
 *	   are at least a millisecond long
 * @reason: why they cannot be used, enum reason
 * @known: there is such a reading
 * @went_on: they did not stand still, but those of the next block's colour did
 * @both: packets with both bits were counted since the READ of the block before
 */
struct reading {
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
 * struct readings - a flow of the set
 * @instance: last seen
 * @generation: last seen
 * @base: last reading of each colour, by parity of the block
 * @read: counters in the last READ, by parity
 * @stray: packets of no colour of the set in the last READ
 * @both: those of them with both mask bits
 * @witnesses: in the last READ
 * @name: name or NULL
 * @read_dump: number of the dump that @read is from
 * @confirm_dump: number of the dump that @moved is from
 * @reason: why the last READ cannot be used, enum reason
 * @moved: by parity: the last CONFIRM found other counters than @read
 * @both_moved: @both grew between the last two READs
 * @strayed: the last CONFIRM found another @stray
 * @strayed_both: and another @both
 * @path: reason that the witnesses give: they have moved since the base of the block
 *	  that the last CONFIRM was for
 * @last_source: source of the last packet by the last dump, as struct sr6flow_record
 *		 has it
 * @lost: memory was short
 * @nsids: number of SIDs
 * @hh: by flowkey()
 * @netmask: netmask, source and SID list are the key, side by side
 * @source: source
 * @sids: SID list
 *
 * There may be a million of them.
 */
struct readings {
	uint64_t instance;
	uint64_t generation;
	struct reading base[2];
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
 * readings_get() - find a flow, or begin to remember it
 * @flows: hash table
 * @expected: flow that is looked at first, or NULL; dumps have the flows in the
 *	      same order, each time
 * @record: the flow in a dump
 *
 * Return: flow with the name that it has in @record, or NULL when memory is
 * short.
 */
struct readings *readings_get(struct readings **flows,
			      struct readings *expected,
			      const struct sr6flow_record *record);

/**
 * readings_flow() - say in a record which flow it is of
 * @flow: flow
 * @record: flow, its identities and last source are filled, but for SIDs behind the
 *	    last one
 */
void readings_flow(const struct readings *flow, struct record *record);

/**
 * readings_forget() - forget a flow
 * @flows: hash table
 * @flow: flow
 */
void readings_forget(struct readings **flows, struct readings *flow);

/**
 * readings_taint() - what is remembered of a flow's counters has become useless
 * @flow: flow
 * @reason: why
 */
void readings_taint(struct readings *flow, enum reason reason);

/**
 * readings_witness_read() - take the witnesses of a READ in
 * @flow: flow
 * @record: the flow in the dump
 */
void readings_witness_read(struct readings *flow,
			   const struct sr6flow_record *record);

/**
 * readings_witness_confirm() - compare those of a CONFIRM with the base
 * @flow: flow, whose @path is set
 * @parity: of the block that is read
 * @record: the flow in the dump
 *
 * All packets of the block have passed between the reading that is its base and
 * this dump, with others of the blocks beside it.
 *
 * Without source in the key: if the source did not change since the base, each packet
 * of the block was compared with the source that this dump shows before it was counted,
 * so they all came from there. (Not so one that was compared before the READ of the base
 * and counted after its CONFIRM: a part of a period between two lines of one function.)
 * The ends can compare their blocks if that source is the same at both, or if nothing
 * was received.
 */
void readings_witness_confirm(struct readings *flow, unsigned int parity,
			      const struct sr6flow_record *record);

/**
 * readings_path() - what is wrong with the path of a block's packets
 * @flow: flow after the CONFIRM
 * @packets: packets of the block
 *
 * Return: reason, or REASON_NONE.
 */
enum reason readings_path(const struct readings *flow, uint64_t packets);

#endif /* LMCTL_ENGINE_READINGS_H */
