// SPDX-License-Identifier: GPL-2.0-only
/*
 * Standard output as a sink of a service: lines, or the full-screen table.
 */
#include <errno.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "lmctl/base/messages.h"
#include "lmctl/sinks/stream/live.h"
#include "lmctl/sinks/stream/stream.h"

/**
 * struct printing - lines on standard output
 * @lines: the stream
 * @host: service
 * @writable: standard output takes more; NULL for a file, which always does
 */
struct printing {
	struct sink *lines;
	const struct sink_host *host;
	sd_event_source *writable;
};

/* A reader slower than a block has its lines when it takes them. */
static void pump(struct printing *printing)
{
	int more = stream_pump(printing->lines);

	if (more < 0)
		printing->host->unread(printing->host->arg);
	if (printing->writable)
		sd_event_source_set_enabled(printing->writable,
					    more > 0 ? SD_EVENT_ON :
						       SD_EVENT_OFF);
}

static int on_writable(sd_event_source *source, int fd, uint32_t events,
		       void *arg)
{
	(void)source;
	(void)fd;
	(void)events;
	pump(arg);
	return 0;
}

static void block_end(void *self)
{
	if (self)
		pump(self);
}

static void close_printing(void *self)
{
	struct printing *printing = self;

	if (!printing)
		return;
	sd_event_source_unref(printing->writable);
	free(printing);
}

static int print(void **self, struct sink *sink, const struct sink_host *host)
{
	struct printing *printing;

	if (host->print == SINK_SILENT)
		return 0;
	if (host->print == SINK_WATCH)
		return live_open(sink);
	printing = calloc(1, sizeof(*printing));
	if (!printing) {
		lmctl_error("out of memory");
		return -ENOMEM;
	}
	*self = printing;
	printing->lines = sink;
	printing->host = host;
	/* A regular file is always writable and refused here. */
	if (!sd_event_add_io(host->event, &printing->writable, STDOUT_FILENO,
			     EPOLLOUT, on_writable, printing))
		sd_event_source_set_enabled(printing->writable, SD_EVENT_OFF);
	return stream_open(sink, host->print == SINK_JSON, host->period_ms);
}

const struct sink_type stream_type = {
	.open = print,
	.block_end = block_end,
	.close = close_printing,
};
