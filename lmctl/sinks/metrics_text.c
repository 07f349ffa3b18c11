// SPDX-License-Identifier: GPL-2.0-only
#include <inttypes.h>
#include <math.h>
#include <stddef.h>
#include <stdlib.h>

#include "lmctl/sinks/metrics_text.h"
#include "lmctl/utf8.h"

/* Types by the words of OpenMetrics and of the format before it. */
static const struct {
	const char *suffix;
	const char *openmetrics;
	const char *text;
} types[] = {
	[METRICS_COUNTER] = { "_total", "counter", "counter" },
	[METRICS_GAUGE] = { "", "gauge", "gauge" },
	[METRICS_INFO] = { "_info", "info", "gauge" },
};

/*
 * One byte that is no UTF-8 would make Prometheus refuse the whole page; it is
 * shown as \xHH.
 */
static void write_escaped(FILE *stream, const char *value)
{
	const unsigned char *at = (const unsigned char *)value;
	unsigned int length;

	for (; *at; at += length ? length : 1) {
		length = utf8_length(at);
		if (!length)
			fprintf(stream, "\\\\x%02x", *at);
		else if (*at == '\n')
			fputs("\\n", stream);
		else if (*at == '"' || *at == '\\')
			fprintf(stream, "\\%c", *at);
		else
			fwrite(at, 1, length, stream);
	}
}

static void write_labels(FILE *stream, const struct metrics_label *labels,
			 unsigned int n)
{
	unsigned int i;

	for (i = 0; i < n; i++) {
		fprintf(stream, "%s%s=\"", i ? "," : "", labels[i].name);
		write_escaped(stream, labels[i].value);
		putc('"', stream);
	}
}

char *metrics_labels(const struct metrics_label *labels, unsigned int n)
{
	char *text = NULL;
	size_t size;
	FILE *stream = open_memstream(&text, &size);
	bool failed;

	if (!stream)
		return NULL;
	write_labels(stream, labels, n);
	failed = ferror(stream);
	if (fclose(stream) || failed) {
		free(text);
		return NULL;
	}
	return text;
}

void metrics_family(struct metrics_writer *writer,
		    const struct metrics_family *family)
{
	const char *suffix = writer->openmetrics ? "" :
						   types[family->type].suffix;

	writer->family = family;
	fprintf(writer->stream, "# TYPE %s%s %s\n", family->name, suffix,
		writer->openmetrics ? types[family->type].openmetrics :
				      types[family->type].text);
	if (writer->openmetrics && family->unit)
		fprintf(writer->stream, "# UNIT %s %s\n", family->name,
			family->unit);
	fprintf(writer->stream, "# HELP %s%s %s\n", family->name, suffix,
		family->help);
}

static void begin(struct metrics_writer *writer, const char *text,
		  const struct metrics_label *labels, unsigned int n)
{
	fprintf(writer->stream, "%s%s", writer->family->name,
		types[writer->family->type].suffix);
	if (!text && !n)
		return;
	putc('{', writer->stream);
	if (text)
		fputs(text, writer->stream);
	if (text && n)
		putc(',', writer->stream);
	write_labels(writer->stream, labels, n);
	putc('}', writer->stream);
}

static void end_count(struct metrics_writer *writer, uint64_t value)
{
	fprintf(writer->stream, " %" PRIu64 "\n", value);
}

/* The fewest digits that give the same number back. */
static void end_number(struct metrics_writer *writer, double value)
{
	char text[32];
	int digits;

	if (isnan(value)) {
		fputs(" NaN\n", writer->stream);
		return;
	}
	if (isinf(value)) {
		fputs(value > 0 ? " +Inf\n" : " -Inf\n", writer->stream);
		return;
	}
	for (digits = 15; digits <= 17; digits++) {
		snprintf(text, sizeof(text), "%.*g", digits, value);
		if (strtod(text, NULL) == value)
			break;
	}
	fprintf(writer->stream, " %s\n", text);
}

void metrics_count(struct metrics_writer *writer,
		   const struct metrics_label *labels, unsigned int n,
		   uint64_t value)
{
	begin(writer, NULL, labels, n);
	end_count(writer, value);
}

void metrics_number(struct metrics_writer *writer,
		    const struct metrics_label *labels, unsigned int n,
		    double value)
{
	begin(writer, NULL, labels, n);
	end_number(writer, value);
}

void metrics_labelled_count(struct metrics_writer *writer, const char *text,
			    const struct metrics_label *label, uint64_t value)
{
	begin(writer, text, label, label ? 1 : 0);
	end_count(writer, value);
}

void metrics_labelled_number(struct metrics_writer *writer, const char *text,
			     const struct metrics_label *label, double value)
{
	begin(writer, text, label, label ? 1 : 0);
	end_number(writer, value);
}

void metrics_end(struct metrics_writer *writer)
{
	if (writer->openmetrics)
		fputs("# EOF\n", writer->stream);
}
