// SPDX-License-Identifier: GPL-2.0-only
#include <inttypes.h>
#include <stdio.h>

#include "test/model/flow.h"
#include "test/model/records.h"
#include "test/model/world.h"

/* What is the same in all records of a node. */
static bool is_of(const struct node *node, const struct record *record)
{
	const struct block_timing *timing = &node->world->timing;

	return *record->node && *record->set &&
	       record->period_ms * BLOCK_NS_PER_MS == timing->period &&
	       record->guard_us * BLOCK_NS_PER_US == timing->guard &&
	       record->band_us * BLOCK_NS_PER_US == timing->band &&
	       record->mask == node->kernel.mask &&
	       record->colour == block_colour(record->mask, record->block) &&
	       record->bytes == record->packets * KSET_BYTES;
}

static const char *word_of(const struct record *last, const struct record *record)
{
	uint64_t packets = record->total.packets - last->total.packets;
	uint64_t bytes = record->total.bytes - last->total.bytes;

	if (!record->continuity)
		return record->total.packets || record->total.bytes ? "?" :
		       reason_word(record->reason) ?: "-";
	if (record->reason)
		return "?";
	if (record->continuity != last->continuity)
		return last->continuity ? "+" : "=";
	/* Two blocks in a row differ by what was counted in the second one. */
	if (record->block == last->block + 1 &&
	    (packets != record->packets || bytes != record->bytes))
		return "?";
	return "=";
}

void records_add(struct node *node, const struct record *record)
{
	struct records *records = &node->records;
	unsigned int flow = flow_number(&record->flow);
	size_t room = sizeof(records->text) - records->len;
	char *at = records->text + records->len;
	struct record *last;
	const char *word;
	int len;

	if (flow >= RECORDS_FLOWS)
		return;
	last = &records->last[flow];
	word = is_of(node, record) ? word_of(last, record) : "?";
	/* A clock that was set back gives a number twice. */
	if (records->len && record->block == records->block &&
	    flow > records->flow)
		len = snprintf(at, room, "/%s", word);
	else
		len = snprintf(at, room, "%s%" PRId64 ":%s",
			       records->len ? " " : "",
			       record->block - WORLD_FIRST, word);
	records->block = record->block;
	records->flow = flow;
	if (record->continuity)
		*last = *record;
	if ((size_t)len < room)
		records->len += (size_t)len;
}
