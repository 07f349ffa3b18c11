/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Rules that use a set: place and effect, from messages of nf_tables and from
 * tables of ip6_tables. Pure: bytes go in, facts come out.
 */
#ifndef LMCTL_NODE_RULES_H
#define LMCTL_NODE_RULES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "lmctl/base/reasons.h"

/* Most rules that are kept, counting rules first; the number of all is known. */
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
 * @handle: handle in nf_tables
 * @packets: packets that matched; ip6_tables only
 * @counts: number of its matches that count the set; 0: it only tests membership,
 *	    or is a target
 * @marks: it says src, otherwise dst
 * @plain: every packet reaches the counting match
 * @placed: it is in the place of 'lmctl init': the right chain of table mangle, no
 *	    rule before it ends the traversal (dst), no rule behind it drops (src)
 * @made: it is one of 'lmctl init', by its chain and because it has nothing but the match
 * @hooked: its chain has the hook of ip6tables
 * @dormant: its table is dormant, without hooks
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
	bool made;
	bool hooked;
	bool dormant;
};

/**
 * struct rule_scan - effect of a rule, from its matches and target in order
 * @index: index of the set
 * @uses: how often the rule refers to it
 * @counts: see struct rule
 * @marks: see struct rule
 * @plain: see struct rule
 * @parts: number of matches, comments and other conditions, and of matches of the set
 *	   with options
 * @condition: an earlier match may have rejected the packet
 * @ends: the rule may end the traversal of its chain
 * @drops: the packet may be dropped
 */
struct rule_scan {
	uint16_t index;
	unsigned int uses;
	unsigned int counts;
	bool marks;
	bool plain;
	unsigned int parts;
	bool condition;
	bool ends;
	bool drops;
};

/**
 * struct rules - the rules that use a set
 * @index: index of the set
 * @n: number of rules in @rule
 * @rule: rules
 * @uses: number of references to the set, of rules that are not kept, too
 * @counting: number of matches that count it
 * @last: chain and position of the rule read last
 * @ended: a rule of that chain may have ended the traversal
 * @unknown: references to the set beyond the uses by readable rules: those of tc,
 *	     of a list of sets, or for a moment of a rule just removed
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
 * enum rules_event - meaning of a notification for the rules of a set
 * @RULES_SAME: nothing
 * @RULES_OTHER: a rule that uses the set without counting it may have been added or
 *		 removed
 * @RULES_CHANGED: a rule that counts the set was added or removed, or its table was
 *		   changed
 */
enum rules_event {
	RULES_SAME,
	RULES_OTHER,
	RULES_CHANGED,
};

/**
 * struct rule_facts - state of the rules of a set at a time
 * @sequence: a new value means that the rules may have changed
 * @reason: reason for which these rules make the set's counters invalid, or
 *	    REASON_NONE
 */
struct rule_facts {
	uint64_t sequence;
	enum reason reason;
};

/**
 * struct rules_watch - rules of nf_tables and their notifications
 * @rules: rules at the last reading
 * @generation: generation announced last
 * @sequence: grows whenever the rules may have changed
 * @stale: @rules must be read again
 * @lost: notifications were lost, so @generation is not known
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
 * rules_match() - add a match of xtables to a scan
 * @scan: scan of the rule
 * @name: name of the match
 * @revision: its revision
 * @info: its data
 * @len: their length
 */
void rules_match(struct rule_scan *scan, const char *name,
		 unsigned int revision, const void *info, size_t len);

/**
 * rules_target() - add a target of xtables to a scan
 * @scan: scan of the rule
 * @name: name of the target, not that of a verdict
 * @revision: its revision
 * @info: its data
 * @len: their length
 */
void rules_target(struct rule_scan *scan, const char *name,
		  unsigned int revision, const void *info, size_t len);

/**
 * rules_take() - add the next rule
 * @rules: rules
 * @rule: family, table, chain, handle and packets of the rule
 * @scan: its effect
 *
 * Call it in the order of the rules of a chain.
 */
void rules_take(struct rules *rules, const struct rule *rule,
		const struct rule_scan *scan);

/**
 * rules_nft() - add a message of a dump: rules, then chains, then tables
 * @rules: rules
 * @nlh: message with at least a struct nfgenmsg
 */
void rules_nft(struct rules *rules, const struct nlmsghdr *nlh);

/**
 * rules_nft_event() - classify a notification of nf_tables
 * @rules: rules known before
 * @nlh: message with at least a struct nfgenmsg
 *
 * Return: enum rules_event.
 */
enum rules_event rules_nft_event(const struct rules *rules,
				 const struct nlmsghdr *nlh);

/**
 * rules_watch_take() - handle a notification of nf_tables
 * @watch: watch
 * @nlh: message with at least a struct nfgenmsg
 */
void rules_watch_take(struct rules_watch *watch, const struct nlmsghdr *nlh);

/**
 * rules_watch_lost() - note lost notifications, or another set
 * @watch: watch
 */
void rules_watch_lost(struct rules_watch *watch);

/**
 * rules_watch_renew() - store rules that were read again
 * @watch: watch
 * @rules: rules
 * @generation: generation of the ruleset
 */
void rules_watch_renew(struct rules_watch *watch, const struct rules *rules,
		       uint32_t generation);

/**
 * rules_generation() - generation of a ruleset
 * @nlh: NFT_MSG_NEWGEN, message with at least a struct nfgenmsg
 * @generation: filled
 *
 * Return: false if it has none.
 */
bool rules_generation(const struct nlmsghdr *nlh, uint32_t *generation);

/**
 * rules_legacy() - add a table of ip6_tables
 * @rules: rules
 * @info: IP6T_SO_GET_INFO
 * @entries: the table of IP6T_SO_GET_ENTRIES
 *
 * Return: 0, or -EPROTO when the table contradicts itself.
 */
int rules_legacy(struct rules *rules, const struct ip6t_getinfo *info,
		 const void *entries);

/**
 * rules_legacy_same() - compare the counting rules of two readings
 * @before: rules of ip6_tables, read before
 * @now: and now
 *
 * Return: false if a rule was added, removed or moved, or its counter decreased.
 */
bool rules_legacy_same(const struct rules *before, const struct rules *now);

/**
 * rules_merge() - add rules of the other kind of table
 * @rules: rules
 * @others: rules to add
 */
void rules_merge(struct rules *rules, const struct rules *others);

/**
 * rules_judge() - check that one rule counts the set as that of 'lmctl init'
 * @rules: all rules
 *
 * Return: REASON_NONE, or the reason for which the counters are invalid.
 */
enum reason rules_judge(const struct rules *rules);

/**
 * rules_counting() - find the next rule that counts the set
 * @rules: rules
 * @i: index to begin at, 0 at first; set to the index behind the rule
 *
 * Return: rule, or NULL after the last one.
 */
const struct rule *rules_counting(const struct rules *rules, unsigned int *i);

/**
 * rule_text() - format the place of a rule
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
