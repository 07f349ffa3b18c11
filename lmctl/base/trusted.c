// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "lmctl/base/messages.h"
#include "lmctl/base/trusted.h"

/* As many as the kernel follows. */
#define LINKS_MAX 40

static int check_place(const char *path, const struct stat *st, char *error,
		       size_t size)
{
	mode_t others = S_IWOTH | (st->st_gid ? S_IWGRP : 0);

	if (st->st_uid && st->st_uid != geteuid()) {
		snprintf(error, size, "'%s' belongs to user %u, who can change the programs that lmctl runs: chown it to root",
			 path, (unsigned int)st->st_uid);
		return -EPERM;
	}
	/* The mode of a link has no effect. */
	if (S_ISLNK(st->st_mode) || !(st->st_mode & others) ||
	    (S_ISDIR(st->st_mode) && st->st_mode & S_ISVTX))
		return 0;
	snprintf(error, size, "'%s' has mode %04o, so others than root can change the programs that lmctl runs: chmod go-w it",
		 path, st->st_mode & 07777U);
	return -EPERM;
}

/* Put the target of the link that ends at @at in the place of this part of the path. */
static int follow(char *path, size_t at)
{
	char link[PATH_MAX], target[PATH_MAX], rest[PATH_MAX];
	ssize_t len;
	int n;

	memcpy(link, path, at);
	link[at] = '\0';
	len = readlink(link, target, sizeof(target) - 1);
	if (len < 0)
		return -errno;
	target[len] = '\0';
	while (*target != '/' && at && path[at - 1] != '/')
		at--;
	strcpy(rest, path + strlen(link));
	n = snprintf(path + (*target == '/' ? 0 : at),
		     PATH_MAX - (*target == '/' ? 0 : at), "%s%s", target, rest);
	return (size_t)n < PATH_MAX - at ? 0 : -ENAMETOOLONG;
}

/* Return: 1 after a link, 0 at the end of the path, or a negative errno. */
static int check_parts(char *path, char *error, size_t size)
{
	size_t at = 0;
	struct stat st;
	char end;
	int err;

	do {
		at += strspn(path + at, "/");
		at += strcspn(path + at, "/");
		end = path[at];
		path[at] = '\0';
		err = lstat(path, &st) ? -errno : check_place(path, &st, error, size);
		path[at] = end;
		if (!err && S_ISLNK(st.st_mode))
			err = follow(path, at) ?: 1;
	} while (!err && end);
	return err;
}

int trusted_path(const char *path, char *error, size_t size)
{
	char whole[PATH_MAX] = "", root[] = "/";
	size_t used = 0;
	int err, links = 0;

	if (*path != '/' && !getcwd(whole, sizeof(whole) - 1))
		return -errno;
	if (*path != '/')
		used = strlen(strcat(whole, "/"));
	*error = '\0';
	if (strlen(path) >= sizeof(whole) - used)
		err = -ENAMETOOLONG;
	else
		err = check_parts(root, error, size);
	if (!err)
		strcpy(whole + used, path);
	while (!err && (err = check_parts(whole, error, size)) == 1)
		err = ++links > LINKS_MAX ? -ELOOP : 0;
	if (err && !*error)
		snprintf(error, size, "cannot examine '%s': %s", path,
			 strerror(-err));
	return err;
}

bool trusted_config(const char *path)
{
	char error[512];
	struct stat st;

	if (geteuid() || stat(path, &st) || !S_ISREG(st.st_mode) ||
	    !trusted_path(path, error, sizeof(error)))
		return true;
	lmctl_error("%s: %s", path, error);
	return false;
}
