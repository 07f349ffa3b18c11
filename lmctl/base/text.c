// SPDX-License-Identifier: GPL-2.0-only
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "lmctl/base/text.h"

/* Bytes of the first piece, most texts are short, and of all others. */
#define SMALL 1024
#define LARGE (256 << 10)

struct text_chunk {
	struct text_chunk *next;
	size_t size;
	size_t used;
	char bytes[];
};

/*
 * Large ones straight from the kernel: free() of the last of many pieces of the
 * heap would give all of them back at once.
 */
static struct text_chunk *chunk_new(size_t size)
{
	struct text_chunk *chunk;

	if (size == SMALL) {
		chunk = malloc(size);
		if (!chunk)
			return NULL;
	} else {
		chunk = mmap(NULL, size, PROT_READ | PROT_WRITE,
			     MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
		if (chunk == MAP_FAILED)
			return NULL;
	}
	chunk->next = NULL;
	chunk->size = size;
	chunk->used = 0;
	return chunk;
}

static void chunk_free(struct text_chunk *chunk)
{
	if (chunk->size == SMALL)
		free(chunk);
	else
		munmap(chunk, chunk->size);
}

static bool grow(struct text *text)
{
	struct text_chunk *chunk = chunk_new(text->first ? LARGE : SMALL);

	if (!chunk)
		return false;
	if (text->last)
		text->last->next = chunk;
	else
		text->first = chunk;
	text->last = chunk;
	return true;
}

void text_add(struct text *text, const char *bytes, size_t n)
{
	struct text_chunk *last = text->last;
	size_t part;

	if (text->failed)
		return;
	for (; n; bytes += part, n -= part) {
		part = last ? last->size - sizeof(*last) - last->used : 0;
		if (!part) {
			if (!grow(text)) {
				text->failed = true;
				return;
			}
			last = text->last;
			continue;
		}
		if (part > n)
			part = n;
		memcpy(last->bytes + last->used, bytes, part);
		last->used += part;
		text->size += part;
	}
}

void text_string(struct text *text, const char *string)
{
	text_add(text, string, strlen(string));
}

void text_number(struct text *text, uint64_t number)
{
	char digits[20], *at = digits + sizeof(digits);

	do
		*--at = (char)('0' + number % 10);
	while (number /= 10);
	text_add(text, at, (size_t)(digits + sizeof(digits) - at));
}

void text_join(struct text *text, struct text *more)
{
	if (text->last)
		text->last->next = more->first;
	else
		text->first = more->first;
	if (more->last)
		text->last = more->last;
	text->size += more->size;
	text->failed |= more->failed;
	*more = (struct text){ .first = NULL };
}

struct text_cursor text_start(const struct text *text)
{
	return (struct text_cursor){ .chunk = text->first };
}

size_t text_read(struct text_cursor *cursor, char *buffer, size_t size)
{
	size_t done = 0, part;

	while (cursor->chunk && done < size) {
		part = cursor->chunk->used - cursor->at;
		if (part > size - done)
			part = size - done;
		memcpy(buffer + done, cursor->chunk->bytes + cursor->at, part);
		done += part;
		cursor->at += part;
		if (cursor->at == cursor->chunk->used)
			*cursor = (struct text_cursor){
				.chunk = cursor->chunk->next };
	}
	return done;
}

bool text_free_piece(struct text *text)
{
	struct text_chunk *chunk = text->first;

	if (!chunk)
		return false;
	text->first = chunk->next;
	chunk_free(chunk);
	if (!text->first)
		*text = (struct text){ .first = NULL };
	return text->first;
}

void text_free(struct text *text)
{
	while (text_free_piece(text))
		;
}
