/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A handle of the library on the script of channel_fake.h, and what listings say.
 */
#ifndef TEST_UNIT_LIB_BENCH_H
#define TEST_UNIT_LIB_BENCH_H

#include "listing_fake.h"
#include "test/unit/unit.h"

/* The handle of the test that runs. */
extern struct sr6flow *handle;

/* What lib_see() saw. */
extern struct lib_seen {
	char text[4096];
	size_t len;
	unsigned int calls;
	struct sr6flow_set set;
	/* Set by the test: lib_see() returns @value in this call. */
	unsigned int stop_at;
	int value;
} seen;

/* Open the handle; the script must have been played to its end when it is closed. */
int lib_setup(void **state);
int lib_teardown(void **state);

/*
 * For sr6flow_dump(): writes a line for each flow, with what is not 0 or absent of it:
 * FLOW gGENERATION cSOURCE,SEGMENTS_LEFT from LAST_SOURCE SLOT:PACKETS/BYTES tTIMEOUT
 */
int lib_see(const struct sr6flow_set *set, const struct sr6flow_record *record,
	    void *arg);
/* List set "foo". */
int lib_dump(void);
/* List set "foo", which has just these flows. */
void lib_dumps(const char *text);
/* List set "foo", which fails because the kernel's answer has that problem. */
void lib_damaged(const char *problem);

/*
 * For golden_rows(): the flows of a listing_script() of set "foo", its error, in which V
 * is the version of the library, and the number of nudges. The handle stays usable.
 */
const char *lib_listing(char *input);

void error_is(const char *sentence);
/* The error is that the kernel's answer has that problem. */
void error_is_damage(const char *problem);

struct sr6flow_flow flow_of(const char *text);

#endif /* TEST_UNIT_LIB_BENCH_H */
