// SPDX-License-Identifier: GPL-2.0-only
#include <stdlib.h>
#include <string.h>
#include <utlist.h>

#include "lmctl/engine/prober_private.h"

/* Most block TLVs in a message. */
static size_t most_tlvs(const struct prober *prober)
{
	return (prober->config.message_max - prober->base) /
	       (STAMP_TLV_HEADER_LEN + BLOCKTLV_LEN(1)) + 1;
}

static int peer_init(struct prober *prober, struct prober_peer *peer)
{
	size_t tlvs = most_tlvs(prober);
	uint32_t i;

	peer->longest = prober->config.message_max;
	peer->ring = calloc(prober->ring, sizeof(*peer->ring));
	peer->entries = calloc(prober->ring * tlvs, sizeof(*peer->entries));
	if (!peer->ring || !peer->entries)
		return -1;
	for (i = 0; i < prober->ring; i++)
		peer->ring[i].entry = peer->entries + i * tlvs;
	return 0;
}

/* At most the buffer, at least a base packet. */
static size_t message_max(const struct prober *prober, size_t wanted)
{
	if (wanted > sizeof(prober->data))
		return sizeof(prober->data);
	return wanted < STAMP_AUTH_BASE_LEN ? STAMP_AUTH_BASE_LEN : wanted;
}

struct prober *prober_new(const struct prober_config *config,
			  const struct prober_ops *ops, void *arg)
{
	struct prober *prober = calloc(1, sizeof(*prober));
	unsigned int i;

	if (!prober)
		return NULL;
	prober->config = *config;
	prober->ops = ops;
	prober->arg = arg;
	prober->base = stamp_base_len(config->auth);
	prober->config.message_max = message_max(prober, config->message_max);
	prober->keys.n = 1;
	prober->keys.key[0] = config->key;
	explicit_bzero(&prober->config.key, sizeof(prober->config.key));
	prober_clock(prober, false, 0);
	for (prober->ring = 1;
	     prober->ring < PROBER_RING_WINDOWS * config->window;)
		prober->ring *= 2;
	for (i = 0; i < config->of.npeers; i++) {
		if (peer_init(prober, &prober->peer[i])) {
			prober_free(prober);
			return NULL;
		}
	}
	return prober;
}

void prober_free(struct prober *prober)
{
	struct prober_block *block, *next;
	unsigned int i;

	if (!prober)
		return;
	DL_FOREACH_SAFE(prober->blocks, block, next)
		prober_block_free(prober, block);
	prober_gap_forget(prober);
	for (i = 0; i < prober->config.of.npeers; i++) {
		free(prober->peer[i].ring);
		free(prober->peer[i].entries);
	}
	keys_clear(&prober->keys);
	free(prober);
}

void prober_rekey(struct prober *prober, const struct key *key)
{
	struct key *present = &prober->keys.key[0];

	if (present->len == key->len &&
	    !memcmp(present->secret, key->secret, key->len))
		return;
	prober->keys.key[1] = *present;
	prober->keys.n = 2;
	prober->rekeyed++;
	*present = *key;
}

void prober_clock(struct prober *prober, bool synchronised, int64_t error_ns)
{
	prober->synchronised = synchronised;
	prober->error_ns = error_ns;
	prober->error = stamp_error_encode(synchronised, false, error_ns);
}

static void peer_shift(struct prober *prober, unsigned int index, int64_t by)
{
	struct prober_peer *peer = &prober->peer[index];
	uint32_t i;

	peer->last_heard -= by;
	for (i = 0; i < prober->ring; i++)
		peer->ring[i].overdue -= by;
}

/* After a step backwards, do not wait for the old time. */
static void clock_went_back(struct prober *prober, int64_t by)
{
	struct prober_block *block;
	unsigned int i;

	DL_FOREACH(prober->blocks, block) {
		block->began -= by;
		for (i = 0; i < prober->config.of.npeers; i++) {
			block->ask[i].next -= by;
			block->ask[i].full -= by;
		}
	}
	for (i = 0; i < prober->config.of.npeers; i++)
		peer_shift(prober, i, by);
}

int64_t prober_now(struct prober *prober)
{
	int64_t now = prober->ops->now(prober->arg);

	if (now < prober->last)
		clock_went_back(prober, prober->last - now);
	prober->last = now;
	return now;
}

int64_t prober_run(struct prober *prober)
{
	int64_t now = prober_now(prober);
	struct prober_block *block;
	int64_t when = INT64_MAX, due;
	unsigned int i;

	DL_FOREACH(prober->blocks, block) {
		if (block->complete)
			continue;
		due = block->began + prober_patience(prober);
		if (due <= now)
			prober_block_close(prober, block);
		else if (due < when)
			when = due;
	}
	prober_blocks_sweep(prober);
	for (i = 0; i < prober->config.of.npeers; i++) {
		due = prober_peer_run(prober, i, now);
		if (due < when)
			when = due;
	}
	return when;
}

void prober_stepped(struct prober *prober)
{
	struct prober_block *block;

	DL_FOREACH(prober->blocks, block) {
		if (block->complete)
			continue;
		prober_block_void(block, REASON_CLOCK_STEPPED);
		prober_block_close(prober, block);
	}
	prober_blocks_sweep(prober);
	prober_gap_forget(prober);
}

void prober_flush(struct prober *prober)
{
	struct prober_block *block;

	DL_FOREACH(prober->blocks, block)
		if (!block->complete)
			prober_block_close(prober, block);
	prober_blocks_sweep(prober);
}
