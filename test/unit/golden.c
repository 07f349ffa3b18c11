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
