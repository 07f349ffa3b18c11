// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include "lmctl/base/messages.h"
#include "lmctl/cmd/report.h"
#include "lmctl/node/sets.h"

/*
 * One dump on its way to a table or to the temporary file.
 * @start: where the flows of this set begin in @spool
 * @first: the next flow is the first one
 * @line: room for the object of a flow
 */
struct sink {
	const struct report *report;
	struct libscols_table *table;
	FILE *spool;
	off_t start;
	bool first;
	struct sr6flow_set set;
	bool seen;
	struct jsonline line;
};

static int fail_memory(void)
{
	lmctl_error("out of memory for JSON");
	return -ENOMEM;
}

static int fail_spool(void)
{
	int err = errno ? -errno : -EIO;

	lmctl_error("temporary file: %s; free space in /tmp or set TMPDIR",
		    strerror(-err));
	return err;
}

static int json_write(json_t *object, FILE *stream, size_t flags)
{
	int err;

	if (!object)
		return fail_memory();
	errno = 0;
	err = json_dumpf(object, stream, JSON_COMPACT | JSON_ENSURE_ASCII | flags);
	json_decref(object);
	return err ? fail_spool() : 0;
}

static int write_flow(struct sink *sink, const struct sr6flow_set *set,
		      const struct sr6flow_record *record)
{
	struct jsonline *line = &sink->line;

	jsonline_begin(line);
	sink->report->flow_json(line, set, record);
	jsonline_close(line, '}');
	errno = 0;
	if (!sink->first && putc_unlocked(',', sink->spool) == EOF)
		return fail_spool();
	sink->first = false;
	/* Every flow fits: names and SID lists are bounded. */
	return fwrite_unlocked(line->text, 1, line->len, sink->spool) ==
	       line->len ? 0 : fail_spool();
}

static int sink_flow(const struct sr6flow_set *set,
		     const struct sr6flow_record *record, void *arg)
{
	struct sink *sink = arg;
	const struct report *report = sink->report;

	sink->set = *set;
	sink->seen = true;
	if (report->select && !report->select(set, record, report->arg))
		return 0;
	if (sink->table)
		return report->rows(sink->table, set, record);
	return write_flow(sink, set, record);
}

static int sink_again(void *arg)
{
	struct sink *sink = arg;

	if (sink->table) {
		scols_table_remove_lines(sink->table);
		return 0;
	}
	sink->first = true;
	if (fflush(sink->spool) ||
	    ftruncate(fileno(sink->spool), sink->start) ||
	    fseeko(sink->spool, sink->start, SEEK_SET))
		return fail_spool();
	return 0;
}

/* Positive when a callback failed after a message. */
static int sink_callback(const struct sr6flow_set *set,
			 const struct sr6flow_record *record, void *arg)
{
	return sink_flow(set, record, arg) ? 1 : 0;
}

/* A set without flows calls no callback: request its state. */
static int sink_fill(struct sink *sink, struct sr6flow *handle,
		     const char *set)
{
	int err = lmctl_dump(handle, set, sink_callback, sink_again, sink);

	if (err > 0)
		return -EIO;
	if (!err && !sink->seen)
		err = sr6flow_info(handle, set, &sink->set);
	if (err)
		lmctl_error("%s", sr6flow_error(handle));
	return err;
}

int report_table(const struct report *report, struct sr6flow *handle,
		 const char *set)
{
	struct sink sink = { .report = report };
	int err;

	sink.table = output_table(report->columns, report->n_columns);
	if (!sink.table)
		return -ENOMEM;
	err = sink_fill(&sink, handle, set);
	if (!err) {
		output_sort(sink.table, report->then);
		output_sort(sink.table, report->by);
	}
	if (!err && report->head)
		report->head(&sink.set);
	if (output_table_end(sink.table, !err))
		return -EIO;
	if (!err && report->tail)
		report->tail(&sink.set);
	return err;
}

static int spool_set(const struct report *report, struct sr6flow *handle,
		     const char *set, FILE *spool)
{
	struct sink sink = {
		.report = report,
		.spool = spool,
		.first = true,
	};
	int err;

	fputs("{\"flows\":[", spool);
	sink.start = ftello(spool);
	if (sink.start < 0)
		return fail_spool();
	err = sink_fill(&sink, handle, set);
	if (err)
		return err;
	fputs("],", spool);
	err = json_write(report_set_object(&sink.set), spool, JSON_EMBED);
	fputc('}', spool);
	return err;
}

/* The keys of every document, left open for the array of sets. */
static void document_start(FILE *stream)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	fprintf(stream, "{\"v\":%d,\"time_ms\":%lld,\"sets\":[",
		REPORT_VERSION, (long long)now.tv_sec * 1000 +
		now.tv_nsec / 1000000);
}

static int copy(FILE *from, FILE *to)
{
	char buffer[65536];
	size_t n;

	errno = 0;
	if (fflush(from) || fseeko(from, 0, SEEK_SET))
		return fail_spool();
	while ((n = fread(buffer, 1, sizeof(buffer), from)))
		if (fwrite(buffer, 1, n, to) != n)
			break;
	if (ferror(from))
		return fail_spool();
	/* output_close() reports a failure of stdout. */
	fflush(to);
	return 0;
}

int report_json(const struct report *report, struct sr6flow *handle,
		const char *const *sets, unsigned int n)
{
	FILE *spool = tmpfile();
	unsigned int i;
	int err = 0;

	if (!spool)
		return fail_spool();
	document_start(spool);
	for (i = 0; i < n && !err; i++) {
		if (i)
			fputc(',', spool);
		err = spool_set(report, handle, sets[i], spool);
	}
	fputs("]}\n", spool);
	if (!err)
		err = ferror(spool) ? fail_spool() : copy(spool, stdout);
	fclose(spool);
	return err;
}

int report_sets_json(const struct sr6flow_set *sets, unsigned int n)
{
	unsigned int i;
	int err = 0;

	document_start(stdout);
	for (i = 0; i < n && !err; i++) {
		if (i)
			putchar(',');
		err = json_write(report_set_object(&sets[i]), stdout, 0);
	}
	puts("]}");
	return err;
}
