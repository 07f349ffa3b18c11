/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A file to which whole lines are appended, or standard output.
 */
#ifndef LMCTL_BASE_LINEFILE_H
#define LMCTL_BASE_LINEFILE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/**
 * struct linefile - where lines go
 * @path: path for messages
 * @fd: open for writing
 * @told: error that was said last; it is not said again in a row
 * @start: where the lines that belong together begin, or -1 of what is no
 *	   regular file
 * @buffer: lines that are not written yet, or NULL
 * @used: their length
 */
struct linefile {
	const char *path;
	int fd;
	int told;
	off_t start;
	char *buffer;
	size_t used;
};

/**
 * typedef linefile_own_fn - is a line one of those that are appended
 * @line: the line without its newline, not terminated
 * @len: its length in bytes
 * @whole: false if it may be the beginning of one
 *
 * Return: true if it is.
 */
typedef bool (*linefile_own_fn)(const char *line, size_t len, bool whole);

/**
 * linefile_open() - open a file for appending
 * @file: filled
 * @path: path, NULL or "-" for standard output
 * @own: tells lines of this kind of file from others
 *
 * A last line without its end, which a power failure leaves behind, is cut off
 * with a warning: what is appended would make it a line that nobody can read.
 * Of a file that is not ours nothing is cut off: that of another user, one
 * reached through a symbolic link, one whose last whole line is foreign. It is
 * an error if it ends within a line.
 *
 * Return: 0, or a negative errno after a message.
 */
int linefile_open(struct linefile *file, const char *path, linefile_own_fn own);

/**
 * linefile_append() - write lines
 * @file: opened file
 * @lines: whole lines
 * @len: their length in bytes
 *
 * When the disk is full a regular file keeps none of them.
 *
 * Return: 0, or a negative errno after a message.
 */
int linefile_append(struct linefile *file, const char *lines, size_t len);

/**
 * linefile_add() - write a line of many that belong together
 * @file: opened file
 * @line: whole line
 * @len: its length in bytes
 *
 * Writes when enough lines have come; the others wait for linefile_end().
 *
 * Return: 0, or a negative errno after a message. A regular file then keeps
 * none of the lines since linefile_end().
 */
int linefile_add(struct linefile *file, const char *line, size_t len);

/**
 * linefile_end() - write what linefile_add() has not written yet
 * @file: opened file
 *
 * Return: 0, or a negative errno after a message, as linefile_add().
 */
int linefile_end(struct linefile *file);

/**
 * linefile_close() - close a file
 * @file: opened file
 *
 * A regular file keeps no line that was added since linefile_end().
 *
 * Return: 0, or a negative errno after a message.
 */
int linefile_close(struct linefile *file);

#endif /* LMCTL_BASE_LINEFILE_H */
