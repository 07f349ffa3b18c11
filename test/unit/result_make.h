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

/* A flow of text, [NAME=]SID,... */
struct sr6flow_flow make_flow(const char *text);
/* A measurement called core of a group or path of @n peers, called p1, p2 ... */
struct measurement make_measurement(bool group, unsigned int n);
/*
 * A flow in a block of 10 s, counted exactly everywhere. @received is of the first peer,
 * others received none; bytes are 100 times the packets.
 */
struct result make_result(const struct measurement *of,
			  const struct sr6flow_flow *flow, int64_t block,
			  uint64_t sent, uint64_t received);
/* A gap row of blocks in a row, of the whole path to the only peer or of a group. */
struct result make_gap(const struct measurement *of,
		       const struct sr6flow_flow *flow, int64_t first,
		       uint64_t blocks, uint64_t sent, uint64_t received);
/* What peer number @peer received, from 0 on. */
void make_received(struct result *result, unsigned int peer, uint64_t packets);

#endif /* TEST_UNIT_RESULT_MAKE_H */
