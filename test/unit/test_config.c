// SPDX-License-Identifier: GPL-2.0-only
#include <stdio.h>
#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "lmctl/base/names.h"
#include "lmctl/service/config.h"
#include "test/unit/unit.h"

#define KEYS \
	"2026-a 000102030405060708090a0b0c0d0e0f\n" \
	"2026-b 101112131415161718191a1b1c1d1e1f\n"
/* Two lines that are a whole configuration. */
#define ENOUGH "period = 10s\nrotate = {tx}\n"
#define WITH_KEYS ENOUGH "keys = \"${TEST_CONFIG}/keys\"\n"
#define MEASURE ENOUGH "measure m { peers = {\"::1\"} }\n"
#define TEXT_16 "0123456789abcdef"
#define TEXT_64 TEXT_16 TEXT_16 TEXT_16 TEXT_16
#define TEXT_256 TEXT_64 TEXT_64 TEXT_64 TEXT_64

static char directory[] = "/tmp/test_config_XXXXXX";
static char path[sizeof(directory) + 16];

static void write_file(const char *name, const char *text, size_t len)
{
	char file[sizeof(directory) + 16];
	FILE *stream;

	snprintf(file, sizeof(file), "%s/%s", directory, name);
	stream = fopen(file, "w");
	assert_non_null(stream);
	assert_int_equal(fwrite(text, 1, len, stream), len);
	assert_int_equal(fclose(stream), 0);
	assert_int_equal(chmod(file, 0600), 0);
}

static struct config *load(const char *text, char *error, size_t size)
{
	write_file("conf", text, strlen(text));
	return config_load(path, error, size);
}

static void assert_refused(const char *text, const char *part)
{
	char error[1024];
	struct config *config = load(text, error, sizeof(error));

	if (config || !strstr(error, part) || strchr(error, '\n') ||
	    strncmp(error, path, strlen(path)))
		fail_msg("'%.200s': '%s', not '%s'", text,
			 config ? "" : error, part);
}

static struct config *assert_loaded(const char *text)
{
	char error[1024];
	struct config *config = load(text, error, sizeof(error));

	if (!config)
		fail_msg("'%.200s': '%s'", text, error);
	return config;
}

TEST(test_syntax)
{
	static const struct {
		const char *text;
		const char *part;
	} rows[] = {
		{ "", "nothing to do" },
		{ "period = 10s", "nothing to do" },
		{ "rotate = {tx}", "period is missing" },
		{ "# one\n# two # three\n\ncolor = 1", ":4: no such option 'color'" },
		{ ENOUGH "reflect { color = 1 }", ":3: no such option 'color'" },
		{ ENOUGH "reflect {\nrate = 1", ":3: the closing brace" },
		{ ENOUGH "reflect { sets = {rx}\nrate = 1", ":3: the closing brace" },
		{ ENOUGH "reflect { rate = \"}\"", ":3: the closing brace" },
		{ ENOUGH "reflect { }\nreflect { }", ":4: a second section reflect" },
		{ ENOUGH "metrics { }\nmetrics { }", ":4: a second section metrics" },
		{ ENOUGH "}", ":3: unexpected closing brace" },
		{ ENOUGH "measure { }", ":3: missing title" },
		{ ENOUGH "node = \"a", ":3: the closing quote" },
		{ ENOUGH "node = 'a\n'", ":3: the closing quote" },
		{ ENOUGH "node = \"a\\", ":3: the closing quote" },
		{ ENOUGH "node = \"a\\\n\"", ":3: the closing quote" },
		{ ENOUGH "node = \"${HOME\"", ":3: '${'" },
		{ ENOUGH "node = \"\\777\"", ":3: invalid octal" },
		{ ENOUGH "node = a*", ":3: text with '*'" },
		{ ENOUGH "node = $HOME", ":3: text with '*'" },
		{ ENOUGH "/* no end", ":3: comments begin with '#'" },
		{ ENOUGH "// no", ":3: comments begin with '#'" },
		{ ENOUGH "node = a\vb", ":3: a control character" },
		{ ENOUGH "node = \"a\\nb\"", ":3: node = 'a?b': must have" },
		{ ENOUGH "\"\\n\" = 1", ":3: no such option '?'" },
		{ ENOUGH "reflect { }\nreflect|rate = 1", ":4: rate belongs into" },
		{ ENOUGH "node =", ":3: premature end" },
		{ ENOUGH "node = {}", ":3: unexpected token" },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(rows); i++)
		assert_refused(rows[i].text, rows[i].part);
	write_file("conf", ENOUGH "\0", sizeof(ENOUGH));
	assert_null(config_load(path, (char [64]){ 0 }, 64));
}

TEST(test_values)
{
	static const struct {
		const char *text;
		const char *part;
	} rows[] = {
		{ "rotate = {tx}\nperiod = 10", "" },
		{ "rotate = {tx}\nperiod = 10x", ":2: period = '10x': not a duration" },
		{ "rotate = {tx}\nperiod = 0", ":2: period = '0': not a duration" },
		{ "rotate = {tx}\nperiod = 2d", ":2: period = '2d': not a duration" },
		{ ENOUGH "guard = 10s", ":3: guard time" },
		{ ENOUGH "guard-band = 5s", ":3: guard time" },
		{ ENOUGH "node = \"\"", ":3: node = ''" },
		{ ENOUGH "node = " TEXT_256, ":3: node = '" TEXT_64 },
		{ ENOUGH "keys = keys", ":3: keys = 'keys': not an absolute path" },
		{ ENOUGH "keys = /nonexistent/keys", "/nonexistent/keys" },
		{ "period = 1s\nrotate = {tx, lm-tx}", ":2: rotate: the set 'lm-tx' comes twice" },
		{ "period = 1s\nrotate = {" TEXT_16 TEXT_16 "}", ":2: rotate: '" TEXT_16 TEXT_16 "' is not" },
		{ "period = 1s\nrotate = {a,b,c,d,e,f,g,h,i,j,k,l,m,n,o,p,q}", ":2: rotate: more than 16 sets" },
		{ ENOUGH "reflect { listen = localhost }", ":3: listen = 'localhost': not an address" },
		{ ENOUGH "reflect { listen = \"[::]:0\" }", ":3: listen = '[::]:0': not an address" },
		{ ENOUGH "reflect { rate = 10000001 }", ":3: rate = '10000001': not a number from 0 to 10000000" },
		{ ENOUGH "reflect { rate = \"\" }", ":3: rate = '': not a number" },
		{ ENOUGH "reflect { rate = -1 }", ":3: rate = '-1': not a number" },
		{ ENOUGH "reflect { burst = 0 }", ":3: burst = '0': not a number" },
		{ ENOUGH "reflect { freshness = 1w }", ":3: freshness = '1w': not a duration" },
		{ ENOUGH "reflect { tlv-type = 239 }", ":3: tlv-type = '239': not a number from 240 to 251" },
		{ ENOUGH "reflect { stateful = maybe }", ":3: invalid boolean value for option 'stateful'" },
		{ ENOUGH "reflect {\nauth = true\n}", ":4: auth = true needs keys" },
		{ ENOUGH "reflect {\nlearn = 5\nsets = {rx}\n}", ":4: section reflect: learn: only authenticated" },
		{ ENOUGH "reflect { learn = 100001 }", ":3: learn = '100001': not a number from 0 to 100000" },
		{ ENOUGH "reflect { learn = -1 }", ":3: learn = '-1': not a number" },
		{ ENOUGH "reflect { learn = 0 }", "" },
		{ ENOUGH "reflect { learn-timeout = 9s }", ":3: learn-timeout = '9s': not a duration" },
		{ ENOUGH "reflect { learn-timeout = 10500ms }", ":3: learn-timeout = '10500ms': not a duration" },
		{ ENOUGH "reflect { learn-timeout = 25d }", ":3: learn-timeout = '25d': not a duration" },
		{ ENOUGH "reflect { learn-timeout = 10s }", "" },
		{ MEASURE "measure m { peers = {\"::1\"} }", ":4: found duplicate title 'm'" },
		{ ENOUGH "measure m {\n}", ":4: section measure \"m\": peers is missing" },
		{ ENOUGH "measure m { peers = {a} peers = {} }", ":3: peers: peer 'a': 'a' is no address" },
		{ ENOUGH "measure m { peers = {::1} peers = {} }", ":3: section measure \"m\": peers is missing" },
		{ ENOUGH "measure \"\" { peers = {::1} }", ":3: section measure: its title" },
		{ ENOUGH "measure " TEXT_64 " { peers = {::1} }", ":3: section measure: its title" },
		{ ENOUGH "measure m { peers = {::1} auth = yes }", ":3: auth = true needs keys" },
		{ ENOUGH "measure m { peers = {::1} key = a }", ":3: key = 'a' needs auth" },
		{ WITH_KEYS "measure m { peers = {::1}\nkey = a }", ":5: no key 'a' in /" },
		{ WITH_KEYS "measure m { peers = {::1}\nkey = a auth = no}", ":5: key = 'a' needs auth" },
		{ ENOUGH "measure m { peers = {::1} mtu = 1279 }", ":3: mtu = '1279': not a number from 1280 to 9216" },
		{ ENOUGH "measure m { peers = {::1} window = 0 }", ":3: window = '0'" },
		{ ENOUGH "measure m { peers = {::1} ssid = 65536 }", ":3: ssid = '65536'" },
		{ ENOUGH "measure m { peers = {::1} mark = 0 }", ":3: mark = '0'" },
		{ ENOUGH "measure m { peers = {::1} mark = 254 }", ":3: mark = '254': the routing table" },
		{ ENOUGH "measure m { peers = {192.0.2.1} in-band = on }", ":3: section measure \"m\": peer '192.0.2.1'" },
		{ ENOUGH "measure m { peers = {::1} set = \"\" }", ":3: set: ''" },
		{ ENOUGH "measure m { peers = {::1} source = \"[::1]:1\" }", ":3: source = '[::1]:1': not an address without a port" },
		{ ENOUGH "measure m { peers = {::1}\nsource = 127.0.0.1 }", ":4: section measure \"m\": source and peer '::1'" },
		{ ENOUGH "metrics { flows = 100001 }", ":3: flows = '100001'" },
		{ ENOUGH "history { }\nhistory { }", ":4: a second section history" },
		{ ENOUGH "history { file = \"\" }", ":3: file = ''" },
		{ ENOUGH "history { file = h.db }", ":3: file = 'h.db': not an absolute path" },
		{ ENOUGH "history { file = /h.db retention = 0 }", ":3: retention = '0'" },
		{ MEASURE "alarm a { }", ":4: section alarm \"a\": raise is missing" },
		{ MEASURE "alarm a { raise = 0 }", ":4: section alarm \"a\": raise is missing or 0" },
		{ MEASURE "alarm a { raise = 1.1 }", ":4: raise = '1.1': not a ratio" },
		{ MEASURE "alarm a { raise = nan }", ":4: raise = 'nan': not a ratio" },
		{ MEASURE "alarm a { raise = 1e }", ":4: raise = '1e': not a ratio" },
		{ MEASURE "alarm a { raise = .1\nclear = .2 }", ":5: section alarm \"a\": clear is more than raise" },
		{ MEASURE "alarm a { raise = .1 raise-blocks = 0 }", ":4: raise-blocks = '0'" },
		{ MEASURE "alarm a { raise = .1 exec = {page} }", ":4: exec = 'page': the program is not an absolute path" },
		{ MEASURE "alarm a { raise = .1 exec = {\"\"} }", ":4: exec = '': the program" },
		{ MEASURE "alarm a { raise = .1 exec = {/p, " TEXT_256 "} }", ":4: exec = '" TEXT_64 },
		{ MEASURE "alarm a { raise = .1 exec = {/,1,2,3,4,5,6,7,8,9,a,b,c,d,e,f,g} }", ":4: exec: more than 16" },
		{ MEASURE "alarm a { raise = .1 measure = n }", ":4: alarm 'a': no section measure has a name like 'n'" },
		{ ENOUGH "alarm a { raise = .1 }", ":3: alarm 'a': no section measure" },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(rows); i++)
		if (rows[i].part[0])
			assert_refused(rows[i].text, rows[i].part);
		else
			config_free(assert_loaded(rows[i].text));
}

static void assert_text(const struct in6_addr *address, const char *expected)
{
	char text[INET6_ADDRSTRLEN];

	assert_non_null(inet_ntop(AF_INET6, address, text, sizeof(text)));
	assert_string_equal(text, expected);
}

TEST(test_defaults)
{
	struct config *config = assert_loaded(ENOUGH "reflect { }\n"
		"measure m { peers = {\"2001:db8::8\"} }\nmetrics { }\n"
		"history { }\nalarm a { raise = 0.5 }\n");
	const struct config_reflect *reflect = &config->reflect;
	const struct config_measure *measure = &config->measure[0];
	const struct alarm_config *alarm = &config->alarm[0];
	char host[NAME_LEN] = "";

	gethostname(host, sizeof(host) - 1);
	assert_string_equal(config->node, host);
	assert_int_equal(config->timing.period, 10 * BLOCK_NS_PER_S);
	assert_int_equal(config->timing.guard, 5 * BLOCK_NS_PER_S);
	assert_int_equal(config->timing.band, BLOCK_NS_PER_S);
	assert_string_equal(config->user, "");
	assert_string_equal(config->keys_file, "");
	assert_int_equal(config->keys.n, 0);
	assert_int_equal(config->nrotate, 1);
	assert_string_equal(config->rotate[0], "lm-tx");
	assert_true(reflect->on);
	assert_text(&reflect->listen.sin6_addr, "::");
	assert_int_equal(ntohs(reflect->listen.sin6_port), 862);
	assert_int_equal(reflect->nsets, 0);
	assert_false(reflect->reflector.auth);
	assert_false(reflect->reflector.stateful);
	assert_int_equal(reflect->reflector.rate, 20000);
	assert_int_equal(reflect->reflector.burst, 4096);
	assert_int_equal(reflect->reflector.freshness, 60 * BLOCK_NS_PER_S);
	assert_int_equal(reflect->reflector.tlv_type, 240);
	assert_string_equal(measure->of.set, "lm-tx");
	assert_string_equal(measure->of.peer[0], "2001:db8::8");
	assert_int_equal(ntohs(measure->address[0].sin6_port), 862);
	assert_false(measure->of.group);
	assert_false(measure->auth);
	assert_false(measure->in_band);
	assert_text(&measure->source, "::");
	assert_int_equal(measure->mtu, 1500);
	assert_int_equal(measure->window, 512);
	assert_int_equal(measure->ssid, 0);
	assert_int_equal(measure->mark, 0x7236);
	assert_int_equal(measure->tlv_type, 240);
	assert_true(config->metrics.on);
	assert_text(&config->metrics.listen.sin6_addr, "::1");
	assert_int_equal(ntohs(config->metrics.listen.sin6_port), 9862);
	assert_int_equal(config->metrics.flows, 1000);
	assert_string_equal(config->history.file, "/var/lib/sr6flow/history.db");
	assert_int_equal(config->history.retention_s, 30 * 86400);
	assert_string_equal(alarm->flow, "*");
	assert_string_equal(alarm->measure, "*");
	assert_int_equal(alarm->raise_blocks, 3);
	assert_true(alarm->clear == 0.05);
	assert_int_equal(alarm->clear_blocks, 5);
	assert_int_equal(alarm->invalid_blocks, 0);
	assert_int_equal(alarm->no_answer_blocks, 3);
	assert_int_equal(alarm->nargs, 0);
	config_free(config);
}

static const char full[] =
	"period = 1s # a comment with a \" and a {\n"
	"guard = 400ms\r\n"
	"guard-band = 50ms\n"
	"node = \"ingress-1\"\n"
	"user = sr6flow\n"
	"rotate = {\"lm-tx\", 'other'}\n"
	"reflect { listen = \"192.0.2.1:1862\" sets = {rx, third,}\n"
	"  stateful = true rate = 0 burst = 1 freshness = 0\n"
	"  tlv-type = 251 auth = false }\n"
	"measure \"to egress\" { set = other\n"
	"  peers = {\"egress=2001:db8::8\", \"[2001:db8::9]:1862\"}\n"
	"  group = true key = \"2026-b\" in-band = true\n"
	"  source = 2001:db8::1 mtu = 9216 window = 7 ssid = 65535\n"
	"  mark = 0x10 tlv-type = 241 auth = true }\n"
	"measure second { peers = ::2 auth = off }\n"
	/* After the sections that depend on it. */
	"keys = \"${TEST_CONFIG}/keys\"\n"
	"metrics { listen = 127.0.0.1 flows = 0 }\n"
	"history { file = \"/var/lib/h.db\" retention = 90d }\n"
	"alarm loss { flow = \"gold*\" measure = \"to *\" raise = 1\n"
	"  raise-blocks = 2 clear = 0 clear-blocks = 4 invalid-blocks = 9\n"
	"  no-answer-blocks = 0\n"
	"  exec = {\"/bin/page\", \"\", \"two words\"} }\n"
	"alarm other { raise = 1e-3 }\n";

static void assert_full_measures(const struct config *config)
{
	const struct config_measure *measure = &config->measure[0];

	assert_int_equal(config->nmeasures, 2);
	assert_string_equal(measure->of.name, "to egress");
	assert_string_equal(measure->of.set, "other");
	assert_int_equal(measure->of.npeers, 2);
	assert_string_equal(measure->of.peer[0], "egress");
	assert_text(&measure->address[0].sin6_addr, "2001:db8::8");
	assert_int_equal(ntohs(measure->address[0].sin6_port), 862);
	assert_string_equal(measure->of.peer[1], "[2001:db8::9]:1862");
	assert_text(&measure->address[1].sin6_addr, "2001:db8::9");
	assert_int_equal(ntohs(measure->address[1].sin6_port), 1862);
	assert_true(measure->of.group);
	assert_string_equal(measure->key, "2026-b");
	assert_true(measure->in_band);
	assert_text(&measure->source, "2001:db8::1");
	assert_int_equal(measure->mtu, 9216);
	assert_int_equal(measure->window, 7);
	assert_int_equal(measure->ssid, 65535);
	assert_int_equal(measure->mark, 16);
	assert_int_equal(measure->tlv_type, 241);
	assert_true(measure->auth);
	measure++;
	assert_string_equal(measure->of.name, "second");
	assert_string_equal(measure->of.set, "lm-tx");
	assert_int_equal(measure->of.npeers, 1);
	assert_string_equal(measure->of.peer[0], "::2");
	assert_string_equal(measure->key, "");
	assert_int_equal(measure->mtu, 1500);
	assert_false(measure->auth);
}

static void assert_full_alarms(const struct config *config)
{
	const struct alarm_config *alarm = &config->alarm[0];

	assert_int_equal(config->nalarms, 2);
	assert_string_equal(alarm->name, "loss");
	assert_string_equal(alarm->flow, "gold*");
	assert_string_equal(alarm->measure, "to *");
	assert_true(alarm->raise == 1);
	assert_int_equal(alarm->raise_blocks, 2);
	assert_true(alarm->clear == 0);
	assert_int_equal(alarm->clear_blocks, 4);
	assert_int_equal(alarm->invalid_blocks, 9);
	assert_int_equal(alarm->no_answer_blocks, 0);
	assert_int_equal(alarm->nargs, 3);
	assert_string_equal(alarm->args[0], "/bin/page");
	assert_string_equal(alarm->args[1], "");
	assert_string_equal(alarm->args[2], "two words");
	alarm++;
	assert_string_equal(alarm->name, "other");
	assert_string_equal(alarm->flow, "*");
	assert_true(alarm->raise == 1e-3);
	assert_int_equal(alarm->nargs, 0);
}

TEST(test_full)
{
	struct config *config = assert_loaded(full);
	const struct config_reflect *reflect = &config->reflect;

	assert_int_equal(config->timing.period, BLOCK_NS_PER_S);
	assert_int_equal(config->timing.guard, 400 * BLOCK_NS_PER_MS);
	assert_int_equal(config->timing.band, 50 * BLOCK_NS_PER_MS);
	assert_string_equal(config->node, "ingress-1");
	assert_string_equal(config->user, "sr6flow");
	assert_int_equal(config->keys.n, 2);
	assert_int_equal(config->nrotate, 2);
	assert_string_equal(config->rotate[1], "other");
	assert_text(&reflect->listen.sin6_addr, "::ffff:192.0.2.1");
	assert_int_equal(ntohs(reflect->listen.sin6_port), 1862);
	assert_int_equal(reflect->nsets, 2);
	assert_string_equal(reflect->set[0], "lm-rx");
	assert_string_equal(reflect->set[1], "third");
	assert_true(reflect->reflector.stateful);
	assert_int_equal(reflect->reflector.rate, 0);
	assert_int_equal(reflect->reflector.burst, 1);
	assert_int_equal(reflect->reflector.freshness, 0);
	assert_int_equal(reflect->reflector.tlv_type, 251);
	assert_false(reflect->reflector.auth);
	assert_full_measures(config);
	assert_text(&config->metrics.listen.sin6_addr, "::ffff:127.0.0.1");
	assert_int_equal(ntohs(config->metrics.listen.sin6_port), 9862);
	assert_int_equal(config->metrics.flows, 0);
	assert_string_equal(config->history.file, "/var/lib/h.db");
	assert_int_equal(config->history.retention_s, 90 * 86400);
	assert_full_alarms(config);
	config_free(config);
}

TEST(test_auth_follows_keys)
{
	struct config *config = assert_loaded(WITH_KEYS
		"reflect { } measure m { peers = {::1} }\n");

	assert_true(config->reflect.reflector.auth);
	assert_true(config->measure[0].auth);
	config_free(config);
}

#define LEARN "keys = \"${TEST_CONFIG}/keys\"\nreflect { sets = {rx} learn = 5 "

static void assert_learn_timeout(const char *text, uint32_t timeout)
{
	struct config *config = assert_loaded(text);

	assert_int_equal(config->reflect.reflector.learn, 5);
	assert_int_equal(config->reflect.reflector.learn_timeout, timeout);
	config_free(config);
}

TEST(test_learn)
{
	assert_learn_timeout("period = 10s\n" LEARN "}\n", 3600);
	assert_learn_timeout("period = 36s\n" LEARN "}\n", 3600);
	assert_learn_timeout("period = 37s\n" LEARN "}\n", 3700);
	assert_learn_timeout("period = 24h\n" LEARN "}\n", 2147483);
	assert_learn_timeout("period = 10s\n" LEARN "learn-timeout = 200 }\n",
			     200);
	assert_refused("period = 11s\n" LEARN "learn-timeout = 200 }\n",
		       ":3: section reflect: the timeout of learned flows, 200s, is shorter than 20 periods");
	assert_refused("period = 10s\n" LEARN "auth = false }\n",
		       ":3: section reflect: learn: only authenticated requests");
	assert_refused("period = 10s\n" LEARN "freshness = 0 }\n",
		       ":3: section reflect: learn: with freshness 0");
	assert_refused("period = 10s\n" LEARN "sets = {} }\n",
		       ":3: section reflect: learn: there is no set");
}

TEST(test_example)
{
	char error[512];
	struct config *config = config_load("lmctl/lmctl.conf.example", error,
					    sizeof(error));

	if (!config)
		fail_msg("%s", error);
	config_free(config);
}

TEST(test_most_sections)
{
	char text[16384] = ENOUGH;
	size_t len = strlen(text);
	struct config *config;
	unsigned int i;

	for (i = 0; i < CONFIG_MEASURES_MAX; i++)
		len += (size_t)sprintf(text + len,
				       "measure m%u { peers = {::1} }\n", i);
	for (i = 0; i < ALARMS_MAX; i++)
		len += (size_t)sprintf(text + len,
				       "alarm a%u { raise = .1 }\n", i);
	config = assert_loaded(text);
	assert_int_equal(config->nmeasures, CONFIG_MEASURES_MAX);
	assert_int_equal(config->nalarms, ALARMS_MAX);
	config_free(config);
	strcpy(text + len, "alarm b { raise = .1 }\n");
	assert_refused(text, ":131: more than 64 sections alarm");
	strcpy(text + len, "measure b { peers = {::1} }\n");
	assert_refused(text, ":131: more than 64 sections measure");
}

TEST(test_files)
{
	static char large[300000];
	char error[512];

	assert_null(config_load("/nonexistent", error, sizeof(error)));
	assert_string_equal(error, "/nonexistent: No such file or directory");
	assert_null(config_load("/dev/zero", error, sizeof(error)));
	assert_non_null(strstr(error, "not a regular file"));
	assert_null(config_load(directory, error, sizeof(error)));
	assert_non_null(strstr(error, "not a regular file"));
	memset(large, '\n', sizeof(large) - 1);
	assert_refused(large, "not a regular file of at most 262144 bytes");
	/* A sentence that does not fit is cut. */
	assert_null(config_load("/dev/zero", error, 8));
	assert_string_equal(error, "/dev/ze");
}

static int setup(void **state)
{
	(void)state;
	if (!mkdtemp(directory) || setenv("TEST_CONFIG", directory, 1))
		return -1;
	snprintf(path, sizeof(path), "%s/conf", directory);
	write_file("keys", KEYS, strlen(KEYS));
	return 0;
}

static int teardown(void **state)
{
	char keys[sizeof(directory) + 16];

	(void)state;
	snprintf(keys, sizeof(keys), "%s/keys", directory);
	unlink(keys);
	unlink(path);
	return rmdir(directory);
}

UNIT_REGISTER(group)
{
	unit_group(setup, teardown);
}
