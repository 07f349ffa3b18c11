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
#include "test/unit/unit.h"

#define TEXT_MAX ((size_t)256 * 1024)
#define SECONDS_MAX 30

TEST(test_syntax)
{
	static const struct {
		const char *text;
		const char *part;
	} rows[] = {
		{ "", "nothing to do" },
		{ "# nothing\n", "nothing to do" },
		{ "period: 10s", "nothing to do" },
		{ "rotate: tx", "period is missing" },
		{ "period", ":1: a line must be KEY: VALUE" },
		{ "[period]", ":1: a line must be KEY: VALUE" },
		{ "# one\n# two # three\n\ncolor: 1", ":4: no setting or section 'color'" },
		{ ENOUGH "reflect: {color: 1}", ":3: section reflect has no setting 'color'" },
		{ ENOUGH "reflect:\n  rate: 1\n  color: 1\n", ":5: section reflect has no setting 'color'" },
		{ ENOUGH "reflect: {rate: 1\n", ":4: did not find expected ',' or '}' while" },
		{ ENOUGH "rate: 1", ":3: no setting or section 'rate'" },
		{ ENOUGH "reflect: 1", ":3: a line must be KEY: VALUE" },
		{ ENOUGH "reflect: [rate]", ":3: a line must be KEY: VALUE" },
		{ ENOUGH "reflect:\nreflect:\n", ":4: 'reflect' is in line 3 already" },
		{ ENOUGH "metrics:\nmetrics:\n", ":4: 'metrics' is in line 3 already" },
		{ ENOUGH "history:\nhistory:\n", ":4: 'history' is in line 3 already" },
		{ ENOUGH "metrics x:", ":3: section metrics has no name: remove 'x'" },
		{ ENOUGH "node: a\nnode: b", ":4: 'node' is in line 3 already" },
		{ ENOUGH "reflect: {rate: 1,\n rate: 1}", ":4: 'rate' is in line 3 already" },
		{ ENOUGH "}", ":3: did not find expected" },
		{ ENOUGH "measure: {}", ":3: section measure: its name" },
		{ ENOUGH "node: \"a", ":3: found unexpected end of stream while scanning a quoted" },
		{ ENOUGH "node: 'a\n", ":3: found unexpected end of stream" },
		{ ENOUGH "node: \"\\q\"", ":3: found unknown escape character" },
		{ ENOUGH "node: *", ":3: did not find expected alphabetic" },
		{ ENOUGH "node: @a", ":3: found character that cannot start any token" },
		{ ENOUGH "reflect:\n\trate: 1", ":4: found character that cannot start any token" },
		{ ENOUGH "node: a\n rate: b", ":4: mapping values are not allowed" },
		{ ENOUGH "node: a\vb", ":3: control characters are not allowed" },
		{ ENOUGH "node: \xff", ":3: invalid leading UTF-8 octet" },
		{ ENOUGH "node: \"a\\nb\"", ":3: node: 'a?b': must have 1 to" },
		{ ENOUGH "node: \"a\\0b\"", ":3: a text with a NUL" },
		{ ENOUGH "\"\\n\": 1", ":3: no setting or section '?'" },
		{ ENOUGH "node: [a]", ":3: a list or section where a text belongs" },
		{ ENOUGH "[a]: b", ":3: a list or section where a text belongs" },
		{ ENOUGH "reflect: {[a]: b}", ":3: a list or section where a text belongs" },
		{ ENOUGH "reflect: {sets: [[rx]]}", ":3: a list or section where a text belongs" },
		{ ENOUGH "node: !!int 1", ":3: the tag '!!int' has no meaning here" },
		{ ENOUGH "rotate: !foo [tx]", ":3: the tag '!foo' has no meaning here" },
		{ ENOUGH "measure m: !foo\n  peers: ::1", ":3: the tag '!foo'" },
		{ ENOUGH "reflect: !<x>\n", ":3: the tag 'x'" },
		{ ENOUGH "!foo reflect:\n", ":3: the tag '!foo'" },
		{ "!foo\n" ENOUGH, ":1: the tag '!foo'" },
		{ "%TAG ! tag:x:\n---\n" ENOUGH, ":1: tags have no meaning here; remove '%TAG'" },
		{ "&foo\n" ENOUGH, ":1: the anchor '&foo' has no meaning here" },
		{ ENOUGH "node: &foo a", ":3: the anchor '&foo'" },
		{ ENOUGH "reflect: &foo {sets: rx}", ":3: the anchor '&foo'" },
		{ ENOUGH "node: *foo", ":3: the alias '*foo' has no meaning here; put text that begins with '*' between quotes" },
		{ ENOUGH "x: [[[[[[[[[]]]]]]]]]", ":3: more than 8 open brackets and braces; close them" },
		{ ENOUGH "x: {[{[{[{[\n{}]}]}]}]}", ":4: more than 8 open brackets and braces" },
		{ ENOUGH "x: [[[[[[[[]]]]]]]]", ":3: no setting or section 'x'" },
		/* Not those that are closed, quoted or in a comment. */
		{ ENOUGH "x: [[],[],[],[],[],[],[],[],[]]", ":3: no setting or section 'x'" },
		{ ENOUGH "x: ['[[[[[[[[[', \"{{{{{{{{{\"] # [[[[[[[[[", ":3: no setting or section 'x'" },
		{ ENOUGH "]]]", ":3: did not find expected" },
		{ ENOUGH "node:", ":3: node: '': must have 1 to" },
		{ ENOUGH "---\nnode: a\n", ":4: a second document" },
		{ ENOUGH "---\n\"", ":4: found unexpected end of stream" },
	};
	char error[256];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(rows); i++)
		assert_refused(rows[i].text, rows[i].part);
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
