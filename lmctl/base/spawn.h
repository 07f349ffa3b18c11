/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Run other programs, never by way of a shell.
 */
#ifndef LMCTL_BASE_SPAWN_H
#define LMCTL_BASE_SPAWN_H

#include <stdbool.h>
#include <sys/types.h>

/* In spawn.fd: /dev/null. */
#define SPAWN_NULL (-1)

/**
 * struct spawn - a program to run
 * @argv: program and arguments with a NULL at the end; a program without '/' is
 *	  searched for in PATH
 * @env: environment with a NULL at the end; NULL for that of this process
 * @fd: standard input, output and errors: open descriptors or SPAWN_NULL
 * @group: make it the leader of a process group, to be killed with all that it starts
 */
struct spawn {
	const char *const *argv;
	char *const *env;
	int fd[3];
	bool group;
};

/**
 * spawn_start() - start a program
 * @spawn: the program. It gets no descriptor but @fd, no signal is blocked or ignored,
 *	   and it keeps the capabilities that an execve() of this process would leave
 * @pid: filled with its process, for spawn_wait() or waitpid()
 *
 * Return: 0 or a negative errno; nothing has been printed.
 */
int spawn_start(const struct spawn *spawn, pid_t *pid);

/**
 * spawn_wait() - wait until a program has ended
 * @pid: its process
 * @status: filled as by waitpid()
 *
 * Return: 0 or a negative errno.
 */
int spawn_wait(pid_t pid, int *status);

#endif /* LMCTL_BASE_SPAWN_H */
