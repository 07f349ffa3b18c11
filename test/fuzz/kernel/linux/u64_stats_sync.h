/* SPDX-License-Identifier: GPL-2.0-only */
/* As on 64-bit machines: nothing but an addition that is not torn. */
#ifndef STANDIN_U64_STATS_SYNC_H
#define STANDIN_U64_STATS_SYNC_H

#include <linux/kernel.h>

typedef struct {
	u64 value;
} u64_stats_t;

struct u64_stats_sync {
};

#define u64_stats_init(sync) ((void)(sync))
#define u64_stats_update_begin(sync) ((void)(sync))
#define u64_stats_update_end(sync) ((void)(sync))
#define u64_stats_fetch_begin(sync) ((void)(sync), 0U)
#define u64_stats_fetch_retry(sync, start) ((void)(sync), (void)(start), false)

static inline void u64_stats_add(u64_stats_t *stats, u64 n)
{
	stats->value += n;
}

static inline u64 u64_stats_read(const u64_stats_t *stats)
{
	return stats->value;
}

#endif /* STANDIN_U64_STATS_SYNC_H */
