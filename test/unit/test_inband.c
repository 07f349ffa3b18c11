// SPDX-License-Identifier: GPL-2.0-only
/*
 * From a flow to the encapsulation of the route that its messages take.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include <linux/seg6_iptunnel.h>
#include "lmctl/node/seg6.h"
#include "lmctl/service/inband.h"

static struct sr6flow_flow flow_of(const char *text)
{
	struct sr6flow_flow flow;
	char error[200];

	assert_int_equal(sr6flow_flow_parse(&flow, text, error, sizeof(error)),
			 0);
	return flow;
}

/* The mode, in host byte order, and an SRH as RFC 8754, section 2, has it. */
static void test_bytes(void **state)
{
	static const uint8_t srh[] = {
		0, 6, 4, 2, 2, 0, 0, 0,
		0xfc, 0xff, 0, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0,
		0xfc, 0xff, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2,
		0xfc, 0xff, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1,
	};
	struct sr6flow_flow flow =
		flow_of("name=fcff:2::1,fcff:2::2,fcff:3::100");
	const int mode = SEG6_IPTUN_MODE_ENCAP;
	uint8_t data[INBAND_ENCAP_MAX];

	(void)state;
	assert_int_equal(inband_encap(data, &flow), sizeof(mode) + sizeof(srh));
	assert_memory_equal(data, &mode, sizeof(mode));
	assert_memory_equal(data + sizeof(mode), srh, sizeof(srh));
}

/* A set that imports the route counts its packets as the flow. */
static void test_every_length(void **state)
{
	struct sr6flow_flow flow = { .nsids = 0 };
	unsigned int n;

	(void)state;
	for (n = 1; n <= SR6FLOW_SIDS_MAX; n++) {
		struct seg6_route route = { .family = AF_INET6,
					    .prefix_len = 128 };
		uint8_t *data = malloc(4 + 8 + 16 * n);
		struct sr6flow_flow back;
		char reason[SEG6_REASON_SIZE];

		assert_non_null(data);
		flow.nsids = n;
		memset(&flow.sids[n - 1], (int)n, sizeof(flow.sids[0]));
		route.encap = data;
		route.encap_len = inband_encap(data, &flow);
		assert_int_equal(route.encap_len, 4 + 8 + 16 * n);
		assert_int_equal(data[5], 2 * n);
		assert_int_equal(data[7], n - 1);
		assert_int_equal(seg6_flow(&back, &route, SR6FLOW_MASK_DEFAULT,
					   reason), 0);
		assert_int_equal(back.nsids, n);
		assert_memory_equal(back.sids, flow.sids, 16 * n);
		free(data);
	}
	assert_int_equal(INBAND_ENCAP_MAX, 4 + 8 + 16 * SR6FLOW_SIDS_MAX);
}

static void test_overhead(void **state)
{
	(void)state;
	assert_int_equal(INBAND_OVERHEAD(1), 64);
	assert_int_equal(INBAND_OVERHEAD(16), 304);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_bytes),
		cmocka_unit_test(test_every_length),
		cmocka_unit_test(test_overhead),
	};

	return cmocka_run_group_tests_name("inband", tests, NULL, NULL);
}
