// SPDX-License-Identifier: GPL-2.0-only
#include <inttypes.h>
#include <poll.h>
#include <string.h>

#include "lmctl/base/clock.h"
#include "lmctl/base/messages.h"
#include "lmctl/service/sender.h"
#include "lmctl/service/roundtrip.h"
#include "lmctl/service/udp.h"
#include "lmctl/stamp/keys.h"
#include "lmctl/stamp/stamp.h"

/**
 * struct asked - the messages of a measurement
 * @config: the whole configuration
 * @section: its section
 * @key: key, NULL without authentication
 * @udp: socket
 * @sent: times of its requests, 0 for peers that are done
 * @rejects: their rejected replies
 * @open: number of peers that have not replied
 */
struct asked {
	const struct config *config;
	const struct config_measure *section;
	const struct key *key;
	struct udp udp;
	int64_t sent[RESULT_PEERS_MAX];
	struct rejects rejects[RESULT_PEERS_MAX];
	unsigned int open;
};

/* The peer is the Sequence Number. */
static void ask(struct asked *asked, unsigned int peer)
{
	struct stamp_request request = { .seq = peer, .error = 1 };
	uint8_t data[STAMP_AUTH_BASE_LEN];

	asked->sent[peer] = wallclock_time();
	request.timestamp = stamp_time_encode(asked->sent[peer], false);
	stamp_request_write(data, asked->key, &request);
	if (asked->key)
		key_seal_base(asked->key, data);
	if (udp_send(&asked->udp, &asked->section->address[peer],
		     &(struct udp_path){ .source = asked->section->source },
		     data, stamp_base_len(asked->key)))
		asked->sent[peer] = 0;
	else
		asked->open++;
}

static void judge_trip(const struct asked *asked, unsigned int peer,
		       int64_t trip)
{
	const struct block_timing *timing = &asked->config->timing;
	int64_t most = block_delay_max(timing);

	if (trip > most)
		lmctl_warning("measurement '%s', peer '%s': the round trip of %.3f ms is longer than guard time less guard band, %.3f ms; use a period of at least %" PRId64 " ms, or a longer guard time",
			      asked->section->of.name,
			      asked->section->of.peer[peer],
			      (double)trip / BLOCK_NS_PER_MS,
			      (double)most / BLOCK_NS_PER_MS,
			      block_period_for(timing, trip));
}

/* For any delay, one of the two went back in time. */
static void judge_clock(const struct asked *asked, unsigned int peer,
			int64_t there, int64_t back)
{
	int64_t band = asked->config->timing.band;

	if (there < -band || back < -band)
		lmctl_warning("measurement '%s', peer '%s': its clock differs by %.3f ms from ours, the guard band allows %.3f ms; synchronise both clocks by NTP or PTP",
			      asked->section->of.name,
			      asked->section->of.peer[peer],
			      (double)(there - back) / 2 / BLOCK_NS_PER_MS,
			      (double)band / BLOCK_NS_PER_MS);
}

static void judge(struct asked *asked, const struct stamp_reply *reply,
		  int64_t received)
{
	uint32_t peer = reply->sender.seq;
	int64_t sent = asked->sent[peer];
	int64_t t2, t3, error;
	bool ptp;

	stamp_error_decode(reply->error, &ptp, &error);
	t2 = stamp_time_decode(reply->received, ptp, received);
	t3 = stamp_time_decode(reply->timestamp, ptp, received);
	judge_trip(asked, peer, received - sent - (t3 - t2));
	judge_clock(asked, peer, t2 - sent, received - t3);
	asked->sent[peer] = 0;
	asked->open--;
}

/* Check that it answers an open request. */
static bool is_asked(const struct asked *asked, const struct stamp_reply *reply)
{
	uint32_t peer = reply->sender.seq;

	return peer < asked->section->of.npeers && asked->sent[peer] &&
	       reply->sender.timestamp ==
	       stamp_time_encode(asked->sent[peer], false);
}

/* A reflector without keys parsed the message in its own mode. */
static bool is_plain(const struct asked *asked,
		     const struct udp_message *message)
{
	struct stamp_reply reply;

	return stamp_reply_read(message->data, message->len, false, &reply) &&
	       reply.sender.seq < asked->section->of.npeers &&
	       !reply.sender.timestamp;
}

/* Return: the fault, or REJECTS for a good reply. */
static enum reject examine(const struct asked *asked,
			   const struct udp_message *message,
			   struct stamp_reply *reply)
{
	if (asked->key && !keys_verify_base(&asked->config->keys, message->data,
					    message->len)) {
		if (is_plain(asked, message))
			return REJECT_PLAIN;
		return message->len < STAMP_AUTH_BASE_LEN ? REJECT_SHORT :
							    REJECT_KEY;
	}
	if (!stamp_reply_read(message->data, message->len, asked->key, reply))
		return REJECT_SHORT;
	return is_asked(asked, reply) ? REJECTS : REJECT_FOREIGN;
}

static void take(struct asked *asked, const struct udp_message *message)
{
	unsigned int npeers = asked->section->of.npeers;
	unsigned int peer = sender_peer_at(asked->section, &message->from);
	struct stamp_reply reply;
	enum reject reject = examine(asked, message, &reply);

	if (reject == REJECTS && peer == reply.sender.seq) {
		judge(asked, &reply, message->received);
		return;
	}
	if (reject == REJECTS) {
		peer = reply.sender.seq;
		reject = REJECT_ELSEWHERE;
	}
	if (peer == npeers)
		return;
	asked->rejects[peer].n[reject]++;
	if (reject == REJECT_SHORT)
		asked->rejects[peer].len = message->len;
	if (reject == REJECT_ELSEWHERE)
		asked->rejects[peer].from = message->from;
}

/* A peer without any reply may not run yet: do not report it. */
static void judge_useless(const struct asked *asked)
{
	unsigned int i;

	for (i = 0; i < asked->section->of.npeers; i++)
		if (asked->sent[i] && rejects_useless(&asked->rejects[i]))
			sender_warn_useless(&asked->section->of, i,
					     &asked->rejects[i], asked->key);
}

static void wait_for_replies(struct asked *asked)
{
	struct pollfd in = { .fd = asked->udp.fd, .events = POLLIN };
	int64_t end = wallclock_time() + ROUNDTRIP_WAIT_MS * BLOCK_NS_PER_MS;
	struct udp_message *messages;
	int64_t left;
	int i, n;

	while (asked->open && (left = end - wallclock_time()) > 0) {
		if (poll(&in, 1, (int)(left / BLOCK_NS_PER_MS) + 1) <= 0)
			continue;
		n = udp_receive(&asked->udp, &messages);
		for (i = 0; i < n; i++)
			take(asked, &messages[i]);
	}
}

static void check_section(const struct config *config,
			  const struct config_measure *section)
{
	struct asked asked = {
		.config = config, .section = section, .udp.fd = -1,
	};
	const struct sockaddr_in6 local = {
		.sin6_family = AF_INET6, .sin6_addr = section->source,
	};
	unsigned int i;

	if (section->auth)
		asked.key = *section->key ?
			    keys_find(&config->keys, section->key) :
			    &config->keys.key[0];
	if (!udp_open(&asked.udp, &local)) {
		for (i = 0; i < section->of.npeers; i++)
			ask(&asked, i);
		wait_for_replies(&asked);
		judge_useless(&asked);
	}
	udp_close(&asked.udp);
}

void roundtrip_check(const struct config *config)
{
	unsigned int i;

	for (i = 0; i < config->nmeasures; i++)
		check_section(config, &config->measure[i]);
}
