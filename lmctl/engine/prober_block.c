// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <utlist.h>

#include "lmctl/engine/prober_private.h"

/* Initial room for flows of a block. */
#define ENTRIES_MIN 16

const void *prober_entry_key(const struct prober *prober,
			     const struct prober_entry *entry)
{
	return &entry->peer[prober->config.of.npeers];
}

void prober_entry_flow(const struct prober *prober,
		       const struct prober_entry *entry,
		       struct sr6flow_flow *flow)
{
	memset(flow, 0, sizeof(*flow));
	flow->nsids = entry->nsids;
	memcpy(&flow->netmask, prober_entry_key(prober, entry),
	       FLOWKEY_LEN(entry->nsids));
	memcpy(flow->name, entry->name, sizeof(flow->name));
}

static struct prober_entry *entry_new(const struct prober *prober,
				      const struct record *record)
{
	const struct measurement *of = &prober->config.of;
	size_t key = FLOWKEY_LEN(record->flow.nsids);
	struct prober_entry *entry;
	unsigned int i;

	entry = calloc(1, sizeof(*entry) +
			  of->npeers * sizeof(entry->peer[0]) + key);
	if (!entry)
		return NULL;
	entry->sent = record->packets;
	entry->sent_bytes = record->bytes;
	entry->total = record->total;
	entry->continuity = record->continuity;
	entry->last_source = record->last_source;
	entry->mask = record->mask;
	entry->colour = record->colour;
	entry->period_ms = record->period_ms;
	entry->reason = record->reason;
	entry->sourced = record->flow.netmask;
	entry->nsids = (uint8_t)record->flow.nsids;
	memcpy(entry->name, record->flow.name, sizeof(entry->name));
	for (i = 0; i < of->npeers; i++)
		entry->peer[i].said.answer.status = ANSWER_NO_ANSWER;
	memcpy(&entry->peer[of->npeers], flowkey(&record->flow), key);
	return entry;
}

static void entry_give(struct prober *prober, int64_t block,
		       struct prober_entry *entry)
{
	const struct measurement *of = &prober->config.of;
	struct sr6flow_flow flow;
	struct result result = {
		.of = of,
		.flow = &flow,
		.block = block,
		.period_ms = entry->period_ms,
		.mask = entry->mask,
		.colour = entry->colour,
		.reason = entry->reason,
		.sent = entry->sent,
		.sent_bytes = entry->sent_bytes,
	};
	unsigned int i;

	prober_entry_flow(prober, entry, &flow);
	for (i = 0; i < of->npeers; i++)
		result.peer[i] = entry->peer[i].said;
	entry->given = true;
	prober->ops->result(prober->arg, &result);
}

static uint16_t all_peers(const struct prober *prober)
{
	return (uint16_t)((1u << prober->config.of.npeers) - 1);
}

static bool answer_final(const struct prober_answer *answer)
{
	return !answer->again &&
	       answer->said.answer.status != ANSWER_NO_ANSWER &&
	       answer->said.answer.status != ANSWER_NOT_FINISHED;
}

struct prober_entry *prober_ask_entry(const struct prober_ask *ask,
				      uint32_t i)
{
	struct prober_entry *entry = ask->block->entry[i];

	return (entry->final & 1u << ask->peer) ? NULL : entry;
}

bool prober_ask_waits(const struct prober_ask *ask, uint32_t i)
{
	const struct prober_entry *entry = ask->block->entry[i];

	return entry->peer[ask->peer].said.answer.status == ANSWER_NOT_FINISHED;
}

void prober_ask_answer(struct prober *prober, struct prober_ask *ask,
		       uint32_t i, const struct prober_answer *answer)
{
	struct prober_block *block = ask->block;
	struct prober_entry *entry = block->entry[i];

	if (prober_ask_waits(ask, i) &&
	    answer->said.answer.status != ANSWER_NOT_FINISHED)
		ask->end = ask->n;
	entry->peer[ask->peer] = *answer;
	if (!answer_final(answer))
		return;
	entry->final |= (uint16_t)(1u << ask->peer);
	ask->open--;
	if (entry->final == all_peers(prober))
		entry_give(prober, block->number, entry);
}

void prober_ask_settle(struct prober *prober, struct prober_ask *ask)
{
	if (ask->open || ask->complete)
		return;
	prober_ask_report(prober, ask);
	if (!--ask->block->open)
		prober_block_close(prober, ask->block);
}

void prober_block_void(struct prober_block *block, enum reason reason)
{
	size_t i;

	for (i = 0; i < block->n; i++) {
		struct prober_entry *entry = block->entry[i];

		if (entry->given)
			continue;
		entry->reason = reason_first(entry->reason, reason);
		entry->sent = 0;
		entry->sent_bytes = 0;
	}
}

static void entries_free(struct prober_block *block)
{
	size_t i;

	for (i = 0; i < block->n; i++)
		free(block->entry[i]);
	free(block->entry);
	block->entry = NULL;
	block->n = 0;
}

/* In order: a block's figures are known once it is complete. */
static void blocks_settle(struct prober *prober)
{
	struct prober_block *block;

	DL_FOREACH(prober->blocks, block) {
		if (!block->complete)
			return;
		if (block->settled)
			continue;
		prober_gap_block(prober, block);
		entries_free(block);
		block->settled = true;
	}
}

void prober_blocks_sweep(struct prober *prober)
{
	struct prober_block *block, *next;

	DL_FOREACH_SAFE(prober->blocks, block, next)
		if (block->settled)
			prober_block_free(prober, block);
}

/* The peer replied, but with nothing usable. */
static void block_unusable(const struct prober *prober,
			   struct prober_block *block, unsigned int peer)
{
	size_t i;

	if (!block->asking || block->ask[peer].complete ||
	    block->ask[peer].report.replies ||
	    !rejects_useless(&prober->peer[peer].rejects))
		return;
	for (i = 0; i < block->n; i++) {
		struct answer *answer =
			&block->entry[i]->peer[peer].said.answer;

		if (answer->status == ANSWER_NO_ANSWER)
			answer->status = ANSWER_UNUSABLE;
	}
}

void prober_block_close(struct prober *prober, struct prober_block *block)
{
	int64_t number = block->number;
	unsigned int peer;
	size_t i;

	for (peer = 0; peer < prober->config.of.npeers; peer++)
		block_unusable(prober, block, peer);
	for (i = 0; i < block->n; i++)
		if (!block->entry[i]->given)
			entry_give(prober, number, block->entry[i]);
	for (peer = 0; peer < prober->config.of.npeers; peer++)
		if (block->asking && !block->ask[peer].complete)
			prober_ask_report(prober, &block->ask[peer]);
	block->complete = true;
	blocks_settle(prober);
	prober->ops->block_end(prober->arg, number);
}

static void block_forget(struct prober *prober,
			 const struct prober_block *block)
{
	struct prober_message *message;
	unsigned int peer;
	uint32_t i;

	for (peer = 0; peer < prober->config.of.npeers; peer++) {
		for (i = 0; i < prober->ring; i++) {
			message = prober_message(prober, peer, i);
			if (message->ask && message->ask->block == block)
				message->ask = NULL;
		}
	}
}

void prober_block_free(struct prober *prober, struct prober_block *block)
{
	unsigned int peer;

	block_forget(prober, block);
	for (peer = 0; peer < prober->config.of.npeers; peer++)
		free(block->ask[peer].round);
	entries_free(block);
	DL_DELETE(prober->blocks, block);
	free(block);
}

/*
 * The block that collects records. After a step of the clock backwards a number
 * repeats, and answers of peers could be about either block: end the earlier one,
 * so that nothing is mixed.
 */
static struct prober_block *block_get(struct prober *prober, int64_t number)
{
	struct prober_block *block;

	DL_FOREACH(prober->blocks, block) {
		if (block->number != number || block->complete)
			continue;
		if (!block->asking)
			return block;
		prober_block_close(prober, block);
	}
	block = calloc(1, sizeof(*block));
	if (!block)
		return NULL;
	block->number = number;
	block->began = prober_now(prober);
	DL_APPEND(prober->blocks, block);
	return block;
}

static int block_reserve(struct prober_block *block)
{
	size_t room = block->room ? 2 * block->room : ENTRIES_MIN;
	struct prober_entry **entry;

	if (block->n < block->room)
		return 0;
	entry = reallocarray(block->entry, room, sizeof(*entry));
	if (!entry)
		return -ENOMEM;
	block->entry = entry;
	block->room = room;
	return 0;
}

/*
 * Without this node's count, two other counts on the path still give the loss
 * between them; a single count and a sum give none.
 */
static bool worth_asking(const struct prober *prober,
			 const struct record *record)
{
	const struct measurement *of = &prober->config.of;

	return record->reason == REASON_NONE ||
	       (of->npeers > 1 && !of->group);
}

static void entry_not_asked(struct prober *prober, int64_t block,
			    struct prober_entry *entry)
{
	unsigned int i;

	for (i = 0; i < prober->config.of.npeers; i++)
		entry->peer[i].said.answer.status = ANSWER_NOT_ASKED;
	entry->final = all_peers(prober);
	entry_give(prober, block, entry);
}

int prober_record(struct prober *prober, const struct record *record)
{
	struct prober_block *block = block_get(prober, record->block);
	struct prober_entry *entry;

	if (!block || block_reserve(block))
		return -ENOMEM;
	entry = entry_new(prober, record);
	if (!entry)
		return -ENOMEM;
	block->entry[block->n++] = entry;
	if (!worth_asking(prober, record))
		entry_not_asked(prober, record->block, entry);
	return 0;
}

int prober_block_end(struct prober *prober, int64_t number)
{
	struct prober_block *block = block_get(prober, number);
	unsigned int peer;

	if (!block)
		return -ENOMEM;
	block->began = prober_now(prober);
	for (peer = 0; peer < prober->config.of.npeers; peer++) {
		if (prober_ask_init(prober, &block->ask[peer], block,
				    peer)) {
			prober_block_close(prober, block);
			return -ENOMEM;
		}
	}
	block->open = prober->config.of.npeers;
	block->asking = true;
	return 0;
}
