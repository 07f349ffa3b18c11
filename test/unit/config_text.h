/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Texts as configuration files, in a folder of their own.
 */
#ifndef TEST_UNIT_CONFIG_TEXT_H
#define TEST_UNIT_CONFIG_TEXT_H

#include <stddef.h>
#include "lmctl/service/config.h"

#define CONFIG_KEYS \
	"2026-a 000102030405060708090a0b0c0d0e0f\n" \
	"2026-b 101112131415161718191a1b1c1d1e1f\n"
/* Two lines that are a whole configuration. */
#define ENOUGH "period: 10s\nrotate: tx\n"
/* TEST_CONFIG is the folder; its file keys has CONFIG_KEYS. */
#define WITH_KEYS ENOUGH "keys: ${TEST_CONFIG}/keys\n"

/* Name of the file of the last text. */
extern char config_text_path[];

/**
 * config_text_setup() - make the folder; for unit_group()
 * @state: not used
 *
 * Return: 0.
 */
int config_text_setup(void **state);

/**
 * config_text_teardown() - remove the folder; for unit_group()
 * @state: not used
 *
 * Return: 0.
 */
int config_text_teardown(void **state);

/**
 * config_text_load() - config_load() a text
 * @text: text
 * @len: its length in bytes
 * @error: filled as by config_load()
 * @size: size of @error in bytes
 *
 * Return: configuration, or NULL.
 */
struct config *config_text_load(const char *text, size_t len, char *error,
				size_t size);

/**
 * config_text_result() - what becomes of a text; for golden_rows()
 * @text: text
 *
 * Return: "good", or the sentence about it, in which the folder has no name.
 */
const char *config_text_result(char *text);

/**
 * assert_refused() - a text is refused in one line that begins with the file
 * @text: text
 * @part: what the sentence contains
 */
void assert_refused(const char *text, const char *part);

/**
 * assert_loaded() - a text is a configuration
 * @text: text
 *
 * Return: the configuration, for config_free().
 */
struct config *assert_loaded(const char *text);

#endif /* TEST_UNIT_CONFIG_TEXT_H */
