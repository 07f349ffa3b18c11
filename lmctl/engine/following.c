// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define HASH_NONFATAL_OOM 1
#define uthash_nonfatal_oom(item) ((item)->lost = true)
#include <uthash.h>
#include <utlist.h>

#include "lmctl/base/flowkey.h"
#include "lmctl/engine/following.h"
#include "lmctl/engine/prober.h"
#include "lmctl/node/tables.h"

/* Most reasons that are told apart. */
#define REASONS_MAX 8

/**
 * enum state - a flow and the set
 * @MISSING: to be added
 * @OWN: added
 * @FOREIGN: added by someone else
 * @UNSURE: it was there already; the next dump shows who has added it
 */
enum state {
	MISSING,
	OWN,
	FOREIGN,
	UNSURE,
};

/**
 * struct entry - a flow
 * @state: see there
 * @paths: live paths that have it
 * @leaves: of a flow without paths, when it is to be removed
 * @dump: last dump that had it
 * @named: with a name that the pattern makes, or that it was added with
 * @remembered: an earlier following has added it
 * @unseen: so it is, and no path has had it since
 * @prev: flows to be added or removed, as utlist has them
 * @next: likewise
 * @lost: the hash table had no memory for it
 * @hh: table, by identity
 * @flow: flow with its name
 */
struct entry {
	enum state state;
	unsigned int paths;
	int64_t leaves;
	uint64_t dump;
	bool named;
	bool remembered;
	bool unseen;
	struct entry *prev, *next;
	bool lost;
	UT_hash_handle hh;
	struct sr6flow_flow flow;
};

/**
 * struct following - a following
 * @routing: its routes
 * @ops: functions
 * @arg: for @ops
 * @timing: blocks and reading window
 * @pattern: names of flows
 * @known: there is a set
 * @mask: its mark mask, of the last one if it is gone
 * @netmask: its netmask, likewise
 * @expected: number of its flows, if no one else changes it
 * @limit: with that many, a new flow would replace another one (forceadd)
 * @unsure: flows are UNSURE
 * @held: no job before following_retry()
 * @looked: when the last whole dump ended, INT64_MIN if it is out of date
 * @look: a flow is to be removed, and the last dump is older
 * @settled: see following_settled()
 * @dump: number of the last dump
 * @entries: the flows
 * @adding: flows that are MISSING
 * @leaving: flows that are OWN and have no path, in the order of @leaves
 * @named: number of flows that have got a name
 * @reasons: number of @reason
 * @reason: reported reasons to leave out routes
 * @stats: counters; @flows is not used
 */
struct following {
	struct routing *routing;
	const struct following_ops *ops;
	void *arg;
	struct block_timing timing;
	const char *pattern;
	bool known;
	uint32_t mask;
	unsigned int netmask;
	uint32_t expected;
	uint32_t limit;
	bool unsure;
	bool held;
	int64_t looked;
	bool look;
	bool settled;
	uint64_t dump;
	struct entry *entries;
	struct entry *adding;
	struct entry *leaving;
	unsigned int named;
	unsigned int reasons;
	char reason[REASONS_MAX][SEG6_REASON_SIZE];
	struct following_stats stats;
};

/* The user of a path that no flow can represent. */
static struct entry left_out;

struct following *following_new(struct routing *routing,
				const struct following_ops *ops, void *arg)
{
	struct following *following = calloc(1, sizeof(*following));

	if (!following)
		return NULL;
	following->looked = INT64_MIN;
	following->routing = routing;
	following->ops = ops;
	following->arg = arg;
	return following;
}

void following_configure(struct following *following,
			 const struct block_timing *timing, const char *pattern)
{
	following->timing = *timing;
	following->pattern = pattern;
}

static bool is_leaving(const struct entry *entry)
{
	return entry->state == OWN && !entry->paths;
}

static void unqueue(struct following *following, struct entry *entry)
{
	if (entry->state == MISSING) {
		DL_DELETE(following->adding, entry);
		following->stats.missing--;
	} else if (is_leaving(entry)) {
		DL_DELETE(following->leaving, entry);
		following->stats.leaving--;
	}
}

static void queue_missing(struct following *following, struct entry *entry)
{
	entry->state = MISSING;
	DL_APPEND(following->adding, entry);
	following->stats.missing++;
}

/* The last packets may be of the block that runs. */
static void queue_leaving(struct following *following, struct entry *entry,
			  int64_t now)
{
	const struct block_timing *timing = &following->timing;

	entry->leaves = block_window_close(timing, block_number(timing, now) +
						   PROBER_PATIENCE);
	DL_APPEND(following->leaving, entry);
	following->stats.leaving++;
}

/* It is in no list. */
static void entry_free(struct following *following, struct entry *entry)
{
	/* It is in the table. NOLINTNEXTLINE(clang-analyzer-core.NullDereference) */
	HASH_DEL(following->entries, entry);
	free(entry);
}

/* The set does not have the flow. */
static void entry_lost(struct following *following, struct entry *entry)
{
	unqueue(following, entry);
	if (entry->paths)
		queue_missing(following, entry);
	else
		entry_free(following, entry);
}

static struct entry *entry_find(const struct following *following,
				const struct sr6flow_flow *flow)
{
	struct entry *entry;

	HASH_FIND(hh, following->entries, flowkey(flow),
		  FLOWKEY_LEN(flow->nsids), entry);
	return entry;
}

/* In no list. */
static struct entry *entry_new(struct following *following,
			       const struct sr6flow_flow *flow)
{
	struct entry *entry = calloc(1, sizeof(*entry));

	if (!entry)
		return NULL;
	entry->flow = *flow;
	HASH_ADD_KEYPTR(hh, following->entries, flowkey(&entry->flow),
			FLOWKEY_LEN(flow->nsids), entry);
	if (!entry->lost)
		return entry;
	free(entry);
	return NULL;
}

static struct entry *entry_get(struct following *following,
			       const struct seg6_route *route,
			       const struct sr6flow_flow *flow)
{
	struct entry *entry = entry_find(following, flow);
	char table[TABLE_NAME_LEN];

	if (entry)
		return entry;
	entry = entry_new(following, flow);
	if (!entry)
		return NULL;
	seg6_name(&entry->flow, following->pattern, route,
		  following->ops->table(route->table, table),
		  ++following->named);
	queue_missing(following, entry);
	return entry;
}

static void leave_out(struct following *following,
		      const struct seg6_route *route, const char *reason)
{
	unsigned int i;

	for (i = 0; i < following->reasons; i++)
		if (!strcmp(following->reason[i], reason))
			return;
	if (i == REASONS_MAX)
		return;
	strcpy(following->reason[following->reasons++], reason);
	following->ops->left_out(following->arg, route, reason);
}

/* Return: entry, or &left_out. */
static struct entry *entry_of(struct following *following,
			      const struct seg6_route *route)
{
	char reason[SEG6_REASON_SIZE] = "out of memory";
	struct sr6flow_flow flow;
	struct entry *entry = NULL;

	if (!seg6_set_flow(&flow, route, following->mask, following->netmask,
			   following->ops->source, following->arg, reason))
		entry = entry_get(following, route, &flow);
	if (entry)
		return entry;
	leave_out(following, route, reason);
	return &left_out;
}

static void attach(struct following *following, struct entry *entry)
{
	if (entry == &left_out) {
		following->stats.left_out++;
		return;
	}
	if (is_leaving(entry))
		unqueue(following, entry);
	entry->unseen = false;
	entry->paths++;
}

static void detach(struct following *following, struct entry *entry,
		   int64_t now)
{
	if (entry == &left_out) {
		if (!--following->stats.left_out)
			following->reasons = 0;
		return;
	}
	if (--entry->paths)
		return;
	if (entry->state == OWN) {
		queue_leaving(following, entry, now);
	} else if (entry->state == UNSURE) {
		following->unsure = true;
	} else {
		unqueue(following, entry);
		entry_free(following, entry);
	}
}

bool following_step(struct following *following, int64_t now,
		    unsigned int most)
{
	struct routing_path *path;
	struct entry *was, *is;

	if (!following->known)
		return false;
	while (most--) {
		path = routing_next(following->routing);
		if (!path)
			return false;
		was = path->user;
		is = path->live ? entry_of(following, &path->route) : NULL;
		if (is)
			attach(following, is);
		if (was)
			detach(following, was, now);
		path->user = is;
	}
	return true;
}

bool following_next(struct following *following, int64_t now,
		    struct following_job *job)
{
	struct entry *entry = following->leaving;

	if (!following->known || following->held)
		return false;
	/* First: it makes room in a full set. Someone may have replaced it since a dump. */
	job->remove = entry && entry->leaves <= now;
	if (job->remove && following->looked < entry->leaves) {
		following->look = true;
		job->remove = false;
	}
	if (!job->remove)
		entry = following->adding;
	if (entry && !job->remove && following->expected >= following->limit)
		following->held = true;
	if (!entry || following->held)
		return false;
	job->flow = entry->flow;
	job->entry = entry;
	return true;
}

void following_done(struct following *following,
		    const struct following_job *job, int err)
{
	struct entry *entry = job->entry;

	if (job->remove && err == -ESRCH)
		err = 0;
	if (err && (job->remove || err != -EEXIST)) {
		following->held = true;
		following->looked = INT64_MIN;
		return;
	}
	unqueue(following, entry);
	if (job->remove) {
		following->expected--;
		following->stats.removed++;
		entry_free(following, entry);
	} else if (err) {
		entry->state = UNSURE;
		following->unsure = true;
	} else {
		entry->state = OWN;
		following->expected++;
		following->stats.added++;
	}
}

void following_retry(struct following *following)
{
	following->held = false;
}

int64_t following_due(const struct following *following)
{
	if (!following->known || following->held)
		return INT64_MAX;
	if (following->adding)
		return INT64_MIN;
	return following->leaving && !following->look ?
	       following->leaving->leaves : INT64_MAX;
}

static void forget_all(struct following *following)
{
	struct entry *entry, *next;

	HASH_ITER(hh, following->entries, entry, next)
		entry_free(following, entry);
	following->adding = NULL;
	following->leaving = NULL;
	following->stats.missing = 0;
	following->stats.leaving = 0;
	following->stats.left_out = 0;
	following->reasons = 0;
	following->unsure = false;
}

static void lose_all(struct following *following)
{
	struct entry *entry, *next;

	HASH_ITER(hh, following->entries, entry, next)
		if (entry->state != MISSING)
			entry_lost(following, entry);
	following->unsure = false;
}

bool following_set(struct following *following, const struct sr6flow_set *set)
{
	bool changed;

	if (!set) {
		if (following->known)
			lose_all(following);
		following->known = false;
		return false;
	}
	if (following->mask != set->mask || following->netmask != set->netmask) {
		forget_all(following);
		routing_forget_users(following->routing);
		following->mask = set->mask;
		following->netmask = set->netmask;
	}
	changed = following->known && following->expected != set->flows;
	following->known = true;
	following->expected = set->flows;
	following->limit = set->forceadd ? set->maxelem : UINT32_MAX;
	return changed || following->unsure || following->look;
}

void following_dump_begin(struct following *following)
{
	following->dump++;
}

void following_dumped(struct following *following,
		      const struct sr6flow_flow *flow)
{
	struct entry *entry = entry_find(following, flow);

	if (!entry)
		return;
	entry->dump = following->dump;
	entry->named = entry->state == OWN || entry->remembered ?
		       !strcmp(entry->flow.name, flow->name) :
		       seg6_name_fits(following->pattern, flow->name);
	if (entry->state == UNSURE && entry->named)
		strcpy(entry->flow.name, flow->name);
}

/* Someone else has replaced the flow, perhaps with the whole set. */
static void disown(struct following *following, struct entry *entry)
{
	unqueue(following, entry);
	entry->state = FOREIGN;
	if (!entry->paths)
		entry_free(following, entry);
}

/* The dump had a flow that was there before it was added. */
static void resolve(struct following *following, struct entry *entry,
		    int64_t now)
{
	entry->state = entry->named ? OWN : FOREIGN;
	if (entry->paths)
		return;
	if (entry->state == OWN)
		queue_leaving(following, entry, now);
	else
		entry_free(following, entry);
}

void following_dump_end(struct following *following, int64_t now)
{
	struct entry *entry, *next;

	following->unsure = false;
	following->look = false;
	following->looked = now;
	HASH_ITER(hh, following->entries, entry, next) {
		if (entry->state == MISSING)
			continue;
		if (entry->dump != following->dump)
			entry_lost(following, entry);
		else if (entry->state == UNSURE &&
			 (!entry->unseen || following->settled))
			resolve(following, entry, now);
		else if (entry->state == OWN && !entry->named)
			disown(following, entry);
	}
}

void following_remember(struct following *following,
			const struct sr6flow_flow *flow)
{
	struct sr6flow_flow own = *flow;
	struct entry *entry;

	if (!following->known || !flow->netmask != !following->netmask)
		return;
	/* The text form of a flow does not have it. */
	own.netmask = following->netmask;
	entry = entry_find(following, &own);
	if (!entry)
		entry = entry_new(following, &own);
	else if (entry->state == MISSING)
		unqueue(following, entry);
	else
		return;
	if (!entry)
		return;
	strcpy(entry->flow.name, own.name);
	entry->state = UNSURE;
	entry->remembered = true;
	entry->unseen = !entry->paths;
	following->unsure = true;
}

void following_settled(struct following *following)
{
	following->unsure |= following->known && !following->settled;
	following->settled |= following->known;
}

void following_each(const struct following *following,
		    void (*fn)(const struct sr6flow_flow *flow, void *arg),
		    void *arg)
{
	struct entry *entry, *next;

	HASH_ITER(hh, following->entries, entry, next)
		if (entry->state == OWN ||
		    (entry->state == UNSURE && entry->remembered))
			fn(&entry->flow, arg);
}

void following_stepped(struct following *following, int64_t step)
{
	struct entry *entry;

	following->looked = INT64_MIN;
	DL_FOREACH(following->leaving, entry)
		entry->leaves += step;
}

void following_stats(const struct following *following,
		     struct following_stats *stats)
{
	*stats = following->stats;
	stats->flows = HASH_COUNT(following->entries) - stats->missing -
		       stats->leaving;
}

void following_free(struct following *following)
{
	if (!following)
		return;
	forget_all(following);
	free(following);
}
