// SPDX-License-Identifier: GPL-2.0-only
/*
 * Keywords and sections of the configuration file.
 */
#include <stddef.h>
#include <string.h>
#include "lib/array.h"
#include "lmctl/service/config_load.h"
#include "lmctl/stamp/stamp.h"

#define FLOWS_MAX 100000
#define BLOCKS_MAX 1000000
#define ALARM_RAISE_BLOCKS 3
#define ALARM_CLEAR_BLOCKS 5
#define ALARM_NO_ANSWER_BLOCKS 3
/* Without clear, an alarm is cleared at this part of raise. */
#define ALARM_CLEAR_PART 10
#define KEYWORDS_MAX 16
#define TITLED (CFGF_MULTI | CFGF_TITLE | CFGF_NO_TITLE_DUPES)

#define FIELD(type, member) \
	.offset = offsetof(struct type, member), \
	.size = sizeof(((struct type *)NULL)->member)

static const struct config_keyword root_keywords[] = {
	{ "period", config_take_timing, FIELD(config_load, timing_ms[0]) },
	{ "guard", config_take_timing, FIELD(config_load, timing_ms[1]) },
	{ "guard-band", config_take_timing, FIELD(config_load, timing_ms[2]) },
	{ "node", config_take_text, FIELD(config, node) },
	{ "user", config_take_text, FIELD(config, user) },
	{ "keys", config_take_path, FIELD(config, keys_file) },
	{ "rotate", config_take_rotate, FIELD(config, rotate), .list = true },
};

static const struct config_keyword reflect_keywords[] = {
	{ "listen", config_take_listen, FIELD(config_reflect, listen),
	  .min = STAMP_PORT },
	{ "sets", config_take_reflect_sets, FIELD(config_reflect, set),
	  .list = true },
	{ "stateful", config_take_bool, FIELD(config_reflect, reflector.stateful), .boolean = true },
	{ "twamp-light", config_take_bool, FIELD(config_reflect, reflector.twamp_light), .boolean = true },
	{ "rate", config_take_number, FIELD(config_reflect, reflector.rate),
	  .max = CONFIG_RATE_MAX },
	{ "burst", config_take_number, FIELD(config_reflect, reflector.burst),
	  .min = 1, .max = CONFIG_BURST_MAX },
	{ "freshness", config_take_freshness,
	  FIELD(config_reflect, reflector.freshness) },
	{ "learn", config_take_learn, FIELD(config_reflect, reflector.learn),
	  .max = CONFIG_LEARN_MAX },
	{ "learn-timeout", config_take_learn_timeout,
	  FIELD(config_reflect, reflector.learn_timeout) },
	{ "tlv-type", config_take_number, FIELD(config_reflect, reflector.tlv_type),
	  .min = CONFIG_TLV_TYPE_MIN, .max = CONFIG_TLV_TYPE_MAX },
	{ "auth", config_take_auth, FIELD(config_reflect, reflector.auth), .boolean = true },
};

static const struct config_keyword measure_keywords[] = {
	{ "set", config_take_set, FIELD(config_measure, of.set) },
	{ "peers", config_take_peers, .list = true },
	{ "group", config_take_bool, FIELD(config_measure, of.group), .boolean = true },
	{ "key", config_take_key, FIELD(config_measure, key) },
	{ "in-band", config_take_bool, FIELD(config_measure, in_band), .boolean = true },
	{ "source", config_take_source, FIELD(config_measure, source) },
	{ "mtu", config_take_number, FIELD(config_measure, mtu),
	  .min = CONFIG_MTU_MIN, .max = STAMP_MESSAGE_MAX },
	{ "window", config_take_number, FIELD(config_measure, window),
	  .min = 1, .max = CONFIG_WINDOW_MAX },
	{ "ssid", config_take_number, FIELD(config_measure, ssid),
	  .max = UINT16_MAX },
	{ "mark", config_take_mark, FIELD(config_measure, mark),
	  .min = 1, .max = UINT32_MAX },
	{ "tlv-type", config_take_number, FIELD(config_measure, tlv_type),
	  .min = CONFIG_TLV_TYPE_MIN, .max = CONFIG_TLV_TYPE_MAX },
	{ "auth", config_take_auth, FIELD(config_measure, auth), .boolean = true },
};

static const struct config_keyword metrics_keywords[] = {
	{ "listen", config_take_listen, FIELD(metrics_config, listen),
	  .min = CONFIG_METRICS_PORT },
	{ "flows", config_take_number, FIELD(metrics_config, flows),
	  .max = FLOWS_MAX },
};

static const struct config_keyword history_keywords[] = {
	{ "file", config_take_path, FIELD(history_config, file) },
	{ "retention", config_take_retention, FIELD(history_config, retention_s) },
};

static const struct config_keyword alarm_keywords[] = {
	{ "flow", config_take_text, FIELD(alarm_config, flow) },
	{ "measure", config_take_text, FIELD(alarm_config, measure) },
	{ "raise", config_take_ratio, FIELD(alarm_config, raise) },
	{ "raise-blocks", config_take_number, FIELD(alarm_config, raise_blocks),
	  .min = 1, .max = BLOCKS_MAX },
	{ "clear", config_take_ratio, FIELD(alarm_config, clear) },
	{ "clear-blocks", config_take_number, FIELD(alarm_config, clear_blocks),
	  .min = 1, .max = BLOCKS_MAX },
	{ "invalid-blocks", config_take_number, FIELD(alarm_config, invalid_blocks),
	  .max = BLOCKS_MAX },
	{ "no-answer-blocks", config_take_number,
	  FIELD(alarm_config, no_answer_blocks), .max = BLOCKS_MAX },
	{ "exec", config_take_exec, .list = true },
};

/* The ratios are none: they are not given yet. */
static const struct alarm_config alarm_defaults = {
	.flow = "*",
	.measure = "*",
	.raise = -1,
	.raise_blocks = ALARM_RAISE_BLOCKS,
	.clear = -1,
	.clear_blocks = ALARM_CLEAR_BLOCKS,
	.no_answer_blocks = ALARM_NO_ANSWER_BLOCKS,
};

static int end_once(struct config_load *load, const char *name, bool *on)
{
	if (*on)
		return config_fail(load, load->line, "a second section %s: there can be one",
				   name);
	*on = true;
	return 0;
}

static int end_reflect(struct config_load *load, cfg_t *section)
{
	load->given_reflect = load->given;
	return end_once(load, cfg_name(section), &load->config->reflect.on);
}

static int end_metrics(struct config_load *load, cfg_t *section)
{
	return end_once(load, cfg_name(section), &load->config->metrics.on);
}

static int end_history(struct config_load *load, cfg_t *section)
{
	return end_once(load, cfg_name(section), &load->config->history.on);
}

/* A section of which there can be several; @max and @n of them. */
static int end_titled(struct config_load *load, cfg_t *section,
		      unsigned int n, unsigned int max, char *name)
{
	if (n == max)
		return config_fail(load, load->line, "more than %u sections %s",
				   max, cfg_name(section));
	if (config_copy_text(name, RESULT_NAME_LEN, cfg_title(section)))
		return 0;
	return config_fail(load, load->line, "section %s: its title must have 1 to %d characters, none of them a control character",
			   cfg_name(section), RESULT_NAME_LEN - 1);
}

static int end_measure(struct config_load *load, cfg_t *section)
{
	struct config_measure *measure = &load->measure;
	unsigned int n = load->config->nmeasures;
	char error[256];

	if (end_titled(load, section, n, CONFIG_MEASURES_MAX,
		       measure->of.name))
		return -1;
	if (!measure->of.npeers)
		return config_fail(load, load->line, "section measure \"%s\": peers is missing",
				   measure->of.name);
	if (config_measure_check(measure, error, sizeof(error)))
		return config_fail(load, load->line, "section measure \"%s\": %s",
				   measure->of.name, error);
	load->config->measure[n] = *measure;
	load->given_measure[n] = load->given;
	load->config->nmeasures++;
	config_measure_init(measure);
	return 0;
}

static int end_alarm(struct config_load *load, cfg_t *section)
{
	struct alarm_config *alarm = &load->alarm;
	unsigned int n = load->config->nalarms;

	if (end_titled(load, section, n, ALARMS_MAX, alarm->name))
		return -1;
	if (alarm->raise <= 0)
		return config_fail(load, load->line, "section alarm \"%s\": raise is missing or 0; give the loss ratio that is too much",
				   alarm->name);
	if (alarm->clear < 0)
		alarm->clear = alarm->raise / ALARM_CLEAR_PART;
	if (alarm->clear > alarm->raise)
		return config_fail(load, load->line, "section alarm \"%s\": clear is more than raise; such an alarm would be raised and cleared at once",
				   alarm->name);
	load->config->alarm[n] = *alarm;
	load->alarm_line[n] = load->line;
	load->config->nalarms++;
	*alarm = alarm_defaults;
	return 0;
}

/*
 * struct section - a section, or what is outside of them
 * @name: the parser's name of it
 * @flags: of libconfuse
 * @keywords: what it can have
 * @n: number of @keywords
 * @scratch: its values go to struct config_load, not struct config
 * @base: where they go there, in bytes
 * @end: called when all values have been taken, or NULL
 */
static const struct section {
	const char *name;
	cfg_flag_t flags;
	const struct config_keyword *keywords;
	size_t n;
	bool scratch;
	size_t base;
	int (*end)(struct config_load *load, cfg_t *section);
} sections[] = {
	{ "root", CFGF_NONE, root_keywords, ARRAY_SIZE(root_keywords),
	  false, 0, NULL },
	{ "reflect", CFGF_NODEFAULT, reflect_keywords,
	  ARRAY_SIZE(reflect_keywords), false, offsetof(struct config, reflect),
	  end_reflect },
	{ "measure", TITLED, measure_keywords, ARRAY_SIZE(measure_keywords),
	  true, offsetof(struct config_load, measure), end_measure },
	{ "metrics", CFGF_NODEFAULT, metrics_keywords,
	  ARRAY_SIZE(metrics_keywords), false, offsetof(struct config, metrics),
	  end_metrics },
	{ "history", CFGF_NODEFAULT, history_keywords,
	  ARRAY_SIZE(history_keywords), false, offsetof(struct config, history),
	  end_history },
	{ "alarm", TITLED, alarm_keywords, ARRAY_SIZE(alarm_keywords),
	  true, offsetof(struct config_load, alarm), end_alarm },
};

static const struct section *find_section(const char *name)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(sections); i++)
		if (!strcmp(sections[i].name, name))
			return &sections[i];
	return NULL;
}

static int take(struct config_load *load, const struct section *section,
		const struct config_keyword *keyword, cfg_opt_t *option)
{
	char *base = section->scratch ? (char *)load : (char *)load->config;

	return keyword->take(load, keyword, option,
			     base + section->base + keyword->offset);
}

/* The parser does not call its validating function for an empty list. */
static int take_empty_lists(struct config_load *load,
			    const struct section *section, cfg_t *cfg)
{
	cfg_opt_t *option;
	size_t i;

	for (i = 0; i < section->n; i++) {
		if (!section->keywords[i].list)
			continue;
		option = cfg_getopt(cfg, section->keywords[i].name);
		if (!cfg_opt_size(option) &&
		    take(load, section, &section->keywords[i], option))
			return -1;
	}
	return 0;
}

static int end_section(struct config_load *load, cfg_opt_t *option)
{
	cfg_t *cfg = cfg_opt_getnsec(option, cfg_opt_size(option) - 1);
	const struct section *section = find_section(cfg_name(cfg));
	int err = take_empty_lists(load, section, cfg);

	if (!err)
		err = section->end(load, cfg);
	load->given = (struct config_given){ 0 };
	return err;
}

int config_take(struct config_load *load, cfg_t *parent, cfg_opt_t *option)
{
	const struct section *section = find_section(cfg_name(parent));
	size_t i;

	if (option->type == CFGT_SEC)
		return end_section(load, option);
	for (i = 0; i < section->n; i++)
		if (!strcmp(section->keywords[i].name, cfg_opt_name(option)))
			return take(load, section, &section->keywords[i],
				    option);
	/* libconfuse finds the keyword of a section by reflect|rate, too. */
	return config_fail(load, load->line, "%s belongs into a section",
			   cfg_opt_name(option));
}

int config_take_root(struct config_load *load, cfg_t *root)
{
	return take_empty_lists(load, &sections[0], root);
}

static void add_keywords(cfg_opt_t *options, const struct section *section,
			 cfg_validate_callback_t validate)
{
	size_t i;

	for (i = 0; i < section->n; i++) {
		const struct config_keyword *keyword = &section->keywords[i];
		const char *name = keyword->name;

		if (keyword->list)
			options[i] = (cfg_opt_t)CFG_STR_LIST(name, NULL,
							     CFGF_NODEFAULT);
		else if (keyword->boolean)
			options[i] = (cfg_opt_t)CFG_BOOL(name, cfg_false,
							 CFGF_NODEFAULT);
		else
			options[i] = (cfg_opt_t)CFG_STR(name, NULL,
							CFGF_NODEFAULT);
		options[i].validcb = validate;
	}
	options[i] = (cfg_opt_t)CFG_END();
}

cfg_t *config_parser(struct config_load *load,
		     cfg_validate_callback_t validate)
{
	/* cfg_init() copies the lists. */
	cfg_opt_t options[ARRAY_SIZE(sections)][KEYWORDS_MAX];
	cfg_opt_t *section = &options[0][ARRAY_SIZE(root_keywords)];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(sections); i++)
		add_keywords(options[i], &sections[i], validate);
	for (i = 1; i < ARRAY_SIZE(sections); i++) {
		*section = (cfg_opt_t)CFG_SEC(sections[i].name, options[i],
					      sections[i].flags);
		section->validcb = validate;
		section++;
	}
	*section = (cfg_opt_t)CFG_END();
	config_measure_init(&load->measure);
	load->alarm = alarm_defaults;
	return cfg_init(options[0], CFGF_NONE);
}
