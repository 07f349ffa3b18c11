/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Runs gnuplot.
 */
#ifndef LMCTL_CMD_GNUPLOT_H
#define LMCTL_CMD_GNUPLOT_H

#include <stdio.h>

/**
 * gnuplot_run() - have gnuplot make a picture
 * @script: file with the script, written and flushed; gnuplot's standard input
 * @path: name of the file for its standard output, which takes its place only
 *	  when all is well
 *
 * There is no shell, and gnuplot never sees @path.
 *
 * Return: 0, or a negative errno after a message.
 */
int gnuplot_run(FILE *script, const char *path);

#endif /* LMCTL_CMD_GNUPLOT_H */
