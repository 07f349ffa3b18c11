// SPDX-License-Identifier: GPL-2.0-only
/*
 * A file of whole lines: what is appended stays whole after a writer that did
 * not end, and on a disk that is full.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <errno.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <signal.h>
#include <unistd.h>

#include "lmctl/base/linefile.h"
#include "test/unit/unit.h"

static char path[] = "/tmp/test_linefile.XXXXXX";

static void put(const char *text, size_t len)
{
	FILE *stream = fopen(path, "w");

	assert_non_null(stream);
	assert_int_equal(fwrite(text, 1, len, stream), len);
	assert_int_equal(fclose(stream), 0);
}

static void holds(const char *text, size_t len)
{
	char *got = test_malloc(len + 1);
	FILE *stream = fopen(path, "r");

	assert_non_null(stream);
	assert_int_equal(fread(got, 1, len + 1, stream), len);
	assert_memory_equal(got, text, len);
	fclose(stream);
	test_free(got);
}

/* Lines of this test have no 'z'. */
static bool own(const char *line, size_t len, bool whole)
{
	(void)whole;
	return !memchr(line, 'z', len);
}

/* The file with one line. */
static struct linefile opened_with_a(void)
{
	struct linefile file;

	put("a\n", 2);
	assert_int_equal(linefile_open(&file, path, own), 0);
	return file;
}

static void append(const char *text)
{
	struct linefile file;

	assert_int_equal(linefile_open(&file, path, own), 0);
	assert_int_equal(linefile_append(&file, text, strlen(text)), 0);
	assert_int_equal(linefile_close(&file), 0);
}

TEST(test_append)
{
	unlink(path);
	append("a\n");
	append("b\nc\n");
	holds("a\nb\nc\n", 6);
}

TEST(test_partial_line)
{
	put("a\nb", 3);
	append("c\n");
	holds("a\nc\n", 4);
	put("ab", 2);
	append("c\n");
	holds("c\n", 2);
}

/* The search goes backwards in pieces; the line's end is on every side. */
TEST(test_long_partial_line)
{
	static char text[20000];
	size_t end;

	for (end = 4094; end < 4100; end++) {
		memset(text, 'x', sizeof(text));
		text[10] = '\n';
		text[sizeof(text) - end] = '\n';
		put(text, sizeof(text));
		append("c\n");
		memcpy(text + sizeof(text) - end + 1, "c\n", 2);
		holds(text, sizeof(text) - end + 3);
	}
}

static void refuses(const char *name, const char *text, size_t len)
{
	struct linefile file;

	put(text, len);
	assert_int_equal(linefile_open(&file, name, own), -EINVAL);
	holds(text, len);
}

/* A file of somebody else keeps what has no end; whole, it takes lines. */
TEST(test_foreign)
{
	static char text[40000];
	char link[] = "/tmp/test_linefile_link.XXXXXX";

	refuses(path, "a\nz\nb", 5);
	refuses(path, "z", 1);
	/* Longer than any line of ours, and than what is looked at. */
	memset(text, 'x', sizeof(text));
	text[sizeof(text) - 2] = '\n';
	refuses(path, text, sizeof(text));
	put("z\n", 2);
	append("a\n");
	holds("z\na\n", 4);

	assert_true(close(mkstemp(link)) == 0 && !unlink(link));
	assert_int_equal(symlink(path, link), 0);
	refuses(link, "a\nb", 3);
	unlink(link);
}

/* A link that points nowhere creates nothing; a whole file takes lines. */
TEST(test_link)
{
	char link[] = "/tmp/test_linefile_link.XXXXXX";
	struct linefile file;

	assert_true(close(mkstemp(link)) == 0 && !unlink(link));
	assert_int_equal(symlink(path, link), 0);
	unlink(path);
	assert_int_equal(linefile_open(&file, link, own), -ENOENT);
	put("a\n", 2);
	assert_int_equal(linefile_open(&file, link, own), 0);
	assert_int_equal(linefile_append(&file, "b\n", 2), 0);
	assert_int_equal(linefile_close(&file), 0);
	holds("a\nb\n", 4);
	unlink(link);
}

static uid_t user;

uid_t __wrap_geteuid(void);

uid_t __wrap_geteuid(void)
{
	return user;
}

TEST(test_owner)
{
	user++;
	refuses(path, "a\nb", 3);
	user--;
	append("c\n");
	holds("a\nc\n", 4);
}

/* Largest size of files from now on. */
static void room(rlim_t bytes)
{
	struct rlimit limit;

	assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
	limit.rlim_cur = bytes < limit.rlim_max ? bytes : limit.rlim_max;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

TEST(test_full)
{
	struct linefile file = opened_with_a();

	room(5);
	assert_int_equal(linefile_append(&file, "b\nc\nd\n", 6), -EFBIG);
	room(RLIM_INFINITY);
	holds("a\n", 2);
	linefile_close(&file);
}

/* Lines that belong together, more than are gathered before they are written:
 * all of them or none.
 */
static void add_lines(struct linefile *file, size_t n, int expected)
{
	char line[1000];
	int err = 0;

	memset(line, 'x', sizeof(line));
	line[sizeof(line) - 1] = '\n';
	while (n-- && !err)
		err = linefile_add(file, line, sizeof(line));
	assert_int_equal(err ? err : linefile_end(file), expected);
}

static size_t size_of(void)
{
	struct stat st;

	assert_int_equal(stat(path, &st), 0);
	return (size_t)st.st_size;
}

TEST(test_together)
{
	struct linefile file = opened_with_a();

	assert_int_equal(linefile_end(&file), 0);
	assert_int_equal(size_of(), 2);
	add_lines(&file, 3, 0);
	assert_int_equal(size_of(), 3002);
	add_lines(&file, 1000, 0);
	assert_int_equal(size_of(), 1003002);
	/* Nobody says that these are all. */
	assert_int_equal(linefile_add(&file, "b\n", 2), 0);
	assert_int_equal(linefile_close(&file), 0);
	assert_int_equal(size_of(), 1003002);
}

TEST(test_together_full)
{
	struct linefile file = opened_with_a();

	room(900000);
	add_lines(&file, 1000, -EFBIG);
	room(RLIM_INFINITY);
	assert_int_equal(linefile_close(&file), 0);
	holds("a\n", 2);
}

/* The process ends within a block. */
TEST(test_together_unfinished)
{
	struct linefile file = opened_with_a();
	char line[1000];
	int i;

	memset(line, '\n', sizeof(line));
	for (i = 0; i < 1000; i++)
		assert_int_equal(linefile_add(&file, line, sizeof(line)), 0);
	assert_true(size_of() > 2);
	assert_int_equal(linefile_close(&file), 0);
	holds("a\n", 2);
}

TEST(test_errors)
{
	struct linefile file;

	assert_int_equal(linefile_open(&file, "/nonexistent/file", own), -ENOENT);
	assert_int_equal(linefile_open(&file, "/tmp", own), -EISDIR);
	assert_int_equal(linefile_open(&file, "/dev/full", own), 0);
	assert_int_equal(linefile_append(&file, "a\n", 2), -ENOSPC);
	linefile_close(&file);
}

static int setup(void **state)
{
	int fd = mkstemp(path);

	(void)state;
	user = getuid();
	signal(SIGXFSZ, SIG_IGN);
	return fd < 0 ? -1 : close(fd);
}

static int teardown(void **state)
{
	(void)state;
	return unlink(path);
}

UNIT_REGISTER(group)
{
	unit_group(setup, teardown);
}
