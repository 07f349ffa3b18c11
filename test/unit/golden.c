// SPDX-License-Identifier: GPL-2.0-only
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "test/unit/golden.h"
#include "test/unit/unit.h"

void golden(const char *name, const char *text)
{
	char path[128], command[256];
	FILE *stream;

	snprintf(path, sizeof(path), "test/unit/golden/%s.txt", name);
	if (!strcmp(getenv("UNIT_GOLDEN") ?: "", "write")) {
		stream = fopen(path, "w");
		assert_non_null(stream);
		fputs(text, stream);
		assert_int_equal(fclose(stream), 0);
		fail_msg("%s was written, not compared", path);
	}
	snprintf(command, sizeof(command), "diff -u %s - >&2", path);
	fflush(NULL);
	stream = popen(command, "w");
	assert_non_null(stream);
	fputs(text, stream);
	if (pclose(stream))
		fail_msg("%s differs; UNIT_GOLDEN=write writes it anew", path);
}

void golden_json(const char *name, const char *text)
{
	char *lines = NULL;
	size_t size;
	FILE *stream = open_memstream(&lines, &size);

	assert_non_null(stream);
	for (; *text; text = strchr(text, '\n') + 1) {
		json_error_t error;
		json_t *object = json_loads(text, JSON_DISABLE_EOF_CHECK | JSON_REJECT_DUPLICATES,
					    &error);

		if (!object)
			fail_msg("%s: %s", error.text, text);
		assert_non_null(strchr(text, '\n'));
		json_dumpf(object, stream, JSON_INDENT(1) | JSON_REAL_PRECISION(17));
		fputc('\n', stream);
		json_decref(object);
	}
	fclose(stream);
	golden(name, lines);
	free(lines);
}

/* Of \n, \t, \\ and \xNN; a row of a file is one line. */
static void unescape(char *text)
{
	char *to = text;
	unsigned int byte;

	for (; *text; text++, to++) {
		*to = *text;
		if (*text != '\\')
			continue;
		text++;
		*to = *text == 'n' ? '\n' : *text == 't' ? '\t' : *text;
		if (*text != 'x')
			continue;
		assert_int_equal(sscanf(text + 1, "%2x", &byte), 1);
		*to = (char)byte;
		text += 2;
	}
	*to = '\0';
}

/* One line per line of the text; a tab and what has no character are bytes. */
static void write_result(FILE *stream, const char *text)
{
	fputc('\t', stream);
	for (; *text; text++)
		if (*text == '\n')
			fputs(text[1] ? "\n\t" : "", stream);
		else if (*text >= 0 && *text < ' ')
			fprintf(stream, "\\x%02x", *text);
		else
			fputc(*text, stream);
	fputc('\n', stream);
}

void golden_rows(const char *name, const char *(*run)(char *input))
{
	char path[128], *text = NULL, *rest, *line, *result = NULL;
	size_t size = 0, len;
	FILE *stream;

	/* Read whole: a child that run() makes shares the position of an open file. */
	snprintf(path, sizeof(path), "test/unit/golden/%s.txt", name);
	stream = fopen(path, "r");
	assert_non_null(stream);
	assert_true(getdelim(&text, &size, '\0', stream) > 0);
	fclose(stream);
	stream = open_memstream(&result, &len);
	assert_non_null(stream);
	for (rest = text; (line = strsep(&rest, "\n")) && rest;) {
		if (*line == '\t')
			continue;
		fprintf(stream, "%s\n", line);
		if (*line != '>')
			continue;
		unescape(line);
		write_result(stream, run(line + 1 + (line[1] == ' ')));
	}
	fclose(stream);
	free(text);
	golden(name, result);
	free(result);
}
