// SPDX-License-Identifier: GPL-2.0-only
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "test/model/generate.h"
#include "test/model/open.h"
#include "test/model/sabotage.h"
#include "test/model/search.h"
#include "test/model/shrink.h"

/* Bad histories that one process shrinks and prints; others are only counted. */
#define SHOWN 3000
#define JOBS_MAX 64

/**
 * struct worker - what a process has found, in shared memory
 * @histories: histories that it has judged
 * @bad: bad ones
 * @kinds: events of each kind
 * @tally: rows
 */
struct worker {
	uint64_t histories;
	uint64_t bad;
	uint64_t kinds[KINDS];
	struct tally tally;
};

static double seconds_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

void tally_write(const struct tally *tally, FILE *file)
{
	unsigned int i;

	fprintf(file, "# rows: %" PRIu64 " exact, %" PRIu64 " of them gap rows, %" PRIu64 " other:",
		tally->exact, tally->gaps, tally->other);
	for (i = 0; i < tally->nwords; i++)
		fprintf(file, " %s %" PRIu64, tally->word[i], tally->words[i]);
	fputc('\n', file);
}

static void tally_add(struct tally *sum, const struct tally *part)
{
	unsigned int i, j;

	sum->exact += part->exact;
	sum->gaps += part->gaps;
	sum->other += part->other;
	for (i = 0; i < part->nwords; i++) {
		for (j = 0; j < sum->nwords; j++)
			if (!strcmp(sum->word[j], part->word[i]))
				break;
		if (j == JUDGE_WORDS)
			continue;
		if (j == sum->nwords)
			sum->word[sum->nwords++] = part->word[i];
		sum->words[j] += part->words[i];
	}
}

/* All of it at once: other processes print, too. */
static void show_bad(const struct search *search, uint64_t seed,
		     struct history *history)
{
	char *text;
	size_t len;
	FILE *file = open_memstream(&text, &len);

	if (!file)
		return;
	shrink(history, search->blind, search->open);
	fprintf(file, "# seed %" PRIu64 " shrinks to\n", seed);
	history_write(history, file);
	judge(history, search->blind, NULL, file);
	fclose(file);
	fwrite(text, 1, len, stdout);
	fflush(stdout);
	free(text);
}

static void work(const struct search *search, unsigned int job,
		 struct worker *worker)
{
	double end = seconds_now() + (double)search->seconds;
	struct history history;
	struct verdict verdict;
	unsigned int event;
	uint64_t i;

	for (i = job; search->seconds ? seconds_now() < end : i < search->count;
	     i += search->jobs) {
		generate(&history, search->seed + i, search->open);
		verdict = judge(&history, search->blind, &worker->tally, NULL);
		worker->histories++;
		for (event = 0; event < history.n; event++)
			worker->kinds[history.event[event].kind]++;
		if (verdict_bad(&verdict) && worker->bad++ < SHOWN)
			show_bad(search, search->seed + i, &history);
	}
}

static bool run_workers(const struct search *search, struct worker *workers)
{
	bool good = true;
	unsigned int job;
	int status;

	fflush(stdout);
	for (job = 0; job < search->jobs; job++) {
		pid_t pid = fork();

		if (!pid) {
			work(search, job, &workers[job]);
			_exit(EXIT_SUCCESS);
		}
		good &= pid > 0;
	}
	while (wait(&status) > 0)
		good &= WIFEXITED(status) && !WEXITSTATUS(status);
	return good;
}

static void add_worker(struct worker *sum, const struct worker *worker)
{
	unsigned int i;

	sum->histories += worker->histories;
	sum->bad += worker->bad;
	for (i = 0; i < KINDS; i++)
		sum->kinds[i] += worker->kinds[i];
	tally_add(&sum->tally, &worker->tally);
}

static void kinds_write(const struct worker *sum)
{
	unsigned int i;

	printf("# events:");
	for (i = 0; i < KINDS_DRAWN; i++)
		printf(" %s %" PRIu64, kind_table[i].name, sum->kinds[i]);
	putchar('\n');
}

static int points(unsigned int passed, unsigned int failed, unsigned int skipped)
{
	printf("%u passed, %u failed", passed, failed);
	if (skipped)
		printf(", %u skipped", skipped);
	putchar('\n');
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

int search(const struct search *given)
{
	size_t size = JOBS_MAX * sizeof(struct worker);
	struct worker *workers = mmap(NULL, size, PROT_READ | PROT_WRITE,
				      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	struct search search = *given;
	struct worker sum = { 0 };
	double begin = seconds_now(), took;
	bool good;
	unsigned int job;

	if (workers == MAP_FAILED)
		return EXIT_FAILURE;
	if (!search.jobs || search.jobs > JOBS_MAX)
		search.jobs = 1;
	good = run_workers(&search, workers);
	took = seconds_now() - begin;
	for (job = 0; job < search.jobs; job++)
		add_worker(&sum, &workers[job]);
	munmap(workers, size);
	kinds_write(&sum);
	tally_write(&sum.tally, stdout);
	printf("# %.1f s, %.0f histories per hour\n", took,
	       (double)sum.histories / took * 3600);
	good &= sum.histories && !sum.bad;
	printf("%s - %" PRIu64 " histories from seed %" PRIu64 ", %" PRIu64 " of them bad\n",
	       good ? "ok" : "not ok", sum.histories, search.seed, sum.bad);
	return points(good, !good, 0);
}

static enum point { FAILED, PASSED, SKIPPED } judge_kept(const char *name,
						      const struct history *history)
{
	const struct open_fault *open = open_find(history);
	struct verdict verdict = judge(history, 0, NULL, stdout);

	if (!verdict_bad(&verdict)) {
		printf("ok - %s: %s%s\n", name, history->name,
		       open ? ": true by now, see open.c" : "");
		return PASSED;
	}
	if (!open || verdict.unlike) {
		printf("not ok - %s: %s\n", name, history->name);
		return FAILED;
	}
	printf("ok - %s # SKIP row %s is open: %s\n", name, open->row,
	       open->why);
	return SKIPPED;
}

/* Adds to @of the points of the histories of a file. */
static void judge_file(const char *name, unsigned int *of)
{
	FILE *file = fopen(name, "r");
	char error[2 * HISTORY_TEXT_LEN] = "has no history";
	struct history history;
	unsigned int n = 0;
	int more = 0;

	while (file && (more = history_read(&history, file, error, sizeof(error))) > 0) {
		of[judge_kept(name, &history)]++;
		n++;
	}
	if (file)
		fclose(file);
	if (n && !more)
		return;
	printf("not ok - %s: %s\n", name, error);
	of[FAILED]++;
}

int search_files(char **file)
{
	unsigned int of[] = { 0, 0, 0 };

	for (; *file; file++)
		judge_file(*file, of);
	return points(of[PASSED], of[FAILED], of[SKIPPED]);
}

/* How many histories it took, or 0. */
static uint64_t find_sabotage(const struct search *search, unsigned int blind)
{
	struct history history;
	struct verdict verdict;
	uint64_t i;

	for (i = 0; i < search->count; i++) {
		generate(&history, search->seed + i, false);
		verdict = judge(&history, blind, NULL, NULL);
		if (verdict.lies)
			return i + 1;
	}
	return 0;
}

int search_selftest(const struct search *search)
{
	unsigned int passed = 0, failed = 0, i;

	for (i = 0; i < SABOTAGES; i++) {
		uint64_t found = find_sabotage(search, 1u << i);

		if (found)
			passed++;
		else
			failed++;
		printf("%s - %s: %s, is found in history %" PRIu64 "\n",
		       found ? "ok" : "not ok", sabotage_table[i].name,
		       sabotage_table[i].what, found);
	}
	return points(passed, failed, 0);
}
