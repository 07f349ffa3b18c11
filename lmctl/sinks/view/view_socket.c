// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "lmctl/base/messages.h"
#include "lmctl/base/seldom.h"
#include "lmctl/sinks/stream/stream_json.h"
#include "lmctl/sinks/view/view_lines.h"
#include "lmctl/sinks/view/view_socket.h"

/* Bytes of a piece of the lines, more than the longest line. */
#define PIECE (64 << 10)
/* Most bytes for one client before others have their turn. */
#define TURN (1 << 20)
/* Without a block, a state is sent so often: a reader notices a hanging daemon. */
#define STATE_US 5000000
/* Most connections in that time. One that cannot be accepted is tried again and again. */
#define ACCEPTS_MAX 100
#define ACCEPTS_US 1000000
#define SUFFIX ".new"

/**
 * struct piece - lines for all clients
 * @next: the following lines
 * @len: bytes
 * @bytes: whole lines
 */
struct piece {
	struct piece *next;
	size_t len;
	char bytes[PIECE];
};

/**
 * struct client - who reads
 * @socket: the socket, NULL for a free place
 * @fd: connection
 * @io: it accepts more, or was closed
 * @walk: flows that it has not had
 * @begins: it gets the flows first
 * @own: lines for it alone
 * @len: bytes of @own
 * @done: of these, written
 * @at: next piece for it
 * @off: bytes of that which it has
 */
struct client {
	struct view_socket *socket;
	int fd;
	sd_event_source *io;
	struct view_walk walk;
	bool begins;
	char own[PIECE];
	size_t len;
	size_t done;
	struct piece *at;
	size_t off;
};

/**
 * struct view_socket - the socket
 * @feed: view
 * @path: its name
 * @dev: device and number of the file, to remove no other
 * @ino: likewise
 * @fd: listens
 * @io: a client has come
 * @timer: a state is due
 * @json: a line
 * @state: a state to be written
 * @client: clients
 * @n: their number
 * @first: oldest piece that a client needs
 * @last: the piece that grows
 * @pieces: their number
 * @refused: clients that found no place
 * @slow: clients that were disconnected
 */
struct view_socket {
	struct view_feed *feed;
	char path[VIEW_SOCKET_LEN];
	dev_t dev;
	ino_t ino;
	int fd;
	sd_event_source *io;
	sd_event_source *timer;
	struct stream_json json;
	struct view_state state;
	struct client client[VIEW_CLIENTS_MAX];
	unsigned int n;
	struct piece *first;
	struct piece *last;
	size_t pieces;
	struct seldom refused;
	struct seldom slow;
};

/* Forget what all clients have had. */
static void trim(struct view_socket *socket)
{
	unsigned int i;

	while (socket->first) {
		struct piece *piece = socket->first;

		for (i = 0; i < VIEW_CLIENTS_MAX; i++)
			if (socket->client[i].at == piece)
				return;
		if (socket->n && piece == socket->last)
			return;
		socket->first = piece->next;
		if (!socket->first)
			socket->last = NULL;
		socket->pieces--;
		free(piece);
	}
}

static void hang_up(struct client *client)
{
	struct view_socket *socket = client->socket;

	sd_event_source_disable_unref(client->io);
	close(client->fd);
	view_walk_end(view_feed_view(socket->feed), &client->walk);
	client->socket = NULL;
	client->at = NULL;
	socket->n--;
	trim(socket);
}

static bool add_piece(struct view_socket *socket)
{
	struct piece *piece = malloc(sizeof(*piece));

	if (!piece)
		return false;
	piece->next = NULL;
	piece->len = 0;
	if (socket->last)
		socket->last->next = piece;
	else
		socket->first = piece;
	socket->last = piece;
	socket->pieces++;
	return true;
}

/* The next lines for a client alone: flows, and the state at their end. */
static void fill(struct client *client)
{
	struct view_socket *socket = client->socket;
	struct view *view = view_feed_view(socket->feed);
	struct jsonline *line = &socket->json.line;
	const struct view_flow *flow;

	client->len = 0;
	client->done = 0;
	while (client->begins && client->len + JSONLINE_MAX <= PIECE) {
		bool whole;

		flow = view_walk_next(view, &client->walk);
		client->begins = flow;
		if (flow) {
			whole = view_line_past(line, flow);
		} else {
			view_feed_state(socket->feed, &socket->state);
			whole = view_line_state(line, &socket->state, NULL);
		}
		if (!whole)
			continue;
		memcpy(client->own + client->len, line->text, line->len);
		client->len += line->len;
	}
}

/* The next bytes for a client; none if it has all. */
static size_t next_bytes(struct client *client, const char **bytes)
{
	if (client->done == client->len && client->begins)
		fill(client);
	if (client->done < client->len) {
		*bytes = client->own + client->done;
		return client->len - client->done;
	}
	if (client->off == client->at->len && client->at->next) {
		client->at = client->at->next;
		client->off = 0;
	}
	*bytes = client->at->bytes + client->off;
	return client->at->len - client->off;
}

static void advance(struct client *client, size_t by)
{
	if (client->done < client->len)
		client->done += by;
	else
		client->off += by;
}

static void pump(struct client *client)
{
	size_t written = 0, len;
	const char *bytes;
	ssize_t n;

	while ((len = next_bytes(client, &bytes)) && written < TURN) {
		n = send(client->fd, bytes, len, MSG_NOSIGNAL | MSG_DONTWAIT);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && errno != EAGAIN) {
			hang_up(client);
			return;
		}
		if (n < 0)
			break;
		advance(client, (size_t)n);
		written += (size_t)n;
	}
	sd_event_source_set_io_events(client->io, len ? EPOLLOUT : 0);
	trim(client->socket);
}

static void pump_all(struct view_socket *socket)
{
	unsigned int i;

	for (i = 0; i < VIEW_CLIENTS_MAX; i++)
		if (socket->client[i].socket)
			pump(&socket->client[i]);
}

/* Those that would need the oldest piece any longer. */
static void cut_off(struct view_socket *socket)
{
	const struct piece *oldest = socket->first;
	uint64_t n = 0;
	unsigned int i;

	for (i = 0; i < VIEW_CLIENTS_MAX; i++)
		if (socket->client[i].at == oldest) {
			hang_up(&socket->client[i]);
			n++;
		}
	n = seldom(&socket->slow, n);
	if (n)
		lmctl_warning("'%s': %lu readers were too slow and were disconnected",
			      socket->path, (unsigned long)n);
}

static void publish(struct view_socket *socket, bool whole)
{
	const struct jsonline *line = &socket->json.line;

	if (!whole || !socket->n)
		return;
	if (socket->last->len + line->len > PIECE) {
		pump_all(socket);
		if (socket->pieces >= VIEW_PENDING_MAX / PIECE)
			cut_off(socket);
		if (!socket->n || !add_piece(socket))
			return;
	}
	memcpy(socket->last->bytes + socket->last->len, line->text, line->len);
	socket->last->len += line->len;
}

void view_socket_result(struct view_socket *socket, const struct result *result)
{
	if (socket->n && view_feed_keeps(socket->feed, result))
		publish(socket, stream_json_result(&socket->json, result));
}

void view_socket_report(struct view_socket *socket,
			const struct peer_report *report, uint32_t period_ms)
{
	if (socket->n)
		publish(socket, stream_json_report(&socket->json, report,
						   period_ms));
}

void view_socket_state(struct view_socket *socket, const char *measurement)
{
	if (!socket->n)
		return;
	view_feed_state(socket->feed, &socket->state);
	publish(socket, view_line_state(&socket->json.line, &socket->state,
					measurement));
	pump_all(socket);
}

static int on_client(sd_event_source *source, int fd, uint32_t events,
		     void *arg)
{
	struct client *client = arg;

	(void)source;
	(void)fd;
	if (events & (EPOLLHUP | EPOLLERR))
		hang_up(client);
	else
		pump(client);
	return 0;
}

static int on_time(sd_event_source *source, uint64_t usec, void *arg)
{
	struct view_socket *socket = arg;

	(void)usec;
	view_socket_state(socket, NULL);
	if (!socket->n)
		return 0;
	sd_event_source_set_time_relative(source, STATE_US);
	return sd_event_source_set_enabled(source, SD_EVENT_ONESHOT);
}

static struct client *place(struct view_socket *socket)
{
	unsigned int i;

	for (i = 0; i < VIEW_CLIENTS_MAX; i++)
		if (!socket->client[i].socket)
			return &socket->client[i];
	return NULL;
}

/* It joins the lines for all where they are now: none of its flows misses a block. */
static bool welcome(struct view_socket *socket, int fd)
{
	struct client *client = place(socket);

	if (!client || (!socket->last && !add_piece(socket)) ||
	    sd_event_add_io(sd_event_source_get_event(socket->io), &client->io,
			    fd, EPOLLOUT, on_client, client) < 0)
		return false;
	shutdown(fd, SHUT_RD);
	client->socket = socket;
	client->fd = fd;
	client->begins = true;
	client->len = 0;
	client->done = 0;
	client->at = socket->last;
	client->off = socket->last->len;
	view_walk_begin(view_feed_view(socket->feed), &client->walk);
	if (!socket->n++) {
		sd_event_source_set_time_relative(socket->timer, STATE_US);
		sd_event_source_set_enabled(socket->timer, SD_EVENT_ONESHOT);
	}
	return true;
}

static int on_listen(sd_event_source *source, int fd, uint32_t events,
		     void *arg)
{
	struct view_socket *socket = arg;
	int client = accept4(fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);

	(void)source;
	(void)events;
	if (client < 0 || welcome(socket, client))
		return 0;
	close(client);
	if (seldom(&socket->refused, 1))
		lmctl_warning("'%s': a reader was refused: %d read already",
			      socket->path, VIEW_CLIENTS_MAX);
	return 0;
}

static void address(struct sockaddr_un *to, const char *path,
		    const char *suffix)
{
	*to = (struct sockaddr_un){ .sun_family = AF_UNIX };
	snprintf(to->sun_path, sizeof(to->sun_path), "%s%s", path, suffix);
}

/* May the name be taken: nobody listens there, and nothing of value is lost. */
static int check_name(const char *path)
{
	struct sockaddr_un to;
	struct stat st;
	int fd, err = 0;

	if (lstat(path, &st))
		return errno == ENOENT ? 0 : -errno;
	if (!S_ISSOCK(st.st_mode))
		return -EEXIST;
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -errno;
	address(&to, path, "");
	/* One that is full or may not be used is in use, too. */
	if (!connect(fd, (const struct sockaddr *)&to, sizeof(to)) ||
	    errno != ECONNREFUSED)
		err = -EADDRINUSE;
	close(fd);
	return err;
}

/* Nobody meets the socket before it has its permissions. */
static int put_in_place(struct view_socket *opened, const char *path,
			uint32_t mode)
{
	struct sockaddr_un own;
	struct stat st;
	int err;

	address(&own, path, SUFFIX);
	if (unlink(own.sun_path) && errno != ENOENT)
		return -errno;
	if (bind(opened->fd, (const struct sockaddr *)&own, sizeof(own)))
		return -errno;
	if (chmod(own.sun_path, mode) || lstat(own.sun_path, &st) ||
	    listen(opened->fd, VIEW_CLIENTS_MAX) ||
	    rename(own.sun_path, path)) {
		err = -errno;
		unlink(own.sun_path);
		return err;
	}
	snprintf(opened->path, sizeof(opened->path), "%s", path);
	opened->dev = st.st_dev;
	opened->ino = st.st_ino;
	return 0;
}

static int attach(struct view_socket *opened, sd_event *event)
{
	int err = sd_event_add_io(event, &opened->io, opened->fd, EPOLLIN,
				  on_listen, opened);

	if (err < 0)
		return err;
	err = sd_event_source_set_ratelimit(opened->io, ACCEPTS_US,
					    ACCEPTS_MAX);
	if (err < 0)
		return err;
	err = sd_event_add_time_relative(event, &opened->timer, CLOCK_MONOTONIC,
					 STATE_US, 0, on_time, opened);
	if (err < 0)
		return err;
	return sd_event_source_set_enabled(opened->timer, SD_EVENT_OFF);
}

int view_socket_open(struct view_socket **socket_at, sd_event *event,
		     const char *path, uint32_t mode, struct view_feed *feed)
{
	struct view_socket *opened;
	int err = check_name(path);

	if (err)
		return err;
	opened = calloc(1, sizeof(*opened));
	if (!opened)
		return -ENOMEM;
	opened->feed = feed;
	opened->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC,
			    0);
	if (opened->fd < 0)
		err = -errno;
	if (!err)
		err = put_in_place(opened, path, mode);
	if (!err)
		err = attach(opened, event);
	if (err < 0) {
		view_socket_close(opened);
		return err;
	}
	*socket_at = opened;
	return 0;
}

int view_socket_mode(const struct view_socket *socket, uint32_t mode)
{
	return chmod(socket->path, mode) ? -errno : 0;
}

unsigned int view_socket_clients(const struct view_socket *socket)
{
	return socket->n;
}

void view_socket_close(struct view_socket *socket)
{
	struct stat st;
	unsigned int i;

	if (!socket)
		return;
	for (i = 0; i < VIEW_CLIENTS_MAX; i++)
		if (socket->client[i].socket)
			hang_up(&socket->client[i]);
	trim(socket);
	sd_event_source_disable_unref(socket->io);
	sd_event_source_disable_unref(socket->timer);
	if (socket->fd >= 0)
		close(socket->fd);
	if (*socket->path && !lstat(socket->path, &st) &&
	    st.st_dev == socket->dev && st.st_ino == socket->ino)
		unlink(socket->path);
	free(socket);
}
