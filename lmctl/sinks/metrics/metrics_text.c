// SPDX-License-Identifier: GPL-2.0-only
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lmctl/base/utf8.h"
#include "lmctl/sinks/metrics/metrics_text.h"

/* Names of types in OpenMetrics and in the earlier format. */
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
 * A byte that is not UTF-8 would make Prometheus reject the page: write it as \xHH.
 */
static void write_escaped(struct text *text, const char *value)
{
	const unsigned char *at = (const unsigned char *)value;
	char hex[sizeof("\\\\xHH")];
	unsigned int length;

	for (; *at; at += length ? length : 1) {
		length = utf8_length(at);
		if (!length) {
			snprintf(hex, sizeof(hex), "\\\\x%02x", *at);
			text_string(text, hex);
		} else if (*at == '\n') {
			text_string(text, "\\n");
		} else {
			if (*at == '"' || *at == '\\')
				text_string(text, "\\");
			text_add(text, (const char *)at, length);
		}
	}
}

static void write_labels(struct text *text, const struct metrics_label *labels,
			 unsigned int n)
{
	unsigned int i;

	for (i = 0; i < n; i++) {
		if (i)
			text_string(text, ",");
		text_string(text, labels[i].name);
		text_string(text, "=\"");
		write_escaped(text, labels[i].value);
		text_string(text, "\"");
	}
}

char *metrics_labels(const struct metrics_label *labels, unsigned int n)
{
	struct text text = { .first = NULL };
	struct text_cursor cursor;
	char *string = NULL;

	write_labels(&text, labels, n);
	if (!text.failed)
		string = malloc(text.size + 1);
	if (string) {
		cursor = text_start(&text);
		string[text_read(&cursor, string, text.size)] = '\0';
	}
	text_free(&text);
	return string;
}

static void write_line(struct text *text, const char *const *parts,
		       unsigned int n)
{
	unsigned int i;

	for (i = 0; i < n; i++)
		text_string(text, parts[i]);
	text_string(text, "\n");
}

void metrics_family(struct metrics_writer *writer,
		    const struct metrics_family *family)
{
	const char *suffix = writer->openmetrics ? "" :
						   types[family->type].suffix;
	const char *const type[] = {
		"# TYPE ", family->name, suffix, " ",
		writer->openmetrics ? types[family->type].openmetrics :
				      types[family->type].text,
	};
	const char *const unit[] = {
		"# UNIT ", family->name, " ", family->unit,
	};
	const char *const help[] = {
		"# HELP ", family->name, suffix, " ", family->help,
	};

	writer->family = family;
	write_line(writer->text, type, 5);
	if (writer->openmetrics && family->unit)
		write_line(writer->text, unit, 4);
	write_line(writer->text, help, 5);
}

static void begin(struct metrics_writer *writer, const char *labels,
		  const struct metrics_label *more, unsigned int n)
{
	text_string(writer->text, writer->family->name);
	text_string(writer->text, types[writer->family->type].suffix);
	if (labels || n) {
		text_string(writer->text, "{");
		if (labels)
			text_string(writer->text, labels);
		if (labels && n)
			text_string(writer->text, ",");
		write_labels(writer->text, more, n);
		text_string(writer->text, "}");
	}
	text_string(writer->text, " ");
}

static void end_count(struct metrics_writer *writer, uint64_t value)
{
	text_number(writer->text, value);
	text_string(writer->text, "\n");
}

/* The fewest digits that identify the number. */
static void end_number(struct metrics_writer *writer, double value)
{
	char text[32] = "NaN";
	int digits;

	if (isinf(value))
		strcpy(text, value > 0 ? "+Inf" : "-Inf");
	else if (!isnan(value))
		for (digits = 15; digits <= 17; digits++) {
			snprintf(text, sizeof(text), "%.*g", digits, value);
			if (strtod(text, NULL) == value)
				break;
		}
	text_string(writer->text, text);
	text_string(writer->text, "\n");
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

void metrics_labelled_count(struct metrics_writer *writer, const char *labels,
			    const struct metrics_label *label, uint64_t value)
{
	begin(writer, labels, label, label ? 1 : 0);
	end_count(writer, value);
}

void metrics_labelled_number(struct metrics_writer *writer, const char *labels,
			     const struct metrics_label *label, double value)
{
	begin(writer, labels, label, label ? 1 : 0);
	end_number(writer, value);
}
