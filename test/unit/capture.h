/* SPDX-License-Identifier: GPL-2.0-only */
/* What a test prints, on standard output or standard error, one of them at a time. */
#ifndef TEST_UNIT_CAPTURE_H
#define TEST_UNIT_CAPTURE_H

#include <unistd.h>

/* Keep what is printed to STDOUT_FILENO or STDERR_FILENO, which becomes a file. */
void capture(int fd);

/*
 * Send what is printed to STDOUT_FILENO or STDERR_FILENO to another descriptor, which is
 * closed.
 */
void capture_to(int fd, int to);

/*
 * Make standard output a terminal of so many columns. Nobody reads meanwhile: the test
 * prints less than a terminal keeps.
 */
void capture_terminal(unsigned short width);

/* What the file has got, until the next call. */
const char *captured(void);

/*
 * Print as before. Returns what the file has got, or the terminal without carriage
 * returns, until the next call.
 */
char *capture_end(void);

/* Print as before, after a test that failed in between. */
int capture_teardown(void **state);

/* How often a part stands in a text. */
unsigned int count(const char *text, const char *part);

/* Columns of the widest line of a text of one cell per byte. */
unsigned int widest(const char *text);

#endif /* TEST_UNIT_CAPTURE_H */
