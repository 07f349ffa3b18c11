/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Run gnuplot.
 */
#ifndef LMCTL_CMD_GNUPLOT_H
#define LMCTL_CMD_GNUPLOT_H

#include <stdio.h>

/**
 * gnuplot_run() - make a picture with gnuplot
 * @script: file with the script, written and flushed; gnuplot's standard input
 * @path: file for its standard output, replaced only on success
 *
 * No shell is involved, and gnuplot never sees @path.
 *
 * Return: 0, or a negative errno after a message.
 */
int gnuplot_run(FILE *script, const char *path);

#endif /* LMCTL_CMD_GNUPLOT_H */
