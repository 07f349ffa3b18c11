// SPDX-License-Identifier: GPL-2.0-only
/*
 * From a flow to the encapsulation of the route that its messages take.
 */
#include <stdlib.h>
#include <string.h>
#include <linux/seg6_iptunnel.h>
#include "lmctl/node/seg6.h"
#include "lmctl/service/inband.h"
#include "test/unit/result_make.h"
#include "test/unit/unit.h"

/* The mode, in host byte order, and an SRH as RFC 8754, section 2, has it. */
TEST(test_bytes)
{
	static const uint8_t srh[] = {
		0, 6, 4, 2, 2, 0, 0, 0,
		0xfc, 0xff, 0, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0,
		0xfc, 0xff, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2,
		0xfc, 0xff, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1,
	};
	struct sr6flow_flow flow =
		make_flow("name=fcff:2::1,fcff:2::2,fcff:3::100");
	const int mode = SEG6_IPTUN_MODE_ENCAP;
	uint8_t data[INBAND_ENCAP_MAX];

	assert_int_equal(inband_encap(data, &flow), sizeof(mode) + sizeof(srh));
	assert_memory_equal(data, &mode, sizeof(mode));
	assert_memory_equal(data + sizeof(mode), srh, sizeof(srh));
}

/* A set that imports the route counts its packets as the flow. */
TEST(test_every_length)
{
	struct sr6flow_flow flow = { .nsids = 0 };
	unsigned int n;

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

TEST(test_overhead)
{
	assert_int_equal(INBAND_OVERHEAD(1), 64);
	assert_int_equal(INBAND_OVERHEAD(16), 304);
}
