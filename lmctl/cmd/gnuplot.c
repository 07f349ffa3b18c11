// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include "lmctl/base/messages.h"
#include "lmctl/base/spawn.h"
#include "lmctl/cmd/gnuplot.h"

/* The most useful line of gnuplot's errors: the last that is not blank. */
static void tell(FILE *errors)
{
	char line[256], last[256] = "it ended without saying why";

	rewind(errors);
	while (fgets(line, sizeof(line), errors)) {
		line[strcspn(line, "\n")] = '\0';
		if (line[strspn(line, " \t^")])
			strcpy(last, line);
	}
	lmctl_error("gnuplot cannot write the plot: %s", last);
}

static int run(FILE *script, int picture, FILE *errors)
{
	/* Ignore the user's settings, which could do anything. */
	static const char *const argv[] = { "gnuplot", "--default-settings", NULL };
	const struct spawn program = {
		.argv = argv,
		.fd = { fileno(script), picture, fileno(errors) },
	};
	int status, err;
	pid_t pid;

	if (lseek(fileno(script), 0, SEEK_SET) < 0) {
		err = -errno;
		lmctl_error("cannot read the script for gnuplot: %s", strerror(-err));
		return err;
	}
	err = spawn_start(&program, &pid);
	if (err == -ENOENT) {
		lmctl_error("gnuplot is not installed: install the package gnuplot-nox");
		return err;
	}
	if (err) {
		lmctl_error("cannot run gnuplot: %s", strerror(-err));
		return err;
	}
	err = spawn_wait(pid, &status);
	if (err)
		return err;
	if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
		return 0;
	tell(errors);
	return -EIO;
}

static int finish(int picture, const char *from, const char *to)
{
	mode_t mask = umask(0);

	umask(mask);
	if (fchmod(picture, 0666 & ~mask) || rename(from, to))
		return -errno;
	return 0;
}

int gnuplot_run(FILE *script, const char *path)
{
	FILE *errors = tmpfile();
	char temporary[PATH_MAX];
	int picture = -1, err = 0;

	if (!errors) {
		err = -errno;
		lmctl_error("cannot create a temporary file: %s", strerror(-err));
		return err;
	}
	if (snprintf(temporary, PATH_MAX, "%s.XXXXXX", path) >= PATH_MAX)
		err = -ENAMETOOLONG;
	else if ((picture = mkostemp(temporary, O_CLOEXEC)) < 0)
		err = -errno;
	if (!err) {
		err = run(script, picture, errors);
		if (!err)
			err = finish(picture, temporary, path);
		else
			path = NULL;
		if (err)
			unlink(temporary);
		close(picture);
	}
	fclose(errors);
	if (err && path)
		lmctl_error("cannot write '%s': %s", path, strerror(-err));
	return err;
}
