// SPDX-License-Identifier: GPL-2.0-only
#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include "lib_bench.h"

struct sr6flow *handle;
struct lib_seen seen;

int lib_setup(void **state)
{
	(void)state;
	fake_reset();
	memset(&seen, 0, sizeof(seen));
	handle = fake_open();
	return 0;
}

int lib_teardown(void **state)
{
	(void)state;
	fake_done();
	sr6flow_close(handle);
	fake_reset();
	return 0;
}

__attribute__((format(printf, 1, 2))) static void see(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	seen.len += vsnprintf(seen.text + seen.len,
			      sizeof(seen.text) - seen.len, format, args);
	va_end(args);
	assert_true(seen.len < sizeof(seen.text));
}

int lib_see(const struct sr6flow_set *set, const struct sr6flow_record *record,
	    void *arg)
{
	char flow[SR6FLOW_FLOW_STRLEN], last[INET6_ADDRSTRLEN];
	unsigned int i;

	assert_ptr_equal(arg, &seen);
	assert_int_equal(record->instance, LISTING_INSTANCE);
	assert_int_equal(record->flow.netmask, set->netmask);
	seen.set = *set;
	see("%s g%lu", sr6flow_flow_format(&record->flow, flow),
	    (unsigned long)record->generation);
	if (record->source_changes || record->segments_left_changes)
		see(" c%lu,%lu", (unsigned long)record->source_changes,
		    (unsigned long)record->segments_left_changes);
	if (!IN6_IS_ADDR_UNSPECIFIED(&record->last_source))
		see(" from %s", inet_ntop(AF_INET6, &record->last_source, last,
					  sizeof(last)));
	for (i = 0; i < SR6FLOW_SLOTS_MAX; i++) {
		const struct sr6flow_counters *counters = &record->counters[i];

		if (record->slots & 1u << i)
			see(" %u:%lu/%lu", i, (unsigned long)counters->packets,
			    (unsigned long)counters->bytes);
		else
			assert_true(!counters->packets && !counters->bytes);
	}
	if (record->timeout != SR6FLOW_NO_TIMEOUT)
		see(" t%u", record->timeout);
	see("\n");
	return ++seen.calls == seen.stop_at ? seen.value : 0;
}

int lib_dump(void)
{
	memset(&seen, 0, offsetof(struct lib_seen, stop_at));
	return sr6flow_dump(handle, "foo", lib_see, &seen);
}

void lib_dumps(const char *text)
{
	assert_int_equal(lib_dump(), 0);
	assert_string_equal(seen.text, text);
}

void lib_damaged(const char *problem)
{
	assert_int_equal(lib_dump(), -EPROTO);
	error_is_damage(problem);
}

const char *lib_listing(char *input)
{
	static char result[sizeof(seen.text) + 512];
	unsigned int nudges = fake_nudges();
	size_t len;
	char *at;
	int ret;

	listing_script(input, handle->seq);
	ret = lib_dump();
	len = snprintf(result, sizeof(result), "%s", seen.text);
	if (ret)
		len += snprintf(result + len, sizeof(result) - len, "%s: %s",
				strerrorname_np(-ret), sr6flow_error(handle));
	at = strstr(result, SR6FLOW_VERSION);
	if (at) {
		*at = 'V';
		memmove(at + 1, at + strlen(SR6FLOW_VERSION),
			strlen(at + strlen(SR6FLOW_VERSION)) + 1);
	}
	if (fake_nudges() != nudges)
		snprintf(result + strlen(result), sizeof(result) - strlen(result),
			 " (%u nudges)", fake_nudges() - nudges);
	fake_done();
	/* The handle can be used after whatever came. */
	listing_script("set { ::1 g1 1:10 } / done", 0);
	lib_dumps("::1 g1 1:10/1000\n");
	return result;
}

void error_is(const char *sentence)
{
	assert_string_equal(sr6flow_error(handle), sentence);
}

void error_is_damage(const char *problem)
{
	char begin[200];

	snprintf(begin, sizeof(begin),
		 "cannot understand the kernel's answer, it has %s:", problem);
	if (strncmp(sr6flow_error(handle), begin, strlen(begin)))
		fail_msg("'%s', not '%s'", sr6flow_error(handle), begin);
}

struct sr6flow_flow flow_of(const char *text)
{
	struct sr6flow_flow flow;
	char error[100];

	assert_int_equal(sr6flow_flow_parse(&flow, text, error, sizeof(error)),
			 0);
	return flow;
}
