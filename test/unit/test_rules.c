// SPDX-License-Identifier: GPL-2.0-only
/*
 * Rules from messages of nf_tables and tables of ip6_tables, built as the kernel
 * builds them, and what is made of announcements.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include <netinet/in.h>
#include <endian.h>
#include <libmnl/libmnl.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nf_tables_compat.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/xt_set.h>
#include <linux/netfilter_ipv6/ip6_tables.h>

#include "lmctl/rules.h"

#define SET 5
#define OTHER 6
#define BOTH 0x100

static struct {
	_Alignas(struct nlmsghdr) char bytes[4096];
	struct nlmsghdr *nlh;
	struct nlattr *expressions;
} message;

static void start(int type, uint8_t family, uint16_t generation)
{
	struct nfgenmsg *nfg;

	memset(&message, 0, sizeof(message));
	message.nlh = mnl_nlmsg_put_header(message.bytes);
	message.nlh->nlmsg_type = (uint16_t)(NFNL_SUBSYS_NFTABLES << 8 | type);
	nfg = mnl_nlmsg_put_extra_header(message.nlh, sizeof(*nfg));
	nfg->nfgen_family = family;
	nfg->res_id = htons(generation);
}

static void start_rule(int type, uint8_t family, const char *table,
		       const char *chain)
{
	start(type, family, 11);
	mnl_attr_put_strz(message.nlh, NFTA_RULE_TABLE, table);
	mnl_attr_put_strz(message.nlh, NFTA_RULE_CHAIN, chain);
	mnl_attr_put_u64(message.nlh, NFTA_RULE_HANDLE, htobe64(42));
	message.expressions = mnl_attr_nest_start(message.nlh,
						  NFTA_RULE_EXPRESSIONS);
}

static struct nlattr *start_expression(const char *name, struct nlattr **data)
{
	struct nlattr *nest = mnl_attr_nest_start(message.nlh, NFTA_LIST_ELEM);

	mnl_attr_put_strz(message.nlh, NFTA_EXPR_NAME, name);
	*data = mnl_attr_nest_start(message.nlh, NFTA_EXPR_DATA);
	return nest;
}

static void end_expression(struct nlattr *nest, struct nlattr *data)
{
	mnl_attr_nest_end(message.nlh, data);
	mnl_attr_nest_end(message.nlh, nest);
}

static void expression(const char *name)
{
	struct nlattr *data, *nest = start_expression(name, &data);

	end_expression(nest, data);
}

static void xtables(const char *kind, const char *name, uint32_t revision,
		    const void *info, size_t len)
{
	struct nlattr *data, *nest = start_expression(kind, &data);

	mnl_attr_put_strz(message.nlh, NFTA_MATCH_NAME, name);
	mnl_attr_put_u32(message.nlh, NFTA_MATCH_REV, htonl(revision));
	mnl_attr_put(message.nlh, NFTA_MATCH_INFO, len, info);
	end_expression(nest, data);
}

static void set_match(uint16_t index, uint8_t flags, uint32_t options)
{
	const struct xt_set_info_match_v4 info = {
		.match_set = { .index = index, .dim = 1, .flags = flags },
		.flags = options,
	};

	xtables("match", "set", 4, &info, sizeof(info));
	expression("counter");
}

static void verdict(int32_t code)
{
	struct nlattr *data, *nest = start_expression("immediate", &data);
	struct nlattr *value, *attr;

	mnl_attr_put_u32(message.nlh, NFTA_IMMEDIATE_DREG,
			 htonl(NFT_REG_VERDICT));
	value = mnl_attr_nest_start(message.nlh, NFTA_IMMEDIATE_DATA);
	attr = mnl_attr_nest_start(message.nlh, NFTA_DATA_VERDICT);
	mnl_attr_put_u32(message.nlh, NFTA_VERDICT_CODE, htonl((uint32_t)code));
	mnl_attr_nest_end(message.nlh, attr);
	mnl_attr_nest_end(message.nlh, value);
	end_expression(nest, data);
}

static const struct nlmsghdr *finished(void)
{
	mnl_attr_nest_end(message.nlh, message.expressions);
	return message.nlh;
}

static void counting_rule(uint8_t family, const char *table, const char *chain,
			  uint8_t flags)
{
	start_rule(NFT_MSG_NEWRULE, family, table, chain);
	set_match(SET, flags, 0);
}

/* The rule of 'lmctl init rx', or of tx. */
static void add_init_rule(struct rules *rules, bool marks)
{
	counting_rule(NFPROTO_IPV6, "mangle",
		      marks ? "POSTROUTING" : "PREROUTING",
		      marks ? IPSET_DIM_ONE_SRC : 0);
	rules_nft(rules, finished());
}

static void add_verdict(struct rules *rules, const char *chain, int32_t code)
{
	start_rule(NFT_MSG_NEWRULE, NFPROTO_IPV6, "mangle", chain);
	expression("meta");
	expression("cmp");
	verdict(code);
	rules_nft(rules, finished());
}

static void one_rule(void **state)
{
	char text[RULE_STRLEN];
	struct rules rules;
	bool marks;

	(void)state;
	for (marks = false;; marks = true) {
		rules_start(&rules, SET);
		assert_int_equal(rules_judge(&rules), REASON_NO_RULE);
		add_init_rule(&rules, marks);
		assert_int_equal(rules_judge(&rules), REASON_NONE);
		assert_int_equal(rules.rule[0].marks, marks);
		assert_int_equal(rules.rule[0].handle, 42);
		assert_int_equal(rules.uses, 1);
		add_init_rule(&rules, marks);
		assert_int_equal(rules_judge(&rules), REASON_RULE_TWICE);
		assert_int_equal(rules.uses, 2);
		if (marks)
			break;
		assert_string_equal(rule_text(&rules.rule[1], text),
				    "rule 2 of chain PREROUTING, table mangle (ip6tables-nft)");
		assert_string_equal(rule_remedy(&rules.rule[1], text),
				    "ip6tables-nft -t mangle -D PREROUTING 2");
	}
}

/* All revisions of the match have the index and the direction. */
static void revisions(void **state)
{
	const struct xt_set_info_match_v0 v0 = {
		.match_set = { .index = SET,
			       .u.compat.flags = IPSET_DIM_ONE_SRC },
	};
	const struct xt_set_info_match_v1 v1 = {
		.match_set = { SET, 1, IPSET_DIM_ONE_SRC },
	};
	const struct xt_set_info_match_v3 v3 = {
		.match_set = { SET, 1, IPSET_DIM_ONE_SRC },
	};
	const struct {
		uint32_t revision;
		const void *info;
		size_t len;
		unsigned int uses;
	} rows[] = {
		{ 0, &v0, sizeof(v0), 1 }, { 1, &v1, sizeof(v1), 1 },
		{ 2, &v1, sizeof(v1), 1 }, { 3, &v3, sizeof(v3), 1 },
		{ 4, &v3, sizeof(v3) - 1, 0 }, { 9, &v3, sizeof(v3), 0 },
	};
	struct rules rules;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		rules_start(&rules, SET);
		start_rule(NFT_MSG_NEWRULE, NFPROTO_IPV6, "mangle",
			   "POSTROUTING");
		xtables("match", "set", rows[i].revision, rows[i].info,
			rows[i].len);
		rules_nft(&rules, finished());
		assert_int_equal(rules.uses, rows[i].uses);
		assert_int_equal(rules_judge(&rules), rows[i].uses ?
				 REASON_NONE : REASON_NO_RULE);
	}
}

static void asks_only(void **state)
{
	const struct xt_set_info_target_v3 target = {
		.add_set.index = SET, .del_set.index = OTHER,
		.map_set.index = SET,
	};
	struct rules rules;

	(void)state;
	rules_start(&rules, SET);
	start_rule(NFT_MSG_NEWRULE, NFPROTO_IPV6, "mangle", "PREROUTING");
	set_match(SET, 0, IPSET_FLAG_SKIP_COUNTER_UPDATE);
	rules_nft(&rules, finished());
	start_rule(NFT_MSG_NEWRULE, NFPROTO_IPV6, "mangle", "PREROUTING");
	set_match(OTHER, 0, 0);
	xtables("target", "SET", 3, &target, sizeof(target));
	rules_nft(&rules, finished());
	assert_int_equal(rules.n, 2);
	assert_int_equal(rules.uses, 3);
	assert_int_equal(rules_judge(&rules), REASON_NO_RULE);
	/* IPv4 has no packet for it. */
	counting_rule(NFPROTO_IPV4, "mangle", "PREROUTING", 0);
	rules_nft(&rules, finished());
	assert_int_equal(rules_judge(&rules), REASON_NO_RULE);
	assert_int_equal(rules.uses, 4);
	counting_rule(NFPROTO_INET, "own", "mine", 0);
	rules_nft(&rules, finished());
	assert_int_equal(rules_judge(&rules), REASON_RULE_DIFFERS);
}

static void conditions(void **state)
{
	struct rules rules;

	(void)state;
	rules_start(&rules, SET);
	start_rule(NFT_MSG_NEWRULE, NFPROTO_IPV6, "mangle", "PREROUTING");
	expression("meta");
	expression("cmp");
	set_match(SET, 0, 0);
	rules_nft(&rules, finished());
	assert_int_equal(rules_judge(&rules), REASON_RULE_DIFFERS);

	/* Behind the match nothing matters, nor a comment before it. */
	rules_start(&rules, SET);
	start_rule(NFT_MSG_NEWRULE, NFPROTO_IPV6, "mangle", "PREROUTING");
	xtables("match", "comment", 0, "text", 5);
	set_match(SET, IPSET_INV_MATCH, 0);
	xtables("match", "mark", 1, "12345678901234567890", 20);
	verdict(NF_DROP);
	rules_nft(&rules, finished());
	assert_int_equal(rules_judge(&rules), REASON_NONE);

	/* Twice in one rule. */
	rules_start(&rules, SET);
	start_rule(NFT_MSG_NEWRULE, NFPROTO_IPV6, "mangle", "PREROUTING");
	set_match(SET, 0, 0);
	set_match(SET, 0, 0);
	rules_nft(&rules, finished());
	assert_int_equal(rules_judge(&rules), REASON_RULE_TWICE);
}

static void places(void **state)
{
	static const struct {
		const char *table, *chain;
		bool marks, before;
		int32_t code;
		enum reason reason;
	} rows[] = {
		{ "mangle", "PREROUTING", false, true, NF_ACCEPT,
		  REASON_RULE_DIFFERS },
		{ "mangle", "PREROUTING", false, true, NFT_JUMP,
		  REASON_RULE_DIFFERS },
		{ "mangle", "PREROUTING", false, false, NF_DROP, REASON_NONE },
		{ "mangle", "POSTROUTING", true, true, NF_ACCEPT, REASON_NONE },
		{ "mangle", "POSTROUTING", true, false, NF_ACCEPT,
		  REASON_NONE },
		{ "mangle", "POSTROUTING", true, false, NF_DROP,
		  REASON_RULE_DIFFERS },
		{ "mangle", "POSTROUTING", true, false, NFT_JUMP,
		  REASON_RULE_DIFFERS },
		{ "mangle", "POSTROUTING", false, true, NF_ACCEPT,
		  REASON_RULE_DIFFERS },
		{ "mangle", "PREROUTING", true, false, NF_ACCEPT,
		  REASON_RULE_DIFFERS },
		{ "raw", "PREROUTING", false, false, NF_ACCEPT,
		  REASON_RULE_DIFFERS },
	};
	struct rules rules;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		rules_start(&rules, SET);
		/* Another chain before it does not matter. */
		add_verdict(&rules, "other", NF_DROP);
		if (rows[i].before)
			add_verdict(&rules, rows[i].chain, rows[i].code);
		counting_rule(NFPROTO_IPV6, rows[i].table, rows[i].chain,
			      rows[i].marks ? IPSET_DIM_ONE_SRC : 0);
		rules_nft(&rules, finished());
		if (!rows[i].before)
			add_verdict(&rules, rows[i].chain, rows[i].code);
		add_verdict(&rules, "last", NF_DROP);
		assert_int_equal(rules_judge(&rules), rows[i].reason);
	}
}

static void announce_rule(struct rules_watch *watch, int type,
			  const char *table, uint16_t index, uint32_t options,
			  uint16_t generation)
{
	struct nfgenmsg *nfg;

	start_rule(type, NFPROTO_IPV6, table, "PREROUTING");
	set_match(index, 0, options);
	nfg = mnl_nlmsg_get_payload(message.nlh);
	nfg->res_id = htons(generation);
	rules_watch_take(watch, finished());
}

static void announce_table(struct rules_watch *watch, int type, uint8_t family,
			   const char *table, uint16_t generation)
{
	start(type, family, generation);
	mnl_attr_put_strz(message.nlh, NFTA_TABLE_NAME, table);
	rules_watch_take(watch, message.nlh);
}

static void announce_generation(struct rules_watch *watch, uint32_t generation)
{
	start(NFT_MSG_NEWGEN, AF_UNSPEC, (uint16_t)generation);
	mnl_attr_put_u32(message.nlh, NFTA_GEN_ID, htonl(generation));
	rules_watch_take(watch, message.nlh);
}

static void watch_start(struct rules_watch *watch, uint32_t generation)
{
	struct rules rules;

	memset(watch, 0, sizeof(*watch));
	rules_start(&rules, SET);
	add_init_rule(&rules, false);
	rules_watch_renew(watch, &rules, generation);
}

#define UNTOUCHED(watch) assert_true((watch)->sequence == 0 && !(watch)->stale)
#define CHANGED(watch) assert_true((watch)->sequence && (watch)->stale)

static void announcements(void **state)
{
	struct rules_watch watch;

	(void)state;
	watch_start(&watch, 10);
	/* Other tables, other sets, the same name in another family. */
	announce_table(&watch, NFT_MSG_DELTABLE, NFPROTO_IPV6, "filter", 11);
	announce_table(&watch, NFT_MSG_NEWTABLE, NFPROTO_IPV4, "mangle", 11);
	announce_rule(&watch, NFT_MSG_NEWRULE, "filter", OTHER, 0, 11);
	announce_rule(&watch, NFT_MSG_DELRULE, "filter", OTHER, 0, 11);
	announce_generation(&watch, 11);
	UNTOUCHED(&watch);
	assert_int_equal(watch.generation, 11);
	/* A new one that only asks: read them again, but nothing has changed. */
	announce_rule(&watch, NFT_MSG_NEWRULE, "filter", SET,
		      IPSET_FLAG_SKIP_COUNTER_UPDATE, 12);
	announce_generation(&watch, 12);
	assert_int_equal(watch.sequence, 0);
	assert_true(watch.stale);
	/* Whatever happens in the rule's own table. */
	watch_start(&watch, 10);
	announce_rule(&watch, NFT_MSG_NEWRULE, "mangle", OTHER, 0, 11);
	CHANGED(&watch);
	watch_start(&watch, 10);
	announce_table(&watch, NFT_MSG_DELTABLE, NFPROTO_IPV6, "mangle", 11);
	CHANGED(&watch);
	/* A rule that counts, anywhere. */
	watch_start(&watch, 10);
	announce_rule(&watch, NFT_MSG_NEWRULE, "filter", SET, 0, 11);
	CHANGED(&watch);
}

static void generations(void **state)
{
	struct rules_watch watch;

	(void)state;
	/* What was announced before the rules were read comes late. */
	watch_start(&watch, 0x1fffe);
	announce_table(&watch, NFT_MSG_DELTABLE, NFPROTO_IPV6, "mangle",
		       0xfffe);
	announce_generation(&watch, 0x1fffe);
	UNTOUCHED(&watch);
	announce_generation(&watch, 0x1ffff);
	announce_generation(&watch, 0x20000);
	UNTOUCHED(&watch);
	announce_table(&watch, NFT_MSG_DELTABLE, NFPROTO_IPV6, "mangle", 1);
	CHANGED(&watch);
	/* The number passes 0, which no ruleset has. */
	watch_start(&watch, UINT32_MAX);
	announce_generation(&watch, 1);
	UNTOUCHED(&watch);
	assert_int_equal(watch.generation, 1);
	/* A gap. */
	announce_generation(&watch, 3);
	CHANGED(&watch);
	assert_true(watch.lost);
	/* Until the rules are read again nothing is believed. */
	announce_generation(&watch, 9);
	assert_int_equal(watch.sequence, 1);
}

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

static void legacy(void **state)
{
	char text[RULE_STRLEN];
	struct rules rules;

	(void)state;
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

static void legacy_places(void **state)
{
	struct rules rules;

	(void)state;
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

static void legacy_sameness(void **state)
{
	struct rules before, now;

	(void)state;
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
static void legacy_hostile(void **state)
{
	static char *copy;
	struct rules rules;
	unsigned int i;
	size_t size;

	(void)state;
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_rule),
		cmocka_unit_test(revisions),
		cmocka_unit_test(asks_only),
		cmocka_unit_test(conditions),
		cmocka_unit_test(places),
		cmocka_unit_test(announcements),
		cmocka_unit_test(generations),
		cmocka_unit_test(legacy),
		cmocka_unit_test(legacy_places),
		cmocka_unit_test(legacy_sameness),
		cmocka_unit_test(legacy_hostile),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
