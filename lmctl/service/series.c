// SPDX-License-Identifier: GPL-2.0-only
#include <stddef.h>

#include "lib/array.h"
#include "lmctl/service/series.h"

/* The samples of one family, told apart by one label. */
struct reason_count {
	const char *word;
	uint64_t count;
};

static void write_counts(struct metrics_writer *writer,
			 const struct metrics_family *family,
			 const char *label, const struct reason_count *counts,
			 unsigned int n)
{
	unsigned int i;

	metrics_family(writer, family);
	for (i = 0; i < n; i++)
		metrics_count(writer,
			      &(struct metrics_label){ label, counts[i].word },
			      1, counts[i].count);
}

static void write_count(struct metrics_writer *writer,
			const struct metrics_family *family, uint64_t count)
{
	metrics_family(writer, family);
	metrics_count(writer, NULL, 0, count);
}

void series_reflector(struct metrics_writer *writer,
		      const struct reflector *reflector)
{
	static const struct metrics_family requests = {
		.name = "sr6flow_reflector_requests",
		.help = "Datagrams that the reflector received",
		.type = METRICS_COUNTER,
	};
	static const struct metrics_family replies = {
		.name = "sr6flow_reflector_replies",
		.help = "Replies of the reflector",
		.type = METRICS_COUNTER,
	};
	static const struct metrics_family unsent = {
		.name = "sr6flow_reflector_unsent_replies",
		.help = "Replies of the reflector that could not be sent",
		.type = METRICS_COUNTER,
	};
	static const struct metrics_family lengthened = {
		.name = "sr6flow_reflector_lengthened_replies",
		.help = "Replies of the reflector that were longer than the request",
		.type = METRICS_COUNTER,
	};
	static const struct metrics_family stale = {
		.name = "sr6flow_reflector_stale_replies",
		.help = "Replies without figures to requests with the time of another clock",
		.type = METRICS_COUNTER,
	};
	static const struct metrics_family dropped = {
		.name = "sr6flow_reflector_dropped_requests",
		.help = "Datagrams that the reflector did not answer",
		.type = METRICS_COUNTER,
	};
	static const struct metrics_family flagged = {
		.name = "sr6flow_reflector_flagged_replies",
		.help = "Replies that say what is wrong with the request",
		.type = METRICS_COUNTER,
	};
	static const struct metrics_family flows = {
		.name = "sr6flow_reflector_flow_answers",
		.help = "Flows and blocks about which the reflector was asked",
		.type = METRICS_COUNTER,
	};
	static const struct metrics_family learned = {
		.name = "sr6flow_reflector_learned_flows",
		.help = "Flows in the sets that are there because requests named them",
		.type = METRICS_GAUGE,
	};
	static const struct metrics_family learnings = {
		.name = "sr6flow_reflector_flows_to_learn",
		.help = "What became of flows that requests named and no set had",
		.type = METRICS_COUNTER,
	};
	const struct reflector_stats *stats = reflector_stats(reflector);
	const struct reason_count drops[] = {
		{ "short", stats->short_ },
		{ "multicast", stats->multicast },
		{ "oversized", stats->oversized },
		{ "unauthenticated", stats->unauthenticated },
		{ "replayed", stats->replayed },
		{ "stale", stats->stale },
		{ "rate-limit", stats->limited },
		{ "loop", stats->looped },
	};
	const struct reason_count flags[] = {
		{ "malformed", stats->malformed },
		{ "integrity", stats->integrity },
	};
	const struct reason_count answers[] = {
		{ "valid", stats->flows },
		{ "other", stats->flows_other },
	};

	struct learning_stats learning;

	reflector_learned(reflector, &learning);
	write_count(writer, &requests, stats->requests);
	write_count(writer, &replies, stats->replies);
	write_count(writer, &unsent, stats->unsent);
	write_count(writer, &lengthened, stats->lengthened);
	write_count(writer, &stale, stats->stale_replies);
	write_counts(writer, &dropped, "reason", drops, ARRAY_SIZE(drops));
	write_counts(writer, &flagged, "flag", flags, ARRAY_SIZE(flags));
	write_counts(writer, &flows, "status", answers, ARRAY_SIZE(answers));
	write_count(writer, &learned, learning.flows);
	write_counts(writer, &learnings, "result", (const struct reason_count[]){
		{ "learned", learning.learned },
		{ "refused", learning.refused },
		{ "failed", learning.failed },
	}, 3);
}

void series_rotators(struct metrics_writer *writer,
		     struct rotator *const *rotators, unsigned int n)
{
	static const struct {
		struct metrics_family family;
		size_t offset;
	} counters[] = {
		{ { .name = "sr6flow_colour_changes",
		    .help = "Changes of the active colour",
		    .type = METRICS_COUNTER },
		  offsetof(struct rotator_stats, changes) },
		{ { .name = "sr6flow_late_colour_changes",
		    .help = "Changes of the active colour that were late",
		    .type = METRICS_COUNTER },
		  offsetof(struct rotator_stats, late) },
		{ { .name = "sr6flow_failed_colour_writes",
		    .help = "Attempts to write the active colour that failed",
		    .type = METRICS_COUNTER },
		  offsetof(struct rotator_stats, failures) },
	};
	const char *stats;
	unsigned int i, j;

	for (i = 0; n && i < ARRAY_SIZE(counters); i++) {
		metrics_family(writer, &counters[i].family);
		for (j = 0; j < n; j++) {
			stats = (const char *)rotator_stats(rotators[j]);
			metrics_count(writer,
				      &(struct metrics_label){ "set",
							       rotator_set(rotators[j]) },
				      1, *(const uint64_t *)
					 (stats + counters[i].offset));
		}
	}
}

void series_followers(struct metrics_writer *writer,
		      struct follower *const *followers, unsigned int n)
{
	static const struct {
		struct metrics_family family;
		size_t offset;
	} series[] = {
		{ { .name = "sr6flow_import_routes",
		    .help = "Routes with a seg6 encapsulation that the set follows",
		    .type = METRICS_GAUGE },
		  offsetof(struct follower_stats, routes) },
		{ { .name = "sr6flow_import_flows",
		    .help = "Flows in the set that these routes have",
		    .type = METRICS_GAUGE },
		  offsetof(struct follower_stats, following.flows) },
		{ { .name = "sr6flow_import_leaving_flows",
		    .help = "Flows of removed routes that wait for the report of their last block",
		    .type = METRICS_GAUGE },
		  offsetof(struct follower_stats, following.leaving) },
		{ { .name = "sr6flow_import_missing_flows",
		    .help = "Flows of routes that are not in the set, because it is full or missing",
		    .type = METRICS_GAUGE },
		  offsetof(struct follower_stats, following.missing) },
		{ { .name = "sr6flow_import_left_out",
		    .help = "Encapsulations of routes that no flow can represent",
		    .type = METRICS_GAUGE },
		  offsetof(struct follower_stats, following.left_out) },
		{ { .name = "sr6flow_import_added_flows",
		    .help = "Flows that were added for routes",
		    .type = METRICS_COUNTER },
		  offsetof(struct follower_stats, following.added) },
		{ { .name = "sr6flow_import_removed_flows",
		    .help = "Flows that were removed after their routes",
		    .type = METRICS_COUNTER },
		  offsetof(struct follower_stats, following.removed) },
		{ { .name = "sr6flow_import_readings",
		    .help = "Readings of all routes",
		    .type = METRICS_COUNTER },
		  offsetof(struct follower_stats, feed.readings) },
		{ { .name = "sr6flow_import_overruns",
		    .help = "Times that events about routes were lost",
		    .type = METRICS_COUNTER },
		  offsetof(struct follower_stats, feed.overruns) },
	};
	unsigned int i, j;

	for (i = 0; n && i < ARRAY_SIZE(series); i++) {
		metrics_family(writer, &series[i].family);
		for (j = 0; j < n; j++) {
			const struct metrics_label set = {
				"set", follower_set(followers[j]),
			};
			struct follower_stats stats;

			follower_stats(followers[j], &stats);
			metrics_count(writer, &set, 1,
				      *(const uint64_t *)((const char *)&stats +
							  series[i].offset));
		}
	}
}

void series_sets(struct metrics_writer *writer, const struct upkeep *upkeep)
{
	static const struct metrics_family family = {
		.name = "sr6flow_set_flows",
		.help = "Flows in a set",
		.type = METRICS_GAUGE,
	};
	unsigned int i = 0;
	const char *set;
	uint32_t flows;

	if (upkeep)
		metrics_family(writer, &family);
	while ((set = upkeep_flows(upkeep, &i, &flows)))
		metrics_count(writer, &(struct metrics_label){ "set", set }, 1,
			      flows);
}
