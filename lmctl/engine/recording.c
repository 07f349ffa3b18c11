// SPDX-License-Identifier: GPL-2.0-only
#include <string.h>

#include "lmctl/engine/recording.h"

/* Names of less than 256 bytes, six for each at most, and 16 SIDs. */
_Static_assert(2 * 6 * NAME_LEN + SR6FLOW_FLOW_STRLEN + 1024 <
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

/* Make it in its place in the first line, and keep it. */
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
