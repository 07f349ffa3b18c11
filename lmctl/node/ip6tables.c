// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include "lmctl/base/messages.h"
#include "lmctl/base/spawn.h"
#include "lmctl/base/trusted.h"
#include "lmctl/node/ip6tables.h"

#define ARGS_MAX 16
/* Most duplicates of one rule that are removed. */
#define DUPLICATES_MAX 1000
/* ip6tables -C and -D: there is no such rule. */
#define STATUS_ABSENT 1

/* Arguments for ip6tables; -w waits for another ip6tables. */
static void command(const struct ip6tables *rule, const char *action,
		    const char **args)
{
	*args++ = rule->program;
	*args++ = "-w";
	*args++ = "-t";
	*args++ = "mangle";
	*args++ = action;
	*args++ = rule->marking ? "POSTROUTING" : "PREROUTING";
	if (!strcmp(action, "-I"))
		*args++ = "1";
	*args++ = "-m";
	*args++ = "set";
	*args++ = "--match-set";
	*args++ = rule->set;
	*args++ = rule->marking ? "src" : "dst";
	*args = NULL;
}

static const char *action_add(const struct ip6tables *rule)
{
	return rule->marking ? "-A" : "-I";
}

static const char *join(const char *const *args, char *text)
{
	size_t len = 0;

	for (; *args && len < IP6TABLES_STRLEN; args++)
		len += (size_t)snprintf(text + len, IP6TABLES_STRLEN - len,
					"%s%s", len ? " " : "", *args);
	return text;
}

const char *ip6tables_text(const struct ip6tables *rule, char *text)
{
	const char *args[ARGS_MAX];

	command(rule, action_add(rule), args);
	return join(args, text);
}

/* Read to the end, so that the child never blocks, and keep the beginning. */
static void read_output(int fd, char *output, size_t size)
{
	char rest[1024];
	size_t len = 0;
	ssize_t n;

	do {
		bool full = len == size - 1;

		n = read(fd, full ? rest : output + len,
			 full ? sizeof(rest) : size - 1 - len);
		if (n > 0 && !full)
			len += (size_t)n;
	} while (n > 0 || (n < 0 && errno == EINTR));
	output[len] = '\0';
}

/* The first line that is neither empty nor a # remark about other tables. */
static char *message_of(char *output)
{
	char *line;

	while ((line = strsep(&output, "\n")))
		if (*line && *line != '#')
			break;
	return line;
}

/* Exit status of the program, or a negative errno after a message. */
static int run(const char *const *args, char *output, size_t size)
{
	int fds[2], status, err;
	char error[512];
	pid_t pid;

	if (strchr(args[0], '/') && !access(args[0], F_OK) &&
	    trusted_path(args[0], error, sizeof(error))) {
		lmctl_error("cannot run %s: %s", args[0], error);
		return -EPERM;
	}
	if (pipe2(fds, O_CLOEXEC)) {
		err = -errno;
		lmctl_error("cannot create a pipe for %s: %s", args[0], strerror(-err));
		return err;
	}
	err = spawn_start(&(struct spawn){
			.argv = args, .fd = { SPAWN_NULL, fds[1], fds[1] },
	}, &pid);
	close(fds[1]);
	if (err) {
		close(fds[0]);
		lmctl_error("cannot run %s: %s; install iptables, or use --ip6tables=PROGRAM",
			    args[0], strerror(-err));
		return err;
	}
	read_output(fds[0], output, size);
	close(fds[0]);
	err = spawn_wait(pid, &status);
	if (err)
		return err;
	if (WIFSIGNALED(status)) {
		lmctl_error("%s was killed by signal %d", args[0],
			    WTERMSIG(status));
		return -EINTR;
	}
	return WEXITSTATUS(status);
}

/* Returns 0, a status that the caller expects, or a negative errno. */
static int rule_do(const struct ip6tables *rule, const char *action,
		   int expected)
{
	const char *args[ARGS_MAX];
	char text[IP6TABLES_STRLEN];
	char output[1024], *message;
	int status;

	command(rule, action, args);
	status = run(args, output, sizeof(output));
	if (status <= 0 || status == expected)
		return status;
	message = message_of(output);
	if (message)
		lmctl_error("'%s' failed: %s", join(args, text), message);
	else
		lmctl_error("'%s' failed with exit status %d",
			    join(args, text), status);
	return -EIO;
}

int ip6tables_check(const struct ip6tables *rule)
{
	int status = rule_do(rule, "-C", STATUS_ABSENT);

	return status < 0 ? status : status != STATUS_ABSENT;
}

int ip6tables_add(const struct ip6tables *rule)
{
	return rule_do(rule, action_add(rule), 0);
}

int ip6tables_del(const struct ip6tables *rule)
{
	int n, status;

	for (n = 0; n < DUPLICATES_MAX; n++) {
		status = ip6tables_check(rule);
		if (status <= 0)
			return status ? status : n;
		/*
		 * The legacy -C accepts a rule without counting as this one, -D does
		 * not.
		 */
		status = rule_do(rule, "-D", STATUS_ABSENT);
		if (status)
			return status < 0 ? status : n;
	}
	return n;
}
