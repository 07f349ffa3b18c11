// SPDX-License-Identifier: GPL-2.0-only
#include <stdlib.h>
#include <string.h>

#define HASH_NONFATAL_OOM 1
#define uthash_nonfatal_oom(item) ((item)->lost = true)
#include <uthash.h>
#include <utlist.h>

#include "lmctl/base/block.h"
#include "lmctl/engine/ratelimit.h"

/*
 * Credit is counted in billionths of an event: a nanosecond brings @rate of
 * them, without a division and without rounding. 2^32 events fit 64 bits.
 */
#define EVENT ((uint64_t)BLOCK_NS_PER_S)

/**
 * struct source - the bucket of a source
 * @address: its address
 * @credit: what it has
 * @last: when @credit was right
 * @lost: the hash table had no memory for it
 * @prev: list, the longest silent first
 * @next: likewise
 * @hh: table
 */
struct source {
	struct in6_addr address;
	uint64_t credit;
	int64_t last;
	bool lost;
	struct source *prev, *next;
	UT_hash_handle hh;
};

struct ratelimit {
	unsigned int max;
	uint64_t rate;
	uint64_t full;
	struct source *table;
	struct source *by_use;
};

struct ratelimit *ratelimit_new(unsigned int max)
{
	struct ratelimit *limit = calloc(1, sizeof(*limit));

	if (limit)
		limit->max = max;
	return limit;
}

static void source_remove(struct ratelimit *limit, struct source *source)
{
	/* It is in the table. NOLINTNEXTLINE(clang-analyzer-core.NullDereference) */
	HASH_DEL(limit->table, source);
	DL_DELETE(limit->by_use, source);
}

void ratelimit_free(struct ratelimit *limit)
{
	struct source *source, *next;

	if (!limit)
		return;
	DL_FOREACH_SAFE(limit->by_use, source, next) {
		source_remove(limit, source);
		free(source);
	}
	free(limit);
}

void ratelimit_set(struct ratelimit *limit, uint32_t rate, uint32_t burst)
{
	limit->rate = rate;
	limit->full = (burst ? burst : 1) * EVENT;
}

unsigned int ratelimit_count(const struct ratelimit *limit)
{
	return HASH_COUNT(limit->table);
}

/* Memory for a source: new, or that of the one silent for longest. */
static struct source *source_alloc(struct ratelimit *limit)
{
	struct source *source = NULL;

	if (HASH_COUNT(limit->table) < limit->max)
		source = malloc(sizeof(*source));
	if (!source && limit->by_use) {
		source = limit->by_use;
		source_remove(limit, source);
	}
	if (source)
		memset(source, 0, sizeof(*source));
	return source;
}

static struct source *source_get(struct ratelimit *limit,
				 const struct in6_addr *address, int64_t now)
{
	struct source *source;

	HASH_FIND(hh, limit->table, address, sizeof(*address), source);
	if (source) {
		DL_DELETE(limit->by_use, source);
		DL_APPEND(limit->by_use, source);
		return source;
	}
	source = source_alloc(limit);
	if (!source)
		return NULL;
	source->address = *address;
	source->credit = limit->full;
	source->last = now;
	HASH_ADD(hh, limit->table, address, sizeof(source->address), source);
	if (source->lost) {
		free(source);
		return NULL;
	}
	DL_APPEND(limit->by_use, source);
	return source;
}

static void source_earn(const struct ratelimit *limit, struct source *source,
			int64_t now)
{
	uint64_t elapsed = now > source->last ?
			   (uint64_t)now - (uint64_t)source->last : 0;

	source->last = now;
	/* Also when the limit has been lowered. */
	if (source->credit >= limit->full ||
	    elapsed > (limit->full - source->credit) / limit->rate)
		source->credit = limit->full;
	else
		source->credit += elapsed * limit->rate;
}

bool ratelimit_allow(struct ratelimit *limit, const struct in6_addr *address,
		     int64_t now)
{
	struct source *source;

	if (!limit->rate)
		return true;
	source = source_get(limit, address, now);
	if (!source)
		return false;
	source_earn(limit, source, now);
	if (source->credit < EVENT)
		return false;
	source->credit -= EVENT;
	return true;
}
