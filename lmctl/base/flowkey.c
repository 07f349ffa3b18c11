// SPDX-License-Identifier: GPL-2.0-only
#include "lmctl/base/flowkey.h"

static bool same_prefix(const struct in6_addr *a, const struct in6_addr *b,
			unsigned int bits)
{
	unsigned int bytes = bits / 8;

	return !memcmp(a, b, bytes) &&
	       (bits % 8 == 0 || (a->s6_addr[bytes] ^ b->s6_addr[bytes]) >>
					 (8 - bits % 8) == 0);
}

bool flowkey_matches(const struct sr6flow_flow *flow,
		     const struct sr6flow_flow *wanted)
{
	return flowkey_same_sids(flow, wanted) &&
	       (!wanted->netmask ||
		(flow->netmask && same_prefix(&flow->source, &wanted->source,
					      flow->netmask)));
}
