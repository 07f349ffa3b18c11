/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * State of a sink for each flow of each measurement, while the flow has results:
 * memory is bounded by the flows of the last blocks.
 */
#ifndef LMCTL_SINKS_FLOWMAP_H
#define LMCTL_SINKS_FLOWMAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define HASH_NONFATAL_OOM 1
#define uthash_nonfatal_oom(item) ((item)->lost = true)
#include <uthash.h>

#include "lmctl/engine/result.h"

/**
 * struct flowmap_table - the flows of a measurement
 * @name: name of the measurement
 * @flows: by identity, see flowkey.h
 * @ends: ends of blocks
 * @idle: ends of blocks of others since the last one of this
 * @next: next measurement
 */
struct flowmap_table {
	char name[RESULT_NAME_LEN];
	struct flowmap_entry *flows;
	uint64_t ends;
	uint64_t idle;
	struct flowmap_table *next;
};

/**
 * struct flowmap_entry - a flow; the first member of the sink's state for it
 * @flow: the flow, with its last name
 * @table: its measurement
 * @block: block of its last result
 * @seen: ends of blocks at that time
 * @lost: memory was short
 * @hh: by identity
 */
struct flowmap_entry {
	struct sr6flow_flow flow;
	struct flowmap_table *table;
	int64_t block;
	uint64_t seen;
	bool lost;
	UT_hash_handle hh;
};

/**
 * struct flowmap - state of a sink for all flows
 * @size: bytes of the state of a flow
 * @keep: ends of blocks after which a flow without results is dropped
 * @drop: called before a flow is freed, or NULL
 * @arg: for @drop
 * @n: number of flows
 * @tables: measurements
 * @n_tables: their number
 */
struct flowmap {
	size_t size;
	uint64_t keep;
	void (*drop)(struct flowmap_entry *entry, void *arg);
	void *arg;
	size_t n;
	struct flowmap_table *tables;
	uint64_t n_tables;
};

/**
 * flowmap_get() - find or add a flow
 * @map: memory
 * @measurement: name of the measurement
 * @flow: flow; its name is kept, too
 * @block: block of the result
 * @renamed: filled: it is new or had another name
 *
 * Return: entry, all zero behind struct flowmap_entry if new; NULL when memory
 * is short.
 */
struct flowmap_entry *flowmap_get(struct flowmap *map,
				  const char *measurement,
				  const struct sr6flow_flow *flow,
				  int64_t block, bool *renamed);

/**
 * flowmap_find() - find a flow
 * @map: memory
 * @measurement: name of the measurement
 * @flow: flow
 *
 * Return: entry, or NULL.
 */
struct flowmap_entry *flowmap_find(const struct flowmap *map,
				   const char *measurement,
				   const struct sr6flow_flow *flow);

/**
 * flowmap_remove() - drop a flow
 * @map: memory
 * @entry: flow
 */
void flowmap_remove(struct flowmap *map, struct flowmap_entry *entry);

/**
 * flowmap_end() - drop flows without recent results
 * @map: memory
 * @measurement: name of the measurement whose block has ended
 */
void flowmap_end(struct flowmap *map, const char *measurement);

/**
 * flowmap_forget() - drop all flows of a measurement
 * @map: memory
 * @measurement: its name
 */
void flowmap_forget(struct flowmap *map, const char *measurement);

/**
 * flowmap_next() - iterate over all flows
 * @map: memory
 * @entry: the one before, NULL to begin
 *
 * Return: entry, or NULL at the end.
 */
struct flowmap_entry *flowmap_next(const struct flowmap *map,
				   const struct flowmap_entry *entry);

/**
 * flowmap_clear() - drop all flows
 * @map: memory
 */
void flowmap_clear(struct flowmap *map);

#endif /* LMCTL_SINKS_FLOWMAP_H */
