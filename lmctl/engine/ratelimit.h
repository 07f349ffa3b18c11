/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Rate limit per source address: a token bucket each, in integers. Pure.
 *
 * There are at most as many buckets as was said at the start; a new source
 * then takes the place of the one that was silent for the longest time. That
 * never harms the one that goes: a forgotten source has a full bucket.
 */
#ifndef LMCTL_ENGINE_RATELIMIT_H
#define LMCTL_ENGINE_RATELIMIT_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>

struct ratelimit;

/**
 * ratelimit_new() - make a rate limit that lets everything pass
 * @max: most sources, at least 1
 *
 * Return: rate limit for ratelimit_free(), or NULL when memory is short.
 */
struct ratelimit *ratelimit_new(unsigned int max);

/**
 * ratelimit_free() - free a rate limit
 * @limit: rate limit or NULL
 */
void ratelimit_free(struct ratelimit *limit);

/**
 * ratelimit_set() - change the limit
 * @limit: rate limit
 * @rate: events per second and source, 0 for no limit
 * @burst: most events at once; 0 is taken for 1
 */
void ratelimit_set(struct ratelimit *limit, uint32_t rate, uint32_t burst);

/**
 * ratelimit_allow() - may this event of a source pass
 * @limit: rate limit
 * @address: address of the source
 * @now: time, nanoseconds; a time that goes back gives nothing and costs
 *	 nothing
 *
 * Return: true; false if the source has had too many, or if memory is short
 * and there is no source whose place could be taken.
 */
bool ratelimit_allow(struct ratelimit *limit, const struct in6_addr *address,
		     int64_t now);

/**
 * ratelimit_count() - number of sources that are remembered
 * @limit: rate limit
 *
 * Return: sources.
 */
unsigned int ratelimit_count(const struct ratelimit *limit);

#endif /* LMCTL_ENGINE_RATELIMIT_H */
