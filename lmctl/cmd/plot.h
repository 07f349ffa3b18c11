/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Plot: results of one flow in, a script for gnuplot with its data out. Pure.
 *
 * Blocks shorter than 1/PLOT_BINS of the time share a bin, so the picture of a
 * month is as small as that of an hour; the worst block of a bin stays visible.
 */
#ifndef LMCTL_CMD_PLOT_H
#define LMCTL_CMD_PLOT_H

#include <stdint.h>
#include <stdio.h>
#include "lmctl/engine/result.h"

#define PLOT_BINS 900

/**
 * enum plot_format - kind of picture
 * @PLOT_PNG: PNG
 * @PLOT_SVG: SVG
 */
enum plot_format {
	PLOT_PNG,
	PLOT_SVG,
};

struct plot;

/**
 * plot_new() - make a plot
 * @since_ms: left end of the axis of time, milliseconds since 1970
 * @until_ms: right end
 *
 * Return: plot for plot_free(), or NULL when memory is short.
 */
struct plot *plot_new(int64_t since_ms, int64_t until_ms);

/**
 * plot_free() - free a plot
 * @plot: plot or NULL
 */
void plot_free(struct plot *plot);

/**
 * plot_add() - add a result
 * @plot: plot
 * @result: result; all of one flow of one measurement, in the order of time
 *
 * Return: 0; -EEXIST: of another flow or measurement than those before.
 */
int plot_add(struct plot *plot, const struct result *result);

/**
 * plot_blocks() - number of blocks so far
 * @plot: plot
 *
 * Return: blocks, invalid ones included.
 */
uint64_t plot_blocks(const struct plot *plot);

/**
 * plot_script() - write the script
 * @plot: plot with at least one block
 * @format: kind of picture; gnuplot prints it on its standard output
 * @stream: open for writing
 *
 * Names reach gnuplot in single quotes only, where only the quote itself is
 * special.
 */
void plot_script(const struct plot *plot, enum plot_format format,
		 FILE *stream);

#endif /* LMCTL_CMD_PLOT_H */
