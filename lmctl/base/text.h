/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Text that grows by hundreds of megabytes without being copied and is freed in
 * pieces: no call takes longer the longer the text is, but for text_free().
 */
#ifndef LMCTL_BASE_TEXT_H
#define LMCTL_BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct text_chunk;

/**
 * struct text - a text; all zero is the empty one
 * @first: its pieces
 * @last: the piece that grows
 * @size: bytes
 * @failed: memory was short: bytes are missing
 */
struct text {
	struct text_chunk *first;
	struct text_chunk *last;
	size_t size;
	bool failed;
};

/**
 * struct text_cursor - a place in a text
 * @chunk: piece
 * @at: offset in it
 */
struct text_cursor {
	const struct text_chunk *chunk;
	size_t at;
};

/**
 * text_add() - append bytes
 * @text: text
 * @bytes: bytes
 * @n: their number
 */
void text_add(struct text *text, const char *bytes, size_t n);

/**
 * text_string() - append a string
 * @text: text
 * @string: string
 */
void text_string(struct text *text, const char *string);

/**
 * text_number() - append a number in decimal digits
 * @text: text
 * @number: number
 */
void text_number(struct text *text, uint64_t number);

/**
 * text_join() - move a text to the end of another
 * @text: grows
 * @more: empty afterwards
 */
void text_join(struct text *text, struct text *more);

/**
 * text_start() - begin to read
 * @text: text; does not change as long as it is read
 *
 * Return: its beginning.
 */
struct text_cursor text_start(const struct text *text);

/**
 * text_read() - read on
 * @cursor: moves behind what was read
 * @buffer: filled
 * @size: room in bytes
 *
 * Return: bytes read, 0 at the end.
 */
size_t text_read(struct text_cursor *cursor, char *buffer, size_t size);

/**
 * text_free_piece() - free the first piece
 * @text: text; can be freed but not be read afterwards
 *
 * Return: true if there are more.
 */
bool text_free_piece(struct text *text);

/**
 * text_free() - free all of it
 * @text: empty afterwards
 */
void text_free(struct text *text);

#endif /* LMCTL_BASE_TEXT_H */
