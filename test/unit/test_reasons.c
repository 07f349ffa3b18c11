// SPDX-License-Identifier: GPL-2.0-only
/*
 * The tables of reasons and answers: each has a word and a meaning, and lmctl(8) has the
 * same list.
 */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lmctl/stamp/answer.h"
#include "test/unit/unit.h"

#define MANUAL "lmctl/lmctl.8"
#define TEXT_LEN 1024

/**
 * struct entry - an entry of a list in the manual
 * @word: what it explains
 * @text: the explanation, without macros and quotes
 */
struct entry {
	char word[64];
	char text[TEXT_LEN];
};

static struct entry entries[64];
static unsigned int nentries;

/* A line as a reader sees it: no macro, no escapes, no quotes. */
static void append_plain(char *to, size_t size, const char *line)
{
	size_t n = strlen(to);

	if (*line == '.' && isupper(line[1]))
		line += strcspn(line, " \n");
	for (; *line && n + 2 < size; line++)
		if (*line == '\n')
			to[n++] = ' ';
		else if (!strchr("\\\"'", *line) && (*line != ' ' || (n && to[n - 1] != ' ')))
			to[n++] = *line;
	to[n] = '\0';
}

/* Read the entries of the list below a heading. */
static void read_list(const char *heading)
{
	FILE *manual = fopen(MANUAL, "r");
	char line[TEXT_LEN];
	bool inside = false, word = false;

	assert_non_null(manual);
	nentries = 0;
	memset(entries, 0, sizeof(entries));
	while (fgets(line, sizeof(line), manual)) {
		if (!strncmp(line, ".S", 2)) {
			inside = !strcmp(line, heading);
		} else if (inside && !strcmp(line, ".TP\n")) {
			assert_true(nentries < ARRAY_SIZE(entries));
			nentries++;
			word = true;
		} else if (inside && word) {
			append_plain(entries[nentries - 1].word,
				     sizeof(entries[0].word), line);
			*strchr(entries[nentries - 1].word, ' ') = '\0';
			word = false;
		} else if (inside && nentries) {
			append_plain(entries[nentries - 1].text, TEXT_LEN, line);
		}
	}
	fclose(manual);
}

/* What the manual has for "it", the peer. */
static const char *subject(const char **means)
{
	static const struct {
		const char *short_;
		const char *full;
	} subjects[] = {
		{ "it ", "the peer " },
		{ "its ", "the peers " },
	};
	size_t i;

	for (i = 0; i < 2; i++)
		if (!strncmp(*means, subjects[i].short_, strlen(subjects[i].short_))) {
			*means += strlen(subjects[i].short_);
			return subjects[i].full;
		}
	return "";
}

/* An entry explains a word with a first sentence that begins with its meaning. */
static void same_meaning(const struct entry *entry, const struct meaning *meaning)
{
	const char *means = meaning->means;
	char want[TEXT_LEN] = "";

	append_plain(want, sizeof(want), subject(&means));
	append_plain(want, sizeof(want), means);
	*want = (char)toupper(*want);
	assert_string_equal(entry->word, meaning->word);
	if (strncmp(entry->text, want, strlen(want)) ||
	    isalnum(entry->text[strlen(want)]))
		fail_msg("%s: " MANUAL " has '%s', the table '%s'", meaning->word,
			 entry->text, want);
}

/* The list has the order of precedence, too. */
TEST(test_reasons)
{
	enum reason reason;

	read_list(".SS Reasons at either end\n");
	assert_int_equal(nentries, REASON_UNKNOWN - 1);
	for (reason = REASON_NONE + 1; reason < REASON_UNKNOWN; reason++)
		same_meaning(&entries[reason - 1], reason_meaning(reason));
}

static const struct entry *find_entry(const char *word)
{
	unsigned int i;

	for (i = 0; i < nentries; i++)
		if (!strcmp(entries[i].word, word))
			return &entries[i];
	fail_msg(MANUAL " has no '%s'", word);
	return NULL;
}

TEST(test_answers)
{
	struct answer answer = { ANSWER_VALID + 1, REASON_NONE };
	const struct meaning *unknown = reason_meaning(REASON_UNKNOWN);

	read_list(".SS Reasons of peers\n");
	assert_int_equal(nentries, ANSWER_STATUSES - 1 + 1);
	for (; answer.status < ANSWER_STATUSES; answer.status++)
		same_meaning(find_entry(answer_word(&answer)), answer_meaning(&answer));
	same_meaning(find_entry(unknown->word), unknown);
}

TEST(test_remedies)
{
	struct answer answer = { ANSWER_VALID + 1, REASON_NONE };
	enum reason reason;

	for (; answer.status < ANSWER_STATUSES; answer.status++)
		assert_true(*answer_meaning(&answer)->remedy);
	for (reason = REASON_NONE + 1; reason <= REASON_UNKNOWN; reason++)
		assert_true(*reason_meaning(reason)->remedy);
}

/* A recording and a history have words. */
TEST(test_words_return)
{
	struct answer before = { ANSWER_VALID, REASON_NONE }, after;
	enum reason reason;

	for (; before.status < ANSWER_STATUSES; before.status++) {
		after = answer_parse(answer_word(&before));
		assert_int_equal(after.status, before.status);
		assert_int_equal(after.reason, REASON_NONE);
	}
	for (reason = REASON_NONE + 1; reason <= REASON_UNKNOWN; reason++) {
		assert_int_equal(reason_parse(reason_word(reason)), reason);
		after = answer_parse(reason_word(reason));
		assert_int_equal(after.status, ANSWER_INVALID);
		assert_int_equal(after.reason, reason);
	}
	assert_int_equal(reason_parse("of-tomorrow"), REASON_UNKNOWN);
	assert_null(reason_word(REASON_NONE));
}
