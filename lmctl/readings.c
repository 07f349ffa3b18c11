// SPDX-License-Identifier: GPL-2.0-only
#include <stdlib.h>
#include <string.h>

#include "lmctl/readings.h"

static size_t sids_size(const struct sr6flow_flow *flow)
{
	return flow->nsids * sizeof(flow->sids[0]);
}

static bool same_flow(const struct readings *flow,
		      const struct sr6flow_flow *wanted)
{
	return flow->nsids == wanted->nsids &&
	       !memcmp(flow->sids, wanted->sids, sids_size(wanted));
}

static struct readings *readings_new(struct readings **flows,
				     const struct sr6flow_record *record)
{
	const struct sr6flow_flow *from = &record->flow;
	struct readings *flow = calloc(1, sizeof(*flow) + sids_size(from));

	if (!flow)
		return NULL;
	flow->instance = record->instance;
	flow->generation = record->generation;
	flow->nsids = (uint8_t)from->nsids;
	memcpy(flow->sids, from->sids, sids_size(from));
	HASH_ADD(hh, *flows, sids, sids_size(from), flow);
	if (!flow->lost)
		return flow;
	free(flow);
	return NULL;
}

static bool readings_rename(struct readings *flow, const char *name)
{
	if (!strcmp(flow->name ? flow->name : "", name))
		return true;
	free(flow->name);
	flow->name = *name ? strdup(name) : NULL;
	return flow->name || !*name;
}

struct readings *readings_get(struct readings **flows,
			      struct readings *expected,
			      const struct sr6flow_record *record)
{
	const struct sr6flow_flow *wanted = &record->flow;
	struct readings *flow = expected;

	if (!flow || !same_flow(flow, wanted))
		HASH_FIND(hh, *flows, wanted->sids, sids_size(wanted), flow);
	if (!flow)
		flow = readings_new(flows, record);
	return flow && readings_rename(flow, wanted->name) ? flow : NULL;
}

void readings_flow(const struct readings *flow, struct sr6flow_flow *to)
{
	to->nsids = flow->nsids;
	memcpy(to->sids, flow->sids, sids_size(to));
	to->name[0] = '\0';
	if (flow->name)
		strcpy(to->name, flow->name);
}

void readings_forget(struct readings **flows, struct readings *flow)
{
	HASH_DEL(*flows, flow);
	free(flow->name);
	free(flow);
}

void readings_taint(struct readings *flow, enum reason reason)
{
	unsigned int p;

	for (p = 0; p < 2; p++)
		flow->base[p].reason = reason_first(flow->base[p].reason,
						    reason);
	flow->reason = reason_first(flow->reason, reason);
}
