/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the words for answers and reasons mean to an operator.
 */
#ifndef LMCTL_CHECKUP_WORDS_H
#define LMCTL_CHECKUP_WORDS_H

#include <stdbool.h>
#include <stddef.h>
#include "lmctl/engine/reject.h"

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

/* Room for the text of checkup_rejects(). */
#define CHECKUP_REJECTS_LEN 128

/**
 * checkup_rejects() - explain replies that were of no use
 * @rejects: rejects, of which rejects_useless() is not 0
 * @auth: messages are authenticated
 * @text: filled with a sentence about most of them, CHECKUP_REJECTS_LEN bytes
 *
 * Return: what to do.
 */
const char *checkup_rejects(const struct rejects *rejects, bool auth,
			    char *text);

/**
 * checkup_silence() - what to do about a peer that does not answer at all
 * @auth: messages are authenticated
 *
 * Return: a sentence.
 */
const char *checkup_silence(bool auth);

#endif /* LMCTL_CHECKUP_WORDS_H */
