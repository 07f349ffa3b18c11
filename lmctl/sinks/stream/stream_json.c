// SPDX-License-Identifier: GPL-2.0-only
#include "lmctl/sinks/stream/stream.h"
#include "lmctl/sinks/stream/stream_json.h"

static const char *const statuses[] = {
	[RESULT_EXACT] = "exact",
	[RESULT_INVALID] = "invalid",
	[RESULT_ANOMALY] = "anomaly",
};

static void put_head(struct jsonline *line, const char *type)
{
	jsonline_begin(line);
	jsonline_integer(line, "v", STREAM_VERSION);
	jsonline_string(line, "type", type);
}

static void put_start(struct stream_json *json, int64_t block,
		      uint32_t period_ms)
{
	if (!*json->start || json->block != block ||
	    json->period_ms != period_ms)
		figure_start(block, period_ms, FIGURE_UTC, json->start);
	json->block = block;
	json->period_ms = period_ms;
	jsonline_string(&json->line, "start", json->start);
}

/* The time is the start of its first block. */
static void put_blocks(struct stream_json *json, const struct result *result)
{
	int64_t first = result->gap ? result->first : result->block;

	jsonline_integer(&json->line, "block", result->block);
	jsonline_bool(&json->line, "gap", result->gap);
	jsonline_integer(&json->line, "first_block", first);
	jsonline_counter(&json->line, "blocks", true,
			 result->gap ? result->gap : 1);
	put_start(json, first, result->period_ms);
}

static void put_known(struct jsonline *line, const char *packets,
		      const char *bytes, const struct known *count)
{
	jsonline_counter(line, packets, count->known, count->packets);
	jsonline_counter(line, bytes, count->known, count->bytes);
}

/* Figures common to a path and its segments. */
static void put_loss(struct jsonline *line, const struct segment *segment,
		     const struct known *sent, const struct known *received)
{
	bool exact = segment->status == RESULT_EXACT;

	jsonline_string(line, "status", statuses[segment->status]);
	jsonline_string(line, "reason", segment->word);
	put_known(line, "sent", "sent_bytes", sent);
	put_known(line, "received", "received_bytes", received);
	if (exact)
		jsonline_integer(line, "lost", segment->lost);
	else
		jsonline_null(line, "lost");
	if (exact && segment->sent)
		jsonline_ratio(line, "ratio", (uint64_t)segment->lost,
			       segment->sent);
	else
		jsonline_null(line, "ratio");
}

static void put_peer(struct jsonline *line, const struct result *result,
		     unsigned int i)
{
	const struct result_peer *peer = &result->peer[i];
	const struct known count = result_arrived(result, i);
	const struct delay *delay = &peer->delay;
	bool one_way = delay->known && delay->one_way;

	jsonline_open(line, NULL, '{');
	jsonline_string(line, "peer", result->of->peer[i]);
	jsonline_string(line, "answer", answer_word(&peer->answer));
	put_known(line, "received", "received_bytes", &count);
	if (peer->mask)
		jsonline_mark(line, "mask", peer->mask);
	else
		jsonline_null(line, "mask");
	jsonline_counter(line, "period_ms", peer->period_ms, peer->period_ms);
	jsonline_us(line, "round_trip_us", delay->known, delay->round_trip);
	jsonline_us(line, "forward_us", one_way, delay->forward);
	jsonline_us(line, "backward_us", one_way, delay->backward);
	jsonline_us(line, "error_us", one_way, delay->error);
	jsonline_close(line, '}');
}

/* "from" null is this node: a peer can have any name. */
static void put_segment(struct jsonline *line, const struct result *result,
			unsigned int i)
{
	const struct segment segment = result_segment(result, i);
	const struct known from = i ? result_arrived(result, i - 1) :
				      result_sent(result);
	const struct known to = result_arrived(result, i);

	jsonline_open(line, NULL, '{');
	jsonline_string(line, "from", i ? result->of->peer[i - 1] : NULL);
	jsonline_string(line, "to", result->of->peer[i]);
	put_loss(line, &segment, &from, &to);
	jsonline_close(line, '}');
}

bool stream_json_result(struct stream_json *json, const struct result *result)
{
	const struct measurement *of = result->of;
	const struct sr6flow_flow *flow = result->flow;
	const struct segment total = result_total(result);
	const struct known sent = result_sent(result);
	const struct known received = result_received(result);
	struct jsonline *line = &json->line;
	unsigned int i;

	put_head(line, "loss");
	jsonline_string(line, "measurement", of->name);
	jsonline_string(line, "name", *flow->name ? flow->name : NULL);
	jsonline_source(line, "source", flow);
	jsonline_sids(line, "sids", flow);
	put_blocks(json, result);
	jsonline_integer(line, "period_ms", result->period_ms);
	jsonline_mark(line, "mask", result->mask);
	if (result->gap)
		jsonline_null(line, "colour");
	else
		jsonline_mark(line, "colour", result->colour);
	put_loss(line, &total, &sent, &received);
	jsonline_open(line, "peers", '[');
	for (i = 0; i < of->npeers; i++)
		put_peer(line, result, i);
	jsonline_close(line, ']');
	jsonline_open(line, "segments", '[');
	for (i = 0; !of->group && of->npeers > 1 && i < of->npeers; i++)
		if (result_covers(result, RESULT_SEGMENT(i)))
			put_segment(line, result, i);
	jsonline_close(line, ']');
	return jsonline_end(line);
}

bool stream_json_report(struct stream_json *json,
			const struct peer_report *report, uint32_t period_ms)
{
	struct jsonline *line = &json->line;
	bool delay = report->samples;
	bool one_way = delay && report->one_way;

	put_head(line, "peer");
	jsonline_string(line, "measurement", report->of->name);
	jsonline_string(line, "peer", report->of->peer[report->peer]);
	jsonline_integer(line, "block", report->block);
	put_start(json, report->block, period_ms);
	jsonline_counter(line, "requests", true, report->requests);
	jsonline_counter(line, "replies", true, report->replies);
	jsonline_counter(line, "rejected", true, rejects_total(&report->rejects));
	jsonline_counter(line, "samples", true, report->samples);
	jsonline_us(line, "round_trip_min_us", delay, report->round_trip_min);
	jsonline_us(line, "round_trip_avg_us", delay, report->round_trip_avg);
	jsonline_us(line, "round_trip_max_us", delay, report->round_trip_max);
	jsonline_us(line, "forward_avg_us", one_way, report->forward_avg);
	jsonline_us(line, "backward_avg_us", one_way, report->backward_avg);
	jsonline_us(line, "error_max_us", one_way, report->error_max);
	if (delay)
		jsonline_bool(line, "peer_synchronised",
			      report->peer_synchronised);
	else
		jsonline_null(line, "peer_synchronised");
	jsonline_us(line, "offset_us", delay, report->offset);
	return jsonline_end(line);
}
