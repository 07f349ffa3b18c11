// SPDX-License-Identifier: GPL-2.0-only
/*
 * Layout of tables: at every width each number is whole, or its column is not
 * there.
 */
#include <locale.h>
#include <stdlib.h>
#include <string.h>

#include "lmctl/base/layout.h"
#include "test/unit/unit.h"

static void shortens(const char *text, size_t width, const char *expected)
{
	char *got = layout_shorten(text, width);

	assert_non_null(got);
	assert_string_equal(got, expected);
	assert_true(layout_width(got) <= width || width < 4);
	free(got);
}

TEST(test_shorten)
{
	shortens("customer-17-gold", 16, "customer-17-gold");
	shortens("customer-17-gold", 15, "custom...7-gold");
	shortens("customer-17-gold", 10, "cust...old");
	shortens("customer-17-gold", 4, "c...");
}

/* A character is not cut, and counts as many cells as it has. */
TEST(test_characters)
{
	if (!setlocale(LC_CTYPE, "C.UTF-8"))
		skip();
	assert_int_equal(layout_width("K\xc3\xb6ln"), 4);
	assert_int_equal(layout_width("\xe4\xb8\xad"), 2);
	assert_int_equal(layout_width("a\xff"), 5);
	assert_int_equal(layout_width("a\\x"), 6);
	shortens("\xc3\xa4\xc3\xb6\xc3\xbc\xc3\xa4\xc3\xb6\xc3\xbc", 5,
		 "\xc3\xa4...\xc3\xbc");
	setlocale(LC_CTYPE, "C");
}

static void wraps(const char *text, size_t width, unsigned int indent,
		  const char *expected)
{
	char *got = layout_wrap(text, width, indent);

	assert_non_null(got);
	assert_string_equal(got, expected);
	free(got);
}

TEST(test_wrap)
{
	wraps("", 5, 0, "");
	wraps("one two three", 0, 0, "one two three");
	wraps("one two three", 13, 0, "one two three");
	wraps("one two three", 12, 0, "one two\nthree");
	wraps("one two three", 3, 2, "one\n  two\n  three");
	wraps("fcff::1,fcff::2,fcff::3", 16, 0, "fcff::1,fcff::2,\nfcff::3");
	wraps("12345678901234567890", 10, 0, "12345678901234567890");
	wraps("sent  1", 5, 0, "sent\n1");
}

static const struct output_column columns[] = {
	{ "FLOW", .kind = LAYOUT_NAME },
	{ "START", .kind = LAYOUT_WORD, .goes = 2 },
	{ "START", .kind = LAYOUT_WORD, .comes = 2 },
	{ "SENT", .kind = LAYOUT_NUMBER },
	{ "RATIO", .kind = LAYOUT_NUMBER, .goes = 1 },
	{ "REASON", .kind = LAYOUT_TEXT },
};

#define COLUMNS (ARRAY_SIZE(columns))

static const char *const cells[COLUMNS] = {
	"customer-17-gold", "2026-11-22 15:04", "15:04", "18446744073709551615",
	"0.0001 %", "sent clock-stepped, received missing",
};

static void need(struct layout_need *needs)
{
	size_t i;

	memset(needs, 0, COLUMNS * sizeof(*needs));
	for (i = 0; i < COLUMNS; i++) {
		layout_need(&needs[i], LAYOUT_WORD, columns[i].name);
		layout_need(&needs[i], columns[i].kind, cells[i]);
	}
}

/* The width of a line; what must be whole is. */
static size_t line_width(const struct layout *layout)
{
	size_t width = 0, i;

	for (i = 0; i < COLUMNS; i++) {
		bool whole = columns[i].kind == LAYOUT_NUMBER ||
			     columns[i].kind == LAYOUT_WORD;

		if (!layout_shows(&columns[i], layout->step)) {
			assert_int_equal(layout->width[i], 0);
			continue;
		}
		assert_true(layout->width[i] >= strlen(columns[i].name));
		if (whole)
			assert_int_equal(layout->width[i],
					 strlen(cells[i]) >
					 strlen(columns[i].name) ?
					 strlen(cells[i]) :
					 strlen(columns[i].name));
		width += layout->width[i] + !!width;
	}
	return width;
}

TEST(test_fit)
{
	struct layout_need needs[COLUMNS];
	struct layout layout;
	int before = 0;
	size_t width;

	need(needs);
	for (width = 160; width; width--) {
		layout_fit(columns, COLUMNS, needs, width, &layout);
		if (layout.step < 0) {
			before = -1;
			continue;
		}
		/* Narrower never shows more. */
		assert_true(before >= 0 && layout.step >= before);
		assert_true(line_width(&layout) <= width);
		before = layout.step;
	}
	assert_int_equal(before, -1);
}

TEST(test_steps)
{
	struct layout_need needs[COLUMNS];
	struct layout layout;
	char left[64];

	need(needs);
	layout_fit(columns, COLUMNS, needs, 0, &layout);
	assert_int_equal(layout.step, 0);
	assert_int_equal(layout.width[0], 16);
	assert_int_equal(layout.width[2], 0);
	/* 9 + 16 + 20 + 8 + 24 and four blanks. */
	layout_fit(columns, COLUMNS, needs, 81, &layout);
	assert_int_equal(layout.step, 0);
	assert_int_equal(layout.width[0], 9);
	layout_fit(columns, COLUMNS, needs, 80, &layout);
	assert_int_equal(layout.step, 1);
	layout_left_out(columns, COLUMNS, 1, left, sizeof(left));
	assert_string_equal(left, "RATIO");
	/* The short form is no loss of a column. */
	layout_left_out(columns, COLUMNS, 2, left, sizeof(left));
	assert_string_equal(left, "RATIO");
	layout_fit(columns, COLUMNS, needs, 61, &layout);
	assert_int_equal(layout.step, 2);
	layout_fit(columns, COLUMNS, needs, 60, &layout);
	assert_int_equal(layout.step, -1);
}
