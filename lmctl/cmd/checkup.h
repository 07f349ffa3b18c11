/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Checkup: findings about the configuration of both ends from a few blocks of a
 * measurement. Pure: facts go in, findings come out.
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
 * enum finding_level - severity of a finding
 * @FINDING_GOOD: as it should be
 * @FINDING_NOTE: works, but deserves attention
 * @FINDING_BAD: figures are missing until it is changed
 */
enum finding_level {
	FINDING_GOOD,
	FINDING_NOTE,
	FINDING_BAD,
};

/**
 * struct finding - a finding
 * @level: severity
 * @subject: "set", "rule", "colour", "clock", "peer NAME"...
 * @text: description, one line
 * @remedy: remedy or NULL
 */
struct finding {
	enum finding_level level;
	const char *subject;
	const char *text;
	const char *remedy;
};

/**
 * checkup_new() - make a checkup
 * @of: the measurement; without peers only its set is checked, without waiting for
 *	blocks
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
 * checkup_set() - add the state of the set
 * @checkup: checkup
 * @set: state
 * @time: time of reading; the colour is compared with that of the block at that
 *	  time
 */
void checkup_set(struct checkup *checkup, const struct sr6flow_set *set,
		 int64_t time);

/**
 * checkup_unreadable() - add that the flows of the set cannot be read
 * @checkup: checkup
 * @why: sentence; copied
 */
void checkup_unreadable(struct checkup *checkup, const char *why);

/**
 * checkup_rules() - add the rules of the set
 * @checkup: checkup
 * @rules: rules
 */
void checkup_rules(struct checkup *checkup, const struct rules *rules);

/**
 * checkup_clock() - add the kernel's state of this node's clock
 * @checkup: checkup
 * @synchronised: it is synchronised
 * @error_ns: bound of its error
 */
void checkup_clock(struct checkup *checkup, bool synchronised,
		   int64_t error_ns);

/**
 * checkup_source() - add the source of packets of a flow of the set
 * @checkup: checkup
 * @flow: flow, with a source
 * @source: present source address of packets that this node encapsulates for the
 *	    flow
 * @fixed: it stays until it is set to another
 *
 * A flow with another source is correct if it has packets: another node
 * encapsulates them.
 */
void checkup_source(struct checkup *checkup, const struct sr6flow_flow *flow,
		    const struct in6_addr *source, bool fixed);

/**
 * checkup_source_unknown() - add that the source of a flow's packets is unknown
 * @checkup: checkup
 * @flow: flow, with a source
 * @why: static text without a full stop
 */
void checkup_source_unknown(struct checkup *checkup,
			    const struct sr6flow_flow *flow, const char *why);

/**
 * checkup_sids() - add what this node does with counted packets
 * @checkup: checkup
 * @facts: facts
 */
void checkup_sids(struct checkup *checkup, const struct sid_facts *facts);

/**
 * checkup_result() - add a flow in a block
 * @checkup: checkup
 * @result: result
 */
void checkup_result(struct checkup *checkup, const struct result *result);

/**
 * checkup_report() - add the messages to a peer about a block
 * @checkup: checkup
 * @report: report
 */
void checkup_report(struct checkup *checkup, const struct peer_report *report);

/**
 * checkup_findings() - report the findings, first causes first
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
