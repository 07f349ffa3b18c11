/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Results that wait for the history's writer: batches of copies, as short as
 * they can be, and a queue of batches. No locks: whoever shares one has them.
 */
#ifndef LMCTL_SINKS_HISTORY_HISTORY_QUEUE_H
#define LMCTL_SINKS_HISTORY_HISTORY_QUEUE_H

#include <stdbool.h>
#include <stdint.h>
#include "lmctl/engine/result.h"
#include "lmctl/sinks/history/history_db.h"

struct history_batch;

/**
 * history_batch_new() - make an empty batch
 *
 * Return: batch for history_batch_free(), or NULL when memory is short.
 */
struct history_batch *history_batch_new(void);

/**
 * history_batch_free() - free a batch
 * @batch: batch or NULL
 */
void history_batch_free(struct history_batch *batch);

/**
 * history_batch_room() - would adding a result take no more memory
 * @batch: batch
 * @result: result
 *
 * Return: true if it fits into what the batch has.
 */
bool history_batch_room(const struct history_batch *batch,
			const struct result *result);

/**
 * history_batch_add() - copy a result into a batch
 * @batch: batch
 * @result: result
 *
 * Return: 0 or -ENOMEM.
 */
int history_batch_add(struct history_batch *batch, const struct result *result);

/**
 * history_batch_results() - number of results
 * @batch: batch
 *
 * Return: results.
 */
uint64_t history_batch_results(const struct history_batch *batch);

/**
 * history_batch_size() - memory of a batch
 * @batch: batch or NULL
 *
 * Return: bytes.
 */
uint64_t history_batch_size(const struct history_batch *batch);

/**
 * history_batch_write() - write a batch to the database
 * @batch: batch
 * @db: database in a transaction
 *
 * Return: 0 or a negative errno as of history_db_begin().
 */
int history_batch_write(const struct history_batch *batch,
			struct history_db *db);

/**
 * struct history_queue - batches, the oldest first; zeros are an empty one
 * @first: oldest
 * @last: youngest
 * @size: bytes
 */
struct history_queue {
	struct history_batch *first;
	struct history_batch *last;
	uint64_t size;
};

/**
 * history_queue_push() - append a batch
 * @queue: queue
 * @batch: batch, owned by the queue from now on
 */
void history_queue_push(struct history_queue *queue,
			struct history_batch *batch);

/**
 * history_queue_push_front() - give the oldest batch back
 * @queue: queue
 * @batch: batch, owned by the queue from now on
 */
void history_queue_push_front(struct history_queue *queue,
			      struct history_batch *batch);

/**
 * history_queue_pop() - take the oldest batch
 * @queue: queue that is not empty
 *
 * Return: batch, owned by the caller.
 */
struct history_batch *history_queue_pop(struct history_queue *queue);

/**
 * history_queue_clear() - free all batches
 * @queue: queue
 *
 * Return: number of results that were in them.
 */
uint64_t history_queue_clear(struct history_queue *queue);

/**
 * history_queue_empty() - is there no batch
 * @queue: queue
 *
 * Return: true if there is none.
 */
static inline bool history_queue_empty(const struct history_queue *queue)
{
	return !queue->first;
}

/**
 * history_queue_size() - memory of all batches
 * @queue: queue
 *
 * Return: bytes.
 */
static inline uint64_t history_queue_size(const struct history_queue *queue)
{
	return queue->size;
}

#endif /* LMCTL_SINKS_HISTORY_HISTORY_QUEUE_H */
