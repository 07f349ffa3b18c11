// SPDX-License-Identifier: GPL-2.0-only
/*
 * Messages: what a file of somebody else says is quoted in them, and they go
 * to a terminal or into a log.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "lmctl/lmctl.h"

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

static void test_messages(void **state)
{
	(void)state;
	says(lmctl_error, "text", "lmctl: text, 7\n");
	says(lmctl_warning, "text", "lmctl: warning: text, 7\n");
	says(lmctl_note, "t\xc3\xa9xt", "lmctl: t\xc3\xa9xt, 7\n");
}

/* Neither a sequence for the terminal nor a line of its own. */
static void test_control_characters(void **state)
{
	(void)state;
	says(lmctl_error, "a\x1b[2Jb\nlmctl: c\td\x7f\r",
	     "lmctl: a?[2Jb?lmctl: c?d??, 7\n");
	/* CSI as one byte, and as the character U+009B. */
	says(lmctl_warning, "a\xc2\x9b" "2J", "lmctl: warning: a??2J, 7\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_messages),
		cmocka_unit_test(test_control_characters),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
