// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <linux/if_addr.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <netlink/netlink.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include "lib/array.h"
#include "lmctl/base/block.h"
#include "lmctl/base/clock.h"
#include "lmctl/base/messages.h"
#include "lmctl/base/seldom.h"
#include "lmctl/node/routes.h"
#include "lmctl/service/routefeed.h"

/* The kernel fills dumps up to 32 KiB; an event is shorter than 64 KiB. */
#define DATAGRAM_MAX 65536
/* Some thousand events can wait; the kernel doubles it. */
#define EVENTS_BUFFER (2 * 1024 * 1024)
/* More events than can wait. */
#define EVENTS_MAX 65536
/* Events, datagrams of a dump, and routes of a sweep at once: a millisecond or two. */
#define EVENTS_BATCH 64
#define DUMP_BATCH 4
#define SWEEP_BATCH 4096
/* Least time between two readings, also as a multiple of the time that one takes. */
#define PAUSE_MIN BLOCK_NS_PER_S
#define PAUSE_TIMES 10
/* Time between two readings while they are cut off. */
#define CUT_PAUSE (60 * BLOCK_NS_PER_S)

/**
 * enum stage - progress of a reading
 * @IDLE: none runs
 * @DUMPING: the dump number @dump of struct routefeed is read
 * @SWEEPING: what it did not have is forgotten
 */
enum stage {
	IDLE,
	DUMPING,
	SWEEPING,
};

/**
 * struct routefeed - a feed
 * @routing: routing that it fills
 * @ops: functions
 * @arg: for @ops
 * @loop: loop
 * @task: begins readings, sweeps
 * @events: socket of the events
 * @events_source: its source in the loop
 * @dumps: socket of a reading
 * @dumps_source: its source in the loop
 * @stage: progress of a reading
 * @dump: which dump
 * @whole: the reading has missed nothing so far
 * @last: the dump has a message for which route_is_last() is true
 * @cut: the reading lacks routes, see ROUTES_CUT
 * @cut_before: so did the one before, and that was reported
 * @recheck: when to try again
 * @wanted: all routes are to be read again
 * @lost: events were lost since the last reading began
 * @repeated: the next reading follows one beside which routes changed
 * @began: when the reading began
 * @earliest: when the next one may begin
 * @failures: messages about failed readings
 * @losses: messages about lost events
 * @stats: counters
 * @buffer: a datagram
 */
struct routefeed {
	struct routing *routing;
	const struct routefeed_ops *ops;
	void *arg;
	struct loop *loop;
	struct task *task;
	struct nl_sock *events;
	sd_event_source *events_source;
	struct nl_sock *dumps;
	sd_event_source *dumps_source;
	enum stage stage;
	unsigned int dump;
	bool whole;
	bool last;
	bool cut;
	bool cut_before;
	int64_t recheck;
	bool wanted;
	bool lost;
	bool repeated;
	int64_t began;
	int64_t earliest;
	struct seldom failures;
	struct seldom losses;
	struct routefeed_stats stats;
	char buffer[DATAGRAM_MAX] __attribute__((aligned(NLMSG_ALIGNTO)));
};

static struct nl_sock *open_socket(void)
{
	struct nl_sock *socket = nl_socket_alloc();

	if (!socket)
		return NULL;
	nl_socket_disable_auto_ack(socket);
	if (!nl_connect(socket, NETLINK_ROUTE))
		return socket;
	nl_socket_free(socket);
	return NULL;
}

static int join(struct nl_sock *socket)
{
	static const int groups[] = {
		RTNLGRP_LINK, RTNLGRP_NEXTHOP, RTNLGRP_IPV4_ROUTE,
		RTNLGRP_IPV6_ROUTE, RTNLGRP_IPV4_IFADDR, RTNLGRP_IPV6_IFADDR,
	};
	const int size = EVENTS_BUFFER;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(groups); i++)
		if (nl_socket_add_membership(socket, groups[i]))
			return -1;
	/* Without permission for it, more events are lost. */
	if (setsockopt(nl_socket_get_fd(socket), SOL_SOCKET, SO_RCVBUFFORCE,
		       &size, sizeof(size)))
		setsockopt(nl_socket_get_fd(socket), SOL_SOCKET, SO_RCVBUF,
			   &size, sizeof(size));
	return 0;
}

struct routefeed *routefeed_open(struct routing *routing,
				 const struct routefeed_ops *ops, void *arg)
{
	struct routefeed *feed = calloc(1, sizeof(*feed));

	if (!feed) {
		lmctl_error("out of memory");
		return NULL;
	}
	feed->routing = routing;
	feed->ops = ops;
	feed->arg = arg;
	feed->wanted = true;
	feed->earliest = INT64_MIN;
	feed->events = open_socket();
	if (feed->events && !join(feed->events))
		return feed;
	lmctl_error("cannot follow the routes: no netlink socket");
	routefeed_close(feed);
	return NULL;
}

/* Return: length of the next datagram in the buffer, or a negative errno. */
static ssize_t receive(struct routefeed *feed, struct nl_sock *socket)
{
	ssize_t len = recv(nl_socket_get_fd(socket), feed->buffer,
			   sizeof(feed->buffer), MSG_DONTWAIT | MSG_TRUNC);

	if (len < 0)
		return -errno;
	return (size_t)len > sizeof(feed->buffer) ? -ENOBUFS : len;
}

/* A device that goes down takes IPv4 routes with it, without a word about them. */
static void take_link(struct routefeed *feed, struct nlmsghdr *header)
{
	const struct ifinfomsg *link = NLMSG_DATA(header);

	if (header->nlmsg_type == RTM_DELLINK || !(link->ifi_flags & IFF_UP))
		routefeed_reread(feed);
	feed->ops->elsewhere(feed->arg);
}

/* So does an IPv4 address that is their source. */
static void take_address(struct routefeed *feed, struct nlmsghdr *header)
{
	const struct ifaddrmsg *address = NLMSG_DATA(header);

	if (address->ifa_family == AF_INET6)
		feed->ops->elsewhere(feed->arg);
	else if (header->nlmsg_type == RTM_DELADDR)
		routefeed_reread(feed);
}

static void take_event(struct routefeed *feed, struct nlmsghdr *header)
{
	struct route_message message;

	switch (header->nlmsg_type) {
	case RTM_NEWLINK:
	case RTM_DELLINK:
		take_link(feed, header);
		return;
	case RTM_NEWADDR:
	case RTM_DELADDR:
		take_address(feed, header);
		return;
	}
	route_message_parse(&message, header);
	switch (routing_changed(feed->routing, &message)) {
	case ROUTING_UNSURE:
		routefeed_reread(feed);
		feed->ops->changed(feed->arg);
		break;
	case ROUTING_CHANGED:
		feed->ops->changed(feed->arg);
		break;
	case ROUTING_SAME:
		break;
	}
}

static void report_loss(struct routefeed *feed)
{
	uint64_t n = seldom(&feed->losses, 1);

	feed->stats.overruns++;
	feed->lost = true;
	feed->ops->elsewhere(feed->arg);
	if (n)
		lmctl_note("routes change faster than they can be followed; all of them are read again");
	routefeed_reread(feed);
}

static int on_events(sd_event_source *source, int fd, uint32_t events,
		     void *arg)
{
	struct routefeed *feed = arg;
	unsigned int i;

	(void)source;
	(void)fd;
	(void)events;
	for (i = 0; i < EVENTS_BATCH; i++) {
		ssize_t len = receive(feed, feed->events);
		struct nlmsghdr *header = (struct nlmsghdr *)feed->buffer;

		if (len == -ENOBUFS)
			report_loss(feed);
		if (len < 0)
			break;
		for (; NLMSG_OK(header, len); header = NLMSG_NEXT(header, len))
			take_event(feed, header);
	}
	return 0;
}

static void close_dumps(struct routefeed *feed)
{
	sd_event_source_disable_unref(feed->dumps_source);
	nl_socket_free(feed->dumps);
	feed->dumps_source = NULL;
	feed->dumps = NULL;
}

static void end_reading(struct routefeed *feed, int64_t now)
{
	int64_t pause = PAUSE_TIMES * (now - feed->began);

	close_dumps(feed);
	feed->stage = IDLE;
	feed->earliest = now + (pause > PAUSE_MIN ? pause : PAUSE_MIN);
	sd_event_source_set_enabled(feed->events_source, SD_EVENT_ON);
	feed->ops->changed(feed->arg);
}

static void fail_reading(struct routefeed *feed, int err)
{
	if (seldom(&feed->failures, 1))
		lmctl_warning("cannot read the routes: %s; flows of some may be missing until they can be read",
			      strerror(-err));
	feed->wanted = true;
	end_reading(feed, wallclock_time());
	task_wake(feed->task);
}

static void cut_dump(struct routefeed *feed)
{
	if (!feed->cut_before)
		lmctl_warning("%s; flows of some routes may be missing, and none is removed because of a reading",
			      ROUTES_CUT);
	feed->cut = true;
	feed->cut_before = true;
	routing_read_cut(feed->routing, feed->dump == ROUTES_DUMP_IPV6 ?
					AF_INET6 : AF_INET);
}

/* A reading that may have missed something forgets nothing, and another follows. */
static void next_dump(struct routefeed *feed)
{
	if (++feed->dump < ROUTES_DUMPS) {
		if (routes_request(feed->dumps, feed->dump))
			fail_reading(feed, -EIO);
		return;
	}
	close_dumps(feed);
	feed->stage = SWEEPING;
	if (!feed->whole) {
		feed->wanted = true;
		end_reading(feed, wallclock_time());
	}
	task_wake(feed->task);
}

/* Return: 1 at the end of a dump, or a negative errno. */
static int take_dumped(struct routefeed *feed, ssize_t len)
{
	struct nlmsghdr *header = (struct nlmsghdr *)feed->buffer;
	struct route_message message;
	int err = 0;

	for (; !err && NLMSG_OK(header, len); header = NLMSG_NEXT(header, len)) {
		if (header->nlmsg_flags & NLM_F_DUMP_INTR)
			feed->whole = false;
		err = route_dump_end(header);
		if (err == -EMSGSIZE ||
		    (err > 0 && feed->dump == ROUTES_DUMP_IPV6 && !feed->last)) {
			cut_dump(feed);
			err = 1;
		}
		if (err)
			break;
		route_message_parse(&message, header);
		feed->last |= route_is_last(&message);
		err = routing_read(feed->routing, &message);
	}
	return err;
}

static int on_dumps(sd_event_source *source, int fd, uint32_t events,
		    void *arg)
{
	struct routefeed *feed = arg;
	int ret = 0;
	ssize_t len;
	unsigned int i;

	(void)source;
	(void)fd;
	(void)events;
	for (i = 0; !ret && i < DUMP_BATCH; i++) {
		len = receive(feed, feed->dumps);
		if (len == -EAGAIN)
			break;
		/* Some kernels repeat an empty message in place of a long one. */
		ret = len > 0 ? take_dumped(feed, len) : len ? (int)len : -EMSGSIZE;
	}
	if (ret > 0)
		next_dump(feed);
	else if (ret)
		fail_reading(feed, ret);
	return 0;
}

/*
 * Events that wait are older than those that were lost, such as of a route whose removal
 * was lost: after the reading they would be believed.
 */
static void drop_events(struct routefeed *feed)
{
	unsigned int i;
	ssize_t len;

	for (i = 0; feed->lost && i < EVENTS_MAX; i++) {
		len = receive(feed, feed->events);
		if (len < 0 && len != -ENOBUFS)
			break;
	}
	feed->lost = false;
}

static void begin_reading(struct routefeed *feed, int64_t now)
{
	feed->wanted = false;
	feed->whole = true;
	feed->last = false;
	feed->cut = false;
	feed->stage = DUMPING;
	feed->dump = 0;
	feed->began = now;
	sd_event_source_set_enabled(feed->events_source, SD_EVENT_OFF);
	drop_events(feed);
	routing_read_begin(feed->routing);
	feed->dumps = open_socket();
	if (!feed->dumps || routes_request(feed->dumps, 0) ||
	    sd_event_add_io(loop_event(feed->loop), &feed->dumps_source,
			    nl_socket_get_fd(feed->dumps), EPOLLIN, on_dumps,
			    feed) < 0)
		fail_reading(feed, -EIO);
}

/* Beside changes, the kernel may leave out IPv6 routes: see routing_sweep(). */
static bool changed_meanwhile(const struct routefeed *feed)
{
	struct pollfd events = {
		.fd = nl_socket_get_fd(feed->events), .events = POLLIN,
	};

	return poll(&events, 1, 0) > 0;
}

static void end_whole(struct routefeed *feed, int64_t now)
{
	feed->stats.readings++;
	feed->stats.cut = feed->cut;
	feed->repeated = changed_meanwhile(feed) && !feed->repeated;
	feed->wanted |= feed->repeated || routing_doubtful(feed->routing);
	if (feed->cut_before && !feed->cut)
		lmctl_note("the kernel lists all routes again");
	feed->cut_before = feed->cut;
	feed->recheck = now + CUT_PAUSE;
	end_reading(feed, now);
}

static int64_t feed_run(void *arg, int64_t now)
{
	struct routefeed *feed = arg;

	if (feed->stage == SWEEPING) {
		if (routing_sweep(feed->routing, SWEEP_BATCH))
			return now;
		end_whole(feed, now);
	}
	if (feed->stage != IDLE)
		return LOOP_NEVER;
	feed->wanted |= feed->cut_before && now >= feed->recheck;
	if (!feed->wanted)
		return feed->cut_before ? feed->recheck : LOOP_NEVER;
	if (now < feed->earliest)
		return feed->earliest;
	begin_reading(feed, now);
	return feed->stage == IDLE ? feed->earliest : LOOP_NEVER;
}

static void feed_stepped(void *arg, int64_t before, int64_t now)
{
	struct routefeed *feed = arg;

	feed->began += now - before;
	feed->recheck += now - before;
	if (feed->earliest != INT64_MIN)
		feed->earliest += now - before;
}

static const struct task_ops ops = {
	.run = feed_run,
	.stepped = feed_stepped,
};

int routefeed_start(struct routefeed *feed, struct loop *loop)
{
	feed->loop = loop;
	feed->task = loop_task(loop, &ops, feed);
	if (feed->task &&
	    sd_event_add_io(loop_event(loop), &feed->events_source,
			    nl_socket_get_fd(feed->events), EPOLLIN, on_events,
			    feed) >= 0)
		return 0;
	lmctl_error("out of memory");
	return -ENOMEM;
}

void routefeed_reread(struct routefeed *feed)
{
	feed->wanted = true;
	if (feed->task && feed->stage == IDLE)
		task_wake(feed->task);
}

const struct routefeed_stats *routefeed_stats(const struct routefeed *feed)
{
	return &feed->stats;
}

void routefeed_close(struct routefeed *feed)
{
	if (!feed)
		return;
	close_dumps(feed);
	sd_event_source_disable_unref(feed->events_source);
	nl_socket_free(feed->events);
	task_free(feed->task);
	free(feed);
}
