// SPDX-License-Identifier: GPL-2.0-only
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>
#include <wctype.h>

#include "lmctl/base/layout.h"

/* Shortest width of a shortened name. */
#define NAME_WIDTH 9
/* Smallest width of wrapped text, unless the text itself is shorter. */
#define TEXT_WIDTH 24
#define GAP "..."
#define ESCAPED_WIDTH 4

/* Length in bytes of the first character of a text, and its width. */
static size_t character(const char *text, size_t *width)
{
	mbstate_t state = { 0 };
	wchar_t wide;
	size_t len;

	/* Fast path: nearly all characters are ASCII. */
	if (*text >= ' ' && *text <= '~' && *text != '\\') {
		*width = 1;
		return 1;
	}
	len = mbrtowc(&wide, text, strlen(text), &state);
	if (len == (size_t)-1 || len == (size_t)-2 || !len) {
		*width = ESCAPED_WIDTH;
		return 1;
	}
	*width = len * ESCAPED_WIDTH;
	if (iswprint((wint_t)wide) && !(wide == L'\\' && text[1] == 'x'))
		*width = wcwidth(wide) > 0 ? (size_t)wcwidth(wide) : 0;
	return len;
}

/* Width of the first @len bytes. */
static size_t width_of(const char *text, size_t len)
{
	const char *end = text + len;
	size_t width = 0, one;

	while (text < end) {
		text += character(text, &one);
		width += one;
	}
	return width;
}

size_t layout_width(const char *text)
{
	return width_of(text, strlen(text));
}

/* Length up to the first place to break a text: its first word with a comma behind it. */
static size_t word_len(const char *text)
{
	size_t len = strcspn(text, " ,");

	return len + (text[len] == ',');
}

static size_t longest_word(const char *text)
{
	size_t longest = 0;

	while (*text) {
		size_t len = word_len(text), width = width_of(text, len);

		if (width > longest)
			longest = width;
		text += len + strspn(text + len, " ");
	}
	return longest;
}

static size_t min(size_t a, size_t b)
{
	return a < b ? a : b;
}

static size_t least_width(enum layout_kind kind, const char *text, size_t whole)
{
	size_t longest;

	switch (kind) {
	case LAYOUT_NAME:
		return min(whole, NAME_WIDTH);
	case LAYOUT_TEXT:
		longest = longest_word(text);
		return longest > TEXT_WIDTH ? longest : min(whole, TEXT_WIDTH);
	default:
		return whole;
	}
}

void layout_need(struct layout_need *need, enum layout_kind kind,
		 const char *text)
{
	size_t whole = layout_width(text);
	size_t least = least_width(kind, text, whole);

	if (whole > need->whole)
		need->whole = whole;
	if (least > need->least)
		need->least = least;
}

bool layout_shows(const struct output_column *column, int step)
{
	return step >= column->comes && (!column->goes || step < column->goes);
}

/* Width left over when each column has its least width; negative if they do not fit. */
static ssize_t room_left(const struct output_column *columns, size_t n,
			 const struct layout_need *needs, size_t width,
			 struct layout *layout)
{
	ssize_t left = (ssize_t)width + 1;
	size_t i;

	for (i = 0; i < n; i++) {
		layout->width[i] = 0;
		if (!layout_shows(&columns[i], layout->step))
			continue;
		layout->width[i] = needs[i].least;
		left -= (ssize_t)needs[i].least + 1;
	}
	return left;
}

/* Widen each column that is not whole by one while there is width left. */
static void share(const struct output_column *columns, size_t n,
		  const struct layout_need *needs, size_t left,
		  struct layout *layout)
{
	bool more = true;
	size_t i;

	while (left && more) {
		more = false;
		for (i = 0; left && i < n; i++) {
			if (!layout_shows(&columns[i], layout->step) ||
			    layout->width[i] >= needs[i].whole)
				continue;
			layout->width[i]++;
			left--;
			more = true;
		}
	}
}

static int last_step(const struct output_column *columns, size_t n)
{
	int last = 0;
	size_t i;

	for (i = 0; i < n; i++)
		if (columns[i].goes > last)
			last = columns[i].goes;
	return last;
}

void layout_fit(const struct output_column *columns, size_t n,
		const struct layout_need *needs, size_t width,
		struct layout *layout)
{
	int last = last_step(columns, n);
	size_t i;

	layout->step = 0;
	for (i = 0; !width && i < n; i++)
		layout->width[i] = layout_shows(&columns[i], 0) ?
				   needs[i].whole : 0;
	for (; width && layout->step <= last; layout->step++) {
		ssize_t left = room_left(columns, n, needs, width, layout);

		if (left < 0)
			continue;
		share(columns, n, needs, (size_t)left, layout);
		return;
	}
	if (width)
		layout->step = -1;
}

/* Its short form is shown instead. */
static bool replaced(const struct output_column *columns, size_t n, size_t of,
		     int step)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (columns[i].comes && layout_shows(&columns[i], step) &&
		    !strcmp(columns[i].name, columns[of].name))
			return true;
	return false;
}

void layout_left_out(const struct output_column *columns, size_t n, int step,
		     char *text, size_t size)
{
	size_t len = 0, i;

	*text = '\0';
	for (i = 0; step >= 0 && i < n; i++) {
		if (columns[i].comes || layout_shows(&columns[i], step) ||
		    replaced(columns, n, i, step) || len >= size)
			continue;
		len += (size_t)snprintf(text + len, size - len, "%s%s",
					len ? ", " : "", columns[i].name);
	}
}

/* Start of the last characters of a text that fit into @width. */
static const char *tail_of(const char *text, size_t width)
{
	size_t all = layout_width(text), one;

	while (all > width) {
		text += character(text, &one);
		all -= one;
	}
	return text;
}

char *layout_shorten(const char *text, size_t width)
{
	size_t room = width > strlen(GAP) ? width - strlen(GAP) : 0;
	size_t head = 0, used = 0, one, len;
	char *shorter;

	if (layout_width(text) <= width)
		return strdup(text);
	while (text[head]) {
		len = character(text + head, &one);
		if (used + one > (room + 1) / 2)
			break;
		head += len;
		used += one;
	}
	if (asprintf(&shorter, "%.*s" GAP "%s", (int)head, text,
		     tail_of(text + head, room - used)) < 0)
		return NULL;
	return shorter;
}

char *layout_wrap(const char *text, size_t width, unsigned int indent)
{
	size_t used = 0, size;
	char *wrapped;
	FILE *stream = open_memstream(&wrapped, &size);

	if (!stream)
		return NULL;
	while (*text) {
		size_t len = word_len(text), wide = width_of(text, len);
		size_t blanks = strspn(text + len, " ");

		fwrite(text, 1, len, stream);
		used += wide;
		text += len + blanks;
		if (!*text)
			break;
		wide = width_of(text, word_len(text));
		if (width && used + blanks + wide > width) {
			fprintf(stream, "\n%*s", (int)indent, "");
			used = indent;
		} else {
			fprintf(stream, "%*s", (int)blanks, "");
			used += blanks;
		}
	}
	if (fclose(stream)) {
		free(wrapped);
		return NULL;
	}
	return wrapped;
}
