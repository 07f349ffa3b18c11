/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Expected texts in files, golden/NAME.txt in this folder, so that a change of them is
 * read as a diff. UNIT_GOLDEN=write writes them anew.
 */
#ifndef TEST_UNIT_GOLDEN_H
#define TEST_UNIT_GOLDEN_H

/**
 * golden() - compare a text with a file; fail with their difference
 * @name: of the file
 * @text: what it should be
 */
void golden(const char *name, const char *text);

/**
 * golden_json() - the same for lines of JSON, each key on a line of its own
 * @name: of the file
 * @text: lines
 */
void golden_json(const char *name, const char *text);

/**
 * golden_rows() - compare what becomes of inputs with the file of both
 * @name: of the file
 * @run: what becomes of one input, until the next call
 *
 * A line "> INPUT", or ">" for an empty one, is an input; \n, \t, \\ and \xNN are
 * bytes of it. The lines below that begin with a tab are its result. All others are
 * comments. To add a row, write its input and let UNIT_GOLDEN=write add the result.
 */
void golden_rows(const char *name, const char *(*run)(char *input));

#endif /* TEST_UNIT_GOLDEN_H */
