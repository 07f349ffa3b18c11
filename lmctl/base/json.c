// SPDX-License-Identifier: GPL-2.0-only
#include <arpa/inet.h>
#include <inttypes.h>
#include <string.h>
#include "lmctl/base/json.h"
#include "lmctl/base/numbers.h"

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

bool json_parse_source(const char *text, struct sr6flow_flow *flow)
{
	char address[INET6_ADDRSTRLEN];
	const char *slash = strchr(text, '/');
	unsigned int bit;
	uint32_t netmask;

	if (!slash || (size_t)(slash - text) >= sizeof(address))
		return false;
	memcpy(address, text, (size_t)(slash - text));
	address[slash - text] = '\0';
	if (inet_pton(AF_INET6, address, &flow->source) != 1 ||
	    slash[1] < '1' || slash[1] > '9' ||
	    lmctl_parse_u32(slash + 1, &netmask) || netmask > 128)
		return false;
	for (bit = netmask; bit < 128; bit++)
		if (flow->source.s6_addr[bit / 8] & 0x80 >> bit % 8)
			return false;
	flow->netmask = netmask;
	return true;
}

bool json_parse_sids(const json_t *sids, struct sr6flow_flow *flow)
{
	size_t n = json_array_size(sids), i;

	if (!n || n > SR6FLOW_SIDS_MAX)
		return false;
	for (i = 0; i < n; i++) {
		const char *text = json_string_value(json_array_get(sids, i));

		if (!text || inet_pton(AF_INET6, text, &flow->sids[i]) != 1)
			return false;
	}
	flow->nsids = (unsigned int)n;
	return true;
}
