// SPDX-License-Identifier: GPL-2.0-only
/*
 * Which files may decide what lmctl runs: each row changes a mode in DIR/inner/file, with
 * DIR below the sticky /tmp, and asks for the file by a path.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lmctl/base/trusted.h"
#include "test/unit/unit.h"

static const struct row {
	const char *name;
	mode_t file;
	mode_t inner;
	const char *path;
	const char *wrong;
} rows[] = {
	{ "good", 0644, 0755, "inner/file", NULL },
	{ "relative", 0644, 0755, "./inner/../inner//file", NULL },
	{ "a link", 0644, 0755, "outer", NULL },
	{ "a sticky folder", 0644, 01777, "inner/file", NULL },
	{ "others write", 0646, 0755, "inner/file", "inner/file' has mode 0646" },
	{ "others write behind a link", 0646, 0755, "outer", "inner/file' has mode 0646" },
	{ "others replace", 0644, 0757, "inner/file", "inner' has mode 0757" },
	{ "others replace a link", 0644, 0777, "outer", "inner' has mode 0777" },
	{ "missing", 0644, 0755, "inner/none", "cannot examine 'inner/none': No such" },
	{ "a loop", 0644, 0755, "loop", "cannot examine 'loop': Too many" },
};

TEST_ROWS(rows, test_modes)
{
	const struct row *row = *state;
	char folder[] = "/tmp/trusted.XXXXXX", error[512], command[64];
	FILE *file;
	int err;

	assert_non_null(mkdtemp(folder));
	assert_int_equal(chdir(folder), 0);
	assert_int_equal(mkdir("inner", 0700), 0);
	file = fopen("inner/file", "w");
	assert_non_null(file);
	fclose(file);
	assert_int_equal(symlink("inner/file", "first"), 0);
	assert_int_equal(symlink("first", "outer"), 0);
	assert_int_equal(symlink("loop", "loop"), 0);
	assert_int_equal(chmod("inner/file", row->file), 0);
	assert_int_equal(chmod("inner", row->inner), 0);
	err = trusted_path(row->path, error, sizeof(error));
	if (row->wrong) {
		assert_true(err < 0);
		assert_non_null(strstr(error, row->wrong));
	} else {
		assert_string_equal(error, "");
		assert_int_equal(err, 0);
	}
	assert_int_equal(chdir("/"), 0);
	snprintf(command, sizeof(command), "rm -r %s", folder);
	assert_int_equal(system(command), 0);
}

/* Files of other users: only root can make one. */
TEST(test_owner)
{
	char path[] = "/tmp/trusted.XXXXXX", error[512];
	int fd = mkstemp(path);

	assert_true(fd >= 0);
	if (!geteuid()) {
		assert_int_equal(fchown(fd, 12345, 0), 0);
		assert_true(trusted_path(path, error, sizeof(error)) < 0);
		assert_non_null(strstr(error, "belongs to user 12345"));
	}
	unlink(path);
	close(fd);
}
