// SPDX-License-Identifier: GPL-2.0-only
#include <arpa/inet.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lmctl/base/flowkey.h"
#include "lmctl/cmd/checkup.h"
#include "lmctl/cmd/checkup_rules.h"
#include "lmctl/cmd/checkup_sids.h"

#define TALLIES_MAX 64
/* Most remembered flows with another source than this node's. */
#define STRANGERS_MAX 64
#define TEXT_LEN 512

/**
 * struct tally - number of times that a node had a reason or an answer
 * @node: -1 for this node, otherwise the index of a peer
 * @meaning: of the reason or answer
 * @times: flows and blocks
 * @flow: the first of these flows
 * @mask: the peer's mark mask then
 * @period_ms: the peer's period then
 */
struct tally {
	int node;
	const struct meaning *meaning;
	uint64_t times;
	struct sr6flow_flow flow;
	uint32_t mask;
	uint32_t period_ms;
};

struct peer_facts {
	uint64_t requests;
	uint64_t replies;
	bool auth;
	struct rejects rejects;
	bool offset_known;
	struct peer_report last;
};

/**
 * struct sources - sources of the flows that this node marks
 * @flows: number of flows with a source
 * @chosen: the kernel chooses the source, so it may change
 * @source: source of this node for the first of them
 * @nstrangers: number of @stranger
 * @stranger: flows with another one, and without packets
 * @more: number of further ones without room
 * @unknown: number of flows whose source cannot be foreseen
 * @why: reason for the first of them
 * @first: that flow
 */
struct sources {
	uint64_t flows;
	bool chosen;
	struct in6_addr source;
	unsigned int nstrangers;
	struct sr6flow_flow stranger[STRANGERS_MAX];
	uint64_t more;
	uint64_t unknown;
	const char *why;
	struct sr6flow_flow first;
};

struct checkup {
	struct measurement of;
	struct block_timing timing;
	struct sr6flow_set set;
	char unreadable[TEXT_LEN];
	struct sources sources;
	struct sid_facts sids;
	bool rules_known;
	struct rules rules;
	unsigned int looks;
	unsigned int wrong_colours;
	bool colour_changed;
	bool synchronised;
	int64_t error_ns;
	uint64_t exact;
	uint64_t anomalies;
	uint64_t sent;
	int64_t lost;
	unsigned int ntallies;
	struct tally tally[TALLIES_MAX];
	struct peer_facts peer[RESULT_PEERS_MAX];

	/* Set while findings are reported. */
	void (*found)(const struct finding *finding, void *arg);
	void *arg;
	bool bad;
};

struct checkup *checkup_new(const struct measurement *of,
			    const struct block_timing *timing)
{
	struct checkup *checkup = calloc(1, sizeof(*checkup));

	if (!checkup)
		return NULL;
	checkup->of = *of;
	checkup->timing = *timing;
	return checkup;
}

void checkup_free(struct checkup *checkup)
{
	free(checkup);
}

void checkup_set(struct checkup *checkup, const struct sr6flow_set *set,
		 int64_t time)
{
	if (checkup->looks++ && checkup->set.colour != set->colour)
		checkup->colour_changed = true;
	checkup->set = *set;
	if (checkup->of.npeers &&
	    set->colour != block_colour(set->mask,
					block_number(&checkup->timing, time)))
		checkup->wrong_colours++;
}

void checkup_unreadable(struct checkup *checkup, const char *why)
{
	snprintf(checkup->unreadable, sizeof(checkup->unreadable), "%s", why);
}

void checkup_rules(struct checkup *checkup, const struct rules *rules)
{
	checkup->rules_known = true;
	checkup->rules = *rules;
}

void checkup_clock(struct checkup *checkup, bool synchronised,
		   int64_t error_ns)
{
	checkup->synchronised = synchronised;
	checkup->error_ns = error_ns;
}

void checkup_source(struct checkup *checkup, const struct sr6flow_flow *flow,
		    const struct in6_addr *source, bool fixed)
{
	struct sources *sources = &checkup->sources;
	struct sr6flow_flow own = *flow;

	if (!sources->flows++)
		sources->source = *source;
	sources->chosen |= !fixed;
	own.source = *source;
	if (flowkey_matches(flow, &own))
		return;
	if (sources->nstrangers == STRANGERS_MAX)
		sources->more++;
	else
		sources->stranger[sources->nstrangers++] = *flow;
}

void checkup_source_unknown(struct checkup *checkup,
			    const struct sr6flow_flow *flow, const char *why)
{
	struct sources *sources = &checkup->sources;

	if (sources->unknown++)
		return;
	sources->first = *flow;
	sources->why = why;
}

void checkup_sids(struct checkup *checkup, const struct sid_facts *facts)
{
	checkup->sids = *facts;
}

/* It has packets, so another node encapsulates them. */
static void acquit(struct sources *sources, const struct sr6flow_flow *flow)
{
	unsigned int i;

	for (i = 0; i < sources->nstrangers; i++)
		if (flowkey_equal(&sources->stranger[i], flow))
			break;
	if (i < sources->nstrangers)
		sources->stranger[i] = sources->stranger[--sources->nstrangers];
}

/* Further words are dropped: the first ones suffice to find the cause. */
static void count(struct checkup *checkup, int node,
		  const struct meaning *meaning, const struct result *result)
{
	struct tally *tally = checkup->tally;
	unsigned int i;

	for (i = 0; i < checkup->ntallies; i++, tally++)
		if (tally->node == node && tally->meaning == meaning)
			break;
	if (i == TALLIES_MAX)
		return;
	if (i == checkup->ntallies) {
		checkup->ntallies++;
		*tally = (struct tally){
			.node = node, .meaning = meaning, .flow = *result->flow,
		};
	}
	tally->times++;
	if (node >= 0) {
		tally->mask = result->peer[node].mask;
		tally->period_ms = result->peer[node].period_ms;
	}
}

void checkup_result(struct checkup *checkup, const struct result *result)
{
	struct segment total = result_total(result);
	unsigned int i;

	if (result->sent)
		acquit(&checkup->sources, result->flow);
	if (result->reason)
		count(checkup, -1, reason_meaning(result->reason), result);
	for (i = 0; i < result->of->npeers; i++) {
		const struct answer *answer = &result->peer[i].answer;

		if (answer->status != ANSWER_VALID &&
		    answer->status != ANSWER_NOT_ASKED)
			count(checkup, (int)i, answer_meaning(answer), result);
	}
	if (total.status == RESULT_EXACT) {
		checkup->exact++;
		checkup->sent += total.sent;
		checkup->lost += total.lost;
	} else if (total.status == RESULT_ANOMALY) {
		checkup->anomalies++;
	}
}

void checkup_report(struct checkup *checkup, const struct peer_report *report)
{
	struct peer_facts *facts = &checkup->peer[report->peer];

	facts->requests += report->requests;
	facts->replies += report->replies;
	facts->auth = report->auth;
	rejects_add(&facts->rejects, &report->rejects);
	if (report->samples) {
		facts->offset_known = true;
		facts->last = *report;
	}
}

static void __attribute__((format(printf, 5, 6)))
find(struct checkup *checkup, enum finding_level level, const char *subject,
     const char *remedy, const char *format, ...)
{
	char text[TEXT_LEN];
	struct finding finding = {
		.level = level,
		.subject = subject,
		.text = text,
		.remedy = level == FINDING_GOOD ? NULL : remedy,
	};
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	checkup->bad |= level == FINDING_BAD;
	checkup->found(&finding, checkup->arg);
}

static double ms(int64_t ns)
{
	return (double)ns / BLOCK_NS_PER_MS;
}

/* A set for learning supports timeouts and has none by default. */
static void judge_flows(struct checkup *checkup)
{
	const struct sr6flow_set *set = &checkup->set;

	if (set->flows)
		find(checkup, FINDING_GOOD, "set", NULL, "'%s' has %u flows",
		     set->name, set->flows);
	else if (!checkup->of.npeers && !set->timeout)
		find(checkup, FINDING_NOTE, "set",
		     "without learn, add flows with 'lmctl add'",
		     "'%s' has no flows yet: with learn, the egress learns them with the first requests",
		     set->name);
	else
		find(checkup, FINDING_BAD, "set",
		     "add flows with 'lmctl add' or 'lmctl import'",
		     "'%s' has no flows", set->name);
}

static void judge_set(struct checkup *checkup)
{
	const struct sr6flow_set *set = &checkup->set;

	if (!checkup->looks) {
		find(checkup, FINDING_BAD, "set", "run 'lmctl colour'",
		     "'%s' could not be read", checkup->of.set);
		return;
	}
	if (*checkup->unreadable)
		find(checkup, FINDING_BAD, "set",
		     "install lmctl, its library and the module of one version, and load that module",
		     "the flows of '%s' cannot be read: %s", set->name,
		     checkup->unreadable);
	else
		judge_flows(checkup);
	if (set->malformed)
		find(checkup, FINDING_NOTE, "set", "run 'lmctl stats --explain'",
		     "'%s' has counted %" PRIu64 " malformed packets", set->name,
		     set->malformed);
	if (set->not_writable)
		find(checkup, FINDING_NOTE, "set", "run 'lmctl stats --explain'",
		     "'%s' could not mark %" PRIu64 " packets", set->name,
		     set->not_writable);
}

static void judge_rules(struct checkup *checkup)
{
	struct rule_finding rule;
	unsigned int i;

	for (i = 0; checkup->rules_known &&
	     rule_finding(&checkup->rules, checkup->of.set, i, &rule); i++)
		find(checkup, rule.level, "rule", rule.remedy, "%s", rule.text);
}

static void judge_mask(struct checkup *checkup)
{
	uint32_t mask = checkup->set.mask;
	const struct sr6flow_carrier_info *carrier;

	if (!checkup->looks)
		return;
	carrier = sr6flow_carrier_info(sr6flow_carrier(mask));
	if (mask & carrier->rewritten)
		find(checkup, FINDING_BAD, "mask",
		     "create the sets with the default mask",
		     "0x%08x has %s", mask, carrier->rewritten_by);
	else if (carrier->warning)
		find(checkup, FINDING_NOTE, "mask",
		     "check the classifiers and markers of the nodes on the path",
		     "0x%08x is in the %s: %s", mask, carrier->name,
		     carrier->warning);
	else
		find(checkup, FINDING_GOOD, "mask", NULL, "0x%08x, in the %s",
		     mask, carrier->name);
	if (!(mask & (mask - 1)))
		find(checkup, FINDING_NOTE, "mask",
		     "create the sets with two mask bits",
		     "0x%08x has one bit: uncoloured packets cannot be distinguished from the first colour",
		     mask);
}

static void judge_sources(struct checkup *checkup)
{
	const struct sources *sources = &checkup->sources;
	char flow[SR6FLOW_FLOW_STRLEN], source[INET6_ADDRSTRLEN];

	if (sources->unknown)
		find(checkup, FINDING_NOTE, "source",
		     "set it with 'ip sr tunsrc set ADDRESS'",
		     "the tunnel source cannot be predicted: %s (%" PRIu64 " flows, first %s)",
		     sources->why, sources->unknown,
		     sr6flow_flow_format(&sources->first, flow));
	if (!sources->flows)
		return;
	inet_ntop(AF_INET6, &sources->source, source, sizeof(source));
	if (sources->nstrangers)
		find(checkup, FINDING_BAD, "source",
		     "add the flows again with the new source at both ends ('lmctl add', or 'lmctl import' here), or set the old one with 'ip sr tunsrc set ADDRESS'",
		     "source-changed: no packet has the source of the flow, because this node's tunnels have another source, which is %s now (%" PRIu64 " flows, first %s)",
		     source,
		     sources->nstrangers + sources->more,
		     sr6flow_flow_format(&sources->stranger[0], flow));
	else if (sources->chosen)
		find(checkup, FINDING_NOTE, "source",
		     "set it with 'ip sr tunsrc set ADDRESS'",
		     "no tunnel source is set; the kernel chooses one, %s now, and flows count nothing after it chooses another",
		     source);
	else
		find(checkup, FINDING_GOOD, "source", NULL,
		     "this node's tunnel source is set to %s", source);
}

static void judge_sids(struct checkup *checkup)
{
	struct sid_finding sid;
	unsigned int i;

	for (i = 0; sid_finding(&checkup->sids, i, &sid); i++)
		find(checkup, sid.level, "SID", sid.remedy, "%s", sid.text);
}

static void judge_colour(struct checkup *checkup)
{
	const char *remedy = reason_meaning(REASON_COLOUR_LATE)->remedy;

	if (!checkup->looks)
		return;
	if (!checkup->colour_changed && checkup->looks > 1)
		find(checkup, FINDING_BAD, "colour", remedy,
		     "the active colour never changed");
	else if (checkup->wrong_colours)
		find(checkup, FINDING_BAD, "colour", remedy,
		     "the active colour was not that of the block in %u of %u checks",
		     checkup->wrong_colours, checkup->looks);
	else
		find(checkup, FINDING_GOOD, "colour", NULL,
		     "the active colour follows the clock");
}

static void judge_clock(struct checkup *checkup)
{
	const char *remedy = "let chrony (with rtcsync), ntpd or ptp4l discipline the clock";

	if (!checkup->synchronised)
		find(checkup, FINDING_NOTE, "clock", remedy,
		     "the kernel does not report this node's clock as synchronised: no one-way delay");
	else if (checkup->error_ns > checkup->timing.band)
		find(checkup, FINDING_NOTE, "clock", remedy,
		     "this node's clock may be wrong by %.3f ms, more than the guard band of %.3f ms",
		     ms(checkup->error_ns), ms(checkup->timing.band));
	else
		find(checkup, FINDING_GOOD, "clock", NULL,
		     "this node's clock is synchronised to %.3f ms",
		     ms(checkup->error_ns));
}

/* The two ways may differ: that part of the delay is unknown. */
static void judge_offset(struct checkup *checkup, const char *subject,
			 const struct peer_report *report)
{
	int64_t offset = report->offset < 0 ? -report->offset : report->offset;
	int64_t unknown = report->round_trip_min / 2;

	if (offset - unknown > checkup->timing.band)
		find(checkup, FINDING_BAD, subject,
		     "synchronise both clocks by NTP or PTP",
		     "its clock differs by %.3f ms from ours, the guard band allows %.3f ms",
		     ms(report->offset), ms(checkup->timing.band));
	else
		find(checkup, report->peer_synchronised ? FINDING_GOOD :
							  FINDING_NOTE,
		     subject, "synchronise its clock by NTP or PTP",
		     "its clock differs by %.3f ms from ours, the guard band allows %.3f ms%s",
		     ms(report->offset), ms(checkup->timing.band),
		     report->peer_synchronised ? "" :
		     "; it does not report itself as synchronised");
}

static bool too_far(const struct checkup *checkup,
		    const struct peer_facts *facts)
{
	return facts->offset_known && facts->last.round_trip_min >
				      block_delay_max(&checkup->timing);
}

static void judge_delay(struct checkup *checkup, const char *subject,
			const struct peer_report *report)
{
	static const struct answer too_long = { ANSWER_DELAY_TOO_LONG, REASON_NONE };
	int64_t most = block_delay_max(&checkup->timing);

	find(checkup, FINDING_BAD, subject, answer_meaning(&too_long)->remedy,
	     "its round trip of %.3f ms is longer than guard time less guard band, %.3f ms; it needs a period of at least %" PRId64 " ms",
	     ms(report->round_trip_min), ms(most),
	     block_period_for(&checkup->timing, report->round_trip_min));
}

static void judge_messages(struct checkup *checkup, const char *subject,
			   const struct peer_facts *facts)
{
	uint64_t rejected = rejects_useless(&facts->rejects);
	char text[REJECTS_TEXT_LEN];
	const char *remedy;

	if (!facts->requests)
		find(checkup, FINDING_BAD, subject, "see above",
		     "was not asked: no block of this node was read");
	else if (!facts->replies && !rejected)
		find(checkup, FINDING_BAD, subject,
		     rejects_silence(facts->auth),
		     "no reply to %" PRIu64 " messages", facts->requests);
	else if (facts->replies)
		find(checkup, FINDING_GOOD, subject, NULL,
		     "replies to %" PRIu64 " of %" PRIu64 " messages, round trip %.3f ms",
		     facts->replies, facts->requests,
		     ms(facts->last.round_trip_min));
	if (facts->replies || !rejected)
		return;
	remedy = rejects_explain(&facts->rejects, facts->auth, text);
	find(checkup, FINDING_BAD, subject, remedy,
	     "it replies, but none of its %" PRIu64 " replies can be used: %s",
	     rejected, text);
}

static void judge_tally(struct checkup *checkup, const char *subject,
			const struct tally *tally)
{
	const struct meaning *meaning = tally->meaning;
	char flow[SR6FLOW_FLOW_STRLEN], has[64] = "";

	if (!strcmp(meaning->word, "mask-differs"))
		snprintf(has, sizeof(has), ", 0x%08x; ours is 0x%08x",
			 tally->mask, checkup->set.mask);
	else if (!strcmp(meaning->word, "period-differs"))
		snprintf(has, sizeof(has), ", %u ms; ours is %" PRId64 " ms",
			 tally->period_ms,
			 checkup->timing.period / BLOCK_NS_PER_MS);
	find(checkup, FINDING_BAD, subject, meaning->remedy,
	     "%s: %s%s (%" PRIu64 " times, first of flow %s)",
	     meaning->word, meaning->means, has, tally->times,
	     *tally->flow.name ? tally->flow.name :
	     sr6flow_flow_format(&tally->flow, flow));
}

/* The findings about messages cover it already. */
static bool told_of_messages(const struct checkup *checkup,
			     const struct peer_facts *facts, const char *word)
{
	if (!strcmp(word, "delay-too-long"))
		return too_far(checkup, facts);
	return !facts->replies && (!strcmp(word, "no-answer") ||
				   !strcmp(word, "unusable-answer"));
}

static void judge_peer(struct checkup *checkup, unsigned int i)
{
	const struct peer_facts *facts = &checkup->peer[i];
	char subject[RESULT_NAME_LEN + 8];
	unsigned int j;

	snprintf(subject, sizeof(subject), "peer %s", checkup->of.peer[i]);
	judge_messages(checkup, subject, facts);
	if (facts->offset_known)
		judge_offset(checkup, subject, &facts->last);
	if (too_far(checkup, facts))
		judge_delay(checkup, subject, &facts->last);
	for (j = 0; j < checkup->ntallies; j++)
		if (checkup->tally[j].node == (int)i &&
		    !told_of_messages(checkup, facts, checkup->tally[j].meaning->word))
			judge_tally(checkup, subject, &checkup->tally[j]);
}

static void judge_loss(struct checkup *checkup)
{
	if (checkup->anomalies)
		find(checkup, FINDING_BAD, "loss",
		     "look for packets that are duplicated on the path, or a second ingress with the same SID list",
		     "more was received than sent, %" PRIu64 " times",
		     checkup->anomalies);
	if (!checkup->exact)
		find(checkup, FINDING_BAD, "loss", "see above",
		     "no result is exact");
	else if (!checkup->sent)
		find(checkup, FINDING_NOTE, "loss",
		     "send packets through the flows and check again",
		     "%" PRIu64 " exact results, but no packet was sent: the loss on the path is not known",
		     checkup->exact);
	else if (checkup->lost == (int64_t)checkup->sent)
		find(checkup, FINDING_BAD, "loss",
		     "check that the packets reach the counting node with their SID list; PSP removes it, see lmctl(8)",
		     "none of %" PRIu64 " packets sent arrived",
		     checkup->sent);
	else
		find(checkup, FINDING_GOOD, "loss", NULL,
		     "%" PRIu64 " exact results: %" PRIu64 " packets sent, %" PRId64 " lost before the counting rule",
		     checkup->exact, checkup->sent, checkup->lost);
}

/* Findings of a measurement. */
static void judge_blocks(struct checkup *checkup)
{
	unsigned int i;

	judge_colour(checkup);
	judge_clock(checkup);
	for (i = 0; i < checkup->ntallies; i++)
		if (checkup->tally[i].node < 0)
			judge_tally(checkup, "this node", &checkup->tally[i]);
	for (i = 0; i < checkup->of.npeers; i++)
		judge_peer(checkup, i);
	judge_loss(checkup);
}

bool checkup_findings(struct checkup *checkup,
		      void (*found)(const struct finding *finding, void *arg),
		      void *arg)
{
	checkup->found = found;
	checkup->arg = arg;
	checkup->bad = false;
	judge_set(checkup);
	judge_rules(checkup);
	judge_mask(checkup);
	judge_sources(checkup);
	judge_sids(checkup);
	if (checkup->of.npeers)
		judge_blocks(checkup);
	return !checkup->bad;
}
