// SPDX-License-Identifier: GPL-2.0-only
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "result_make.h"

struct sr6flow_flow make_flow(const char *text)
{
	struct sr6flow_flow flow;
	char error[256];

	if (sr6flow_flow_parse(&flow, text, error, sizeof(error)))
		abort();
	return flow;
}

struct measurement make_measurement(bool group, unsigned int n)
{
	struct measurement of = {
		.name = "core",
		.set = "lm-tx",
		.group = group,
		.npeers = n,
	};
	unsigned int i;

	for (i = 0; i < n; i++)
		snprintf(of.peer[i], sizeof(of.peer[i]), "p%u", i + 1);
	return of;
}

void make_received(struct result *result, unsigned int peer, uint64_t packets)
{
	result->peer[peer].answer.status = ANSWER_VALID;
	result->peer[peer].packets = packets;
	result->peer[peer].bytes = packets * 100;
}

struct result make_result(const struct measurement *of,
			  const struct sr6flow_flow *flow, int64_t block,
			  uint64_t sent, uint64_t received)
{
	struct result result = {
		.of = of,
		.flow = flow,
		.block = block,
		.period_ms = 10000,
		.mask = 0x00030000,
		.colour = block & 1 ? 0x00020000 : 0x00010000,
		.sent = sent,
		.sent_bytes = sent * 100,
	};

	make_received(&result, 0, received);
	return result;
}

struct result make_gap(const struct measurement *of,
		       const struct sr6flow_flow *flow, int64_t first,
		       uint64_t blocks, uint64_t sent, uint64_t received)
{
	struct result gap = make_result(of, flow, first + (int64_t)blocks - 1,
					sent, received);
	unsigned int i;

	gap.gap = blocks;
	gap.first = first;
	gap.colour = 0;
	gap.covers = RESULT_TOTAL | (of->group ? 0 : RESULT_SEGMENT(0));
	gap.received = (struct sr6flow_counters){ received, received * 100 };
	for (i = of->group ? 0 : 1; i < of->npeers; i++)
		gap.peer[i] = (struct result_peer){
			.answer.status = ANSWER_NOT_ASKED,
		};
	return gap;
}
