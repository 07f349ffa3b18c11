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
#include "lmctl/base/settings.h"
#include "lmctl/engine/prober.h"
#include "lmctl/engine/reflector.h"
#include "lmctl/engine/result.h"
#include "lmctl/engine/routing.h"
#include "lmctl/node/tables.h"
#include "lmctl/sinks/sink.h"
#include "lmctl/stamp/keys.h"
#include "sr6flow.h"

#define CONFIG_FILE "/etc/sr6flow/lmctl.conf"
#define CONFIG_SETS_MAX 16
#define CONFIG_TABLES_MAX ROUTING_TABLES_MAX
#define CONFIG_TABLES_ALL "all"
#define CONFIG_MEASURES_MAX 64
/* Room for a file name or a user with the NUL. */
#define CONFIG_TEXT_LEN 256

/* Places of the service's own sections; those of sinks follow. */
enum {
	CONFIG_TIMES,
	CONFIG_ROOT,
	CONFIG_REFLECT,
	CONFIG_MEASURE,
	CONFIG_SET,
	CONFIG_IMPORT,
	CONFIG_OWN,
};
/* Most kinds of sinks. */
#define CONFIG_SINKS 16

/* Learned flows stay for so long without a request, and so many periods. */
#define CONFIG_LEARN_TIMEOUT_S 3600
#define CONFIG_LEARN_PERIODS 100
/* A timeout is renewed at half of its time, by requests of some blocks. */
#define CONFIG_LEARN_PERIODS_MIN 20
/* In the kernel, timeouts are milliseconds in 31 bits. */
#define CONFIG_TIMEOUT_MAX_S (INT32_MAX / 1000)

/**
 * struct config_times - what the timing of blocks is made of
 * @period_ms: period, 0 if not given
 * @guard_ms: guard time, 0 if not given
 * @band_ms: guard band, 0 if not given
 */
struct config_times {
	uint64_t period_ms;
	uint64_t guard_ms;
	uint64_t band_ms;
};

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

/* What a set is for. */
enum config_role { CONFIG_NO_ROLE, CONFIG_MARK, CONFIG_COUNT };

/**
 * struct config_set - section set, and the options of 'lmctl init'
 * @name: name of the set
 * @role: it marks or counts
 * @options: how to create it
 * @netmask_given: the netmask is not the default
 * @program: ip6tables
 * @flows: file of flows, empty for none
 * @repair: the service puts back what is missing
 */
struct config_set {
	char name[SR6FLOW_SETNAME_MAX + 1];
	enum config_role role;
	struct sr6flow_options options;
	bool netmask_given;
	char program[CONFIG_TEXT_LEN];
	char flows[CONFIG_TEXT_LEN];
	bool repair;
};

/**
 * struct config_import - section import
 * @set: set whose flows follow the routes
 * @ntables: number of @table, 0 for all
 * @table: numbers and names of tables, VRF devices, CONFIG_TABLES_ALL
 * @name: pattern for the names of flows
 */
struct config_import {
	char set[SR6FLOW_SETNAME_MAX + 1];
	unsigned int ntables;
	char table[CONFIG_TABLES_MAX][TABLE_NAME_LEN];
	char name[SR6FLOW_NAME_MAX + 1];
};

/**
 * struct config_items - all sections of one name
 * @n: how many the file has
 * @item: the first one, with defaults if it has none
 */
struct config_items {
	unsigned int n;
	void *item;
};

/**
 * struct config - a whole configuration
 * @node: name of this node
 * @user: user to become, empty to stay
 * @keys_file: file of keys, empty for none
 * @nrotate: number of sets whose active colour follows the clock
 * @rotate: these sets
 * @times: period, guard time, guard band as given
 * @timing: made of @times
 * @keys: keys of @keys_file
 * @reflect: section reflect
 * @nmeasures: number of measurements
 * @measure: sections measure
 * @nsets: number of sections set
 * @set: sections set
 * @nimports: number of sections import
 * @import: sections import
 * @items: for each place of config_section(), where its items are
 */
struct config {
	char node[NAME_LEN];
	char user[CONFIG_TEXT_LEN];
	char keys_file[CONFIG_TEXT_LEN];
	unsigned int nrotate;
	char rotate[CONFIG_SETS_MAX][SR6FLOW_SETNAME_MAX + 1];
	struct config_times times;
	struct block_timing timing;
	struct keys keys;
	struct config_reflect reflect;
	unsigned int nmeasures;
	struct config_measure measure[CONFIG_MEASURES_MAX];
	unsigned int nsets;
	struct config_set set[CONFIG_SETS_MAX];
	unsigned int nimports;
	struct config_import import[CONFIG_SETS_MAX];
	struct config_items items[CONFIG_OWN + CONFIG_SINKS];
};

/* Keys outside of sections: struct config_times, and the begin of struct config. */
extern const struct settings_section config_times_section, config_root_section;
/* Sections reflect, measure, set and import. */
extern const struct settings_section config_reflect_section,
				     config_measure_section, config_set_section,
				     config_import_section;

/**
 * config_section() - go through all sections
 * @place: 0 for the first, one of CONFIG_TIMES to CONFIG_IMPORT, or more
 *
 * Return: section, or NULL after the last.
 */
const struct settings_section *config_section(size_t place);

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
 * config_load_sets() - read the sections set of a configuration file
 * @path: as for config_load()
 * @error: as for config_load()
 * @size: as for config_load()
 *
 * The other sections and the keys are left out, so that a mistake there keeps no set
 * from being created.
 *
 * Return: as config_load().
 */
struct config *config_load_sets(const char *path, char *error, size_t size);

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
 * config_sink() - the sections of a sink
 * @config: configuration
 * @section: its section
 *
 * Return: its items.
 */
const struct config_items *config_sink(const struct config *config,
				       const struct settings_section *section);

/**
 * config_only_prints() - is there nothing to do but to print results
 * @config: configuration
 *
 * Return: true without rotators, reflector, imports and sections of sinks.
 */
bool config_only_prints(const struct config *config);

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
 * config_timing() - make the timing of blocks
 * @times: as given
 * @timing: filled
 * @error: filled with a sentence when it fails
 * @size: size of @error in bytes
 *
 * Return: 0, or -EINVAL for times that do not go together.
 */
int config_timing(const struct config_times *times, struct block_timing *timing,
		  char *error, size_t size);

/**
 * config_reflect_finish() - complete and check a section reflect
 * @config: configuration with its keys and timing; a timeout of 0 becomes the default
 * @line: lines of the section's keys, 0 for those that are not given
 * @error: filled with the mistake
 *
 * Return: 0 or -EINVAL.
 */
int config_reflect_finish(struct config *config, const int *line,
			  struct setting_error *error);

/**
 * config_measure_check() - do mark, source and peers of a measurement go together
 * @measure: measurement with its peers
 * @error: filled with the mistake
 *
 * Return: 0 or -EINVAL.
 */
int config_measure_check(const struct config_measure *measure,
			 struct setting_error *error);

/**
 * config_measure_finish() - complete a section measure and check it with the keys
 * @config: configuration with its keys
 * @measure: one of its measurements
 * @line: lines of the section's keys, 0 for those that are not given
 * @error: filled with the mistake
 *
 * Return: 0 or -EINVAL.
 */
int config_measure_finish(const struct config *config,
			  struct config_measure *measure, const int *line,
			  struct setting_error *error);

#endif /* LMCTL_SERVICE_CONFIG_H */
