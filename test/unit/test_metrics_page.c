// SPDX-License-Identifier: GPL-2.0-only
/*
 * Pages of metrics that are written while results come: flows and measurements
 * that come and go between two steps.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <errno.h>

#include "test/unit/metrics_bench.h"
#include "test/unit/unit.h"

/*
 * Between two steps flows come and go: nothing is shown twice, a flow's figures
 * are those of one moment, and one that goes leaves the others in.
 */
TEST_WITH(metrics_setup, metrics_teardown, results_between_steps)
{
	const struct measurement of = make_measurement(false, 1);
	struct sink sink = metrics_sink(*state);
	struct text text = { .first = NULL };
	char name[8], sample[96], *page;
	unsigned int i, n = 0, steps = 0;
	const char *shown;
	int64_t number;

	metrics_limit(*state, 2000);
	for (number = 1; number <= METRICS_KEEP_BLOCKS; number++) {
		for (i = number == 1 ? 0 : 1; i < 1000; i += 2) {
			snprintf(name, sizeof(name), "f%u", i);
			block(sink, &of, name, number, 10, 9);
			snprintf(name, sizeof(name), "f%u", i + 1);
			if (number == 1)
				block(sink, &of, name, number, 10, 9);
		}
		sink.ops->block_end(sink.self, &of, number);
	}
	metrics_render_begin(*state, true);
	while (metrics_render_step(*state, &text) > 0)
		if (++steps == 2) {
			/* The even ones end, and some of them come again. */
			sink.ops->block_end(sink.self, &of, number);
			for (i = 0; i < 1000; i += 10) {
				snprintf(name, sizeof(name), "f%u", i);
				block(sink, &of, name, number, 5, 5);
			}
		}
	assert_in_range(steps, 4, 1000);
	metrics_now(*state, true, &text);
	page = whole(&text);
	for (i = 0; i < 1000; i++) {
		snprintf(sample, sizeof(sample),
			 "sr6flow_sent_packets_total{measurement=\"core\",peer=\"p1\",flow=\"f%u\"",
			 i);
		shown = strstr(page, sample);
		n += !!shown;
		assert_true(shown || !(i % 2));
		assert_true(!shown || !strstr(shown + 1, sample));
	}
	assert_in_range(n, 501, 999);
	free(page);
	assert_int_equal(lines_with(*state, "sr6flow_sent_packets_total{"),
			 600);
}

/* What a render goes through must not go away under it. */
TEST_WITH(metrics_setup, metrics_teardown, a_measurement_ends_a_render)
{
	const struct measurement of = make_measurement(false, 1);
	struct sink sink = metrics_sink(*state);
	uint64_t version = metrics_version(*state);
	struct text text = { .first = NULL };

	block(sink, &of, "a", 1, 10, 10);
	assert_int_equal(metrics_version(*state), version);
	sink.ops->block_end(sink.self, &of, 1);
	assert_int_not_equal(metrics_version(*state), version);
	metrics_render_begin(*state, true);
	assert_int_equal(metrics_render_step(*state, &text), 1);
	version = metrics_version(*state);
	metrics_forget(*state, "core");
	assert_int_not_equal(metrics_version(*state), version);
	assert_int_equal(metrics_render_step(*state, &text), -EAGAIN);
	assert_null(text.first);
	assert_int_equal(lines_with(*state, "\"core\""), 0);
}
