// SPDX-License-Identifier: GPL-2.0-only
/*
 * Sections set: the options of 'lmctl init', which come from the same rows, and the
 * flows of the set.
 */
#include <stdio.h>
#include <string.h>
#include "lmctl/base/numbers.h"
#include "lmctl/node/sets.h"
#include "lmctl/service/config.h"

static bool parse_role(const struct setting *setting, const char *text,
		       void *item, void *to, char *error)
{
	enum config_role *role = to;

	(void)setting;
	(void)item;
	if (!strcmp(text, "mark"))
		*role = CONFIG_MARK;
	else if (!strcmp(text, "count"))
		*role = CONFIG_COUNT;
	else
		snprintf(error, SETTING_ERROR_LEN, "must be mark (this node marks) or count (this node counts)");
	return *role != CONFIG_NO_ROLE;
}

static bool parse_mask(const struct setting *setting, const char *text,
		       void *item, void *to, char *error)
{
	char choice[SR6FLOW_MASK_CHOICE_LEN];
	uint32_t mask;

	(void)setting;
	(void)item;
	if (!lmctl_parse_u32(text, &mask) && sr6flow_mask_valid(mask)) {
		*(uint32_t *)to = mask;
		return true;
	}
	snprintf(error, SETTING_ERROR_LEN, "must be one or two bits, %s",
		 sr6flow_mask_choice(choice));
	return false;
}

static bool parse_colour(const struct setting *setting, const char *text,
			 void *item, void *to, char *error)
{
	(void)setting;
	(void)item;
	if (!lmctl_parse_u32(text, to))
		return true;
	snprintf(error, SETTING_ERROR_LEN, "not a colour, which is a number such as 0x00010000");
	return false;
}

static const struct setting_type role_type = {
	.arg = "mark|count", .parse = parse_role,
};
static const struct setting_type mask_type = {
	.arg = "MASK", .parse = parse_mask,
};
static const struct setting_type colour_type = {
	.arg = "COLOUR", .parse = parse_colour,
};

#define NUMBER_MAX "4294967295"

static const struct setting rows[] = {
	{ "role", &role_type, SETTING_AT(config_set, role),
	  .otherwise = "mark for tx and count for rx",
	  .help = "Mark the packets of this node, or count those of other nodes" },
	{ "netmask", &setting_number, SETTING_AT(config_set, options.netmask),
	  .min = "0", .max = "128", .value = "128",
	  .zero = "0 creates a set without source", .option = SETTING_OPTION,
	  .help = "Use N bits of the outer source address as part of the flow" },
	{ "mask", &mask_type, SETTING_AT(config_set, options.mask),
	  .value = "0x00030000", .option = 'm',
	  .help = "Set the mark mask: one or two bits, all in the Tag or all in the Traffic Class" },
	{ "colour", &colour_type, SETTING_AT(config_set, options.colour),
	  .otherwise = "the low one of the two colours of the mask",
	  .option = SETTING_OPTION,
	  .help = "Set the active colour at the start" },
	{ "timeout", &setting_time_s, SETTING_AT(config_set, options.timeout),
	  .min = "0", .max = "2147483s", .otherwise = "no timeouts",
	  .zero = "with 0 only flows that were added with a timeout expire",
	  .option = 't',
	  .help = "Expire flows TIME after they were added or refreshed, in whole seconds" },
	{ "maxelem", &setting_number, SETTING_AT(config_set, options.maxelem),
	  .min = "1", .max = NUMBER_MAX, .value = "65536", .option = 'M',
	  .help = "Limit the set to N flows" },
	{ "hashsize", &setting_number, SETTING_AT(config_set, options.hashsize),
	  .min = "1", .max = NUMBER_MAX, .value = "1024", .option = 'H',
	  .help = "Set the initial size of the hash table" },
	{ "forceadd", &setting_bool, SETTING_AT(config_set, options.forceadd),
	  .value = "false", .option = SETTING_OPTION,
	  .help = "When the set is full, remove the oldest flow to add a new one" },
	{ "skbinfo", &setting_bool, SETTING_AT(config_set, options.skbinfo),
	  .value = "false", .option = SETTING_OPTION,
	  .help = "Let flows carry skbinfo" },
	{ "ip6tables", &setting_text, "PROGRAM", SETTING_AT(config_set, program),
	  .value = "ip6tables", .option = SETTING_OPTION,
	  .help = "Install the rule with PROGRAM" },
	{ "flows", &setting_path, SETTING_AT(config_set, flows),
	  .otherwise = "none", .help = "Add the flows in FILE" },
	{ "repair", &setting_bool, SETTING_AT(config_set, repair),
	  .value = "true",
	  .help = "Put the rule or the whole set back when it is missing" },
};

_Static_assert(SR6FLOW_NETMASK_MAX == 128 && CONFIG_TIMEOUT_MAX_S == 2147483 &&
	       SR6FLOW_MASK_DEFAULT == 0x00030000 &&
	       SR6FLOW_MAXELEM_DEFAULT == 65536 &&
	       SR6FLOW_HASHSIZE_DEFAULT == 1024,
	       "the bounds and defaults in their rows");

static bool finish(void *item, const struct settings_context *context,
		   struct setting_error *error)
{
	struct config_set *set = item;
	struct sr6flow_options *options = &set->options;
	const struct settings_section *section = &config_set_section;
	const char *name = lmctl_set_name(set->name);

	if (strpbrk(set->name, " \t\"'\\")) {
		snprintf(error->text, sizeof(error->text), "the name has a blank or quote, which ipset and ip6tables cannot restore; use another");
		return false;
	}
	if (name != set->name)
		strcpy(set->name, name);
	if (!set->role && !strcmp(name, LMCTL_SET_TX))
		set->role = CONFIG_MARK;
	if (!set->role && !strcmp(name, LMCTL_SET_RX))
		set->role = CONFIG_COUNT;
	if (!set->role) {
		snprintf(error->text, sizeof(error->text), "role is missing: must be mark (this node marks) or count (this node counts)");
		return false;
	}
	set->netmask_given = settings_line(section, context->line, "netmask");
	options->has_timeout = settings_line(section, context->line, "timeout");
	options->has_colour = settings_line(section, context->line, "colour");
	if (!options->has_colour ||
	    sr6flow_colour_valid(options->mask, options->colour))
		return true;
	error->setting = "colour";
	snprintf(error->text, sizeof(error->text), "colour 0x%08x: mask 0x%08x has the colours 0x%08x and 0x%08x",
		 options->colour, options->mask,
		 sr6flow_colour(options->mask, 0),
		 sr6flow_colour(options->mask, 1));
	return false;
}

const struct settings_section config_set_section = {
	.name = "set",
	.max = CONFIG_SETS_MAX,
	.title = offsetof(struct config_set, name),
	.title_size = SR6FLOW_SETNAME_MAX + 1,
	.size = sizeof(struct config_set),
	SETTINGS_ROWS(rows),
	.finish = finish,
};
