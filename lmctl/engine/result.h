/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Results of a measurement, per flow and block and per peer and block: made by the
 * prober, consumed by sinks.
 */
#ifndef LMCTL_ENGINE_RESULT_H
#define LMCTL_ENGINE_RESULT_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>
#include "lmctl/base/names.h"
#include "lmctl/engine/reject.h"
#include "lmctl/stamp/answer.h"
#include "sr6flow.h"

#define RESULT_PEERS_MAX 16
/* Room for the name of a measurement or peer, with the NUL. */
#define RESULT_NAME_LEN 64

/**
 * struct delay - delay of one message and its reply
 * @known: there was a message and a reply
 * @round_trip: nanoseconds, without the time inside the peer
 * @one_way: both clocks report to be synchronised: the next three are known
 * @forward: nanoseconds from here to the peer
 * @backward: nanoseconds from the peer to here
 * @error: error of these two in nanoseconds: the sum of both error estimates
 */
struct delay {
	bool known;
	int64_t round_trip;
	bool one_way;
	int64_t forward;
	int64_t backward;
	int64_t error;
};

/**
 * struct result_peer - answer of a peer for a flow in a block
 * @answer: validity of the next two
 * @packets: received there
 * @bytes: likewise
 * @mask: the peer's mark mask, 0 if not reported
 * @period_ms: the peer's period, 0 if not reported
 * @delay: delay of the message with the answer
 */
struct result_peer {
	struct answer answer;
	uint64_t packets;
	uint64_t bytes;
	uint32_t mask;
	uint32_t period_ms;
	struct delay delay;
};

/**
 * enum result_status - validity of the loss between two counts
 * @RESULT_EXACT: it is known to the packet
 * @RESULT_INVALID: it is not known
 * @RESULT_ANOMALY: both counts are exact, but more was received than sent:
 *		    packets were duplicated, or they are not the same packets.
 *		    Never clamped, never part of a total
 */
enum result_status {
	RESULT_EXACT,
	RESULT_INVALID,
	RESULT_ANOMALY,
};

/**
 * struct measurement - the measurement of a result
 * @name: name of the measurement, in files and labels
 * @set: marking set
 * @group: the peers are one group whose counts are summed (an anycast egress);
 *	   otherwise they are on the path in this order
 * @npeers: number of peers, 1 to RESULT_PEERS_MAX
 * @peer: their names as configured
 */
struct measurement {
	char name[RESULT_NAME_LEN];
	char set[NAME_LEN];
	bool group;
	unsigned int npeers;
	char peer[RESULT_PEERS_MAX][RESULT_NAME_LEN];
};

/**
 * measurement_same_path() - do two measurements have the same points
 * @a: measurement
 * @b: the other one
 *
 * Measurements differ in their name, but a reload may change the path of one.
 *
 * Return: true if both have the same peers in the same order, or as one group.
 */
bool measurement_same_path(const struct measurement *a, const struct measurement *b);

/* Bits of the parts of a path covered by a gap row. */
#define RESULT_SEGMENT(i) (1u << (i))
#define RESULT_TOTAL (1u << RESULT_PEERS_MAX)

/**
 * struct result - one flow in one block, or a gap row
 *
 * A gap row tells the sum over blocks of which the figures of each were not known,
 * by the cumulative counters of both ends before and after them. It comes once,
 * when these blocks have had their results. It is about some parts of the path:
 * about others it says nothing, for their blocks had figures.
 *
 * @of: the measurement
 * @flow: the flow
 * @block: block number; of a gap row the last one
 * @gap: number of blocks of a gap row, 0 in a block's own result
 * @first: first block of a gap row. Not all between it and @block need be of the row
 * @covers: parts that a gap row is about, RESULT_SEGMENT() and RESULT_TOTAL
 * @period_ms: length of a block
 * @mask: mark mask of the marking set
 * @colour: colour of the block, 0 in a gap row
 * @reason: why @sent and @sent_bytes are not known, or REASON_NONE
 * @sent: packets sent in the block
 * @sent_bytes: their bytes
 * @received: gap row of a group: what all peers received, of whom each alone is
 *	      not known
 * @peer: what each peer says
 */
struct result {
	const struct measurement *of;
	const struct sr6flow_flow *flow;
	int64_t block;
	uint64_t gap;
	int64_t first;
	uint32_t covers;
	uint32_t period_ms;
	uint32_t mask;
	uint32_t colour;
	enum reason reason;
	uint64_t sent;
	uint64_t sent_bytes;
	struct sr6flow_counters received;
	struct result_peer peer[RESULT_PEERS_MAX];
};

/**
 * struct segment - loss between two neighbours on the path
 * @status: worth of the others
 * @word: why it is not exact, a word of answer_word() or reason_word(), or
 *	  "anomaly"; NULL if it is exact
 * @sent: packets counted at its start
 * @received: packets counted at its end
 * @sent_bytes: bytes, likewise
 * @received_bytes: likewise
 * @lost: @sent - @received, negative in an anomaly
 */
struct segment {
	enum result_status status;
	const char *word;
	uint64_t sent;
	uint64_t received;
	uint64_t sent_bytes;
	uint64_t received_bytes;
	int64_t lost;
};

/**
 * result_total() - loss between this node and the end of the path
 * @result: result
 *
 * Return: from this node to the last peer; with a group, to the sum of all.
 * Invalid with the word "not-in-gap" if a gap row is not about it.
 */
struct segment result_total(const struct result *result);

/**
 * result_covers() - is a row about a part of the path
 * @result: result
 * @part: RESULT_SEGMENT() or RESULT_TOTAL
 *
 * Return: true for a block's own result, which is about all.
 */
bool result_covers(const struct result *result, uint32_t part);

/**
 * result_segment() - loss on one segment
 * @result: result of a measurement that is no group
 * @i: 0 for the segment from this node to the first peer, i from peer i - 1
 *     to peer i
 *
 * Return: segment.
 */
struct segment result_segment(const struct result *result, unsigned int i);

/**
 * struct known - a count that may be unknown
 * @known: the others are known
 * @packets: packets
 * @bytes: their bytes
 */
struct known {
	bool known;
	uint64_t packets;
	uint64_t bytes;
};

/**
 * result_sent() - count of this node
 * @result: result
 *
 * If the loss is unknown, the count of one end may still be known.
 *
 * Return: count.
 */
struct known result_sent(const struct result *result);

/**
 * result_arrived() - count of a peer
 * @result: result
 * @i: index of the peer
 *
 * Return: count.
 */
struct known result_arrived(const struct result *result, unsigned int i);

/**
 * result_received() - count of the end of the path
 * @result: result
 *
 * Return: count, of a group that of all.
 */
struct known result_received(const struct result *result);

/**
 * struct peer_report - the messages to one peer about one block
 * @of: the measurement
 * @peer: index of the peer
 * @block: block number
 * @requests: messages sent, repetitions included
 * @replies: replies accepted
 * @rejects: replies that were not
 * @auth: the messages were authenticated
 * @samples: replies with a delay
 * @round_trip_min: nanoseconds, 0 without samples; likewise the others
 * @round_trip_avg: mean
 * @round_trip_max: longest
 * @one_way: at least one sample had both clocks synchronised
 * @forward_avg: nanoseconds, mean of those samples
 * @backward_avg: likewise
 * @error_max: largest error of those samples
 * @peer_synchronised: the peer claims a synchronised clock
 * @offset: peer's clock less ours, nanoseconds, by the sample with the
 *	    shortest round trip, taking both ways for equally long
 */
struct peer_report {
	const struct measurement *of;
	unsigned int peer;
	int64_t block;
	uint64_t requests;
	uint64_t replies;
	struct rejects rejects;
	bool auth;
	uint64_t samples;
	int64_t round_trip_min;
	int64_t round_trip_avg;
	int64_t round_trip_max;
	bool one_way;
	int64_t forward_avg;
	int64_t backward_avg;
	int64_t error_max;
	bool peer_synchronised;
	int64_t offset;
};

#endif /* LMCTL_ENGINE_RESULT_H */
