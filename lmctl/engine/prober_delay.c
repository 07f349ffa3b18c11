// SPDX-License-Identifier: GPL-2.0-only
/*
 * Delays. T1 is remembered and T4 is from the kernel; T2 and T3 come from the peer
 * and are bounded before any arithmetic.
 */
#include <string.h>

#include "lmctl/engine/prober_private.h"

/*
 * The rates of two slewed clocks differ by at most 1/1000, and times on the wire
 * are truncated: the time at the peer may seem longer than the round trip.
 */
#define RATE_SHARE 1000
#define TICK_NS 2

static bool within(int64_t value, int64_t low, int64_t high)
{
	return value >= low && value <= high;
}

/*
 * A one-way delay that is negative by more than the error proves that the Error
 * Estimate of a clock is wrong.
 */
static void sample_one_way(const struct prober *prober, struct delay *delay,
			   int64_t forward, int64_t backward,
			   int64_t peer_error)
{
	int64_t most = prober_patience(prober);
	int64_t error;

	if (!within(peer_error, 0, most) ||
	    !within(prober->error_ns, 0, most))
		return;
	error = peer_error + prober->error_ns;
	if (!within(forward, -error, most) || !within(backward, -error, most))
		return;
	delay->one_way = true;
	delay->forward = forward;
	delay->backward = backward;
	delay->error = error;
}

struct prober_sample prober_sample(const struct prober *prober,
				   const struct prober_message *message,
				   const struct stamp_reply *reply,
				   int64_t received)
{
	struct prober_sample sample = {
		.taken = received - message->sent,
		.received = received,
	};
	int64_t peer_error, t2, t3;
	bool ptp;

	sample.synchronised = stamp_error_decode(reply->error, &ptp,
						 &peer_error);
	t2 = stamp_time_decode(reply->received, ptp, received);
	t3 = stamp_time_decode(reply->timestamp, ptp, received);
	sample.forward = t2 - message->sent;
	sample.backward = received - t3;
	sample.apart = sample.forward < -prober->config.timing.band ||
		       sample.backward < -prober->config.timing.band;
	sample.delay.round_trip = sample.taken - (t3 - t2);
	sample.delay.known = within(sample.taken, 0,
				    prober_patience(prober)) &&
			     within(t3 - t2, 0, sample.taken +
				    sample.taken / RATE_SHARE + TICK_NS);
	if (!sample.delay.known || sample.delay.round_trip < 0)
		sample.delay.round_trip = 0;
	if (!sample.delay.known)
		return sample;
	sample.offset = (sample.forward - sample.backward) / 2;
	if (sample.synchronised && prober->synchronised)
		sample_one_way(prober, &sample.delay, sample.forward,
			       sample.backward, peer_error);
	return sample;
}

void prober_ask_sample(struct prober_ask *ask,
		       const struct prober_sample *sample)
{
	struct peer_report *report = &ask->report;
	const struct delay *delay = &sample->delay;

	report->replies++;
	report->peer_synchronised = sample->synchronised;
	if (!delay->known)
		return;
	if (!report->samples || delay->round_trip < report->round_trip_min) {
		report->round_trip_min = delay->round_trip;
		report->offset = sample->offset;
	}
	if (delay->round_trip > report->round_trip_max)
		report->round_trip_max = delay->round_trip;
	report->samples++;
	ask->round_trips += (double)delay->round_trip;
	if (!delay->one_way)
		return;
	ask->one_ways++;
	ask->forwards += (double)delay->forward;
	ask->backwards += (double)delay->backward;
	if (delay->error > report->error_max)
		report->error_max = delay->error;
}

static int64_t mean(double sum, uint64_t n)
{
	return n ? (int64_t)(sum / (double)n) : 0;
}

void prober_ask_report(struct prober *prober, struct prober_ask *ask)
{
	struct prober_peer *peer = &prober->peer[ask->peer];
	struct peer_report *report = &ask->report;

	report->of = &prober->config.of;
	report->peer = ask->peer;
	report->block = ask->block->number;
	report->auth = prober->config.auth;
	report->rejects = peer->rejects;
	report->round_trip_avg = mean(ask->round_trips, report->samples);
	report->one_way = ask->one_ways != 0;
	report->forward_avg = mean(ask->forwards, ask->one_ways);
	report->backward_avg = mean(ask->backwards, ask->one_ways);
	memset(&peer->rejects, 0, sizeof(peer->rejects));
	ask->complete = true;
	prober->ops->report(prober->arg, report);
}
