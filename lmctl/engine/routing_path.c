// SPDX-License-Identifier: GPL-2.0-only
#include <stdlib.h>

#include "lmctl/engine/routing_private.h"

void routing_path_touch(struct routing *routing, struct path *path)
{
	if (path->queued)
		return;
	path->queued = true;
	DL_APPEND2(routing->queue, path, queue_prev, queue_next);
}

void routing_path_free(struct routing *routing, struct path *path)
{
	if (path->queued)
		DL_DELETE2(routing->queue, path, queue_prev, queue_next);
	DL_DELETE(routing->paths, path);
	/* It is in the table. NOLINTNEXTLINE(clang-analyzer-core.NullDereference) */
	HASH_DEL(routing->table_of_paths, path);
	free(path);
}

void routing_path_name(struct path *path, const struct route_key *key)
{
	struct seg6_route *route = &path->of.route;

	if (path->direct || path->indirect || path->key.prefix_len)
		return;
	route->family = key->family;
	route->table = key->table;
	/* In mode inline, a nexthop object has as many SID lists as destinations. */
	if (seg6_keeps_source(route))
		return;
	route->prefix_len = key->prefix_len;
	memcpy(route->dst, key->dst, sizeof(route->dst));
}

static void path_key(struct routing_path_key *key, const struct route_hop *hop,
		     const struct route_key *of)
{
	const struct seg6_route route = {
		.encap = hop->encap, .encap_len = hop->encap_len,
	};

	memset(key, 0, sizeof(*key));
	key->device = hop->device;
	if (hop->source) {
		key->has_source = 1;
		key->source = *hop->source;
	}
	if (of && seg6_keeps_source(&route)) {
		key->prefix_len = of->prefix_len;
		memcpy(key->dst, of->dst, sizeof(key->dst));
	}
}

static struct path *path_new(struct routing *routing,
			     const struct routing_path_key *key,
			     const struct route_hop *hop)
{
	struct path *path = calloc(1, sizeof(*path) + hop->encap_len);
	struct seg6_route *route;

	if (!path)
		return NULL;
	path->key = *key;
	memcpy(path->encap, hop->encap, hop->encap_len);
	HASH_ADD(hh, routing->table_of_paths, key,
		 sizeof(path->key) + hop->encap_len, path);
	if (path->lost) {
		free(path);
		return NULL;
	}
	DL_APPEND(routing->paths, path);
	route = &path->of.route;
	route->device = key->device;
	route->source = key->has_source ? &path->key.source : NULL;
	route->encap = path->encap;
	route->encap_len = hop->encap_len;
	route->prefix_len = key->prefix_len;
	memcpy(route->dst, key->dst, sizeof(route->dst));
	return path;
}

struct path *routing_path_find(const struct routing *routing,
			      const struct route_hop *hop,
			      const struct route_key *of, struct routing_path_key *key)
{
	uint8_t whole[sizeof(*key) + ROUTE_ENCAP_MAX];
	struct path *path;

	path_key(key, hop, of);
	memcpy(whole, key, sizeof(*key));
	memcpy(whole + sizeof(*key), hop->encap, hop->encap_len);
	HASH_FIND(hh, routing->table_of_paths, whole,
		  sizeof(*key) + hop->encap_len, path);
	return path;
}

/* Return: path with one more holder, or NULL when memory is short. */
struct path *routing_path_get(struct routing *routing,
			     const struct route_hop *hop,
			     const struct route_key *of)
{
	struct routing_path_key key;
	struct path *path = routing_path_find(routing, hop, of, &key);

	if (!path)
		path = path_new(routing, &key, hop);
	if (path)
		path->holders++;
	return path;
}

static bool unused(const struct path *path)
{
	return !path->holders && !path->of.user;
}

/* Freed here, since without a set no one calls routing_next(). */
void routing_path_put(struct routing *routing, struct path *path)
{
	path->holders--;
	if (!unused(path)) {
		routing_path_touch(routing, path);
		return;
	}
	if (routing->last == path)
		routing->last = NULL;
	routing_path_free(routing, path);
}

struct routing_path *routing_next(struct routing *routing)
{
	struct path *path = routing->last;

	if (routing->remark)
		routing_mark_indirect(routing);
	if (path && unused(path) && !path->queued)
		routing_path_free(routing, path);
	routing->last = NULL;
	while ((path = routing->queue) && unused(path))
		routing_path_free(routing, path);
	if (!path)
		return NULL;
	DL_DELETE2(routing->queue, path, queue_prev, queue_next);
	path->queued = false;
	path->of.live = path->direct || path->indirect;
	routing->last = path;
	return &path->of;
}

void routing_again(struct routing *routing, unsigned int most)
{
	struct path *path, *first = routing->paths;

	while ((path = routing->paths) && most--) {
		DL_DELETE(routing->paths, path);
		DL_APPEND(routing->paths, path);
		routing_path_touch(routing, path);
		if (routing->paths == first)
			break;
	}
}

void routing_forget_users(struct routing *routing)
{
	struct path *path;

	DL_FOREACH(routing->paths, path) {
		path->of.user = NULL;
		routing_path_touch(routing, path);
	}
}
