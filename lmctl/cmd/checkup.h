/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Checkup: what a few blocks of a measurement tell about the configuration of
 * both ends. Facts go in, findings come out; it asks nobody.
 */
#ifndef LMCTL_CMD_CHECKUP_H
#define LMCTL_CMD_CHECKUP_H

#include <stdbool.h>
#include <stdint.h>
#include "lmctl/base/block.h"
#include "lmctl/engine/result.h"
#include "lmctl/node/rules.h"
#include "sr6flow.h"

struct checkup;
struct sid_facts;

/**
 * enum finding_level - what a finding means
 * @FINDING_GOOD: as it should be
 * @FINDING_NOTE: works, but the operator should know
 * @FINDING_BAD: figures are missing or cannot be had until it is changed
 */
enum finding_level {
	FINDING_GOOD,
	FINDING_NOTE,
	FINDING_BAD,
};

/**
 * struct finding - a finding
 * @level: what it means
 * @subject: "set", "rule", "colour", "clock", "peer NAME"...
 * @text: what was found, one line
 * @remedy: what to do, or NULL
 */
struct finding {
	enum finding_level level;
	const char *subject;
	const char *text;
	const char *remedy;
};

/**
 * checkup_new() - begin
 * @of: the measurement; without peers, only its set is judged, and nothing that takes
 *	time
 * @timing: blocks and reading window
 *
 * Return: checkup for checkup_free(), or NULL when memory is short.
 */
struct checkup *checkup_new(const struct measurement *of,
			    const struct block_timing *timing);

/**
 * checkup_free() - free a checkup
 * @checkup: checkup or NULL
 */
void checkup_free(struct checkup *checkup);

/**
 * checkup_set() - the state of the set
 * @checkup: checkup
 * @set: state
 * @time: when it was read; the colour is compared with that of the block which
 *	  ran then
 */
void checkup_set(struct checkup *checkup, const struct sr6flow_set *set,
		 int64_t time);

/**
 * checkup_unreadable() - the flows of the set cannot be read
 * @checkup: checkup
 * @why: sentence; copied
 */
void checkup_unreadable(struct checkup *checkup, const char *why);

/**
 * checkup_rules() - the rules of the set
 * @checkup: checkup
 * @rules: rules
 */
void checkup_rules(struct checkup *checkup, const struct rules *rules);

/**
 * checkup_clock() - what the kernel says of this node's clock
 * @checkup: checkup
 * @synchronised: it is synchronised
 * @error_ns: bound of its error
 */
void checkup_clock(struct checkup *checkup, bool synchronised,
		   int64_t error_ns);

/**
 * checkup_source() - the source that packets of a flow of the set get
 * @checkup: checkup
 * @flow: flow, with a source
 * @source: source address of the packets that this node encapsulates for it now
 * @fixed: it stays, until somebody sets another
 *
 * A flow with another source is right if it has packets: another node encapsulates
 * them.
 */
void checkup_source(struct checkup *checkup, const struct sr6flow_flow *flow,
		    const struct in6_addr *source, bool fixed);

/**
 * checkup_source_unknown() - the source of a flow's packets cannot be foreseen
 * @checkup: checkup
 * @flow: flow, with a source
 * @why: words that stay, without a full stop
 */
void checkup_source_unknown(struct checkup *checkup,
			    const struct sr6flow_flow *flow, const char *why);

/**
 * checkup_sids() - what becomes of packets that this node counts
 * @checkup: checkup
 * @facts: facts
 */
void checkup_sids(struct checkup *checkup, const struct sid_facts *facts);

/**
 * checkup_result() - a flow in a block
 * @checkup: checkup
 * @result: result
 */
void checkup_result(struct checkup *checkup, const struct result *result);

/**
 * checkup_report() - the messages to a peer about a block
 * @checkup: checkup
 * @report: report
 */
void checkup_report(struct checkup *checkup, const struct peer_report *report);

/**
 * checkup_findings() - say what all that means, the first cause first
 * @checkup: checkup
 * @found: called for each finding, valid until it returns
 * @arg: for @found
 *
 * Return: true if none of them is bad.
 */
bool checkup_findings(struct checkup *checkup,
		      void (*found)(const struct finding *finding, void *arg),
		      void *arg);

#endif /* LMCTL_CMD_CHECKUP_H */
