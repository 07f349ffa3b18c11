// SPDX-License-Identifier: GPL-2.0-only
#include <inttypes.h>
#include <string.h>

#include "test/model/judge.h"
#include "test/model/world.h"

/* Blocks at the end of a history for whose answers there is no time. */
#define LAST_BLOCKS 3
/* CONFIRM has a quarter of the reading window, and something else may run before. */
#define LATENCY_SHARE 16

void tally_row(struct tally *tally, const char *word)
{
	unsigned int i;

	if (!word) {
		tally->exact++;
		return;
	}
	tally->other++;
	for (i = 0; i < tally->nwords; i++)
		if (!strcmp(tally->word[i], word))
			break;
	if (i == JUDGE_WORDS)
		return;
	if (i == tally->nwords)
		tally->word[tally->nwords++] = word;
	tally->words[i]++;
}

/* Nothing happens, and the network is as the manual asks for. */
static bool quiet(const struct history *history)
{
	const int64_t *param = history->param;
	int64_t band_us = param[PARAM_PERIOD] * param[PARAM_BAND];
	int64_t window_us = param[PARAM_PERIOD] * (HISTORY_PARTS -
			    param[PARAM_GUARD] - param[PARAM_BAND]);
	int64_t offset = param[PARAM_OFFSET];

	return !history->n && !param[PARAM_BUSY] && !param[PARAM_MESSAGE_LOSS] &&
	       !param[PARAM_MESSAGE_JITTER] &&
	       param[PARAM_DUMP] * param[PARAM_FLOWS] <
	       window_us / LATENCY_SHARE &&
	       2 * (param[PARAM_DELAY] + param[PARAM_JITTER]) <
	       param[PARAM_PERIOD] * (param[PARAM_GUARD] - param[PARAM_BAND]) &&
	       param[PARAM_DELAY] + param[PARAM_JITTER] <= band_us &&
	       param[PARAM_LATENCY] < window_us / LATENCY_SHARE && offset >= -band_us / 2 && offset <= band_us / 2;
}

/* Recordings know nothing of the delay: it has to be within the guard band. */
static bool joinable(const struct history *history)
{
	const int64_t *param = history->param;

	return param[PARAM_DELAY] + param[PARAM_JITTER] <=
	       param[PARAM_PERIOD] * param[PARAM_BAND];
}

static bool row_causeless(const struct world *world, const struct row *row)
{
	int64_t last = WORLD_FIRST + world->history->param[PARAM_BLOCKS] -
		       LAST_BLOCKS;

	if (!row->word || row->block >= last || row->gap)
		return false;
	return strcmp(row->word, "anomaly") ||
	       !world->history->param[PARAM_COPIES];
}

static void write_row(const struct truth *truth, const struct row *row,
		      FILE *file)
{
	const struct true_block is = row_truth(truth, row);

	fprintf(file, "# %s block %" PRId64 " flow %u node %u: ",
		row->gap ? "gap to" : row->joined ? "joined" : "measured",
		row->block - WORLD_FIRST,
		row->flow, row->node);
	if (row->word)
		fprintf(file, "'%s'", row->word);
	else
		fprintf(file, "exact, sent %" PRIu64 " received %" PRIu64,
			row->sent, row->received);
	fprintf(file, "; truth: sent %" PRIu64 " arrived %" PRIu64 "\n",
		is.sent, is.arrived);
}

static bool records_unlike(const struct world *world, enum node_id id, FILE *file)
{
	const char *wanted = world->history->records[id];
	const char *got = world->node[id].records.text;

	if (!*wanted || !strcmp(got, wanted))
		return false;
	if (file)
		fprintf(file, "# records of node %u: %s\n# and not %s\n", id, got,
			wanted);
	return true;
}

struct verdict judge(const struct history *history, unsigned int blind,
		     struct tally *tally, FILE *file)
{
	struct world *world = world_new(history, blind);
	struct verdict verdict = { 0 };
	bool joins = joinable(history), calm = quiet(history);
	enum node_id id;
	size_t i;

	for (id = 0; id < NODES; id++)
		verdict.unlike += records_unlike(world, id, file);
	for (i = 0; i < world->truth.nrows; i++) {
		const struct row *row = &world->truth.rows[i];
		bool lie = row_false(&world->truth, row) &&
			   (!row->joined || joins);
		bool causeless = calm && row_causeless(world, row);

		verdict.lies += lie;
		verdict.causeless += causeless;
		if (file && (lie || causeless))
			write_row(&world->truth, row, file);
		if (tally)
			tally_row(tally, row->word);
		if (tally && !row->word && row->gap)
			tally->gaps++;
	}
	world_free(world);
	return verdict;
}
