// SPDX-License-Identifier: GPL-2.0-only
/* Any bytes as a configuration file. */
#include <stdio.h>

#include "lmctl/base/names.h"
#include "lmctl/service/config.h"
#include "lmctl/sinks/alarm/alarm.h"
#include "lmctl/sinks/history/history_settings.h"
#include "test/fuzz/input.h"

#define TERMINATED(text) must(memchr((text), 0, sizeof(text)) != NULL)

static void check_measure(const struct config_measure *measure)
{
	unsigned int i;

	TERMINATED(measure->of.name);
	TERMINATED(measure->key);
	must(name_valid(measure->of.name));
	must(strlen(measure->of.set) <= SR6FLOW_SETNAME_MAX);
	must(measure->of.npeers && measure->of.npeers <= RESULT_PEERS_MAX);
	for (i = 0; i < measure->of.npeers; i++) {
		TERMINATED(measure->of.peer[i]);
		must(name_valid(measure->of.peer[i]));
		must(measure->address[i].sin6_port != 0);
	}
	must(measure->mtu >= 1280 && measure->window);
	must(measure->tlv_type >= 240 && measure->tlv_type <= 251);
}

static void check_alarm(const struct alarm_config *alarm)
{
	unsigned int i;

	TERMINATED(alarm->name);
	TERMINATED(alarm->flow);
	TERMINATED(alarm->measure);
	must(alarm->raise > 0 && alarm->raise <= 1);
	must(alarm->clear >= 0 && alarm->clear <= alarm->raise);
	must(alarm->raise_blocks && alarm->clear_blocks);
	must(alarm->nargs <= ALARM_ARGS_MAX);
	for (i = 0; i < alarm->nargs; i++)
		TERMINATED(alarm->args[i]);
	must(!alarm->nargs || alarm->args[0][0] == '/');
}

static void check(const struct config *config)
{
	const struct block_timing *timing = &config->timing;
	const struct reflector_config *reflector = &config->reflect.reflector;
	const struct history_config *history = config_sink(config, &history_section)->item;
	const struct config_items *alarms = config_sink(config, &alarm_section);
	const struct alarm_config *alarm = alarms->item;
	unsigned int i;

	must(name_valid(config->node));
	TERMINATED(config->user);
	TERMINATED(history->file);
	must(timing->band > 0 && timing->band < timing->guard);
	must(timing->guard < timing->period - timing->band);
	must(config->nrotate <= CONFIG_SETS_MAX);
	must(config->reflect.nsets <= CONFIG_SETS_MAX);
	must(config->nrotate || config->reflect.on || config->nmeasures);
	must(reflector->tlv_type >= 240 && reflector->tlv_type <= 251);
	must(!reflector->auth || config->keys.n);
	must(config->nmeasures <= CONFIG_MEASURES_MAX);
	for (i = 0; i < config->nmeasures; i++)
		check_measure(&config->measure[i]);
	must(alarms->n <= ALARMS_MAX);
	for (i = 0; i < alarms->n; i++)
		check_alarm(&alarm[i]);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *path = input_file(data, size);
	struct config *config;
	char error[256];

	config = config_load(path, error, sizeof(error));
	if (config) {
		must(!error[0]);
		check(config);
	} else {
		must(!strncmp(error, path, strlen(path)));
		must(!strchr(error, '\n'));
	}
	config_free(config);
	return 0;
}
