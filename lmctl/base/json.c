// SPDX-License-Identifier: GPL-2.0-only
#include <arpa/inet.h>
#include <inttypes.h>
#include "lmctl/base/json.h"

json_t *json_mark(uint32_t word)
{
	return json_sprintf("0x%08x", word);
}

json_t *json_counter(uint64_t value)
{
	if (value > INT64_MAX)
		return json_sprintf("%" PRIu64, value);
	return json_integer((json_int_t)value);
}

json_t *json_sids(const struct sr6flow_flow *flow)
{
	json_t *sids = json_array();
	char text[INET6_ADDRSTRLEN];
	unsigned int i;

	for (i = 0; sids && i < flow->nsids; i++) {
		inet_ntop(AF_INET6, &flow->sids[i], text, sizeof(text));
		if (json_array_append_new(sids, json_string(text))) {
			json_decref(sids);
			sids = NULL;
		}
	}
	return sids;
}

json_t *json_source(const struct sr6flow_flow *flow)
{
	char text[INET6_ADDRSTRLEN];

	if (!flow->netmask)
		return json_null();
	inet_ntop(AF_INET6, &flow->source, text, sizeof(text));
	return json_sprintf("%s/%u", text, flow->netmask);
}
