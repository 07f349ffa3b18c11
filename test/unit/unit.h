/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Tests of CMocka that register themselves: a test is written once, where its code is.
 * They run in the order in which they stand in the file.
 */
#ifndef TEST_UNIT_UNIT_H
#define TEST_UNIT_UNIT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <valgrind/valgrind.h>
#include "lib/array.h"

/**
 * unit_add() - register a test
 * @test: copied
 */
void unit_add(const struct CMUnitTest *test);

/**
 * unit_group() - register what runs before and after all tests
 * @setup: before the first one, or NULL
 * @teardown: after the last one, or NULL
 */
void unit_group(CMFixtureFunction setup, CMFixtureFunction teardown);

/**
 * unit_each() - register what runs before and after each test that has none of its own
 * @setup: before it; *state is what the test was registered with
 * @teardown: after it
 */
void unit_each(CMFixtureFunction setup, CMFixtureFunction teardown);

/* Code that registers tests before main() runs. */
#define UNIT_REGISTER(label) \
	__attribute__((constructor)) static void unit_register_##label(void)

/* UNIT_EACH(SETUP, TEARDOWN): functions around each test of the program */
#define UNIT_EACH(before, after)                                              \
	UNIT_REGISTER(each)                                                   \
	{                                                                     \
		unit_each(before, after);                                     \
	}

/* TEST_WITH(SETUP, TEARDOWN, name) { ... }: a test with functions around it */
#define TEST_WITH(before, after, label)                                       \
	static void label(void **state);                                      \
	UNIT_REGISTER(label)                                                  \
	{                                                                     \
		unit_add(&(struct CMUnitTest){ #label, label, before, after,  \
					       NULL });                       \
	}                                                                     \
	static void label(void **state __attribute__((unused)))

/* TEST(name) { ... }: a test */
#define TEST(label) TEST_WITH(NULL, NULL, label)

/*
 * TEST_NATIVE(SETUP, TEARDOWN, name) { ... }: a test that valgrind would fail. It makes
 * vfork() a fork() that cannot report a failed execve(), has signal masks and exit
 * statuses of its own in children, does not know pidfd_open(), and closes a connection that
 * accept() could not give a descriptor.
 */
#define TEST_NATIVE(before, after, label)                                     \
	static void label(void **state);                                      \
	UNIT_REGISTER(label)                                                  \
	{                                                                     \
		if (!RUNNING_ON_VALGRIND)                                     \
			unit_add(&(struct CMUnitTest){ #label, label, before, \
						       after, NULL });        \
	}                                                                     \
	static void label(void **state __attribute__((unused)))

/* TEST_ROWS(rows, name) { ... }: a test per row of an array; *state is the row */
#define TEST_ROWS(rows, label)                                                \
	static void label(void **state);                                      \
	UNIT_REGISTER(label)                                                  \
	{                                                                     \
		size_t i;                                                     \
									      \
		for (i = 0; i < ARRAY_SIZE(rows); i++)                        \
			unit_add(&(struct CMUnitTest){                        \
				(rows)[i].name, label, NULL, NULL,            \
				(void *)&(rows)[i] });                        \
	}                                                                     \
	static void label(void **state)

/* TEST_AGAIN(id, text, name, state): the test once more, with a state */
#define TEST_AGAIN(id, text, label, with)                                     \
	UNIT_REGISTER(id)                                                     \
	{                                                                     \
		unit_add(&(struct CMUnitTest){ text, label, NULL, NULL,       \
					       (void *)(with) });             \
	}

#endif /* TEST_UNIT_UNIT_H */
