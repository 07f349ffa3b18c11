/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Routing: the SRv6 routes and nexthop objects of this node, kept by the kernel's
 * messages. Pure: messages go in, paths come out.
 *
 * A path is an encapsulation with its device and source. However many routes use one,
 * directly or by nexthop objects, it is one path, and it is live while one does. Other
 * routes are not kept, so a full table of the Internet costs nothing.
 *
 * A reading has all routes; messages about changes come between readings. They may
 * repeat what a reading had already: adding a next hop twice or removing an unknown one
 * changes nothing, so any order ends in the right state.
 */
#ifndef LMCTL_ENGINE_ROUTING_H
#define LMCTL_ENGINE_ROUTING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "lmctl/node/routes.h"
#include "lmctl/node/seg6.h"

/* Most tables that can be named. */
#define ROUTING_TABLES_MAX 16

struct routing;

/**
 * struct routing_path - a path
 * @route: encapsulation, device and source; destination and table of a route that used
 *	   it first
 * @live: a route uses it
 * @user: of the caller, NULL at first; a path stays while it is not NULL
 */
struct routing_path {
	struct seg6_route route;
	bool live;
	void *user;
};

/**
 * enum routing_change - what a message did
 * @ROUTING_SAME: nothing
 * @ROUTING_CHANGED: paths may have changed: call routing_next()
 * @ROUTING_UNSURE: the message does not show everything: read all routes
 */
enum routing_change {
	ROUTING_SAME,
	ROUTING_CHANGED,
	ROUTING_UNSURE,
};

/**
 * routing_new() - make a routing without routes, of all tables
 *
 * Return: routing for routing_free(), or NULL when memory is short.
 */
struct routing *routing_new(void);

/**
 * routing_free() - free a routing
 * @routing: routing or NULL
 */
void routing_free(struct routing *routing);

/**
 * routing_tables() - keep the routes of some tables only
 * @routing: routing
 * @table: their numbers; copied
 * @n: how many, at most ROUTING_TABLES_MAX
 * @all: all tables instead
 *
 * It takes effect with the next reading.
 */
void routing_tables(struct routing *routing, const uint32_t *table,
		    unsigned int n, bool all);

/**
 * routing_read_begin() - begin a reading
 * @routing: routing
 */
void routing_read_begin(struct routing *routing);

/**
 * routing_read() - handle a message of a reading
 * @routing: routing
 * @message: parsed message
 *
 * Return: 0 or -ENOMEM.
 */
int routing_read(struct routing *routing, struct route_message *message);

/**
 * routing_read_cut() - note that a reading lacks routes
 * @routing: routing
 * @family: AF_INET or AF_INET6
 *
 * After it, routing_sweep() forgets no route of this family.
 */
void routing_read_cut(struct routing *routing, uint8_t family);

/**
 * routing_sweep() - after a whole reading, forget what it did not have
 * @routing: routing
 * @most: routes to look at in this call
 *
 * Routes are forgotten only when the whole reading before, if there was one, did not have
 * them either: while routes are added and removed, the kernel may leave unchanged ones of
 * IPv6 out of a dump, and does not say so.
 *
 * No message may be handled before it returns false.
 *
 * Return: true if more calls are needed.
 */
bool routing_sweep(struct routing *routing, unsigned int most);

/**
 * routing_doubtful() - check whether another reading is needed
 * @routing: routing
 *
 * Return: true if the last routing_sweep() kept routes that the reading did not have.
 */
bool routing_doubtful(const struct routing *routing);

/**
 * routing_changed() - handle a message about a change
 * @routing: routing
 * @message: parsed message
 *
 * Return: what it did; ROUTING_UNSURE also when memory is short.
 */
enum routing_change routing_changed(struct routing *routing,
				    struct route_message *message);

/**
 * routing_next() - the next path that may have changed
 * @routing: routing
 *
 * Return: path, valid until the next call unless its @user is set; NULL for none.
 */
struct routing_path *routing_next(struct routing *routing);

/**
 * routing_again() - let routing_next() return live paths again
 * @routing: routing
 * @most: number of paths; calls take turns through all of them
 */
void routing_again(struct routing *routing, unsigned int most);

/**
 * routing_forget_users() - set the users of all paths to NULL, and return them again
 * @routing: routing
 */
void routing_forget_users(struct routing *routing);

/**
 * typedef routing_fn - called for every next hop of every route
 * @route: valid until the function returns
 * @arg: as given to routing_each()
 *
 * Return: 0, or a negative errno that ends routing_each().
 */
typedef int (*routing_fn)(const struct seg6_route *route, void *arg);

/**
 * routing_each() - go through all routes, in the order in which they were read
 * @routing: routing
 * @fn: called for every next hop, those of nexthop objects too
 * @arg: for @fn
 *
 * Return: 0 or the value of @fn.
 */
int routing_each(const struct routing *routing, routing_fn fn, void *arg);

/**
 * routing_count() - number of routes
 * @routing: routing
 *
 * Return: routes with a seg6 encapsulation, in the tables.
 */
size_t routing_count(const struct routing *routing);

#endif /* LMCTL_ENGINE_ROUTING_H */
