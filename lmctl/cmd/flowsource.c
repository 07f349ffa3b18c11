// SPDX-License-Identifier: GPL-2.0-only
#include <arpa/inet.h>
#include <errno.h>
#include <string.h>

#include "lmctl/base/messages.h"
#include "lmctl/cmd/flowsource.h"
#include "lmctl/node/ip6tables.h"
#include "lmctl/node/sets.h"
#include "lmctl/node/tunsrc.h"

void flowsource_warn(const char *set, const struct sr6flow_flow *flow)
{
	char source[INET6_ADDRSTRLEN], sid[INET6_ADDRSTRLEN];

	inet_ntop(AF_INET6, &flow->source, source, sizeof(source));
	inet_ntop(AF_INET6, &flow->sids[0], sid, sizeof(sid));
	lmctl_warning("set '%s': no tunnel source is set; the kernel chooses %s towards %s now, and these flows count nothing after it chooses another; set it with 'ip sr tunsrc set %s'",
		      set, source, sid, source);
}

static int report(const struct flowlist *list,
		  const struct flowlist_item *item, int err)
{
	const char *origin = flowlist_origin(list, item->line);
	char sid[INET6_ADDRSTRLEN];

	inet_ntop(AF_INET6, &item->flow.sids[0], sid, sizeof(sid));
	lmctl_error("%sno tunnel source for %s: %s; set one with 'ip sr tunsrc set ADDRESS', or add the flow with its source, SOURCE@SID",
		    origin, sid, tunsrc_error(err));
	return err;
}

static int fill(struct flowlist *list, struct tunsrc *tunsrc)
{
	size_t i;

	for (i = 0; i < list->n; i++) {
		struct sr6flow_flow *flow = &list->items[i].flow;
		int err;

		if (flow->netmask)
			continue;
		err = tunsrc_find(tunsrc, &flow->sids[0], 0, &flow->source);
		if (err)
			return report(list, &list->items[i], err);
		flow->netmask = SR6FLOW_NETMASK_MAX;
	}
	return 0;
}

/* Return: 1, 0, or a negative errno after a message. */
static int marks(const char *set)
{
	const struct ip6tables rule = {
		.program = "ip6tables", .set = set, .marking = true,
	};

	if (!strcmp(set, LMCTL_SET_TX))
		return 1;
	return strcmp(set, LMCTL_SET_RX) ? ip6tables_check(&rule) : 0;
}

static const struct sr6flow_flow *first_without(const struct flowlist *list)
{
	size_t i;

	for (i = 0; i < list->n; i++)
		if (!list->items[i].flow.netmask)
			return &list->items[i].flow;
	return NULL;
}

static bool has_netmasks(const struct flowlist *list)
{
	size_t i;

	for (i = 0; i < list->n; i++)
		if (list->items[i].netmask)
			return true;
	return false;
}

static int check_netmasks(const struct flowlist *list,
			  const struct sr6flow_set *set)
{
	size_t i;

	for (i = 0; i < list->n; i++) {
		const struct flowlist_item *item = &list->items[i];
		char source[INET6_ADDRSTRLEN];

		if (!item->netmask || item->netmask == set->netmask)
			continue;
		inet_ntop(AF_INET6, &item->flow.source, source, sizeof(source));
		lmctl_error("%sset '%s' has netmask %u, not %u: %s %s/%u@",
			    flowlist_origin(list, item->line), set->name,
			    set->netmask, item->netmask,
			    set->netmask ? "remove the netmask from" :
					   "its flows have no source, remove",
			    source, item->netmask);
		return -EINVAL;
	}
	return 0;
}

int flowsource_fill(struct flowlist *list, struct sr6flow *handle,
		    const char *set, bool warn)
{
	const struct sr6flow_flow *first = first_without(list);
	struct sr6flow_set info;
	struct tunsrc tunsrc;
	int err;

	if (!first && !has_netmasks(list))
		return 0;
	err = sr6flow_info(handle, set, &info);
	if (err) {
		lmctl_error("%s", sr6flow_error(handle));
		return err;
	}
	err = check_netmasks(list, &info);
	if (err || !first || !info.netmask)
		return err;
	err = marks(set);
	if (err <= 0)
		return err;
	err = tunsrc_open(&tunsrc);
	if (!err)
		err = fill(list, &tunsrc);
	if (!err && warn && !tunsrc.fixed)
		flowsource_warn(set, first);
	tunsrc_close(&tunsrc);
	return err;
}
