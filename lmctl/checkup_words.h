/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the words for answers and reasons mean to an operator.
 */
#ifndef LMCTL_CHECKUP_WORDS_H
#define LMCTL_CHECKUP_WORDS_H

/**
 * struct meaning - a word explained
 * @word: word of answer_word() or reason_word()
 * @means: what it says about the node that counts
 * @remedy: what to do
 */
struct meaning {
	const char *word;
	const char *means;
	const char *remedy;
};

/**
 * checkup_meaning() - explain a word
 * @word: word of answer_word() or reason_word()
 *
 * Return: meaning; of an unknown word, too.
 */
const struct meaning *checkup_meaning(const char *word);

#endif /* LMCTL_CHECKUP_WORDS_H */
