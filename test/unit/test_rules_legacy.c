// SPDX-License-Identifier: GPL-2.0-only
/*
 * Rules from tables of ip6_tables, built as the kernel builds them.
 */
#include <string.h>

#include <netinet/in.h>
#include <linux/netfilter/xt_set.h>
#include <linux/netfilter_ipv6/ip6_tables.h>

#include "lmctl/node/rules.h"
#include "test/unit/unit.h"

#define SET 5
#define OTHER 6
#define BOTH 0x100

/* A table of ip6_tables under construction. */
static struct {
	_Alignas(8) char bytes[8192];
	struct ip6t_getinfo info;
} table;

static void start_table(void)
{
	memset(&table, 0, sizeof(table));
	strcpy(table.info.name, "mangle");
	table.info.valid_hooks = 1u << NF_INET_PRE_ROUTING |
				 1u << NF_INET_POST_ROUTING;
}

/* @target: a verdict, BOTH for the next rule, or the head of a chain. */
static void add_entry(const char *head, uint16_t index, uint32_t options,
		      uint8_t flags, int target, uint64_t packets)
{
	char *bytes = table.bytes + table.info.size;
	struct ip6t_entry *entry = (void *)bytes;
	size_t at = sizeof(*entry);

	entry->counters.pcnt = packets;
	if (index) {
		struct xt_set_info_match_v4 info = {
			.match_set = { index, 1, flags }, .flags = options,
		};
		struct xt_entry_match *match = (void *)(bytes + at);

		strcpy(match->u.user.name, "set");
		match->u.user.revision = 4;
		match->u.match_size = XT_ALIGN(sizeof(*match)) +
				      XT_ALIGN(sizeof(info));
		memcpy(match->data, &info, sizeof(info));
		at += match->u.match_size;
	}
	entry->target_offset = (uint16_t)at;
	if (head) {
		struct xt_error_target *error = (void *)(bytes + at);

		strcpy(error->target.u.user.name, XT_ERROR_TARGET);
		strcpy(error->errorname, head);
		at += XT_ALIGN(sizeof(*error));
		error->target.u.target_size = XT_ALIGN(sizeof(*error));
	} else {
		struct xt_standard_target *standard = (void *)(bytes + at);

		at += XT_ALIGN(sizeof(*standard));
		standard->target.u.target_size = XT_ALIGN(sizeof(*standard));
		standard->verdict = target == BOTH ?
				    (int)(table.info.size + at) : target;
	}
	entry->next_offset = (uint16_t)at;
	table.info.size += (unsigned int)at;
}

static void add_policy(unsigned int hook, int target)
{
	table.info.underflow[hook] = table.info.size;
	add_entry(NULL, 0, 0, 0, target, 0);
}

#define VERDICT(code) (-(code) - 1)

/* Counting rules at the head of PREROUTING, and what comes after. */
static void make_table(unsigned int rules, uint64_t packets)
{
	start_table();
	table.info.hook_entry[NF_INET_PRE_ROUTING] = table.info.size;
	while (rules--)
		add_entry(NULL, SET, 0, 0, BOTH, packets);
	add_policy(NF_INET_PRE_ROUTING, VERDICT(NF_ACCEPT));
	table.info.hook_entry[NF_INET_POST_ROUTING] = table.info.size;
	add_entry(NULL, SET, IPSET_FLAG_SKIP_COUNTER_UPDATE, 0, BOTH, 1);
	add_policy(NF_INET_POST_ROUTING, VERDICT(NF_DROP));
	add_entry("mine", 0, 0, 0, 0, 0);
	add_entry(NULL, OTHER, 0, 0, VERDICT(NF_DROP), 0);
	add_entry(NULL, 0, 0, 0, XT_RETURN, 0);
	add_entry("ERROR", 0, 0, 0, 0, 0);
}

static void read_table(struct rules *rules)
{
	rules_start(rules, SET);
	assert_int_equal(rules_legacy(rules, &table.info, table.bytes), 0);
}

TEST(legacy)
{
	char text[RULE_STRLEN];
	struct rules rules;

	make_table(1, 7);
	read_table(&rules);
	assert_int_equal(rules_judge(&rules), REASON_NONE);
	assert_int_equal(rules.uses, 2);
	assert_int_equal(rules.rule[0].packets, 7);
	assert_string_equal(rule_text(&rules.rule[0], text),
			    "rule 1 of chain PREROUTING, table mangle (ip6tables-legacy)");
	assert_string_equal(rule_remedy(&rules.rule[1], text),
			    "ip6tables-legacy -t mangle -D POSTROUTING 1");
	make_table(2, 7);
	read_table(&rules);
	assert_int_equal(rules_judge(&rules), REASON_RULE_TWICE);
	make_table(0, 7);
	read_table(&rules);
	assert_int_equal(rules_judge(&rules), REASON_NO_RULE);
}

TEST(legacy_places)
{
	struct rules rules;

	/* Something before it that accepts. */
	start_table();
	add_entry(NULL, OTHER, 0, 0, VERDICT(NF_ACCEPT), 0);
	add_entry(NULL, SET, 0, 0, BOTH, 0);
	add_policy(NF_INET_PRE_ROUTING, VERDICT(NF_ACCEPT));
	read_table(&rules);
	assert_int_equal(rules_judge(&rules), REASON_RULE_DIFFERS);
	/* A marking rule: accepted before, and dropped by the policy. */
	start_table();
	table.info.valid_hooks = 1u << NF_INET_POST_ROUTING;
	add_entry(NULL, OTHER, 0, 0, VERDICT(NF_ACCEPT), 0);
	add_entry(NULL, SET, 0, IPSET_DIM_ONE_SRC, BOTH, 0);
	add_policy(NF_INET_POST_ROUTING, VERDICT(NF_DROP));
	read_table(&rules);
	assert_int_equal(rules_judge(&rules), REASON_NONE);
	/* A condition of the rule itself. */
	make_table(1, 0);
	((struct ip6t_entry *)(void *)table.bytes)->ipv6.iniface_mask[0] = 0xff;
	read_table(&rules);
	assert_int_equal(rules_judge(&rules), REASON_RULE_DIFFERS);
}

TEST(legacy_sameness)
{
	struct rules before, now;

	make_table(1, 7);
	read_table(&before);
	assert_true(rules_legacy_same(&before, &before));
	make_table(1, 8);
	read_table(&now);
	assert_true(rules_legacy_same(&before, &now));
	assert_false(rules_legacy_same(&now, &before));
	make_table(2, 8);
	read_table(&now);
	assert_false(rules_legacy_same(&before, &now));
	make_table(0, 0);
	read_table(&now);
	assert_false(rules_legacy_same(&before, &now));
	rules_merge(&before, &before);
	assert_int_equal(rules_judge(&before), REASON_RULE_TWICE);
}

/* Any byte may be wrong: no table makes it read outside of it. */
TEST(legacy_hostile)
{
	static char *copy;
	struct rules rules;
	unsigned int i;
	size_t size;

	make_table(1, 7);
	size = table.info.size;
	copy = test_malloc(size);
	for (i = 0; i < size; i++) {
		memcpy(copy, table.bytes, size);
		copy[i] ^= (char)0xff;
		rules_start(&rules, SET);
		rules_legacy(&rules, &table.info, copy);
	}
	memcpy(copy, table.bytes, size);
	for (i = 0; i < size; i++) {
		struct ip6t_getinfo info = table.info;

		info.size = i;
		rules_start(&rules, SET);
		rules_legacy(&rules, &info, copy);
	}
	test_free(copy);
}
