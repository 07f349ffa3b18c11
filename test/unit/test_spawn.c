// SPDX-License-Identifier: GPL-2.0-only
/*
 * Programs that lmctl runs: what they inherit, and what not.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lmctl/base/spawn.h"
#include "test/unit/unit.h"

static char output[256];

/* Run a script, with @env; its standard output is kept. Returns the status. */
static int run(const char *script, char *const *env)
{
	const char *const argv[] = { "sh", "-c", script, NULL };
	int fds[2], status;
	ssize_t n;
	pid_t pid;

	assert_int_equal(pipe(fds), 0);
	assert_int_equal(spawn_start(&(struct spawn){
			.argv = argv, .env = env, .fd = { SPAWN_NULL, fds[1], fds[1] },
	}, &pid), 0);
	close(fds[1]);
	memset(output, 0, sizeof(output));
	while ((n = read(fds[0], output + strlen(output),
			 sizeof(output) - 1 - strlen(output))) > 0)
		;
	close(fds[0]);
	assert_int_equal(spawn_wait(pid, &status), 0);
	return status;
}

/* One that other code opened without O_CLOEXEC. */
TEST(test_descriptors)
{
	int fd = fcntl(STDOUT_FILENO, F_DUPFD, 100);

	assert_true(fd >= 100 && fd < 200);
	assert_int_equal(run("readlink /proc/$$/fd/0; for n in $(seq 100 199); do [ ! -e /proc/$$/fd/$n ] || echo $n; done", NULL),
			 0);
	assert_string_equal(output, "/dev/null\n");
	close(fd);
}

TEST(test_signals)
{
	sigset_t set, before;
	int status;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigprocmask(SIG_BLOCK, &set, &before);
	signal(SIGPIPE, SIG_IGN);
	status = run("kill -PIPE $$", NULL);
	assert_true(WIFSIGNALED(status));
	assert_int_equal(WTERMSIG(status), SIGPIPE);
	status = run("kill -TERM $$", NULL);
	assert_true(WIFSIGNALED(status));
	assert_int_equal(WTERMSIG(status), SIGTERM);
	signal(SIGPIPE, SIG_DFL);
	sigprocmask(SIG_SETMASK, &before, NULL);
}

TEST(test_environment)
{
	static char only[] = "ONLY=this";
	char *const env[] = { only, NULL };

	assert_int_equal(setenv("SPAWN_TEST", "inherited", 1), 0);
	assert_int_equal(run("echo $SPAWN_TEST", NULL), 0);
	assert_string_equal(output, "inherited\n");
	assert_int_equal(run("echo $SPAWN_TEST$ONLY", env), 0);
	assert_string_equal(output, "this\n");
}

TEST_NATIVE(NULL, NULL, test_absent)
{
	const char *const argv[] = { "/none/program", NULL };
	pid_t pid;

	assert_int_equal(spawn_start(&(struct spawn){
			.argv = argv, .fd = { SPAWN_NULL, SPAWN_NULL, SPAWN_NULL },
	}, &pid), -ENOENT);
}

/* Bytes that are no program are not given to a shell. */
TEST_NATIVE(NULL, NULL, test_no_shell)
{
	char path[] = "/tmp/test_spawn.XXXXXX";
	const char *const argv[] = { path, NULL };
	int fd = mkstemp(path);
	pid_t pid;

	assert_int_equal(dprintf(fd, "exit 3\n"), 7);
	fchmod(fd, 0700);
	close(fd);
	assert_int_equal(spawn_start(&(struct spawn){
			.argv = argv, .fd = { SPAWN_NULL, SPAWN_NULL, SPAWN_NULL },
	}, &pid), -ENOEXEC);
	unlink(path);
}
