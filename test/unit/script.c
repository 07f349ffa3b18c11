// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "test/unit/script.h"

#define LINES_MAX 1024
#define TEXT_MAX 1024
#define TEST_WORD "test "
#define ARROW " -> "

/* The script of this program. Memory is never freed: it is used until the end. */
static char path[128];
static char *lines[LINES_MAX];
static size_t nlines;
static const struct script_word *vocabulary;

/* What the step that runs has said, for the value before, and how often that. */
static char said[TEXT_MAX];
static char before[TEXT_MAX];
static unsigned int times;
/* The next thing that is said is of another step on the line. */
static bool next_step;
/* What all of its values said. */
static char answer[TEXT_MAX];

void script_say(const char *format, ...)
{
	size_t len = strlen(said);
	va_list args;

	if (next_step && len)
		len += (size_t)snprintf(said + len, sizeof(said) - len, ", ");
	next_step = false;
	va_start(args, format);
	vsnprintf(said + len, sizeof(said) - len, format, args);
	va_end(args);
}

int64_t script_number(const char *word)
{
	char *end;
	int64_t number;

	if (!word)
		return 0;
	errno = 0;
	number = strtoll(word, &end, 0);
	if (errno || end == word || *end)
		fail_msg("'%s' is no number", word);
	return number;
}

const char *script_option(char **words, const char *key)
{
	size_t len = strlen(key);

	for (; *words; words++)
		if (!strncmp(*words, key, len) && (*words)[len] == '=')
			return *words + len + 1;
	return NULL;
}

int64_t script_value(char **words, const char *key, int64_t otherwise)
{
	const char *value = script_option(words, key);

	return value ? script_number(value) : otherwise;
}

static void run_words(char *text)
{
	char *words[SCRIPT_WORDS + 1] = { NULL }, *rest;
	const struct script_word *known;
	unsigned int n = 0;
	char *word;

	for (word = strtok_r(text, " ", &rest); word;
	     word = strtok_r(NULL, " ", &rest)) {
		assert_in_range(n, 0, SCRIPT_WORDS - 1);
		words[n++] = word;
	}
	for (known = vocabulary; n && known->name; known++)
		if (!strcmp(known->name, words[0])) {
			known->step(words + 1);
			return;
		}
	fail_msg("'%s' is no word for a step", words[0]);
}

/* The answers that were equal are over. */
static void end_answer(void)
{
	size_t len = strlen(answer);

	if (*before)
		len += (size_t)snprintf(answer + len, sizeof(answer) - len, "%s%s",
					len ? "; " : "", before);
	if (*before && times > 1)
		snprintf(answer + len, sizeof(answer) - len, " x%u", times);
	assert_true(strlen(answer) < sizeof(answer) - 1);
	before[0] = '\0';
	times = 0;
}

/* The step with @value in the place of its {...} and of each $. */
static void run_value(const char *step, const char *value)
{
	char text[TEXT_MAX] = "", *part, *rest;
	size_t len = 0;

	for (; *step && len < sizeof(text) - 1; step++) {
		if (*step != '{' && *step != '$') {
			text[len++] = *step;
			continue;
		}
		len += (size_t)snprintf(text + len, sizeof(text) - len, "%s",
					value);
		if (*step == '{')
			step = strchr(step, '}');
	}
	said[0] = '\0';
	for (part = strtok_r(text, ";", &rest); part;
	     part = strtok_r(NULL, ";", &rest)) {
		next_step = true;
		run_words(part);
	}
	if (strcmp(said, before))
		end_answer();
	strcpy(before, said);
	times++;
}

static void run_range(const char *step, int64_t from, int64_t to, int64_t by)
{
	char value[32];

	for (; from <= to; from += by) {
		snprintf(value, sizeof(value), "%" PRId64, from);
		run_value(step, value);
	}
}

static void run_values(const char *step)
{
	const char *open = strchr(step, '{');
	char values[TEXT_MAX], *value, *rest;
	int64_t from = 1, to, by = 1;
	int len = 0;

	if (sscanf(step, "x%" SCNd64 " %n", &to, &len) == 1 && len) {
		run_range(step + len, from, to, by);
		return;
	}
	if (!open) {
		run_value(step, "");
		return;
	}
	snprintf(values, sizeof(values), "%s", open + 1);
	assert_non_null(strchr(values, '}'));
	*strchr(values, '}') = '\0';
	if (sscanf(values, "%" SCNd64 "..%" SCNd64 "..%" SCNd64, &from, &to, &by) >= 2) {
		run_range(step, from, to, by);
		return;
	}
	for (value = strtok_r(values, ",", &rest); value;
	     value = strtok_r(NULL, ",", &rest))
		run_value(step, value);
}

/* A step without its arrow. */
static void run_step(const char *step)
{
	answer[0] = before[0] = '\0';
	times = 0;
	run_values(step);
	end_answer();
}

static bool writing(void)
{
	return !strcmp(getenv("UNIT_GOLDEN") ?: "", "write");
}

/* Returns false if the line is the last one of its test. */
static bool run_line(size_t i)
{
	char step[TEXT_MAX], *arrow;

	if (i == nlines || !strncmp(lines[i], TEST_WORD, strlen(TEST_WORD)))
		return false;
	snprintf(step, sizeof(step), "%s", lines[i] + strspn(lines[i], "\t"));
	if (!*step || *step == '#')
		return true;
	arrow = strstr(step, ARROW);
	if (arrow)
		*arrow = '\0';
	run_step(step);
	if (!strcmp(answer, arrow ? arrow + strlen(ARROW) : ""))
		return true;
	if (!writing())
		fail_msg("%s:%zu: %s\nsays: %s", path, i + 1, lines[i], answer);
	arrow = strstr(lines[i], ARROW);
	if (asprintf(&lines[i], "%.*s%s%s",
		     (int)(arrow ? arrow - lines[i] : (long)strlen(lines[i])),
		     lines[i], *answer ? ARROW : "", answer) < 0)
		fail();
	return true;
}

static void write_script(void)
{
	FILE *file = fopen(path, "w");
	size_t i;

	assert_non_null(file);
	for (i = 0; i < nlines; i++)
		fprintf(file, "%s\n", lines[i]);
	assert_int_equal(fclose(file), 0);
	fail_msg("%s was written, not compared", path);
}

/* *state is the line of the test. */
static void do_test(void **state)
{
	size_t i = (size_t)((char **)*state - lines) + 1;

	while (run_line(i))
		i++;
	if (writing())
		write_script();
}

static void no_tests(void **state)
{
	(void)state;
	fail_msg("%s has no tests, or more than %d lines", path, LINES_MAX);
}

void script_register(const char *name, const struct script_word *words,
		     CMFixtureFunction setup, CMFixtureFunction teardown)
{
	char *line = NULL;
	size_t room = 0;
	bool any = false;
	FILE *file;

	snprintf(path, sizeof(path), "test/unit/scripts/%s.txt", name);
	vocabulary = words;
	file = fopen(path, "r");
	while (file && getline(&line, &room, file) >= 0 && nlines < LINES_MAX) {
		line[strcspn(line, "\n")] = '\0';
		if (!strncmp(line, TEST_WORD, strlen(TEST_WORD))) {
			unit_add(&(struct CMUnitTest){
				line + strlen(TEST_WORD), do_test, setup,
				teardown, &lines[nlines] });
			any = true;
		}
		lines[nlines++] = line;
		line = NULL;
	}
	if (!any || nlines == LINES_MAX)
		unit_add(&(struct CMUnitTest){ path, no_tests, NULL, NULL, NULL });
	free(line);
	if (file)
		fclose(file);
}
