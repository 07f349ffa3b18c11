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
 * struct linefile - a file of lines
 * @path: path for messages
 * @fd: open for writing
 * @told: last reported error; not reported twice in a row
 * @start: start of the lines that belong together, -1 if the file is not regular
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
 * typedef linefile_own_fn - check whether a line is of the kind that is appended
 * @line: the line without its newline, not terminated
 * @len: its length in bytes
 * @whole: false if it may be the beginning of a line only
 *
 * Return: true if it is of that kind.
 */
typedef bool (*linefile_own_fn)(const char *line, size_t len, bool whole);

/**
 * linefile_open() - open a file for appending
 * @file: filled
 * @path: path, NULL or "-" for standard output
 * @own: recognises lines of this kind of file
 *
 * A power failure can leave a last line without its end. It is cut off with a
 * warning, because an appended line would make it unreadable. Nothing is cut off a
 * file of another user, a file reached through a symbolic link, or a file whose
 * last whole line is of another kind; such a file is an error if it ends within a
 * line.
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
 * If the disk is full, a regular file keeps none of them.
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
 * Write once the buffer is full; linefile_end() writes the rest.
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
