/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Results for the tests of sinks.
 */
#ifndef TEST_UNIT_RESULT_MAKE_H
#define TEST_UNIT_RESULT_MAKE_H

#include "lmctl/engine/result.h"
#include "lmctl/sinks/sink.h"

/* A block of 10 s that starts at 2023-11-14 22:13:20 UTC. */
#define MADE_BLOCK INT64_C(170000000)

/**
 * make_flow() - a flow of text
 * @text: [NAME=]SID,...
 *
 * Return: flow.
 */
struct sr6flow_flow make_flow(const char *text);

/**
 * make_measurement() - a measurement called core
 * @group: peers are a group
 * @n: number of peers, called p1, p2 ...
 *
 * Return: measurement.
 */
struct measurement make_measurement(bool group, unsigned int n);

/**
 * make_result() - a flow in a block of 10 s, counted exactly everywhere
 * @of: measurement
 * @flow: flow
 * @block: block number
 * @sent: packets sent; bytes are 100 times that
 * @received: packets received by the first peer; others received none
 *
 * Return: result.
 */
struct result make_result(const struct measurement *of,
			  const struct sr6flow_flow *flow, int64_t block,
			  uint64_t sent, uint64_t received);

/**
 * make_gap() - a gap row of the whole path to the only peer
 * @of: measurement of one peer, or of a group
 * @flow: flow
 * @first: first block
 * @blocks: number of blocks
 * @sent: packets sent; bytes are 100 times that
 * @received: packets received
 *
 * Return: gap row of blocks in a row.
 */
struct result make_gap(const struct measurement *of,
		       const struct sr6flow_flow *flow, int64_t first,
		       uint64_t blocks, uint64_t sent, uint64_t received);

/**
 * make_received() - what a peer received
 * @result: result
 * @peer: index of the peer
 * @packets: packets; bytes are 100 times that
 */
void make_received(struct result *result, unsigned int peer, uint64_t packets);

#endif /* TEST_UNIT_RESULT_MAKE_H */
