// SPDX-License-Identifier: GPL-2.0-only
/*
 * Keys of the configuration file that the service has: outside of sections, and
 * in the sections reflect and measure. Those of sinks are in lmctl/sinks.
 */
#include <stdio.h>
#include <string.h>
#include "lmctl/base/endpoint.h"
#include "lmctl/base/names.h"
#include "lmctl/node/sets.h"
#include "lmctl/service/config.h"
#include "lmctl/stamp/stamp.h"

static bool parse_set(const struct setting *setting, const char *text,
		      void *item, void *to, char *error)
{
	const char (*set)[SR6FLOW_SETNAME_MAX + 1] =
		(const void *)((char *)item + setting->offset);
	const char *name = lmctl_set_name(text);
	unsigned int i, n = 0;

	if (!name_valid(name) || strlen(name) > SR6FLOW_SETNAME_MAX) {
		snprintf(error, SETTING_ERROR_LEN, "not the name of a set, which has 1 to %d characters",
			 SR6FLOW_SETNAME_MAX);
		return false;
	}
	if (setting->most)
		n = *(unsigned int *)((char *)item + setting->count);
	for (i = 0; i < n; i++) {
		/* It would be counted twice in a Direct Measurement TLV. */
		if (!strcmp(set[i], name)) {
			snprintf(error, SETTING_ERROR_LEN, "set '%s' is listed twice",
				 name);
			return false;
		}
	}
	memset(to, 0, SR6FLOW_SETNAME_MAX + 1);
	strcpy(to, name);
	return true;
}

static bool is_unicast(const struct in6_addr *host)
{
	/* Of IPv4, neither this host, nor multicast, reserved or broadcast. */
	if (IN6_IS_ADDR_V4MAPPED(host))
		return host->s6_addr[12] && host->s6_addr[12] < 224;
	return !IN6_IS_ADDR_UNSPECIFIED(host) && !IN6_IS_ADDR_MULTICAST(host);
}

static const char *peer_problem(const struct config_measure *measure,
				const char *name, size_t len,
				const struct sockaddr_in6 *address)
{
	const struct in6_addr *host = &address->sin6_addr;
	unsigned int i;

	if (!is_unicast(host))
		return "a peer is one node: use a unicast address";
	if (IN6_IS_ADDR_LINKLOCAL(host) && !address->sin6_scope_id)
		return "a link-local address needs its interface: use ADDRESS%INTERFACE";
	for (i = 0; i < measure->of.npeers; i++) {
		const struct sockaddr_in6 *other = &measure->address[i];

		if (!strncmp(measure->of.peer[i], name, len) &&
		    !measure->of.peer[i][len])
			return "another peer has this name: use another name";
		if (IN6_ARE_ADDR_EQUAL(&other->sin6_addr, host) &&
		    other->sin6_scope_id == address->sin6_scope_id &&
		    other->sin6_port == address->sin6_port)
			return "another peer has this address: its counts would be added twice";
	}
	return NULL;
}

/* The name goes to @to, the address to its own array. */
static bool parse_peer(const struct setting *setting, const char *text,
		       void *item, void *to, char *error)
{
	struct config_measure *measure = item;
	const char *equals = strchr(text, '=');
	const char *address_text = equals ? equals + 1 : text;
	size_t len = equals ? (size_t)(equals - text) : strlen(text);
	struct sockaddr_in6 address;
	const char *problem;

	(void)setting;
	if (!name_valid(text) || !len || len >= RESULT_NAME_LEN) {
		snprintf(error, SETTING_ERROR_LEN, "the name must have 1 to %d characters, none of them a control character",
			 RESULT_NAME_LEN - 1);
		return false;
	}
	if (!endpoint_parse(address_text, STAMP_PORT, &address)) {
		snprintf(error, SETTING_ERROR_LEN, "'%s' is not an address: use [NAME=]ADDRESS, or [NAME=][ADDRESS]:PORT, in numbers; a link-local one with %%INTERFACE that exists",
			 address_text);
		return false;
	}
	problem = peer_problem(measure, text, len, &address);
	if (problem) {
		snprintf(error, SETTING_ERROR_LEN, "%s", problem);
		return false;
	}
	memcpy(to, text, len);
	measure->address[measure->of.npeers] = address;
	return true;
}

static const struct setting_type set_type = { .arg = "SET", .parse = parse_set };
static const struct setting_type peer_type = {
	.arg = "[NAME=]ADDRESS", .parse = parse_peer,
};

#define TIME_MAX "24h"
#define SECTION_TLV_TYPE(type, member) \
	{ "tlv-type", &setting_number, SETTING_AT(type, member), \
	  .min = "240", .max = "251", .value = "240", .option = SETTING_OPTION, \
	  .help = "Set the type of the TLV that carries the counts" }
#define SECTION_AUTH(type, member, text) \
	{ "auth", &setting_bool, SETTING_AT(type, member), \
	  .otherwise = "true with keys and false without", .help = (text) }

static const struct setting times_rows[] = {
	{ "period", &setting_time_ms, SETTING_AT(config_times, period_ms),
	  .min = "1ms", .max = TIME_MAX, .required = true, .option = 'p',
	  .help = "Use blocks of this length" },
	{ "guard", &setting_time_ms, SETTING_AT(config_times, guard_ms),
	  .min = "1ms", .max = TIME_MAX, .otherwise = "half a period",
	  .option = SETTING_OPTION, .help = "Set the guard time" },
	{ "guard-band", &setting_time_ms, SETTING_AT(config_times, band_ms),
	  .min = "1ms", .max = TIME_MAX, .otherwise = "a tenth of a period",
	  .option = SETTING_OPTION, .help = "Set the guard band" },
};

const struct settings_section config_times_section = {
	.max = 1,
	.size = sizeof(struct config_times),
	SETTINGS_ROWS(times_rows),
};

static const struct setting root_rows[] = {
	{ "node", &setting_text, "NAME", SETTING_AT(config, node),
	  .otherwise = "the host name", .option = SETTING_OPTION,
	  .help = "Set the name of this node" },
	{ "user", &setting_text, "USER", SETTING_AT(config, user),
	  .otherwise = "none", .restart = true,
	  .help = "Become this user after the start as root" },
	{ "keys", &setting_path, SETTING_AT(config, keys_file),
	  .otherwise = "no authentication", .option = SETTING_OPTION,
	  .help = "Authenticate messages with the keys in FILE" },
	{ "rotate", &set_type, SETTING_AT(config, rotate),
	  .most = CONFIG_SETS_MAX, .count = offsetof(struct config, nrotate),
	  .otherwise = "none",
	  .help = "Change the active colour of these sets by the clock" },
};

const struct settings_section config_root_section = {
	.max = 1,
	.size = offsetof(struct config, times),
	SETTINGS_ROWS(root_rows),
};

static const struct setting reflect_rows[] = {
	{ "listen", &setting_endpoint, "ADDRESS[:PORT]",
	  SETTING_AT(config_reflect, listen),
	  .value = "[::]:862", .port = STAMP_PORT, .option = SETTING_OPTION,
	  .help = "Listen on ADDRESS" },
	{ "sets", &set_type, SETTING_AT(config_reflect, set),
	  .most = CONFIG_SETS_MAX, .count = offsetof(struct config_reflect, nsets),
	  .otherwise = "none",
	  .help = "Report the block counters of these sets" },
	{ "stateful", &setting_bool,
	  SETTING_AT(config_reflect, reflector.stateful),
	  .value = "false", .option = SETTING_OPTION,
	  .help = "Number the replies of each session" },
	{ "twamp-light", &setting_bool,
	  SETTING_AT(config_reflect, reflector.twamp_light),
	  .value = "false", .option = SETTING_OPTION,
	  .help = "Also reply to unauthenticated requests of 14 to 43 bytes, with 44 bytes" },
	{ "rate", &setting_number, SETTING_AT(config_reflect, reflector.rate),
	  .min = "0", .max = "10000000", .value = "20000",
	  .zero = "0 disables", .option = SETTING_OPTION,
	  .help = "Limit each source address to N messages per second" },
	{ "burst", &setting_number, SETTING_AT(config_reflect, reflector.burst),
	  .min = "1", .max = "1000000", .value = "4096",
	  .option = SETTING_OPTION,
	  .help = "Allow bursts of up to N messages from one source address" },
	{ "freshness", &setting_time_ns,
	  SETTING_AT(config_reflect, reflector.freshness),
	  .min = "0", .max = TIME_MAX, .value = "60s",
	  .zero = "0 disables", .option = SETTING_OPTION,
	  .help = "Send no counts in reply to authenticated messages whose timestamp differs from the local clock by more than TIME" },
	{ "learn", &setting_number, SETTING_AT(config_reflect, reflector.learn),
	  .min = "0", .max = "100000", .value = "0",
	  .zero = "which disables", .option = SETTING_OPTION,
	  .help = "Add up to N flows to each set when authenticated requests name them" },
	{ "learn-timeout", &setting_time_s,
	  SETTING_AT(config_reflect, reflector.learn_timeout),
	  .min = "10s", .max = "2147483s",
	  .otherwise = "1h or 100 periods, whichever is longer",
	  .option = SETTING_OPTION,
	  .help = "Remove a learned flow after no request has named it for TIME, in whole seconds" },
	SECTION_TLV_TYPE(config_reflect, reflector.tlv_type),
	SECTION_AUTH(config_reflect, reflector.auth,
		     "Reply to authenticated requests only"),
};

const struct settings_section config_reflect_section = {
	.name = "reflect",
	.max = 1,
	.on = offsetof(struct config_reflect, on),
	.size = sizeof(struct config_reflect),
	SETTINGS_ROWS(reflect_rows),
};

static const struct setting measure_rows[] = {
	{ "peers", &peer_type, SETTING_AT(config_measure, of.peer),
	  .most = RESULT_PEERS_MAX, .count = offsetof(struct config_measure, of.npeers),
	  .remedy = "use several measurements", .required = true,
	  .help = "Request the counts of these nodes" },
	{ "set", &set_type, SETTING_AT(config_measure, of.set),
	  .value = "tx", .option = 's',
	  .help = "Measure the flows of this marking set" },
	{ "group", &setting_bool, SETTING_AT(config_measure, of.group),
	  .value = "false", .option = SETTING_OPTION,
	  .help = "Treat the peers as one anycast egress and add up their counts" },
	SECTION_AUTH(config_measure, auth, "Authenticate the messages"),
	{ "key", &setting_text, "ID", SETTING_AT(config_measure, key),
	  .otherwise = "the first key of the file", .option = SETTING_OPTION,
	  .help = "Authenticate messages with the key ID" },
	{ "in-band", &setting_bool, SETTING_AT(config_measure, in_band),
	  .value = "false", .option = SETTING_OPTION,
	  .help = "Send each message along the SID list of its flow" },
	{ "mark", &setting_number, SETTING_AT(config_measure, mark),
	  .min = "1", .max = "0xffffffff", .value = "0x7236",
	  .option = SETTING_OPTION,
	  .help = "Use N as the firewall mark (fwmark) and as the number of the routing table for in-band messages" },
	{ "source", &setting_address, SETTING_AT(config_measure, source),
	  .otherwise = "the choice of the kernel", .option = SETTING_OPTION,
	  .help = "Send from ADDRESS" },
	{ "mtu", &setting_number, "BYTES", SETTING_AT(config_measure, mtu),
	  .min = "1280", .max = "9216", .value = "1500",
	  .option = SETTING_OPTION,
	  .help = "Send no packet longer than BYTES" },
	{ "window", &setting_number, SETTING_AT(config_measure, window),
	  .min = "1", .max = "65535", .value = "512",
	  .option = SETTING_OPTION,
	  .help = "Allow at most N messages per peer without a reply" },
	{ "ssid", &setting_number, SETTING_AT(config_measure, ssid),
	  .min = "0", .max = "65535", .value = "0",
	  .option = SETTING_OPTION,
	  .help = "Set the STAMP Session Identifier" },
	SECTION_TLV_TYPE(config_measure, tlv_type),
};

_Static_assert(STAMP_MESSAGE_MAX == 9216 && CONFIG_TIMEOUT_MAX_S == 2147483,
	       "the greatest mtu and learn-timeout in their rows");
_Static_assert(STAMP_PORT == 862 && STAMP_TLV_BLOCK == 240,
	       "the defaults in their rows");

const struct settings_section config_measure_section = {
	.name = "measure",
	.max = CONFIG_MEASURES_MAX,
	.title = offsetof(struct config_measure, of.name),
	.title_size = RESULT_NAME_LEN,
	.size = sizeof(struct config_measure),
	SETTINGS_ROWS(measure_rows),
};
