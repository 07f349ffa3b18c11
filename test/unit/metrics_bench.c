// SPDX-License-Identifier: GPL-2.0-only
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <arpa/inet.h>

#include "test/unit/metrics_bench.h"
#include "test/unit/unit.h"

struct measurement measurement(const char *name, bool group,
				      unsigned int npeers)
{
	struct measurement of = { .group = group, .npeers = npeers };
	unsigned int i;

	snprintf(of.name, sizeof(of.name), "%s", name);
	for (i = 0; i < npeers; i++)
		snprintf(of.peer[i], sizeof(of.peer[i]), "p%u", i);
	return of;
}

struct sr6flow_flow flow(const char *name, const char *sid)
{
	struct sr6flow_flow flow = { .nsids = 1 };

	snprintf(flow.name, sizeof(flow.name), "%s", name);
	assert_int_equal(inet_pton(AF_INET6, sid, &flow.sids[0]), 1);
	return flow;
}

void block(struct sink sink, const struct measurement *of,
		  const char *name, int64_t number, uint64_t sent,
		  const uint64_t *received)
{
	const struct sr6flow_flow of_flow = flow(name, "fcff:2::1");
	struct result result = {
		.of = of, .flow = &of_flow, .block = number,
		.period_ms = BENCH_PERIOD_MS, .sent = sent, .sent_bytes = sent * 100,
	};
	unsigned int i;

	for (i = 0; i < of->npeers; i++) {
		result.peer[i].packets = received[i];
		result.peer[i].bytes = received[i] * 100;
	}
	sink.ops->result(sink.self, &result);
}

void block1(struct sink sink, const struct measurement *of,
		   const char *name, int64_t number, uint64_t sent,
		   uint64_t received)
{
	block(sink, of, name, number, sent, &received);
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

double value(struct metrics *metrics, const char *sample)
{
	char *text = render(metrics, true), *line, *rest = text;
	size_t len = strlen(sample);
	double found = -1;

	while ((line = strsep(&rest, "\n")))
		if (!strncmp(line, sample, len) && line[len] == ' ')
			found = strtod(line + len, NULL);
	free(text);
	return found;
}

unsigned int lines_with(struct metrics *metrics, const char *part)
{
	char *text = render(metrics, true), *line, *rest = text;
	unsigned int n = 0;

	while ((line = strsep(&rest, "\n")))
		if (strstr(line, part))
			n++;
	free(text);
	return n;
}

int metrics_setup(void **state)
{
	struct metrics *metrics = metrics_new(2, INT64_C(1700000000250000000));

	assert_non_null(metrics);
	*state = metrics;
	return 0;
}

int metrics_teardown(void **state)
{
	struct sink sink = metrics_sink(*state);

	sink.ops->free(sink.self);
	return 0;
}
