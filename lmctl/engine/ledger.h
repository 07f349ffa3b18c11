/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Ledger: the last blocks of every flow of a counting set, from its recorder; a
 * reflector answers from them. Pure.
 *
 * Memory is bounded by flows x LEDGER_BLOCKS; a flow that left the set is removed
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
 * ledger_begins() - set the first block that can have a figure
 * @ledger: ledger
 * @block: first block that the recorder can count; earlier ones are answered as too
 *	   old. A step of the clock resets it
 */
void ledger_begins(struct ledger *ledger, int64_t block);

/**
 * ledger_free() - free a ledger
 * @ledger: ledger or NULL
 */
void ledger_free(struct ledger *ledger);

/**
 * ledger_set() - note the state of the set
 * @ledger: ledger
 * @set: state of the set, which may be empty
 */
void ledger_set(struct ledger *ledger, const struct sr6flow_set *set);

/**
 * ledger_flow() - note a flow of the set
 * @ledger: ledger
 * @set: state of the set
 * @record: flow in a dump
 *
 * A flow has records from its second block on; this call distinguishes a flow just
 * added from an unknown one.
 *
 * Return: 0 or -ENOMEM.
 */
int ledger_flow(struct ledger *ledger, const struct sr6flow_set *set,
		const struct sr6flow_record *record);

/**
 * ledger_record() - add a record of a finished block
 * @ledger: ledger
 * @record: record; a second one of the same flow and block replaces the first
 *	    unless that was invalid
 *
 * Return: 0 or -ENOMEM.
 */
int ledger_record(struct ledger *ledger, const struct record *record);

/**
 * ledger_block_end() - note the end of a block's records
 * @ledger: ledger
 * @block: block number
 *
 * Forget flows that were last seen more than LEDGER_BLOCKS ago.
 */
void ledger_block_end(struct ledger *ledger, int64_t block);

/**
 * ledger_stepped() - note a step of the clock or a suspension
 * @ledger: ledger
 *
 * Void every kept block: the time from which the clock was wrong is unknown, so
 * their numbers may be those of other blocks.
 */
void ledger_stepped(struct ledger *ledger);

/**
 * ledger_ask() - answer a block TLV
 * @ledger: ledger
 * @tlv: the request; @answer and @received are overwritten with this node's, and so
 *	 are timing or mask if they differ
 * @from: address of the sender
 *
 * Differences in timing and mask come first, so that a sender learns of them for
 * any block. A flow has two ingresses if two addresses asked for it within two
 * blocks and both sent packets.
 *
 * Return: true unless the flow is unknown; then @answer says so, or that the set
 * has another netmask or that no block was reported yet, and mask and timing are
 * those of this node.
 */
bool ledger_ask(struct ledger *ledger, struct blocktlv *tlv,
		const struct in6_addr *from);

/**
 * ledger_keep() - note an authenticated request for a flow
 * @ledger: ledger
 * @tlv: the request as it came
 * @key: id of its key
 *
 * Return: true if the flow is in the set or queued for it.
 */
bool ledger_keep(struct ledger *ledger, const struct blocktlv *tlv,
		 const char *key);

/**
 * ledger_learn() - learn a flow that an authenticated request names
 * @ledger: ledger; its set does not have the flow
 * @tlv: the request as it came
 * @key: id of its key
 *
 * The request must be for a block that is kept or will be next, newer than the last
 * one in which the set had the flow, and newer than the first one reported since
 * the start or a step of the clock: a replayed request must not bring back a
 * removed flow.
 *
 * Return: true if mask, netmask and timing are those of this ledger.
 */
bool ledger_learn(struct ledger *ledger, const struct blocktlv *tlv,
		  const char *key);

/**
 * ledger_learning() - learning of a ledger
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
