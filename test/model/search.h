/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Search: many histories, in several processes.
 */
#ifndef TEST_MODEL_SEARCH_H
#define TEST_MODEL_SEARCH_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "test/model/judge.h"

/**
 * struct search - what to search
 * @seed: the first seed
 * @count: how many
 * @seconds: for how long, instead of @count; 0 for @count
 * @jobs: processes
 * @blind: sabotage
 * @open: histories with open faults, too
 */
struct search {
	uint64_t seed;
	uint64_t count;
	uint64_t seconds;
	uint64_t jobs;
	unsigned int blind;
	bool open;
};

/**
 * search() - search, print what was found and a point
 * @search: what to search
 *
 * Return: exit status.
 */
int search(const struct search *search);

/**
 * search_files() - judge kept histories, print a point for each
 * @file: names, the last one NULL
 *
 * Return: exit status.
 */
int search_files(char **file);

/**
 * search_selftest() - expect every sabotage to be found, print a point for each
 * @search: what to search
 *
 * Return: exit status.
 */
int search_selftest(const struct search *search);

/**
 * tally_write() - print rows and reasons
 * @tally: tally
 * @file: file
 */
void tally_write(const struct tally *tally, FILE *file);

#endif /* TEST_MODEL_SEARCH_H */
