/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a test prints, on standard output or standard error, one of them at a time.
 */
#ifndef TEST_UNIT_CAPTURE_H
#define TEST_UNIT_CAPTURE_H

#include <unistd.h>

/**
 * capture() - keep what is printed
 * @fd: STDOUT_FILENO or STDERR_FILENO, which becomes a file
 */
void capture(int fd);

/**
 * capture_to() - send what is printed elsewhere
 * @fd: STDOUT_FILENO or STDERR_FILENO
 * @to: where; is closed
 */
void capture_to(int fd, int to);

/**
 * capture_terminal() - make standard output a terminal
 * @width: its columns
 *
 * Nobody reads meanwhile: the test prints less than a terminal keeps.
 */
void capture_terminal(unsigned short width);

/**
 * captured() - what the file has got
 *
 * Return: text until the next call.
 */
const char *captured(void);

/**
 * capture_end() - print as before
 *
 * Return: what the file or the terminal has got, this without carriage returns, until
 * the next call.
 */
char *capture_end(void);

/**
 * capture_teardown() - print as before, after a test that failed in between
 * @state: not used
 *
 * Return: 0.
 */
int capture_teardown(void **state);

/**
 * count() - how often a text stands in another
 * @text: text
 * @part: what is looked for
 *
 * Return: number of places.
 */
unsigned int count(const char *text, const char *part);

/**
 * widest() - width of the widest line
 * @text: text of one cell per byte
 *
 * Return: columns.
 */
unsigned int widest(const char *text);

#endif /* TEST_UNIT_CAPTURE_H */
