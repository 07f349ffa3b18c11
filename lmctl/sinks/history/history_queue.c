// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "lmctl/base/flowkey.h"
#include "lmctl/sinks/figures.h"
#include "lmctl/sinks/history/history_queue.h"

#define CHUNK_BYTES (1u << 18)

/*
 * struct entry - copy of a result
 * @of: measurement of it, one of the batch
 * @block: as in struct result, and so the others
 * @received: of a gap row, over the whole path
 *
 * The answers of the peers, the identity of the flow and its name with the NUL follow. Chunks
 * begin with a malloc'd address and entries have a multiple of 8 bytes, so
 * every one is aligned.
 */
struct entry {
	const struct measurement *of;
	int64_t block;
	uint64_t sent;
	uint64_t sent_bytes;
	uint64_t gap;
	int64_t first;
	struct sr6flow_counters received;
	enum reason reason;
	uint32_t period_ms;
	uint32_t mask;
	uint32_t nsids;
};

struct chunk {
	struct chunk *next;
	size_t used;
	_Alignas(8) unsigned char bytes[CHUNK_BYTES];
};

/* Copies: a reload may free those that results point to. */
struct known_measurement {
	struct known_measurement *next;
	const struct measurement *from;
	int64_t block;
	struct measurement copy;
};

struct history_batch {
	struct history_batch *next;
	struct chunk *first;
	struct chunk *last;
	struct known_measurement *measurements;
	uint64_t results;
	uint64_t size;
};

struct history_batch *history_batch_new(void)
{
	struct history_batch *batch = calloc(1, sizeof(*batch));

	if (batch)
		batch->size = sizeof(*batch);
	return batch;
}

void history_batch_free(struct history_batch *batch)
{
	if (!batch)
		return;
	while (batch->first) {
		struct chunk *chunk = batch->first;

		batch->first = chunk->next;
		free(chunk);
	}
	while (batch->measurements) {
		struct known_measurement *known = batch->measurements;

		batch->measurements = known->next;
		free(known);
	}
	free(batch);
}

static size_t entry_size(unsigned int npeers, unsigned int nsids,
			 size_t name_len)
{
	size_t size = sizeof(struct entry) +
		      npeers * sizeof(struct result_peer) +
		      FLOWKEY_LEN(nsids) + name_len + 1;

	return (size + 7) / 8 * 8;
}

static size_t result_size(const struct result *result)
{
	return entry_size(result->of->npeers, result->flow->nsids,
			  strlen(result->flow->name));
}

bool history_batch_room(const struct history_batch *batch,
			const struct result *result)
{
	return batch->last &&
	       CHUNK_BYTES - batch->last->used >= result_size(result);
}

static int add_chunk(struct history_batch *batch)
{
	struct chunk *chunk = malloc(sizeof(*chunk));

	if (!chunk)
		return -ENOMEM;
	chunk->next = NULL;
	chunk->used = 0;
	if (batch->last)
		batch->last->next = chunk;
	else
		batch->first = chunk;
	batch->last = chunk;
	batch->size += sizeof(*chunk);
	return 0;
}

/*
 * The same address may be another measurement after a reload, but not within a
 * block.
 */
static const struct measurement *own_copy(struct history_batch *batch,
					  const struct result *result)
{
	struct known_measurement *known;

	for (known = batch->measurements; known; known = known->next)
		if (known->from == result->of && known->block == result->block)
			return &known->copy;
	known = malloc(sizeof(*known));
	if (!known)
		return NULL;
	known->from = result->of;
	known->block = result->block;
	known->copy = *result->of;
	known->next = batch->measurements;
	batch->measurements = known;
	batch->size += sizeof(*known);
	return &known->copy;
}

int history_batch_add(struct history_batch *batch, const struct result *result)
{
	const struct sr6flow_flow *flow = result->flow;
	const struct measurement *of = own_copy(batch, result);
	size_t peers_len = result->of->npeers * sizeof(result->peer[0]);
	size_t key_len = FLOWKEY_LEN(flow->nsids);
	unsigned char *to;
	const struct known received = result_received(result);
	int err = 0;

	if (!of)
		return -ENOMEM;
	if (!history_batch_room(batch, result))
		err = add_chunk(batch);
	if (err)
		return err;
	to = batch->last->bytes + batch->last->used;
	*(struct entry *)to = (struct entry){
		.of = of,
		.block = result->block,
		.sent = result->sent,
		.sent_bytes = result->sent_bytes,
		.gap = result->gap,
		.first = result->first,
		.received = { received.packets, received.bytes },
		.reason = result->reason,
		.period_ms = result->period_ms,
		.mask = result->mask,
		.nsids = flow->nsids,
	};
	to += sizeof(struct entry);
	memcpy(to, result->peer, peers_len);
	memcpy(to + peers_len, flowkey(flow), key_len);
	strcpy((char *)to + peers_len + key_len, flow->name);
	batch->last->used += result_size(result);
	batch->results++;
	return 0;
}

uint64_t history_batch_results(const struct history_batch *batch)
{
	return batch->results;
}

uint64_t history_batch_size(const struct history_batch *batch)
{
	return batch ? batch->size : 0;
}

/* Return: length of the entry. */
static size_t unpack(const unsigned char *from, struct result *result,
		     struct sr6flow_flow *flow)
{
	const struct entry *entry = (const void *)from;
	size_t peers_len = entry->of->npeers * sizeof(result->peer[0]);
	size_t key_len = FLOWKEY_LEN(entry->nsids);

	result->of = entry->of;
	result->flow = flow;
	result->block = entry->block;
	result->period_ms = entry->period_ms;
	result->mask = entry->mask;
	result->reason = entry->reason;
	result->sent = entry->sent;
	result->sent_bytes = entry->sent_bytes;
	result->gap = entry->gap;
	result->first = entry->first;
	result->received = entry->received;
	from += sizeof(*entry);
	memcpy(result->peer, from, peers_len);
	flow->nsids = entry->nsids;
	memcpy(&flow->netmask, from + peers_len, key_len);
	strcpy(flow->name, (const char *)from + peers_len + key_len);
	return result_size(result);
}

int history_batch_write(const struct history_batch *batch,
			struct history_db *db)
{
	const struct measurement *of = NULL;
	struct sr6flow_flow flow;
	const struct chunk *chunk;
	struct result result;
	int64_t block = 0;
	int err = 0;

	for (chunk = batch->first; chunk; chunk = chunk->next) {
		size_t at = 0;

		while (!err && at < chunk->used) {
			at += unpack(chunk->bytes + at, &result, &flow);
			if (result.of != of || result.block != block)
				err = history_db_block(db, result.of,
						       result.block,
						       result.period_ms,
						       result.mask);
			of = result.of;
			block = result.block;
			if (!err)
				err = result.gap ?
				      history_db_gap(db, &result) :
				      history_db_result(db, &result);
		}
	}
	return err;
}

void history_queue_push(struct history_queue *queue,
			struct history_batch *batch)
{
	batch->next = NULL;
	if (queue->last)
		queue->last->next = batch;
	else
		queue->first = batch;
	queue->last = batch;
	queue->size += batch->size;
}

void history_queue_push_front(struct history_queue *queue,
			      struct history_batch *batch)
{
	batch->next = queue->first;
	queue->first = batch;
	if (!queue->last)
		queue->last = batch;
	queue->size += batch->size;
}

struct history_batch *history_queue_pop(struct history_queue *queue)
{
	struct history_batch *batch = queue->first;

	queue->first = batch->next;
	if (!queue->first)
		queue->last = NULL;
	queue->size -= batch->size;
	return batch;
}

uint64_t history_queue_clear(struct history_queue *queue)
{
	uint64_t results = 0;

	while (queue->first) {
		struct history_batch *batch = history_queue_pop(queue);

		results += batch->results;
		history_batch_free(batch);
	}
	return results;
}
