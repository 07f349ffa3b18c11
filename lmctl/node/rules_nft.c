// SPDX-License-Identifier: GPL-2.0-only
/*
 * Rules from messages of nf_tables. A match of xtables is an expression "match"
 * whose data are those of the legacy back end.
 */
#include <arpa/inet.h>
#include <endian.h>
#include <libmnl/libmnl.h>
/* Before the kernel's headers, which then leave addresses to it. */
#include <netinet/in.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nf_tables_compat.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter_ipv6.h>
#include <string.h>

#include "lib/array.h"
#include "lmctl/node/rules.h"

#define ATTRIBUTES 16

struct attributes {
	const struct nlattr *of[ATTRIBUTES];
};

static int attribute_take(const struct nlattr *attr, void *data)
{
	struct attributes *attributes = data;
	unsigned int type = mnl_attr_get_type(attr);

	if (type < ATTRIBUTES)
		attributes->of[type] = attr;
	return MNL_CB_OK;
}

static const char *text_of(const struct attributes *attributes,
			   unsigned int type)
{
	const struct nlattr *attr = attributes->of[type];

	return attr && !mnl_attr_validate(attr, MNL_TYPE_NUL_STRING) ?
	       mnl_attr_get_str(attr) : "";
}

static uint32_t number_of(const struct attributes *attributes,
			  unsigned int type)
{
	const struct nlattr *attr = attributes->of[type];

	return attr && !mnl_attr_validate(attr, MNL_TYPE_U32) ?
	       ntohl(mnl_attr_get_u32(attr)) : 0;
}

/* Leave @attributes empty if the nest is missing. */
static void nest_of(const struct attributes *outer, unsigned int type,
		    struct attributes *attributes)
{
	memset(attributes, 0, sizeof(*attributes));
	if (outer->of[type])
		mnl_attr_parse_nested(outer->of[type], attribute_take,
				      attributes);
}

static void take_xtables(struct rule_scan *scan, const struct attributes *data,
			 bool target)
{
	/*
	 * Name, revision and data have the same attribute numbers in matches and
	 * targets.
	 */
	const struct nlattr *info = data->of[NFTA_MATCH_INFO];
	const char *name = text_of(data, NFTA_MATCH_NAME);
	uint32_t revision = number_of(data, NFTA_MATCH_REV);

	_Static_assert((int)NFTA_MATCH_INFO == (int)NFTA_TARGET_INFO &&
		       (int)NFTA_MATCH_NAME == (int)NFTA_TARGET_NAME &&
		       (int)NFTA_MATCH_REV == (int)NFTA_TARGET_REV,
		       "the same numbers");
	(target ? rules_target : rules_match)
		(scan, name, revision,
		 info ? mnl_attr_get_payload(info) : NULL,
		 info ? mnl_attr_get_payload_len(info) : 0);
}

/* A verdict or a value in a register. */
static void take_immediate(struct rule_scan *scan,
			   const struct attributes *data)
{
	struct attributes value, verdict;
	int32_t code;

	if (number_of(data, NFTA_IMMEDIATE_DREG) != NFT_REG_VERDICT)
		return;
	nest_of(data, NFTA_IMMEDIATE_DATA, &value);
	nest_of(&value, NFTA_DATA_VERDICT, &verdict);
	code = (int32_t)number_of(&verdict, NFTA_VERDICT_CODE);
	scan->ends |= code != NFT_CONTINUE;
	scan->drops |= code != NFT_CONTINUE && code != NF_ACCEPT &&
		       code != NFT_RETURN;
}

/* Expressions that end a rule or continue it, but never end the chain. */
static bool is_condition(const char *name)
{
	static const char *const names[] = {
		"payload", "cmp", "bitwise", "byteorder", "meta", "range",
		"limit", "log", "last", "ct", "exthdr", "quota", "connlimit",
		"fib", "rt", "socket", "osf", "hash", "numgen", "objref",
		"dynset", "notrack", "xfrm", "tunnel",
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(names); i++)
		if (!strcmp(name, names[i]))
			return true;
	return false;
}

static int take_expression(const struct nlattr *attr, void *arg)
{
	struct attributes expression = { 0 }, data;
	struct rule_scan *scan = arg;
	const char *name;

	mnl_attr_parse_nested(attr, attribute_take, &expression);
	name = text_of(&expression, NFTA_EXPR_NAME);
	nest_of(&expression, NFTA_EXPR_DATA, &data);
	if (!strcmp(name, "counter"))
		return MNL_CB_OK;
	if (!strcmp(name, "match")) {
		take_xtables(scan, &data, false);
		return MNL_CB_OK;
	}
	scan->condition = true;
	scan->parts++;
	if (!strcmp(name, "target"))
		take_xtables(scan, &data, true);
	else if (!strcmp(name, "immediate"))
		take_immediate(scan, &data);
	else if (!is_condition(name))
		scan->ends = scan->drops = true;
	return MNL_CB_OK;
}

static bool name_take(char *to, const char *name)
{
	size_t len = strlen(name);

	if (!len || len >= RULE_NAME_LEN)
		return false;
	memcpy(to, name, len + 1);
	return true;
}

static bool rule_read(const struct nlmsghdr *nlh, struct rule *rule,
		      struct rule_scan *scan)
{
	const struct nfgenmsg *nfg = mnl_nlmsg_get_payload(nlh);
	struct attributes attributes = { 0 };
	const struct nlattr *attr;

	memset(rule, 0, sizeof(*rule));
	mnl_attr_parse(nlh, sizeof(*nfg), attribute_take, &attributes);
	rule->family = nfg->nfgen_family;
	if (!name_take(rule->table, text_of(&attributes, NFTA_RULE_TABLE)) ||
	    !name_take(rule->chain, text_of(&attributes, NFTA_RULE_CHAIN)))
		return false;
	attr = attributes.of[NFTA_RULE_HANDLE];
	if (attr && !mnl_attr_validate(attr, MNL_TYPE_U64))
		rule->handle = be64toh(mnl_attr_get_u64(attr));
	attr = attributes.of[NFTA_RULE_EXPRESSIONS];
	if (attr)
		mnl_attr_parse_nested(attr, take_expression, scan);
	/* Hooks of other families pass no IPv6 packet to a match. */
	if (rule->family != NFPROTO_IPV6 && rule->family != NFPROTO_INET)
		scan->counts = 0;
	return true;
}

static void take_rule(struct rules *rules, const struct nlmsghdr *nlh)
{
	struct rule_scan scan = { .index = rules->index };
	struct rule rule;

	if (rule_read(nlh, &rule, &scan))
		rules_take(rules, &rule, &scan);
}

/* A chain of another type sees the first packet of a connection only. */
static bool is_hooked(const struct attributes *chain, unsigned int hook)
{
	struct attributes data;

	nest_of(chain, NFTA_CHAIN_HOOK, &data);
	return data.of[NFTA_HOOK_HOOKNUM] &&
	       number_of(&data, NFTA_HOOK_HOOKNUM) == hook &&
	       (int32_t)number_of(&data, NFTA_HOOK_PRIORITY) ==
	       NF_IP6_PRI_MANGLE &&
	       !strcmp(text_of(chain, NFTA_CHAIN_TYPE), "filter");
}

static void take_chain(struct rules *rules, uint8_t family,
		       const struct attributes *chain)
{
	const char *table = text_of(chain, NFTA_CHAIN_TABLE);
	const char *name = text_of(chain, NFTA_CHAIN_NAME);
	unsigned int i;

	for (i = 0; i < rules->n; i++) {
		struct rule *rule = &rules->rule[i];

		if (rule->family == family && !strcmp(rule->table, table) &&
		    !strcmp(rule->chain, name))
			rule->hooked = is_hooked(chain, rule->marks ?
						 NF_INET_POST_ROUTING :
						 NF_INET_PRE_ROUTING);
	}
}

static void take_table(struct rules *rules, uint8_t family,
		       const struct attributes *table)
{
	const char *name = text_of(table, NFTA_TABLE_NAME);
	unsigned int i;

	for (i = 0; i < rules->n; i++)
		if (rules->rule[i].family == family &&
		    !strcmp(rules->rule[i].table, name))
			rules->rule[i].dormant =
				number_of(table, NFTA_TABLE_FLAGS) &
				NFT_TABLE_F_DORMANT;
}

void rules_nft(struct rules *rules, const struct nlmsghdr *nlh)
{
	const struct nfgenmsg *nfg = mnl_nlmsg_get_payload(nlh);
	struct attributes attributes = { 0 };

	mnl_attr_parse(nlh, sizeof(*nfg), attribute_take, &attributes);
	switch (nlh->nlmsg_type & 0xff) {
	case NFT_MSG_NEWRULE:
		take_rule(rules, nlh);
		break;
	case NFT_MSG_NEWCHAIN:
		take_chain(rules, nfg->nfgen_family, &attributes);
		break;
	case NFT_MSG_NEWTABLE:
		take_table(rules, nfg->nfgen_family, &attributes);
		break;
	}
}

/* Effect of a change of a table on its rules. */
static enum rules_event table_event(const struct rules *rules, uint8_t family,
				    const char *table)
{
	enum rules_event event = RULES_SAME;
	unsigned int i;

	for (i = 0; i < rules->n; i++) {
		const struct rule *rule = &rules->rule[i];

		if (rule->family != family || strcmp(rule->table, table))
			continue;
		if (rule->counts)
			return RULES_CHANGED;
		event = RULES_OTHER;
	}
	return event;
}

/* A rule that is added may be the first one of its table that uses the set. */
static enum rules_event rule_event(const struct rules *rules,
				   const struct nlmsghdr *nlh)
{
	struct rule_scan scan = { .index = rules->index };
	enum rules_event event;
	struct rule rule;

	if (!rule_read(nlh, &rule, &scan))
		return RULES_SAME;
	event = table_event(rules, rule.family, rule.table);
	if (scan.counts)
		return RULES_CHANGED;
	return scan.uses && event == RULES_SAME ? RULES_OTHER : event;
}

enum rules_event rules_nft_event(const struct rules *rules,
				 const struct nlmsghdr *nlh)
{
	const struct nfgenmsg *nfg = mnl_nlmsg_get_payload(nlh);
	struct attributes attributes = { 0 };
	unsigned int name;

	switch (nlh->nlmsg_type & 0xff) {
	case NFT_MSG_NEWTABLE:
	case NFT_MSG_DELTABLE:
		name = NFTA_TABLE_NAME;
		break;
	case NFT_MSG_NEWCHAIN:
	case NFT_MSG_DELCHAIN:
		name = NFTA_CHAIN_TABLE;
		break;
	case NFT_MSG_NEWRULE:
	case NFT_MSG_DELRULE:
		return rule_event(rules, nlh);
	default:
		return RULES_SAME;
	}
	mnl_attr_parse(nlh, sizeof(*nfg), attribute_take, &attributes);
	return table_event(rules, nfg->nfgen_family,
			   text_of(&attributes, name));
}
