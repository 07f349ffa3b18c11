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
#include "test/unit/unit.h"

#define ARGS_MAX 32
#define SECONDS_MAX 600

/* Command lines of a command, and the status with which they all end. */
static const struct row {
	int status;
	const char *command;
	const char *arguments[32];
} rows[] = {
	{ 0, "", { "", "--version", "--help", "--usage" } },
	{ 2, "", { "--bogus", "bogus", "--json stats" } },
	{ 0, "init", { "--help", "tx --netmask 0 --ip6tables=/bin/true",
	  "rx --ip6tables /bin/true --set new",
	  "tx --set new --mask 0x30000 --colour 0x20000 --timeout 1min --maxelem 5"
	  " --hashsize 64 --forceadd --skbinfo --ip6tables=/bin/true",
	  "tx -s new -m 0x30000 --colour 65536 -t 5 -M 5 -H 64 -n",
	  "rx -s new --netmask 0 --ip6tables=/bin/true",
	  "rx -s new --netmask=128 --ip6tables=/bin/true" } },
	{ 1, "init", { "tx --netmask 0 --ip6tables=/bin/false",
	  "tx --netmask 0 --ip6tables=/nonexistent/ip6tables",
	  "tx --netmask 0 --mask 0x10 --ip6tables=/bin/true" } },
	{ 2, "init", { "tx -c 65536 -n", "rx --netmask 129", "rx --netmask /64", "", "both",
	  "tx rx", "tx --mask 0x70000", "tx --mask 0x10001", "tx --mask 0x100", "tx --mask 0",
	  "tx --mask 0x1ffffffff", "tx --mask 3x", "tx --mask -1", "tx --colour 0x30000",
	  "tx --timeout 500ms", "tx --timeout 2147484", "tx --maxelem 0",
	  "tx --hashsize 4294967296", "tx --mask" } },
	{ 0, "deinit", { "--ip6tables=/bin/false", "tx rx --ip6tables=/bin/false",
	  "tx --set absent" } },
	{ 1, "deinit", { "--ip6tables=/nonexistent/ip6tables" } },
	{ 2, "deinit", { "lm-tx" } },
	{ 0, "add", { "tx fcff::1", "tx a=fcff::1 b=fcff::2,fcff::3 --timeout 10",
	  "rx --exist gold=fcff:2::1,fcff:8::100", "lm-rx -e -t 0 fcff::1",
	  "tx a=fcff:1::1@fcff::1 fcff:1::2@fcff::1,fcff::2", "tx --file /dev/null" } },
	{ 1, "add", { "tx fcff:1::1/64@fcff::1", "tx fcff:2::1,fcff:8::100",
	  "tx fcff::1 fcff::1", "absent fcff::1", "tx --file /nonexistent/file",
	  "tx --file /" } },
	{ 2, "add", { "tx @fcff::1", "tx fcff:1::zz@fcff::1", "tx fcff:1::1@", "", "tx",
	  "tx fcff::zz", "tx fcff::1/64", "tx =fcff::1", "tx a/b=fcff::1", "tx fcff::1, ",
	  "tx fcff::1 --timeout x", "tx -f a -f b",
	  "tx 1::,2::,3::,4::,5::,6::,7::,8::,9::,a::,b::,c::,d::,e::,f::,10::,11::" } },
	{ 0, "del", { "tx fcff:2::1,fcff:8::100", "tx other=fcff:2::1,fcff:8::100",
	  "tx --exist fcff::1" } },
	{ 1, "del", { "tx fcff::1", "absent fcff::1" } },
	{ 2, "del", { "", "tx", "tx --timeout 3 fcff::1" } },
	{ 0, "flush", { "tx" } },
	{ 1, "flush", { "absent" } },
	{ 2, "flush", { "", "tx rx" } },
	{ 0, "flows", { "", "tx --json" } },
	{ 1, "flows", { "absent", "absent --json" } },
	{ 2, "flows", { "tx rx" } },
	{ 0, "colour", { "", "--json", "tx", "tx -j", "tx toggle", "tx 0x20000",
	  "tx 131072 --json" } },
	{ 1, "colour", { "tx 0x30000", "absent", "absent toggle" } },
	{ 2, "colour", { "tx red", "tx 0x", "tx toggle toggle" } },
	{ 0, "stats", { "", "gold", "fcff:2::1,fcff:8::100 --set rx --json",
	  "-s tx -s rx --explain" } },
	{ 1, "stats", { "silver", "gold silver --json", "--set absent",
	  "--set absent --json" } },
	{ 2, "stats", { "/", "--watch=0", "--watch=soon", "--set" } },
	{ 0, "import", { "tx --dry-run", "--table 254 --name x%i-%d:%t",
	  "rx --table main --exist", "--table default -n" } },
	{ 1, "import", { "absent" } },
	{ 2, "import", { "tx rx", "--table 0", "--table nosuchtable", "--table 5x",
	  "--name a/b", "--name %x", "--name %", "--name -%d",
	  "--name 0123456789012345678901234567890123" } },
	{ 0, "rotate", { "--period 1h --once",
	  "tx -p 10 --guard 4s --guard-band 500ms --once" } },
	{ 1, "rotate", { "absent --period 1s --once", "absent --period 1s" } },
	{ 2, "rotate", { "tx rx --period 1s", "tx --period 25h",
	  "tx --period 1s --guard 100ms", "tx --period 1s --guard-band 500ms", "tx",
	  "tx --period 0", "tx --period soon" } },
	{ 0, "record", { "tx --period 200ms --blocks 1",
	  "tx --period 200ms --blocks 1 -o /dev/null --node n" } },
	{ 1, "record", { "tx --period 200ms --blocks 1 -o /dev/full",
	  "tx --period 200ms -o /nonexistent/file", "absent --period 200ms" } },
	{ 2, "record", { "tx rx --period 10s", "tx --period 10s --node=",
	  "tx --period 10s --node=\x1b[2J", "--period 10s", "tx",
	  "tx --period 10s --blocks x" } },
	{ 1, "loss", { "/nonexistent/a /nonexistent/b", "/dev/null /dev/null",
	  "- /etc/hostname" } },
	{ 2, "loss", { "- -", "--json=yes a b", "", "a", "a b c" } },
	{ 0, "history", { "--help" } },
	{ 1, "history", { "--file /nonexistent/history.db",
	  "gold -j --invalid --since 2026-11-22 --until 2026-11-22T15:04Z --measurement"
	  " core --file /dev/null", "--file /etc/hostname",
	  "--since @1761343200 --file /nonexistent/history.db" } },
	{ 2, "history", { "gold silver", "--since yesterday", "--since 1761343200",
	  "--since 20261025", "--until 2026-02-30", "--since 1h --until 2h",
	  "--since 2026-11-22T15:04Z --until 2026-11-22T15:04Z" } },
	{ 0, "plot", { "--help" } },
	{ 1, "plot", { "gold -o a.png --file /nonexistent/history.db" } },
	{ 2, "plot", { "", "gold", "-o a.png", "gold -o a.pdf", "gold -o png",
	  "gold silver -o a.svg", "gold -o a.svg --since 1x" } },
	{ 0, "run", { "--help", "--check -c lmctl/lmctl.conf.example" } },
	{ 1, "run", { "--check -c /nonexistent/file", "-c /dev/null" } },
	{ 2, "run", { "lmctl.conf", "-c", "--period 1s" } },
	{ 0, "reflect", { "--help" } },
	{ 1, "reflect", { "absent --period 1s --listen [::1]:18620",
	  "--period 1s --listen [2001:db8::1]:18620", "--period 1s --keys /nonexistent/keys",
	  "--stamp-only --keys /dev/null",
	  "--period 1s --learn 5 --learn-timeout 2147483" } },
	{ 2, "reflect", { "", "rx", "--stamp-only rx", "--period 1s --listen localhost",
	  "--period 1s --listen [::1]:0", "--period 1s --listen ::1:65536x",
	  "--period 1s --rate fast", "--period 1s --rate 10000001", "--period 1s --burst 0",
	  "--period 1s --freshness 25h", "--period 1s --freshness soon",
	  "--period 1s --tlv-type 239", "--period 1s --tlv-type 252", "--period 1s --node=",
	  "--period 1s --guard 950ms", "--period 1s 01234567890123456789012345678901",
	  "--period 1s rx lm-rx", "--period 1s ", "--period 1s --keys=",
	  "--period 1s --learn-timeout 2147484", "--period 1s a b c d e f g h i j k l m n o p q" } },
	{ 0, "measure", { "--help" } },
	{ 1, "measure", { "::1 --period 1s --set absent",
	  "::1 --period 1s --keys /nonexistent/keys",
	  "::1 --period 1s --source 2001:db8::1",
	  "::1 --period 1s --set absent --mark 253",
	  "::1 --period 1s --set absent --mark 255" } },
	{ 2, "measure", { "", "::1", "--period 1s", "localhost --period 1s",
	  "=::1 --period 1s", "a=::1 a=::2 --period 1s", "a=::1 b=::1 --period 1s",
	  "::1 ::2 ::3 ::4 ::5 ::6 ::7 ::8 ::9 ::10 ::11 ::12 ::13 ::14 ::15 ::16 ::17"
	  " --period 1s", "::1 --period 1s --key a", "::1 --period 1s --mtu 1279",
	  "::1 --period 1s --mtu 9217", "::1 --period 1s --window 0",
	  "::1 --period 1s --window 65536", "::1 --period 1s --ssid 65536",
	  "::1 --period 1s --mark 0", "::1 --period 1s --mark 254 --in-band",
	  "::1 --period 1s --keys=", "::1 --period 1s --blocks 0",
	  "::1 --period 1s --source nowhere", "::1 --period 1s --source [::1]:5",
	  "::1 --period 1s --set=", "192.0.2.1 --period 1s --in-band",
	  "192.0.2.1 --period 1s --source ::1", "--set rx" } },
	{ 0, "check", { "--help" } },
	{ 1, "check", { "::1 --period 1s --set absent", "--set absent" } },
	{ 2, "check", { "", "::1", "--period 1s", "--set rx --period 1s",
	  "::1 --period 1s --blocks 1001", "::1 --period 1s --watch" } },
};

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

TEST(test_rows)
{
	unsigned int failed = 0, k;
	char line[512];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(rows); i++)
		for (k = 0; rows[i].arguments[k]; k++) {
			const char *arguments = rows[i].arguments[k];
			int status;

			snprintf(line, sizeof(line), "%s%s%s", rows[i].command,
				 *rows[i].command && *arguments ? " " : "", arguments);
			status = run(line);
			if (status == rows[i].status &&
			    (status ? one_line(errors) : !*errors))
				continue;
			print_error("lmctl %s: status %d, not %d; stderr: %s\n",
				    line, status, rows[i].status, errors);
			failed++;
		}
	assert_int_equal(failed, 0);
}

/* Runs a command whose one message has a sentence in it. */
static void warns(int status, const char *arguments, const char *sentence)
{
	assert_int_equal(run(arguments), status);
	if (!strstr(errors, sentence) || !one_line(errors))
		fail_msg("'%s' has no '%s'", errors, sentence);
}

/* Masks that work but deserve a word. */
TEST(test_warnings)
{
	warns(0, "init tx -s new -n -m 0x0c", "Traffic Class");
	warns(0, "init tx -s new -n -m 0x03", "ECN bits");
	warns(0, "init tx -s new -n -m 0x10000", "one bit");
	warns(0, "init tx --ip6tables=/bin/true", "netmask 0 and is kept");
}

/* For the right reason. */
TEST(test_errors)
{
	warns(1, "check --set absent", "a sentence of the library");
	warns(1, "add rx ::7/64@::1",
	      "set 'lm-rx' has netmask 0, not 64: its flows have no source, remove ::7/64@");
	wanted.netmask = 64;
	warns(1, "add rx ::1 a=::7/128@::1",
	      "set 'lm-rx' has netmask 64, not 128: remove the netmask from ::7/128@");
	warns(1, "del rx ::7/999@::1", "set 'lm-rx' has netmask 64, not 999");
	/* No netmask of a set. */
	warns(2, "add rx ::7/0@::1", "'::7/0' is not an IPv6 address");
	warns(2, "add rx ::7/@::1", "'::7/' is not an IPv6 address");
	warns(2, "add rx ::7/-64@::1", "'::7/-64' is not an IPv6 address");
	warns(2, "add rx ::7/64x@::1", "'::7/64x' is not an IPv6 address");
	warns(2, "add rx ::7/0064@::1", "'::7/0064' is not an IPv6 address");
	warns(2, "add rx ::7/64@::1/64@::1", "'::1/64@::1' is not an IPv6 address");
	warns(2, "add rx ::7/64", "'::7/64' is not an IPv6 address");
	warns(2, "add rx /64@::1", "a source is missing");
	wanted.netmask = 0;
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
