// SPDX-License-Identifier: GPL-2.0-only
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "lmctl/engine/flow_state.h"

_Static_assert(offsetof(struct flow_state, sids) -
	       offsetof(struct flow_state, netmask) == FLOWKEY_LEN(0), "a key");

static struct flow_state *flow_state_new(struct flow_state **flows,
				     const struct sr6flow_record *record)
{
	const struct sr6flow_flow *from = &record->flow;
	size_t sids = from->nsids * sizeof(from->sids[0]);
	struct flow_state *flow = calloc(1, sizeof(*flow) + sids);

	if (!flow)
		return NULL;
	flow->instance = record->instance;
	flow->generation = record->generation;
	flow->nsids = (uint8_t)from->nsids;
	flow->netmask = from->netmask;
	flow->source = from->source;
	memcpy(flow->sids, from->sids, sids);
	HASH_ADD(hh, *flows, netmask, FLOWKEY_LEN(from->nsids), flow);
	if (!flow->lost)
		return flow;
	free(flow);
	return NULL;
}

static bool flow_state_rename(struct flow_state *flow, const char *name)
{
	if (!strcmp(flow->name ? flow->name : "", name))
		return true;
	free(flow->name);
	flow->name = *name ? strdup(name) : NULL;
	return flow->name || !*name;
}

struct flow_state *flow_state_get(struct flow_state **flows,
			      struct flow_state *expected,
			      const struct sr6flow_record *record)
{
	const struct sr6flow_flow *wanted = &record->flow;
	struct flow_state *flow = expected;

	if (!flow || !flowkey_is(&flow->netmask, flow->nsids, wanted))
		HASH_FIND(hh, *flows, flowkey(wanted),
			  FLOWKEY_LEN(wanted->nsids), flow);
	if (!flow)
		flow = flow_state_new(flows, record);
	return flow && flow_state_rename(flow, wanted->name) ? flow : NULL;
}

void flow_state_flow(const struct flow_state *flow, struct record *record)
{
	struct sr6flow_flow *to = &record->flow;

	record->instance = flow->instance;
	record->generation = flow->generation;
	record->last_source = flow->last_source;
	to->nsids = flow->nsids;
	to->netmask = flow->netmask;
	to->source = flow->source;
	memcpy(to->sids, flow->sids, flow->nsids * sizeof(to->sids[0]));
	to->name[0] = '\0';
	if (flow->name)
		strcpy(to->name, flow->name);
}

void flow_state_forget(struct flow_state **flows, struct flow_state *flow)
{
	HASH_DEL(*flows, flow);
	free(flow->name);
	free(flow);
}

void flow_state_taint(struct flow_state *flow, enum reason reason)
{
	unsigned int p;

	for (p = 0; p < 2; p++)
		flow->base[p].reason = reason_first(flow->base[p].reason,
						    reason);
	flow->reason = reason_first(flow->reason, reason);
}

static struct witnesses witnesses_of(const struct sr6flow_record *record)
{
	return (struct witnesses){
		.source_changes = record->source_changes,
		.segments_left_changes = record->segments_left_changes,
	};
}

void flow_state_witness_read(struct flow_state *flow,
			   const struct sr6flow_record *record)
{
	flow->witnesses = witnesses_of(record);
	flow->last_source = record->last_source;
}

void flow_state_witness_confirm(struct flow_state *flow, unsigned int parity,
			      const struct sr6flow_record *record)
{
	const struct witnesses now = witnesses_of(record);
	const struct witnesses *base = &flow->base[parity].witnesses;

	flow->last_source = record->last_source;
	if (now.source_changes != base->source_changes)
		flow->path = REASON_TWO_SOURCES;
	else if (now.segments_left_changes != base->segments_left_changes)
		flow->path = REASON_CROSSED_TWICE;
	else
		flow->path = REASON_NONE;
}

enum reason flow_state_path(const struct flow_state *flow, uint64_t packets)
{
	if (!flow->path && !flow->netmask && packets &&
	    IN6_IS_ADDR_UNSPECIFIED(&flow->last_source))
		return REASON_SOURCE_UNKNOWN;
	return flow->path;
}
