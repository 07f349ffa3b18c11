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
#include "test/unit/terminal.h"
#include "test/unit/unit.h"

static void says(void (*say)(const char *format, ...), const char *text,
		 const char *want)
{
	char got[256];
	int fds[2], saved = dup(STDERR_FILENO);
	ssize_t len;

	assert_int_equal(pipe(fds), 0);
	assert_int_equal(dup2(fds[1], STDERR_FILENO), STDERR_FILENO);
	say("%s, %d", text, 7);
	assert_int_equal(dup2(saved, STDERR_FILENO), STDERR_FILENO);
	close(saved);
	close(fds[1]);
	len = read(fds[0], got, sizeof(got) - 1);
	close(fds[0]);
	assert_true(len >= 0);
	got[len] = '\0';
	assert_string_equal(got, want);
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

static void shows(unsigned short width, const char *expected)
{
	terminal_begin(width);
	print_table();
	assert_string_equal(terminal_end(), expected);
}

/* The layouts that a table has one after the other as its terminal shrinks. */
TEST(test_table)
{
	setenv("NO_COLOR", "1", 1);
	shows(96,
"FLOW             PATH                            SENT      RATIO FINDING\n"
"customer-17-gold here > egress-1 18446744073709551615 0.000012 % it has not read the block yet\n"
"b                                               25000          - \n");
	shows(76,
"FLOW      PATH                      SENT      RATIO FINDING\n"
"cus...old her...s-1 18446744073709551615 0.000012 % it has not read the\n"
"                                                    block yet\n"
"b                                  25000          - \n");
	shows(72,
"FLOW         PATH                        SENT FINDING\n"
"custo...gold here...ss-1 18446744073709551615 it has not read the block\n"
"                                              yet\n"
"b                                       25000 \n"
"(The terminal is too narrow for RATIO.)\n");
	shows(30,
"FLOW customer-17-gold\n"
"  PATH here > egress-1\n"
"  SENT 18446744073709551615\n"
"  RATIO 0.000012 %\n"
"  FINDING it has not read the\n"
"  block yet\n"
"FLOW b  SENT 25000  RATIO -\n"
"(The terminal is too narrow\n"
"for a table.)\n");
}

/* At every width both numbers are there, and whole. */
TEST(test_widths)
{
	unsigned short width;

	setenv("NO_COLOR", "1", 1);
	for (width = 120; width >= 10; width--) {
		const char *text, *line;

		terminal_begin(width);
		print_table();
		text = terminal_end();
		assert_non_null(strstr(text, " 18446744073709551615"));
		assert_non_null(strstr(text, " 25000"));
		for (line = text; width >= 28 && *line;
		     line = strchr(line, '\n') + 1)
			if (strcspn(line, "\n") > width)
				fail_msg("%d columns: %s", width, text);
	}
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

		terminal_begin(22);
		for (i = 0; i < 2; i++)
			output_row(table, OUTPUT_PLAIN, (const char *[]){
					   names[i && second], "25000", "10 %" });
		output_table_end(table, true);
		assert_string_equal(terminal_end(), second ?
"MEASUREMENT  SENT\n"
"core        25000\n"
"edge        25000\n"
"(The terminal is too\n"
"narrow for RATIO.)\n" :
" SENT RATIO\n"
"25000  10 %\n"
"25000  10 %\n"
"(The terminal is too\n"
"narrow for\n"
"MEASUREMENT.)\n");
	}
}

TEST(test_paragraph)
{
	terminal_begin(20);
	output_paragraph(4, "no_flow %d, malformed %s", 12, "1234567890123456789");
	assert_string_equal(terminal_end(), "    no_flow 12,\n    malformed\n    1234567890123456789\n");
}

/* Nothing is narrow but a terminal. */
TEST(test_file)
{
	char name[] = "/tmp/test_output.XXXXXX", text[512] = "";
	int fd = mkstemp(name), saved;

	assert_true(fd >= 0);
	unlink(name);
	fflush(stdout);
	saved = dup(STDOUT_FILENO);
	dup2(fd, STDOUT_FILENO);
	print_table();
	output_paragraph(4, "a sentence, %d", 7);
	fflush(stdout);
	dup2(saved, STDOUT_FILENO);
	close(saved);
	assert_true(pread(fd, text, sizeof(text) - 1, 0) > 0);
	close(fd);
	assert_string_equal(text,
"FLOW             PATH                            SENT      RATIO FINDING\n"
"customer-17-gold here > egress-1 18446744073709551615 0.000012 % it has not read the block yet\n"
"b                                               25000          - \n"
"    a sentence, 7\n");
}
