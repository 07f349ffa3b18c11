// SPDX-License-Identifier: GPL-2.0-only
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "test/unit/capture.h"
#include "test/unit/golden.h"
#include "test/unit/metrics_bench.h"
#include "test/unit/unit.h"

void block2(struct sink sink, const struct measurement *of, const char *name,
	    int64_t number, uint64_t sent, uint64_t first, uint64_t second)
{
	struct sr6flow_flow flow = make_flow("fcff:2::1");
	struct result result = make_result(of, &flow, number, sent, first);

	/* Whatever is in it: no text that lmctl reads. */
	snprintf(flow.name, sizeof(flow.name), "%s", name);
	make_received(&result, 1, second);
	sink.ops->result(sink.self, &result);
}

void block(struct sink sink, const struct measurement *of, const char *name,
	   int64_t number, uint64_t sent, uint64_t received)
{
	block2(sink, of, name, number, sent, received, 0);
}

char *whole(struct text *text)
{
	struct text_cursor cursor = text_start(text);
	char *string = malloc(text->size + 1);

	assert_non_null(string);
	assert_false(text->failed);
	assert_int_equal(text_read(&cursor, string, text->size), text->size);
	string[text->size] = '\0';
	text_free(text);
	return string;
}

char *render(struct metrics *metrics, bool openmetrics)
{
	struct text page = { .first = NULL };
	int err;

	metrics_render_begin(metrics, openmetrics);
	while ((err = metrics_render_step(metrics, &page)) > 0)
		;
	assert_int_equal(err, 0);
	metrics_now(metrics, openmetrics, &page);
	return whole(&page);
}

double value(struct metrics *metrics, const char *family, const char *flow)
{
	char *page = render(metrics, true), sample[256];
	double found = -1;
	const char *at;

	snprintf(sample, sizeof(sample), "\nsr6flow_%s{measurement=\"core\",peer=\"p1\","
		 "flow=\"%s\",sids=\"%s\"} ", family, flow, *flow ? "fcff:2::1" : "");
	at = strstr(page, sample);
	if (at)
		found = strtod(at + strlen(sample), NULL);
	free(page);
	return found;
}

/* Prints the lines with a part, all or only the samples. */
static const char *pick(struct metrics *metrics, const char *part, bool all)
{
	char *page = render(metrics, true), *rest = page, *line;

	capture(STDOUT_FILENO);
	while ((line = strsep(&rest, "\n")))
		if (strstr(line, part) && (all || *line != '#'))
			puts(line);
	free(page);
	return capture_end();
}

unsigned int lines_with(struct metrics *metrics, const char *part)
{
	return count(pick(metrics, part, true), "\n");
}

void samples(struct metrics *metrics, const char *name, const char *part)
{
	char file[64];

	snprintf(file, sizeof(file), "metrics-%s", name);
	golden(file, pick(metrics, part, false));
}

int metrics_setup(void **state)
{
	struct metrics *metrics = metrics_new(INT64_C(1700000000250000000));

	assert_non_null(metrics);
	metrics_limit(metrics, 2);
	*state = metrics;
	return 0;
}

int metrics_teardown(void **state)
{
	metrics_free(*state);
	return 0;
}
