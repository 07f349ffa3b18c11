// SPDX-License-Identifier: GPL-2.0-only
#include "test/unit/unit.h"

#define TESTS_MAX 256

static struct CMUnitTest tests[TESTS_MAX];
static size_t n;
static CMFixtureFunction group_setup, group_teardown;
static CMFixtureFunction each_setup, each_teardown;

void unit_add(const struct CMUnitTest *test)
{
	/* Before main(), when no test could fail: the group fails instead. */
	if (n < TESTS_MAX)
		tests[n] = *test;
	n++;
}

void unit_group(CMFixtureFunction setup, CMFixtureFunction teardown)
{
	group_setup = setup;
	group_teardown = teardown;
}

void unit_each(CMFixtureFunction setup, CMFixtureFunction teardown)
{
	each_setup = setup;
	each_teardown = teardown;
}

int main(void)
{
	size_t i;

	if (!n || n > TESTS_MAX) {
		print_error("%zu tests, not 1 to %d\n", n, TESTS_MAX);
		return 1;
	}
	for (i = 0; i < n; i++) {
		if (tests[i].setup_func || tests[i].teardown_func)
			continue;
		tests[i].setup_func = each_setup;
		tests[i].teardown_func = each_teardown;
	}
	return _cmocka_run_group_tests("tests", tests, n, group_setup,
				       group_teardown);
}
