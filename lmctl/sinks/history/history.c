// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include "lmctl/base/messages.h"
#include "lmctl/sinks/history/history.h"
#include "lmctl/sinks/history/history_db.h"
#include "lmctl/sinks/history/history_queue.h"

/* Between attempts to write what could not be written. */
#define RETRY_S 1
/* Most old results that are deleted for each new one, and beside. */
#define EXPIRE_FACTOR 2
#define EXPIRE_ROWS 2000

/**
 * struct history - state of the sink
 * @file: name of the database
 * @filling: what the event loop collects
 * @lock: of all that follows
 * @wake: signalled when @queue or @stop changes
 * @thread: the writer
 * @running: there is a writer
 * @stop: the writer is to end when it has tried once to write @queue
 * @retention_s: seconds after which results are deleted
 * @queue: batches that wait, the oldest first
 * @state: numbers, but for what waits
 * @writing: bytes of the batch that is being written
 * @failing: the last transaction failed, or the database was not opened
 * @told: that has been said
 * @told_drop: it has been said that results were dropped
 * @reason: why it failed
 * @aside: new name of a database that was moved aside, empty when that has been
 *	   said
 * @db: the writer's, and of history_open() before there is one
 *
 * Messages are printed by the event loop, so that lines do not mix.
 */
struct history {
	char *file;
	struct history_batch *filling;
	pthread_mutex_t lock;
	pthread_cond_t wake;
	pthread_t thread;
	bool running;
	bool stop;
	int64_t retention_s;
	struct history_queue queue;
	struct history_state state;
	uint64_t writing;
	bool failing;
	bool told;
	bool told_drop;
	char reason[256];
	char aside[PATH_MAX];
	struct history_db *db;
};

static void close_db(struct history *history)
{
	history_db_close(history->db);
	history->db = NULL;
}

/* The log goes with its database: it must never be taken for the new one's. */
static int rename_aside(const char *file, char *to, size_t size)
{
	static const char *const suffixes[] = { "-wal", "-shm", "" };
	char from_path[PATH_MAX], to_path[PATH_MAX], stamp[32];
	time_t now = time(NULL);
	struct tm tm;
	size_t i;

	strftime(stamp, sizeof(stamp), "%Y%m%dT%H%M%SZ", gmtime_r(&now, &tm));
	if ((size_t)snprintf(to, size, "%s.corrupt-%s", file, stamp) >= size)
		return -ENAMETOOLONG;
	for (i = 0; i < 3; i++) {
		int a = snprintf(from_path, PATH_MAX, "%s%s", file, suffixes[i]);
		int b = snprintf(to_path, PATH_MAX, "%s%s", to, suffixes[i]);

		if (a >= PATH_MAX || b >= PATH_MAX)
			return -ENAMETOOLONG;
		if (rename(from_path, to_path) && errno != ENOENT)
			return -errno;
	}
	return 0;
}

/* A file that cannot be read gives way to a new one. */
static int move_aside(struct history *history, char *error, size_t size)
{
	char to[PATH_MAX];
	int err;

	close_db(history);
	err = rename_aside(history->file, to, sizeof(to));
	if (err) {
		snprintf(error, size, "it is corrupt, and it cannot be moved aside: %s",
			 strerror(-err));
		return err;
	}
	pthread_mutex_lock(&history->lock);
	strcpy(history->aside, to);
	pthread_mutex_unlock(&history->lock);
	return 0;
}

static int open_db(struct history *history, char *error, size_t size)
{
	int err = history_db_open(history->file, &history->db, error, size);

	if (err != -EUCLEAN)
		return err;
	err = move_aside(history, error, size);
	if (!err)
		err = history_db_open(history->file, &history->db, error, size);
	return err;
}

/* One transaction; an open database is needed. */
static int write_rows(struct history *history,
		      const struct history_batch *batch, char *error,
		      size_t size)
{
	struct history_db *db = history->db;
	int err = history_db_begin(db);
	bool begun = !err;

	if (!err)
		err = history_batch_write(batch, db);
	if (!err)
		err = history_db_commit(db);
	if (!err)
		return 0;
	snprintf(error, size, "%s", history_db_error(db));
	if (begun)
		history_db_rollback(db);
	return err;
}

static int write_batch(struct history *history,
		       const struct history_batch *batch, char *error,
		       size_t size)
{
	int err = 0;

	if (history->db && history_db_moved(history->db))
		close_db(history);
	if (!history->db)
		err = open_db(history, error, size);
	if (!err)
		err = write_rows(history, batch, error, size);
	if (err == -EUCLEAN && history->db) {
		err = move_aside(history, error, size);
		if (!err)
			err = open_db(history, error, size);
		if (!err)
			err = write_rows(history, batch, error, size);
	}
	/*
	 * A database that could not be written when it was opened is open for
	 * reading, and stays so.
	 */
	if (err == -EACCES || err == -EIO)
		close_db(history);
	return err;
}

static void expire(struct history *history, int64_t retention_s, uint64_t rows)
{
	int64_t before = ((int64_t)time(NULL) - retention_s) * 1000;

	/* What fails here fails again, and is told, with the next results. */
	if (history->db)
		history_db_expire(history->db, before,
				  EXPIRE_FACTOR * rows + EXPIRE_ROWS);
}

/* Called with the lock, which is not held while the disk is waited for. */
static int write_oldest(struct history *history)
{
	struct history_batch *batch = history_queue_pop(&history->queue);
	int64_t retention_s = history->retention_s;
	char error[sizeof(history->reason)] = "";
	uint64_t results = history_batch_results(batch);
	int err;

	history->writing = history_batch_size(batch);
	pthread_mutex_unlock(&history->lock);
	err = write_batch(history, batch, error, sizeof(error));
	if (!err || err == -ENOSPC)
		expire(history, retention_s, results);
	pthread_mutex_lock(&history->lock);
	history->writing = 0;
	history->failing = err;
	if (err) {
		history->state.failures++;
		strcpy(history->reason, *error ? error : strerror(-err));
		history_queue_push_front(&history->queue, batch);
		return err;
	}
	history->state.results += results;
	history_batch_free(batch);
	return 0;
}

static void wait_to_retry(struct history *history)
{
	struct timespec until;

	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_sec += RETRY_S;
	while (!history->stop &&
	       pthread_cond_timedwait(&history->wake, &history->lock,
				      &until) != ETIMEDOUT)
		;
}

static void *writer(void *arg)
{
	struct history *history = arg;

	pthread_mutex_lock(&history->lock);
	for (;;) {
		while (!history->stop && history_queue_empty(&history->queue))
			pthread_cond_wait(&history->wake, &history->lock);
		if (history_queue_empty(&history->queue))
			break;
		if (!write_oldest(history))
			continue;
		if (history->stop)
			break;
		wait_to_retry(history);
	}
	pthread_mutex_unlock(&history->lock);
	return NULL;
}

/* Its signals are the event loop's, which blocks what it waits for. */
static int start_writer(struct history *history)
{
	sigset_t all, before;
	int err;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	err = pthread_create(&history->thread, NULL, writer, history);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return -err;
}

static void tell_dropped(struct history *history)
{
	if (history->told_drop || !history->state.dropped)
		return;
	lmctl_warning("history '%s': too many results wait in memory; the oldest are dropped",
		      history->file);
	history->told_drop = true;
}

/* Called with the lock. A failure that was over at once is not told. */
static void tell(struct history *history)
{
	if (*history->aside)
		lmctl_warning("history '%s' was corrupt: it was renamed to '%s', and a new one was created",
			      history->file, history->aside);
	*history->aside = '\0';
	if (history->failing && !history->told) {
		lmctl_warning("history '%s' cannot be written: %s; results wait in memory until a retry succeeds",
			      history->file, history->reason);
		history->told = true;
	} else if (!history->failing && history->told) {
		lmctl_warning("history '%s' is written again; %llu results were dropped",
			      history->file,
			      (unsigned long long)history->state.dropped);
		history->told = false;
		history->told_drop = false;
	}
	tell_dropped(history);
}

/* Make room for a result: the oldest gives way, but not what is being written. */
static bool make_room(struct history *history)
{
	uint64_t filled = history_batch_size(history->filling);
	bool room;

	pthread_mutex_lock(&history->lock);
	for (;;) {
		struct history_batch *oldest;

		room = filled + history->writing +
		       history_queue_size(&history->queue) < HISTORY_BACKLOG;
		if (room || history_queue_empty(&history->queue))
			break;
		oldest = history_queue_pop(&history->queue);
		history->state.dropped += history_batch_results(oldest);
		history_batch_free(oldest);
	}
	pthread_mutex_unlock(&history->lock);
	return room;
}

static void sink_result(void *sink, const struct result *result)
{
	struct history *history = sink;

	if (history->filling &&
	    !history_batch_room(history->filling, result) &&
	    !make_room(history))
		goto drop;
	if (!history->filling)
		history->filling = history_batch_new();
	if (history->filling && !history_batch_add(history->filling, result))
		return;
drop:
	pthread_mutex_lock(&history->lock);
	history->state.dropped++;
	pthread_mutex_unlock(&history->lock);
}

/* Rows about segments alone are not kept, as those of results are not. */
static void sink_gap(void *sink, const struct result *result)
{
	if (result_total(result).status != RESULT_INVALID)
		sink_result(sink, result);
}

static void sink_block_end(void *sink, const struct measurement *of,
			   int64_t block)
{
	struct history *history = sink;

	(void)of;
	(void)block;
	if (!history->running) {
		int err = start_writer(history);

		history->running = !err;
		if (err) {
			history->failing = true;
			strcpy(history->reason, strerror(-err));
		}
	}
	pthread_mutex_lock(&history->lock);
	if (history->filling)
		history_queue_push(&history->queue, history->filling);
	history->filling = NULL;
	tell(history);
	pthread_cond_signal(&history->wake);
	pthread_mutex_unlock(&history->lock);
}

static void sink_free(void *sink)
{
	struct history *history = sink;
	uint64_t lost;

	if (history->filling)
		sink_block_end(sink, NULL, 0);
	if (history->running) {
		pthread_mutex_lock(&history->lock);
		history->stop = true;
		pthread_cond_signal(&history->wake);
		pthread_mutex_unlock(&history->lock);
		pthread_join(history->thread, NULL);
	}
	lost = history_queue_clear(&history->queue);
	tell(history);
	if (lost)
		lmctl_warning("history '%s': %llu results could not be written before the end",
			      history->file, (unsigned long long)lost);
	history_db_close(history->db);
	pthread_cond_destroy(&history->wake);
	pthread_mutex_destroy(&history->lock);
	free(history->file);
	free(history);
}

static const struct sink_ops ops = {
	.result = sink_result,
	.gap = sink_gap,
	.block_end = sink_block_end,
	.free = sink_free,
};

static struct history *history_new(const char *file, int64_t retention_s)
{
	struct history *history = calloc(1, sizeof(*history));
	pthread_condattr_t attr;

	if (!history)
		return NULL;
	history->file = strdup(file);
	if (!history->file) {
		free(history);
		return NULL;
	}
	history->retention_s = retention_s;
	pthread_mutex_init(&history->lock, NULL);
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&history->wake, &attr);
	pthread_condattr_destroy(&attr);
	return history;
}

int history_open(const char *file, int64_t retention_s, struct sink *sink)
{
	struct history *history = history_new(file, retention_s);
	char error[256] = "";
	int err;

	if (!history) {
		lmctl_error("out of memory for the history");
		return -ENOMEM;
	}
	err = open_db(history, error, sizeof(error));
	/* Both can pass; then the writer opens it. */
	if (err && err != -EBUSY && err != -ENOSPC) {
		lmctl_error("cannot open the history '%s': %s", file,
			    *error ? error : strerror(-err));
		sink_free(history);
		return err;
	}
	*sink = (struct sink){ &ops, history };
	return 0;
}

void history_retain(const struct sink *sink, int64_t retention_s)
{
	struct history *history = sink->self;

	pthread_mutex_lock(&history->lock);
	history->retention_s = retention_s;
	pthread_mutex_unlock(&history->lock);
}

void history_state(const struct sink *sink, struct history_state *state)
{
	struct history *history = sink->self;

	pthread_mutex_lock(&history->lock);
	*state = history->state;
	state->waiting = history->writing + history_queue_size(&history->queue);
	pthread_mutex_unlock(&history->lock);
}
