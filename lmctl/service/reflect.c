// SPDX-License-Identifier: GPL-2.0-only
#include <arpa/inet.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>

#include "lmctl/base/clock.h"
#include "lmctl/base/messages.h"
#include "lmctl/base/seldom.h"
#include "lmctl/node/vrf.h"
#include "lmctl/service/reflect.h"
#include "lmctl/service/udp.h"

/**
 * struct telling - messages of limited rate
 * @unsent: replies that could not be sent
 * @brief: requests that were too short
 * @multicast: requests to a group
 * @stale: requests with the time of another clock
 */
struct telling {
	struct seldom unsent;
	struct seldom brief;
	struct seldom multicast;
	struct seldom stale;
};

struct reflect {
	struct udp udp;
	struct vrf *vrf;
	struct telling telling;
	struct sockaddr_in6 listen;
	sd_event_source *source;
	struct loop *loop;
	struct reflector *reflector;
	struct ledger *ledgers[CONFIG_SETS_MAX];
};

static void tell_unsent(struct reflect *reflect,
			const struct sockaddr_in6 *to, int err)
{
	uint64_t n = seldom(&reflect->telling.unsent, 1);
	char text[INET6_ADDRSTRLEN];

	if (n)
		lmctl_warning("reflect: cannot send to [%s]:%u: %s (replies since the last such message: %" PRIu64 "); check the return route and the packet filter",
			      inet_ntop(AF_INET6, &to->sin6_addr, text,
					sizeof(text)),
			      ntohs(to->sin6_port), strerror(-err), n);
}

static void send_reply(struct reflect *reflect,
		       const struct udp_message *message, size_t len)
{
	unsigned int vrf = vrf_of(reflect->vrf, message->ifindex);
	int err = udp_reply(&reflect->udp, message, vrf, len);

	if (!err)
		return;
	reflector_unsent(reflect->reflector);
	tell_unsent(reflect, &message->from, err);
}

/* A message names the present sender, not an earlier one. */
static uint64_t to_tell(struct seldom *events, uint64_t before, uint64_t now)
{
	return now == before ? 0 : seldom(events, now - before);
}

static void tell_stale(struct reflect *reflect,
		       const struct sockaddr_in6 *from,
		       const struct reflector_stats *before)
{
	const struct reflector_stats *stats =
		reflector_stats(reflect->reflector);
	uint64_t n = to_tell(&reflect->telling.stale,
			     before->stale + before->stale_replies,
			     stats->stale + stats->stale_replies);
	char text[INET6_ADDRSTRLEN];

	if (n)
		lmctl_warning("reflect: requests get no counts because their timestamp differs from the local clock by more than the freshness, the last one from [%s] by %+.3f s (since the last such message: %" PRIu64 "); synchronise the clocks of both nodes by NTP or PTP",
			      inet_ntop(AF_INET6, &from->sin6_addr, text,
					sizeof(text)),
			      (double)stats->stale_by / BLOCK_NS_PER_S, n);
}

/* Report requests whose sender cannot find out why no reply comes. */
static void tell_dropped(struct reflect *reflect,
			 const struct sockaddr_in6 *from,
			 const struct reflector_stats *before)
{
	const struct reflector_stats *stats =
		reflector_stats(reflect->reflector);
	char text[INET6_ADDRSTRLEN];
	uint64_t n;

	inet_ntop(AF_INET6, &from->sin6_addr, text, sizeof(text));
	n = to_tell(&reflect->telling.brief, before->short_, stats->short_);
	if (n)
		lmctl_warning("reflect: dropped requests shorter than a STAMP packet, the last one from [%s] (since the last such message: %" PRIu64 "); let TWAMP Light senders pad to 44 bytes, or use --twamp-light",
			      text, n);
	n = to_tell(&reflect->telling.multicast, before->multicast,
		    stats->multicast);
	if (n)
		lmctl_warning("reflect: dropped requests to a multicast or broadcast address, the last one from [%s] (since the last such message: %" PRIu64 "); use an address of this node as PEER",
			      text, n);
}

static void answer(struct reflect *reflect, const struct udp_message *message)
{
	const struct reflector_stats before =
		*reflector_stats(reflect->reflector);
	struct reflector_request request = {
		.data = message->data,
		/* One byte more than accepted: counted and dropped. */
		.len = message->truncated ? STAMP_MESSAGE_MAX + 1 :
					    message->len,
		.from = message->from,
		.to = message->to,
		.ttl = message->ttl,
		.traffic_class = message->traffic_class,
		.received = message->received,
	};
	bool replied = reflector_handle(reflect->reflector, &request,
					wallclock_time);
	int64_t now;

	tell_stale(reflect, &message->from, &before);
	if (!replied)
		tell_dropped(reflect, &message->from, &before);
	else if (loop_stepped(reflect->loop, &now))
		/* It may have figures of another time beside present timestamps. */
		reflector_unsent(reflect->reflector);
	else
		send_reply(reflect, message, request.len);
}

/* One batch; then other sockets and the clock have their turn. */
static int on_request(sd_event_source *source, int fd, uint32_t events,
		      void *arg)
{
	struct reflect *reflect = arg;
	struct udp_message *messages;
	int i, n = udp_receive(&reflect->udp, &messages);

	(void)source;
	(void)fd;
	(void)events;
	for (i = 0; i < n; i++)
		answer(reflect, &messages[i]);
	return 0;
}

struct reflect *reflect_open(const struct config *config, struct loop *loop)
{
	struct reflect *reflect = calloc(1, sizeof(*reflect));

	if (!reflect)
		goto memory;
	reflect->udp.fd = -1;
	reflect->loop = loop;
	reflect->listen = config->reflect.listen;
	if (udp_open(&reflect->udp, &config->reflect.listen))
		goto failed;
	reflect->reflector = reflector_new(&config->reflect.reflector,
					   &config->keys);
	reflect->vrf = vrf_new();
	if (reflect->reflector && reflect->vrf &&
	    sd_event_add_io(loop_event(loop), &reflect->source,
			    reflect->udp.fd, EPOLLIN, on_request,
			    reflect) >= 0)
		return reflect;

memory:
	lmctl_error("out of memory");
failed:
	reflect_close(reflect);
	return NULL;
}

void reflect_close(struct reflect *reflect)
{
	if (!reflect)
		return;
	sd_event_source_unref(reflect->source);
	reflector_free(reflect->reflector);
	vrf_free(reflect->vrf);
	udp_close(&reflect->udp);
	free(reflect);
}

bool reflect_listens(const struct reflect *reflect,
		     const struct config_reflect *config)
{
	return config->on && reflect->listen.sin6_port ==
			     config->listen.sin6_port &&
	       IN6_ARE_ADDR_EQUAL(&reflect->listen.sin6_addr,
				  &config->listen.sin6_addr) &&
	       reflect->listen.sin6_scope_id == config->listen.sin6_scope_id;
}

void reflect_reload(struct reflect *reflect, const struct config *config)
{
	reflector_reconfigure(reflect->reflector, &config->reflect.reflector,
			      &config->keys);
}

void reflect_ledgers(struct reflect *reflect, struct ledger *const *ledgers,
		     unsigned int n)
{
	memcpy(reflect->ledgers, ledgers, n * sizeof(*ledgers));
	reflector_ledgers(reflect->reflector, reflect->ledgers, n);
}

struct reflector *reflect_reflector(struct reflect *reflect)
{
	return reflect->reflector;
}
