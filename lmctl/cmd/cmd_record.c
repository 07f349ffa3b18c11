// SPDX-License-Identifier: GPL-2.0-only
/*
 * lmctl record: write one line per flow and finished block. The reader makes the
 * records; here are their lines and their file.
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lmctl/base/linefile.h"
#include "lmctl/base/privileges.h"
#include "lmctl/cmd/cmd.h"
#include "lmctl/cmd/timing.h"
#include "lmctl/engine/recording.h"
#include "lmctl/node/sets.h"
#include "lmctl/service/set_reader.h"

struct session {
	const char *set;
	const char *node;
	const char *output;
	struct timing_options given;
	uint32_t blocks;

	char hostname[NAME_LEN];
	struct block_timing timing;
	struct loop *loop;
	struct linefile file;
	struct record_line line;
};

enum { OPT_BLOCKS = 0x100, OPT_NODE };

static const struct argp_option options[] = {
	{ .name = "output", .key = 'o', .arg = "FILE",
	  .doc = "Append to FILE, default standard output" },
	{ .name = "blocks", .key = OPT_BLOCKS, .arg = "N",
	  .doc = "Stop after N blocks" },
	{ .name = "node", .key = OPT_NODE, .arg = "NAME",
	  .doc = "Set the name of this node, default the host name" },
	{ 0 }
};

static error_t parse_opt(int key, char *arg, struct argp_state *state)
{
	struct session *session = state->input;

	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &session->given.options;
		return 0;
	case 'o':
		session->output = arg;
		return 0;
	case OPT_BLOCKS:
		return lmctl_u32(state, "blocks", arg, &session->blocks);
	case OPT_NODE:
		return lmctl_node(state, arg, &session->node);
	case ARGP_KEY_ARG:
		if (state->arg_num)
			return lmctl_usage(state, "'%s': only one SET is accepted", arg);
		session->set = lmctl_set_name(arg);
		return 0;
	case ARGP_KEY_NO_ARGS:
		return lmctl_usage(state, "SET is missing: tx, rx or the name of a set");
	case ARGP_KEY_SUCCESS:
		return timing_check(state, &session->given, &session->timing);
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static bool is_record(const char *line, size_t len, bool whole)
{
	/* A record of any version. */
	static const char start[] = "{\"v\":";
	struct record record;
	char error[512];

	if (whole)
		return !record_parse(&record, line, len, error, sizeof(error));
	return !memcmp(line, start, len < strlen(start) ? len : strlen(start));
}

static int write_record(void *arg, const struct record *record)
{
	struct session *session = arg;
	const struct jsonline *line = record_line(&session->line, record);

	return linefile_add(&session->file, line->text, line->len);
}

/* The lines of a block are written together, if it has any. */
static int write_block(void *arg, int64_t block)
{
	struct session *session = arg;

	(void)block;
	if (session->blocks && !--session->blocks)
		loop_stop(session->loop, EXIT_SUCCESS);
	return linefile_end(&session->file);
}

static void give_up(void *arg)
{
	struct session *session = arg;

	loop_stop(session->loop, EXIT_FAILURE);
}

static const struct set_reader_ops ops = {
	.record = write_record,
	.block_end = write_block,
	.failed = give_up,
};

static int run(struct session *session, struct set_reader *reader)
{
	int status = EXIT_FAILURE;

	if (linefile_open(&session->file, session->output, is_record))
		return EXIT_FAILURE;
	if (!privileges_drop(NULL, false, false) &&
	    !set_reader_start(reader, session->loop))
		status = loop_run(session->loop);
	if (linefile_close(&session->file))
		status = EXIT_FAILURE;
	return status;
}

int cmd_record(int argc, char **argv)
{
	static struct session session;
	static const struct argp_child children[] = {
		{ .argp = &session.given.options.argp },
		{ 0 }
	};
	static const struct argp argp = {
		.options = options,
		.parser = parse_opt,
		.children = children,
		.args_doc = "SET --period=TIME",
		.doc = "Write one JSON line per flow of SET and finished block.",
	};
	struct set_reader *reader;
	int status;

	timing_init(&session.given);
	status = lmctl_parse(&argp, argc, argv, &session);
	if (status)
		return status;
	if (!session.node) {
		gethostname(session.hostname, sizeof(session.hostname) - 1);
		session.node = session.hostname;
	}
	if (loop_open(&session.loop))
		return EXIT_FAILURE;
	status = EXIT_FAILURE;
	reader = set_reader_open(session.set, session.node, &session.timing, &ops,
			     &session);
	if (reader)
		status = run(&session, reader);
	set_reader_close(reader);
	loop_close(session.loop);
	return status;
}
