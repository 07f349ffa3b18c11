// SPDX-License-Identifier: GPL-2.0-only
/* The families and their samples. */
#include <stddef.h>

#include "lib/array.h"
#include "lmctl/sinks/metrics/metrics_state.h"

#define NS_PER_S 1e9
#define MS_PER_S 1e3

/* Sample of a family for one flow at the end of one segment. */
typedef void (*sums_fn)(struct metrics_writer *writer,
			const struct loss_sums *sums, bool current,
			size_t offset);

/* Sample of a family for one peer. */
typedef void (*peer_fn)(struct metrics_writer *writer,
			const struct peer_sums *peer, size_t offset);

static void sums_counter(struct metrics_writer *writer,
			 const struct loss_sums *sums, bool current,
			 size_t offset)
{
	(void)current;
	metrics_labelled_count(writer, sums->labels, NULL,
			       *(const uint64_t *)((const char *)sums +
						   offset));
}

static void sums_blocks(struct metrics_writer *writer,
			const struct loss_sums *sums, bool current,
			size_t offset)
{
	static const char *const words[] = {
		[RESULT_EXACT] = "exact",
		[RESULT_INVALID] = "invalid",
		[RESULT_ANOMALY] = "anomaly",
	};
	struct metrics_label status = { .name = "status" };
	unsigned int i;

	(void)current;
	(void)offset;
	for (i = 0; i < ARRAY_SIZE(words); i++) {
		status.value = words[i];
		metrics_labelled_count(writer, sums->labels, &status,
				       sums->blocks[i]);
	}
}

/* An unknown ratio has no sample: the graph has a gap. */
static void sums_ratio(struct metrics_writer *writer,
		       const struct loss_sums *sums, bool current,
		       size_t offset)
{
	(void)offset;
	if (current && sums->block_sent)
		metrics_labelled_number(writer, sums->labels, NULL,
					(double)sums->block_lost /
					(double)sums->block_sent);
}

static void sums_exact_end(struct metrics_writer *writer,
			   const struct loss_sums *sums, bool current,
			   size_t offset)
{
	(void)current;
	(void)offset;
	if (sums->exact_end)
		metrics_labelled_number(writer, sums->labels, NULL,
					(double)sums->exact_end / MS_PER_S);
}

static const struct {
	struct metrics_family family;
	sums_fn fn;
	size_t offset;
} flow_families[METRICS_FLOW_FAMILIES] = {
	{ { "sr6flow_sent_packets", "packets",
	    "Packets sent towards the peer in exact blocks and gap rows",
	    METRICS_COUNTER },
	  sums_counter, offsetof(struct loss_sums, sent) },
	{ { "sr6flow_received_packets", "packets",
	    "Packets received by the peer in exact blocks and gap rows",
	    METRICS_COUNTER },
	  sums_counter, offsetof(struct loss_sums, received) },
	{ { "sr6flow_lost_packets", "packets",
	    "Packets lost on the way to the peer in exact blocks and gap rows",
	    METRICS_COUNTER },
	  sums_counter, offsetof(struct loss_sums, lost) },
	{ { "sr6flow_sent_bytes", "bytes",
	    "Bytes sent towards the peer in exact blocks and gap rows",
	    METRICS_COUNTER },
	  sums_counter, offsetof(struct loss_sums, sent_bytes) },
	{ { "sr6flow_received_bytes", "bytes",
	    "Bytes received by the peer in exact blocks and gap rows",
	    METRICS_COUNTER },
	  sums_counter, offsetof(struct loss_sums, received_bytes) },
	{ { "sr6flow_blocks", "blocks",
	    "Blocks of flows by what is known about their loss",
	    METRICS_COUNTER },
	  sums_blocks, 0 },
	{ { "sr6flow_gap_blocks", "blocks",
	    "Blocks of flows without a figure of their own that are summed up in a gap row",
	    METRICS_COUNTER },
	  sums_counter, offsetof(struct loss_sums, gap_blocks) },
	{ { "sr6flow_loss_ratio", "ratio",
	    "Packets lost by packets sent in the last block, if it is exact",
	    METRICS_GAUGE },
	  sums_ratio, 0 },
	{ { "sr6flow_exact_block_end_timestamp_seconds", "seconds",
	    "End of the last exact block, in Unix time",
	    METRICS_GAUGE },
	  sums_exact_end, 0 },
};

void metrics_flows_begin(struct metrics_render *render)
{
	unsigned int i;

	for (i = 0; i < METRICS_FLOW_FAMILIES; i++) {
		render->writer.text = &render->flows[i];
		metrics_family(&render->writer, &flow_families[i].family);
	}
}

void metrics_flow_write(struct metrics_render *render,
			const struct measure *measure,
			const struct flow_series *series)
{
	/* Seen in the running block or in the last one that ended. */
	bool current = series->seen + 1 >= measure->number;
	struct metrics_writer *writer = &render->writer;
	unsigned int i, j;

	for (i = 0; i < METRICS_FLOW_FAMILIES; i++) {
		writer->text = &render->flows[i];
		writer->family = &flow_families[i].family;
		for (j = 0; j < measure->nsegments; j++)
			flow_families[i].fn(writer, &series->sums[j], current,
					    flow_families[i].offset);
	}
}

static void write_words(struct metrics_writer *writer)
{
	static const struct metrics_family family = {
		"sr6flow_invalid_blocks", "blocks",
		"Blocks of flows whose loss is not known", METRICS_COUNTER,
	};
	const struct segment_words *words;
	const struct measure *measure;
	unsigned int i, j;

	metrics_family(writer, &family);
	for (measure = writer->metrics->measures; measure;
	     measure = measure->hh.next)
		for (i = 0; i < measure->nsegments; i++) {
			words = &measure->segment[i];
			for (j = 0; j < words->n; j++)
				metrics_labelled_count(writer, words->labels,
					&(struct metrics_label){
						"reason", words->word[j] },
					words->count[j]);
		}
}

static void write_without(struct metrics_writer *writer)
{
	static const struct metrics_family family = {
		"sr6flow_flows_without_series", NULL,
		"Flows in the last block that are summed under an empty label flow",
		METRICS_GAUGE,
	};
	const struct measure *measure;

	metrics_family(writer, &family);
	for (measure = writer->metrics->measures; measure;
	     measure = measure->hh.next)
		metrics_count(writer,
			      &(struct metrics_label){ "measurement",
						       measure->of.name },
			      1, measure->without);
}

static void peer_counter(struct metrics_writer *writer,
			 const struct peer_sums *peer, size_t offset)
{
	metrics_labelled_count(writer, peer->labels, NULL,
			       *(const uint64_t *)((const char *)peer +
						   offset));
}

static void peer_seconds(struct metrics_writer *writer,
			 const struct peer_sums *peer, size_t offset)
{
	int64_t ns = *(const int64_t *)((const char *)&peer->last + offset);

	if (peer->last.samples)
		metrics_labelled_number(writer, peer->labels, NULL,
					(double)ns / NS_PER_S);
}

static void peer_one_way(struct metrics_writer *writer,
			 const struct peer_sums *peer, size_t offset)
{
	const struct metrics_label forward = { "direction", "forward" };
	const struct metrics_label backward = { "direction", "backward" };

	(void)offset;
	if (!peer->last.one_way)
		return;
	metrics_labelled_number(writer, peer->labels, &forward,
				(double)peer->last.forward_avg / NS_PER_S);
	metrics_labelled_number(writer, peer->labels, &backward,
				(double)peer->last.backward_avg / NS_PER_S);
}

static void peer_error(struct metrics_writer *writer,
		       const struct peer_sums *peer, size_t offset)
{
	(void)offset;
	if (peer->last.one_way)
		metrics_labelled_number(writer, peer->labels, NULL,
					(double)peer->last.error_max /
					NS_PER_S);
}

static void peer_synchronised(struct metrics_writer *writer,
			      const struct peer_sums *peer, size_t offset)
{
	(void)offset;
	if (peer->last.samples)
		metrics_labelled_count(writer, peer->labels, NULL,
				       peer->last.peer_synchronised);
}

static void write_peers(struct metrics_writer *writer)
{
	static const struct {
		struct metrics_family family;
		peer_fn fn;
		size_t offset;
	} families[] = {
		{ { "sr6flow_peer_requests", NULL,
		    "Messages sent to the peer, repetitions included",
		    METRICS_COUNTER },
		  peer_counter, offsetof(struct peer_sums, requests) },
		{ { "sr6flow_peer_replies", NULL,
		    "Replies of the peer that were accepted",
		    METRICS_COUNTER },
		  peer_counter, offsetof(struct peer_sums, replies) },
		{ { "sr6flow_peer_rejected_replies", NULL,
		    "Replies of the peer that were not accepted",
		    METRICS_COUNTER },
		  peer_counter, offsetof(struct peer_sums, rejected) },
		{ { "sr6flow_round_trip_min_seconds", "seconds",
		    "Shortest round trip in the last block",
		    METRICS_GAUGE },
		  peer_seconds, offsetof(struct peer_report, round_trip_min) },
		{ { "sr6flow_round_trip_avg_seconds", "seconds",
		    "Mean round trip in the last block",
		    METRICS_GAUGE },
		  peer_seconds, offsetof(struct peer_report, round_trip_avg) },
		{ { "sr6flow_round_trip_max_seconds", "seconds",
		    "Longest round trip in the last block",
		    METRICS_GAUGE },
		  peer_seconds, offsetof(struct peer_report, round_trip_max) },
		{ { "sr6flow_one_way_delay_seconds", "seconds",
		    "Mean one-way delay in the last block, if both clocks are synchronised",
		    METRICS_GAUGE },
		  peer_one_way, 0 },
		{ { "sr6flow_one_way_error_seconds", "seconds",
		    "By how much the one-way delays may be wrong",
		    METRICS_GAUGE },
		  peer_error, 0 },
		{ { "sr6flow_clock_offset_seconds", "seconds",
		    "Clock of the peer less the clock of this node",
		    METRICS_GAUGE },
		  peer_seconds, offsetof(struct peer_report, offset) },
		{ { "sr6flow_peer_synchronised", NULL,
		    "Whether the peer claims a synchronised clock",
		    METRICS_GAUGE },
		  peer_synchronised, 0 },
	};
	const struct measure *measure;
	unsigned int i, j;

	for (i = 0; i < ARRAY_SIZE(families); i++) {
		metrics_family(writer, &families[i].family);
		for (measure = writer->metrics->measures; measure;
		     measure = measure->hh.next)
			for (j = 0; j < measure->of.npeers; j++)
				families[i].fn(writer, &measure->peer[j],
					       families[i].offset);
	}
}

void metrics_measures_write(struct metrics_writer *writer)
{
	write_words(writer);
	write_without(writer);
	write_peers(writer);
}
