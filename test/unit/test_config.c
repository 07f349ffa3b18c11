// SPDX-License-Identifier: GPL-2.0-only
#include <stdio.h>
#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "lmctl/base/names.h"
#include "lmctl/service/config.h"
#include "lmctl/sinks/alarm/alarm.h"
#include "lmctl/sinks/history/history_settings.h"
#include "lmctl/sinks/metrics/metrics_settings.h"
#include "test/unit/config_text.h"
#include "test/unit/golden.h"
#include "test/unit/unit.h"

#define M "peers: '::1'"

TEST(test_values)
{
	golden_rows("config-values", config_text_result);
}

static void assert_text(const struct in6_addr *address, const char *expected)
{
	char text[INET6_ADDRSTRLEN];

	assert_non_null(inet_ntop(AF_INET6, address, text, sizeof(text)));
	assert_string_equal(text, expected);
}

TEST(test_defaults)
{
	struct config *config = assert_loaded(ENOUGH "reflect:\n"
		"measure m: {peers: 2001:db8::8}\nmetrics:\n"
		"history: {}\nalarm a: {raise: 0.5}\n");
	const struct config_reflect *reflect = &config->reflect;
	const struct config_measure *measure = &config->measure[0];
	const struct alarm_config *alarm = config_sink(config, &alarm_section)->item;
	const struct metrics_config *metrics = config_sink(config, &metrics_section)->item;
	const struct history_config *history = config_sink(config, &history_section)->item;
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
	assert_true(metrics->on);
	assert_text(&metrics->listen.sin6_addr, "::1");
	assert_int_equal(ntohs(metrics->listen.sin6_port), 9862);
	assert_int_equal(metrics->flows, 1000);
	assert_string_equal(history->file, "/var/lib/sr6flow/history.db");
	assert_int_equal(history->retention_s, 30 * 86400);
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
	"period: 1s # a comment with a \" and a {\n"
	"guard: 400ms\r\n"
	"guard-band: 50ms\n"
	"node: \"ingress-1\"\n"
	"user: sr6flow\n"
	"rotate: [\"lm-tx\", 'other']\n"
	"reflect: {listen: \"192.0.2.1:1862\", sets: [rx, third,],\n"
	"  stateful: true, rate: 0, burst: 1, freshness: 0,\n"
	"  tlv-type: 251, auth: false}\n"
	"measure to egress:\n"
	"  set: other\n"
	"  peers: [egress=2001:db8::8, \"[2001:db8::9]:1862\"]\n"
	"  group: true\n"
	"  key: \"2026-b\"\n"
	"  in-band: true\n"
	"  source: 2001:db8::1\n"
	"  mtu: 9216\n"
	"  window: 7\n"
	"  ssid: 65535\n"
	"  mark: 0x10\n"
	"  tlv-type: 241\n"
	"  auth: true\n"
	"'measure second': {peers: \"::2\", auth: off}\n"
	/* After the sections that depend on it. */
	"keys: \"${TEST_CONFIG}/keys\"\n"
	"metrics: {listen: 127.0.0.1, flows: 0}\n"
	"history: {file: \"/var/lib/h.db\", retention: 90d}\n"
	"alarm loss:\n"
	"  flow: gold*\n"
	"  measure: to *\n"
	"  raise: 1\n"
	"  raise-blocks: 2\n"
	"  clear: 0\n"
	"  clear-blocks: 4\n"
	"  invalid-blocks: 9\n"
	"  no-answer-blocks: 0\n"
	"  exec:\n"
	"  - /bin/page\n"
	"  - \"\"\n"
	"  - two words\n"
	"alarm other: {raise: 1e-3}\n";

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
	const struct config_items *alarms = config_sink(config, &alarm_section);
	const struct alarm_config *alarm = alarms->item;

	assert_int_equal(alarms->n, 2);
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
	const struct metrics_config *metrics = config_sink(config, &metrics_section)->item;
	const struct history_config *history = config_sink(config, &history_section)->item;

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
	assert_text(&metrics->listen.sin6_addr, "::ffff:127.0.0.1");
	assert_int_equal(ntohs(metrics->listen.sin6_port), 9862);
	assert_int_equal(metrics->flows, 0);
	assert_string_equal(history->file, "/var/lib/h.db");
	assert_int_equal(history->retention_s, 90 * 86400);
	assert_full_alarms(config);
	config_free(config);
}

TEST(test_auth_follows_keys)
{
	struct config *config = assert_loaded(WITH_KEYS
		"reflect:\nmeasure m: {" M "}\n");

	assert_true(config->reflect.reflector.auth);
	assert_true(config->measure[0].auth);
	config_free(config);
}

/* In every value, and more than once. */
TEST(test_environment)
{
	struct config *config;

	setenv("TEST_NAME", "${x", 1);
	setenv("TEST_ADDRESS", "::5", 1);
	config = assert_loaded("period: 10s\nrotate: \"${TEST_NAME}\"\n"
			       "node: a${TEST_NAME} ${TEST_ADDRESS}b\nuser: '${TEST_NAME}'\n"
			       "measure m:\n  peers: p=${TEST_ADDRESS}\n");
	assert_string_equal(config->rotate[0], "${x");
	assert_string_equal(config->node, "a${x ::5b");
	assert_string_equal(config->user, "${TEST_NAME}");
	assert_text(&config->measure[0].address[0].sin6_addr, "::5");
	config_free(config);
}

#define LEARN "keys: ${TEST_CONFIG}/keys\nreflect: {sets: rx, learn: 5"

static void assert_learn_timeout(const char *text, uint32_t timeout)
{
	struct config *config = assert_loaded(text);

	assert_int_equal(config->reflect.reflector.learn, 5);
	assert_int_equal(config->reflect.reflector.learn_timeout, timeout);
	config_free(config);
}

TEST(test_learn)
{
	assert_learn_timeout("period: 10s\n" LEARN "}\n", 3600);
	assert_learn_timeout("period: 36s\n" LEARN "}\n", 3600);
	assert_learn_timeout("period: 37s\n" LEARN "}\n", 3700);
	assert_learn_timeout("period: 24h\n" LEARN "}\n", 2147483);
	assert_learn_timeout("period: 10s\n" LEARN ", learn-timeout: 200}\n",
			     200);
	assert_refused("period: 11s\n" LEARN ", learn-timeout: 200}\n",
		       ":3: section reflect: the timeout of learned flows, 200s, is shorter than 20 periods");
	assert_refused("period: 10s\n" LEARN ", auth: false}\n",
		       ":3: section reflect: learn: only authenticated requests");
	assert_refused("period: 10s\n" LEARN ", freshness: 0}\n",
		       ":3: section reflect: learn: with freshness 0");
	assert_refused("period: 10s\nkeys: ${TEST_CONFIG}/keys\nreflect: {sets: [], learn: 5}\n",
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
				       "measure m%u: {" M "}\n", i);
	for (i = 0; i < ALARMS_MAX; i++)
		len += (size_t)sprintf(text + len,
				       "alarm a%u: {raise: .1}\n", i);
	config = assert_loaded(text);
	assert_int_equal(config->nmeasures, CONFIG_MEASURES_MAX);
	assert_int_equal(config_sink(config, &alarm_section)->n,
			 ALARMS_MAX);
	config_free(config);
	strcpy(text + len, "alarm b: {raise: .1}\n");
	assert_refused(text, ":131: more than 64 sections alarm");
	strcpy(text + len, "measure b: {" M "}\n");
	assert_refused(text, ":131: more than 64 sections measure");
}

UNIT_REGISTER(group)
{
	unit_group(config_text_setup, config_text_teardown);
}
