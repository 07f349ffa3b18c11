// SPDX-License-Identifier: GPL-2.0-only
/*
 * When to ask. An ask iterates over its entries in rounds; within a round it sends
 * as fast as pace and window permit. Answered entries are removed when the next
 * round begins, so all work is linear in flows x rounds.
 */
#include <errno.h>
#include <stdlib.h>
#include <utlist.h>

#include "lmctl/engine/prober_private.h"

static int64_t earlier(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

static int64_t later(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

int prober_ask_init(struct prober *prober, struct prober_ask *ask,
		    struct prober_block *block, unsigned int peer)
{
	uint32_t i;

	/* Paths change. */
	prober->peer[peer].longest = prober->config.message_max;
	ask->block = block;
	ask->peer = peer;
	if (block->n) {
		ask->round = malloc(block->n * sizeof(*ask->round));
		if (!ask->round)
			return -ENOMEM;
	}
	for (i = 0; i < block->n; i++)
		if (prober_ask_entry(ask, i))
			ask->round[ask->n++] = i;
	ask->end = ask->n;
	ask->full = block->began;
	ask->open = ask->n ? ask->n : 1;
	return 0;
}

/* An ask without entries sends one message per round. */
static size_t round_end(const struct prober_ask *ask)
{
	return ask->n ? ask->end : 1;
}

/* Entries for which the peer must read the block first come last. */
static size_t waits_last(struct prober_ask *ask)
{
	size_t i, asked = 0;

	for (i = 0; i < ask->n; i++) {
		uint32_t entry = ask->round[i];

		if (prober_ask_waits(ask, entry))
			continue;
		ask->round[i] = ask->round[asked];
		ask->round[asked++] = entry;
	}
	return asked;
}

/* A peer that answered since the last round needs no slower pace. */
static void round_begin(const struct prober *prober, struct prober_ask *ask,
			int64_t now)
{
	size_t i, n = 0;

	for (i = 0; i < ask->n; i++)
		if (prober_ask_entry(ask, ask->round[i]))
			ask->round[n++] = ask->round[i];
	if (n < ask->n)
		ask->interval = 0;
	ask->n = n;
	ask->cursor = 0;
	ask->end = waits_last(ask);
	if (ask->end < n && now - ask->full < prober->config.timing.period) {
		ask->end++;
	} else {
		ask->end = n;
		ask->full = now;
	}
}

/* Skip entries that late replies have answered. */
static void round_skip(struct prober_ask *ask)
{
	while (ask->cursor < ask->end &&
	       !prober_ask_entry(ask, ask->round[ask->cursor]))
		ask->cursor++;
}

int64_t prober_peer_interval(const struct prober *prober, unsigned int peer)
{
	int64_t period = prober->config.timing.period;
	int64_t interval = later(period / PROBER_FIRST_SHARE,
				 2 * prober->peer[peer].smoothed);

	interval = earlier(interval, period / PROBER_FIRST_SHARE_MAX);
	return later(interval, PROBER_TICK);
}

static void round_finish(const struct prober *prober, struct prober_ask *ask,
			 int64_t now)
{
	int64_t period = prober->config.timing.period;
	int64_t shortest = prober_peer_interval(prober, ask->peer);
	bool late = now - ask->block->began >= period;
	int64_t longest = period / (late ? PROBER_LATE_SHARE : PROBER_SHARE);

	ask->interval = later(shortest,
			      earlier(ask->interval + ask->interval / 2,
				      longest));
	ask->next = now + ask->interval;
}

static void forget_overdue(struct prober *prober, unsigned int index,
			   int64_t now)
{
	struct prober_peer *peer = &prober->peer[index];
	struct prober_message *message;

	/* Messages that the ring has overwritten no longer wait. */
	if (peer->seq - peer->oldest > prober->ring)
		peer->oldest = peer->seq - prober->ring;
	for (; peer->oldest != peer->seq; peer->oldest++) {
		message = prober_message(prober, index, peer->oldest);
		if (message->state != MESSAGE_WAITING)
			continue;
		if (message->overdue > now)
			return;
		message->state = MESSAGE_OVERDUE;
		peer->waiting--;
		peer->dark += message->len > PROBER_SAFE_MAX;
	}
}

static unsigned int window(const struct prober *prober,
			   const struct prober_peer *peer, int64_t now)
{
	unsigned int most = prober->config.window;

	if (peer->heard && now - peer->last_heard <
			   prober->config.timing.period / PROBER_SILENT_SHARE)
		return most;
	return most < PROBER_SILENT_WINDOW ? most : PROBER_SILENT_WINDOW;
}

/* Time of the next message; @now if it may be sent at once. */
static int64_t may_send(struct prober *prober, unsigned int index,
			int64_t now)
{
	struct prober_peer *peer = &prober->peer[index];

	if (peer->waiting >= window(prober, peer, now))
		return prober_message(prober, index, peer->oldest)->overdue;
	if (now - peer->tick >= PROBER_TICK || now < peer->tick) {
		peer->tick = now;
		peer->burst = 0;
	}
	if (peer->burst >= PROBER_BURST)
		return peer->tick + PROBER_TICK;
	return now;
}

/* Return: time to continue; @now at the end of a round that was just sent. */
static int64_t ask_run(struct prober *prober, struct prober_ask *ask,
		       int64_t now)
{
	int64_t when;

	if (ask->cursor == round_end(ask)) {
		if (now < ask->next)
			return ask->next;
		round_begin(prober, ask, now);
	}
	for (round_skip(ask); ask->cursor < round_end(ask); round_skip(ask)) {
		when = may_send(prober, ask->peer, now);
		if (when > now)
			return when;
		if (prober_send(prober, ask) == -EAGAIN)
			return now + PROBER_TICK;
		prober->peer[ask->peer].burst++;
	}
	round_finish(prober, ask, now);
	return ask->next;
}

int64_t prober_peer_run(struct prober *prober, unsigned int peer, int64_t now)
{
	struct prober_block *block;
	struct prober_ask *ask;
	int64_t when = INT64_MAX;

	forget_overdue(prober, peer, now);
	DL_FOREACH(prober->blocks, block) {
		ask = &block->ask[peer];
		if (!block->asking || ask->complete)
			continue;
		when = earlier(when, ask_run(prober, ask, now));
		/* Pace, window and socket are shared by all blocks. */
		if (ask->cursor < round_end(ask))
			break;
	}
	return when;
}
