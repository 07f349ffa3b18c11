// SPDX-License-Identifier: GPL-2.0-only
/*
 * Lines wait in memory until standard output accepts them without blocking: the
 * event loop has colours to change and sets to read.
 */
#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lmctl/base/linefile.h"
#include "lmctl/base/messages.h"
#include "lmctl/sinks/stream/stream.h"
#include "lmctl/sinks/stream/stream_json.h"
#include "lmctl/sinks/stream/stream_table.h"

/* At close: longest wait without progress, in milliseconds. */
#define LAST_WAIT_MS 5000
/* Number of waiting bytes that are written before the end of the block. */
#define EARLY_BYTES 65536
/* Most bytes written to a pipe at once: about a millisecond. */
#define TURN_BYTES 1048576

/**
 * struct stream - state of the sink
 * @json: JSON lines, NULL with @table
 * @period_ms: length of a block
 * @table: lines for people, NULL with @json
 * @data: lines that wait
 * @done: bytes of @data that have been written
 * @len: bytes of @data
 * @room: size of @data
 * @file: standard output as a regular file
 * @full: @file had no room at the last attempt
 * @dropped: results, or tables of results, dropped since the last message
 * @failed: negative errno: standard output is unusable
 */
struct stream {
	struct stream_json *json;
	uint32_t period_ms;
	struct stream_table *table;
	char *data;
	size_t done;
	size_t len;
	size_t room;
	struct linefile file;
	bool full;
	uint64_t dropped;
	int failed;
};

/* Make room for more bytes, first from written ones. */
static bool reserve(struct stream *stream, size_t more)
{
	size_t room = stream->room ? stream->room : EARLY_BYTES;
	char *data;

	if (stream->len + more <= stream->room)
		return true;
	if (stream->done) {
		stream->len -= stream->done;
		memmove(stream->data, stream->data + stream->done, stream->len);
		stream->done = 0;
	}
	if (stream->len + more > STREAM_PENDING_MAX)
		return false;
	while (room < stream->len + more)
		room *= 2;
	data = realloc(stream->data, room);
	if (!data)
		return false;
	stream->data = data;
	stream->room = room;
	return true;
}

static void add_text(void *arg, const char *text, size_t len)
{
	struct stream *stream = arg;

	if (stream->failed)
		return;
	if (!reserve(stream, len)) {
		stream->dropped++;
		return;
	}
	memcpy(stream->data + stream->len, text, len);
	stream->len += len;
}

static int give_up(struct stream *stream, int err)
{
	stream->failed = err;
	stream->len = 0;
	stream->done = 0;
	return err;
}

static bool no_room(int err)
{
	return err == -ENOSPC || err == -EDQUOT || err == -EFBIG;
}

/*
 * A regular file never blocks, and keeps whole lines when it is full. There may be
 * room later.
 */
static int pump_file(struct stream *stream)
{
	int err = linefile_append(&stream->file, stream->data, stream->len);

	if (err && !no_room(err))
		return give_up(stream, err);
	if (!err && stream->full)
		lmctl_warning("standard output is written again");
	stream->full = err;
	if (err)
		return err;
	stream->file.told = 0;
	stream->len = 0;
	return 0;
}

/*
 * A writable pipe has room for PIPE_BUF bytes. It is not made non-blocking: that
 * would affect every process that has it open.
 */
static int pump_pipe(struct stream *stream)
{
	struct pollfd out = { .fd = STDOUT_FILENO, .events = POLLOUT };
	size_t most = stream->done + TURN_BYTES;

	while (stream->done < stream->len) {
		size_t size = stream->len - stream->done;
		ssize_t n;

		if (stream->done >= most || poll(&out, 1, 0) <= 0)
			return 1;
		n = write(STDOUT_FILENO, stream->data + stream->done,
			  size > PIPE_BUF ? PIPE_BUF : size);
		if (n < 0 && errno != EINTR && errno != EAGAIN) {
			int err = errno;

			lmctl_error("cannot write to standard output: %s",
				    strerror(err));
			return give_up(stream, -err);
		}
		if (n > 0)
			stream->done += (size_t)n;
	}
	stream->done = 0;
	stream->len = 0;
	return 0;
}

static int pump(struct stream *stream)
{
	struct stat st;

	if (stream->failed || !stream->len)
		return stream->failed;
	if (!fstat(STDOUT_FILENO, &st) && S_ISREG(st.st_mode))
		return pump_file(stream);
	return pump_pipe(stream);
}

int stream_pump(struct sink *sink)
{
	return pump(sink->self);
}

static void add_line(struct stream *stream, bool whole)
{
	if (whole)
		add_text(stream, stream->json->line.text,
			 stream->json->line.len);
	else
		stream->dropped++;
}

static void stream_result(void *self, const struct result *result)
{
	struct stream *stream = self;

	if (stream->failed)
		return;
	if (stream->json)
		add_line(stream, stream_json_result(stream->json, result));
	else if (stream_table_result(stream->table, result))
		stream->dropped++;
	if (stream->len - stream->done >= EARLY_BYTES && !stream->full)
		pump(stream);
}

static void stream_report(void *self, const struct peer_report *report)
{
	struct stream *stream = self;

	if (stream->failed)
		return;
	if (stream->json)
		add_line(stream, stream_json_report(stream->json, report,
						    stream->period_ms));
	else if (stream_table_report(stream->table, report))
		stream->dropped++;
}

static void warn_dropped(struct stream *stream)
{
	/* Report it when it is over. */
	if (stream->full)
		return;
	if (stream->dropped && !stream->failed)
		lmctl_warning("at least %" PRIu64 " results were not printed: standard output is too slow or memory is short",
			      stream->dropped);
	stream->dropped = 0;
}

static void stream_block_end(void *self, const struct measurement *of,
			     int64_t block)
{
	struct stream *stream = self;

	if (!stream->json && stream_table_end(stream->table, of->name, block))
		stream->dropped++;
	pump(stream);
	warn_dropped(stream);
}

static void stream_free(void *self)
{
	struct pollfd out = { .fd = STDOUT_FILENO, .events = POLLOUT };
	struct stream *stream = self;

	stream_table_free(stream->table);
	free(stream->json);
	errno = 0;
	while (pump(stream) > 0)
		if (poll(&out, 1, LAST_WAIT_MS) <= 0 && errno != EINTR) {
			lmctl_error("standard output is too slow: its last %zu bytes are lost",
				    stream->len - stream->done);
			break;
		}
	if (stream->full)
		lmctl_error("standard output is full: its last %zu bytes are lost",
			    stream->len);
	stream->full = false;
	warn_dropped(stream);
	free(stream->data);
	free(stream);
}

static const struct sink_ops ops = {
	.result = stream_result,
	.gap = stream_result,
	.report = stream_report,
	.block_end = stream_block_end,
	.free = stream_free,
};

int stream_open(struct sink *sink, bool json, uint32_t period_ms)
{
	struct stream *stream = calloc(1, sizeof(*stream));

	if (stream) {
		stream->period_ms = period_ms;
		stream->file = (struct linefile){
			.path = "standard output", .fd = STDOUT_FILENO,
		};
		if (json)
			stream->json = calloc(1, sizeof(*stream->json));
		else
			stream->table = stream_table_new(period_ms, add_text,
							 stream);
	}
	if (!stream || (!stream->json && !stream->table)) {
		free(stream);
		lmctl_error("out of memory for results");
		return -ENOMEM;
	}
	*sink = (struct sink){ &ops, stream };
	return 0;
}
