// SPDX-License-Identifier: GPL-2.0-only
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>

#include "lmctl/clock.h"
#include "lmctl/lmctl.h"
#include "lmctl/service/reflect.h"
#include "lmctl/service/udp.h"

struct reflect {
	struct udp udp;
	struct sockaddr_in6 listen;
	sd_event_source *source;
	struct loop *loop;
	struct reflector *reflector;
	struct ledger *ledgers[CONFIG_SETS_MAX];
};

static void answer(struct reflect *reflect, const struct udp_message *message)
{
	struct reflector_request request = {
		.data = message->data,
		/* One byte more than is taken: counted, and dropped. */
		.len = message->truncated ? STAMP_MESSAGE_MAX + 1 :
					    message->len,
		.from = message->from,
		.to = message->to,
		.ttl = message->ttl,
		.traffic_class = message->traffic_class,
		.received = message->received,
	};
	int64_t now;

	/*
	 * A reply that cannot be sent is one that got lost. One that is of the time
	 * before a step may have the figures of that time beside timestamps of now.
	 */
	if (reflector_handle(reflect->reflector, &request, wallclock_time) &&
	    !loop_stepped(reflect->loop, &now))
		udp_reply(&reflect->udp, message, request.len);
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
	if (reflect->reflector &&
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
