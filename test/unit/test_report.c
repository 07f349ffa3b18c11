// SPDX-License-Identifier: GPL-2.0-only
/*
 * lmctl's lists of flows and reports on a stand-in for the library: what is
 * undone when an add fails, the keys of the JSON, interrupted dumps.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <errno.h>
#include <unistd.h>
#include "lmctl/cmd/flowlist.h"
#include "lmctl/cmd/report.h"
#include "test/unit/capture.h"
#include "test/unit/fake_sr6flow.h"
#include "test/unit/golden.h"
#include "test/unit/unit.h"

static struct sr6flow *const handle = (struct sr6flow *)&fake;

static int setup(void **state)
{
	(void)state;
	fake_kernel_reset();
	return 0;
}

static void list_of(struct flowlist *list, const char *const *flows, size_t n)
{
	size_t i;

	*list = (struct flowlist){ 0 };
	for (i = 0; i < n; i++)
		assert_int_equal(flowlist_parse(list, flows[i]), 0);
}

/* As 'lmctl flows' shows a source, so that it can be copied. */
TEST_WITH(setup, NULL, test_netmask)
{
	static const char *const flows[] = {
		"gold=fc00:12::1/128@fcff:2::1", "fc00:12::1/64@fcff:2::1",
		"fc00:12::1@fcff:2::1", "fcff:2::1",
	};
	static const unsigned int netmasks[] = { 128, 64, 0, 0 };
	struct sr6flow_flow flow;
	struct flowlist list;
	char error[64];
	size_t i;

	list_of(&list, flows, 4);
	assert_int_equal(sr6flow_flow_parse(&flow, flows[2], error,
					    sizeof(error)), 0);
	for (i = 0; i < list.n; i++) {
		assert_int_equal(list.items[i].netmask, netmasks[i]);
		memset(list.items[i].flow.name, 0, sizeof(flow.name));
		if (i < 3)
			assert_memory_equal(&list.items[i].flow, &flow,
					    sizeof(flow));
	}
	flowlist_free(&list);
}

/* gold is there already and must stay, a and b go again. */
TEST_WITH(setup, NULL, test_add_undo)
{
	static const char *const flows[] = {
		"a=fc00::1", "fcff:2::1,fcff:8::100", "b=fc00::2", "c=fc00::3",
	};
	struct flowlist list;

	list_of(&list, flows, 4);
	fake.adds_left = 2;
	assert_int_equal(flowlist_add(&list, handle, "lm-tx", 0, true),
			 -ENOSPC);
	assert_int_equal(fake.n, 1);
	assert_string_equal(fake.flows[0].name, "gold");
	fake.adds_left = -1;
	assert_int_equal(flowlist_add(&list, handle, "lm-tx", 0, true), 0);
	assert_int_equal(fake.n, 4);
	flowlist_free(&list);
}

TEST_WITH(setup, NULL, test_add_existing)
{
	static const char *const flows[] = {
		"a=fc00::1", "fcff:2::1,fcff:8::100",
	};
	struct flowlist list;

	list_of(&list, flows, 2);
	assert_int_equal(flowlist_add(&list, handle, "lm-tx", 0, false),
			 -EEXIST);
	assert_int_equal(fake.n, 1);
	assert_string_equal(fake.flows[0].name, "gold");
	flowlist_free(&list);
}

/* One unknown flow and nothing is deleted. */
TEST_WITH(setup, NULL, test_del_all_or_none)
{
	static const char *const flows[] = {
		"fcff:2::1,fcff:8::100", "fc00::1",
	};
	struct flowlist list;

	list_of(&list, flows, 2);
	assert_int_equal(flowlist_del(&list, handle, "lm-tx", false), -ESRCH);
	assert_int_equal(fake.n, 1);
	assert_int_equal(flowlist_del(&list, handle, "lm-tx", true), 0);
	assert_int_equal(fake.n, 0);
	flowlist_free(&list);
}

static void write_file(char *path, const char *text)
{
	int fd = mkstemp(path);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	close(fd);
}

TEST_WITH(setup, NULL, test_file)
{
	char good[] = "/tmp/test_report.XXXXXX", bad[] = "/tmp/test_report.XXXXXX";
	char text[SR6FLOW_FLOW_STRLEN];
	struct flowlist list = { 0 };

	write_file(good, "# flows\n\n  gold=fcff::1,fcff::2 # two\r\n\t\n"
		   "fcff::3");
	write_file(bad, "fcff::1\nfcff::zz\n");
	assert_int_equal(flowlist_read(&list, good), 0);
	assert_int_equal(list.n, 2);
	assert_string_equal(sr6flow_flow_format(&list.items[0].flow, text),
			    "gold=fcff::1,fcff::2");
	assert_int_equal(list.items[0].line, 3);
	assert_string_equal(sr6flow_flow_format(&list.items[1].flow, text),
			    "fcff::3");
	assert_int_equal(list.items[1].line, 5);
	flowlist_free(&list);
	assert_int_equal(flowlist_read(&list, bad), -EINVAL);
	flowlist_free(&list);
	unlink(good);
	unlink(bad);
}

TEST_WITH(setup, capture_teardown, test_set_object)
{
	const struct sr6flow_set set = {
		.name = "lm-tx", .mask = 0x00030000, .colour = 0x00020000,
		.timeout = 60, .flows = 5, .malformed = 9,
	};
	json_t *object = report_set_object(&set);

	assert_non_null(object);
	capture(STDOUT_FILENO);
	json_dumpf(object, stdout, JSON_COMPACT);
	puts("");
	json_decref(object);
	golden_json("report-set", capture_end());
}

/* Exact beyond what a JSON integer of jansson can say. */
TEST_WITH(setup, capture_teardown, test_counters_object)
{
	static const struct sr6flow_set two = { .mask = 0x00030000 };
	static const struct sr6flow_set one = { .mask = 0x00000010 };
	static struct jsonline line;
	struct sr6flow_record record = {
		.flow = fake.flows[0],
		.instance = 0xab,
		.timeout = SR6FLOW_NO_TIMEOUT,
		.counters = {
			[1] = { .packets = INT64_MAX, .bytes = UINT64_MAX },
		},
	};
	int i;

	capture(STDOUT_FILENO);
	for (i = 0; i < 2; i++) {
		jsonline_begin(&line);
		report_counters_keys(&line, i ? &one : &two, &record);
		assert_true(jsonline_end(&line));
		printf("%.*s", (int)line.len, line.text);
		record.flow.name[0] = '\0';
	}
	golden_json("report-counters", capture_end());
}

/* Runs report_json() and returns what it printed, with a time of ones. */
static const char *printed(const char *const *sets, unsigned int n, int expected)
{
	const struct report report = { .flow_json = report_counters_keys };
	char *text, *time;
	int err;

	capture(STDOUT_FILENO);
	err = report_json(&report, handle, sets, n);
	text = capture_end();
	assert_int_equal(err, expected);
	time = strstr(text, "time_ms\":");
	if (time)
		memset(time + 9, '1', strspn(time + 9, "0123456789"));
	return text;
}

static const struct output_column columns[] = {
	{ "FLOW", .kind = LAYOUT_NAME },
	{ "SIDS", .kind = LAYOUT_TEXT },
	{ "SLOT", .kind = LAYOUT_NUMBER },
};

static int two_rows(struct libscols_table *table,
		    const struct sr6flow_set *set,
		    const struct sr6flow_record *record)
{
	char sids[SR6FLOW_FLOW_STRLEN], slot[2] = "0";
	struct sr6flow_flow nameless = record->flow;
	const char *const cells[] = { record->flow.name, sids, slot };
	int err = 0;

	(void)set;
	nameless.name[0] = '\0';
	sr6flow_flow_format(&nameless, sids);
	for (; !err && *slot < '2'; slot[0]++)
		err = output_row(table, OUTPUT_PLAIN, cells);
	return err;
}

/* By name and then SID list; the rows of a flow stay as they came. */
TEST_WITH(setup, capture_teardown, test_table_order)
{
	static const char *const flows[] = {
		"flow-10=fc00::1", "fc00::10", "flow-2=fc00::3", "fc00::9",
		"flow-1=fc00::4",
	};
	const struct report report = {
		.columns = columns, .n_columns = 3, .by = 0, .then = 1,
		.rows = two_rows,
	};
	char error[128];
	size_t i;

	for (i = 0; i < 5; i++)
		assert_int_equal(sr6flow_flow_parse(&fake.flows[i], flows[i],
						    error, sizeof(error)), 0);
	fake.n = 5;
	capture_terminal(80);
	assert_int_equal(report_table(&report, handle, "lm-tx"), 0);
	golden("report-order", capture_end());
}

/* A repeated dump leaves each flow once; an endless one prints nothing. */
TEST_WITH(setup, capture_teardown, test_json_interrupted)
{
	static const char *const sets[] = { "lm-tx", "lm-rx" };

	fake.flows[1] = fake.flows[0];
	fake.flows[1].sids[0].s6_addr[15] = 9;
	fake.n = 2;
	fake.interruptions = 3;
	golden_json("report-interrupted", printed(sets, 2, 0));
	fake.n = 0;
	golden_json("report-no-flows", printed(sets, 2, 0));
	fake.interruptions = 1000;
	assert_string_equal(printed(sets, 2, -EINTR), "");
}
