/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the words for answers and reasons mean to an operator.
 */
#ifndef LMCTL_ENGINE_MEANING_H
#define LMCTL_ENGINE_MEANING_H

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
 * meaning_of() - explain a word
 * @word: word of answer_word() or reason_word()
 *
 * Return: meaning; of an unknown word, too.
 */
const struct meaning *meaning_of(const char *word);

/* Room for the text of meaning_rejects(). */
#define MEANING_REJECTS_LEN 128

/**
 * meaning_rejects() - explain replies that were of no use
 * @rejects: rejects, of which rejects_useless() is not 0
 * @auth: messages are authenticated
 * @text: filled with a sentence about most of them, MEANING_REJECTS_LEN bytes
 *
 * Return: what to do.
 */
const char *meaning_rejects(const struct rejects *rejects, bool auth,
			    char *text);

/**
 * meaning_silence() - what to do about a peer that does not answer at all
 * @auth: messages are authenticated
 *
 * Return: a sentence.
 */
const char *meaning_silence(bool auth);

#endif /* LMCTL_ENGINE_MEANING_H */
