/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * State of metrics: series of flows, their sums, and the render in progress. For
 * the files metrics*.c only.
 */
#ifndef LMCTL_SINKS_METRICS_METRICS_STATE_H
#define LMCTL_SINKS_METRICS_METRICS_STATE_H

/* Without this uthash exits when memory is short. */
#define HASH_NONFATAL_OOM 1
#define uthash_nonfatal_oom(item) ((item)->lost = true)
#include <uthash.h>

#include "lmctl/sinks/metrics/metrics.h"
#include "lmctl/sinks/metrics/metrics_text.h"

/* Families of flows. */
#define METRICS_FLOW_FAMILIES 9

/* Room for all statuses and reasons. */
#define METRICS_WORDS_MAX 48

/*
 * struct loss_sums - sums of one flow at the end of one segment
 * @labels: measurement, peer, flow and SID list, as text
 * @sent: packets, in exact blocks; likewise the next four
 * @blocks: blocks by status
 * @gap_blocks: blocks without figures that gap rows cover
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
 * struct flow_series - series of a flow, or of all flows without
 * @seen: number of the block in which it was last seen, see struct measure
 * @born: number of the last render before it was added
 * @lost: memory was short
 * @hh: by @flow
 * @sums: by segment
 * @flow: text form, with the name
 */
struct flow_series {
	uint64_t seen;
	uint64_t born;
	bool lost;
	UT_hash_handle hh;
	struct loss_sums sums[RESULT_PEERS_MAX];
	char flow[];
};

/**
 * struct segment_words - reasons of invalid blocks of a segment
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
 * @rejected: replies rejected
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
 * struct measure - state of a measurement
 * @of: measurement of the last result
 * @nsegments: number of segments, 1 for a group
 * @segment: by segment
 * @peer: by peer
 * @flows: flows with series of their own, in order of appearance
 * @rest: series of all others, NULL without
 * @number: number of ended blocks, independent of the clock
 * @without: flows without series in the last ended block
 * @without_now: in the running block
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

/**
 * struct metrics_render - a render in progress
 * @writer: writer of the next line
 * @begun: families have their heads
 * @broken: a measurement was removed: it cannot continue
 * @measure: measurement whose flows come next, NULL after the last
 * @flow: flow that comes next, NULL after the last of @measure
 * @flows: text of each family
 * @watched: text of the family of another part
 * @sums: its samples of flows without series, see metrics_watched.c
 */
struct metrics_render {
	struct metrics_writer writer;
	bool begun;
	bool broken;
	const struct measure *measure;
	const struct flow_series *flow;
	struct text flows[METRICS_FLOW_FAMILIES];
	struct text watched;
	struct watched_sum *sums;
};

/**
 * struct metrics - state of metrics
 * @limit: most flows with series
 * @nflows: flows with series
 * @start: start of the process
 * @measures: by name
 * @sources: other parts that add families
 * @watched: family of another part with samples for each flow, or NULL
 * @watched_self: for its functions
 * @version: see metrics_version()
 * @renders: number of renders begun
 * @rendering: @render is in progress
 * @render: its state
 * @warned: memory was short
 */
struct metrics {
	uint32_t limit;
	uint32_t nflows;
	int64_t start;
	struct measure *measures;
	struct source *sources;
	const struct metrics_flows *watched;
	void *watched_self;
	uint64_t version;
	uint64_t renders;
	bool rendering;
	struct metrics_render render;
	bool warned;
};

/**
 * metrics_series() - series of a flow
 * @metrics: metrics
 * @measurement: name of the measurement
 * @flow: flow
 *
 * Return: its own series, or NULL if it has none.
 */
const struct flow_series *metrics_series(const struct metrics *metrics,
					 const char *measurement,
					 const struct sr6flow_flow *flow);

/**
 * metrics_measure_of() - state of a measurement
 * @metrics: metrics
 * @of: measurement; the series of remaining peers continue if its peers changed
 *
 * Return: state, or NULL when memory is short.
 */
struct measure *metrics_measure_of(struct metrics *metrics,
				   const struct measurement *of);

/**
 * metrics_measure_remove() - forget a measurement
 * @metrics: metrics
 * @measure: measurement
 */
void metrics_measure_remove(struct metrics *metrics, struct measure *measure);

/**
 * metrics_series_of() - series for a result of a flow
 * @metrics: metrics
 * @measure: measurement
 * @flow: flow
 *
 * Return: its own or those of the rest; NULL when memory is short.
 */
struct flow_series *metrics_series_of(struct metrics *metrics,
				      struct measure *measure,
				      const struct sr6flow_flow *flow);

/**
 * metrics_flow_remove() - forget the series of a flow
 * @metrics: metrics
 * @measure: its measurement
 * @series: series
 */
void metrics_flow_remove(struct metrics *metrics, struct measure *measure,
			 struct flow_series *series);

/**
 * metrics_flow_labels() - labels of a flow
 * @flow: text form, with the name; empty for flows without series
 * @labels: room for two, which point into @name and @flow
 * @name: room for the name
 */
void metrics_flow_labels(const char *flow, struct metrics_label *labels,
			 char name[SR6FLOW_FLOW_STRLEN]);

/**
 * metrics_flows_begin() - begin the families of flows
 * @render: render
 */
void metrics_flows_begin(struct metrics_render *render);

/**
 * metrics_flow_write() - write all samples of a flow
 * @render: render
 * @measure: measurement
 * @series: series
 */
void metrics_flow_write(struct metrics_render *render,
			const struct measure *measure,
			const struct flow_series *series);

/**
 * metrics_measures_write() - write the families of measurements and peers
 * @writer: writer
 */
void metrics_measures_write(struct metrics_writer *writer);

/**
 * metrics_watched_begin() - begin the family of another part
 * @render: render
 */
void metrics_watched_begin(struct metrics_render *render);

/**
 * metrics_watched_step() - write its next few samples
 * @render: render
 *
 * Return: true if there are more.
 */
bool metrics_watched_step(struct metrics_render *render);

/**
 * metrics_watched_end() - free its state
 * @render: render
 */
void metrics_watched_end(struct metrics_render *render);

#endif /* LMCTL_SINKS_METRICS_METRICS_STATE_H */
