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
#include <sys/wait.h>
#include <unistd.h>
#include "lmctl/cmd/cmd.h"
#include "lmctl/engine/recording.h"
#include "test/unit/fake_sr6flow.h"
#include "test/unit/unit.h"

#define ARGS_MAX 32
#define SECONDS_MAX 600

static const struct row {
	int status;
	const char *arguments;
} rows[] = {
	{ 0, "" },
	{ 0, "--version" },
	{ 0, "--help" },
	{ 0, "--usage" },
	{ 2, "--bogus" },
	{ 2, "bogus" },
	{ 2, "--json stats" },

	{ 0, "init --help" },
	{ 0, "init tx --netmask 0 --ip6tables=/bin/true" },
	{ 0, "init rx --ip6tables /bin/true --set new" },
	{ 0, "init tx --set new --mask 0x30000 --colour 0x20000 --timeout 1min"
	     " --maxelem 5 --hashsize 64 --forceadd --skbinfo"
	     " --ip6tables=/bin/true" },
	{ 0, "init tx -s new -m 0x30000 --colour 65536 -t 5 -M 5 -H 64 -n" },
	{ 2, "init tx -c 65536 -n" },
	{ 0, "init rx -s new --netmask 0 --ip6tables=/bin/true" },
	{ 0, "init rx -s new --netmask=128 --ip6tables=/bin/true" },
	{ 2, "init rx --netmask 129" },
	{ 2, "init rx --netmask /64" },
	{ 1, "init tx --netmask 0 --ip6tables=/bin/false" },
	{ 1, "init tx --netmask 0 --ip6tables=/nonexistent/ip6tables" },
	{ 1, "init tx --netmask 0 --mask 0x10 --ip6tables=/bin/true" },
	{ 2, "init" },
	{ 2, "init both" },
	{ 2, "init tx rx" },
	{ 2, "init tx --mask 0x70000" },
	{ 2, "init tx --mask 0x10001" },
	{ 2, "init tx --mask 0x100" },
	{ 2, "init tx --mask 0" },
	{ 2, "init tx --mask 0x1ffffffff" },
	{ 2, "init tx --mask 3x" },
	{ 2, "init tx --mask -1" },
	{ 2, "init tx --colour 0x30000" },
	{ 2, "init tx --timeout 500ms" },
	{ 2, "init tx --timeout 2147484" },
	{ 2, "init tx --maxelem 0" },
	{ 2, "init tx --hashsize 4294967296" },
	{ 2, "init tx --mask" },

	{ 0, "deinit --ip6tables=/bin/false" },
	{ 0, "deinit tx rx --ip6tables=/bin/false" },
	{ 0, "deinit tx --set absent" },
	{ 1, "deinit --ip6tables=/nonexistent/ip6tables" },
	{ 2, "deinit lm-tx" },

	{ 0, "add tx fcff::1" },
	{ 0, "add tx a=fcff::1 b=fcff::2,fcff::3 --timeout 10" },
	{ 0, "add rx --exist gold=fcff:2::1,fcff:8::100" },
	{ 0, "add lm-rx -e -t 0 fcff::1" },
	{ 0, "add tx a=fcff:1::1@fcff::1 fcff:1::2@fcff::1,fcff::2" },
	{ 2, "add tx @fcff::1" },
	{ 2, "add tx fcff:1::zz@fcff::1" },
	{ 1, "add tx fcff:1::1/64@fcff::1" },
	{ 2, "add tx fcff:1::1@" },
	{ 0, "add tx --file /dev/null" },
	{ 1, "add tx fcff:2::1,fcff:8::100" },
	{ 1, "add tx fcff::1 fcff::1" },
	{ 1, "add absent fcff::1" },
	{ 1, "add tx --file /nonexistent/file" },
	{ 1, "add tx --file /" },
	{ 2, "add" },
	{ 2, "add tx" },
	{ 2, "add tx fcff::zz" },
	{ 2, "add tx fcff::1/64" },
	{ 2, "add tx =fcff::1" },
	{ 2, "add tx a/b=fcff::1" },
	{ 2, "add tx fcff::1, " },
	{ 2, "add tx fcff::1 --timeout x" },
	{ 2, "add tx -f a -f b" },
	{ 2, "add tx 1::,2::,3::,4::,5::,6::,7::,8::,9::,a::,b::,c::,d::,e::,"
	     "f::,10::,11::" },

	{ 0, "del tx fcff:2::1,fcff:8::100" },
	{ 0, "del tx other=fcff:2::1,fcff:8::100" },
	{ 0, "del tx --exist fcff::1" },
	{ 1, "del tx fcff::1" },
	{ 1, "del absent fcff::1" },
	{ 2, "del" },
	{ 2, "del tx" },
	{ 2, "del tx --timeout 3 fcff::1" },

	{ 0, "flush tx" },
	{ 1, "flush absent" },
	{ 2, "flush" },
	{ 2, "flush tx rx" },

	{ 0, "flows" },
	{ 0, "flows tx --json" },
	{ 1, "flows absent" },
	{ 1, "flows absent --json" },
	{ 2, "flows tx rx" },

	{ 0, "colour" },
	{ 0, "colour --json" },
	{ 0, "colour tx" },
	{ 0, "colour tx -j" },
	{ 0, "colour tx toggle" },
	{ 0, "colour tx 0x20000" },
	{ 0, "colour tx 131072 --json" },
	{ 1, "colour tx 0x30000" },
	{ 1, "colour absent" },
	{ 1, "colour absent toggle" },
	{ 2, "colour tx red" },
	{ 2, "colour tx 0x" },
	{ 2, "colour tx toggle toggle" },

	{ 0, "stats" },
	{ 0, "stats gold" },
	{ 0, "stats fcff:2::1,fcff:8::100 --set rx --json" },
	{ 0, "stats -s tx -s rx --explain" },
	{ 1, "stats silver" },
	{ 1, "stats gold silver --json" },
	{ 1, "stats --set absent" },
	{ 1, "stats --set absent --json" },
	{ 2, "stats /" },
	{ 2, "stats --watch=0" },
	{ 2, "stats --watch=soon" },
	{ 2, "stats --set" },

	{ 0, "import tx --dry-run" },
	{ 0, "import --table 254 --name x%i-%d:%t" },
	{ 0, "import rx --table main --exist" },
	{ 0, "import --table default -n" },
	{ 1, "import absent" },
	{ 2, "import tx rx" },
	{ 2, "import --table 0" },
	{ 2, "import --table nosuchtable" },
	{ 2, "import --table 5x" },
	{ 2, "import --name a/b" },
	{ 2, "import --name %x" },
	{ 2, "import --name %" },
	{ 2, "import --name -%d" },
	{ 2, "import --name 0123456789012345678901234567890123" },

	{ 0, "rotate --period 1h --once" },
	{ 0, "rotate tx -p 10 --guard 4s --guard-band 500ms --once" },
	{ 1, "rotate absent --period 1s --once" },
	{ 1, "rotate absent --period 1s" },
	{ 2, "rotate tx rx --period 1s" },
	{ 2, "rotate tx --period 25h" },
	{ 2, "rotate tx --period 1s --guard 100ms" },
	{ 2, "rotate tx --period 1s --guard-band 500ms" },
	{ 2, "rotate tx" },
	{ 2, "rotate tx --period 0" },
	{ 2, "rotate tx --period soon" },
	{ 0, "record tx --period 200ms --blocks 1" },
	{ 0, "record tx --period 200ms --blocks 1 -o /dev/null --node n" },
	{ 1, "record tx --period 200ms --blocks 1 -o /dev/full" },
	{ 1, "record tx --period 200ms -o /nonexistent/file" },
	{ 1, "record absent --period 200ms" },
	{ 2, "record tx rx --period 10s" },
	{ 2, "record tx --period 10s --node=" },
	{ 2, "record tx --period 10s --node=\x1b[2J" },
	{ 2, "record --period 10s" },
	{ 2, "record tx" },
	{ 2, "record tx --period 10s --blocks x" },
	{ 1, "loss /nonexistent/a /nonexistent/b" },
	{ 1, "loss /dev/null /dev/null" },
	{ 1, "loss - /etc/hostname" },
	{ 2, "loss - -" },
	{ 2, "loss --json=yes a b" },
	{ 2, "loss" },
	{ 2, "loss a" },
	{ 2, "loss a b c" },

	{ 0, "history --help" },
	{ 1, "history --file /nonexistent/history.db" },
	{ 1, "history gold -j --invalid --since 2026-11-22 --until 2026-11-22T15:04Z"
	     " --measurement core --file /dev/null" },
	{ 1, "history --file /etc/hostname" },
	{ 2, "history gold silver" },
	{ 2, "history --since yesterday" },
	{ 2, "history --since 1761343200" },
	{ 2, "history --since 20261025" },
	{ 1, "history --since @1761343200 --file /nonexistent/history.db" },
	{ 2, "history --until 2026-02-30" },
	{ 2, "history --since 1h --until 2h" },
	{ 2, "history --since 2026-11-22T15:04Z --until 2026-11-22T15:04Z" },

	{ 0, "plot --help" },
	{ 1, "plot gold -o a.png --file /nonexistent/history.db" },
	{ 2, "plot" },
	{ 2, "plot gold" },
	{ 2, "plot -o a.png" },
	{ 2, "plot gold -o a.pdf" },
	{ 2, "plot gold -o png" },
	{ 2, "plot gold silver -o a.svg" },
	{ 2, "plot gold -o a.svg --since 1x" },

	{ 0, "run --help" },
	{ 0, "run --check -c lmctl/lmctl.conf.example" },
	{ 1, "run --check -c /nonexistent/file" },
	{ 1, "run -c /dev/null" },
	{ 2, "run lmctl.conf" },
	{ 2, "run -c" },
	{ 2, "run --period 1s" },

	{ 0, "reflect --help" },
	{ 1, "reflect absent --period 1s --listen [::1]:18620" },
	{ 1, "reflect --period 1s --listen [2001:db8::1]:18620" },
	{ 1, "reflect --period 1s --keys /nonexistent/keys" },
	{ 1, "reflect --stamp-only --keys /dev/null" },
	{ 2, "reflect" },
	{ 2, "reflect rx" },
	{ 2, "reflect --stamp-only rx" },
	{ 2, "reflect --period 1s --listen localhost" },
	{ 2, "reflect --period 1s --listen [::1]:0" },
	{ 2, "reflect --period 1s --listen ::1:65536x" },
	{ 2, "reflect --period 1s --rate fast" },
	{ 2, "reflect --period 1s --rate 10000001" },
	{ 2, "reflect --period 1s --burst 0" },
	{ 2, "reflect --period 1s --freshness 25h" },
	{ 2, "reflect --period 1s --freshness soon" },
	{ 2, "reflect --period 1s --tlv-type 239" },
	{ 2, "reflect --period 1s --tlv-type 252" },
	{ 2, "reflect --period 1s --node=" },
	{ 2, "reflect --period 1s --guard 950ms" },
	{ 2, "reflect --period 1s 01234567890123456789012345678901" },
	{ 2, "reflect --period 1s rx lm-rx" },
	{ 2, "reflect --period 1s a b c d e f g h i j k l m n o p q" },

	{ 0, "measure --help" },
	{ 1, "measure ::1 --period 1s --set absent" },
	{ 1, "measure ::1 --period 1s --keys /nonexistent/keys" },
	{ 1, "measure ::1 --period 1s --source 2001:db8::1" },
	{ 2, "measure" },
	{ 2, "measure ::1" },
	{ 2, "measure --period 1s" },
	{ 2, "measure localhost --period 1s" },
	{ 2, "measure =::1 --period 1s" },
	{ 2, "measure a=::1 a=::2 --period 1s" },
	{ 2, "measure a=::1 b=::1 --period 1s" },
	{ 2, "measure ::1 ::2 ::3 ::4 ::5 ::6 ::7 ::8 ::9 ::10 ::11 ::12 ::13"
	     " ::14 ::15 ::16 ::17 --period 1s" },
	{ 2, "measure ::1 --period 1s --key a" },
	{ 2, "measure ::1 --period 1s --mtu 1279" },
	{ 2, "measure ::1 --period 1s --mtu 9217" },
	{ 2, "measure ::1 --period 1s --window 0" },
	{ 2, "measure ::1 --period 1s --window 65536" },
	{ 2, "measure ::1 --period 1s --ssid 65536" },
	{ 2, "measure ::1 --period 1s --mark 0" },
	{ 2, "measure ::1 --period 1s --blocks 0" },
	{ 2, "measure ::1 --period 1s --source nowhere" },
	{ 2, "measure ::1 --period 1s --source [::1]:5" },
	{ 2, "measure ::1 --period 1s --set=" },
	{ 2, "measure 192.0.2.1 --period 1s --in-band" },
	{ 2, "measure 192.0.2.1 --period 1s --source ::1" },

	{ 0, "check --help" },
	{ 1, "check ::1 --period 1s --set absent" },
	{ 2, "check" },
	{ 2, "check ::1" },
	{ 2, "check --period 1s" },
	{ 2, "check --set rx --period 1s" },
	{ 2, "measure --set rx" },
	{ 1, "check --set absent" },
	{ 2, "check ::1 --period 1s --blocks 1001" },
	{ 2, "check ::1 --period 1s --watch" },
};

/* What the stand-in for the library is to do in the next child. */
static struct {
	int flows_error;
	unsigned int netmask;
} wanted;

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

/* Standard output or standard error goes to @to, the other one nowhere. */
static pid_t start(const char *arguments, int stream, int *from)
{
	int fds[2];
	pid_t pid;

	assert_int_equal(pipe(fds), 0);
	fflush(NULL);
	pid = fork();
	if (!pid) {
		int null = open("/dev/null", O_RDWR);

		dup2(null, STDIN_FILENO);
		dup2(null, STDOUT_FILENO);
		dup2(null, STDERR_FILENO);
		dup2(fds[1], stream);
		close(fds[0]);
		close(fds[1]);
		close(null);
		exit(child(arguments));
	}
	assert_true(pid > 0);
	close(fds[1]);
	*from = fds[0];
	return pid;
}

static int run_for(const char *arguments, int stream, char *text, size_t size)
{
	size_t len = 0;
	int from, status;
	pid_t pid = start(arguments, stream, &from);
	ssize_t n;

	while ((n = read(from, text + len, size - 1 - len)) > 0)
		len += (size_t)n;
	text[len] = '\0';
	close(from);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

static int run(const char *arguments, char *message, size_t size)
{
	return run_for(arguments, STDERR_FILENO, message, size);
}

static bool one_line(const char *message)
{
	const char *end = strchr(message, '\n');

	return !strncmp(message, "lmctl", 5) && end && !end[1];
}

TEST(test_rows)
{
	unsigned int failed = 0;
	char message[4096];
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		int status = run(rows[i].arguments, message, sizeof(message));
		bool clean = rows[i].status ? one_line(message) : !*message;

		if (status == rows[i].status && clean)
			continue;
		print_error("lmctl %s: status %d, not %d; stderr: %s\n",
			    rows[i].arguments, status, rows[i].status,
			    message);
		failed++;
	}
	assert_int_equal(failed, 0);
}

/* Masks that work but deserve a word. */
TEST(test_warnings)
{
	static const struct {
		const char *arguments;
		const char *word;
	} warnings[] = {
		{ "init tx -s new -n -m 0x0c", "Traffic Class" },
		{ "init tx -s new -n -m 0x03", "ECN BITS" },
		{ "init tx -s new -n -m 0x10000", "one bit" },
		{ "init tx --ip6tables=/bin/true", "netmask 0: it stays" },
	};
	char message[4096];
	size_t i;

	for (i = 0; i < sizeof(warnings) / sizeof(warnings[0]); i++) {
		assert_int_equal(run(warnings[i].arguments, message,
				     sizeof(message)), 0);
		assert_non_null(strstr(message, warnings[i].word));
		assert_true(one_line(message));
	}
}

static void fails(int status, const char *arguments, const char *sentence)
{
	char message[4096];

	assert_int_equal(run(arguments, message, sizeof(message)), status);
	if (!strstr(message, sentence))
		fail_msg("'%s' has no '%s'", message, sentence);
}

/* For the right reason. */
TEST(test_errors)
{
	fails(1, "check --set absent", "a sentence of the library");
	fails(1, "add rx ::7/64@::1",
	      "set 'lm-rx' has netmask 0, not 64: its flows have no source, remove ::7/64@");
	wanted.netmask = 64;
	fails(1, "add rx ::1 a=::7/128@::1",
	      "set 'lm-rx' has netmask 64, not 128: remove the netmask from ::7/128@");
	fails(1, "del rx ::7/999@::1", "set 'lm-rx' has netmask 64, not 999");
	/* No netmask of a set. */
	fails(2, "add rx ::7/0@::1", "'::7/0' is not an IPv6 address");
	fails(2, "add rx ::7/@::1", "'::7/' is not an IPv6 address");
	fails(2, "add rx ::7/-64@::1", "'::7/-64' is not an IPv6 address");
	fails(2, "add rx ::7/64x@::1", "'::7/64x' is not an IPv6 address");
	fails(2, "add rx ::7/0064@::1", "'::7/0064' is not an IPv6 address");
	fails(2, "add rx ::7/64@::1/64@::1", "'::1/64@::1' is not an IPv6 address");
	fails(2, "add rx ::7/64", "'::7/64' is not an IPv6 address");
	fails(2, "add rx /64@::1", "a source is missing");
	wanted.netmask = 0;
}

/* A set whose state can be read and whose flows cannot. */
TEST(test_unreadable)
{
	static const char *const sets[] = { "tx", "rx" };
	char arguments[64], text[4096];
	size_t i;

	for (i = 0; i < sizeof(sets) / sizeof(sets[0]); i++) {
		snprintf(arguments, sizeof(arguments), "check --json --set %s",
			 sets[i]);
		run_for(arguments, STDOUT_FILENO, text, sizeof(text));
		assert_null(strstr(text, "cannot be read"));
		wanted.flows_error = -EPROTO;
		assert_int_equal(run_for(arguments, STDOUT_FILENO, text,
					 sizeof(text)), 1);
		wanted.flows_error = 0;
		assert_non_null(strstr(text, "cannot be read: a sentence of the library"));
	}
}

/* A file with @text, to which a recording is appended. */
static void records_to(const char *text, int expected, const char *word)
{
	char name[] = "/tmp/test_cmdline.XXXXXX", line[256], message[4096];
	int fd = mkstemp(name);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	close(fd);
	snprintf(line, sizeof(line), "record tx --period 200ms --blocks 1 -o %s",
		 name);
	assert_int_equal(run(line, message, sizeof(message)), expected);
	if (!strstr(message, word))
		fail_msg("'%s' has no '%s'", message, word);
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

	records_to("root:x:0\nuser:x:1", 1, "no recording");
	records_to("secret", 1, "no recording");
	snprintf(text, sizeof(text), "%.*s{\"v", (int)whole->len, whole->text);
	records_to(text, 0, "its last 3 bytes");
	snprintf(text, sizeof(text), "%.*s", 20, whole->text);
	records_to(text, 0, "its last 20 bytes");
}

#define LONG_MAX_LEN 32
#define LONGS_MAX 128

/* What was seen of options: the long form of each short, and the reverse. */
static char of_short[128][LONG_MAX_LEN];
static struct {
	char name[LONG_MAX_LEN];
	char brief;
} longs[LONGS_MAX];

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
	char *of = of_short[(unsigned char)brief % 128];
	size_t i;

	if (brief && *of && strcmp(of, name))
		fail_msg("%s: -%c is --%s and --%s", command, brief, name, of);
	if (brief)
		strcpy(of, name);
	for (i = 0; i < LONGS_MAX && *longs[i].name; i++)
		if (!strcmp(longs[i].name, name))
			break;
	assert_true(i < LONGS_MAX);
	if (*longs[i].name && longs[i].brief != brief)
		fail_msg("%s: --%s has not the short form of others", command,
			 name);
	strcpy(longs[i].name, name);
	longs[i].brief = brief;
}

static size_t check_help(const char *command)
{
	char help[16384], line[64], name[LONG_MAX_LEN], brief, *at, *rest = help;
	size_t n = 0;

	snprintf(line, sizeof(line), "%s --help", command);
	assert_int_equal(run_for(line, STDOUT_FILENO, help, sizeof(help)), 0);
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
	char help[16384], command[32], *at;
	unsigned int commands = 0;

	assert_int_equal(run_for("--help", STDOUT_FILENO, help, sizeof(help)),
			 0);
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
