// SPDX-License-Identifier: GPL-2.0-only
/*
 * Messages: what a file of somebody else says is quoted in them, and they go
 * to a terminal or into a log.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lmctl/base/messages.h"
#include "lmctl/base/output.h"
#include "test/unit/capture.h"
#include "test/unit/golden.h"
#include "test/unit/unit.h"

static void says(void (*say)(const char *format, ...), const char *text,
		 const char *want)
{
	capture(STDERR_FILENO);
	say("%s, %d", text, 7);
	assert_string_equal(capture_end(), want);
}

TEST(test_messages)
{
	says(lmctl_error, "text", "lmctl: text, 7\n");
	says(lmctl_warning, "text", "lmctl: warning: text, 7\n");
	says(lmctl_note, "t\xc3\xa9xt", "lmctl: t\xc3\xa9xt, 7\n");
}

/* Neither a sequence for the terminal nor a line of its own. */
TEST(test_control_characters)
{
	says(lmctl_error, "a\x1b[2Jb\nlmctl: c\td\x7f\r",
	     "lmctl: a?[2Jb?lmctl: c?d??, 7\n");
	/* CSI as one byte, and as the character U+009B. */
	says(lmctl_warning, "a\xc2\x9b" "2J", "lmctl: warning: a??2J, 7\n");
}

static const struct output_column columns[] = {
	{ "FLOW", .kind = LAYOUT_NAME },
	{ "PATH", .kind = LAYOUT_NAME, .goes = 2 },
	{ "SENT", .kind = LAYOUT_NUMBER },
	{ "RATIO", .kind = LAYOUT_NUMBER, .goes = 1 },
	{ "FINDING", .kind = LAYOUT_TEXT },
};

static void print_table(void)
{
	struct libscols_table *table = output_table(columns, 5);

	assert_non_null(table);
	assert_int_equal(output_row(table, OUTPUT_PLAIN,
				    (const char *[]){ "customer-17-gold",
						      "here > egress-1",
						      "18446744073709551615",
						      "0.000012 %",
						      "it has not read the block yet" }), 0);
	assert_int_equal(output_row(table, OUTPUT_PLAIN,
				    (const char *[]){ "b", "", "25000", "-",
						      NULL }), 0);
	assert_int_equal(output_table_end(table, true), 0);
}

static void shows(unsigned short width, const char *name)
{
	capture_terminal(width);
	print_table();
	golden(name, capture_end());
}

/* The layouts that a table has one after the other as its terminal shrinks. */
TEST(test_table)
{
	setenv("NO_COLOR", "1", 1);
	shows(96, "output-whole");
	shows(76, "output-shortened");
	shows(72, "output-without-ratio");
	shows(30, "output-no-table");
}

/* What tells rows apart stays where it does. */
TEST(test_apart)
{
	static const struct output_column apart[] = {
		{ "MEASUREMENT", .kind = LAYOUT_NAME, .goes = 1, .apart = true },
		{ "SENT", .kind = LAYOUT_NUMBER },
		{ "RATIO", .kind = LAYOUT_NUMBER, .goes = 2 },
	};
	static const char *const names[2] = { "core", "edge" };
	int second;

	for (second = 0; second < 2; second++) {
		struct libscols_table *table = output_table(apart, 3);
		int i;

		capture_terminal(22);
		for (i = 0; i < 2; i++)
			output_row(table, OUTPUT_PLAIN, (const char *[]){
					   names[i && second], "25000", "10 %" });
		output_table_end(table, true);
		golden(second ? "output-apart" : "output-not-apart", capture_end());
	}
}

TEST(test_paragraph)
{
	capture_terminal(20);
	output_paragraph(4, "no_flow %d, malformed %s", 12, "1234567890123456789");
	assert_string_equal(capture_end(), "    no_flow 12,\n    malformed\n    1234567890123456789\n");
}

/* Nothing is narrow but a terminal. */
TEST(test_file)
{
	capture(STDOUT_FILENO);
	print_table();
	output_paragraph(4, "a sentence, %d", 7);
	golden("output-file", capture_end());
}
