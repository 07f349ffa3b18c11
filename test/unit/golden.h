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

#endif /* TEST_UNIT_GOLDEN_H */
