// SPDX-License-Identifier: GPL-2.0-only
#include <arpa/inet.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <linux/seg6_local.h>

#include "lib/array.h"
#include "lmctl/cmd/checkup_sids.h"

#define TEXT(finding, ...) \
	snprintf((finding)->text, sizeof((finding)->text), __VA_ARGS__)
#define REMEDY(finding, ...) \
	snprintf((finding)->remedy, sizeof((finding)->remedy), __VA_ARGS__)

static const char *action_name(uint32_t action)
{
	static const char *const names[] = {
		[SEG6_LOCAL_ACTION_END] = "End",
		[SEG6_LOCAL_ACTION_END_X] = "End.X",
		[SEG6_LOCAL_ACTION_END_T] = "End.T",
		[SEG6_LOCAL_ACTION_END_DT6] = "End.DT6",
		[SEG6_LOCAL_ACTION_END_DT4] = "End.DT4",
		[SEG6_LOCAL_ACTION_END_B6] = "End.B6",
		[SEG6_LOCAL_ACTION_END_B6_ENCAP] = "End.B6.Encaps",
		[SEG6_LOCAL_ACTION_END_DT46] = "End.DT46",
	};

	return action < ARRAY_SIZE(names) && names[action] ?
	       names[action] : "seg6local";
}

/* Room for "2 flows, first NAME" of the longest flow. */
#define WHO_LEN (SR6FLOW_FLOW_STRLEN + 64)

static const char *who(const struct sid_facts *facts, enum sid_kind kind,
		       char text[WHO_LEN])
{
	const struct sr6flow_flow *flow = &facts->first[kind];
	char element[SR6FLOW_FLOW_STRLEN];

	snprintf(text, WHO_LEN, "%" PRIu64 " flow%s, first %s",
		 facts->flows[kind], facts->flows[kind] == 1 ? "" : "s",
		 *flow->name ? flow->name : sr6flow_flow_format(flow, element));
	return text;
}

static void find_dropped(const struct sid_facts *facts, enum sid_kind kind,
			 struct sid_finding *finding)
{
	const struct sr6flow_flow *flow = &facts->first[kind];
	const struct sid_route *route = &facts->route[kind];
	char text[WHO_LEN], sid[INET6_ADDRSTRLEN];

	finding->level = FINDING_NOTE;
	who(facts, kind, text);
	inet_ntop(AF_INET6, &flow->sids[flow->nsids - 1], sid, sizeof(sid));
	if (kind == SIDS_ENDPOINT)
		TEXT(finding, "this node drops packets after counting them: %s would send them to another SID, but %s is their last one (%s)",
		     action_name(route->action), sid, text);
	else if (kind == SIDS_NOWHERE)
		TEXT(finding, "this node drops packets after counting them: it has no route to their last SID %s (%s)",
		     sid, text);
	else
		TEXT(finding, "this node drops packets after counting them: %s of their last SID %s looks up table %u, which is empty (%s)",
		     action_name(route->action), sid, route->table, text);
	if (kind == SIDS_EMPTY)
		REMEDY(finding, "add routes to that table ('ip -6 route show table %u'); such drops are not loss of the network and are not in the results",
		       route->table);
	else
		REMEDY(finding, "add its route, such as 'ip -6 route add %s encap seg6local action End.DT6 ...'; such drops are not loss of the network and are not in the results",
		       sid);
}

/* An egress that lost all but its default route looks the same. */
static void find_transit(const char *text, struct sid_finding *finding)
{
	finding->level = FINDING_NOTE;
	TEXT(finding, "this node forwards packets after counting them, and none of their SIDs is its own (%s)",
	     text);
	REMEDY(finding, "if this node is their egress, add the missing route of their last SID; otherwise the path behind this node is not measured");
}

static void find(const struct sid_facts *facts, enum sid_kind kind,
		 struct sid_finding *finding)
{
	char text[WHO_LEN];

	*finding = (struct sid_finding){ .level = FINDING_GOOD };
	who(facts, kind, text);
	if (kind == SIDS_TAKEN)
		TEXT(finding, "this node decapsulates packets after counting them (%s)",
		     text);
	else if (kind == SIDS_FORWARDED)
		TEXT(finding, "this node forwards packets after counting them, and the path behind it is not measured (%s)",
		     text);
	else if (kind == SIDS_TRANSIT)
		find_transit(text, finding);
	else
		find_dropped(facts, kind, finding);
}

bool sid_finding(const struct sid_facts *facts, unsigned int i,
		 struct sid_finding *finding)
{
	enum sid_kind kind;

	/* Unknown flows are not reported. */
	for (kind = SIDS_TAKEN; kind < SIDS_UNKNOWN; kind++) {
		if (facts->flows[kind] && !i--) {
			find(facts, kind, finding);
			return true;
		}
	}
	return false;
}
