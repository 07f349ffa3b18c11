// SPDX-License-Identifier: GPL-2.0-only
/*
 * Section alarm of the configuration file.
 */
#include <fnmatch.h>
#include <stdio.h>
#include <string.h>
#include "lmctl/sinks/alarm/alarm.h"

#define BLOCKS_MAX "1000000"
/* Without clear, an alarm is cleared at this part of raise. */
#define CLEAR_PART 10

static bool parse_argument(const struct setting *setting, const char *text,
			   void *item, void *to, char *error)
{
	const struct alarm_config *alarm = item;

	(void)setting;
	if (!alarm->nargs && text[0] != '/') {
		snprintf(error, SETTING_ERROR_LEN, "the program is not an absolute path; begin it with '/'");
		return false;
	}
	if (strlen(text) >= ALARM_TEXT_LEN) {
		snprintf(error, SETTING_ERROR_LEN, "longer than %d characters",
			 ALARM_TEXT_LEN - 1);
		return false;
	}
	strcpy(to, text);
	return true;
}

static const struct setting_type alarm_arguments = {
	.arg = "FILE, ARGUMENT...", .parse = parse_argument, .blanks = true,
};

static const struct setting settings[] = {
	{ "raise", &setting_ratio, SETTING_AT(alarm_config, raise),
	  .min = "0", .max = "1", .required = true,
	  .help = "Raise the alarm when the loss ratio of a flow is RATIO or more" },
	{ "raise-blocks", &setting_number, SETTING_AT(alarm_config, raise_blocks),
	  .min = "1", .max = BLOCKS_MAX, .value = "3",
	  .help = "Raise it only after that loss in N consecutive blocks" },
	{ "clear", &setting_ratio, SETTING_AT(alarm_config, clear),
	  .min = "0", .max = "1", .otherwise = "a tenth of raise",
	  .help = "Clear the alarm when the loss ratio of the flow is RATIO or less" },
	{ "clear-blocks", &setting_number, SETTING_AT(alarm_config, clear_blocks),
	  .min = "1", .max = BLOCKS_MAX, .value = "5",
	  .help = "Clear it only after that loss in N consecutive blocks" },
	{ "invalid-blocks", &setting_number, SETTING_AT(alarm_config, invalid_blocks),
	  .min = "0", .max = BLOCKS_MAX, .value = "0", .zero = "which disables",
	  .help = "Also raise it when the loss of N consecutive blocks is unknown" },
	{ "no-answer-blocks", &setting_number, SETTING_AT(alarm_config, no_answer_blocks),
	  .min = "0", .max = BLOCKS_MAX, .value = "3", .zero = "0 disables",
	  .help = "Also raise it when a peer does not answer for N consecutive blocks" },
	{ "no-flows-blocks", &setting_number, SETTING_AT(alarm_config, no_flows_blocks),
	  .min = "0", .max = BLOCKS_MAX, .value = "3", .zero = "0 disables",
	  .help = "Also raise it when the set of a measurement has no flows for N consecutive blocks" },
	{ "flow", &setting_text, "PATTERN", SETTING_AT(alarm_config, flow), .value = "*",
	  .help = "Watch the flows whose name matches PATTERN" },
	{ "measure", &setting_text, "PATTERN", SETTING_AT(alarm_config, measure), .value = "*",
	  .help = "Watch the measurements whose name matches PATTERN" },
	{ "exec", &alarm_arguments, SETTING_AT(alarm_config, args),
	  .most = ALARM_ARGS_MAX, .count = offsetof(struct alarm_config, nargs),
	  .otherwise = "none",
	  .help = "Run this program when the alarm is raised or cleared" },
};

static bool refuse(struct setting_error *error, const char *setting,
		   const char *text)
{
	error->setting = setting;
	snprintf(error->text, sizeof(error->text), "%s", text);
	return false;
}

/* An alarm that can never be raised is a mistake nobody would notice. */
static bool watches(const struct alarm_config *alarm,
		    const struct settings_context *context)
{
	unsigned int i;

	for (i = 0; i < context->n; i++)
		if (!fnmatch(alarm->measure, context->measurement[i], 0))
			return true;
	return false;
}

static bool finish(void *item, const struct settings_context *context,
		   struct setting_error *error)
{
	struct alarm_config *alarm = item;

	if (alarm->raise <= 0)
		return refuse(error, "raise", "raise is 0: use a loss ratio above 0");
	if (!settings_line(&alarm_section, context->line, "clear"))
		alarm->clear = alarm->raise / CLEAR_PART;
	if (alarm->clear > alarm->raise)
		return refuse(error, "clear", "clear is above raise: the alarm would be raised and cleared at once; lower clear");
	if (watches(alarm, context))
		return true;
	error->setting = "measure";
	snprintf(error->text, sizeof(error->text), "no measurement has a name that matches '%s'; correct the pattern or add a section measure",
		 alarm->measure);
	return false;
}

const struct settings_section alarm_section = {
	.name = "alarm",
	.max = ALARMS_MAX,
	.title = offsetof(struct alarm_config, name),
	.title_size = RESULT_NAME_LEN,
	.size = sizeof(struct alarm_config),
	SETTINGS_ROWS(settings),
	.finish = finish,
};
