// SPDX-License-Identifier: GPL-2.0-only
#include "lmctl/sinks/history/history_expire.h"
#include "lmctl/sinks/history/history_schema.h"

/* Unused pages that are left for results to come. */
#define FREE_PAGES 256

/* @rows is lessened by the results that were deleted; 0 means not all. */
static int expire_block(sqlite3 *sql, int64_t id, uint64_t *rows)
{
	/* Number of flows and the last of them. */
	int64_t flows[2];
	int err;

	err = history_run(sql, "SELECT count(*), max(flow_id) FROM"
			       " (SELECT flow_id FROM results WHERE block_id ="
			       " ?1 ORDER BY flow_id LIMIT ?2)",
			  id, (int64_t)*rows, flows);
	if (!err)
		err = history_run(sql, "DELETE FROM results"
				       " WHERE block_id = ?1 AND flow_id <= ?2",
				  id, flows[1], NULL);
	if (!err)
		err = history_run(sql, "DELETE FROM answers"
				       " WHERE block_id = ?1 AND flow_id <= ?2",
				  id, flows[1], NULL);
	*rows -= (uint64_t)flows[0];
	if (err || !*rows)
		return err;
	err = history_run(sql, "DELETE FROM gaps WHERE block_id = ?1", id, 0,
			  NULL);
	if (err)
		return err;
	return history_run(sql, "DELETE FROM blocks WHERE id = ?1", id, 0,
			   NULL);
}

static int expire_names(sqlite3 *sql, int64_t flows_ms, uint64_t rows,
			bool *flows_gone)
{
	int err = history_run(sql, "DELETE FROM flows WHERE id IN (SELECT id"
				   " FROM flows WHERE last_ms < ?1 LIMIT ?2)",
			      flows_ms, (int64_t)rows, NULL);

	if (!err) {
		*flows_gone = sqlite3_changes(sql);
		err = history_run(sql, "DELETE FROM peers WHERE NOT EXISTS"
				       " (SELECT 1 FROM blocks AS b WHERE"
				       " b.measurement_id ="
				       " peers.measurement_id)", 0, 0, NULL);
	}
	if (!err)
		err = history_run(sql, "DELETE FROM measurements WHERE NOT"
				       " EXISTS (SELECT 1 FROM blocks AS b"
				       " WHERE b.measurement_id ="
				       " measurements.id)", 0, 0, NULL);
	return err;
}

int history_expire(sqlite3 *sql, int64_t blocks_ms, int64_t flows_ms,
		   uint64_t rows, bool *flows_gone)
{
	int err = 0;

	while (!err && rows) {
		int64_t block[2];

		err = history_run(sql, "SELECT id, 0 FROM blocks"
				       " WHERE start_ms < ?1"
				       " ORDER BY start_ms LIMIT 1",
				  blocks_ms, 0, block);
		if (!err && !block[0])
			return expire_names(sql, flows_ms, rows, flows_gone);
		if (!err)
			err = expire_block(sql, block[0], &rows);
	}
	return err;
}

int history_shrink(sqlite3 *sql)
{
	int64_t unused[2], pages[2];
	int err = history_run(sql, "PRAGMA freelist_count", 0, 0, unused);

	if (!err)
		err = history_run(sql, "PRAGMA page_count", 0, 0, pages);
	if (!err && unused[0] > FREE_PAGES && unused[0] > pages[0] / 4)
		err = history_run(sql, "PRAGMA incremental_vacuum(512)", 0, 0,
				  NULL);
	return err;
}
