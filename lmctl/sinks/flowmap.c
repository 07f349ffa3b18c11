// SPDX-License-Identifier: GPL-2.0-only
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lmctl/base/flowkey.h"
#include "lmctl/sinks/flowmap.h"

static struct flowmap_table *find(const struct flowmap *map, const char *name)
{
	struct flowmap_table *table = map->tables;

	while (table && strcmp(table->name, name))
		table = table->next;
	return table;
}

static struct flowmap_table *get_table(struct flowmap *map, const char *name)
{
	struct flowmap_table *table = find(map, name);

	if (table)
		return table;
	table = calloc(1, sizeof(*table));
	if (!table)
		return NULL;
	snprintf(table->name, sizeof(table->name), "%s", name);
	table->next = map->tables;
	map->tables = table;
	map->n_tables++;
	return table;
}

static struct flowmap_entry *add(struct flowmap *map,
				 struct flowmap_table *table,
				 const struct sr6flow_flow *flow)
{
	struct flowmap_entry *entry = calloc(1, map->size);

	if (!entry)
		return NULL;
	entry->flow = *flow;
	entry->table = table;
	HASH_ADD_KEYPTR(hh, table->flows, flowkey(&entry->flow),
			FLOWKEY_LEN(flow->nsids), entry);
	if (entry->lost) {
		free(entry);
		return NULL;
	}
	map->n++;
	return entry;
}

static struct flowmap_entry *find_in(const struct flowmap_table *table,
				     const struct sr6flow_flow *flow)
{
	struct flowmap_entry *entry;

	HASH_FIND(hh, table->flows, flowkey(flow), FLOWKEY_LEN(flow->nsids),
		  entry);
	return entry;
}

struct flowmap_entry *flowmap_find(const struct flowmap *map,
				   const char *measurement,
				   const struct sr6flow_flow *flow)
{
	const struct flowmap_table *table = find(map, measurement);

	return table ? find_in(table, flow) : NULL;
}

struct flowmap_entry *flowmap_get(struct flowmap *map,
				  const char *measurement,
				  const struct sr6flow_flow *flow,
				  int64_t block, bool *renamed)
{
	struct flowmap_table *table = get_table(map, measurement);
	struct flowmap_entry *entry;

	if (!table)
		return NULL;
	entry = find_in(table, flow);
	*renamed = !entry || strcmp(entry->flow.name, flow->name);
	if (!entry)
		entry = add(map, table, flow);
	if (!entry)
		return NULL;
	memcpy(entry->flow.name, flow->name, sizeof(entry->flow.name));
	entry->block = block;
	entry->seen = table->ends;
	return entry;
}

void flowmap_remove(struct flowmap *map, struct flowmap_entry *entry)
{
	HASH_DEL(entry->table->flows, entry);
	map->n--;
	if (map->drop)
		map->drop(entry, map->arg);
	free(entry);
}

static void drop_table(struct flowmap *map, struct flowmap_table **at)
{
	struct flowmap_table *table = *at;
	struct flowmap_entry *entry, *tmp;

	HASH_ITER(hh, table->flows, entry, tmp)
		flowmap_remove(map, entry);
	*at = table->next;
	map->n_tables--;
	free(table);
}

/*
 * A measurement removed from the configuration has no more ends of blocks: those of
 * the others end its time.
 */
static void drop_idle(struct flowmap *map, const struct flowmap_table *but)
{
	struct flowmap_table **at = &map->tables;

	while (*at)
		if (*at != but && ++(*at)->idle > map->keep * map->n_tables)
			drop_table(map, at);
		else
			at = &(*at)->next;
}

void flowmap_end(struct flowmap *map, const char *measurement)
{
	struct flowmap_table *table = find(map, measurement);
	struct flowmap_entry *entry, *tmp;

	drop_idle(map, table);
	if (!table)
		return;
	table->idle = 0;
	table->ends++;
	HASH_ITER(hh, table->flows, entry, tmp)
		if (table->ends - entry->seen > map->keep)
			flowmap_remove(map, entry);
}

void flowmap_forget(struct flowmap *map, const char *measurement)
{
	struct flowmap_table **at = &map->tables;

	while (*at && strcmp((*at)->name, measurement))
		at = &(*at)->next;
	if (*at)
		drop_table(map, at);
}

struct flowmap_entry *flowmap_next(const struct flowmap *map,
				   const struct flowmap_entry *entry)
{
	struct flowmap_table *table = entry ? entry->table : map->tables;

	if (entry && entry->hh.next)
		return entry->hh.next;
	if (entry)
		table = table->next;
	while (table && !table->flows)
		table = table->next;
	return table ? table->flows : NULL;
}

void flowmap_clear(struct flowmap *map)
{
	while (map->tables)
		drop_table(map, &map->tables);
}
