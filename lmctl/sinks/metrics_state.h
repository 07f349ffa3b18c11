/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * State of metrics: which flows have series, and their sums. For the files
 * metrics*.c only.
 */
#ifndef LMCTL_SINKS_METRICS_STATE_H
#define LMCTL_SINKS_METRICS_STATE_H

/* Without this uthash exits when memory is short. */
#define HASH_NONFATAL_OOM 1
#define uthash_nonfatal_oom(item) ((item)->lost = true)
#include <uthash.h>

#include "lmctl/sinks/metrics.h"

/* Statuses and reasons are fewer than this by far. */
#define METRICS_WORDS_MAX 48

/*
 * struct loss_sums - sums of one flow at the end of one segment
 * @labels: measurement, peer and flow, as text
 * @sent: packets, in exact blocks; likewise the next four
 * @blocks: blocks by status
 * @gap_blocks: blocks without figures that gap rows are about
 * @block: block of the next three
 * @block_sent: packets sent in @block, 0 if it was not exact
 * @block_lost: packets lost, likewise
 * @exact_end: end of the last exact block, milliseconds since 1970; 0 if there
 *	       was none
 */
struct loss_sums {
	char *labels;
	uint64_t sent;
	uint64_t received;
	uint64_t lost;
	uint64_t sent_bytes;
	uint64_t received_bytes;
	uint64_t blocks[RESULT_ANOMALY + 1];
	uint64_t gap_blocks;
	int64_t block;
	uint64_t block_sent;
	uint64_t block_lost;
	int64_t exact_end;
};

/**
 * struct flow_series - series of a flow, or of all that have none
 * @seen: number of the block in which it was seen last, see struct measure
 * @lost: memory was short
 * @hh: by @flow
 * @sums: by segment
 * @flow: label flow
 */
struct flow_series {
	uint64_t seen;
	bool lost;
	UT_hash_handle hh;
	struct loss_sums sums[RESULT_PEERS_MAX];
	char flow[];
};

/**
 * struct segment_words - why blocks of a segment were invalid
 * @labels: measurement and peer, as text
 * @n: number of words
 * @word: word
 * @count: blocks of flows with that word
 */
struct segment_words {
	char *labels;
	unsigned int n;
	const char *word[METRICS_WORDS_MAX];
	uint64_t count[METRICS_WORDS_MAX];
};

/**
 * struct peer_sums - messages to a peer
 * @labels: measurement and peer, as text
 * @requests: messages sent
 * @replies: replies accepted
 * @rejected: replies that were not
 * @last: the report about the last block
 */
struct peer_sums {
	char *labels;
	uint64_t requests;
	uint64_t replies;
	uint64_t rejected;
	struct peer_report last;
};

/**
 * struct measure - what belongs to a measurement
 * @of: as of the last result
 * @nsegments: number of segments, 1 for a group
 * @segment: by segment
 * @peer: by peer
 * @flows: flows with series of their own, in order of appearance
 * @rest: series of all others, NULL as long as there are none
 * @number: counts the blocks that have ended; the clock cannot set it back
 * @without: flows without series in the block that ended last
 * @without_now: in the block that runs
 * @lost: memory was short
 * @hh: by name
 */
struct measure {
	struct measurement of;
	unsigned int nsegments;
	struct segment_words segment[RESULT_PEERS_MAX];
	struct peer_sums peer[RESULT_PEERS_MAX];
	struct flow_series *flows;
	struct flow_series *rest;
	uint64_t number;
	uint64_t without;
	uint64_t without_now;
	bool lost;
	UT_hash_handle hh;
};

struct source {
	metrics_source_fn fn;
	void *arg;
	struct source *next;
};

struct metrics {
	uint32_t limit;
	uint32_t nflows;
	int64_t start;
	struct measure *measures;
	struct source *sources;
	bool warned;
};

/**
 * metrics_flow_label() - label of a flow
 * @flow: flow
 * @text: room for SR6FLOW_FLOW_STRLEN bytes
 *
 * Return: its name, or the text form of its SID list in @text.
 */
const char *metrics_flow_label(const struct sr6flow_flow *flow, char *text);

#endif /* LMCTL_SINKS_METRICS_STATE_H */
