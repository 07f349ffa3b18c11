// SPDX-License-Identifier: GPL-2.0-only
/*
 * Rules from a table of ip6_tables: consecutive entries, each with its matches and
 * one target. A chain begins at a hook's entry or behind an entry with the target
 * ERROR, which has its name.
 */
#include <errno.h>
/* Before the kernel's headers, which then leave addresses to it. */
#include <netinet/in.h>
#include <linux/netfilter_ipv6/ip6_tables.h>
#include <stdio.h>
#include <string.h>

#include "lmctl/node/rules.h"

/* Names of the hooks as chains. */
static const char *const hooks[NF_INET_NUMHOOKS] = {
	[NF_INET_PRE_ROUTING] = "PREROUTING",
	[NF_INET_LOCAL_IN] = "INPUT",
	[NF_INET_FORWARD] = "FORWARD",
	[NF_INET_LOCAL_OUT] = "OUTPUT",
	[NF_INET_POST_ROUTING] = "POSTROUTING",
};

/* The entry under examination; its bytes may not be aligned. */
struct walk {
	const char *bytes;
	uint32_t offset;
	struct ip6t_entry entry;
	struct rule rule;
	struct rule_scan scan;
};

static bool every_packet(const struct ip6t_ip6 *ip)
{
	struct ip6t_ip6 any = { .flags = ip->flags };

	return !(ip->flags & (IP6T_F_PROTO | IP6T_F_TOS)) &&
	       !memcmp(&ip->src, &any.src, sizeof(any.src)) &&
	       !memcmp(&ip->smsk, &any.smsk, sizeof(any.smsk)) &&
	       !memcmp(&ip->dmsk, &any.dmsk, sizeof(any.dmsk)) &&
	       !memcmp(ip->iniface_mask, any.iniface_mask,
		       sizeof(any.iniface_mask)) &&
	       !memcmp(ip->outiface_mask, any.outiface_mask,
		       sizeof(any.outiface_mask)) &&
	       !ip->proto && !ip->invflags;
}

static int take_matches(struct walk *walk)
{
	uint32_t at = sizeof(struct ip6t_entry);
	uint32_t end = walk->entry.target_offset;
	struct xt_entry_match match;

	while (at < end) {
		const char *bytes = walk->bytes + walk->offset + at;

		if (end - at < sizeof(match))
			return -EPROTO;
		memcpy(&match, bytes, sizeof(match));
		if (match.u.match_size < sizeof(match) ||
		    match.u.match_size > end - at)
			return -EPROTO;
		match.u.user.name[sizeof(match.u.user.name) - 1] = '\0';
		rules_match(&walk->scan, match.u.user.name,
			    match.u.user.revision, bytes + sizeof(match),
			    match.u.match_size - sizeof(match));
		at += match.u.match_size;
	}
	return 0;
}

/* A verdict is negative; a positive value is the offset to continue at. */
static void take_verdict(struct walk *walk, int verdict)
{
	if (verdict >= 0 &&
	    (uint32_t)verdict == walk->offset + walk->entry.next_offset)
		return;
	walk->scan.ends = true;
	walk->scan.drops = verdict != -NF_ACCEPT - 1 && verdict != XT_RETURN;
}

/* Returns 1 for the head of a chain, which is no rule. */
static int take_target(struct walk *walk)
{
	const char *bytes = walk->bytes + walk->offset +
			    walk->entry.target_offset;
	size_t size = walk->entry.next_offset - walk->entry.target_offset;
	struct xt_entry_target target;
	struct xt_error_target error;
	int verdict;

	memcpy(&target, bytes, sizeof(target));
	target.u.user.name[sizeof(target.u.user.name) - 1] = '\0';
	if (!strcmp(target.u.user.name, XT_ERROR_TARGET)) {
		if (size < sizeof(error))
			return -EPROTO;
		memcpy(&error, bytes, sizeof(error));
		snprintf(walk->rule.chain, sizeof(walk->rule.chain), "%.*s",
			 (int)sizeof(error.errorname), error.errorname);
		return 1;
	}
	if (*target.u.user.name) {
		rules_target(&walk->scan, target.u.user.name,
			     target.u.user.revision, bytes + sizeof(target),
			     size - sizeof(target));
		return 0;
	}
	if (size < sizeof(struct xt_standard_target))
		return -EPROTO;
	memcpy(&verdict, bytes + offsetof(struct xt_standard_target, verdict),
	       sizeof(verdict));
	take_verdict(walk, verdict);
	return 0;
}

static int take_entry(struct walk *walk, uint32_t size)
{
	const uint32_t target = sizeof(struct xt_entry_target);
	int err;

	if (size - walk->offset < sizeof(walk->entry))
		return -EPROTO;
	memcpy(&walk->entry, walk->bytes + walk->offset, sizeof(walk->entry));
	if (walk->entry.target_offset < sizeof(walk->entry) ||
	    walk->entry.next_offset > size - walk->offset ||
	    walk->entry.next_offset < walk->entry.target_offset + target)
		return -EPROTO;
	walk->scan.condition = !every_packet(&walk->entry.ipv6);
	walk->scan.parts = walk->scan.condition;
	walk->rule.packets = walk->entry.counters.pcnt;
	err = take_matches(walk);
	return err ? err : take_target(walk);
}

/* The policy of a chain is its last entry. */
static bool is_policy(const struct ip6t_getinfo *info, uint32_t offset)
{
	unsigned int i;

	for (i = 0; i < NF_INET_NUMHOOKS; i++)
		if (info->valid_hooks & 1u << i && info->underflow[i] == offset)
			return true;
	return false;
}

static void name_hook(const struct ip6t_getinfo *info, struct walk *walk)
{
	unsigned int i;

	for (i = 0; i < NF_INET_NUMHOOKS; i++)
		if (info->valid_hooks & 1u << i &&
		    info->hook_entry[i] == walk->offset)
			strcpy(walk->rule.chain, hooks[i]);
}

int rules_legacy(struct rules *rules, const struct ip6t_getinfo *info,
		 const void *entries)
{
	struct walk walk = {
		.bytes = entries,
		.rule = {
			.legacy = true, .family = NFPROTO_IPV6, .hooked = true,
		},
	};
	int err;

	snprintf(walk.rule.table, sizeof(walk.rule.table), "%.*s",
		 (int)sizeof(info->name), info->name);
	while (walk.offset < info->size) {
		walk.scan = (struct rule_scan){ .index = rules->index };
		name_hook(info, &walk);
		err = take_entry(&walk, info->size);
		if (err < 0)
			return err;
		if (!err && !is_policy(info, walk.offset))
			rules_take(rules, &walk.rule, &walk.scan);
		walk.offset += walk.entry.next_offset;
	}
	return 0;
}
