// SPDX-License-Identifier: GPL-2.0-only
#include <stdlib.h>

#include "prober_net.h"
#include "test/unit/unit.h"

void net_seed(struct net *net, uint64_t seed)
{
	net->random = seed * UINT64_C(0x9e3779b97f4a7c15);
}

uint64_t net_random(struct net *net)
{
	net->random ^= net->random << 13;
	net->random ^= net->random >> 7;
	net->random ^= net->random << 17;
	return net->random;
}

bool net_chance(struct net *net, unsigned int percent)
{
	return (net_random(net) >> 20) % 100 < percent;
}

static bool before(const struct net_event *a, const struct net_event *b)
{
	return a->time != b->time ? a->time < b->time : a->order < b->order;
}

void net_push(struct net *net, struct net_event event)
{
	size_t i, parent;

	if (net->n == net->room) {
		net->room = net->room ? 2 * net->room : 64;
		net->event = reallocarray(net->event, net->room,
					  sizeof(event));
		assert_non_null(net->event);
	}
	event.order = net->order++;
	for (i = net->n++; i; i = parent) {
		parent = (i - 1) / 2;
		if (!before(&event, &net->event[parent]))
			break;
		net->event[i] = net->event[parent];
	}
	net->event[i] = event;
}

struct net_event net_pop(struct net *net)
{
	struct net_event first = net->event[0];
	struct net_event last = net->event[--net->n];
	size_t i = 0, child;

	for (; (child = 2 * i + 1) < net->n; i = child) {
		if (child + 1 < net->n &&
		    before(&net->event[child + 1], &net->event[child]))
			child++;
		if (!before(&net->event[child], &last))
			break;
		net->event[i] = net->event[child];
	}
	net->event[i] = last;
	return first;
}
