/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The JSON lines of the stream. Unknown numbers are null, never 0.
 */
#ifndef LMCTL_SINKS_STREAM_STREAM_JSON_H
#define LMCTL_SINKS_STREAM_STREAM_JSON_H

#include "lmctl/base/jsonline.h"
#include "lmctl/engine/result.h"
#include "lmctl/sinks/figures.h"

/**
 * struct stream_json - a line, and text that the next one may share
 * @line: the line
 * @start: text of the start of @block; empty at first
 * @block: block number
 * @period_ms: length of the block
 */
struct stream_json {
	struct jsonline line;
	char start[FIGURE_LEN];
	int64_t block;
	uint32_t period_ms;
};

/**
 * stream_json_result() - write a flow in a block
 * @json: its line is filled, with a newline; zeros before the first call
 * @result: result
 *
 * Return: true; false if the line is not whole.
 */
bool stream_json_result(struct stream_json *json, const struct result *result);

/**
 * stream_json_report() - write a peer in a block
 * @json: as above
 * @report: report
 * @period_ms: length of a block in milliseconds
 *
 * Return: true; false if the line is not whole.
 */
bool stream_json_report(struct stream_json *json,
			const struct peer_report *report, uint32_t period_ms);

#endif /* LMCTL_SINKS_STREAM_STREAM_JSON_H */
