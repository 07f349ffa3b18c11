/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Judge: lets a history happen and looks at every row.
 */
#ifndef TEST_MODEL_JUDGE_H
#define TEST_MODEL_JUDGE_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "test/model/history.h"

/* Words for rows that are not exact, that are counted apart. */
#define JUDGE_WORDS 40

/**
 * struct tally - rows of some histories
 * @exact: exact rows
 * @gaps: those of them that are gap rows
 * @other: rows that are not
 * @word: why not; a word of the product
 * @words: rows for each of them
 * @nwords: number of words
 */
struct tally {
	uint64_t exact;
	uint64_t gaps;
	uint64_t other;
	const char *word[JUDGE_WORDS];
	uint64_t words[JUDGE_WORDS];
	unsigned int nwords;
};

/**
 * tally_row() - count a row
 * @tally: tally
 * @word: why it is not exact, NULL if it is
 */
void tally_row(struct tally *tally, const char *word);

/**
 * struct verdict - what is wrong with a history
 * @lies: rows that are false
 * @causeless: rows that are not exact in a history without a cause for that
 * @unlike: nodes whose records are not those that the history says
 */
struct verdict {
	uint64_t lies;
	uint64_t causeless;
	uint64_t unlike;
};

/**
 * judge() - judge a history
 * @history: history
 * @blind: sabotage, 0 for none
 * @tally: its rows are added, unless NULL
 * @file: what is wrong is written here, unless NULL
 *
 * Return: the verdict.
 */
struct verdict judge(const struct history *history, unsigned int blind,
		     struct tally *tally, FILE *file);

/**
 * verdict_bad() - is anything wrong
 * @verdict: verdict
 *
 * Return: true if it is.
 */
static inline bool verdict_bad(const struct verdict *verdict)
{
	return verdict->lies || verdict->causeless || verdict->unlike;
}

#endif /* TEST_MODEL_JUDGE_H */
