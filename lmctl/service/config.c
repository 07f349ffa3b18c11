// SPDX-License-Identifier: GPL-2.0-only
/*
 * Configurations: defaults, and what can be checked only when all of one is known.
 * The keys are in config_settings.c, the file is read in config_file.c.
 */
#include <errno.h>
#include <inttypes.h>
#include <linux/rtnetlink.h>
#include <pwd.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include "lmctl/base/privileges.h"
#include "lmctl/service/config.h"
#include "lmctl/sinks/sinks.h"

const struct settings_section *config_section(size_t place)
{
	static const struct settings_section *const own[] = {
		[CONFIG_TIMES] = &config_times_section,
		[CONFIG_ROOT] = &config_root_section,
		[CONFIG_REFLECT] = &config_reflect_section,
		[CONFIG_MEASURE] = &config_measure_section,
		[CONFIG_SET] = &config_set_section,
		[CONFIG_IMPORT] = &config_import_section,
	};
	const struct sink_type *const *type;

	if (place < CONFIG_OWN)
		return own[place];
	for (type = sink_types; *type; type++)
		if ((*type)->section && place-- == CONFIG_OWN)
			return (*type)->section;
	return NULL;
}

struct config *config_new(void)
{
	struct config *config = calloc(1, sizeof(*config));
	size_t i;

	if (!config)
		return NULL;
	config->items[CONFIG_TIMES].item = &config->times;
	config->items[CONFIG_ROOT].item = config;
	config->items[CONFIG_REFLECT].item = &config->reflect;
	config->items[CONFIG_MEASURE].item = config->measure;
	config->items[CONFIG_SET].item = config->set;
	config->items[CONFIG_IMPORT].item = config->import;
	for (i = 0; config_section(i); i++) {
		const struct settings_section *section = config_section(i);
		struct config_items *items = &config->items[i];

		if (i >= CONFIG_OWN)
			items->item = calloc(section->max, section->size);
		if (!items->item) {
			config_free(config);
			return NULL;
		}
		settings_defaults(section, items->item);
	}
	gethostname(config->node, sizeof(config->node) - 1);
	return config;
}

void config_free(struct config *config)
{
	size_t i;

	if (!config)
		return;
	for (i = CONFIG_OWN; config_section(i); i++)
		free(config->items[i].item);
	keys_clear(&config->keys);
	free(config);
}

const struct config_items *config_sink(const struct config *config,
				       const struct settings_section *section)
{
	size_t i = 0;

	while (config_section(i) != section)
		i++;
	return &config->items[i];
}

const struct sink_items *config_sinks(const struct config *config,
				      struct sink_items items[CONFIG_SINKS])
{
	size_t i;

	for (i = 0; sink_types[i]; i++) {
		const struct settings_section *section = sink_types[i]->section;
		const struct config_items *of;

		items[i] = (struct sink_items){ .n = 0 };
		if (!section)
			continue;
		of = config_sink(config, section);
		items[i].item = of->item;
		items[i].n = section->max > 1 ? of->n :
			     *((const bool *)of->item + section->on);
	}
	return items;
}

bool config_only_prints(const struct config *config)
{
	struct sink_items items[CONFIG_SINKS];
	unsigned int sections = 0;
	size_t i;

	config_sinks(config, items);
	for (i = 0; sink_types[i]; i++)
		sections += items[i].n;
	return !config->nrotate && !config->reflect.on && !config->nimports &&
	       !sections;
}

uid_t config_keys_owner(const char *user)
{
	const struct passwd *entry = getpwnam(*user ? user : PRIVILEGES_USER);

	return entry ? entry->pw_uid : 0;
}

int config_timing(const struct config_times *times, struct block_timing *timing,
		  char *error, size_t size)
{
	return block_timing_init(timing, times->period_ms,
				 (int64_t)times->guard_ms * BLOCK_NS_PER_MS,
				 (int64_t)times->band_ms * BLOCK_NS_PER_MS,
				 error, size);
}

__attribute__((format(printf, 3, 4)))
static int blame(struct setting_error *error, const char *setting,
		 const char *format, ...)
{
	va_list args;

	error->setting = setting;
	va_start(args, format);
	vsnprintf(error->text, sizeof(error->text), format, args);
	va_end(args);
	return -EINVAL;
}

static int finish_auth(const struct config *config, bool given, bool *auth,
		       struct setting_error *error)
{
	if (!given)
		*auth = config->keys.n;
	if (*auth && !config->keys.n)
		return blame(error, "auth", "auth needs keys: name their file with keys outside of the sections");
	return 0;
}

static const char *learn_problem(const struct config_reflect *reflect)
{
	if (!reflect->reflector.auth)
		return "learn: only authenticated requests may add flows: give the file of keys, and auth must not be false";
	if (!reflect->reflector.freshness)
		return "learn: with freshness 0 a recorded request could add a flow at any time: give a limit, as 60s";
	if (!reflect->nsets)
		return "learn: there is no set to add flows to: name the counting set";
	return NULL;
}

int config_reflect_finish(struct config *config, const int *line,
			  struct setting_error *error)
{
	const int64_t period = config->timing.period;
	struct reflector_config *reflector = &config->reflect.reflector;
	bool auth = settings_line(&config_reflect_section, line, "auth");
	int64_t timeout = reflector->learn_timeout;
	int64_t most = CONFIG_TIMEOUT_MAX_S;
	const char *problem;

	if (finish_auth(config, auth, &reflector->auth, error))
		return -EINVAL;
	if (!reflector->learn)
		return 0;
	problem = learn_problem(&config->reflect);
	if (problem)
		return blame(error, "learn", "%s", problem);
	if (timeout && timeout * BLOCK_NS_PER_S <
		       CONFIG_LEARN_PERIODS_MIN * period)
		return blame(error, "learn-timeout", "the timeout of learned flows, %" PRId64 "s, is shorter than %d periods: use a longer one",
			     timeout, CONFIG_LEARN_PERIODS_MIN);
	if (!timeout)
		timeout = CONFIG_LEARN_PERIODS * period / BLOCK_NS_PER_S;
	if (!reflector->learn_timeout && timeout < CONFIG_LEARN_TIMEOUT_S)
		timeout = CONFIG_LEARN_TIMEOUT_S;
	reflector->learn_timeout = (uint32_t)(timeout < most ? timeout : most);
	return 0;
}

int config_measure_check(const struct config_measure *measure,
			 struct setting_error *error)
{
	bool source = !IN6_IS_ADDR_UNSPECIFIED(&measure->source);
	bool ipv4 = IN6_IS_ADDR_V4MAPPED(&measure->source);
	unsigned int i;

	if (measure->in_band && measure->mark >= RT_TABLE_DEFAULT &&
	    measure->mark <= RT_TABLE_LOCAL)
		return blame(error, "mark", "mark %" PRIu32 " is the number of a routing table of the system; use another one",
			     measure->mark);
	for (i = 0; i < measure->of.npeers; i++) {
		const struct in6_addr *to = &measure->address[i].sin6_addr;
		const char *peer = measure->of.peer[i];

		/* Routes with SID lists are IPv6 routes, see inband.h. */
		if (measure->in_band && IN6_IS_ADDR_V4MAPPED(to))
			return blame(error, "in-band", "peer '%s' has an IPv4 address, and in-band messages are IPv6",
				     peer);
		if (measure->in_band && IN6_IS_ADDR_LINKLOCAL(to))
			return blame(error, "in-band", "peer '%s' has a link-local address, and no SID list leads there",
				     peer);
		if (source && ipv4 != IN6_IS_ADDR_V4MAPPED(to))
			return blame(error, "source", "source and peer '%s' are not both IPv6 or both IPv4",
				     peer);
	}
	return 0;
}

int config_measure_finish(const struct config *config,
			  struct config_measure *measure, const int *line,
			  struct setting_error *error)
{
	bool auth = settings_line(&config_measure_section, line, "auth");

	if (finish_auth(config, auth, &measure->auth, error))
		return -EINVAL;
	if (measure->key[0] && !measure->auth)
		return blame(error, "key", "key '%s' needs authentication: name the file of keys, and set auth to true",
			     measure->key);
	if (measure->key[0] && !keys_find(&config->keys, measure->key))
		return blame(error, "key", "there is no key '%s' in '%s'",
			     measure->key, config->keys_file);
	return config_measure_check(measure, error);
}
