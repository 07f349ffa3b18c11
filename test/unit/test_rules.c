// SPDX-License-Identifier: GPL-2.0-only
/*
 * Rules from messages of nf_tables, built as the kernel builds them, and what is
 * made of announcements.
 */
#include <string.h>

#include <netinet/in.h>
#include <endian.h>
#include <libmnl/libmnl.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nf_tables_compat.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/xt_set.h>

#include "lmctl/node/rules.h"
#include "test/unit/unit.h"

#define SET 5
#define OTHER 6
/* So that tables have a line for each case. */
#define DIFFERS REASON_RULE_DIFFERS

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

/* A chain with a hook, or without one when @type is NULL. */
static void add_chain(struct rules *rules, const char *name, const char *type,
		      uint32_t hook, int32_t priority)
{
	struct nlattr *nest;

	start(NFT_MSG_NEWCHAIN, NFPROTO_IPV6, 11);
	mnl_attr_put_strz(message.nlh, NFTA_CHAIN_TABLE, "mangle");
	mnl_attr_put_strz(message.nlh, NFTA_CHAIN_NAME, name);
	if (type) {
		nest = mnl_attr_nest_start(message.nlh, NFTA_CHAIN_HOOK);
		mnl_attr_put_u32(message.nlh, NFTA_HOOK_HOOKNUM, htonl(hook));
		mnl_attr_put_u32(message.nlh, NFTA_HOOK_PRIORITY,
				 htonl((uint32_t)priority));
		mnl_attr_nest_end(message.nlh, nest);
		mnl_attr_put_strz(message.nlh, NFTA_CHAIN_TYPE, type);
	}
	rules_nft(rules, message.nlh);
}

static void add_table(struct rules *rules, uint8_t family, const char *name,
		      uint32_t flags)
{
	start(NFT_MSG_NEWTABLE, family, 11);
	mnl_attr_put_strz(message.nlh, NFTA_TABLE_NAME, name);
	mnl_attr_put_u32(message.nlh, NFTA_TABLE_FLAGS, htonl(flags));
	rules_nft(rules, message.nlh);
}

/* Where the chains and tables are as ip6tables makes them. */
static enum reason judge(struct rules *rules)
{
	add_chain(rules, "PREROUTING", "filter", NF_INET_PRE_ROUTING, -150);
	add_chain(rules, "POSTROUTING", "filter", NF_INET_POST_ROUTING, -150);
	add_table(rules, NFPROTO_IPV6, "mangle", 0);
	return rules_judge(rules);
}

TEST(one_rule)
{
	char text[RULE_STRLEN];
	struct rules rules;
	bool marks;

	for (marks = false;; marks = true) {
		rules_start(&rules, SET);
		assert_int_equal(judge(&rules), REASON_NO_RULE);
		add_init_rule(&rules, marks);
		assert_int_equal(judge(&rules), REASON_NONE);
		assert_int_equal(rules.rule[0].marks, marks);
		assert_int_equal(rules.rule[0].handle, 42);
		assert_int_equal(rules.uses, 1);
		add_init_rule(&rules, marks);
		assert_int_equal(judge(&rules), REASON_RULE_TWICE);
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
TEST(revisions)
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

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		rules_start(&rules, SET);
		start_rule(NFT_MSG_NEWRULE, NFPROTO_IPV6, "mangle",
			   "POSTROUTING");
		xtables("match", "set", rows[i].revision, rows[i].info,
			rows[i].len);
		rules_nft(&rules, finished());
		assert_int_equal(rules.uses, rows[i].uses);
		assert_int_equal(judge(&rules), rows[i].uses ?
				 REASON_NONE : REASON_NO_RULE);
	}
}

TEST(asks_only)
{
	const struct xt_set_info_target_v3 target = {
		.add_set.index = SET, .del_set.index = OTHER,
		.map_set.index = SET,
	};
	struct rules rules;

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
	assert_int_equal(judge(&rules), REASON_NO_RULE);
	/* IPv4 has no packet for it. */
	counting_rule(NFPROTO_IPV4, "mangle", "PREROUTING", 0);
	rules_nft(&rules, finished());
	assert_int_equal(judge(&rules), REASON_NO_RULE);
	assert_int_equal(rules.uses, 4);
	counting_rule(NFPROTO_INET, "own", "mine", 0);
	rules_nft(&rules, finished());
	assert_int_equal(judge(&rules), REASON_RULE_DIFFERS);
}

TEST(conditions)
{
	struct rules rules;

	rules_start(&rules, SET);
	start_rule(NFT_MSG_NEWRULE, NFPROTO_IPV6, "mangle", "PREROUTING");
	expression("meta");
	expression("cmp");
	set_match(SET, 0, 0);
	rules_nft(&rules, finished());
	assert_int_equal(judge(&rules), REASON_RULE_DIFFERS);

	/* Behind the match nothing matters, nor a comment before it. */
	rules_start(&rules, SET);
	start_rule(NFT_MSG_NEWRULE, NFPROTO_IPV6, "mangle", "PREROUTING");
	xtables("match", "comment", 0, "text", 5);
	set_match(SET, IPSET_INV_MATCH, 0);
	xtables("match", "mark", 1, "12345678901234567890", 20);
	verdict(NF_DROP);
	rules_nft(&rules, finished());
	assert_int_equal(judge(&rules), REASON_NONE);

	/* Twice in one rule. */
	rules_start(&rules, SET);
	start_rule(NFT_MSG_NEWRULE, NFPROTO_IPV6, "mangle", "PREROUTING");
	set_match(SET, 0, 0);
	set_match(SET, 0, 0);
	rules_nft(&rules, finished());
	assert_int_equal(judge(&rules), REASON_RULE_TWICE);
}

TEST(places)
{
	static const struct {
		const char *table, *chain;
		bool marks, before;
		int32_t code;
		enum reason reason;
	} rows[] = {
		{ "mangle", "PREROUTING", false, true, NF_ACCEPT, DIFFERS },
		{ "mangle", "PREROUTING", false, true, NFT_JUMP, DIFFERS },
		{ "mangle", "PREROUTING", false, false, NF_DROP, REASON_NONE },
		{ "mangle", "POSTROUTING", true, true, NF_ACCEPT, REASON_NONE },
		{ "mangle", "POSTROUTING", true, false, NF_ACCEPT, REASON_NONE },
		{ "mangle", "POSTROUTING", true, false, NF_DROP, DIFFERS },
		{ "mangle", "POSTROUTING", true, false, NFT_JUMP, DIFFERS },
		{ "mangle", "POSTROUTING", false, true, NF_ACCEPT, DIFFERS },
		{ "mangle", "PREROUTING", true, false, NF_ACCEPT, DIFFERS },
		{ "raw", "PREROUTING", false, false, NF_ACCEPT, DIFFERS },
	};
	struct rules rules;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
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
		assert_int_equal(judge(&rules), rows[i].reason);
	}
}

/* Only the rule that init makes is one that deinit removes. */
TEST(made)
{
	static const struct {
		const char *chain;
		bool marks, inverted, comment, condition, verdict, made;
	} rows[] = {
		{ "PREROUTING", .made = true },
		{ "POSTROUTING", .marks = true, .made = true },
		{ .chain = "POSTROUTING" },
		{ "FORWARD", .marks = true },
		{ "PREROUTING", .inverted = true },
		{ "PREROUTING", .comment = true },
		{ "PREROUTING", .condition = true },
		{ "PREROUTING", .verdict = true },
	};
	struct rules rules;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		rules_start(&rules, SET);
		counting_rule(NFPROTO_IPV6, "mangle", rows[i].chain,
			      (rows[i].marks ? IPSET_DIM_ONE_SRC : 0) |
			      (rows[i].inverted ? IPSET_INV_MATCH : 0));
		if (rows[i].comment)
			xtables("match", "comment", 0, NULL, 0);
		if (rows[i].condition)
			expression("cmp");
		if (rows[i].verdict)
			verdict(NF_ACCEPT);
		rules_nft(&rules, finished());
		assert_int_equal(rules.rule[0].made, rows[i].made);
	}
}

/* A rule that is right by its name, in a chain that does not have its hook. */
TEST(hooks)
{
	static const struct {
		const char *chain, *type;
		uint32_t hook;
		int32_t priority;
		enum reason reason;
	} rows[] = {
		{ "PREROUTING", "filter", NF_INET_PRE_ROUTING, -150, REASON_NONE },
		{ "POSTROUTING", "filter", NF_INET_POST_ROUTING, -150, REASON_NONE },
		{ "PREROUTING", NULL, 0, 0, REASON_RULE_DIFFERS },
		{ "POSTROUTING", NULL, 0, 0, REASON_RULE_DIFFERS },
		{ "other", "filter", NF_INET_PRE_ROUTING, -150, DIFFERS },
		{ "PREROUTING", "filter", NF_INET_LOCAL_IN, -150, DIFFERS },
		{ "POSTROUTING", "filter", NF_INET_PRE_ROUTING, -150, DIFFERS },
		{ "PREROUTING", "filter", NF_INET_PRE_ROUTING, -300, DIFFERS },
		{ "PREROUTING", "nat", NF_INET_PRE_ROUTING, -150, DIFFERS },
	};
	struct rules rules;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		rules_start(&rules, SET);
		add_init_rule(&rules, !strcmp(rows[i].chain, "POSTROUTING"));
		assert_int_equal(rules_judge(&rules), REASON_RULE_DIFFERS);
		add_chain(&rules, rows[i].chain, rows[i].type, rows[i].hook,
			  rows[i].priority);
		assert_int_equal(rules_judge(&rules), rows[i].reason);
	}
}

TEST(dormant)
{
	struct rules rules;

	rules_start(&rules, SET);
	add_init_rule(&rules, false);
	assert_int_equal(judge(&rules), REASON_NONE);
	add_table(&rules, NFPROTO_IPV6, "other", NFT_TABLE_F_DORMANT);
	add_table(&rules, NFPROTO_IPV4, "mangle", NFT_TABLE_F_DORMANT);
	assert_int_equal(rules_judge(&rules), REASON_NONE);
	add_table(&rules, NFPROTO_IPV6, "mangle", NFT_TABLE_F_DORMANT);
	assert_int_equal(rules_judge(&rules), REASON_RULE_DIFFERS);
	add_table(&rules, NFPROTO_IPV6, "mangle", 0);
	assert_int_equal(rules_judge(&rules), REASON_NONE);
}

static void add_asking(struct rules *rules, unsigned int n)
{
	while (n--) {
		start_rule(NFT_MSG_NEWRULE, NFPROTO_IPV6, "filter", "FORWARD");
		set_match(SET, 0, IPSET_FLAG_SKIP_COUNTER_UPDATE);
		rules_nft(rules, finished());
	}
}

/* More rules than are kept: those that count are, in their order. */
TEST(many)
{
	struct rules rules, others;
	const struct rule *rule;
	unsigned int i = 0, at;

	rules_start(&rules, SET);
	add_asking(&rules, RULES_MAX);
	add_init_rule(&rules, false);
	assert_int_equal(judge(&rules), REASON_NONE);
	rule = rules_counting(&rules, &i);
	assert_non_null(rule);
	assert_string_equal(rule->chain, "PREROUTING");
	assert_int_equal(rules.n, RULES_MAX);
	assert_int_equal(rules.uses, RULES_MAX + 1);
	add_asking(&rules, 1);
	assert_int_equal(judge(&rules), REASON_NONE);

	rules_start(&others, SET);
	add_asking(&others, RULES_MAX);
	rules_merge(&others, &rules);
	assert_int_equal(judge(&others), REASON_NONE);
	assert_int_equal(others.uses, 2 * RULES_MAX + 2);

	rules_start(&rules, SET);
	add_asking(&rules, 3);
	for (i = 0; i < 20; i++)
		add_init_rule(&rules, false);
	assert_int_equal(rules.counting, 20);
	assert_int_equal(judge(&rules), REASON_RULE_TWICE);
	for (i = at = 0; (rule = rules_counting(&rules, &i)); at++)
		assert_int_equal(rule->position, at + 1);
	assert_int_equal(at, RULES_MAX);
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

TEST(announcements)
{
	struct rules_watch watch;

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

TEST(generations)
{
	struct rules_watch watch;

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
