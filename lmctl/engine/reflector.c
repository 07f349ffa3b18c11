// SPDX-License-Identifier: GPL-2.0-only
/*
 * Order of work, and why.
 *
 * Both modes: a request to a group is dropped first.
 *
 * Authenticated mode: length, HMAC of the base packet, loop, freshness, replay,
 * rate limit, TLVs. Whoever has no key can make this node compute HMACs of 96
 * bytes and nothing else: no memory is touched, and a sender whose address he
 * writes into his messages loses none of its rate, because neither a forged
 * nor a repeated message gets as far as the bucket. What remains is that the
 * HMAC does not cover addresses (RFC 8762): who can read a message can send it
 * once from each of many addresses while it is fresh. That costs a session and
 * a reply each; at worst a figure becomes invalid (two ingresses), never wrong.
 * Nor does it cover where a message was sent: whoever wants to know that the
 * answer is of the node that was asked, and not of another one with the same
 * key, says in a TLV which one that is (RFC 9503); see prober_match.c.
 *
 * Stale: a sender whose clock is off by more than the freshness could not tell
 * that from wrong keys or a closed port if nothing came back. So ten of these a
 * second, of all senders together, are answered with the base packet alone: the
 * two times in it prove to the sender that the clocks differ. The TLVs go back as
 * they came but for the flag I; no figure and no memory of a session is touched.
 * Messages that were recorded long ago can be sent again with any source: ten
 * packets a second, none longer than what was sent for it, go to that address.
 * What is read in them is this node's time. Whoever has a message held back until it
 * is stale can have that answered, which the sender takes for what it is: one that
 * was under way too long. By doing so all the time he can use up the ten; then
 * senders with wrong clocks have no answer, as without this.
 *
 * Unauthenticated mode: length, loop, rate limit, TLVs. Addresses are believed
 * here, so whoever forges one can use up its rate.
 *
 * Loop: a reply has the form of a request, and two reflectors could be made to
 * answer each other for ever. Fields that must be zero in a request have to be
 * ignored (RFC 8762), but in a reply two of them are times, the second less
 * than a second after the first: nothing that a sender pads with hits that.
 *
 * Format of timestamps: it belongs to the configuration of a test session, and
 * the Z bit of each node's Error Estimate tells that node's (RFC 8762, sections
 * 4.2.1 and 4.3.1). A reflector configures no sessions, so it answers in the
 * format that the sender uses.
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

/* Time between two stale requests that are answered. */
#define STALE_PAUSE (100 * BLOCK_NS_PER_MS)

/* Sequence Number, Timestamp and Error Estimate: what TWAMP-Test begins with. */
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
 * struct work - a request on its way
 * @request: the datagram
 * @base: its base packet
 * @ptp: format of its timestamps
 * @key: authenticated mode: its key
 * @session: its session, NULL if none is needed
 * @stale: it is to be answered without figures
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

/* Whoever answers one is asked by a single message with thousands of others. */
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

/* What a forged message must not have touched: see the top of this file. */
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

/* Whether there will be a reply; reads the base packet. */
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

/* Returns the key whose HMAC TLV is to be written anew, if any. */
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
