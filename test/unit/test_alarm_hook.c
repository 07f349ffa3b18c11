// SPDX-License-Identifier: GPL-2.0-only
/*
 * Programs of alarms: what they get, and that their number and time are
 * bounded. The program is a script beside this test.
 */
#include <cap-ng.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lmctl/sinks/alarm/alarm_hook.h"
#include "result_make.h"
#include "test/unit/capture.h"
#include "test/unit/golden.h"
#include "test/unit/unit.h"

/* Limit of waiting for a condition, on a machine of any speed. */
#define PATIENCE_MS 600000
/* Of so many programs one ends within HOOKS_LAST_MS on such a machine. */
#define ENDS_MAX 100

/* Files appear under their last name when they are complete. */
static const char script[] =
	"#!/bin/sh\n"
	"cd \"$2\" || exit 1\n"
	"case $1 in\n"
	"inspect)\n"
	"	tr '\\0' '\\n' </proc/$$/environ | sort >environ.new\n"
	"	while read -r line; do\n"
	"		echo \"$line\"\n"
	"	done </proc/$$/status >status\n"
	"	ls /proc/$$/fd >fds\n"
	"	readlink /proc/$$/fd/0 /proc/$$/fd/2 >streams\n"
	"	mv environ.new environ;;\n"
	"log)\n"
	"	echo x >>started\n"
	"	while ! [ -e go ]; do sleep 0.02; done\n"
	"	echo \"$SR6FLOW_STATE $SR6FLOW_BLOCK\" >>log;;\n"
	"hang)\n"
	"	sleep 1000 &\n"
	"	echo $! >child.new\n"
	"	mv child.new child\n"
	"	wait;;\n"
	"fail)\n"
	"	exit 3;;\n"
	"esac\n";

static char directory[ALARM_TEXT_LEN - 8], program[ALARM_TEXT_LEN];
static struct alarm_config lossy;
static struct sr6flow_flow gold;
static struct segment loss;
static struct hooks *hooks;

static const char *path(const char *name)
{
	static char text[ALARM_TEXT_LEN + 16];

	snprintf(text, sizeof(text), "%s/%s", directory, name);
	return text;
}

/* A file of the script, empty if there is none. */
static const char *contents(const char *name)
{
	static char text[8192];
	FILE *file = fopen(path(name), "re");
	size_t n = file ? fread(text, 1, sizeof(text) - 1, file) : 0;

	text[n] = '\0';
	if (file)
		fclose(file);
	return text;
}

static unsigned int lines(const char *name)
{
	return count(contents(name), "\n");
}

static struct alarm_event event(const char *what)
{
	const struct alarm_event made = {
		.alarm = &lossy, .raised = true, .measurement = "core",
		.flow = &gold, .block = 7, .loss = &loss,
	};

	snprintf(lossy.args[1], sizeof(lossy.args[1]), "%s", what);
	return made;
}

#define wait_until(condition)                           \
	do {                                            \
		unsigned int ms;                        \
							\
		for (ms = 0; !(condition); ms += 10) {  \
			assert_true(ms < PATIENCE_MS);  \
			usleep(10000);                  \
		}                                       \
	} while (0)

/* Until nothing runs. */
static void finish(void)
{
	wait_until(hooks_reap(hooks) == INT64_MAX);
}

static void wait_lines(const char *name, unsigned int n)
{
	wait_until(lines(name) >= n);
}

static void touch(const char *name)
{
	int fd = open(path(name), O_CREAT | O_WRONLY | O_CLOEXEC, 0644);

	assert_true(fd >= 0);
	close(fd);
}

static int clean(void **state)
{
	static const char *const names[] = {
		"environ", "status", "fds", "streams", "started", "log", "go", "child",
	};
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(names); i++)
		unlink(path(names[i]));
	loss = (struct segment){ RESULT_EXACT, NULL, 1000, 990, 0, 0, 10 };
	lossy = (struct alarm_config){ .name = "lossy", .nargs = 3 };
	snprintf(lossy.args[0], sizeof(lossy.args[0]), "%s", program);
	snprintf(lossy.args[2], sizeof(lossy.args[2]), "%s", directory);
	return 0;
}

static int setup(void **state)
{
	int fd;

	/* Not in the build folder, where an unprivileged user may not come. */
	strcpy(directory, "/tmp/test_alarm_hook.XXXXXX");
	if (!mkdtemp(directory) || chmod(directory, 0777))
		return -1;
	snprintf(program, sizeof(program), "%s/script", directory);
	fd = open(program, O_CREAT | O_WRONLY | O_CLOEXEC, 0755);
	if (fd < 0 || write(fd, script, strlen(script)) < 0 || close(fd))
		return -1;
	gold = make_flow("gold=fcff:2::1,fcff:8::100");
	return clean(state);
}

static int start(void **state)
{
	hooks = hooks_new(HOOKS_LIMIT);
	return clean(state);
}

static int stop(void **state)
{
	hooks_free(hooks);
	return capture_teardown(state);
}

static int teardown(void **state)
{
	clean(state);
	unlink(program);
	return rmdir(directory);
}

/* The source is apart from the SID list. */
TEST_WITH(start, stop, test_environment)
{
	struct sr6flow_flow flow = make_flow("gold=fd00::@fcff:2::1,fcff:8::100");
	struct alarm_event raised = event("inspect");

	flow.netmask = 64;
	raised.flow = &flow;
	hooks_run(hooks, &raised);
	assert_true(hooks_reap(hooks) < INT64_MAX || *contents("environ"));
	finish();
	golden("alarm-hook-raised", contents("environ"));
}

TEST_WITH(start, stop, test_unknown)
{
	struct alarm_event cleared = event("inspect");

	loss = (struct segment){ .status = RESULT_INVALID,
				 .word = "no-answer" };
	cleared.raised = false;
	hooks_run(hooks, &cleared);
	finish();
	golden("alarm-hook-no-answer", contents("environ"));
	unlink(path("environ"));
	cleared.loss = NULL;
	hooks_run(hooks, &cleared);
	finish();
	golden("alarm-hook-no-block", contents("environ"));
}

/* A mask of the script; those of glibc, 32 and 33, are not looked at. */
static unsigned long long signals(const char *name)
{
	const char *line = strstr(contents("status"), name);

	assert_non_null(line);
	return strtoull(line + strlen(name) + 1, NULL, 16) & 0x7fffffff;
}

/* Descriptors and signals of the service are its own. */
TEST_NATIVE(start, stop, test_inherits_nothing)
{
	struct alarm_event raised = event("inspect");
	int fd = fcntl(STDERR_FILENO, F_DUPFD, 50);
	sigset_t term, before;
	char number[16];

	assert_true(fd >= 50);
	snprintf(number, sizeof(number), "%d\n", fd);
	sigemptyset(&term);
	sigaddset(&term, SIGTERM);
	sigprocmask(SIG_BLOCK, &term, &before);
	signal(SIGPIPE, SIG_IGN);
	hooks_run(hooks, &raised);
	finish();
	signal(SIGPIPE, SIG_DFL);
	sigprocmask(SIG_SETMASK, &before, NULL);
	close(fd);
	/* The shell has some of its own, from 10 on. */
	assert_non_null(strstr(contents("fds"), "2\n"));
	assert_null(strstr(contents("fds"), number));
	assert_string_equal(contents("streams"),
			    "/dev/null\n/dev/null\n");
	assert_int_equal(signals("SigBlk"), 0);
	assert_int_equal(signals("SigIgn"), 0);
}

/* The service: not root, capabilities kept and even made ambient. */
static int unprivileged(void)
{
	struct alarm_event raised = event("inspect");
	unsigned int ms;

	if (!geteuid()) {
		/* Fails without the capability, and so does the test. */
		capng_clear(CAPNG_SELECT_BOTH);
		capng_update(CAPNG_ADD, CAPNG_EFFECTIVE | CAPNG_PERMITTED |
			     CAPNG_INHERITABLE | CAPNG_BOUNDING_SET,
			     CAP_NET_BIND_SERVICE);
		if (capng_change_id(65534, 65534, CAPNG_DROP_SUPP_GRP) ||
		    prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE,
			  CAP_NET_BIND_SERVICE, 0, 0))
			return 1;
	}
	hooks = hooks_new(HOOKS_LIMIT);
	hooks_run(hooks, &raised);
	for (ms = 0; hooks_reap(hooks) != INT64_MAX; ms += 10) {
		if (ms > PATIENCE_MS)
			return 2;
		usleep(10000);
	}
	hooks_free(hooks);
	return 0;
}

TEST_NATIVE(start, stop, test_capabilities)
{
	int status;
	pid_t pid;

	fflush(NULL);
	pid = fork();
	if (!pid)
		_exit(unprivileged());
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	assert_non_null(strstr(contents("status"),
			       "\nCapPrm:\t0000000000000000\n"
			       "CapEff:\t0000000000000000\n"));
	assert_non_null(strstr(contents("status"),
			       "\nCapAmb:\t0000000000000000\n"));
}

/* Gone, or a zombie that nobody waits for. */
static bool dead(pid_t pid)
{
	char name[64], line[128] = "";
	FILE *file;

	snprintf(name, sizeof(name), "/proc/%d/stat", pid);
	file = fopen(name, "re");
	if (!file)
		return true;
	if (!fgets(line, sizeof(line), file))
		line[0] = '\0';
	fclose(file);
	return !*line || strstr(line, ") Z ");
}

static void wait_dead(pid_t pid)
{
	assert_true(pid > 0);
	wait_until(dead(pid));
}

TEST_WITH(start, stop, test_time_limit)
{
	struct alarm_event raised = event("hang");

	hooks_free(hooks);
	hooks = hooks_new(500 * BLOCK_NS_PER_MS);
	hooks_run(hooks, &raised);
	wait_lines("child", 1);
	finish();
	wait_dead(atoi(contents("child")));
}

/* At the end of the service. */
TEST_NATIVE(start, stop, test_end)
{
	struct alarm_event raised = event("hang");
	unsigned int i;

	hooks_run(hooks, &raised);
	wait_lines("child", 1);
	hooks_free(hooks);
	wait_dead(atoi(contents("child")));
	touch("go");
	raised = event("log");
	hooks = hooks_new(HOOKS_LIMIT);
	for (i = 0; i < ENDS_MAX && !lines("log"); i++) {
		hooks_run(hooks, &raised);
		hooks_free(hooks);
		hooks = hooks_new(HOOKS_LIMIT);
	}
	assert_string_equal(contents("log"), "raised 7\n");
}

TEST_WITH(start, stop, test_bounds)
{
	const unsigned int all = HOOKS_RUNNING_MAX + HOOKS_WAITING_MAX;
	struct alarm_event raised = event("log");
	unsigned int i;

	for (i = 0; i < all + 5; i++) {
		/* Another flow each. */
		gold.sids[0].s6_addr[15] = (uint8_t)i;
		raised.block = i;
		hooks_run(hooks, &raised);
	}
	wait_lines("started", HOOKS_RUNNING_MAX);
	hooks_reap(hooks);
	assert_int_equal(lines("started"), HOOKS_RUNNING_MAX);
	capture(STDERR_FILENO);
	hooks_summary(hooks);
	hooks_summary(hooks);
	golden("alarm-hook-bounds", capture_end());
	touch("go");
	finish();
	assert_int_equal(lines("log"), all);
}

/* Copies a text but for a line that must be in it. */
static void remove_line(char *to, const char *text, const char *line)
{
	const char *at = strstr(text, line);

	assert_non_null(at);
	to = mempcpy(to, text, (size_t)(at - text));
	strcpy(to, at + strlen(line));
}

/* A program hears that an alarm was cleared after it has heard of its raise. */
TEST_WITH(start, stop, test_order)
{
	struct alarm_event change = event("log");
	char log[256];

	for (change.block = 0; change.block < 6; change.block++) {
		change.raised = !(change.block & 1);
		hooks_run(hooks, &change);
	}
	/* That of another flow does not wait for them. */
	gold.sids[0].s6_addr[15]++;
	change.raised = true;
	hooks_run(hooks, &change);
	wait_lines("started", 2);
	assert_int_equal(lines("started"), 2);
	touch("go");
	finish();
	remove_line(log, contents("log"), "raised 6\n");
	assert_string_equal(log, "raised 0\ncleared 1\nraised 2\n"
			    "cleared 3\nraised 4\ncleared 5\n");
}

TEST_NATIVE(start, stop, test_failures)
{
	struct alarm_event raised = event("fail");
	const char *text;
	unsigned int i;

	capture(STDERR_FILENO);
	hooks_run(hooks, &raised);
	finish();
	snprintf(lossy.args[0], sizeof(lossy.args[0]), "/nonexistent/x");
	for (i = 0; i < 20; i++)
		hooks_run(hooks, &raised);
	hooks_summary(hooks);
	text = capture_end();
	assert_true(hooks_reap(hooks) == INT64_MAX);
	assert_int_equal(count(text, "\n"), 11);
	assert_int_equal(count(text, "failed with exit status 3\n"), 1);
	assert_int_equal(count(text, "lmctl: warning: alarm 'lossy': program '/nonexistent/x' "
			       "cannot be run: No such file or directory\n"), 9);
	assert_int_equal(count(text, "11 more programs failed"), 1);
}

TEST_WITH(start, stop, test_no_program)
{
	struct alarm_event raised = event("inspect");

	lossy.nargs = 0;
	hooks_run(hooks, &raised);
	assert_true(hooks_reap(hooks) == INT64_MAX);
}

/* Other children of the service are somebody else's. */
TEST_NATIVE(start, stop, test_other_children)
{
	struct alarm_event raised = event("inspect");
	siginfo_t info;
	pid_t pid;
	int status;

	fflush(NULL);
	pid = fork();
	if (!pid)
		_exit(5);
	assert_int_equal(waitid(P_PID, (id_t)pid, &info, WEXITED | WNOWAIT), 0);
	hooks_run(hooks, &raised);
	finish();
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(WEXITSTATUS(status), 5);
}

UNIT_REGISTER(group)
{
	unit_group(setup, teardown);
}
