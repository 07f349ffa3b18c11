// SPDX-License-Identifier: GPL-2.0-only
/* Any bytes as a file of flows for lmctl add. */
#include <stdarg.h>
#include <stdbool.h>

#include "lmctl/cmd/flowlist.h"
#include "test/fuzz/input.h"

/* Messages that were printed, all of them about one file. */
static unsigned int messages;
static const char *path;

__attribute__((format(printf, 1, 2)))
void __wrap_lmctl_error(const char *format, ...);

/* In the place of lmctl_error(), which would fill a terminal. */
void __wrap_lmctl_error(const char *format, ...)
{
	char text[1024];
	va_list args;

	va_start(args, format);
	must(vsnprintf(text, sizeof(text), format, args) < (int)sizeof(text));
	va_end(args);
	must(!strncmp(text, path, strlen(path)));
	messages++;
}

static void check(const struct flowlist *list, unsigned int lines)
{
	unsigned int line = 0;

	for (size_t i = 0; i < list->n; i++) {
		const struct sr6flow_flow *flow = &list->items[i].flow;

		must(flow->nsids >= 1 && flow->nsids <= SR6FLOW_SIDS_MAX);
		must(!flow->name[0] || sr6flow_name_valid(flow->name,
							  strlen(flow->name)));
		must(list->items[i].line > line);
		line = list->items[i].line;
		must(!list->items[i].added);
	}
	must(line <= lines);
}

static bool same(const struct sr6flow_flow *a, const struct sr6flow_flow *b)
{
	return a->nsids == b->nsids && !strcmp(a->name, b->name) &&
	       !memcmp(a->sids, b->sids, a->nsids * sizeof(a->sids[0]));
}

/* The text form of every flow is read as that flow. */
static void check_text(const struct flowlist *list)
{
	struct flowlist again = { 0 };
	char text[SR6FLOW_FLOW_STRLEN];

	for (size_t i = 0; i < list->n; i++) {
		sr6flow_flow_format(&list->items[i].flow, text);
		must(!flowlist_parse(&again, text));
		must(same(&again.items[i].flow, &list->items[i].flow));
	}
	flowlist_free(&again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct flowlist list = { 0 };
	unsigned int lines = 1;
	int err;

	path = input_file(data, size);
	for (size_t i = 0; i < size; i++)
		lines += data[i] == '\n';
	messages = 0;
	err = flowlist_read(&list, path);
	/* One message about the first line that is wrong. */
	must(messages == !!err);
	check(&list, lines);
	check_text(&list);
	flowlist_free(&list);
	return 0;
}
