/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What 'lmctl run' is to do, from its configuration file; 'lmctl reflect' and
 * 'lmctl measure' make the same from their options. Manual: lmctl.conf(5).
 */
#ifndef LMCTL_SERVICE_CONFIG_H
#define LMCTL_SERVICE_CONFIG_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include "lmctl/base/block.h"
#include "lmctl/engine/prober.h"
#include "lmctl/engine/reflector.h"
#include "lmctl/engine/result.h"
#include "lmctl/sinks/alarm/alarm.h"
#include "lmctl/sinks/history/history_settings.h"
#include "lmctl/sinks/metrics/metrics_settings.h"
#include "lmctl/stamp/keys.h"

#define CONFIG_SETS_MAX 16
#define CONFIG_MEASURES_MAX 64
#define CONFIG_TEXT_LEN ALARM_TEXT_LEN

/* Defaults of options and keywords. */
#define CONFIG_RATE 20000
#define CONFIG_BURST 4096
#define CONFIG_FRESHNESS (60 * BLOCK_NS_PER_S)
/* Learned flows stay for so long without a request, and so many periods. */
#define CONFIG_LEARN_TIMEOUT_S 3600
#define CONFIG_LEARN_PERIODS 100
#define CONFIG_WINDOW 512
#define CONFIG_MTU 1500
#define CONFIG_MTU_MIN 1280
#define CONFIG_METRICS_PORT 9862
#define CONFIG_METRICS_FLOWS 1000
#define CONFIG_RETENTION_S (30 * 86400)
#define CONFIG_MARK 0x7236
/* What numbers can be. */
#define CONFIG_RATE_MAX 10000000
#define CONFIG_BURST_MAX 1000000
#define CONFIG_WINDOW_MAX 65535
#define CONFIG_LEARN_MAX 100000
/* A timeout is renewed at half of its time, by requests of some blocks. */
#define CONFIG_LEARN_TIMEOUT_MIN_S 10
#define CONFIG_LEARN_PERIODS_MIN 20
/* In the kernel, timeouts are milliseconds in 31 bits. */
#define CONFIG_TIMEOUT_MAX_S (INT32_MAX / 1000)
/* RFC 8972, section 5.1: types for experiments. */
#define CONFIG_TLV_TYPE_MIN 240
#define CONFIG_TLV_TYPE_MAX 251

/**
 * struct config_reflect - section reflect
 * @on: there is one
 * @listen: address and port
 * @nsets: number of sets
 * @set: counting sets; with none, only a STAMP reflector
 * @reflector: settings of the reflector
 */
struct config_reflect {
	bool on;
	struct sockaddr_in6 listen;
	unsigned int nsets;
	char set[CONFIG_SETS_MAX][SR6FLOW_SETNAME_MAX + 1];
	struct reflector_config reflector;
};

/**
 * struct config_measure - section measure
 * @of: name, set and peers
 * @address: address and port of each peer
 * @source: address to send from; unspecified: the kernel chooses
 * @auth: authenticated mode
 * @key: id of the key, empty for the first of the file
 * @in_band: messages follow the flows
 * @mark: SO_MARK and routing table of in-band messages
 * @ssid: STAMP Session Identifier
 * @tlv_type: type of the block TLV
 * @mtu: path MTU in bytes: no message is longer
 * @window: most messages per peer that wait for a reply
 */
struct config_measure {
	struct measurement of;
	struct sockaddr_in6 address[RESULT_PEERS_MAX];
	struct in6_addr source;
	bool auth;
	char key[KEY_ID_MAX + 1];
	bool in_band;
	uint32_t mark;
	uint16_t ssid;
	uint8_t tlv_type;
	uint32_t mtu;
	uint32_t window;
};

/**
 * struct config - a whole configuration
 * @node: name of this node
 * @timing: period, guard time, guard band
 * @user: user to become, empty to stay
 * @keys_file: file of keys, empty for none
 * @keys: its keys, none if @keys_file is empty
 * @nrotate: number of sets whose active colour follows the clock
 * @rotate: these sets
 * @reflect: section reflect
 * @nmeasures: number of measurements
 * @measure: sections measure
 * @metrics: section metrics
 * @history: section history
 * @nalarms: number of alarms
 * @alarm: sections alarm
 */
struct config {
	char node[NAME_LEN];
	struct block_timing timing;
	char user[CONFIG_TEXT_LEN];
	char keys_file[CONFIG_TEXT_LEN];
	struct keys keys;
	unsigned int nrotate;
	char rotate[CONFIG_SETS_MAX][SR6FLOW_SETNAME_MAX + 1];
	struct config_reflect reflect;
	unsigned int nmeasures;
	struct config_measure measure[CONFIG_MEASURES_MAX];
	struct metrics_config metrics;
	struct history_config history;
	unsigned int nalarms;
	struct alarm_config alarm[ALARMS_MAX];
};

/**
 * config_load() - read a configuration file
 * @path: name of the file
 * @error: filled with a sentence when it fails: file, line, what is wrong and
 *	   what to do
 * @size: size of @error in bytes
 *
 * Loads the keys too. Nothing is opened, created or asked of the kernel.
 *
 * Return: configuration for config_free(), or NULL.
 */
struct config *config_load(const char *path, char *error, size_t size);

/**
 * config_new() - a configuration with all defaults and nothing to do
 *
 * Return: configuration for config_free(), or NULL when memory is short.
 */
struct config *config_new(void);

/**
 * config_free() - free a configuration and overwrite its keys
 * @config: configuration or NULL
 */
void config_free(struct config *config);

/**
 * config_only_prints() - is there nothing to do but to print results
 * @config: configuration
 *
 * Return: true without rotators, reflector and sections of sinks.
 */
bool config_only_prints(const struct config *config);

/* Number of sink_types. */
#define CONFIG_SINKS 4

/**
 * config_sinks() - sections of the sinks
 * @config: configuration
 * @items: filled, in the order of sink_types; they live as long as @config
 *
 * Return: @items.
 */
const struct sink_items *config_sinks(const struct config *config,
				      struct sink_items items[CONFIG_SINKS]);

/**
 * config_keys_owner() - who may own a file of keys, beside root
 * @user: user that lmctl becomes; empty if it stays who it is, whom a service manager
 *	  has made PRIVILEGES_USER
 *
 * Root reads the keys at the start and in checks, the user at a reload.
 *
 * Return: the user, 0 if there is none of that name.
 */
uid_t config_keys_owner(const char *user);

/**
 * config_reflect_init() - defaults of a section reflect
 * @reflect: filled; @on is false
 */
void config_reflect_init(struct config_reflect *reflect);

/**
 * config_measure_init() - defaults of a section measure
 * @measure: filled
 */
void config_measure_init(struct config_measure *measure);

/**
 * config_address() - parse an address with an optional port
 * @text: ADDRESS, [ADDRESS], [ADDRESS]:PORT or IPV4:PORT, numeric; IPv4 is
 *	  mapped, a link-local address may end in %INTERFACE
 * @port: port if there is none in @text
 * @address: filled
 *
 * Return: true if it is one.
 */
bool config_address(const char *text, uint16_t port,
		    struct sockaddr_in6 *address);

/**
 * config_peer() - add a peer to a measurement
 * @measure: measurement
 * @text: [NAME=]ADDRESS, see config_address(); without NAME= the text is the
 *	  name
 * @error: filled with a sentence when it fails
 * @size: size of @error in bytes
 *
 * Return: 0 or -EINVAL.
 */
int config_peer(struct config_measure *measure, const char *text,
		char *error, size_t size);

/**
 * config_reflect_finish() - do learning and the rest of a section reflect go together
 * @config: configuration with its keys; a timeout of 0 becomes the default
 * @error: filled with a sentence when it fails
 * @size: size of @error in bytes
 *
 * Return: 0 or -EINVAL.
 */
int config_reflect_finish(struct config *config, char *error, size_t size);

/**
 * config_measure_check() - do the options of a measurement go together
 * @measure: measurement, complete
 * @error: filled with a sentence when it fails
 * @size: size of @error in bytes
 *
 * Return: 0 or -EINVAL.
 */
int config_measure_check(const struct config_measure *measure, char *error,
			 size_t size);

#endif /* LMCTL_SERVICE_CONFIG_H */
