/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Tests as text: test/unit/scripts/NAME.txt has the steps of a test and what each one
 * must say, and a program has the words for them.
 *
 *	test a flow that is added
 *		record 1 14 3
 *		end 14
 *		ask 1 {12..15} -> flow-added x2; valid 3; not-finished
 *
 * A step without "->" must say nothing. One with {A..B}, {A..B..BY} or {A,B,...} is done for each of
 * these values, which every $ in it stands for, one that begins with xN so many times.
 * Answers have a ";" between them, and equal ones are counted. Several steps on a line
 * have a ";" between them, too. UNIT_GOLDEN=write writes anew what is behind the arrows.
 */
#ifndef TEST_UNIT_SCRIPT_H
#define TEST_UNIT_SCRIPT_H

#include <stdint.h>

#include "test/unit/unit.h"

/* Longest step, in words. */
#define SCRIPT_WORDS 16

/**
 * struct script_word - a word for a step
 * @name: the word, NULL behind the last one
 * @step: does it; the words behind it, the last one NULL
 */
struct script_word {
	const char *name;
	void (*step)(char **words);
};

/**
 * script_register() - register the tests of a script
 * @name: of the file
 * @words: words for its steps
 * @setup: before each test
 * @teardown: after each test
 */
void script_register(const char *name, const struct script_word *words,
		     CMFixtureFunction setup, CMFixtureFunction teardown);

/**
 * script_say() - what a step says
 * @format: as of printf(); parts that are said one after the other are one text
 */
__attribute__((format(printf, 1, 2))) void script_say(const char *format, ...);

/**
 * script_number() - a number
 * @word: word, or NULL where an argument is left out
 *
 * Return: the number, 0 for NULL; fails the test if it is none.
 */
int64_t script_number(const char *word);

/**
 * script_option() - value of an option, KEY=VALUE
 * @words: words
 * @key: its key
 *
 * Return: the value, or NULL if it is not there.
 */
const char *script_option(char **words, const char *key);

/**
 * script_value() - value of an option that is a number
 * @words: words
 * @key: its key
 * @otherwise: value if it is not there
 *
 * Return: the value.
 */
int64_t script_value(char **words, const char *key, int64_t otherwise);

#endif /* TEST_UNIT_SCRIPT_H */
