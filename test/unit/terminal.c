// SPDX-License-Identifier: GPL-2.0-only
#include <pty.h>
#include <stdio.h>
#include <unistd.h>
#include "test/unit/terminal.h"
#include "test/unit/unit.h"

static int terminal;
static int real_stdout;

void terminal_begin(unsigned short width)
{
	const struct winsize size = { .ws_row = 24, .ws_col = width };
	int other;

	assert_int_equal(openpty(&terminal, &other, NULL, NULL, &size), 0);
	fflush(stdout);
	real_stdout = dup(STDOUT_FILENO);
	assert_int_equal(dup2(other, STDOUT_FILENO), STDOUT_FILENO);
	close(other);
}

/* The test prints less than a terminal keeps: nobody reads meanwhile. */
const char *terminal_end(void)
{
	static char text[65536];
	size_t len = 0;
	char c;

	fflush(stdout);
	assert_int_equal(dup2(real_stdout, STDOUT_FILENO), STDOUT_FILENO);
	close(real_stdout);
	while (len < sizeof(text) - 1 && read(terminal, &c, 1) > 0)
		if (c != '\r')
			text[len++] = c;
	text[len] = '\0';
	close(terminal);
	return text;
}
