// SPDX-License-Identifier: GPL-2.0-only
/*
 * Why the limits hold: a request makes an entry only below both limits, and a dump
 * only for a flow in the set. An entry counts until it has left the set and no
 * request for it can be repeated. Requests with a key take over flows of another
 * key within the share of their own key, so flows follow the senders to a new key.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define HASH_NONFATAL_OOM 1
#define uthash_nonfatal_oom(item) ((item)->lost = true)
#include <uthash.h>
#include <utlist.h>

#include "lmctl/base/block.h"
#include "lmctl/base/flowkey.h"
#include "lmctl/engine/learning.h"

#define NO_OWNER KEYS_MAX

/**
 * struct entry - a flow
 * @asked: newest block requested, INT64_MIN for none
 * @left: seconds until it times out, by the last dump
 * @owner: key whose share it uses, or NO_OWNER
 * @seen: it was in a dump since the last block's end, or was added
 * @present: it was in a dump of the last block
 * @queued: it is among the jobs
 * @prev: jobs, as utlist has them
 * @next: likewise
 * @lost: the hash table had no memory for it
 * @hh: table, by @key
 * @nsids: number of its SIDs
 * @key: identity of the flow, see flowkey.h
 */
struct entry {
	int64_t asked;
	uint32_t left;
	unsigned int owner;
	bool seen;
	bool present;
	bool queued;
	struct entry *prev, *next;
	bool lost;
	UT_hash_handle hh;
	unsigned int nsids;
	uint8_t key[];
};

/**
 * struct learning - a learning
 * @config: limits, without the keys
 * @nkeys: number of keys
 * @id: their ids
 * @owned: entries of each key, and of no key
 * @held: nothing is added before the next block
 * @entries: the flows
 * @jobs: flows to be added or renewed
 * @stats: counters
 */
struct learning {
	struct learning_config config;
	unsigned int nkeys;
	char id[KEYS_MAX][KEY_ID_MAX + 1];
	uint32_t owned[KEYS_MAX + 1];
	bool held;
	struct entry *entries;
	struct entry *jobs;
	struct learning_stats stats;
};

struct learning *learning_new(void)
{
	return calloc(1, sizeof(struct learning));
}

static void entry_unqueue(struct learning *learning, struct entry *entry)
{
	if (entry->queued)
		DL_DELETE(learning->jobs, entry);
	entry->queued = false;
}

static void entry_queue(struct learning *learning, struct entry *entry)
{
	bool first = !learning->jobs;

	if (entry->queued)
		return;
	entry->queued = true;
	DL_APPEND(learning->jobs, entry);
	if (first && learning->config.wake)
		learning->config.wake(learning->config.arg);
}

static void entry_forget(struct learning *learning, struct entry *entry)
{
	entry_unqueue(learning, entry);
	learning->owned[entry->owner]--;
	/* It is in the table. NOLINTNEXTLINE(clang-analyzer-core.NullDereference) */
	HASH_DEL(learning->entries, entry);
	free(entry);
}

static void forget_all(struct learning *learning)
{
	struct entry *entry, *next;

	HASH_ITER(hh, learning->entries, entry, next)
		entry_forget(learning, entry);
	learning->stats.flows = 0;
}

void learning_free(struct learning *learning)
{
	if (!learning)
		return;
	forget_all(learning);
	free(learning);
}

static struct entry *entry_find(const struct learning *learning,
				const struct sr6flow_flow *flow)
{
	struct entry *entry;

	HASH_FIND(hh, learning->entries, flowkey(flow),
		  FLOWKEY_LEN(flow->nsids), entry);
	return entry;
}

/* Returns NULL when memory is short. */
static struct entry *entry_new(struct learning *learning,
			       const struct sr6flow_flow *flow)
{
	size_t len = FLOWKEY_LEN(flow->nsids);
	struct entry *entry = calloc(1, sizeof(*entry) + len);

	if (!entry)
		return NULL;
	entry->asked = INT64_MIN;
	entry->owner = NO_OWNER;
	entry->nsids = flow->nsids;
	memcpy(entry->key, flowkey(flow), len);
	HASH_ADD(hh, learning->entries, key[0], len, entry);
	if (entry->lost) {
		free(entry);
		return NULL;
	}
	learning->owned[NO_OWNER]++;
	return entry;
}

static unsigned int owner_of(const struct learning *learning, const char *key)
{
	unsigned int i;

	for (i = 0; i < learning->nkeys; i++)
		if (!strcmp(learning->id[i], key))
			return i;
	return NO_OWNER;
}

static void set_owner(struct learning *learning, struct entry *entry,
		      unsigned int owner)
{
	learning->owned[entry->owner]--;
	learning->owned[owner]++;
	entry->owner = owner;
}

/* Check whether @owner may have one more flow. */
static bool has_room(const struct learning *learning, unsigned int owner)
{
	uint32_t share;

	if (owner == NO_OWNER)
		return false;
	share = learning->config.flows / learning->nkeys;
	return learning->owned[owner] < (share ? share : 1);
}

static void take_over(struct learning *learning, struct entry *entry,
		      unsigned int owner)
{
	if (entry->owner != owner && has_room(learning, owner))
		set_owner(learning, entry, owner);
}

void learning_configure(struct learning *learning,
			const struct learning_config *config)
{
	unsigned int was[KEYS_MAX + 1];
	struct entry *entry, *next;
	unsigned int i, j;

	for (i = 0; i <= KEYS_MAX; i++) {
		was[i] = NO_OWNER;
		for (j = 0; i < learning->nkeys && j < config->keys->n; j++)
			if (!strcmp(learning->id[i], config->keys->key[j].id))
				was[i] = j;
	}
	HASH_ITER(hh, learning->entries, entry, next)
		set_owner(learning, entry, was[entry->owner]);
	learning->config = *config;
	learning->config.keys = NULL;
	learning->nkeys = config->keys->n;
	for (i = 0; i < config->keys->n; i++)
		strcpy(learning->id[i], config->keys->key[i].id);
	if (!config->flows)
		forget_all(learning);
}

void learning_dumped(struct learning *learning,
		     const struct sr6flow_record *record)
{
	struct entry *entry;

	if (!learning->config.flows)
		return;
	entry = entry_find(learning, &record->flow);
	if (!record->timeout || record->timeout == SR6FLOW_NO_TIMEOUT) {
		/* It belongs to the operator now. */
		if (entry)
			entry_forget(learning, entry);
		return;
	}
	if (!entry)
		entry = entry_new(learning, &record->flow);
	if (!entry)
		return;
	entry->seen = true;
	entry->left = record->timeout;
}

static void entry_block_end(struct learning *learning, struct entry *entry,
			    bool asked)
{
	entry->present = entry->seen;
	entry->seen = false;
	learning->stats.flows += entry->present;
	if (entry->present && asked &&
	    entry->left <= learning->config.timeout / 2)
		entry_queue(learning, entry);
	else if (!entry->present && !asked && !entry->queued)
		entry_forget(learning, entry);
}

void learning_block_end(struct learning *learning, int64_t block,
			unsigned int history)
{
	struct entry *entry, *next;

	learning->held = false;
	learning->stats.flows = 0;
	HASH_ITER(hh, learning->entries, entry, next)
		entry_block_end(learning, entry,
				!block_older(entry->asked, block, history));
}

void learning_stepped(struct learning *learning)
{
	struct entry *entry, *next;

	HASH_ITER(hh, learning->entries, entry, next)
		entry->asked = INT64_MIN;
}

static void note_asked(struct learning *learning, struct entry *entry,
		       int64_t block, const char *key)
{
	if (entry->asked < block)
		entry->asked = block;
	take_over(learning, entry, owner_of(learning, key));
}

bool learning_keep(struct learning *learning, const struct sr6flow_flow *flow,
		   int64_t block, const char *key)
{
	struct entry *entry = entry_find(learning, flow);

	if (!entry || !(entry->present || entry->seen || entry->queued))
		return false;
	note_asked(learning, entry, block, key);
	return true;
}

static bool refuse(struct learning *learning)
{
	learning->stats.refused++;
	return false;
}

bool learning_add(struct learning *learning, const struct sr6flow_flow *flow,
		  int64_t block, const char *key)
{
	unsigned int owner = owner_of(learning, key);
	struct entry *entry;

	if (!learning->config.flows || learning->held)
		return false;
	entry = entry_find(learning, flow);
	if (entry && block <= entry->asked)
		return false;
	if ((!entry && HASH_COUNT(learning->entries) >= learning->config.flows) ||
	    ((!entry || entry->owner != owner) && !has_room(learning, owner)))
		return refuse(learning);
	if (!entry)
		entry = entry_new(learning, flow);
	if (!entry)
		return false;
	note_asked(learning, entry, block, key);
	entry_queue(learning, entry);
	return true;
}

bool learning_next(struct learning *learning, struct learning_job *job)
{
	struct entry *entry = learning->jobs;

	if (!entry)
		return false;
	entry_unqueue(learning, entry);
	job->entry = entry;
	job->renew = entry->present;
	job->timeout = learning->config.timeout;
	flowkey_restore(&job->flow, entry->key, entry->nsids);
	return true;
}

/* Waiting jobs would fail for the same reason. */
static void hold(struct learning *learning)
{
	struct entry *entry, *next;

	learning->held = true;
	DL_FOREACH_SAFE(learning->jobs, entry, next) {
		if (entry->present)
			continue;
		learning->stats.failed++;
		entry_forget(learning, entry);
	}
}

void learning_done(struct learning *learning, const struct learning_job *job,
		   int err)
{
	struct entry *entry = job->entry;

	if (!err) {
		learning->stats.learned += !job->renew;
		entry->seen = true;
		entry->left = job->timeout;
		return;
	}
	/* A failed renewal is repeated at the end of the next block. */
	if (job->renew)
		return;
	entry_forget(learning, entry);
	if (err == -EEXIST)
		return;
	learning->stats.failed++;
	hold(learning);
}

const struct learning_stats *learning_stats(const struct learning *learning)
{
	return &learning->stats;
}
