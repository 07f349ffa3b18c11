// SPDX-License-Identifier: GPL-2.0-only
/*
 * lmctl's command lines: every row is run through the real parser and the real
 * subcommands in a child process, on a stand-in for the library. An error is
 * one line on stderr that begins with lmctl.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <errno.h>
#include <fcntl.h>
#include <pty.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>
#include "lmctl/cmd/cmd.h"
#include "lmctl/engine/recording.h"
#include "test/unit/fake_sr6flow.h"
#include "test/unit/golden.h"
#include "test/unit/unit.h"

#define ARGS_MAX 32
#define SECONDS_MAX 600

/* What the stand-in for the library is to do in the next child. */
static struct {
	int flows_error;
	unsigned int netmask;
} wanted;

/* What the last command printed. */
static char output[32768], errors[32768];

/* The arguments are separated by single spaces. */
static int child(const char *arguments)
{
	char line[512], *argv[ARGS_MAX + 1] = { (char *)"lmctl" };
	char *word, *rest = line;
	int argc = 1;

	snprintf(line, sizeof(line), "%s", arguments);
	while (*line && argc < ARGS_MAX && (word = strsep(&rest, " ")))
		argv[argc++] = word;
	fake_kernel_reset();
	fake.flows_error = wanted.flows_error;
	fake.netmask = wanted.netmask;
	/* A daemon that starts by mistake must not hang the test. */
	alarm(SECONDS_MAX);
	return lmctl_main(argc, argv);
}

static void read_text(int fd, char *text, size_t size)
{
	ssize_t len = pread(fd, text, size - 1, 0);

	assert_in_range(len, 0, size - 2);
	text[len] = '\0';
	close(fd);
}

/* Returns the exit status, or the signal that ended it, negative. */
static int run_to(int out, const char *arguments)
{
	int err = memfd_create("errors", 0), status;
	pid_t pid;

	assert_true(out >= 0 && err >= 0);
	fflush(NULL);
	pid = fork();
	if (!pid) {
		dup2(open("/dev/null", O_RDONLY), STDIN_FILENO);
		dup2(out, STDOUT_FILENO);
		dup2(err, STDERR_FILENO);
		exit(child(arguments));
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	read_text(err, errors, sizeof(errors));
	return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

static int run(const char *arguments)
{
	int out = memfd_create("output", 0), status = run_to(out, arguments);

	read_text(out, output, sizeof(output));
	return status;
}

/* The same on a terminal. */
static int run_on(const char *term, const char *arguments)
{
	int terminal, other, status;
	ssize_t len;

	assert_int_equal(openpty(&terminal, &other, NULL, NULL, NULL), 0);
	setenv("TERM", term, 1);
	status = run_to(other, arguments);
	len = read(terminal, output, sizeof(output) - 1);
	assert_in_range(len, 1, sizeof(output) - 1);
	output[len] = '\0';
	close(other);
	close(terminal);
	return status;
}

static bool one_line(const char *message)
{
	return !strncmp(message, "lmctl", 5) &&
	       strchr(message, '\n') == message + strlen(message) - 1;
}

/* The status of a command, and its one message. */
static const char *ran(char *input)
{
	static char result[sizeof(errors) + 32];
	int status, skip = 0;

	sscanf(input, "NETMASK=%u %n", &wanted.netmask, &skip);
	status = run(input + skip);
	wanted.netmask = 0;
	if (*errors ? !one_line(errors) : status)
		fail_msg("lmctl %s: status %d, '%s'", input, status, errors);
	snprintf(result, sizeof(result), "status %d%s%s", status, *errors ? ": " : "",
		 errors);
	return result;
}

TEST(test_commands)
{
	golden_rows("commands", ran);
}

/* Their messages depend on the kernel's IPv6, and on valgrind. */
TEST(test_statuses)
{
	assert_int_equal(run("init tx --netmask 0 --ip6tables=/nonexistent/ip6tables"), 1);
	assert_int_equal(run("deinit --ip6tables=/nonexistent/ip6tables"), 1);
	assert_int_equal(run("reflect --period 1s --listen [2001:db8::1]:18620"), 1);
	assert_int_equal(run("measure ::1 --period 1s --source 2001:db8::1"), 1);
}

/* A set whose state can be read and whose flows cannot. */
TEST(test_unreadable)
{
	static const char *const check[] = { "check --json --set tx", "check --json --set rx" };
	size_t i;

	for (i = 0; i < ARRAY_SIZE(check); i++) {
		run(check[i]);
		assert_null(strstr(output, "cannot be read"));
		wanted.flows_error = -EPROTO;
		assert_int_equal(run(check[i]), 1);
		wanted.flows_error = 0;
		assert_non_null(strstr(output, "cannot be read: a sentence of the library"));
	}
}

/* A file with @text, to which a recording is appended. */
static void records_to(const char *text, int expected, const char *word)
{
	char name[] = "/tmp/test_cmdline.XXXXXX", line[256];
	int fd = mkstemp(name);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	close(fd);
	snprintf(line, sizeof(line), "record tx --period 200ms --blocks 1 -o %s",
		 name);
	assert_int_equal(run(line), expected);
	if (!strstr(errors, word))
		fail_msg("'%s' has no '%s'", errors, word);
	unlink(name);
}

/* Only of a recording an end without newline is cut off. */
TEST(test_record_appends)
{
	static struct record_line line;
	static const struct record record = {
		.node = "node", .set = "lm-tx", .period_ms = 200,
		.guard_us = 100000, .band_us = 20000,
		.flow = { .nsids = 1, .sids = { IN6ADDR_LOOPBACK_INIT } },
		.mask = SR6FLOW_MASK_DEFAULT,
		.colour = SR6FLOW_MASK_DEFAULT & -SR6FLOW_MASK_DEFAULT,
	};
	const struct jsonline *whole = record_line(&line, &record);
	char text[4096];

	records_to("root:x:0\nuser:x:1", 1, "not a recording");
	records_to("secret", 1, "not a recording");
	snprintf(text, sizeof(text), "%.*s{\"v", (int)whole->len, whole->text);
	records_to(text, 0, "its 3 bytes");
	snprintf(text, sizeof(text), "%.*s", 20, whole->text);
	records_to(text, 0, "its 20 bytes");
}

/* Only a table that is printed again and again clears the terminal. */
TEST(test_clears)
{
	static const char clear[] = "\033[H\033[J";

	assert_int_equal(run_on("xterm", "stats"), 0);
	assert_null(strstr(output, clear));
	/* A wrong selector ends it after the first table. */
	assert_int_equal(run_on("xterm", "stats nosuch --watch"), 1);
	assert_non_null(strstr(output, clear));
	assert_int_equal(run_on("xterm", "stats nosuch --watch --json"), 1);
	assert_null(strstr(output, clear));
	assert_int_equal(run_on("dumb", "stats nosuch --watch"), 1);
	assert_null(strstr(output, clear));
}

#define LONG_MAX_LEN 32

/* Options seen so far; no short form is 0. */
static struct option_seen {
	char brief;
	char name[LONG_MAX_LEN];
} seen[512];
static size_t nseen;

/* "  -j, --json   text", "      --once   text", or a line of text. */
static bool parse_option(const char *line, char *brief, char *name)
{
	size_t indent = strspn(line, " ");

	*brief = 0;
	if (indent == 2)
		return sscanf(line, " -%c, --%31[a-z0-9-]", brief, name) == 2;
	return indent == 6 && sscanf(line, " --%31[a-z0-9-]", name) == 1;
}

static void check_option(const char *command, char brief, const char *name)
{
	const struct option_seen *of;

	for (of = seen; of < seen + nseen; of++) {
		bool same_name = !strcmp(of->name, name);

		if (same_name ? of->brief != brief : brief && of->brief == brief)
			fail_msg("%s: -%c, --%s, elsewhere -%c, --%s", command, brief,
				 name, of->brief, of->name);
	}
	assert_true(nseen < ARRAY_SIZE(seen));
	seen[nseen].brief = brief;
	strcpy(seen[nseen++].name, name);
}

static size_t check_help(const char *command)
{
	char line[64], name[LONG_MAX_LEN], brief, *at, *rest = output;
	size_t n = 0;

	snprintf(line, sizeof(line), "%s --help", command);
	assert_int_equal(run(line), 0);
	while ((at = strsep(&rest, "\n")))
		if (parse_option(at, &brief, name)) {
			check_option(command, brief, name);
			n++;
		}
	return n;
}

/* A short option is one long one, and that has it in all commands. */
TEST(test_short_options)
{
	char help[sizeof(output)], command[32], *at;
	unsigned int commands = 0;

	assert_int_equal(run("--help"), 0);
	strcpy(help, output);
	at = strstr(help, "Commands:\n");
	assert_non_null(at);
	while ((at = strchr(at, '\n')) &&
	       sscanf(++at, " %31[a-z]", command) == 1 && *at == ' ') {
		/* At least --help, --usage and --version. */
		assert_true(check_help(command) >= 3);
		commands++;
	}
	assert_in_range(commands, 15, 40);
}
