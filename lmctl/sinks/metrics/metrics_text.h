/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Text of metrics: OpenMetrics 1.0.0 and text format 0.0.4. For the files
 * metrics*.c only; others add families with the functions of metrics.h.
 */
#ifndef LMCTL_SINKS_METRICS_METRICS_TEXT_H
#define LMCTL_SINKS_METRICS_METRICS_TEXT_H

#include "lmctl/base/text.h"
#include "lmctl/sinks/metrics/metrics.h"

/**
 * struct metrics_writer - writer of a page
 * @text: text of the page
 * @openmetrics: format
 * @family: present family
 * @metrics: metrics of the page
 */
struct metrics_writer {
	struct text *text;
	bool openmetrics;
	const struct metrics_family *family;
	const struct metrics *metrics;
};

/**
 * metrics_labels() - text of labels shared by many samples
 * @labels: labels
 * @n: their number
 *
 * Return: text without braces, to be freed, or NULL when memory is short.
 */
char *metrics_labels(const struct metrics_label *labels, unsigned int n);

/**
 * metrics_labelled_count() - write a sample that is a whole number
 * @writer: writer
 * @labels: text from metrics_labels()
 * @label: one more label, NULL for none
 * @value: value
 */
void metrics_labelled_count(struct metrics_writer *writer, const char *labels,
			    const struct metrics_label *label, uint64_t value);

/**
 * metrics_labelled_number() - write a sample that is any number
 * @writer: writer
 * @labels: text from metrics_labels()
 * @label: one more label, NULL for none
 * @value: value
 */
void metrics_labelled_number(struct metrics_writer *writer, const char *labels,
			     const struct metrics_label *label, double value);

#endif /* LMCTL_SINKS_METRICS_METRICS_TEXT_H */
