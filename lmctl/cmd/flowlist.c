// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "lmctl/base/messages.h"
#include "lmctl/base/numbers.h"
#include "lmctl/base/output.h"
#include "lmctl/base/signals.h"
#include "lmctl/cmd/flowlist.h"

#define TIMEOUT "timeout "

const char *flowlist_origin(const struct flowlist *list, unsigned int line)
{
	static char text[256];

	text[0] = '\0';
	if (list->file && line)
		snprintf(text, sizeof(text), "%.200s:%u: ", list->file, line);
	return text;
}

void flowlist_free(struct flowlist *list)
{
	free(list->items);
	*list = (struct flowlist){ 0 };
}

int flowlist_append(struct flowlist *list, const struct sr6flow_flow *flow,
		    unsigned int line)
{
	if (list->n == list->room) {
		size_t room = list->room ? 2 * list->room : 16;
		void *items = reallocarray(list->items, room,
					   sizeof(*list->items));

		if (!items) {
			lmctl_error("out of memory for %zu flows; use smaller "
				    "files", room);
			return -ENOMEM;
		}
		list->items = items;
		list->room = room;
	}
	list->items[list->n++] = (struct flowlist_item){
		.flow = *flow,
		.line = line,
	};
	return 0;
}

/*
 * Cut N off SOURCE/N, the form of 'lmctl flows', and return it. Leave anything but
 * a number for the library to reject.
 */
static unsigned int cut_netmask(char *text)
{
	char *at = strchr(text, '@'), *slash = strchr(text, '/');
	size_t len = slash ? strspn(slash + 1, "0123456789") : 0;
	unsigned int netmask;

	if (!at || !len || len > 3 || slash + 1 + len != at)
		return 0;
	netmask = (unsigned int)strtoul(slash + 1, NULL, 10);
	if (netmask)
		memmove(slash, at, strlen(at) + 1);
	return netmask;
}

/* Cut "timeout SECONDS" off a line of a file. Return: false after a message. */
static bool cut_timeout(const struct flowlist *list, char *text,
			unsigned int line, struct flowlist_item *item)
{
	char *words = line ? strpbrk(text, " \t") : NULL;

	if (!words)
		return true;
	*words++ = '\0';
	words += strspn(words, " \t");
	item->timed = !strncmp(words, TIMEOUT, strlen(TIMEOUT)) &&
		      !lmctl_parse_u32(words + strlen(TIMEOUT), &item->timeout) &&
		      item->timeout != SR6FLOW_NO_TIMEOUT;
	if (!item->timed)
		lmctl_error("%s'%s': must be '" TIMEOUT "SECONDS' or nothing",
			    flowlist_origin(list, line), words);
	return item->timed;
}

static int parse_flow(struct flowlist *list, char *text, unsigned int line)
{
	struct flowlist_item item = { .line = line };
	unsigned int netmask;
	struct sr6flow_flow flow;
	char error[256];
	int err;

	if (!cut_timeout(list, text, line, &item))
		return -EINVAL;
	netmask = cut_netmask(text);

	if (sr6flow_flow_parse(&flow, text, error, sizeof(error))) {
		lmctl_error("%s%s", flowlist_origin(list, line), error);
		return -EINVAL;
	}
	err = flowlist_append(list, &flow, line);
	if (err)
		return err;
	item.flow = flow;
	item.netmask = netmask;
	list->items[list->n - 1] = item;
	return 0;
}

int flowlist_parse(struct flowlist *list, const char *text)
{
	char *copy = strdup(text);
	int err;

	if (!copy) {
		lmctl_error("out of memory");
		return -ENOMEM;
	}
	err = parse_flow(list, copy, 0);
	free(copy);
	return err;
}

/* Cut comment and blanks off a line; a line of these alone becomes empty. */
static char *trim(char *text)
{
	size_t len;

	text[strcspn(text, "#\r\n")] = '\0';
	text += strspn(text, " \t");
	len = strlen(text);
	while (len && strchr(" \t", text[len - 1]))
		len--;
	text[len] = '\0';
	return text;
}

static int read_lines(struct flowlist *list, FILE *stream)
{
	unsigned int number = 0;
	char *line = NULL;
	size_t size = 0;
	int err = 0;
	ssize_t len;

	errno = 0;
	while (!err && (len = getline(&line, &size, stream)) >= 0) {
		char *text;

		number++;
		if ((size_t)len != strlen(line)) {
			lmctl_error("%sthe line contains a NUL byte; a file of flows must be text",
				    flowlist_origin(list, number));
			err = -EINVAL;
			break;
		}
		text = trim(line);
		if (*text)
			err = parse_flow(list, text, number);
	}
	if (!err && ferror(stream)) {
		err = errno ? -errno : -EIO;
		lmctl_error("%s: %s", list->file, strerror(-err));
	}
	free(line);
	return err;
}

int flowlist_read_stream(struct flowlist *list, FILE *stream, const char *file)
{
	list->file = file;
	return read_lines(list, stream);
}

int flowlist_read(struct flowlist *list, const char *file)
{
	FILE *stream;
	int err;

	if (!strcmp(file, "-"))
		return flowlist_read_stream(list, stdin, "standard input");
	stream = fopen(file, "re");
	if (!stream) {
		err = -errno;
		lmctl_error("%s: %s", file, strerror(-err));
		return err;
	}
	err = flowlist_read_stream(list, stream, file);
	fclose(stream);
	return err;
}

/* Delete the flows that this run added. Return: number of flows that remain. */
static size_t undo(struct flowlist *list, struct sr6flow *handle,
		   const char *set, size_t n)
{
	size_t left = 0;

	while (n--) {
		int err;

		if (!list->items[n].added)
			continue;
		err = sr6flow_del(handle, set, &list->items[n].flow);
		if (err && err != -ESRCH && err != -ENOENT)
			left++;
	}
	return left;
}

/* Set *added unless the flow existed: undo deletes new flows only. */
static int add_one(struct sr6flow *handle, const char *set,
		   struct flowlist_item *item, uint32_t timeout,
		   enum flowlist_present present)
{
	int err;

	if (item->timed)
		timeout = item->timeout;
	err = sr6flow_add(handle, set, &item->flow, timeout, false);
	if (!err)
		item->added = true;
	else if (err == -EEXIST && present == FLOWLIST_REFRESH)
		err = sr6flow_add(handle, set, &item->flow, timeout, true);
	else if (err == -EEXIST && present == FLOWLIST_KEEP)
		err = 0;
	return err;
}

int flowlist_add(struct flowlist *list, struct sr6flow *handle,
		 const char *set, uint32_t timeout,
		 enum flowlist_present present)
{
	struct output_progress progress;
	char reason[512] = "interrupted";
	int err = 0;
	size_t i, left;

	output_progress_start(&progress, "flows", list->n);
	signals_hold();
	for (i = 0; i < list->n && !err; i++) {
		output_progress(&progress, i);
		if (signals_pending()) {
			err = -EINTR;
			break;
		}
		err = add_one(handle, set, &list->items[i], timeout, present);
		if (err)
			snprintf(reason, sizeof(reason), "%s%s",
				 flowlist_origin(list, list->items[i].line),
				 sr6flow_error(handle));
	}
	output_progress_end(&progress);
	if (err) {
		left = undo(list, handle, set, i);
		if (left)
			lmctl_error("%s; %zu added flows could not be removed again",
				    reason, left);
		else
			lmctl_error("%s; no flow was added", reason);
	}
	signals_release();
	return err;
}

static int look_up(struct flowlist *list, struct sr6flow *handle,
		   const char *set)
{
	char text[SR6FLOW_FLOW_STRLEN];
	size_t i;

	for (i = 0; i < list->n; i++) {
		const struct flowlist_item *item = &list->items[i];
		int found = sr6flow_test(handle, set, &item->flow);

		if (found > 0)
			continue;
		if (found)
			lmctl_error("%s%s", flowlist_origin(list, item->line),
				    sr6flow_error(handle));
		else
			lmctl_error("%s%s is not in set %s; no flow was "
				    "deleted (--exist skips such flows)",
				    flowlist_origin(list, item->line),
				    sr6flow_flow_format(&item->flow, text),
				    set);
		return found ? found : -ESRCH;
	}
	return 0;
}

int flowlist_del(struct flowlist *list, struct sr6flow *handle,
		 const char *set, bool exist)
{
	struct output_progress progress;
	size_t i, n = 0;
	int err = 0;

	if (!exist)
		err = look_up(list, handle, set);
	if (err)
		return err;
	output_progress_start(&progress, "flows", list->n);
	for (i = 0; i < list->n; i++) {
		output_progress(&progress, i);
		err = sr6flow_del(handle, set, &list->items[i].flow);
		/* Also a flow that is in the list twice or just expired. */
		if (err == -ESRCH)
			err = 0;
		else if (!err)
			n++;
		if (err)
			break;
	}
	output_progress_end(&progress);
	if (err)
		lmctl_error("%s%s; %zu flows were deleted before",
			    flowlist_origin(list, list->items[i].line),
			    sr6flow_error(handle), n);
	return err;
}
