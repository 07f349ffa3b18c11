/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Files that decide what this user runs.
 */
#ifndef LMCTL_BASE_TRUSTED_H
#define LMCTL_BASE_TRUSTED_H

#include <stdbool.h>
#include <stddef.h>

/**
 * trusted_path() - check that no other user can change or replace a file
 * @path: path of the file
 * @error: filled with a sentence that names the place and the remedy
 * @size: its size in bytes
 *
 * The file, its directories, and those of each symbolic link on the way must belong to
 * root or to this user. Only they, and the group root, may write there. Others may also
 * write in a directory with the sticky bit, where they cannot replace the files of root.
 *
 * Return: 0, -EPERM, or another negative errno if a part of the path cannot be examined.
 */
int trusted_path(const char *path, char *error, size_t size);

/**
 * trusted_config() - check a configuration file before programs that it names are run
 * @path: path of the file
 *
 * Root refuses what trusted_path() refuses. Other users have no more rights than the
 * programs, and pipes cannot be replaced.
 *
 * Return: false after a message.
 */
bool trusted_config(const char *path);

#endif /* LMCTL_BASE_TRUSTED_H */
