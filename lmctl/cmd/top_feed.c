// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include "lmctl/base/jsonline.h"
#include "lmctl/cmd/top_feed.h"

/* More than any line of the daemon. */
#define ROOM (4 * JSONLINE_MAX)
/* The daemon answers in milliseconds. */
#define PATIENCE_S 5

/* What a wait that was too long is called. */
static int failure(void)
{
	return errno == EAGAIN ? ETIMEDOUT : errno;
}

int top_feed_open(struct top_feed *feed, const char *path)
{
	const struct timeval patience = { .tv_sec = PATIENCE_S };
	struct sockaddr_un to = { .sun_family = AF_UNIX };

	*feed = (struct top_feed){ .fd = -1 };
	if (strlen(path) >= sizeof(to.sun_path))
		return -ENAMETOOLONG;
	strcpy(to.sun_path, path);
	feed->text = malloc(ROOM);
	feed->room = ROOM;
	feed->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (feed->text && feed->fd >= 0 &&
	    !setsockopt(feed->fd, SOL_SOCKET, SO_SNDTIMEO, &patience,
			sizeof(patience)) &&
	    !setsockopt(feed->fd, SOL_SOCKET, SO_RCVTIMEO, &patience,
			sizeof(patience)) &&
	    !connect(feed->fd, (const struct sockaddr *)&to, sizeof(to)))
		return 0;
	top_feed_close(feed);
	return -failure();
}

void top_feed_close(struct top_feed *feed)
{
	int err = errno;

	if (feed->fd >= 0)
		close(feed->fd);
	free(feed->text);
	*feed = (struct top_feed){ .fd = -1 };
	errno = err;
}

/* Returns false if @fn stopped it. */
static bool take_lines(struct top_feed *feed, top_line_fn fn, void *arg)
{
	char *at = feed->text, *end = feed->text + feed->len, *newline;
	bool more = true;

	while (more && (newline = memchr(at, '\n', (size_t)(end - at)))) {
		more = fn(arg, at, (size_t)(newline - at));
		at = newline + 1;
	}
	feed->len = (size_t)(end - at);
	memmove(feed->text, at, feed->len);
	return more;
}

int top_feed_read(struct top_feed *feed, top_line_fn fn, void *arg)
{
	ssize_t n;

	if (feed->len == feed->room)
		return -EPROTO;
	n = recv(feed->fd, feed->text + feed->len, feed->room - feed->len, 0);
	if (n < 0)
		return errno == EINTR ? 1 : -failure();
	if (!n)
		return -ECONNRESET;
	feed->len += (size_t)n;
	return take_lines(feed, fn, arg);
}
