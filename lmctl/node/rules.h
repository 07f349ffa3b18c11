/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Rules that use a set: where they are and whether they count it, from messages of
 * nf_tables and from tables of ip6_tables. Bytes go in, facts come out; it asks
 * nobody.
 */
#ifndef LMCTL_NODE_RULES_H
#define LMCTL_NODE_RULES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "lmctl/base/reasons.h"

/* Rules that are kept, those that count first; more are only counted. */
#define RULES_MAX 16
/* Longest name of a table or chain of nf_tables, with the NUL. */
#define RULE_NAME_LEN 256
/* Room for rule_text() and rule_remedy(). */
#define RULE_STRLEN (2 * RULE_NAME_LEN + 128)

struct nlmsghdr;
struct ip6t_getinfo;

/**
 * struct rule - a rule that uses the set
 * @legacy: it is in a table of ip6_tables, otherwise of nf_tables
 * @family: protocol family of its table
 * @table: its table
 * @chain: its chain
 * @position: 1 is the first one of the chain
 * @handle: number that nf_tables gave it
 * @packets: packets that matched; ip6_tables only
 * @counts: number of its matches that count the set; 0: it asks for membership only,
 *	    or is a target
 * @marks: it says src, otherwise dst
 * @plain: every packet meets the match that counts
 * @placed: it is where 'lmctl init' puts it: in the right chain of the table mangle,
 *	    no rule before it ends the traversal (dst), no rule behind it drops (src)
 * @hooked: its chain has the hook that it has with ip6tables
 * @dormant: but its table has no hook now
 */
struct rule {
	bool legacy;
	uint8_t family;
	char table[RULE_NAME_LEN];
	char chain[RULE_NAME_LEN];
	unsigned int position;
	uint64_t handle;
	uint64_t packets;
	unsigned int counts;
	bool marks;
	bool plain;
	bool placed;
	bool hooked;
	bool dormant;
};

/**
 * struct rule_scan - what a rule does, from its matches and target in their order
 * @index: index of the set
 * @uses: how often the rule refers to it
 * @counts: see struct rule
 * @marks: see struct rule
 * @plain: see struct rule
 * @condition: a packet may have failed before it comes to what is looked at next
 * @ends: the rule may end the traversal of its chain
 * @drops: and the packet may not go on
 */
struct rule_scan {
	uint16_t index;
	unsigned int uses;
	unsigned int counts;
	bool marks;
	bool plain;
	bool condition;
	bool ends;
	bool drops;
};

/**
 * struct rules - the rules that use a set
 * @index: index of the set
 * @n: number of rules in @rule
 * @rule: rules
 * @uses: how often rules refer to the set, those that are not kept, too
 * @counting: how often rules count it
 * @last: chain and position of the rule that was read last
 * @ended: a rule of that chain may have ended the traversal
 * @unknown: how many more references to the set there are than uses by rules that
 *	     could be read: those of tc or of a set of sets, or for a moment those of a
 *	     rule that was just removed
 */
struct rules {
	uint16_t index;
	unsigned int n;
	struct rule rule[RULES_MAX];
	unsigned int uses;
	unsigned int counting;
	struct rule last;
	bool ended;
	unsigned int unknown;
};

/**
 * enum rules_event - what a message says about the rules of a set
 * @RULES_SAME: nothing
 * @RULES_OTHER: a rule that uses the set without counting it may be new or gone
 * @RULES_CHANGED: a rule that counts the set was added or removed, or something
 *		   changed in the table of such a rule
 */
enum rules_event {
	RULES_SAME,
	RULES_OTHER,
	RULES_CHANGED,
};

/**
 * struct rule_facts - what is known of the rules of a set at a time
 * @sequence: another number than before means that they may have changed since
 * @reason: why the set's counters are of no use with these rules, or REASON_NONE
 */
struct rule_facts {
	uint64_t sequence;
	enum reason reason;
};

/**
 * struct rules_watch - rules of nf_tables and what was announced about them
 * @rules: rules when they were read last
 * @generation: number of the ruleset that was announced last
 * @sequence: grows whenever the rules may have changed
 * @stale: @rules are to be read again
 * @lost: and @generation is not known: announcements were lost
 */
struct rules_watch {
	struct rules rules;
	uint32_t generation;
	uint64_t sequence;
	bool stale;
	bool lost;
};

/**
 * rules_start() - begin to read rules
 * @rules: emptied
 * @index: index of the set
 */
void rules_start(struct rules *rules, uint16_t index);

/**
 * rules_match() - take a match of xtables into a scan
 * @scan: scan of the rule
 * @name: name of the match
 * @revision: its revision
 * @info: its data
 * @len: their length
 */
void rules_match(struct rule_scan *scan, const char *name,
		 unsigned int revision, const void *info, size_t len);

/**
 * rules_target() - take a target of xtables into a scan
 * @scan: scan of the rule
 * @name: name of the target, not that of a verdict
 * @revision: its revision
 * @info: its data
 * @len: their length
 */
void rules_target(struct rule_scan *scan, const char *name,
		  unsigned int revision, const void *info, size_t len);

/**
 * rules_take() - take the next rule
 * @rules: rules
 * @rule: family, table, chain, handle and packets of the rule
 * @scan: what it does
 *
 * Rules of a chain come one after the other.
 */
void rules_take(struct rules *rules, const struct rule *rule,
		const struct rule_scan *scan);

/**
 * rules_nft() - take a message of a dump: of rules, then of chains and tables
 * @rules: rules
 * @nlh: message with at least a struct nfgenmsg
 */
void rules_nft(struct rules *rules, const struct nlmsghdr *nlh);

/**
 * rules_nft_event() - what a notification of nf_tables means
 * @rules: rules that were known before
 * @nlh: message with at least a struct nfgenmsg
 *
 * Return: enum rules_event.
 */
enum rules_event rules_nft_event(const struct rules *rules,
				 const struct nlmsghdr *nlh);

/**
 * rules_watch_take() - take an announcement of nf_tables
 * @watch: watch
 * @nlh: message with at least a struct nfgenmsg
 */
void rules_watch_take(struct rules_watch *watch, const struct nlmsghdr *nlh);

/**
 * rules_watch_lost() - announcements are missing, or the set is another one
 * @watch: watch
 */
void rules_watch_lost(struct rules_watch *watch);

/**
 * rules_watch_renew() - the rules were read again
 * @watch: watch
 * @rules: rules
 * @generation: number of the ruleset that they are from
 */
void rules_watch_renew(struct rules_watch *watch, const struct rules *rules,
		       uint32_t generation);

/**
 * rules_generation() - number of a ruleset
 * @nlh: NFT_MSG_NEWGEN, message with at least a struct nfgenmsg
 * @generation: filled
 *
 * Return: false if it has none.
 */
bool rules_generation(const struct nlmsghdr *nlh, uint32_t *generation);

/**
 * rules_legacy() - take a table of ip6_tables
 * @rules: rules
 * @info: IP6T_SO_GET_INFO
 * @entries: the table of IP6T_SO_GET_ENTRIES
 *
 * Return: 0, or -EPROTO when the table contradicts itself.
 */
int rules_legacy(struct rules *rules, const struct ip6t_getinfo *info,
		 const void *entries);

/**
 * rules_legacy_same() - may two readings be of the same rules that count
 * @before: rules of ip6_tables, read before
 * @now: and now
 *
 * Return: false if a rule is new, gone or elsewhere, or lost what it had counted.
 */
bool rules_legacy_same(const struct rules *before, const struct rules *now);

/**
 * rules_merge() - add rules of the other kind of table
 * @rules: rules
 * @others: rules to add
 */
void rules_merge(struct rules *rules, const struct rules *others);

/**
 * rules_judge() - is the set counted by one rule, as 'lmctl init' makes it
 * @rules: all rules
 *
 * Return: REASON_NONE if it is, otherwise why its counters are of no use.
 */
enum reason rules_judge(const struct rules *rules);

/**
 * rules_counting() - the next rule that counts the set
 * @rules: rules
 * @i: index to begin at, 0 at first; that of the one behind the rule afterwards
 *
 * Return: rule, or NULL after the last one.
 */
const struct rule *rules_counting(const struct rules *rules, unsigned int *i);

/**
 * rule_text() - where a rule is
 * @rule: rule
 * @text: room for RULE_STRLEN bytes
 *
 * Return: @text, "rule 2 of chain PREROUTING, table mangle (ip6tables-nft)".
 */
const char *rule_text(const struct rule *rule, char *text);

/**
 * rule_remedy() - command that deletes a rule
 * @rule: rule
 * @text: room for RULE_STRLEN bytes
 *
 * Return: @text.
 */
const char *rule_remedy(const struct rule *rule, char *text);

#endif /* LMCTL_NODE_RULES_H */
