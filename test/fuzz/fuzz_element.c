// SPDX-License-Identifier: GPL-2.0-only
/* Any string as an element for the plug-in of ipset. */
#include "ipset-ext/element.h"
#include "test/fuzz/input.h"

static void check_sentence(const char *sentence)
{
	must(*sentence);
	for (; *sentence; sentence++)
		must((unsigned char)*sentence >= ' ' && *sentence != 0x7f);
}

static void check_element(const struct element *element)
{
	must(memchr(element->name, 0, sizeof(element->name)));
	must(!element->name[0] || sr6flow_name_valid(element->name,
						     strlen(element->name)));
	must(element->sids_len <= SR6FLOW_SIDS_MAX);
	/* A flow, or a bare colour. */
	must(element->sids_len || (element->has_colour && !element->name[0] &&
				   !element->has_source));
}

static void check_same(const struct element *a, const struct element *b)
{
	must(!strcmp(a->name, b->name));
	must(a->has_source == b->has_source);
	must(!a->has_source || !memcmp(a->source, b->source, sizeof(a->source)));
	must(a->sids_len == b->sids_len);
	must(!memcmp(a->sids, b->sids, a->sids_len * sizeof(a->sids[0])));
	must(a->has_colour == b->has_colour);
	must(!a->has_colour || a->colour == b->colour);
}

/* Into a buffer of just @size bytes. */
static char *print(const struct element *element, size_t size, size_t len)
{
	char *text = malloc(size);

	must(text);
	must(element_print(text, size, element) == (int)len);
	must(strlen(text) == (len < size ? len : size - 1));
	return text;
}

static void check_print(const struct element *element, size_t room)
{
	size_t len = (size_t)element_print(NULL, 0, element);
	char *text, *cut, sentence[ELEMENT_SENTENCE_MAX];
	struct element again;

	must(len < ELEMENT_TEXT_MAX);
	text = print(element, len + 1, len);
	must(!element_parse(&again, text, sentence));
	check_same(element, &again);
	cut = print(element, 1 + room % (len + 1), len);
	must(!strncmp(cut, text, strlen(cut)));
	free(cut);
	free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input input = { data, size };
	char *text = (char *)input_copy(&input, size + 1);
	char *sentence = malloc(ELEMENT_SENTENCE_MAX);
	struct element element;

	must(sentence);
	/* Whatever was there is overwritten. */
	memset(sentence, 'x', ELEMENT_SENTENCE_MAX);
	if (element_parse(&element, text, sentence)) {
		must(memchr(sentence, 0, ELEMENT_SENTENCE_MAX));
		check_sentence(sentence);
	} else {
		check_element(&element);
		check_print(&element, size);
	}
	free(sentence);
	free(text);
	return 0;
}
