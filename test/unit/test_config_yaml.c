// SPDX-License-Identifier: GPL-2.0-only
/*
 * Any text as a configuration file: what of YAML it may have, and that it is read in
 * a short time.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>
#include "test/unit/config_text.h"
#include "test/unit/golden.h"
#include "test/unit/unit.h"

#define TEXT_MAX ((size_t)256 * 1024)
#define SECONDS_MAX 30

TEST(test_syntax)
{
	char error[256];

	golden_rows("config-yaml", config_text_result);
	assert_null(config_text_load(ENOUGH "\0", sizeof(ENOUGH), error,
				     sizeof(error)));
	assert_non_null(strstr(error, ":3: control characters"));
}

/* A text of TEXT_MAX bytes: @once, then @again and again. */
static char *long_text(const char *once, const char *again)
{
	char *text = malloc(TEXT_MAX);
	size_t i, len = strlen(once);

	assert_non_null(text);
	memcpy(text, once, len);
	for (i = len; i < TEXT_MAX; i++)
		text[i] = again[(i - len) % strlen(again)];
	return text;
}

/* Each takes below 0.2 s, more under valgrind; nested brackets took minutes, and anchors seconds. */
TEST(test_time)
{
	static const struct {
		const char *once;
		const char *again;
	} rows[] = {
		{ "x: ", "[" },
		{ "x: ", "{" },
		{ "x: ", "{a: " },
		{ "x: ", "[{a: " },
		{ "", "- [\n" },
		{ "x: [", "[],a," },
		{ "x: [", "? a," },
		{ "", "- " },
		{ "", "? " },
		{ "", "? - " },
		{ "", "- - - - - - - - - - - - - - - - a\n" },
		{ "", ": " },
		{ "x: ", "a\n " },
		{ "x: ", "a" },
		{ "x: \"", "a\n" },
		{ "x: |\n", " a\n" },
		{ "", "k: 1\n" },
		{ "x: [", "\"k\"," },
		{ "rotate: [", "a," },
		{ "", "- &a x\n" },
		{ "- &a x\n", "- *a\n" },
		{ "", "%TAG !a! b\n" },
		{ "", "--- a\n" },
		{ "x: !", "a" },
		{ "", "\n" },
		{ "", "#" },
	};
	clock_t begin;
	char error[256], *text;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		text = long_text(rows[i].once, rows[i].again);
		begin = clock();
		assert_null(config_text_load(text, TEXT_MAX, error,
					     sizeof(error)));
		if (clock() - begin > SECONDS_MAX * CLOCKS_PER_SEC)
			fail_msg("'%s' and '%s': more than %d s", rows[i].once,
				 rows[i].again, SECONDS_MAX);
		free(text);
	}
}

TEST(test_files)
{
	static char large[300000];
	char error[512];

	assert_null(config_load("/nonexistent", error, sizeof(error)));
	assert_string_equal(error, "/nonexistent: No such file or directory");
	assert_null(config_load("/dev/zero", error, sizeof(error)));
	assert_non_null(strstr(error, "not a regular file"));
	assert_null(config_load("/tmp", error, sizeof(error)));
	assert_non_null(strstr(error, "not a regular file"));
	memset(large, '\n', sizeof(large) - 1);
	assert_refused(large, "not a regular file of at most 262144 bytes");
	/* A sentence that does not fit is cut. */
	assert_null(config_load("/dev/zero", error, 8));
	assert_string_equal(error, "/dev/ze");
}

/* A file of /proc has no size: here, a line for each of many mappings. */
TEST(test_file_without_size)
{
	const size_t pages = 8192, page = (size_t)sysconf(_SC_PAGESIZE);
	char *maps = mmap(NULL, pages * page, PROT_READ,
			  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	char error[256];
	size_t i;

	assert_true(maps != MAP_FAILED);
	for (i = 0; i < pages; i += 2)
		assert_int_equal(mprotect(maps + i * page, page, PROT_NONE), 0);
	assert_null(config_load("/proc/self/maps", error, sizeof(error)));
	assert_string_equal(error, "/proc/self/maps: not a regular file of at most 262144 bytes");
	assert_int_equal(munmap(maps, pages * page), 0);
	assert_null(config_load("/proc/self/limits", error, sizeof(error)));
	assert_non_null(strstr(error, "/proc/self/limits:1: "));
}

UNIT_REGISTER(group)
{
	unit_group(config_text_setup, config_text_teardown);
}
