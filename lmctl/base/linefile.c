// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lmctl/base/linefile.h"
#include "lmctl/base/messages.h"

/* Size of the buffer of lines, in bytes. */
#define BUFFER_SIZE (256 * 1024)
/* Longest line of a recording, in bytes. */
#define LINE_MAX_LEN 16384

static int failed(struct linefile *file, int err)
{
	if (file->told != err)
		lmctl_error("cannot write to '%s': %s", file->path,
			    strerror(err));
	file->told = err;
	return -err;
}

/* Size of a regular file; -1 for other files. */
static off_t regular_size(int fd)
{
	struct stat st;

	if (fstat(fd, &st) || !S_ISREG(st.st_mode))
		return -1;
	return st.st_size;
}

/* Offset of the end of the last whole line of a file, or -1 with errno. */
static off_t lines_end(int fd, off_t size)
{
	char chunk[4096];

	while (size > 0) {
		size_t len = size < (off_t)sizeof(chunk) ? (size_t)size :
							   sizeof(chunk);
		ssize_t got = pread(fd, chunk, len, size - (off_t)len);
		const char *end;

		if (got != (ssize_t)len) {
			errno = got < 0 ? errno : EIO;
			return -1;
		}
		end = memrchr(chunk, '\n', len);
		if (end)
			return size - (off_t)len + (end - chunk) + 1;
		size -= (off_t)len;
	}
	return 0;
}

/* Check whether the line before @end is of the kind that is appended here. */
static bool after_own_line(int fd, off_t end, linefile_own_fn own)
{
	char line[LINE_MAX_LEN];
	off_t from = end > LINE_MAX_LEN ? end - LINE_MAX_LEN : 0;
	size_t len = (size_t)(end - from);
	const char *start;

	if (!len || pread(fd, line, len, from) != (ssize_t)len)
		return false;
	/* Exclude the newline, and search for the one before it. */
	start = memrchr(line, '\n', --len);
	start = start ? start + 1 : line;
	return (start > line || !from) &&
	       own(start, len - (size_t)(start - line), true);
}

/* The file has no whole line, only the beginning of one. */
static bool own_beginning(int fd, off_t size, linefile_own_fn own)
{
	char line[LINE_MAX_LEN];
	ssize_t len = pread(fd, line, size > LINE_MAX_LEN ? LINE_MAX_LEN :
							    (size_t)size, 0);

	return len > 0 && own(line, (size_t)len, false);
}

/* Reason not to cut off the end of a file, or NULL. */
static const char *foreign(int fd, bool link, off_t end, off_t size,
			   linefile_own_fn own)
{
	struct stat st;

	if (link)
		return "it is a symbolic link";
	if (fstat(fd, &st) || st.st_uid != geteuid())
		return "it belongs to another user";
	if (end ? !after_own_line(fd, end, own) : !own_beginning(fd, size, own))
		return "it is not a recording";
	return NULL;
}

static int cut_partial_line(struct linefile *file, bool link,
			    linefile_own_fn own)
{
	off_t size = regular_size(file->fd), end;
	const char *why;

	if (size <= 0)
		return 0;
	end = lines_end(file->fd, size);
	if (end < 0)
		return failed(file, errno);
	if (end == size)
		return 0;
	why = foreign(file->fd, link, end, size, own);
	if (why) {
		lmctl_error("the last line of '%s' is incomplete and is not cut off because %s; complete or remove that line, or use another file",
			    file->path, why);
		return -EINVAL;
	}
	lmctl_warning("the last line of '%s' is incomplete; cutting off its %lld bytes",
		      file->path, (long long)(size - end));
	return ftruncate(file->fd, end) ? failed(file, errno) : 0;
}

/* Do not create a file through a symbolic link. */
static int open_file(const char *path, bool *link)
{
	int flags = O_APPEND | O_CLOEXEC;
	int fd = open(path, O_RDWR | flags | O_NOFOLLOW);

	*link = fd < 0 && errno == ELOOP;
	if (*link)
		fd = open(path, O_RDWR | flags);
	else if (fd < 0 && errno == ENOENT)
		fd = open(path, O_RDWR | flags | O_CREAT | O_NOFOLLOW, 0644);
	/* The last line needs read access; do not open a FIFO for reading. */
	if (fd >= 0 && regular_size(fd) < 0) {
		close(fd);
		fd = open(path, O_WRONLY | flags);
	}
	return fd;
}

int linefile_open(struct linefile *file, const char *path, linefile_own_fn own)
{
	bool link;
	int err;

	if (!path || !strcmp(path, "-")) {
		*file = (struct linefile){
			.path = "standard output", .fd = STDOUT_FILENO,
		};
		return 0;
	}
	*file = (struct linefile){ .path = path };
	file->fd = open_file(path, &link);
	if (file->fd < 0)
		return failed(file, errno);
	err = cut_partial_line(file, link, own);
	if (err)
		close(file->fd);
	return err;
}

/* Best effort: the next recorder cuts off a partial line, too. */
static void take_back(const struct linefile *file, off_t size)
{
	if (size < 0 || regular_size(file->fd) <= size)
		return;
	if (ftruncate(file->fd, size))
		lmctl_warning("'%s' contains incomplete lines",
			      file->path);
	/* Standard output may not be in append mode: its next write would leave a hole. */
	else if (lseek(file->fd, 0, SEEK_CUR) > size)
		lseek(file->fd, size, SEEK_SET);
}

/* Write everything, or report the error and truncate the file to @size. */
static int write_all(struct linefile *file, const char *lines, size_t len,
		     off_t size)
{
	size_t done = 0;

	while (done < len) {
		ssize_t n = write(file->fd, lines + done, len - done);
		int err = errno;

		if (n < 0 && err == EINTR)
			continue;
		if (n < 0) {
			take_back(file, size);
			return failed(file, err);
		}
		done += (size_t)n;
	}
	return 0;
}

int linefile_append(struct linefile *file, const char *lines, size_t len)
{
	return write_all(file, lines, len, regular_size(file->fd));
}

static int begin(struct linefile *file)
{
	file->buffer = malloc(BUFFER_SIZE);
	if (!file->buffer)
		return failed(file, ENOMEM);
	file->start = regular_size(file->fd);
	file->used = 0;
	return 0;
}

static int flush(struct linefile *file)
{
	int err = write_all(file, file->buffer, file->used, file->start);

	file->used = 0;
	return err;
}

int linefile_add(struct linefile *file, const char *line, size_t len)
{
	int err = file->buffer ? 0 : begin(file);

	if (!err && len > BUFFER_SIZE - file->used)
		err = flush(file);
	if (!err && len > BUFFER_SIZE)
		return write_all(file, line, len, file->start);
	if (err)
		return err;
	memcpy(file->buffer + file->used, line, len);
	file->used += len;
	return 0;
}

int linefile_end(struct linefile *file)
{
	int err = file->buffer ? flush(file) : 0;

	free(file->buffer);
	file->buffer = NULL;
	return err;
}

int linefile_close(struct linefile *file)
{
	if (file->buffer)
		take_back(file, file->start);
	free(file->buffer);
	file->buffer = NULL;
	if (file->fd == STDOUT_FILENO)
		return 0;
	return close(file->fd) ? failed(file, errno) : 0;
}
