// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <linux/nexthop.h>
#include <stdlib.h>

#include "lmctl/engine/routing_private.h"

struct nexthop *routing_nexthop_find(const struct routing *routing, uint32_t id)
{
	struct nexthop *nexthop;

	HASH_FIND(hh, routing->nexthops, &id, sizeof(id), nexthop);
	return nexthop;
}

void routing_nexthop_free(struct routing *routing, struct nexthop *nexthop)
{
	/* It is in the table. NOLINTNEXTLINE(clang-analyzer-core.NullDereference) */
	HASH_DEL(routing->nexthops, nexthop);
	free(nexthop->member);
	free(nexthop);
}

/* Check whether packets by an object, or a member of it, have an SRH. */
bool routing_carries(const struct routing *routing,
		    const struct nexthop *nexthop)
{
	unsigned int i;

	for (i = 0; i < nexthop->nmembers; i++) {
		const struct nexthop *member =
			routing_nexthop_find(routing, nexthop->member[i]);

		if (member && member->path)
			return true;
	}
	return nexthop->path;
}

static void nexthop_clear(struct routing *routing, struct nexthop *nexthop)
{
	if (nexthop->path)
		routing_path_put(routing, nexthop->path);
	nexthop->path = NULL;
	free(nexthop->member);
	nexthop->member = NULL;
	nexthop->nmembers = 0;
	routing->remark = true;
}

static struct nexthop *nexthop_get(struct routing *routing, uint32_t id)
{
	struct nexthop *nexthop = routing_nexthop_find(routing, id);

	if (nexthop)
		return nexthop;
	nexthop = calloc(1, sizeof(*nexthop));
	if (!nexthop)
		return NULL;
	nexthop->id = id;
	nexthop->gone = true;
	HASH_ADD(hh, routing->nexthops, id, sizeof(id), nexthop);
	if (!nexthop->lost)
		return nexthop;
	free(nexthop);
	return NULL;
}

static int nexthop_fill(struct routing *routing, struct nexthop *nexthop,
			struct route_message *message)
{
	unsigned int i, n = message->nmembers;

	nexthop_clear(routing, nexthop);
	if (message->hop.encap) {
		nexthop->path = routing_path_get(routing, &message->hop, NULL);
		if (!nexthop->path)
			return -ENOMEM;
	}
	if (n) {
		nexthop->member = calloc(n, sizeof(*nexthop->member));
		if (!nexthop->member)
			return -ENOMEM;
	}
	nexthop->nmembers = n;
	for (i = 0; i < n; i++)
		nexthop->member[i] = message->group[i].id;
	return 0;
}

/* Routes that refer to an object without SRH are not kept: they must be read. */
int routing_nexthop_set(struct routing *routing, struct route_message *message,
		       enum routing_change *change)
{
	struct nexthop *nexthop = nexthop_get(routing, message->nexthop);
	bool plain;

	if (!nexthop)
		return -ENOMEM;
	plain = !nexthop->gone && !routing_carries(routing, nexthop);
	if (nexthop_fill(routing, nexthop, message))
		return -ENOMEM;
	nexthop->gone = false;
	nexthop->seen = routing->reading;
	*change = plain && routing_carries(routing, nexthop) ? ROUTING_UNSURE :
						       ROUTING_CHANGED;
	return 0;
}

/* The kernel may remove the object's routes without a message. */
enum routing_change routing_nexthop_gone(struct routing *routing,
					struct nexthop *nexthop)
{
	if (!nexthop)
		return ROUTING_SAME;
	nexthop_clear(routing, nexthop);
	nexthop->gone = true;
	if (nexthop->users)
		return ROUTING_UNSURE;
	routing_nexthop_free(routing, nexthop);
	return ROUTING_CHANGED;
}

static void mark(const struct routing *routing, const struct nexthop *nexthop,
		 const struct route_key *user)
{
	if (!nexthop || !nexthop->path)
		return;
	routing_path_name(nexthop->path, user);
	nexthop->path->pass = routing->pass;
}

/* Objects change seldom: look at all of them. */
void routing_mark_indirect(struct routing *routing)
{
	struct nexthop *nexthop, *next;
	struct path *path;
	unsigned int i;

	routing->remark = false;
	routing->pass++;
	HASH_ITER(hh, routing->nexthops, nexthop, next) {
		if (!nexthop->users)
			continue;
		mark(routing, nexthop, &nexthop->user);
		for (i = 0; i < nexthop->nmembers; i++)
			mark(routing, routing_nexthop_find(routing, nexthop->member[i]),
			     &nexthop->user);
	}
	DL_FOREACH(routing->paths, path) {
		if (path->indirect == (path->pass == routing->pass))
			continue;
		path->indirect = !path->indirect;
		routing_path_touch(routing, path);
	}
}
