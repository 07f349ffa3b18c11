// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <string.h>

#include "lmctl/engine/prober_private.h"

#define HMAC_TLV_LEN (STAMP_TLV_HEADER_LEN + STAMP_HMAC_LEN)

static size_t entry_len(const struct prober_entry *entry)
{
	return STAMP_TLV_HEADER_LEN + BLOCKTLV_LEN(entry->nsids);
}

static void entry_write(const struct prober *prober, int64_t block,
			const struct prober_entry *entry, uint8_t *data)
{
	struct blocktlv tlv = {
		.version = BLOCKTLV_VERSION,
		.answer = { .status = ANSWER_VALID },
		.mask = entry->mask,
		.block = block,
		.sent = { entry->sent, entry->sent_bytes },
		.sent_total = entry->total,
	};

	blocktlv_timing(&tlv, &prober->config.timing);
	prober_entry_flow(prober, entry, &tlv.flow);
	blocktlv_write(&tlv, stamp_tlv_write(data, prober->config.tlv_type,
				(uint16_t)BLOCKTLV_LEN(entry->nsids)));
}

/* So that another node with the same key does not answer: prober_match.c. */
static void destination_write(struct prober *prober, unsigned int peer,
			      struct prober_message *message)
{
	uint16_t len;
	const uint8_t *address = stamp_address(&prober->config.address[peer],
					       &len);

	memcpy(stamp_tlv_write(prober->data + message->len,
			       STAMP_TLV_DESTINATION, len), address, len);
	message->len += STAMP_TLV_HEADER_LEN + (size_t)len;
}

static size_t message_max(const struct prober *prober,
			  const struct prober_ask *ask)
{
	const struct prober_peer *peer = &prober->peer[ask->peer];

	if (peer->dark < PROBER_DARK || !ask->report.requests ||
	    peer->longest < PROBER_SAFE_MAX)
		return peer->longest;
	return PROBER_SAFE_MAX;
}

/*
 * Write as many TLVs as fit. The first one always does: even 16 SIDs are
 * shorter than the smallest MTU of IPv6. A peer that has not answered one yet may be
 * of a version that stops at the first: what it says is told from a broken TLV
 * only if that one is alone.
 *
 * Return: the cursor of the round after this message.
 */
static size_t message_fill(struct prober *prober, struct prober_ask *ask,
			   struct prober_message *message)
{
	size_t most = message_max(prober, ask) -
		      (prober->config.auth ? HMAC_TLV_LEN : 0);
	bool alone = prober->config.in_band ||
		     !prober->peer[ask->peer].several;
	const struct prober_entry *entry;
	size_t i;

	message->len = prober->base;
	message->n = 0;
	if (prober->config.auth && ask->n)
		destination_write(prober, ask->peer, message);
	for (i = ask->cursor; i < ask->end; i++) {
		entry = prober_ask_entry(ask, ask->round[i]);
		if (!entry)
			continue;
		if (message->n && (alone ||
				   message->len + entry_len(entry) > most))
			break;
		entry_write(prober, ask->block->number, entry,
			    prober->data + message->len);
		message->len += entry_len(entry);
		message->entry[message->n++] = ask->round[i];
	}
	return ask->n ? i : 1;
}

/* The time is taken last, just before it is covered by the HMAC. */
static void message_seal(struct prober *prober, struct prober_message *message)
{
	struct stamp_request request = {
		.seq = message->seq,
		.error = prober->error,
		.ssid = prober->config.ssid,
	};
	const struct key *key = &prober->keys.key[0];
	uint8_t *data = prober->data;
	uint8_t *hmac;

	message->rekeyed = prober->rekeyed;
	if (prober->config.auth && message->n) {
		stamp_request_write(data, true, &request);
		hmac = stamp_tlv_write(data + message->len, STAMP_TLV_HMAC,
				       STAMP_HMAC_LEN);
		key_tlv_hmac(key, data, prober->base, message->len, hmac);
		message->len += HMAC_TLV_LEN;
	}
	message->sent = prober->ops->now(prober->arg);
	message->timestamp = stamp_time_encode(message->sent, false);
	request.timestamp = message->timestamp;
	stamp_request_write(data, prober->config.auth, &request);
	if (prober->config.auth)
		key_seal_base(key, data);
}

static int message_send(struct prober *prober, const struct prober_ask *ask,
			const struct prober_message *message)
{
	const struct sr6flow_flow *along = NULL;
	struct sr6flow_flow flow;

	if (prober->config.in_band && message->n) {
		prober_entry_flow(prober,
				  ask->block->entry[message->entry[0]],
				  &flow);
		along = &flow;
	}
	return prober->ops->send(prober->arg, ask->peer, along, prober->data,
				 message->len);
}

/*
 * The path takes shorter messages only.
 *
 * Return: true if this one can be made shorter.
 */
static bool path_shortened(struct prober *prober, unsigned int index,
			   const struct prober_message *message)
{
	struct prober_peer *peer = &prober->peer[index];
	size_t longest;

	if (message->n < 2)
		return false;
	longest = prober->ops->longest(prober->arg, index);
	if (!longest || longest >= message->len)
		longest = PROBER_SAFE_MAX;
	if (longest >= message->len)
		return false;
	peer->longest = longest < STAMP_AUTH_BASE_LEN ? STAMP_AUTH_BASE_LEN :
							longest;
	return true;
}

int prober_send(struct prober *prober, struct prober_ask *ask)
{
	struct prober_peer *peer = &prober->peer[ask->peer];
	struct prober_message *message = prober_message(prober, ask->peer,
							peer->seq);
	size_t cursor;
	int err;

	if (message->state == MESSAGE_WAITING)
		peer->waiting--;
	message->state = MESSAGE_NONE;
	message->ask = NULL;
	message->seq = peer->seq;
	do {
		cursor = message_fill(prober, ask, message);
		message_seal(prober, message);
		err = message_send(prober, ask, message);
	} while (err == -EMSGSIZE &&
		 path_shortened(prober, ask->peer, message));
	if (err == -EAGAIN)
		return -EAGAIN;
	message->state = MESSAGE_WAITING;
	message->ask = ask;
	message->overdue = message->sent +
			   prober_peer_interval(prober, ask->peer);
	peer->waiting++;
	peer->seq++;
	ask->cursor = cursor;
	ask->report.requests++;
	return 0;
}
