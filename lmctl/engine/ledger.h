/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Ledger: the last blocks of every flow of a counting set, as its recorder
 * found them, for a reflector to answer from. Pure.
 *
 * Memory is bounded by flows x LEDGER_BLOCKS; a flow that left the set goes
 * when its last block is too old.
 */
#ifndef LMCTL_ENGINE_LEDGER_H
#define LMCTL_ENGINE_LEDGER_H

#include <netinet/in.h>
#include <stdint.h>
#include "lmctl/base/block.h"
#include "lmctl/engine/learning.h"
#include "lmctl/engine/recording.h"
#include "lmctl/stamp/blocktlv.h"
#include "sr6flow.h"

/* Finished blocks that are kept per flow. */
#define LEDGER_BLOCKS 8

struct ledger;

/**
 * ledger_new() - make a ledger
 * @timing: blocks and reading window of the recorder
 *
 * Return: ledger for ledger_free(), or NULL when memory is short.
 */
struct ledger *ledger_new(const struct block_timing *timing);

/**
 * ledger_begins() - say from where on there can be figures
 * @ledger: ledger
 * @block: first block that the recorder can tell of; those before it are too old,
 *	   and nobody need ask again. A step of the clock takes this back
 */
void ledger_begins(struct ledger *ledger, int64_t block);

/**
 * ledger_free() - free a ledger
 * @ledger: ledger or NULL
 */
void ledger_free(struct ledger *ledger);

/**
 * ledger_set() - what the set is like
 * @ledger: ledger
 * @set: state of the set, which may be empty
 */
void ledger_set(struct ledger *ledger, const struct sr6flow_set *set);

/**
 * ledger_flow() - a flow is in the set
 * @ledger: ledger
 * @set: state of the set
 * @record: flow in a dump
 *
 * A flow has records only from its second block on; this tells a flow that was
 * just added from one that is unknown.
 *
 * Return: 0 or -ENOMEM.
 */
int ledger_flow(struct ledger *ledger, const struct sr6flow_set *set,
		const struct sr6flow_record *record);

/**
 * ledger_record() - take a record of a finished block in
 * @ledger: ledger
 * @record: record; a second one of the same flow and block replaces the first
 *	    unless that was invalid
 *
 * Return: 0 or -ENOMEM.
 */
int ledger_record(struct ledger *ledger, const struct record *record);

/**
 * ledger_block_end() - all records of a block have been given
 * @ledger: ledger
 * @block: block number
 *
 * Forgets flows whose last sign of life is more than LEDGER_BLOCKS old.
 */
void ledger_block_end(struct ledger *ledger, int64_t block);

/**
 * ledger_stepped() - the clock was set or the machine was suspended
 * @ledger: ledger
 *
 * Voids every block that is kept: nobody knows since when the clock was wrong, so
 * their numbers may be those of other blocks.
 */
void ledger_stepped(struct ledger *ledger);

/**
 * ledger_ask() - answer a block TLV
 * @ledger: ledger
 * @tlv: the request; @answer, @received, and with a difference in timing or
 *	 mask the fields in question, are overwritten with what this node has
 * @from: address of the sender
 *
 * Differences are told before anything else, so that a sender learns of them
 * whatever the block. A flow that two addresses asked for within two blocks,
 * both with packets sent, has two ingresses.
 *
 * Return: true unless the flow is unknown; then @answer says so, or that the set
 * has another netmask or that no block was reported yet, and mask and timing are
 * those of this node.
 */
bool ledger_ask(struct ledger *ledger, struct blocktlv *tlv,
		const struct in6_addr *from);

/**
 * ledger_keep() - note that an authenticated request names a flow
 * @ledger: ledger
 * @tlv: the request as it came
 * @key: id of its key
 *
 * Return: true if the flow is in the set, or is about to be.
 */
bool ledger_keep(struct ledger *ledger, const struct blocktlv *tlv,
		 const char *key);

/**
 * ledger_learn() - learn a flow that an authenticated request names
 * @ledger: ledger; its set does not have the flow
 * @tlv: the request as it came
 * @key: id of its key
 *
 * Only a request for a block that is kept or about to be, newer than the last one in
 * which the set had the flow, and newer than the first one that was reported since
 * the start or since a step of the clock: a repeated request must not bring back
 * what was removed.
 *
 * Return: true if mask, netmask and timing are those of this ledger.
 */
bool ledger_learn(struct ledger *ledger, const struct blocktlv *tlv,
		  const char *key);

/**
 * ledger_learning() - what is learned
 * @ledger: ledger
 *
 * Return: valid as long as @ledger; its dumps and blocks are those of the ledger.
 */
struct learning *ledger_learning(struct ledger *ledger);

/**
 * ledger_flows() - number of flows
 * @ledger: ledger
 *
 * Return: flows.
 */
uint64_t ledger_flows(const struct ledger *ledger);

/**
 * ledger_total() - packets of the set over all flows and colours
 * @ledger: ledger
 *
 * Return: cumulative packets by the last whole dump, for the Direct
 * Measurement TLV.
 */
uint64_t ledger_total(const struct ledger *ledger);

#endif /* LMCTL_ENGINE_LEDGER_H */
