// SPDX-License-Identifier: GPL-2.0-only
/* Gap rows as JSON lines and in tables. */
#include <string.h>
#include <jansson.h>

#include "lmctl/sinks/stream/stream_json.h"
#include "lmctl/sinks/stream/stream_table.h"
#include "result_make.h"
#include "test/unit/unit.h"

static struct stream_json json;
static struct sr6flow_flow gold;

static json_t *object_of(const struct result *gap)
{
	json_t *object;

	memset(&json, 0, sizeof(json));
	assert_true(stream_json_result(&json, gap));
	object = json_loadb(json.line.text, json.line.len, 0, NULL);
	assert_non_null(object);
	return object;
}

static int64_t number(json_t *object, const char *key)
{
	assert_true(json_is_integer(json_object_get(object, key)));
	return json_integer_value(json_object_get(object, key));
}

static const char *text(json_t *object, const char *key)
{
	return json_string_value(json_object_get(object, key));
}

TEST(test_json)
{
	const struct measurement one = make_measurement(false, 1);
	const struct result gap = make_gap(&one, &gold, MADE_BLOCK - 14, 14,
					   1400, 900);
	json_t *object = object_of(&gap), *peer;

	assert_string_equal(text(object, "type"), "loss");
	assert_true(json_is_true(json_object_get(object, "gap")));
	assert_int_equal(number(object, "block"), MADE_BLOCK - 1);
	assert_int_equal(number(object, "first_block"), MADE_BLOCK - 14);
	assert_int_equal(number(object, "blocks"), 14);
	assert_string_equal(text(object, "start"), "2023-11-14T22:11:00.000Z");
	assert_true(json_is_null(json_object_get(object, "colour")));
	assert_string_equal(text(object, "status"), "exact");
	assert_int_equal(number(object, "sent"), 1400);
	assert_int_equal(number(object, "received_bytes"), 90000);
	assert_int_equal(number(object, "lost"), 500);
	peer = json_array_get(json_object_get(object, "peers"), 0);
	assert_string_equal(text(peer, "answer"), "valid");
	assert_int_equal(number(peer, "received"), 900);
	json_decref(object);
}

/* A row is about some parts of the path only. */
TEST(test_json_segments)
{
	const struct measurement path = make_measurement(false, 3);
	struct result gap = make_gap(&path, &gold, MADE_BLOCK - 2, 2, 0, 70);
	json_t *object, *segments;

	gap.covers = RESULT_SEGMENT(1);
	make_received(&gap, 0, 80);
	make_received(&gap, 1, 70);
	object = object_of(&gap);
	assert_string_equal(text(object, "status"), "invalid");
	assert_string_equal(text(object, "reason"), "not-in-gap");
	assert_true(json_is_null(json_object_get(object, "sent")));
	segments = json_object_get(object, "segments");
	assert_int_equal(json_array_size(segments), 1);
	assert_int_equal(number(json_array_get(segments, 0), "lost"), 10);
	json_decref(object);
}

static char printed[4096];

static void print(void *arg, const char *lines, size_t len)
{
	size_t at = strlen(printed);

	(void)arg;
	assert_true(at + len < sizeof(printed));
	memcpy(printed + at, lines, len);
	printed[at + len] = '\0';
}

/* Of a group, what all peers received; printed at the end of any block. */
TEST(test_table)
{
	const struct measurement group = make_measurement(true, 2);
	struct stream_table *table = stream_table_new(10000, print, NULL);
	struct result gap = make_gap(&group, &gold, MADE_BLOCK - 14, 14, 1400,
				     900);

	assert_non_null(table);
	assert_int_equal(stream_table_result(table, &gap), 0);
	gap.gap = 1;
	gap.first = gap.block;
	assert_int_equal(stream_table_result(table, &gap), 0);
	assert_string_equal(printed, "");
	assert_int_equal(stream_table_end(table, group.name, MADE_BLOCK), 0);
	assert_non_null(strstr(printed, "169999986-169999999 "));
	assert_non_null(strstr(printed, " 500 "));
	assert_non_null(strstr(printed, "exact, sum of 14 blocks\n"));
	assert_non_null(strstr(printed, " 169999999 "));
	assert_non_null(strstr(printed, "exact, sum of 1 blocks\n"));
	stream_table_free(table);
}

UNIT_REGISTER(flow)
{
	gold = make_flow("gold=fcff:2::1,fcff:8::100");
}
