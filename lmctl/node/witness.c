// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "lmctl/base/messages.h"
#include "lmctl/node/legacy.h"
#include "lmctl/node/nftables.h"
#include "lmctl/node/witness.h"

/* Shortest time between readings of a ruleset that changes all the time. */
#define READ_TRIES 5
/* Time after which a missing notification counts as lost. */
#define LATE_S 2
/* A kernel without nf_tables starts modprobe for each request: limit their rate. */
#define ABSENT_S 60
/* Time for which witness_survey() waits for changes to end, and time between its tries. */
#define SURVEY_TRIES 200
#define SURVEY_WAIT_NS 10000000
#define ERROR_LEN 128

struct witness {
	char set[SR6FLOW_SETNAME_MAX + 1];
	struct nftables *nft;
	int legacy_fd;
	uint16_t index;
	struct rules_watch watch;
	struct rules legacy;
	uint64_t legacy_sequence;
	/* See struct rules; now and at the previous reading. */
	unsigned int unknown;
	unsigned int unknown_before;
	/* Since then the kernel has a generation without a notification. */
	bool late;
	time_t late_since;
	/* The kernel had no nf_tables then and has sent no notification since. */
	bool absent;
	time_t absent_since;
	/* Last failure; NULL: see sr6flow_error(). */
	const char *problem;
	char error[ERROR_LEN];
};

int witness_open(struct witness **made, const char *set)
{
	struct witness *witness = calloc(1, sizeof(*witness));
	int err = -ENOMEM;

	*made = witness;
	if (!witness)
		goto failed;
	snprintf(witness->set, sizeof(witness->set), "%s", set);
	rules_watch_lost(&witness->watch);
	witness->legacy_fd = legacy_open();
	err = witness->legacy_fd;
	if (err < 0)
		goto failed;
	witness->nft = nftables_open();
	if (witness->nft)
		return 0;
	err = -errno;

failed:
	lmctl_error("cannot watch the rules of set '%s': %s", set,
		    strerror(-err));
	witness_close(witness);
	*made = NULL;
	return err;
}

void witness_close(struct witness *witness)
{
	if (!witness)
		return;
	nftables_close(witness->nft);
	if (witness->legacy_fd >= 0)
		close(witness->legacy_fd);
	free(witness);
}

int witness_fd(const struct witness *witness)
{
	return nftables_fd(witness->nft);
}

static void be_present(struct witness *witness)
{
	if (witness->absent)
		rules_watch_lost(&witness->watch);
	witness->absent = false;
}

static void take_event(const struct nlmsghdr *nlh, void *arg)
{
	struct witness *witness = arg;

	be_present(witness);
	rules_watch_take(&witness->watch, nlh);
}

void witness_drain(struct witness *witness)
{
	if (nftables_drain(witness->nft, take_event, witness)) {
		witness->absent = false;
		rules_watch_lost(&witness->watch);
	}
}

static void take_rule(const struct nlmsghdr *nlh, void *arg)
{
	struct rules *rules = arg;

	rules_nft(rules, nlh);
}

/* Read the rules of a ruleset whose generation is @generation before and after. */
static int read_rules(struct witness *witness, uint32_t generation)
{
	struct rules rules;
	uint32_t after;
	int err;

	rules_start(&rules, witness->index);
	err = nftables_rules(witness->nft, take_rule, &rules);
	if (!err)
		err = nftables_generation(witness->nft, &after);
	if (err)
		return err;
	if (after != generation)
		return -EINTR;
	rules_watch_renew(&witness->watch, &rules, generation);
	return 0;
}

static time_t monotonic(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec;
}

/* A notification of @generation is expected; if it does not arrive, it was lost. */
static int await(struct witness *witness)
{
	time_t now = monotonic();

	if (!witness->late)
		witness->late_since = now;
	witness->late = now - witness->late_since <= LATE_S;
	if (!witness->late)
		rules_watch_lost(&witness->watch);
	return -EAGAIN;
}

static bool is_absent(struct witness *witness)
{
	witness_drain(witness);
	return witness->absent &&
	       monotonic() - witness->absent_since < ABSENT_S;
}

static int look_at_nft(struct witness *witness)
{
	struct rules_watch *watch = &witness->watch;
	uint32_t generation;
	int err;

	if (is_absent(witness))
		return 0;
	err = nftables_generation(witness->nft, &generation);
	witness_drain(witness);
	witness->absent = err == -EOPNOTSUPP;
	if (witness->absent) {
		witness->absent_since = monotonic();
		rules_start(&watch->rules, witness->index);
		return 0;
	}
	if (err)
		return err;
	/* It may be announced meanwhile: then the next reading finds both equal. */
	if (!watch->lost && watch->generation != generation)
		return await(witness);
	witness->late = false;
	return watch->stale ? read_rules(witness, generation) : 0;
}

static int read_nft(struct witness *witness)
{
	unsigned int tries = 0;
	int err;

	do {
		err = look_at_nft(witness);
	} while ((err == -EINTR || err == -EAGAIN) && ++tries < READ_TRIES);
	return err == -EINTR ? -EAGAIN : err;
}

static int read_legacy(struct witness *witness, unsigned int references)
{
	unsigned int uses = references > witness->watch.rules.uses ?
			    references - witness->watch.rules.uses : 0;
	struct rules rules;
	int err = legacy_rules(witness->legacy_fd, witness->index, uses,
			       &rules);

	if (err)
		return err;
	if (!rules_legacy_same(&witness->legacy, &rules))
		witness->legacy_sequence++;
	witness->legacy = rules;
	witness->unknown_before = witness->unknown;
	witness->unknown = uses > rules.uses ? uses - rules.uses : 0;
	return 0;
}

static int read_index(struct witness *witness, struct sr6flow *handle)
{
	uint16_t index;
	int err = sr6flow_index(handle, witness->set, &index);

	if (err || index == witness->index)
		return err;
	witness->index = index;
	rules_watch_lost(&witness->watch);
	return 0;
}

static void all_rules(const struct witness *witness, struct rules *rules)
{
	*rules = witness->watch.rules;
	rules_merge(rules, &witness->legacy);
	rules->unknown = witness->unknown;
}

/*
 * A reference without a rule may count, too. References of a rule just removed
 * persist for a moment.
 */
static enum reason judge(const struct witness *witness)
{
	struct rules rules;
	enum reason reason;

	all_rules(witness, &rules);
	reason = rules_judge(&rules);
	if (!reason && witness->unknown && witness->unknown_before)
		reason = REASON_RULE_TWICE;
	return reason;
}

/* Read the tables, with a message of its own. */
static int failed(struct witness *witness, const char *what, int err)
{
	if (!err || err == -EAGAIN)
		return err;
	snprintf(witness->error, sizeof(witness->error),
		 "cannot read the rules of %s: %s", what, strerror(-err));
	witness->problem = witness->error;
	return err;
}

int witness_read(struct witness *witness, struct sr6flow *handle,
		 struct rule_facts *facts)
{
	struct sr6flow_set info = {};
	int err;

	witness->problem = NULL;
	err = read_index(witness, handle);
	if (!err)
		err = failed(witness, "nf_tables", read_nft(witness));
	if (!err)
		err = sr6flow_info(handle, witness->set, &info);
	if (!err)
		err = failed(witness, "ip6_tables",
			     read_legacy(witness, info.references));
	if (err)
		return err;
	/* Possibly a rule of nf_tables whose notification is still to come. */
	if (witness->absent && witness->unknown > witness->unknown_before) {
		be_present(witness);
		return -EAGAIN;
	}
	facts->sequence = witness->watch.sequence + witness->legacy_sequence;
	facts->reason = judge(witness);
	return 0;
}

const char *witness_error(const struct witness *witness,
			  const struct sr6flow *handle)
{
	return witness->problem ?: sr6flow_error(handle);
}

int witness_survey(struct sr6flow *handle, const char *set,
		   struct rules *rules)
{
	const struct timespec wait = { .tv_nsec = SURVEY_WAIT_NS };
	struct witness *witness;
	struct rule_facts facts;
	unsigned int tries = 0;
	int err;

	err = witness_open(&witness, set);
	if (!witness)
		return err;
	while ((err = witness_read(witness, handle, &facts)) == -EAGAIN &&
	       ++tries < SURVEY_TRIES)
		nanosleep(&wait, NULL);
	if (err == -EAGAIN)
		lmctl_error("the rules of set '%s' cannot be read: the ruleset changes all the time; try again",
			    set);
	else if (err)
		lmctl_error("%s", witness_error(witness, handle));
	else
		all_rules(witness, rules);
	witness_close(witness);
	return err;
}
