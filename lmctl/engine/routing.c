// SPDX-License-Identifier: GPL-2.0-only
/*
 * Why next hops are sets: the kernel refuses two equal next hops in one route of IPv6,
 * and removes the whole route if an IPv4 one has two. A message about a new next hop of
 * IPv6 has all of the route, and one about a removed one has that one only.
 *
 * What becomes of a next hop, by the readings and events that show it:
 *
 *	state		event or	whole reading	event
 *			reading with it	without it	removes it
 *	unknown		fresh		-		-
 *	fresh		fresh		doubtful	unknown
 *	doubtful	fresh		unknown		unknown
 *
 * A fresh one was seen in the last reading or after it. A doubtful one asks for another
 * reading, see routing_doubtful(). The first whole reading makes what it lacks unknown at
 * once. A reading that was cut off, or missed something, makes next hops only fresh.
 */
#include <errno.h>
#include <stdlib.h>

#include "lib/array.h"
#include "lmctl/engine/routing_private.h"

struct routing *routing_new(void)
{
	struct routing *routing = calloc(1, sizeof(*routing));

	if (routing)
		routing->all = true;
	return routing;
}

void routing_tables(struct routing *routing, const uint32_t *table,
		    unsigned int n, bool all)
{
	routing->all = all;
	routing->ntables = n;
	if (n)
		memcpy(routing->table, table, n * sizeof(*table));
}

static bool wanted(const struct routing *routing, uint32_t table)
{
	unsigned int i;

	for (i = 0; i < routing->ntables; i++)
		if (routing->table[i] == table)
			return true;
	return routing->all;
}

static void hop_use(struct routing *routing, const struct hop *hop,
		    const struct route_key *of)
{
	struct nexthop *nexthop;

	if (hop->path) {
		routing_path_name(hop->path, of);
		hop->path->direct++;
		routing_path_touch(routing, hop->path);
		return;
	}
	nexthop = routing_nexthop_find(routing, hop->nexthop);
	if (nexthop->users++)
		return;
	nexthop->user = *of;
	routing->remark = true;
}

static void hop_drop(struct routing *routing, const struct hop *hop)
{
	struct nexthop *nexthop;

	if (hop->path) {
		hop->path->direct--;
		routing_path_put(routing, hop->path);
		return;
	}
	nexthop = routing_nexthop_find(routing, hop->nexthop);
	if (--nexthop->users)
		return;
	routing->remark = true;
	if (nexthop->gone)
		routing_nexthop_free(routing, nexthop);
}

static struct route *route_find(const struct routing *routing,
				const struct route_key *key)
{
	struct route *route;

	HASH_FIND(hh, routing->routes, key, sizeof(*key), route);
	return route;
}

static void route_free(struct routing *routing, struct route *route)
{
	/* It is in the table. NOLINTNEXTLINE(clang-analyzer-core.NullDereference) */
	HASH_DEL(routing->routes, route);
	free(route->hop);
	free(route);
}

static struct route *route_get(struct routing *routing,
			       const struct route_key *key)
{
	struct route *route = route_find(routing, key);

	if (route)
		return route;
	route = calloc(1, sizeof(*route));
	if (!route)
		return NULL;
	route->key = *key;
	HASH_ADD(hh, routing->routes, key, sizeof(*key), route);
	if (!route->lost)
		return route;
	free(route);
	return NULL;
}

static struct hop *hop_find(const struct route *route, const struct hop *hop)
{
	unsigned int i;

	for (i = 0; route && i < route->nhops; i++)
		if (route->hop[i].path == hop->path &&
		    route->hop[i].nexthop == hop->nexthop &&
		    !memcmp(route->hop[i].gateway, hop->gateway,
			    sizeof(hop->gateway)))
			return &route->hop[i];
	return NULL;
}

/* Takes over the holder of @hop's path. Return: 1 if it is new, or -ENOMEM. */
static int hop_add(struct routing *routing, const struct route_key *key,
		   const struct hop *hop)
{
	struct route *route = route_get(routing, key);
	struct hop *known = hop_find(route, hop), *hops = NULL;

	if (known) {
		known->seen = routing->reading;
		known->kept = true;
		if (hop->path)
			routing_path_put(routing, hop->path);
		return 0;
	}
	if (route)
		hops = reallocarray(route->hop, route->nhops + 1, sizeof(*hops));
	if (!hops) {
		if (route && !route->nhops)
			route_free(routing, route);
		if (hop->path)
			routing_path_put(routing, hop->path);
		return -ENOMEM;
	}
	route->hop = hops;
	hops[route->nhops] = *hop;
	hops[route->nhops].seen = routing->reading;
	hops[route->nhops++].kept = true;
	hop_use(routing, hop, key);
	return 1;
}

/* Add all next hops of a message. Return: 1 if one is new, or -ENOMEM. */
static int add_hops(struct routing *routing, struct route_message *message)
{
	const struct nexthop *nexthop = routing_nexthop_find(routing, message->nexthop);
	struct hop hop = { .nexthop = message->nexthop };
	struct route_hop from;
	int ret = 0, one;

	if (message->nexthop)
		return nexthop && routing_carries(routing, nexthop) ?
		       hop_add(routing, &message->key, &hop) : 0;
	while (route_message_hop(message, &from)) {
		memcpy(hop.gateway, from.gateway, sizeof(hop.gateway));
		hop.path = routing_path_get(routing, &from, &message->key);
		one = hop.path ? hop_add(routing, &message->key, &hop) :
				 -ENOMEM;
		if (one < 0)
			return one;
		ret |= one;
	}
	return ret;
}

static void remove_hop(struct routing *routing, struct route *route,
		       struct hop *hop)
{
	hop_drop(routing, hop);
	*hop = route->hop[--route->nhops];
}

/* Remove the next hops that are not in the message. Return: their number. */
static unsigned int remove_others(struct routing *routing, struct route *route)
{
	unsigned int i = 0, n = 0;

	while (i < route->nhops) {
		if (route->hop[i].kept) {
			i++;
			continue;
		}
		remove_hop(routing, route, &route->hop[i]);
		n++;
	}
	return n;
}

static bool has_others(const struct route *route)
{
	unsigned int i;

	for (i = 0; i < route->nhops; i++)
		if (!route->hop[i].kept)
			return true;
	return false;
}

static void keep_none(struct route *route)
{
	unsigned int i;

	for (i = 0; route && i < route->nhops; i++)
		route->hop[i].kept = false;
}

static enum routing_change route_set(struct routing *routing,
				     struct route_message *message)
{
	struct route *route = route_find(routing, &message->key);
	bool unsure = route && route->mixed && message->replace;
	int added;

	keep_none(route);
	added = add_hops(routing, message);
	if (added < 0)
		return ROUTING_UNSURE;
	if (route && message->replace)
		added |= remove_others(routing, route) > 0;
	else if (route && has_others(route))
		route->mixed = true;
	if (route && !route->nhops)
		route_free(routing, route);
	if (unsure)
		return ROUTING_UNSURE;
	return added ? ROUTING_CHANGED : ROUTING_SAME;
}

static enum routing_change route_gone(struct routing *routing,
				      struct route_message *message)
{
	struct route *route = route_find(routing, &message->key);
	struct hop hop = { .nexthop = message->nexthop }, *known;
	enum routing_change change = ROUTING_SAME;
	struct routing_path_key key;
	struct route_hop from;
	bool more;

	if (!route)
		return ROUTING_SAME;
	do {
		more = !message->nexthop && route_message_hop(message, &from);
		if (more) {
			memcpy(hop.gateway, from.gateway, sizeof(hop.gateway));
			hop.path = routing_path_find(routing, &from, &message->key, &key);
		}
		known = hop.path || hop.nexthop ? hop_find(route, &hop) : NULL;
		if (known) {
			remove_hop(routing, route, known);
			change = ROUTING_CHANGED;
		}
	} while (more);
	if (!route->nhops)
		route_free(routing, route);
	return change;
}

enum routing_change routing_changed(struct routing *routing,
				    struct route_message *message)
{
	enum routing_change change = ROUTING_SAME;

	switch (message->kind) {
	case ROUTE_SET:
		return wanted(routing, message->key.table) ?
		       route_set(routing, message) : ROUTING_SAME;
	case ROUTE_GONE:
		return route_gone(routing, message);
	case NEXTHOP_SET:
		return routing_nexthop_set(routing, message, &change) ?
		       ROUTING_UNSURE : change;
	case NEXTHOP_GONE:
		return routing_nexthop_gone(routing, routing_nexthop_find(routing,
							  message->nexthop));
	case ROUTE_OTHER:
		break;
	}
	return change;
}

void routing_read_begin(struct routing *routing)
{
	routing->reading++;
	routing->sweeping = false;
	routing->doubtful = false;
	memset(routing->cut, 0, sizeof(routing->cut));
}

/* Index of a family in arrays of two. */
static unsigned int index_of(uint8_t family)
{
	return family == AF_INET6;
}

void routing_read_cut(struct routing *routing, uint8_t family)
{
	routing->cut[index_of(family)] = true;
}

int routing_read(struct routing *routing, struct route_message *message)
{
	enum routing_change change;
	struct route *route;
	int added;

	if (message->kind == NEXTHOP_SET)
		return routing_nexthop_set(routing, message, &change);
	if (message->kind != ROUTE_SET ||
	    !wanted(routing, message->key.table))
		return 0;
	added = add_hops(routing, message);
	route = route_find(routing, &message->key);
	if (route) {
		route->mixed = route->seen == routing->reading;
		route->seen = routing->reading;
	}
	return added < 0 ? added : 0;
}

static void route_sweep(struct routing *routing, struct route *route)
{
	unsigned int i = 0, family = index_of(route->key.family);
	uint64_t since = routing->whole[family] ? routing->whole[family] :
						  routing->reading;

	if (routing->cut[family])
		return;
	while (i < route->nhops) {
		if (route->hop[i].seen < since) {
			remove_hop(routing, route, &route->hop[i]);
			continue;
		}
		if (route->hop[i].seen != routing->reading)
			routing->doubtful = true;
		i++;
	}
	if (!route->nhops)
		route_free(routing, route);
}

bool routing_sweep(struct routing *routing, unsigned int most)
{
	struct nexthop *nexthop, *next;
	struct route *route;
	unsigned int i;

	if (!routing->sweeping)
		routing->sweep = routing->routes;
	routing->sweeping = true;
	while (routing->sweep && most--) {
		route = routing->sweep;
		routing->sweep = route->hh.next;
		route_sweep(routing, route);
	}
	if (routing->sweep)
		return true;
	routing->sweeping = false;
	for (i = 0; i < ARRAY_SIZE(routing->whole); i++)
		if (!routing->cut[i])
			routing->whole[i] = routing->reading;
	HASH_ITER(hh, routing->nexthops, nexthop, next)
		if (!nexthop->gone && nexthop->seen != routing->reading)
			routing_nexthop_gone(routing, nexthop);
	return false;
}

bool routing_doubtful(const struct routing *routing)
{
	return routing->doubtful;
}

static int each_hop(const struct path *path, struct seg6_route *route,
		    routing_fn fn, void *arg)
{
	if (!path)
		return 0;
	route->device = path->of.route.device;
	route->source = path->of.route.source;
	route->encap = path->of.route.encap;
	route->encap_len = path->of.route.encap_len;
	return fn(route, arg);
}

static int each_member(const struct routing *routing, uint32_t id,
		       struct seg6_route *route, routing_fn fn, void *arg)
{
	const struct nexthop *nexthop = routing_nexthop_find(routing, id), *member;
	unsigned int i;
	int err = each_hop(nexthop->path, route, fn, arg);

	for (i = 0; !err && i < nexthop->nmembers; i++) {
		member = routing_nexthop_find(routing, nexthop->member[i]);
		if (member)
			err = each_hop(member->path, route, fn, arg);
	}
	return err;
}

int routing_each(const struct routing *routing, routing_fn fn, void *arg)
{
	struct route *route, *next;
	unsigned int i;
	int err = 0;

	HASH_ITER(hh, routing->routes, route, next) {
		struct seg6_route each = {
			.family = route->key.family,
			.prefix_len = route->key.prefix_len,
			.table = route->key.table,
		};

		memcpy(each.dst, route->key.dst, sizeof(each.dst));
		for (i = 0; !err && i < route->nhops; i++)
			err = route->hop[i].path ?
			      each_hop(route->hop[i].path, &each, fn, arg) :
			      each_member(routing, route->hop[i].nexthop, &each,
					  fn, arg);
		if (err)
			return err;
	}
	return 0;
}

size_t routing_count(const struct routing *routing)
{
	return HASH_COUNT(routing->routes);
}

void routing_free(struct routing *routing)
{
	struct nexthop *nexthop, *next;
	struct path *path, *after;
	struct route *route, *other;

	if (!routing)
		return;
	HASH_ITER(hh, routing->routes, route, other)
		route_free(routing, route);
	HASH_ITER(hh, routing->nexthops, nexthop, next)
		routing_nexthop_free(routing, nexthop);
	DL_FOREACH_SAFE(routing->paths, path, after)
		routing_path_free(routing, path);
	free(routing);
}
