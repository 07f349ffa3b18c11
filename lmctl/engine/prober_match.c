// SPDX-License-Identifier: GPL-2.0-only
/*
 * Replies. Checks in this order, and no content is used before its check: HMAC of
 * the base packet; number, timestamp and SSID of a remembered message without a
 * reply; HMAC of the TLVs; flow, block and count of the requests in that message.
 * The reflector's own number is ignored: it may be anything.
 *
 * Neither HMAC covers an address, and the HMAC of the TLVs covers only the number
 * of the base packet, which is the same for all peers. Peers may share a key. An
 * attacker could redirect a message, or append the TLVs of one peer's reply to
 * another's base packet, to make the count of one peer that of the other. Therefore
 * a message names the peer in a TLV of RFC 9503, and only the owner of that address
 * returns the TLV without a flag.
 */
#include <string.h>

#include "lmctl/engine/prober_private.h"

enum verdict {
	/* Not a reply to what was sent. */
	VERDICT_REJECTED,
	/* A reflector that does not know the block TLV, or no TLVs at all. */
	VERDICT_NO_LOSS_DATA,
	/* A reflector that refused the TLVs. */
	VERDICT_REFUSED,
	/* A reflector that does not know the version of the block TLV. */
	VERDICT_UNKNOWN_VERSION,
	VERDICT_ANSWERS,
};

/**
 * struct scan - the TLVs of a reply
 * @blocks: number of block TLVs
 * @flags: flags of all block TLVs and of the HMAC TLV together
 * @addressed: the peer confirms its address; use it after the HMAC fits
 * @hmac: value of the HMAC TLV, NULL if there is none
 * @end: its offset, or the length of the reply: answers are before it
 */
struct scan {
	unsigned int blocks;
	uint8_t flags;
	bool addressed;
	const uint8_t *hmac;
	size_t end;
};

static struct scan scan_tlvs(const struct prober *prober, unsigned int peer,
			     uint8_t *data, size_t len)
{
	const struct in6_addr *address = &prober->config.address[peer];
	struct scan scan = { .end = len };
	size_t offset = prober->base;
	struct stamp_tlv tlv;

	while (!scan.hmac && stamp_tlv_next(data, len, &offset, &tlv) == 1) {
		if (tlv.type == prober->config.tlv_type) {
			scan.blocks++;
			scan.flags |= tlv.flags;
		} else if (tlv.type == STAMP_TLV_DESTINATION) {
			scan.addressed |= !tlv.flags &&
					  stamp_address_is(&tlv, address);
		} else if (prober->config.auth && tlv.type == STAMP_TLV_HMAC &&
			   tlv.len == STAMP_HMAC_LEN) {
			scan.flags |= tlv.flags;
			scan.hmac = tlv.value;
			scan.end = (size_t)(tlv.header - data);
		}
	}
	return scan;
}

/*
 * A reflector that refuses or does not know the TLVs need not seal them: they carry
 * no figures then, so the HMAC of the base packet is enough.
 */
static enum verdict judge(const struct prober *prober, unsigned int peer,
			  const struct key *key,
			  const struct prober_message *message, uint8_t *data,
			  size_t len, struct scan *scan, enum reject *reject)
{
	if (!message->n)
		return VERDICT_ANSWERS;
	if (len < message->len)
		return VERDICT_NO_LOSS_DATA;
	*scan = scan_tlvs(prober, peer, data, len);
	if (!scan->blocks)
		return VERDICT_NO_LOSS_DATA;
	if (scan->flags & STAMP_TLV_INTEGRITY)
		return VERDICT_REFUSED;
	/* A reflector that knows the TLV does not call this node's TLV malformed. */
	if (scan->flags & STAMP_TLV_MALFORMED)
		return VERDICT_UNKNOWN_VERSION;
	if (scan->flags & STAMP_TLV_UNRECOGNISED)
		return VERDICT_NO_LOSS_DATA;
	if (!prober->config.auth)
		return VERDICT_ANSWERS;
	*reject = REJECT_TLVS;
	if (!scan->hmac || !key_tlv_verify(key, data, prober->base, scan->end,
					   scan->hmac))
		return VERDICT_REJECTED;
	*reject = REJECT_ADDRESS;
	return scan->addressed ? VERDICT_ANSWERS : VERDICT_REJECTED;
}

/*
 * A reply is sealed with the key of its request. A replaced key may be known to
 * others: it is accepted for no message sent later.
 */
static bool key_is_of(const struct prober *prober, const struct key *key,
		      const struct prober_message *message)
{
	unsigned int age = prober->rekeyed - message->rekeyed;

	return age < prober->keys.n && key == &prober->keys.key[age];
}

/* A reflector of RFC 8762 without extensions sends zeros as SSID. */
static struct prober_message *find_message(struct prober *prober,
					   unsigned int peer,
					   const struct stamp_reply *reply)
{
	struct prober_message *message = prober_message(prober, peer,
							reply->sender.seq);

	if (message->state != MESSAGE_WAITING &&
	    message->state != MESSAGE_OVERDUE)
		return NULL;
	if (message->seq != reply->sender.seq ||
	    message->timestamp != reply->sender.timestamp ||
	    (reply->ssid && reply->ssid != prober->config.ssid))
		return NULL;
	return message;
}

/* A reflector keeps the order, so the entry at @hint is tried first. */
static bool find_entry(const struct prober *prober,
		       const struct prober_message *message,
		       const struct blocktlv *tlv, unsigned int hint,
		       uint32_t *index)
{
	const struct prober_entry *entry;
	unsigned int i;

	for (i = 0; i < message->n; i++) {
		*index = message->entry[(hint + i) % message->n];
		entry = prober_ask_entry(message->ask, *index);
		if (entry && entry->nsids == tlv->flow.nsids &&
		    entry->sent == tlv->sent.packets &&
		    entry->sent_bytes == tlv->sent.bytes &&
		    entry->total.packets == tlv->sent_total.packets &&
		    entry->total.bytes == tlv->sent_total.bytes &&
		    !memcmp(prober_entry_key(prober, entry),
			    flowkey(&tlv->flow), FLOWKEY_LEN(entry->nsids)))
			return true;
	}
	return false;
}

/*
 * Do not accept a peer's count as valid if its mask, timing or clock differs. If
 * clocks differ by whole periods, two ends use one number for different blocks; if
 * they differ by less, one end reads before all packets have arrived.
 */
static enum answer_status difference(const struct prober *prober,
				     const struct prober_entry *entry,
				     const struct blocktlv *tlv,
				     const struct prober_sample *sample)
{
	struct blocktlv own;

	blocktlv_timing(&own, &prober->config.timing);
	if (tlv->period_ms != own.period_ms)
		return ANSWER_PERIOD_DIFFERS;
	if (tlv->mask != entry->mask)
		return ANSWER_MASK_DIFFERS;
	if (tlv->guard != own.guard || tlv->band != own.band)
		return ANSWER_TIMING_DIFFERS;
	return sample->apart ? ANSWER_CLOCKS_DIFFER : ANSWER_VALID;
}

static bool is_short(const struct prober_sample *sample,
		     const struct block_timing *timing)
{
	return sample->delay.known &&
	       sample->delay.round_trip <= block_delay_max(timing);
}

/*
 * A round trip bounds the delay to the peer: if it is short enough and the clocks
 * agree, the packets of a block arrive before the peer reads it. By the real
 * clocks, packets take as long as the request took, and the peer's clock is behind
 * by at most the time of the reply: see block_ahead_max() and block_behind_max().
 */
static bool is_near(const struct prober_sample *sample,
		    const struct block_timing *timing)
{
	return is_short(sample, timing) &&
	       sample->forward <= block_ahead_max(timing) &&
	       sample->backward <= block_behind_max(timing);
}

/*
 * A long round trip can be caused by this node's own lag. For a period, other
 * messages may show that; a peer that was too far away in the block before remains
 * so.
 */
static bool judge_delay(struct prober *prober, const struct prober_ask *ask,
			const struct prober_sample *sample,
			struct prober_answer *answer)
{
	const struct block_timing *timing = &prober->config.timing;
	struct prober_peer *peer = &prober->peer[ask->peer];
	int64_t asked = sample->received - ask->block->began;

	if (is_near(sample, timing)) {
		peer->far = false;
		return true;
	}
	answer->said.answer.status = is_short(sample, timing) ?
				     ANSWER_CLOCKS_DIFFER :
				     ANSWER_DELAY_TOO_LONG;
	answer->again = !peer->far && asked < timing->period;
	peer->far = !answer->again;
	return false;
}

/*
 * In a set without source in its key, the packets that the peer counted may be
 * those of another node. Even without a valid count of its own, this node knows its
 * last source: peers that agree with it agree with each other.
 */
static void judge_source(const struct prober_entry *entry,
			 const struct blocktlv *tlv,
			 struct prober_answer *answer)
{
	enum reason reason = REASON_NONE;

	if (entry->sourced || !tlv->received.packets)
		return;
	if (IN6_IS_ADDR_UNSPECIFIED(&tlv->last_source))
		reason = REASON_SOURCE_UNKNOWN;
	else if (!IN6_ARE_ADDR_EQUAL(&tlv->last_source, &entry->last_source))
		reason = REASON_TWO_SOURCES;
	if (reason)
		answer->said.answer = (struct answer){ ANSWER_INVALID, reason };
}

static void answer_tlv(struct prober *prober, struct prober_ask *ask,
		       uint32_t index, const struct blocktlv *tlv,
		       const struct prober_sample *sample)
{
	struct prober_answer answer = {
		.said = {
			.answer = tlv->answer,
			.mask = tlv->mask,
			.period_ms = tlv->period_ms,
			.delay = sample->delay,
		},
		.last_source = tlv->last_source,
	};
	const struct prober_entry *entry = ask->block->entry[index];
	struct result_peer *said = &answer.said;

	if (said->answer.status == ANSWER_VALID)
		said->answer.status = difference(prober, entry, tlv, sample);
	if (said->answer.status == ANSWER_VALID &&
	    judge_delay(prober, ask, sample, &answer))
		judge_source(entry, tlv, &answer);
	if (said->answer.status == ANSWER_VALID ||
	    said->answer.status == ANSWER_TWO_INGRESSES) {
		said->packets = tlv->received.packets;
		said->bytes = tlv->received.bytes;
	}
	if (said->answer.status == ANSWER_VALID) {
		answer.total = tlv->received_total;
		answer.identity = prober_gap_identity(tlv->identity);
	}
	prober_ask_answer(prober, ask, index, &answer);
}

static void answer_tlvs(struct prober *prober,
			const struct prober_message *message, uint8_t *data,
			size_t end, const struct prober_sample *sample)
{
	size_t offset = prober->base;
	struct stamp_tlv tlv;
	struct blocktlv value;
	unsigned int n = 0;
	uint32_t index;

	while (n < message->n &&
	       stamp_tlv_next(data, end, &offset, &tlv) == 1) {
		if (tlv.type != prober->config.tlv_type)
			continue;
		if (!blocktlv_read(&value, tlv.value, tlv.len) &&
		    value.version == BLOCKTLV_VERSION &&
		    value.block == message->ask->block->number &&
		    find_entry(prober, message, &value, n, &index))
			answer_tlv(prober, message->ask, index, &value, sample);
		n++;
	}
}

static void answer_all(struct prober *prober,
		       const struct prober_message *message,
		       enum answer_status status, const struct delay *delay)
{
	const struct prober_answer said = {
		.said = { .answer = { .status = status }, .delay = *delay },
	};
	unsigned int i;

	for (i = 0; i < message->n; i++)
		if (prober_ask_entry(message->ask, message->entry[i]))
			prober_ask_answer(prober, message->ask,
					  message->entry[i], &said);
}

/*
 * A peer that refuses the TLVs of an authentic message while its clock provably
 * differs has found the message stale, like all others: see reflector.c. A message
 * that was under way too long was stale for that reason, and is repeated.
 */
static void answer_refused(struct prober *prober,
			   const struct prober_message *message,
			   const struct prober_sample *sample)
{
	const struct prober_answer apart = {
		.said = {
			.answer = { .status = ANSWER_CLOCKS_DIFFER },
			.delay = sample->delay,
		},
	};
	struct prober_ask *ask = message->ask;
	uint32_t i;

	if (!prober->config.auth ||
	    (!sample->apart && sample->taken < prober->config.timing.period)) {
		answer_all(prober, message, ANSWER_REFUSED, &sample->delay);
		return;
	}
	for (i = 0; sample->apart && i < ask->block->n; i++)
		if (prober_ask_entry(ask, i))
			prober_ask_answer(prober, ask, i, &apart);
}

static void peer_heard(struct prober *prober, struct prober_peer *peer,
		       struct prober_message *message, enum verdict verdict,
		       int64_t received, const struct prober_sample *sample)
{
	if (message->state == MESSAGE_WAITING)
		peer->waiting--;
	message->state = MESSAGE_ANSWERED;
	peer->heard = true;
	if (message->len > PROBER_SAFE_MAX)
		peer->dark = 0;
	if (message->n)
		peer->several = verdict != VERDICT_UNKNOWN_VERSION;
	peer->last_heard = received;
	if (sample->taken < 0 || sample->taken > prober_patience(prober))
		return;
	if (!peer->smoothed)
		peer->smoothed = sample->taken;
	peer->smoothed += (sample->taken - peer->smoothed) / PROBER_SMOOTHING;
}

static void message_answered(struct prober *prober,
			     struct prober_message *message,
			     enum verdict verdict, uint8_t *data,
			     const struct scan *scan,
			     const struct prober_sample *sample)
{
	static const enum answer_status statuses[] = {
		[VERDICT_NO_LOSS_DATA] = ANSWER_NO_LOSS_DATA,
		[VERDICT_UNKNOWN_VERSION] = ANSWER_UNKNOWN_VERSION,
	};
	struct prober_ask *ask = message->ask;

	prober_ask_sample(ask, sample);
	if (!message->n)
		ask->open = 0;
	else if (verdict == VERDICT_ANSWERS)
		answer_tlvs(prober, message, data, scan->end, sample);
	else if (verdict == VERDICT_REFUSED)
		answer_refused(prober, message, sample);
	else
		answer_all(prober, message, statuses[verdict],
			   &sample->delay);
	prober_ask_settle(prober, ask);
}

/* A reflector without keys parsed the message in its own mode. */
static bool is_plain(struct prober *prober, unsigned int index,
		     const uint8_t *data, size_t len)
{
	const struct prober_message *message;
	struct stamp_reply reply;

	if (!stamp_reply_read(data, len, false, &reply))
		return false;
	message = prober_message(prober, index, reply.sender.seq);
	return message->seq == reply.sender.seq && !reply.sender.timestamp &&
	       (message->state == MESSAGE_WAITING ||
		message->state == MESSAGE_OVERDUE);
}

static bool is_again(struct prober *prober, unsigned int index,
		     const struct stamp_reply *reply)
{
	const struct prober_message *message =
		prober_message(prober, index, reply->sender.seq);

	return message->state == MESSAGE_ANSWERED &&
	       message->seq == reply->sender.seq &&
	       message->timestamp == reply->sender.timestamp;
}

/* Return: the message of this reply; NULL after @reject was filled. */
static struct prober_message *
reply_fits(struct prober *prober, unsigned int index, const uint8_t *data,
	   size_t len, struct stamp_reply *reply, const struct key **key,
	   enum reject *reject)
{
	bool auth = prober->config.auth;
	struct prober_message *message;

	*key = NULL;
	*reject = REJECT_SHORT;
	if (len < prober->base && !(auth && is_plain(prober, index, data, len)))
		return NULL;
	if (auth)
		*key = keys_verify_base(&prober->keys, data, len);
	*reject = REJECT_KEY;
	if (auth && !*key) {
		if (is_plain(prober, index, data, len))
			*reject = REJECT_PLAIN;
		return NULL;
	}
	*reject = REJECT_FOREIGN;
	if (!stamp_reply_read(data, len, auth, reply))
		return NULL;
	message = find_message(prober, index, reply);
	*reject = REJECT_KEY;
	if (message && *key && !key_is_of(prober, *key, message))
		return NULL;
	*reject = REJECT_FOREIGN;
	if (!message && is_again(prober, index, reply))
		*reject = REJECT_AGAIN;
	return message;
}

void prober_receive_elsewhere(struct prober *prober, const uint8_t *data,
			      size_t len, const struct sockaddr_in6 *from)
{
	struct stamp_reply reply;
	const struct key *key;
	enum reject reject;
	unsigned int i;

	if (!stamp_reply_read(data, len, prober->config.auth, &reply))
		return;
	for (i = 0; i < prober->config.of.npeers; i++) {
		struct rejects *rejects = &prober->peer[i].rejects;

		/* First without the key: anybody can send to this port. */
		if (!find_message(prober, i, &reply) ||
		    !reply_fits(prober, i, data, len, &reply, &key, &reject))
			continue;
		rejects->n[REJECT_ELSEWHERE]++;
		rejects->from = *from;
		return;
	}
}

void prober_receive(struct prober *prober, unsigned int index, uint8_t *data,
		    size_t len, int64_t received)
{
	struct prober_peer *peer = &prober->peer[index];
	enum verdict verdict = VERDICT_REJECTED;
	struct prober_message *message;
	struct prober_sample sample;
	struct stamp_reply reply;
	struct scan scan = { 0 };
	const struct key *key;
	enum reject reject;

	message = reply_fits(prober, index, data, len, &reply, &key,
			     &reject);
	if (message)
		verdict = judge(prober, index, key, message, data, len, &scan,
				&reject);
	if (verdict == VERDICT_REJECTED) {
		peer->rejects.n[reject]++;
		if (reject == REJECT_SHORT)
			peer->rejects.len = len;
		return;
	}
	sample = prober_sample(prober, message, &reply, received);
	peer_heard(prober, peer, message, verdict, received, &sample);
	/* Too late for the block, but not forged. */
	if (message->ask && !message->ask->complete)
		message_answered(prober, message, verdict, data, &scan,
				 &sample);
	prober_blocks_sweep(prober);
}
