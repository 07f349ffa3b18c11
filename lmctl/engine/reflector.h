/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Reflector: a STAMP Session-Reflector (RFC 8762, RFC 8972) that answers the
 * per-flow block TLV from ledgers. Pure: datagrams go in, replies come out;
 * no socket, no clock.
 *
 * In authenticated mode no content of a message is used before its HMAC fits. A
 * reply is exactly as long as its request. Work per message is bounded by its
 * length; state per source is bounded in number.
 */
#ifndef LMCTL_ENGINE_REFLECTOR_H
#define LMCTL_ENGINE_REFLECTOR_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "lmctl/engine/ledger.h"
#include "lmctl/stamp/keys.h"

struct reflector;

/**
 * struct reflector_config - settings of a reflector
 * @auth: authenticated mode: @keys are used and unauthenticated requests are
 *	  dropped
 * @stateful: number the replies of each session, instead of repeating the
 *	      sender's number
 * @tlv_type: type of the block TLV, 240 to 251
 * @rate: most requests per second and source address, 0 for no limit
 * @burst: most requests at once
 * @twamp_light: answer requests that are shorter than the base packet, too, with
 *		 the base packet (RFC 8762 section 4.6); without @auth only
 * @freshness: authenticated requests whose timestamp is further from the time
 *	       of arrival than this many nanoseconds are stale: few are answered, and
 *	       without figures; 0 for no limit
 * @learn: most flows that authenticated requests add to each ledger's set; needs
 *	   @auth and @freshness
 * @learn_timeout: seconds without a request until such a flow is removed
 */
struct reflector_config {
	bool auth;
	bool stateful;
	uint8_t tlv_type;
	uint32_t rate;
	uint32_t burst;
	bool twamp_light;
	int64_t freshness;
	uint32_t learn;
	uint32_t learn_timeout;
};

/**
 * struct reflector_stats - counters of requests since the start
 * @requests: datagrams given to reflector_handle()
 * @replies: replies sent
 * @unsent: replies that could not be sent
 * @lengthened: replies that were longer than their requests
 * @flows: block TLVs answered as valid
 * @flows_other: block TLVs answered in another way
 * @short_: dropped: shorter than the base packet
 * @multicast: dropped: sent to a group or to all
 * @oversized: dropped: longer than STAMP_MESSAGE_MAX
 * @unauthenticated: dropped: no key fits
 * @replayed: dropped: number seen before in this session, or too old
 * @stale: dropped: timestamp too far from now
 * @stale_replies: replies without figures to such requests, limited in rate
 * @stale_by: timestamp of the last stale request less its arrival, nanoseconds
 * @limited: dropped: more than the rate limit
 * @looped: dropped: a reply of a reflector
 * @malformed: answered with the M flag
 * @integrity: answered with the I flag
 */
struct reflector_stats {
	uint64_t requests;
	uint64_t replies;
	uint64_t unsent;
	uint64_t lengthened;
	uint64_t flows;
	uint64_t flows_other;
	uint64_t short_;
	uint64_t multicast;
	uint64_t oversized;
	uint64_t unauthenticated;
	uint64_t replayed;
	uint64_t stale;
	uint64_t stale_replies;
	int64_t stale_by;
	uint64_t limited;
	uint64_t looped;
	uint64_t malformed;
	uint64_t integrity;
};

/**
 * struct reflector_request - a datagram
 * @data: its bytes; become the reply in place; has room for the base packet
 * @len: their number; becomes that of the reply
 * @from: source address (an IPv4 one mapped) and port
 * @to: address that it was sent to, likewise; unspecified if not known
 * @ttl: hop limit or TTL on arrival, 255 if not known
 * @traffic_class: Traffic Class on arrival
 * @received: when the kernel received it, nanoseconds since 1970
 */
struct reflector_request {
	uint8_t *data;
	size_t len;
	struct sockaddr_in6 from;
	struct in6_addr to;
	uint8_t ttl;
	uint8_t traffic_class;
	int64_t received;
};

/**
 * reflector_new() - make a reflector
 * @config: how to reflect
 * @keys: keys; copied
 *
 * Return: reflector for reflector_free(), or NULL when memory is short.
 */
struct reflector *reflector_new(const struct reflector_config *config,
				const struct keys *keys);

/**
 * reflector_free() - free a reflector
 * @reflector: reflector or NULL; its ledgers are not freed
 */
void reflector_free(struct reflector *reflector);

/**
 * reflector_reconfigure() - change settings and keys, keep sessions
 * @reflector: reflector
 * @config: how to reflect
 * @keys: keys; copied
 */
void reflector_reconfigure(struct reflector *reflector,
			   const struct reflector_config *config,
			   const struct keys *keys);

/**
 * reflector_ledgers() - set the ledgers to answer from
 * @reflector: reflector
 * @ledgers: array; the first ledger that knows a flow answers; must outlive the
 *	     reflector
 * @n: their number
 */
void reflector_ledgers(struct reflector *reflector,
		       struct ledger *const *ledgers, unsigned int n);

/**
 * reflector_clock() - set the Error Estimate of replies
 * @reflector: reflector
 * @synchronised: S bit
 * @error_ns: estimate of its error
 */
void reflector_clock(struct reflector *reflector, bool synchronised,
		     int64_t error_ns);

/**
 * reflector_handle() - turn a request into its reply
 * @reflector: reflector
 * @request: the datagram
 * @now: called once, as late as possible, for the time of sending
 *
 * Return: true: send @request->len bytes of @request->data back; false: drop the
 * request, which has been counted.
 */
bool reflector_handle(struct reflector *reflector,
		      struct reflector_request *request,
		      int64_t (*now)(void));

/**
 * reflector_unsent() - count a reply that could not be sent
 * @reflector: reflector
 */
void reflector_unsent(struct reflector *reflector);

/**
 * reflector_stats() - counters of requests
 * @reflector: reflector
 *
 * Return: valid as long as @reflector.
 */
const struct reflector_stats *
reflector_stats(const struct reflector *reflector);

/**
 * reflector_learned() - counters of learning over all ledgers
 * @reflector: reflector
 * @stats: filled: the sums over all ledgers
 */
void reflector_learned(const struct reflector *reflector,
		       struct learning_stats *stats);

#endif /* LMCTL_ENGINE_REFLECTOR_H */
