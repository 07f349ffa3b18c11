/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The routes with a seg6 encapsulation, read over libnl.
 */
#ifndef LMCTL_NODE_ROUTES_H
#define LMCTL_NODE_ROUTES_H

#include <stddef.h>
#include <stdint.h>
#include "lmctl/node/seg6.h"

/* Room for routes_table_name(). */
#define ROUTES_TABLE_STRLEN 33

/**
 * typedef routes_fn - called for every seg6 route, or next hop of one
 * @route: valid until the function returns
 * @arg: as given to routes_read()
 *
 * Return: 0, or a negative errno that ends the reading.
 */
typedef int (*routes_fn)(const struct seg6_route *route, void *arg);

/**
 * routes_read() - read the IPv6 and IPv4 routes of a table
 * @table: routing table
 * @fn: called for every route with a seg6 encapsulation
 * @again: called before an interrupted reading is repeated: discards the results of
 *	   @fn
 * @arg: for @fn and @again
 *
 * Return: 0, or a negative errno after a message.
 */
int routes_read(uint32_t table, routes_fn fn, void (*again)(void *arg),
		void *arg);

/**
 * routes_table() - number of a routing table
 * @text: number, or a name from iproute2's rt_tables
 * @table: filled
 *
 * Return: 0 or -EINVAL.
 */
int routes_table(const char *text, uint32_t *table);

/**
 * routes_table_name() - name of a routing table
 * @table: number
 * @text: room for ROUTES_TABLE_STRLEN bytes
 *
 * Return: @text.
 */
const char *routes_table_name(uint32_t table, char *text);

#endif /* LMCTL_NODE_ROUTES_H */
