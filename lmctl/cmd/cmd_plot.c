// SPDX-License-Identifier: GPL-2.0-only
/*
 * lmctl plot: write a picture of a flow's loss over time.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "lmctl/base/messages.h"
#include "lmctl/base/output.h"
#include "lmctl/cmd/cmd.h"
#include "lmctl/cmd/gnuplot.h"
#include "lmctl/cmd/history_options.h"
#include "lmctl/cmd/plot.h"

/**
 * struct picture - state of the command
 * @options: selection of results
 * @path: name of the picture
 * @format: its kind, from its name
 * @plot: the plot
 * @progress: blocks read
 */
struct picture {
	struct history_options options;
	const char *path;
	enum plot_format format;
	struct plot *plot;
	struct output_progress progress;
};

static const struct argp_option options[] = {
	{ .name = "output", .key = 'o', .arg = "FILE",
	  .doc = "Write the plot to FILE, which must end with .png or .svg" },
	{ 0 }
};

static error_t parse_output(const struct argp_state *state, const char *path,
			    struct picture *picture)
{
	const char *suffix = strrchr(path, '.');

	picture->path = path;
	picture->format = PLOT_PNG;
	if (suffix && !strcmp(suffix, ".png"))
		return 0;
	picture->format = PLOT_SVG;
	if (suffix && !strcmp(suffix, ".svg"))
		return 0;
	return lmctl_usage(state, "--output '%s' must end with .png or .svg",
			   path);
}

static error_t parse_opt(int key, char *arg, struct argp_state *state)
{
	struct picture *picture = state->input;

	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &picture->options;
		return 0;
	case 'o':
		return parse_output(state, arg, picture);
	case ARGP_KEY_ARG:
		if (state->arg_num)
			return lmctl_usage(state, "'%s': only one SELECTOR is accepted", arg);
		picture->options.query.flow = arg;
		return 0;
	case ARGP_KEY_END:
		if (!picture->options.query.flow)
			return lmctl_usage(state, "SELECTOR is missing: a name or a SID list");
		if (!picture->path)
			return lmctl_usage(state, "--output is missing: FILE.png or FILE.svg");
		return history_options_check(state, &picture->options);
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp_child children[] = {
	{ .argp = &history_argp }, { 0 }
};

static const struct argp argp = {
	.options = options,
	.parser = parse_opt,
	.args_doc = "SELECTOR",
	.doc = "Plot the loss ratio and the packets of a flow over time, from the history of "
	       "'lmctl run'. SELECTOR is NAME or [SOURCE@]SID[,SID...]. Requires gnuplot.",
	.children = children,
};

static int add(const struct result *result, void *arg)
{
	struct picture *picture = arg;
	int err = plot_add(picture->plot, result);

	output_progress(&picture->progress, plot_blocks(picture->plot));
	return err;
}

static int read_history(struct picture *picture)
{
	struct history_options *from = &picture->options;
	struct history_reader *reader = history_options_open(from);
	int err;

	if (!reader)
		return -EIO;
	output_progress_start(&picture->progress, "blocks", 0);
	err = history_read_results(reader, &from->query, add, picture);
	output_progress_end(&picture->progress);
	if (err == -EEXIST)
		lmctl_error("'%s' matches more than one flow or measurement; use its SID list and --measurement",
			    from->query.flow);
	else if (err)
		history_options_failed(from, reader, err);
	history_read_close(reader);
	if (!err && !plot_blocks(picture->plot)) {
		lmctl_error("no results of '%s' in this time; choose another with --since and --until",
			    from->query.flow);
		err = -ENODATA;
	}
	return err;
}

static int draw(const struct picture *picture)
{
	FILE *script = tmpfile();
	int err;

	if (!script) {
		err = -errno;
	} else {
		plot_script(picture->plot, picture->format, script);
		err = fflush(script) || ferror(script) ? -EIO : 0;
	}
	if (err)
		lmctl_error("cannot write a temporary file: %s",
			    strerror(-err));
	else
		err = gnuplot_run(script, picture->path);
	if (script)
		fclose(script);
	return err;
}

int cmd_plot(int argc, char **argv)
{
	struct picture picture = { .path = NULL };
	int status = lmctl_parse(&argp, argc, argv, &picture);
	int err;

	if (status)
		return status;
	picture.plot = plot_new(picture.options.query.since_ms,
				picture.options.query.until_ms);
	if (!picture.plot) {
		lmctl_error("out of memory");
		return EXIT_FAILURE;
	}
	err = read_history(&picture);
	if (!err)
		err = draw(&picture);
	plot_free(picture.plot);
	return err ? EXIT_FAILURE : EXIT_SUCCESS;
}
