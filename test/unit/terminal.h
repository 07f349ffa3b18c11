/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Standard output on a terminal of a given width.
 */
#ifndef TEST_UNIT_TERMINAL_H
#define TEST_UNIT_TERMINAL_H

/**
 * terminal_begin() - make standard output a terminal
 * @width: its columns
 */
void terminal_begin(unsigned short width);

/**
 * terminal_end() - end that
 *
 * Return: what the terminal has got, without carriage returns, until the next
 * call.
 */
const char *terminal_end(void);

#endif /* TEST_UNIT_TERMINAL_H */
