// SPDX-License-Identifier: GPL-2.0-only
/*
 * The view as a sink of a service, and its socket.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lmctl/base/messages.h"
#include "lmctl/sinks/view/view_settings.h"
#include "lmctl/sinks/view/view_sink.h"

/**
 * struct viewing - the view and its socket
 * @host: service
 * @feed: what @host has
 * @filled: the sink of @feed
 * @socket: socket, NULL without
 * @next: its successor, opened beside it
 * @told: the log has that there is none
 * @kept: the section
 * @wanted: the section that comes next
 */
struct viewing {
	const struct sink_host *host;
	struct view_feed *feed;
	struct sink filled;
	struct view_socket *socket;
	struct view_socket *next;
	bool told;
	struct view_config kept;
	struct view_config wanted;
};

static void take_result(void *self, const struct result *result)
{
	struct viewing *viewing = self;

	viewing->filled.ops->result(viewing->feed, result);
	if (viewing->socket)
		view_socket_result(viewing->socket, result);
}

/* The view has no room for what is no block, those who read have. */
static void take_gap(void *self, const struct result *result)
{
	struct viewing *viewing = self;

	if (viewing->socket)
		view_socket_result(viewing->socket, result);
}

static void take_report(void *self, const struct peer_report *report)
{
	struct viewing *viewing = self;

	viewing->filled.ops->report(viewing->feed, report);
	if (viewing->socket)
		view_socket_report(viewing->socket, report,
				   viewing->host->period_ms);
}

static void take_block_end(void *self, const struct measurement *of,
			   int64_t block)
{
	struct viewing *viewing = self;

	viewing->filled.ops->block_end(viewing->feed, of, block);
	if (viewing->socket)
		view_socket_state(viewing->socket, of->name);
}

static const struct sink_ops ops = {
	.result = take_result,
	.gap = take_gap,
	.report = take_report,
	.block_end = take_block_end,
};

static const char *reason(int err)
{
	if (err == -EADDRINUSE)
		return "another program listens there";
	if (err == -EEXIST)
		return "it is a file, not a socket";
	return strerror(-err);
}

static bool serves(const struct viewing *viewing,
		   const struct view_config *view)
{
	return view->serve && (view->on || viewing->host->serve);
}

/*
 * systemd gives each service a folder, and the user of the service can write to no other.
 * It lists several with colons between them.
 */
static void default_socket(char name[VIEW_SOCKET_LEN])
{
	const char *folder = getenv("RUNTIME_DIRECTORY");
	int len;

	if (!folder || !*folder)
		folder = VIEW_SOCKET_FOLDER;
	len = snprintf(name, VIEW_SOCKET_LEN, "%.*s/" VIEW_SOCKET_NAME,
		       (int)strcspn(folder, ":"), folder);
	if (len >= VIEW_SOCKET_LEN)
		strcpy(name, VIEW_SOCKET_DEFAULT);
}

/* Without a section, a daemon does its work without a socket, too. */
static int prepare(void *self, const struct sink_items *items)
{
	struct viewing *viewing = self;
	struct view_config *wanted = &viewing->wanted;
	int err;

	*wanted = *(const struct view_config *)items->item;
	if (!*wanted->socket)
		default_socket(wanted->socket);
	if (!serves(viewing, wanted) ||
	    (viewing->socket && !strcmp(wanted->socket, viewing->kept.socket)))
		return 0;
	err = view_socket_open(&viewing->next, viewing->host->event,
			       wanted->socket, wanted->mode, viewing->feed);
	if (!err)
		return 0;
	if (wanted->on) {
		lmctl_error("top: cannot listen on '%s': %s; choose another name with 'socket', or set 'serve: false'",
			    wanted->socket, reason(err));
		return err;
	}
	if (!viewing->told)
		lmctl_note("no socket for 'lmctl top': '%s': %s; lmctl.conf(5), section top, can name another",
			   wanted->socket, reason(err));
	viewing->told = true;
	return 0;
}

static void commit(void *self, bool follow)
{
	struct viewing *viewing = self;
	struct view_socket *next = viewing->next;
	bool serve = serves(viewing, &viewing->wanted);

	viewing->next = NULL;
	if (!follow) {
		view_socket_close(next);
		return;
	}
	if (next || !serve ||
	    strcmp(viewing->wanted.socket, viewing->kept.socket)) {
		view_socket_close(viewing->socket);
		viewing->socket = next;
	} else if (viewing->socket &&
		   view_socket_mode(viewing->socket, viewing->wanted.mode)) {
		lmctl_warning("top: cannot change the permissions of '%s': %s",
			      viewing->wanted.socket, strerror(errno));
	}
	viewing->kept = viewing->wanted;
	view_feed_limit(viewing->feed, viewing->kept.flows);
}

static void ended(void *self, const char *measurement)
{
	const struct viewing *viewing = self;

	view_feed_ended(viewing->feed, measurement);
}

static void close_viewing(void *self)
{
	struct viewing *viewing = self;

	if (viewing)
		view_socket_close(viewing->socket);
	free(viewing);
}

static int open_viewing(void **self, struct sink *sink,
			const struct sink_host *host)
{
	struct viewing *viewing = calloc(1, sizeof(*viewing));

	*self = viewing;
	if (!viewing) {
		lmctl_error("out of memory");
		return -ENOMEM;
	}
	viewing->host = host;
	viewing->feed = host->view;
	viewing->filled = view_feed_sink(host->view);
	*sink = (struct sink){ &ops, viewing };
	return 0;
}

const struct sink_type view_type = {
	.section = &view_section,
	.open = open_viewing,
	.prepare = prepare,
	.commit = commit,
	.ended = ended,
	.close = close_viewing,
};
