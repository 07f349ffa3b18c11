// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lmctl/base/spawn.h"

extern char **environ;

static int set_attributes(posix_spawnattr_t *attributes, bool group)
{
	short flags = POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK;
	sigset_t all, none;

	if (group)
		flags |= POSIX_SPAWN_SETPGROUP;
	sigfillset(&all);
	sigemptyset(&none);
	return posix_spawnattr_setsigdefault(attributes, &all) ?:
	       posix_spawnattr_setsigmask(attributes, &none) ?:
	       posix_spawnattr_setpgroup(attributes, 0) ?:
	       posix_spawnattr_setflags(attributes, flags);
}

static int set_actions(posix_spawn_file_actions_t *actions, const int fd[3])
{
	int i, err = 0;

	for (i = STDIN_FILENO; !err && i <= STDERR_FILENO; i++)
		err = fd[i] == SPAWN_NULL ?
		      posix_spawn_file_actions_addopen(actions, i, "/dev/null",
						       O_RDWR, 0) :
		      posix_spawn_file_actions_adddup2(actions, fd[i], i);
	return err ?: posix_spawn_file_actions_addclosefrom_np(actions,
							       STDERR_FILENO + 1);
}

int spawn_start(const struct spawn *spawn, pid_t *pid)
{
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attributes;
	int err;

	err = posix_spawn_file_actions_init(&actions);
	if (err)
		return -err;
	err = posix_spawnattr_init(&attributes);
	if (!err) {
		err = set_actions(&actions, spawn->fd) ?:
		      set_attributes(&attributes, spawn->group);
		if (!err)
			err = posix_spawnp(pid, spawn->argv[0], &actions,
					   &attributes,
					   (char *const *)spawn->argv,
					   spawn->env ? spawn->env : environ);
		posix_spawnattr_destroy(&attributes);
	}
	posix_spawn_file_actions_destroy(&actions);
	return -err;
}

int spawn_wait(pid_t pid, int *status)
{
	while (waitpid(pid, status, 0) < 0)
		if (errno != EINTR)
			return -errno;
	return 0;
}
