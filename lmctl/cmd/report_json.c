// SPDX-License-Identifier: GPL-2.0-only
/*
 * The JSON objects of sets and flows. Their keys are an interface: lmctl(8)
 * lists them.
 */
#include "lmctl/base/json.h"
#include "lmctl/cmd/report.h"

const char *report_slot_name(uint32_t mask, unsigned int slot)
{
	static const char *const two[] = {
		"uncoloured", "low", "high", "foreign",
	};
	static const char *const one[] = { "zero", "bit" };

	return sr6flow_slots(mask) == 4 ? two[slot] : one[slot];
}

json_t *report_set_object(const struct sr6flow_set *set)
{
	json_t *object = json_pack("{s:s, s:o, s:I, s:o, s:[o, o], s:I, s:I, s:I,"
		" s:b, s:b, s:I, s:o, s:{s:o, s:o, s:o}}",
		"set", set->name,
		"mask", json_mark(set->mask),
		"netmask", (json_int_t)set->netmask,
		"colour", json_mark(set->colour),
		"colours", json_mark(sr6flow_colour(set->mask, 0)),
		json_mark(sr6flow_colour(set->mask, 1)),
		"flow_count", (json_int_t)set->flows,
		"maxelem", (json_int_t)set->maxelem,
		"hashsize", (json_int_t)set->hashsize,
		"forceadd", set->forceadd,
		"skbinfo", set->skbinfo,
		"references", (json_int_t)set->references,
		"memsize", json_counter(set->memsize),
		"diagnostics",
		"no_flow", json_counter(set->no_flow),
		"malformed", json_counter(set->malformed),
		"not_writable", json_counter(set->not_writable));

	if (object && set->timeout != SR6FLOW_NO_TIMEOUT &&
	    json_object_set_new(object, "timeout",
				json_integer(set->timeout))) {
		json_decref(object);
		return NULL;
	}
	return object;
}

void report_flow_keys(struct jsonline *line, const struct sr6flow_set *set,
		      const struct sr6flow_record *record)
{
	(void)set;
	jsonline_string(line, "name",
			*record->flow.name ? record->flow.name : NULL);
	jsonline_source(line, "source", &record->flow);
	jsonline_sids(line, "sids", &record->flow);
	if (record->timeout != SR6FLOW_NO_TIMEOUT)
		jsonline_integer(line, "timeout", record->timeout);
}

static void slot_object(struct jsonline *line, const struct sr6flow_set *set,
			const struct sr6flow_record *record, unsigned int slot)
{
	const struct sr6flow_counters *counters = &record->counters[slot];

	jsonline_open(line, report_slot_name(set->mask, slot), '{');
	jsonline_mark(line, "colour", sr6flow_slot_colour(set->mask, slot));
	jsonline_counter(line, "packets", true, counters->packets);
	jsonline_counter(line, "bytes", true, counters->bytes);
	jsonline_close(line, '}');
}

void report_counters_keys(struct jsonline *line, const struct sr6flow_set *set,
			  const struct sr6flow_record *record)
{
	unsigned int slot;

	report_flow_keys(line, set, record);
	jsonline_identity(line, "instance", record->instance);
	jsonline_identity(line, "generation", record->generation);
	jsonline_open(line, "counters", '{');
	for (slot = 0; slot < sr6flow_slots(set->mask); slot++)
		slot_object(line, set, record, slot);
	jsonline_close(line, '}');
}
