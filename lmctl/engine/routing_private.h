/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Parts of a routing, for routing*.c only.
 */
#ifndef LMCTL_ENGINE_ROUTING_PRIVATE_H
#define LMCTL_ENGINE_ROUTING_PRIVATE_H

#include <string.h>

#define HASH_NONFATAL_OOM 1
#define uthash_nonfatal_oom(item) ((item)->lost = true)
#include <uthash.h>
#include <utlist.h>

#include "lmctl/engine/routing.h"

/* Identity of a path, before its encapsulation. Mode inline has the destination in it. */
struct routing_path_key {
	uint32_t device;
	uint32_t has_source;
	struct in6_addr source;
	uint32_t prefix_len;
	uint8_t dst[16];
};

/**
 * struct path - a path
 * @of: what the caller sees
 * @holders: next hops of routes and nexthop objects that have it
 * @direct: of these, next hops of routes
 * @indirect: a route uses it by a nexthop object
 * @pass: last pass of routing_mark_indirect() that met it
 * @queued: routing_next() will return it
 * @prev: all paths, as utlist has them
 * @next: likewise
 * @queue_prev: those queued
 * @queue_next: likewise
 * @lost: the hash table had no memory for it
 * @hh: table, by @key and the encapsulation behind it
 * @key: identity without the encapsulation
 * @encap: encapsulation
 */
struct path {
	struct routing_path of;
	unsigned int holders;
	unsigned int direct;
	bool indirect;
	uint64_t pass;
	bool queued;
	struct path *prev, *next;
	struct path *queue_prev, *queue_next;
	bool lost;
	UT_hash_handle hh;
	struct routing_path_key key;
	uint8_t encap[];
};

/**
 * struct nexthop - a nexthop object
 * @id: its number
 * @path: its path, NULL if it has none
 * @nmembers: of a group, number of @member
 * @member: of a group, numbers of its members
 * @users: next hops of routes that refer to it
 * @user: the first of these routes
 * @gone: removed; stays while it has users
 * @seen: last reading that had it
 * @lost: the hash table had no memory for it
 * @hh: table, by @id
 */
struct nexthop {
	uint32_t id;
	struct path *path;
	unsigned int nmembers;
	uint32_t *member;
	unsigned int users;
	struct route_key user;
	bool gone;
	uint64_t seen;
	bool lost;
	UT_hash_handle hh;
};

/**
 * struct hop - a next hop of a route
 * @path: its path, NULL if it has @nexthop
 * @nexthop: number of a nexthop object
 * @gateway: gateway
 * @seen: last reading that had it, or that a change came after
 * @kept: it is in the message that is handled
 */
struct hop {
	struct path *path;
	uint32_t nexthop;
	uint8_t gateway[16];
	uint64_t seen;
	bool kept;
};

/**
 * struct route - a route
 * @key: identity
 * @mixed: several routes of the kernel may have this key
 * @seen: last reading that had it
 * @nhops: number of @hop
 * @hop: its next hops
 * @lost: the hash table had no memory for it
 * @hh: table, by @key
 */
struct route {
	struct route_key key;
	bool mixed;
	uint64_t seen;
	unsigned int nhops;
	struct hop *hop;
	bool lost;
	UT_hash_handle hh;
};

/**
 * struct routing - a routing
 * @all: keep the routes of all tables
 * @table: tables otherwise
 * @ntables: their number
 * @routes: routes
 * @nexthops: nexthop objects
 * @table_of_paths: paths, by identity
 * @paths: paths, in turn for routing_again()
 * @queue: paths that may have changed
 * @last: returned by routing_next()
 * @reading: number of the last reading
 * @whole: number of the last one that was whole, of IPv4 and of IPv6 routes
 * @cut: see routing_read_cut(), likewise
 * @pass: number of the last pass of routing_mark_indirect()
 * @remark: another pass is needed
 * @sweeping: routing_sweep() is at @sweep
 * @sweep: next route of it
 * @doubtful: see routing_doubtful()
 */
struct routing {
	bool all;
	uint32_t table[ROUTING_TABLES_MAX];
	unsigned int ntables;
	struct route *routes;
	struct nexthop *nexthops;
	struct path *table_of_paths;
	struct path *paths;
	struct path *queue;
	struct path *last;
	uint64_t reading;
	uint64_t whole[2];
	bool cut[2];
	uint64_t pass;
	bool remark;
	bool sweeping;
	struct route *sweep;
	bool doubtful;
};

/**
 * routing_path_touch() - let routing_next() return a path
 * @routing: routing
 * @path: path
 */
void routing_path_touch(struct routing *routing, struct path *path);

/**
 * routing_path_free() - free a path that nothing refers to
 * @routing: routing
 * @path: path
 */
void routing_path_free(struct routing *routing, struct path *path);

/**
 * routing_path_name() - let a path that is not live have the destination of a route
 * @path: path
 * @key: route
 */
void routing_path_name(struct path *path, const struct route_key *key);

/**
 * routing_path_find() - find a path
 * @routing: routing
 * @hop: encapsulation, device and source
 * @of: its route, NULL for a nexthop object
 * @key: filled with its identity
 *
 * Return: path or NULL.
 */
struct path *routing_path_find(const struct routing *routing,
			       const struct route_hop *hop,
			       const struct route_key *of,
			       struct routing_path_key *key);

/**
 * routing_path_get() - find or make a path and hold it
 * @routing: routing
 * @hop: see routing_path_find()
 * @of: likewise
 *
 * Return: path for routing_path_put(), or NULL when memory is short.
 */
struct path *routing_path_get(struct routing *routing,
			      const struct route_hop *hop,
			      const struct route_key *of);

/**
 * routing_path_put() - release a path
 * @routing: routing
 * @path: path; freed when it is not used, or by routing_next() when it is not any more
 */
void routing_path_put(struct routing *routing, struct path *path);

/**
 * routing_nexthop_find() - find a nexthop object
 * @routing: routing
 * @id: its number
 *
 * Return: object or NULL.
 */
struct nexthop *routing_nexthop_find(const struct routing *routing,
				     uint32_t id);

/**
 * routing_nexthop_free() - free a nexthop object without users
 * @routing: routing
 * @nexthop: object
 */
void routing_nexthop_free(struct routing *routing, struct nexthop *nexthop);

/**
 * routing_carries() - check whether packets by an object have an SRH
 * @routing: routing
 * @nexthop: object
 *
 * Return: true if it, or a member of it, has a path.
 */
bool routing_carries(const struct routing *routing,
		     const struct nexthop *nexthop);

/**
 * routing_nexthop_set() - handle a new or changed nexthop object
 * @routing: routing
 * @message: message
 * @change: filled
 *
 * Return: 0 or -ENOMEM.
 */
int routing_nexthop_set(struct routing *routing, struct route_message *message,
			enum routing_change *change);

/**
 * routing_nexthop_gone() - handle a removed nexthop object
 * @routing: routing
 * @nexthop: object or NULL
 *
 * Return: what it changed.
 */
enum routing_change routing_nexthop_gone(struct routing *routing,
					 struct nexthop *nexthop);

/**
 * routing_mark_indirect() - find the paths that routes use by nexthop objects
 * @routing: routing
 */
void routing_mark_indirect(struct routing *routing);

#endif /* LMCTL_ENGINE_ROUTING_PRIVATE_H */
