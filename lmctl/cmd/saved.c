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
#include "lmctl/cmd/flowlist.h"
#include "lmctl/cmd/saved.h"
#include "lmctl/node/sets.h"

/* Bounds memory and time: a million of the longest flows. */
#define FILE_MAX ((off_t)1 << 30)
/* The last line, which a file that was cut off does not have. */
#define END "# end"

static int file_name(const char *folder, const char *set, char *path)
{
	if (*set != '.' && !strchr(set, '/') &&
	    snprintf(path, PATH_MAX, "%s/%s.flows", folder, set) < PATH_MAX - 4)
		return 0;
	lmctl_error("set '%s': no file can have its name: its flows are not kept over a stop",
		    set);
	return -EINVAL;
}

static int take_flow(const struct sr6flow_set *set,
		     const struct sr6flow_record *record, void *arg)
{
	struct flowlist *list = arg;
	int err = flowlist_append(list, &record->flow, 0);

	if (err)
		return err;
	list->items[list->n - 1].timed = set->timeout != SR6FLOW_NO_TIMEOUT;
	list->items[list->n - 1].timeout = record->timeout;
	return 0;
}

static int begin_again(void *arg)
{
	struct flowlist *list = arg;

	list->n = 0;
	return 0;
}

/* The newest flow comes first in a dump. */
static void write_lines(FILE *stream, const struct flowlist *list)
{
	char text[SR6FLOW_FLOW_STRLEN];
	size_t i;

	for (i = list->n; i--;) {
		const struct flowlist_item *item = &list->items[i];

		fputs(sr6flow_flow_format(&item->flow, text), stream);
		if (item->timed)
			fprintf(stream, " timeout %u", item->timeout);
		fputc('\n', stream);
	}
	fputs(END "\n", stream);
}

static int write_file(const char *path, const struct flowlist *list)
{
	char temporary[PATH_MAX + 8];
	FILE *stream;
	int fd, err;

	snprintf(temporary, sizeof(temporary), "%s.new", path);
	unlink(temporary);
	fd = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	stream = fd < 0 ? NULL : fdopen(fd, "w");
	if (!stream)
		return -errno;
	write_lines(stream, list);
	err = fflush(stream) || fsync(fd) ? -errno : ferror(stream) ? -EIO : 0;
	if (fclose(stream) && !err)
		err = -errno;
	if (!err && rename(temporary, path))
		err = -errno;
	if (err)
		unlink(temporary);
	return err;
}

int saved_write(struct sr6flow *handle, const char *folder, const char *set)
{
	struct flowlist list = { 0 };
	char path[PATH_MAX];
	int err = lmctl_dump(handle, set, take_flow, begin_again, &list);

	if (err == -ENOENT) {
		err = 0;
	} else if (err) {
		lmctl_error("the flows of set '%s' are not saved: %s", set,
			    sr6flow_error(handle));
	} else if (!(err = file_name(folder, set, path))) {
		err = write_file(path, &list);
		if (err)
			lmctl_error("%s: %s; the flows of set '%s' are not saved",
				    path, strerror(-err), set);
	}
	flowlist_free(&list);
	return err;
}

static bool is_whole(int fd, off_t size)
{
	char end[sizeof(END)];

	return size >= (off_t)sizeof(end) &&
	       pread(fd, end, sizeof(end), size - (off_t)sizeof(end)) ==
	       (ssize_t)sizeof(end) && !memcmp(end, END "\n", sizeof(end));
}

/* What is wrong with a file before a line of it is read. */
static const char *problem(int fd)
{
	struct stat status;

	if (fstat(fd, &status))
		return strerror(errno);
	if (!S_ISREG(status.st_mode) || status.st_uid != geteuid() ||
	    status.st_mode & (S_IWGRP | S_IWOTH))
		return "not a file that only this user can write";
	if (status.st_size > FILE_MAX)
		return "too long";
	return is_whole(fd, status.st_size) ? NULL : "it has no end";
}

static int restore(struct sr6flow *handle, const char *path, const char *set)
{
	struct flowlist list = { 0 };
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	const char *text = fd < 0 ? strerror(errno) : problem(fd);
	FILE *stream = NULL;
	int err = -EINVAL;

	if (!text) {
		stream = fdopen(fd, "r");
		text = stream ? NULL : strerror(errno);
	}
	if (text)
		lmctl_error("%s: %s", path, text);
	else
		err = flowlist_read_stream(&list, stream, path) ?:
		      flowlist_add(&list, handle, set, SR6FLOW_NO_TIMEOUT,
				   FLOWLIST_KEEP);
	if (stream)
		fclose(stream);
	else if (fd >= 0)
		close(fd);
	flowlist_free(&list);
	return err;
}

void saved_forget(const char *folder, const char *set)
{
	char path[PATH_MAX];

	if (!file_name(folder, set, path))
		unlink(path);
}

void saved_restore(struct sr6flow *handle, const char *folder, const char *set)
{
	char path[PATH_MAX];

	if (file_name(folder, set, path) || access(path, F_OK))
		return;
	if (!restore(handle, path, set))
		unlink(path);
	else
		lmctl_warning("set '%s' continues without the flows that were saved in %s; remove the file, or correct it and add it with 'lmctl add --file'",
			      set, path);
}
