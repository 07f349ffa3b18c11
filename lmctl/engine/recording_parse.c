// SPDX-License-Identifier: GPL-2.0-only
/*
 * Parse lines of recordings.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lmctl/base/block.h"
#include "lmctl/base/json.h"
#include "lmctl/base/numbers.h"
#include "lmctl/engine/recording.h"

/* @to has room for NAME_LEN bytes. */
static bool copy_name(char *to, const char *from)
{
	if (!name_valid(from))
		return false;
	strcpy(to, from);
	return true;
}

/* Exactly what jsonline_identity() writes. */
static bool parse_identity(const char *text, uint64_t *identity)
{
	if (strlen(text) != 16 ||
	    text[strspn(text, "0123456789abcdefABCDEF")])
		return false;
	*identity = strtoull(text, NULL, 16);
	return true;
}

/* In a set with netmask it is the source. */
static bool parse_last_source(const char *text, struct record *record)
{
	return !record->flow.netmask &&
	       inet_pton(AF_INET6, text, &record->last_source) == 1;
}

/* Counters of a valid record are numbers, those of an invalid one are null. */
static bool parse_counter(const json_t *value, bool valid, uint64_t *counter)
{
	if (!valid)
		return json_is_null(value);
	if (!json_is_integer(value) || json_integer_value(value) < 0)
		return false;
	*counter = (uint64_t)json_integer_value(value);
	return true;
}

/* The values of a line as jansson has them. */
struct raw {
	int valid, synchronised;
	const char *node, *set, *instance, *generation, *mask, *colour;
	json_t *boot, *source, *last_source, *sids, *name, *packets, *bytes, *reason;
	json_int_t version, boot_time_us, period_ms, guard_us, band_us, block;
};

static bool period_valid(int64_t period_ms)
{
	return period_ms >= 1 && period_ms <= (int64_t)BLOCK_PERIOD_MAX_MS;
}

/* Periods are whole milliseconds, so that their halves and tenths are whole
 * microseconds.
 */
static bool timing_valid(uint32_t period_ms, int64_t guard_us, int64_t band_us)
{
	const int64_t guard_max = BLOCK_PERIOD_MAX_MS * 1000;
	struct block_timing timing;
	char error[256];

	return guard_us >= 1 && guard_us <= guard_max &&
	       band_us >= 1 && band_us <= guard_max &&
	       !block_timing_init(&timing, period_ms,
				  guard_us * BLOCK_NS_PER_US,
				  band_us * BLOCK_NS_PER_US,
				  error, sizeof(error));
}

/* Keys that version 1 lacks. */
static const char *convert_later(const struct raw *raw, struct record *record)
{
	const char *boot = json_string_value(raw->boot);
	const char *source = json_string_value(raw->source);
	const char *last = json_string_value(raw->last_source);

	if (boot ? !parse_identity(boot, &record->clock.boot) :
		   !json_is_null(raw->boot))
		return "boot";
	if (source ? !json_parse_source(source, &record->flow) :
		     !json_is_null(raw->source))
		return "source";
	/* Early recordings of version 2 lack it. */
	if (last ? !parse_last_source(last, record) :
		   raw->last_source && !json_is_null(raw->last_source))
		return "last_source";
	record->clock.boot_time_us = raw->boot_time_us;
	record->clock.synchronised = raw->synchronised;
	return NULL;
}

/* Return the key whose value record_line() would not write, or NULL. */
static const char *convert(const struct raw *raw, struct record *record)
{
	const char *name = json_string_value(raw->name);
	const char *reason = json_string_value(raw->reason);

	if (!copy_name(record->node, raw->node))
		return "node";
	if (!copy_name(record->set, raw->set))
		return "set";
	if (!parse_identity(raw->instance, &record->instance))
		return "instance";
	if (!parse_identity(raw->generation, &record->generation))
		return "generation";
	if (!json_parse_sids(raw->sids, &record->flow))
		return "sids";
	if (name ? !sr6flow_name_valid(name, strlen(name)) :
		   !json_is_null(raw->name))
		return "name";
	if (name)
		strcpy(record->flow.name, name);
	if (!period_valid(raw->period_ms))
		return "period_ms";
	record->period_ms = (uint32_t)raw->period_ms;
	if (!timing_valid(record->period_ms, raw->guard_us, raw->band_us))
		return "guard_us";
	record->guard_us = raw->guard_us;
	record->band_us = raw->band_us;
	if (lmctl_parse_u32(raw->mask, &record->mask) ||
	    !sr6flow_mask_valid(record->mask))
		return "mask";
	record->block = raw->block;
	if (lmctl_parse_u32(raw->colour, &record->colour) ||
	    record->colour != block_colour(record->mask, record->block))
		return "colour";
	if (!parse_counter(raw->packets, raw->valid, &record->packets))
		return "packets";
	if (!parse_counter(raw->bytes, raw->valid, &record->bytes))
		return "bytes";
	if (raw->valid ? !json_is_null(raw->reason) : !reason)
		return "reason";
	if (reason)
		record->reason = reason_parse(reason);
	return NULL;
}

/*
 * Fast path for lines of record_line(), nearly all lines: a tree of JSON values
 * takes ten times as long as reading from left to right. Each function consumes a
 * piece of the line, or returns false: then the line is parsed as general JSON.
 */
struct scan {
	const char *at;
	const char *end;
};

static bool scan_text(struct scan *scan, const char *text)
{
	size_t len = strlen(text);

	if ((size_t)(scan->end - scan->at) < len ||
	    memcmp(scan->at, text, len))
		return false;
	scan->at += len;
	return true;
}

/* Few enough digits to fit. */
static bool scan_number(struct scan *scan, int64_t *value)
{
	bool negative = scan->at < scan->end && *scan->at == '-';
	const char *first = scan->at + negative, *at = first;

	for (*value = 0; at < scan->end && *at >= '0' && *at <= '9'; at++) {
		if (at - first >= 18)
			return false;
		*value = *value * 10 + (*at - '0');
	}
	/* JSON permits neither leading zeros nor -0 here. */
	if (at == first || (*first == '0' && (at - first > 1 || negative)))
		return false;
	if (negative)
		*value = -*value;
	scan->at = at;
	return true;
}

static bool scan_hex(struct scan *scan, unsigned int digits, uint64_t *value)
{
	if ((size_t)(scan->end - scan->at) < digits)
		return false;
	for (*value = 0; digits; digits--, scan->at++) {
		char c = *scan->at;

		if (c >= '0' && c <= '9')
			*value = *value << 4 | (uint64_t)(c - '0');
		else if (c >= 'a' && c <= 'f')
			*value = *value << 4 | (uint64_t)(c - 'a' + 10);
		else
			return false;
	}
	return true;
}

/* Read up to and including the quote: printable ASCII without escapes. */
static bool scan_string(struct scan *scan, char *to, size_t size)
{
	size_t len = 0;

	for (; scan->at < scan->end && *scan->at != '"'; scan->at++) {
		char c = *scan->at;

		if (c < ' ' || c == 0x7f || c == '\\' || len == size - 1)
			return false;
		to[len++] = c;
	}
	to[len] = '\0';
	return len && scan_text(scan, "\"");
}

static bool scan_source(struct scan *scan, struct sr6flow_flow *flow)
{
	char text[INET6_ADDRSTRLEN + sizeof("/128")];

	return scan_text(scan, "null") ||
	       (scan_text(scan, "\"") &&
		scan_string(scan, text, sizeof(text)) &&
		json_parse_source(text, flow));
}

static bool scan_last_source(struct scan *scan, struct record *record)
{
	char text[INET6_ADDRSTRLEN];

	return scan_text(scan, "null") ||
	       (scan_text(scan, "\"") &&
		scan_string(scan, text, sizeof(text)) &&
		parse_last_source(text, record));
}

static bool scan_sids(struct scan *scan, struct sr6flow_flow *flow)
{
	char text[INET6_ADDRSTRLEN];

	do {
		if (flow->nsids == SR6FLOW_SIDS_MAX ||
		    !scan_text(scan, "\"") ||
		    !scan_string(scan, text, sizeof(text)) ||
		    inet_pton(AF_INET6, text, &flow->sids[flow->nsids]) != 1)
			return false;
		flow->nsids++;
	} while (scan_text(scan, ","));
	return scan_text(scan, "]");
}

static bool scan_counter(struct scan *scan, const char *key, bool *valid,
			 uint64_t *counter)
{
	int64_t value;

	if (!scan_text(scan, key))
		return false;
	*valid = !scan_text(scan, "null");
	if (!*valid)
		return true;
	if (!scan_number(scan, &value) || value < 0)
		return false;
	*counter = (uint64_t)value;
	return true;
}

static bool scan_flow(struct scan *scan, struct record *record)
{
	struct sr6flow_flow *flow = &record->flow;

	return scan_text(scan, "{\"v\":2,\"node\":\"") &&
	       scan_string(scan, record->node, sizeof(record->node)) &&
	       scan_text(scan, ",\"set\":\"") &&
	       scan_string(scan, record->set, sizeof(record->set)) &&
	       scan_text(scan, ",\"boot\":") &&
	       (scan_text(scan, "null") ||
		(scan_text(scan, "\"") &&
		 scan_hex(scan, 16, &record->clock.boot) &&
		 scan_text(scan, "\""))) &&
	       scan_text(scan, ",\"instance\":\"") &&
	       scan_hex(scan, 16, &record->instance) &&
	       scan_text(scan, "\",\"generation\":\"") &&
	       scan_hex(scan, 16, &record->generation) &&
	       scan_text(scan, "\",\"source\":") && scan_source(scan, flow) &&
	       scan_text(scan, ",\"last_source\":") &&
	       scan_last_source(scan, record) &&
	       scan_text(scan, ",\"sids\":[") && scan_sids(scan, flow) &&
	       scan_text(scan, ",\"name\":") &&
	       (scan_text(scan, "null") ||
		(scan_text(scan, "\"") &&
		 scan_string(scan, flow->name, sizeof(flow->name)) &&
		 sr6flow_name_valid(flow->name, strlen(flow->name))));
}

static bool scan_clock(struct scan *scan, struct record_clock *clock)
{
	if (!scan_text(scan, ",\"synchronised\":"))
		return false;
	clock->synchronised = scan_text(scan, "true");
	return (clock->synchronised || scan_text(scan, "false")) &&
	       scan_text(scan, ",\"boot_time_us\":") &&
	       scan_number(scan, &clock->boot_time_us);
}

static bool scan_block(struct scan *scan, struct record *record)
{
	uint64_t mask, colour;
	int64_t period;

	if (!scan_text(scan, ",\"period_ms\":") ||
	    !scan_number(scan, &period) || !period_valid(period) ||
	    !scan_text(scan, ",\"guard_us\":") ||
	    !scan_number(scan, &record->guard_us) ||
	    !scan_text(scan, ",\"band_us\":") ||
	    !scan_number(scan, &record->band_us) ||
	    !timing_valid((uint32_t)period, record->guard_us,
			  record->band_us) ||
	    !scan_text(scan, ",\"mask\":\"0x") || !scan_hex(scan, 8, &mask) ||
	    !scan_text(scan, "\",\"block\":") ||
	    !scan_number(scan, &record->block) ||
	    !scan_text(scan, ",\"colour\":\"0x") ||
	    !scan_hex(scan, 8, &colour) || !scan_text(scan, "\""))
		return false;
	record->period_ms = (uint32_t)period;
	record->mask = (uint32_t)mask;
	record->colour = (uint32_t)colour;
	return sr6flow_mask_valid(record->mask) &&
	       record->colour == block_colour(record->mask, record->block);
}

static bool scan_result(struct scan *scan, struct record *record)
{
	bool packets, bytes;
	char reason[32];

	if (!scan_counter(scan, ",\"packets\":", &packets,
			  &record->packets) ||
	    !scan_counter(scan, ",\"bytes\":", &bytes, &record->bytes) ||
	    packets != bytes ||
	    !scan_text(scan, packets ? ",\"valid\":true,\"reason\":" :
				       ",\"valid\":false,\"reason\":"))
		return false;
	if (packets)
		return scan_text(scan, "null}");
	if (!scan_text(scan, "\"") ||
	    !scan_string(scan, reason, sizeof(reason)))
		return false;
	record->reason = reason_parse(reason);
	return scan_text(scan, "}");
}

static bool record_scan(struct record *record, const char *line, size_t len)
{
	struct scan scan = { line, line + len };

	return scan_flow(&scan, record) && scan_clock(&scan, &record->clock) &&
	       scan_block(&scan, record) &&
	       scan_result(&scan, record) && scan.at == scan.end;
}

static bool version_known(json_int_t version)
{
	return version == RECORDING_VERSION ||
	       version == RECORDING_VERSION_BEFORE;
}

static int unpack(json_t *root, struct raw *raw, json_error_t *error)
{
	int err = json_unpack_ex(root, error, 0, "{s:I}", "v", &raw->version);

	if (err || !version_known(raw->version))
		return err;
	err = json_unpack_ex(root, error, 0,
			     "{s:s, s:s, s:s, s:s, s:o, s:o, s:I, s:I, s:I, s:s, s:I, s:s, s:o, s:o, s:b, s:o}",
			     "node", &raw->node, "set", &raw->set,
			     "instance", &raw->instance,
			     "generation", &raw->generation,
			     "sids", &raw->sids, "name", &raw->name,
			     "period_ms", &raw->period_ms,
			     "guard_us", &raw->guard_us,
			     "band_us", &raw->band_us, "mask", &raw->mask,
			     "block", &raw->block, "colour", &raw->colour,
			     "packets", &raw->packets, "bytes", &raw->bytes,
			     "valid", &raw->valid, "reason", &raw->reason);
	if (err || raw->version == RECORDING_VERSION_BEFORE)
		return err;
	return json_unpack_ex(root, error, 0, "{s:o, s:o, s?o, s:b, s:I}",
			      "boot", &raw->boot, "source", &raw->source,
			      "last_source", &raw->last_source,
			      "synchronised", &raw->synchronised,
			      "boot_time_us", &raw->boot_time_us);
}

int record_parse(struct record *record, const char *line, size_t len,
		 char *error, size_t size)
{
	struct raw raw = { .last_source = NULL };
	json_error_t json_error;
	const char *key;
	json_t *root;

	memset(record, 0, sizeof(*record));
	if (record_scan(record, line, len))
		return 0;
	memset(record, 0, sizeof(*record));
	root = json_loadb(line, len, JSON_REJECT_DUPLICATES, &json_error);
	if (!root) {
		snprintf(error, size, "not JSON: %s", json_error.text);
		return -EINVAL;
	}
	if (unpack(root, &raw, &json_error)) {
		snprintf(error, size, "not a record: %s", json_error.text);
		json_decref(root);
		return -EINVAL;
	}
	if (!version_known(raw.version)) {
		snprintf(error, size,
			 "version %" JSON_INTEGER_FORMAT " of the format, this lmctl knows %d and before; use the lmctl that recorded it",
			 raw.version, RECORDING_VERSION);
		json_decref(root);
		return -EINVAL;
	}
	key = convert(&raw, record);
	if (!key && raw.version == RECORDING_VERSION)
		key = convert_later(&raw, record);
	json_decref(root);
	if (key) {
		snprintf(error, size, "not a record: bad value of \"%s\"", key);
		return -EINVAL;
	}
	return 0;
}
