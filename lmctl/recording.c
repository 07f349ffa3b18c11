// SPDX-License-Identifier: GPL-2.0-only
#include <string.h>

#include "lmctl/recording.h"

static const char *const words[] = {
	[REASON_NONE] = NULL,
	[REASON_SET_RESTARTED] = "set-restarted",
	[REASON_FLOW_RESTARTED] = "flow-restarted",
	[REASON_FLOW_ADDED] = "flow-added",
	[REASON_FLOW_REMOVED] = "flow-removed",
	[REASON_CLOCK_STEPPED] = "clock-stepped",
	[REASON_NO_RULE] = "no-rule",
	[REASON_RULE_TWICE] = "rule-twice",
	[REASON_RULE_DIFFERS] = "rule-differs",
	[REASON_RULE_CHANGED] = "rule-changed",
	[REASON_READ_LATE] = "read-late",
	[REASON_COLOUR_LATE] = "colour-late",
	[REASON_TWO_SOURCES] = "two-sources",
	[REASON_SOURCE_UNKNOWN] = "source-unknown",
	[REASON_CROSSED_TWICE] = "crossed-twice",
	[REASON_UNCOLOURED] = "uncoloured",
	[REASON_COLOURED_BEFORE] = "coloured-before",
	[REASON_BOTH_COLOURS] = "both-colours",
	[REASON_STILL_COUNTING] = "still-counting",
	[REASON_COUNTER_BACK] = "counter-back",
	[REASON_UNKNOWN] = "unknown-reason",
};

const char *reason_word(enum reason reason)
{
	return words[reason];
}

bool reason_timing(enum reason reason)
{
	return reason == REASON_READ_LATE || reason == REASON_COLOUR_LATE ||
	       reason == REASON_BOTH_COLOURS ||
	       reason == REASON_STILL_COUNTING;
}

enum reason reason_first(enum reason a, enum reason b)
{
	if (!a || !b)
		return a ? a : b;
	return a < b ? a : b;
}

enum reason reason_parse(const char *word)
{
	enum reason reason;

	for (reason = REASON_NONE + 1; reason < REASON_UNKNOWN; reason++)
		if (!strcmp(words[reason], word))
			break;
	return reason;
}

/* Names of less than 256 bytes, six for each at most, and 16 SIDs. */
_Static_assert(2 * 6 * RECORDING_NAME_LEN + SR6FLOW_FLOW_STRLEN + 1024 <
	       JSONLINE_MAX, "a record is a line");

static void line_head(struct record_line *line, const struct record *record)
{
	struct jsonline *text = &line->line;

	jsonline_begin(text);
	jsonline_integer(text, "v", RECORDING_VERSION);
	jsonline_string(text, "node", record->node);
	jsonline_string(text, "set", record->set);
	if (record->clock.boot)
		jsonline_identity(text, "boot", record->clock.boot);
	else
		jsonline_null(text, "boot");
	line->boot = record->clock.boot;
	jsonline_identity(text, "instance", record->instance);
	line->instance = record->instance;
	line->head = text->len;
	line->middle_len = 0;
}

/* Made where it stands in the line for the first time, and kept. */
static void line_middle(struct record_line *line, const struct record *record)
{
	struct jsonline *text = &line->line;
	size_t start = text->len + 1;

	jsonline_bool(text, "synchronised", record->clock.synchronised);
	jsonline_integer(text, "boot_time_us", record->clock.boot_time_us);
	jsonline_integer(text, "period_ms", record->period_ms);
	jsonline_integer(text, "guard_us", record->guard_us);
	jsonline_integer(text, "band_us", record->band_us);
	jsonline_mark(text, "mask", record->mask);
	jsonline_integer(text, "block", record->block);
	jsonline_mark(text, "colour", record->colour);
	line->mask = record->mask;
	line->block = record->block;
	line->clock = record->clock;
	/* Seven numbers, a word and their keys fit. */
	line->middle_len = text->len - start;
	memcpy(line->middle, text->text + start, line->middle_len);
}

const struct jsonline *record_line(struct record_line *line,
				   const struct record *record)
{
	const char *name = record->flow.name;
	const char *reason = reason_word(record->reason);
	struct jsonline *text = &line->line;

	if (!line->head || line->instance != record->instance ||
	    line->boot != record->clock.boot)
		line_head(line, record);
	text->len = line->head;
	jsonline_identity(text, "generation", record->generation);
	jsonline_source(text, "source", &record->flow);
	jsonline_address(text, "last_source", &record->last_source);
	jsonline_sids(text, "sids", &record->flow);
	jsonline_string(text, "name", *name ? name : NULL);
	if (line->middle_len && line->mask == record->mask &&
	    line->block == record->block &&
	    line->clock.synchronised == record->clock.synchronised &&
	    line->clock.boot_time_us == record->clock.boot_time_us)
		jsonline_text(text, line->middle, line->middle_len);
	else
		line_middle(line, record);
	jsonline_counter(text, "packets", !reason, record->packets);
	jsonline_counter(text, "bytes", !reason, record->bytes);
	jsonline_bool(text, "valid", !reason);
	jsonline_string(text, "reason", reason);
	jsonline_end(text);
	return text;
}

bool recording_name_valid(const char *name)
{
	size_t len;

	for (len = 0; name[len]; len++)
		if ((unsigned char)name[len] < ' ' || name[len] == 0x7f)
			return false;
	return len > 0 && len < RECORDING_NAME_LEN;
}
