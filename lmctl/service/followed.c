// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lmctl/base/messages.h"
#include "lmctl/service/followed.h"

/* systemd lists several folders with colons between them. */
static bool file_name(const char *set, char *path)
{
	const char *folder = getenv("STATE_DIRECTORY");

	return folder && *folder && *set != '.' && !strchr(set, '/') &&
	       snprintf(path, PATH_MAX, "%.*s/%s.followed",
			(int)strcspn(folder, ":"), folder, set) < PATH_MAX - 4;
}

static void write_flow(const struct sr6flow_flow *flow, void *arg)
{
	char text[SR6FLOW_FLOW_STRLEN];

	fprintf(arg, "%s\n", sr6flow_flow_format(flow, text));
}

void followed_write(const char *set, const struct following *following)
{
	char path[PATH_MAX], temporary[PATH_MAX + 8];
	FILE *stream;
	int fd, err;

	if (!file_name(set, path))
		return;
	snprintf(temporary, sizeof(temporary), "%s.new", path);
	unlink(temporary);
	fd = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	stream = fd < 0 ? NULL : fdopen(fd, "w");
	err = stream ? 0 : errno;
	if (stream) {
		following_each(following, write_flow, stream);
		err = fflush(stream) || fsync(fd) ? errno : ferror(stream) ? EIO : 0;
		fclose(stream);
	}
	if (!err && rename(temporary, path))
		err = errno;
	if (!err)
		return;
	unlink(temporary);
	lmctl_warning("%s: %s; flows of set '%s' stay if their routes are removed before the next start",
		      path, strerror(err), set);
}

static void read_lines(FILE *stream, struct following *following)
{
	struct sr6flow_flow flow;
	char *line = NULL, error[256];
	size_t size = 0;

	while (getline(&line, &size, stream) > 0) {
		line[strcspn(line, "\n")] = '\0';
		if (!sr6flow_flow_parse(&flow, line, error, sizeof(error)))
			following_remember(following, &flow);
	}
	free(line);
}

void followed_read(const char *set, struct following *following)
{
	struct stat status;
	char path[PATH_MAX];
	FILE *stream;
	int fd;

	if (!file_name(set, path))
		return;
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	stream = fd < 0 ? NULL : fdopen(fd, "r");
	if (!stream)
		return;
	if (!fstat(fd, &status) && S_ISREG(status.st_mode) &&
	    status.st_uid == geteuid() && !(status.st_mode & (S_IWGRP | S_IWOTH)))
		read_lines(stream, following);
	fclose(stream);
	unlink(path);
}
