// SPDX-License-Identifier: GPL-2.0-only
/*
 * Configurations: defaults, addresses, peers. The file is read in
 * config_file.c.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <inttypes.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "lmctl/engine/recording.h"
#include "lmctl/node/sets.h"
#include "lmctl/service/config.h"
#include "lmctl/sinks/history/history.h"
#include "lmctl/stamp/stamp.h"

#define PORT_DIGITS_MAX 5

static struct sockaddr_in6 endpoint(struct in6_addr host, uint16_t port)
{
	return (struct sockaddr_in6){
		.sin6_family = AF_INET6,
		.sin6_port = htons(port),
		.sin6_addr = host,
	};
}

void config_reflect_init(struct config_reflect *reflect)
{
	*reflect = (struct config_reflect){
		.listen = endpoint(in6addr_any, STAMP_PORT),
		.reflector = {
			.tlv_type = STAMP_TLV_BLOCK,
			.rate = CONFIG_RATE,
			.burst = CONFIG_BURST,
			.freshness = CONFIG_FRESHNESS,
		},
	};
}

void config_measure_init(struct config_measure *measure)
{
	/* All of it, padding too: measure_follows() compares bytes. */
	memset(measure, 0, sizeof(*measure));
	strcpy(measure->of.set, LMCTL_SET_TX);
	measure->mark = CONFIG_MARK;
	measure->tlv_type = STAMP_TLV_BLOCK;
	measure->mtu = CONFIG_MTU;
	measure->window = CONFIG_WINDOW;
}

struct config *config_new(void)
{
	struct config *config = calloc(1, sizeof(*config));

	if (!config)
		return NULL;
	gethostname(config->node, sizeof(config->node) - 1);
	config_reflect_init(&config->reflect);
	config->metrics.listen = endpoint(in6addr_loopback,
					  CONFIG_METRICS_PORT);
	config->metrics.flows = CONFIG_METRICS_FLOWS;
	strcpy(config->history.file, HISTORY_FILE);
	config->history.retention_s = CONFIG_RETENTION_S;
	return config;
}

void config_free(struct config *config)
{
	if (!config)
		return;
	keys_clear(&config->keys);
	free(config);
}

bool config_only_prints(const struct config *config)
{
	return !config->nrotate && !config->reflect.on && !config->metrics.on &&
	       !config->history.on && !config->nalarms;
}

const struct sink_items *config_sinks(const struct config *config,
				      struct sink_items items[CONFIG_SINKS])
{
	items[0] = (struct sink_items){ 0, NULL };
	items[1] = (struct sink_items){ config->metrics.on, &config->metrics };
	items[2] = (struct sink_items){ config->history.on, &config->history };
	items[3] = (struct sink_items){ config->nalarms, config->alarm };
	return items;
}

static const char *learn_problem(const struct config_reflect *reflect)
{
	if (!reflect->reflector.auth)
		return "learn: only authenticated requests may add flows: give the file of keys, and auth must not be false";
	if (!reflect->reflector.freshness)
		return "learn: with freshness 0 a recorded request could add a flow at any time: give a limit, as 60s";
	if (!reflect->nsets)
		return "learn: there is no set to add flows to: name the counting set";
	return NULL;
}

int config_reflect_finish(struct config *config, char *error, size_t size)
{
	const int64_t period = config->timing.period;
	struct reflector_config *reflector = &config->reflect.reflector;
	const char *problem = learn_problem(&config->reflect);
	int64_t timeout = reflector->learn_timeout;
	int64_t most = CONFIG_TIMEOUT_MAX_S;

	if (!reflector->learn)
		return 0;
	if (problem) {
		snprintf(error, size, "%s", problem);
		return -EINVAL;
	}
	if (timeout && timeout * BLOCK_NS_PER_S <
		       CONFIG_LEARN_PERIODS_MIN * period) {
		snprintf(error, size, "the timeout of learned flows, %" PRId64 "s, is shorter than %d periods: use a longer one",
			 timeout, CONFIG_LEARN_PERIODS_MIN);
		return -EINVAL;
	}
	if (!timeout)
		timeout = CONFIG_LEARN_PERIODS * period / BLOCK_NS_PER_S;
	if (!reflector->learn_timeout && timeout < CONFIG_LEARN_TIMEOUT_S)
		timeout = CONFIG_LEARN_TIMEOUT_S;
	reflector->learn_timeout = (uint32_t)(timeout < most ? timeout : most);
	return 0;
}

static bool parse_port(const char *text, uint16_t *port)
{
	size_t digits = strspn(text, "0123456789");
	unsigned long number;

	if (!digits || digits > PORT_DIGITS_MAX || text[digits])
		return false;
	number = strtoul(text, NULL, 10);
	if (!number || number > UINT16_MAX)
		return false;
	*port = (uint16_t)number;
	return true;
}

/* An interface makes a link-local address whole, and no other one. */
static bool parse_scope(char *text, struct sockaddr_in6 *address)
{
	char *percent = strchr(text, '%');

	if (!percent)
		return inet_pton(AF_INET6, text, &address->sin6_addr) == 1;
	*percent = '\0';
	address->sin6_scope_id = if_nametoindex(percent + 1);
	return address->sin6_scope_id &&
	       inet_pton(AF_INET6, text, &address->sin6_addr) == 1 &&
	       IN6_IS_ADDR_LINKLOCAL(&address->sin6_addr);
}

static bool parse_host(const char *text, size_t len,
		       struct sockaddr_in6 *address)
{
	char copy[INET6_ADDRSTRLEN + IF_NAMESIZE];
	struct in6_addr *host = &address->sin6_addr;
	struct in_addr ipv4;

	if (len >= sizeof(copy))
		return false;
	memcpy(copy, text, len);
	copy[len] = '\0';
	if (strchr(copy, ':'))
		return parse_scope(copy, address);
	if (inet_pton(AF_INET, copy, &ipv4) != 1)
		return false;
	*host = (struct in6_addr){ .s6_addr = { [10] = 0xff, [11] = 0xff } };
	memcpy(&host->s6_addr[12], &ipv4, sizeof(ipv4));
	return true;
}

bool config_address(const char *text, uint16_t port,
		    struct sockaddr_in6 *address)
{
	bool bracket = text[0] == '[';
	const char *end, *colon = strchr(text, ':');
	struct sockaddr_in6 parsed = { .sin6_family = AF_INET6 };

	if (bracket) {
		end = strchr(++text, ']');
		if (!end || (end[1] && end[1] != ':'))
			return false;
		colon = end[1] ? end + 1 : NULL;
	} else if (colon && !strchr(colon + 1, ':')) {
		/* One colon alone is in no IPv6 address. */
		end = colon;
	} else {
		end = text + strlen(text);
		colon = NULL;
	}
	if (colon && !parse_port(colon + 1, &port))
		return false;
	if (!parse_host(text, (size_t)(end - text), &parsed))
		return false;
	parsed.sin6_port = htons(port);
	*address = parsed;
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
		return "one node is a peer: give a unicast address";
	if (IN6_IS_ADDR_LINKLOCAL(host) && !address->sin6_scope_id)
		return "a link-local address names no interface: give ADDRESS%INTERFACE";
	for (i = 0; i < measure->of.npeers; i++) {
		const struct sockaddr_in6 *other = &measure->address[i];

		if (!strncmp(measure->of.peer[i], name, len) &&
		    !measure->of.peer[i][len])
			return "another peer has this name: names tell peers apart";
		if (IN6_ARE_ADDR_EQUAL(&other->sin6_addr, host) &&
		    other->sin6_scope_id == address->sin6_scope_id &&
		    other->sin6_port == address->sin6_port)
			return "another peer has this address: what it received would be told twice";
	}
	return NULL;
}

int config_peer(struct config_measure *measure, const char *text,
		char *error, size_t size)
{
	const char *equals = strchr(text, '=');
	const char *address_text = equals ? equals + 1 : text;
	size_t len = equals ? (size_t)(equals - text) : strlen(text);
	unsigned int n = measure->of.npeers;
	struct sockaddr_in6 address;
	const char *problem;

	if (n == RESULT_PEERS_MAX) {
		snprintf(error, size, "peer '%s': a measurement has at most %d peers; use several measurements",
			 text, RESULT_PEERS_MAX);
		return -EINVAL;
	}
	if (!name_valid(text) || !len || len >= RESULT_NAME_LEN) {
		snprintf(error, size, "peer '%.*s': its name must have 1 to %d characters, none of them a control character",
			 RESULT_NAME_LEN, name_valid(text) ? text : "",
			 RESULT_NAME_LEN - 1);
		return -EINVAL;
	}
	if (!config_address(address_text, STAMP_PORT, &address)) {
		snprintf(error, size, "peer '%s': '%s' is no address: use [NAME=]ADDRESS, or [NAME=][ADDRESS]:PORT, in numbers; a link-local one with %%INTERFACE that exists",
			 text, address_text);
		return -EINVAL;
	}
	problem = peer_problem(measure, text, len, &address);
	if (problem) {
		snprintf(error, size, "peer '%s': %s", text, problem);
		return -EINVAL;
	}
	memcpy(measure->of.peer[n], text, len);
	measure->of.peer[n][len] = '\0';
	measure->address[n] = address;
	measure->of.npeers++;
	return 0;
}

int config_measure_check(const struct config_measure *measure, char *error,
			 size_t size)
{
	bool source = !IN6_IS_ADDR_UNSPECIFIED(&measure->source);
	bool ipv4 = IN6_IS_ADDR_V4MAPPED(&measure->source);
	unsigned int i;

	for (i = 0; i < measure->of.npeers; i++) {
		const struct in6_addr *to = &measure->address[i].sin6_addr;

		/* Routes with SID lists are IPv6 routes, see inband.h. */
		if (measure->in_band && IN6_IS_ADDR_V4MAPPED(to)) {
			snprintf(error, size, "peer '%s' has an IPv4 address, and in-band messages are IPv6",
				 measure->of.peer[i]);
			return -EINVAL;
		}
		if (measure->in_band && IN6_IS_ADDR_LINKLOCAL(to)) {
			snprintf(error, size, "peer '%s' has a link-local address, and no SID list leads there",
				 measure->of.peer[i]);
			return -EINVAL;
		}
		if (source && ipv4 != IN6_IS_ADDR_V4MAPPED(to)) {
			snprintf(error, size, "source and peer '%s' are not both IPv6 or both IPv4",
				 measure->of.peer[i]);
			return -EINVAL;
		}
	}
	return 0;
}
