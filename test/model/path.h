/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The network between the nodes: packets of flows, and messages. It loses them, copies
 * them, and holds some up so that others overtake.
 */
#ifndef TEST_MODEL_PATH_H
#define TEST_MODEL_PATH_H

#include <stddef.h>
#include <stdint.h>

#include "test/model/history.h"

struct world;

/**
 * path_start() - have an ingress send
 * @world: world
 * @node: the ingress
 */
void path_start(struct world *world, enum node_id node);

/**
 * path_message() - send a message
 * @world: world
 * @from: node that sends it
 * @to: node to which it goes
 * @data: its bytes
 * @len: its length
 */
void path_message(struct world *world, enum node_id from, enum node_id to,
		  const uint8_t *data, size_t len);

#endif /* TEST_MODEL_PATH_H */
