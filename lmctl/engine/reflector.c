// SPDX-License-Identifier: GPL-2.0-only
/*
 * Order of work.
 *
 * Both modes: drop a request that was sent to a group.
 *
 * Authenticated mode: length, HMAC of the base packet, loop, freshness, replay,
 * rate limit, TLVs. An attacker without a key can make this node compute HMACs of
 * 96 bytes and nothing else: it touches no memory, and it cannot use up the rate of
 * an address that it forges, because forged and replayed messages do not reach the
 * bucket. The HMAC does not cover addresses (RFC 8762): an attacker that can read a
 * message can send it once from each of many addresses while it is fresh. Each copy
 * costs a session and a reply; at worst a figure becomes invalid (two ingresses),
 * never wrong. The HMAC does not cover the destination, either: a sender that must
 * know which of several nodes with one key answered names the node in a TLV
 * (RFC 9503); see prober_match.c.
 *
 * Stale requests: without any reply, a sender whose clock is off by more than the
 * freshness could not distinguish that from wrong keys or a closed port. Therefore
 * ten stale requests per second, of all senders together, are answered with the base
 * packet alone: its two times prove to the sender that the clocks differ. The TLVs
 * return unchanged except for the I flag; no figure and no session is touched. An
 * attacker can replay recorded messages with a forged source: that address gets ten
 * packets per second, none longer than the message sent, and they reveal this node's
 * time. An attacker that delays a message until it is stale gets a reply that the
 * sender recognises as one that was under way too long. Constant replays can use up
 * the ten replies; then senders with wrong clocks get none.
 *
 * Unauthenticated mode: length, loop, rate limit, TLVs. Addresses are trusted, so an
 * attacker that forges one can use up its rate.
 *
 * Loop: a reply has the form of a request, so two reflectors could answer each other
 * for ever. Fields that must be zero in a request have to be ignored (RFC 8762), but
 * in a reply two of them are times, the second less than a second after the first:
 * no padding of a sender looks like that.
 *
 * Format of timestamps: the configuration of a test session defines it, and the Z
 * bit of each node's Error Estimate announces it (RFC 8762, sections 4.2.1 and
 * 4.3.1). A reflector configures no sessions, so it answers in the format of the
 * sender.
 */
#include <stdlib.h>
#include <string.h>
#include <arpa/inet.h>

#include "lmctl/engine/ratelimit.h"
#include "lmctl/engine/reflector.h"
#include "lmctl/engine/reflector_tlv.h"
#include "lmctl/engine/sessions.h"
#include "lmctl/stamp/stamp.h"

/* Senders and source addresses that are remembered. */
#define SESSIONS_MAX 4096
#define SOURCES_MAX 4096

/* Time between two answers to stale requests. */
#define STALE_PAUSE (100 * BLOCK_NS_PER_MS)

/* Sequence Number, Timestamp and Error Estimate: the start of TWAMP-Test. */
#define TWAMP_LIGHT_MIN 14

struct reflector {
	struct reflector_config config;
	struct keys keys;
	struct reflector_stats stats;
	struct sessions *sessions;
	struct ratelimit *limit;
	struct ledger *const *ledgers;
	unsigned int nledgers;
	bool synchronised;
	int64_t error_ns;
	int64_t stale_answered;
};

/**
 * struct work - a request in work
 * @request: the datagram
 * @base: its base packet
 * @ptp: format of its timestamps
 * @key: authenticated mode: its key
 * @session: its session, NULL if none is needed
 * @stale: answer it without figures
 */
struct work {
	struct reflector_request *request;
	struct stamp_request base;
	bool ptp;
	const struct key *key;
	struct session *session;
	bool stale;
};

struct reflector *reflector_new(const struct reflector_config *config,
				const struct keys *keys)
{
	struct reflector *reflector = calloc(1, sizeof(*reflector));

	if (!reflector)
		return NULL;
	reflector->error_ns = INT64_MAX;
	reflector->sessions = sessions_new(SESSIONS_MAX);
	reflector->limit = ratelimit_new(SOURCES_MAX);
	if (!reflector->sessions || !reflector->limit) {
		reflector_free(reflector);
		return NULL;
	}
	reflector_reconfigure(reflector, config, keys);
	return reflector;
}

void reflector_free(struct reflector *reflector)
{
	if (!reflector)
		return;
	sessions_free(reflector->sessions);
	ratelimit_free(reflector->limit);
	keys_clear(&reflector->keys);
	free(reflector);
}

void reflector_reconfigure(struct reflector *reflector,
			   const struct reflector_config *config,
			   const struct keys *keys)
{
	reflector->config = *config;
	keys_clear(&reflector->keys);
	reflector->keys = *keys;
	ratelimit_set(reflector->limit, config->rate, config->burst);
}

void reflector_ledgers(struct reflector *reflector,
		       struct ledger *const *ledgers, unsigned int n)
{
	reflector->ledgers = ledgers;
	reflector->nledgers = n;
}

void reflector_clock(struct reflector *reflector, bool synchronised,
		     int64_t error_ns)
{
	reflector->synchronised = synchronised;
	reflector->error_ns = error_ns;
}

const struct reflector_stats *reflector_stats(const struct reflector *reflector)
{
	return &reflector->stats;
}

void reflector_learned(const struct reflector *reflector,
		       struct learning_stats *stats)
{
	unsigned int i;

	memset(stats, 0, sizeof(*stats));
	for (i = 0; i < reflector->nledgers; i++) {
		const struct learning_stats *one =
			learning_stats(ledger_learning(reflector->ledgers[i]));

		stats->flows += one->flows;
		stats->learned += one->learned;
		stats->refused += one->refused;
		stats->failed += one->failed;
	}
}

/* Count a request that is dropped. */
static bool drop(uint64_t *counter)
{
	(*counter)++;
	return false;
}

static bool is_reply(const struct reflector_request *request, bool auth)
{
	struct stamp_reply reply;

	/* Both formats have whole seconds in the upper half. */
	return stamp_reply_read(request->data, request->len, auth, &reply) &&
	       reply.received &&
	       reply.timestamp - reply.received <= UINT32_MAX;
}

/* One message to a group would make thousands of reflectors answer. */
static bool is_for_many(const struct in6_addr *to)
{
	uint32_t ipv4;

	if (!IN6_IS_ADDR_V4MAPPED(to))
		return IN6_IS_ADDR_MULTICAST(to);
	memcpy(&ipv4, &to->s6_addr[12], sizeof(ipv4));
	ipv4 = ntohl(ipv4);
	return IN_MULTICAST(ipv4) || ipv4 == INADDR_BROADCAST;
}

/* The reply is a base packet: the request becomes one with zeros at its end. */
static bool lengthen(const struct reflector *reflector,
		     struct reflector_request *request)
{
	size_t len = stamp_base_len(false);

	if (reflector->config.auth || !reflector->config.twamp_light ||
	    request->len < TWAMP_LIGHT_MIN)
		return false;
	memset(request->data + request->len, 0, len - request->len);
	request->len = len;
	return true;
}

static bool is_fresh(const struct reflector *reflector,
		     const struct work *work, int64_t sent)
{
	int64_t received = work->request->received;
	uint64_t apart = sent < received ?
			 (uint64_t)received - (uint64_t)sent :
			 (uint64_t)sent - (uint64_t)received;

	return !reflector->config.freshness ||
	       apart <= (uint64_t)reflector->config.freshness;
}

/* See the top of this file. */
static bool admit_stale(struct reflector *reflector, struct work *work,
			int64_t sent)
{
	int64_t received = work->request->received;
	int64_t pause = received - reflector->stale_answered;

	reflector->stats.stale_by = sent - received;
	if (pause >= 0 && pause < STALE_PAUSE)
		return drop(&reflector->stats.stale);
	reflector->stale_answered = received;
	reflector->stats.stale_replies++;
	work->stale = true;
	return true;
}

/* Touched only after authentication: see the top of this file. */
static bool admit_authentic(struct reflector *reflector, struct work *work)
{
	const struct reflector_request *request = work->request;
	struct reflector_stats *stats = &reflector->stats;
	int64_t sent = stamp_time_decode(work->base.timestamp, work->ptp,
					 request->received);

	if (!is_fresh(reflector, work, sent))
		return admit_stale(reflector, work, sent);
	work->session = sessions_get(reflector->sessions, &request->from,
				     work->base.ssid);
	if (!work->session)
		return drop(&stats->limited);
	if (!session_accept(work->session, work->base.seq, sent))
		return drop(&stats->replayed);
	return true;
}

/* Read the base packet and decide whether to reply. */
static bool admit(struct reflector *reflector, struct work *work)
{
	struct reflector_request *request = work->request;
	struct reflector_stats *stats = &reflector->stats;
	bool auth = reflector->config.auth;
	int64_t error_ns;

	if (is_for_many(&request->to))
		return drop(&stats->multicast);
	if (request->len < stamp_base_len(auth) &&
	    !lengthen(reflector, request))
		return drop(&stats->short_);
	if (request->len > STAMP_MESSAGE_MAX)
		return drop(&stats->oversized);
	if (auth)
		work->key = keys_verify_base(&reflector->keys, request->data,
					     request->len);
	if (auth && !work->key)
		return drop(&stats->unauthenticated);
	if (is_reply(request, auth))
		return drop(&stats->looped);
	stamp_request_read(request->data, request->len, auth, &work->base);
	stamp_error_decode(work->base.error, &work->ptp, &error_ns);
	if (auth && !admit_authentic(reflector, work))
		return false;
	if (work->stale)
		return true;
	if (!ratelimit_allow(reflector->limit, &request->from.sin6_addr,
			     request->received))
		return drop(&stats->limited);
	if (auth || !reflector->config.stateful)
		return true;
	work->session = sessions_get(reflector->sessions, &request->from,
				     work->base.ssid);
	return work->session || drop(&stats->limited);
}

/* Return the key of the HMAC TLV to write, if any. */
static const struct key *do_tlvs(struct reflector *reflector,
				 const struct work *work)
{
	const struct reflector_config *config = &reflector->config;
	const struct tlv_context context = {
		.data = work->request->data,
		.len = work->request->len,
		.base = stamp_base_len(config->auth),
		.auth = config->auth,
		.key = work->key,
		.learn = config->learn && config->freshness,
		.keys = &reflector->keys,
		.tlv_type = config->tlv_type,
		.traffic_class = work->request->traffic_class,
		.from = &work->request->from.sin6_addr,
		.to = &work->request->to,
		.ledgers = reflector->ledgers,
		.nledgers = reflector->nledgers,
		.stats = &reflector->stats,
	};

	if (work->stale) {
		reflector_tlvs_refuse(&context);
		return NULL;
	}
	return reflector_tlvs(&context);
}

/*
 * The base packet is written twice: the HMAC of the TLVs needs its Sequence
 * Number, and after the time of sending is taken only the HMAC over it is left
 * to do.
 */
static void write_reply(struct reflector *reflector, const struct work *work,
			const struct key *tlv_key, int64_t (*now)(void))
{
	struct reflector_request *request = work->request;
	bool auth = reflector->config.auth;
	struct stamp_reply reply = {
		.seq = reflector->config.stateful && work->session ?
		       session_number(work->session) : work->base.seq,
		.error = stamp_error_encode(reflector->synchronised, work->ptp,
					    reflector->error_ns),
		.ssid = work->base.ssid,
		.received = stamp_time_encode(request->received, work->ptp),
		.sender = work->base,
		.sender_ttl = request->ttl,
	};

	stamp_reply_write(request->data, auth, &reply);
	if (tlv_key)
		reflector_tlv_seal(tlv_key, request->data, request->len,
				   stamp_base_len(auth));
	reply.timestamp = stamp_time_encode(now(), work->ptp);
	stamp_reply_write(request->data, auth, &reply);
	if (auth)
		key_seal_base(work->key, request->data);
}

bool reflector_handle(struct reflector *reflector,
		      struct reflector_request *request,
		      int64_t (*now)(void))
{
	struct work work = { .request = request };
	size_t len = request->len;

	reflector->stats.requests++;
	if (!admit(reflector, &work))
		return false;
	write_reply(reflector, &work, do_tlvs(reflector, &work), now);
	reflector->stats.replies++;
	reflector->stats.lengthened += request->len > len;
	return true;
}

void reflector_unsent(struct reflector *reflector)
{
	reflector->stats.replies--;
	reflector->stats.unsent++;
}
