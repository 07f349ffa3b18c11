// SPDX-License-Identifier: GPL-2.0-only
#include <arpa/inet.h>
#include <inttypes.h>
/* Before the kernel's headers, which then leave addresses to it. */
#include <netinet/in.h>
#include <linux/netfilter.h>
#include <linux/netfilter/xt_set.h>
#include <stdio.h>
#include <string.h>

#include "lib/array.h"
#include "lmctl/node/rules.h"

/* Flags with which the kernel's type only tests membership. */
#define MEMBERSHIP (IPSET_FLAG_SKIP_COUNTER_UPDATE | IPSET_FLAG_MAP_SKBMARK | \
		    IPSET_FLAG_MAP_SKBPRIO | IPSET_FLAG_MAP_SKBQUEUE)
#define SET_REVISION_MAX 4

void rules_start(struct rules *rules, uint16_t index)
{
	memset(rules, 0, sizeof(*rules));
	rules->index = index;
}

/* Fields of all revisions of the match. */
struct set_match {
	uint16_t index;
	uint8_t flags;
	uint32_t options;
	bool compares;
};

static bool set_match_read(struct set_match *match, unsigned int revision,
			   const void *info, size_t len)
{
	union {
		struct xt_set_info_match_v0 v0;
		struct xt_set_info_match_v1 v1;
		struct xt_set_info_match_v3 v3;
		struct xt_set_info_match_v4 v4;
	} data;
	static const size_t sizes[SET_REVISION_MAX + 1] = {
		sizeof(data.v0), sizeof(data.v1), sizeof(data.v1),
		sizeof(data.v3), sizeof(data.v4),
	};

	if (revision > SET_REVISION_MAX || len < sizes[revision])
		return false;
	memcpy(&data, info, sizes[revision]);
	if (!revision)
		*match = (struct set_match){
			data.v0.match_set.index,
			data.v0.match_set.u.compat.flags, 0, false,
		};
	else
		*match = (struct set_match){
			data.v1.match_set.index, data.v1.match_set.flags, 0, false,
		};
	if (revision == 3) {
		match->options = data.v3.flags;
		match->compares = data.v3.packets.op || data.v3.bytes.op;
	} else if (revision == 4) {
		match->options = data.v4.flags;
		match->compares = data.v4.packets.op || data.v4.bytes.op;
	}
	return true;
}

static void set_match_take(struct rule_scan *scan,
			   const struct set_match *match)
{
	if (match->index != scan->index)
		return;
	scan->uses++;
	/* Inverted, or with other options. */
	if (match->options || match->compares || match->flags & ~IPSET_DIM_ONE_SRC)
		scan->parts++;
	if (match->options & MEMBERSHIP)
		return;
	if (!scan->counts++) {
		scan->marks = match->flags & IPSET_DIM_ONE_SRC;
		scan->plain = !scan->condition;
	}
}

void rules_match(struct rule_scan *scan, const char *name,
		 unsigned int revision, const void *info, size_t len)
{
	struct set_match match;

	scan->parts++;
	if (!strcmp(name, "comment"))
		return;
	if (!strcmp(name, "set") && set_match_read(&match, revision, info, len))
		set_match_take(scan, &match);
	scan->condition = true;
}

/* The sets of SET: to add to, to delete from, to map with. */
static unsigned int target_uses(uint16_t index, unsigned int revision,
				const void *info, size_t len)
{
	const size_t size = revision ? sizeof(struct xt_set_info) :
				       sizeof(struct xt_set_info_v0);
	const unsigned int sets = revision < 3 ? 2 : 3;
	unsigned int i, uses = 0;
	uint16_t one;

	for (i = 0; i < sets && (i + 1) * size <= len; i++) {
		memcpy(&one, (const char *)info + i * size, sizeof(one));
		uses += one == index;
	}
	return uses;
}

void rules_target(struct rule_scan *scan, const char *name,
		  unsigned int revision, const void *info, size_t len)
{
	if (!strcmp(name, "SET"))
		scan->uses += target_uses(scan->index, revision, info, len);
	scan->ends = true;
}

static bool same_chain(const struct rule *a, const struct rule *b)
{
	return a->legacy == b->legacy && a->family == b->family &&
	       !strcmp(a->table, b->table) && !strcmp(a->chain, b->chain);
}

static bool right_chain(const struct rule *rule)
{
	return rule->family == NFPROTO_IPV6 && !strcmp(rule->table, "mangle") &&
	       !strcmp(rule->chain, rule->marks ? "POSTROUTING" : "PREROUTING");
}

/*
 * Find room for a rule. A counting rule replaces the last rule that only tests
 * membership; the others keep their order.
 */
static struct rule *make_room(struct rules *rules, bool counts)
{
	unsigned int i = RULES_MAX;

	if (rules->n < RULES_MAX)
		return &rules->rule[rules->n++];
	while (counts && i--)
		if (!rules->rule[i].counts) {
			memmove(&rules->rule[i], &rules->rule[i + 1],
				(RULES_MAX - 1 - i) * sizeof(*rules->rule));
			return &rules->rule[RULES_MAX - 1];
		}
	return NULL;
}

static void keep(struct rules *rules, const struct rule_scan *scan)
{
	struct rule *rule = make_room(rules, scan->counts);

	rules->uses += scan->uses;
	rules->counting += scan->counts;
	if (!rule)
		return;
	*rule = rules->last;
	rule->counts = scan->counts;
	rule->marks = scan->marks;
	rule->plain = scan->plain;
	rule->placed = right_chain(rule) && (rule->marks || !rules->ended);
	rule->made = right_chain(rule) && scan->plain && scan->parts == 1 &&
		     !scan->ends;
}

/* Rules behind a marking rule must not drop the packet. */
static void displace(struct rules *rules)
{
	unsigned int i;

	for (i = 0; i < rules->n; i++)
		if (rules->rule[i].marks &&
		    same_chain(&rules->rule[i], &rules->last))
			rules->rule[i].placed = false;
}

void rules_take(struct rules *rules, const struct rule *rule,
		const struct rule_scan *scan)
{
	unsigned int position = rules->last.position + 1;

	if (!rules->last.position || !same_chain(&rules->last, rule)) {
		position = 1;
		rules->ended = false;
	}
	rules->last = *rule;
	rules->last.position = position;
	if (scan->drops)
		displace(rules);
	if (scan->uses)
		keep(rules, scan);
	rules->ended |= scan->ends;
}

const struct rule *rules_counting(const struct rules *rules, unsigned int *i)
{
	while (*i < rules->n) {
		const struct rule *rule = &rules->rule[(*i)++];

		if (rule->counts)
			return rule;
	}
	return NULL;
}

bool rules_legacy_same(const struct rules *before, const struct rules *now)
{
	const struct rule *a, *b;
	unsigned int i = 0, j = 0;

	if (before->counting != now->counting)
		return false;
	do {
		a = rules_counting(before, &i);
		b = rules_counting(now, &j);
		if (!a || !b)
			return a == b;
	} while (same_chain(a, b) && a->counts == b->counts &&
		 a->marks == b->marks && a->packets <= b->packets);
	return false;
}

void rules_merge(struct rules *rules, const struct rules *others)
{
	struct rule *room;
	unsigned int i;

	for (i = 0; i < others->n; i++) {
		room = make_room(rules, others->rule[i].counts);
		if (room)
			*room = others->rule[i];
	}
	rules->uses += others->uses;
	rules->counting += others->counting;
}

enum reason rules_judge(const struct rules *rules)
{
	unsigned int i = 0;
	const struct rule *rule = rules_counting(rules, &i);

	if (!rules->counting)
		return REASON_NO_RULE;
	if (rules->counting > 1)
		return REASON_RULE_TWICE;
	return rule && rule->plain && rule->placed && rule->hooked &&
	       !rule->dormant ? REASON_NONE : REASON_RULE_DIFFERS;
}

static const char *family_name(const struct rule *rule)
{
	switch (rule->family) {
	case NFPROTO_INET:
		return "inet";
	case NFPROTO_IPV4:
		return "ip";
	case NFPROTO_BRIDGE:
		return "bridge";
	case NFPROTO_ARP:
		return "arp";
	default:
		return "ip6";
	}
}

/* Tables of ip6tables-nft; others belong to nft. */
static bool of_ip6tables(const struct rule *rule)
{
	static const char *const names[] = {
		"filter", "mangle", "nat", "raw", "security",
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(names); i++)
		if (!strcmp(rule->table, names[i]))
			return rule->family == NFPROTO_IPV6;
	return false;
}

const char *rule_text(const struct rule *rule, char *text)
{
	bool known = of_ip6tables(rule);

	snprintf(text, RULE_STRLEN, "rule %u of chain %s, table %s%s%s (%s)",
		 rule->position, rule->chain, known ? "" : family_name(rule),
		 known ? "" : " ", rule->table,
		 rule->legacy ? "ip6tables-legacy" :
		 known ? "ip6tables-nft" : "nft");
	return text;
}

const char *rule_remedy(const struct rule *rule, char *text)
{
	if (of_ip6tables(rule))
		snprintf(text, RULE_STRLEN, "ip6tables-%s -t %s -D %s %u",
			 rule->legacy ? "legacy" : "nft", rule->table,
			 rule->chain, rule->position);
	else
		snprintf(text, RULE_STRLEN,
			 "nft delete rule %s %s %s handle %" PRIu64,
			 family_name(rule), rule->table, rule->chain,
			 rule->handle);
	return text;
}
