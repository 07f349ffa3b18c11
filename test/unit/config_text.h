/* SPDX-License-Identifier: GPL-2.0-only */
/* Texts as configuration files, in a folder of their own. */
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

/* Make the folder; for unit_group(). */
int config_text_setup(void **state);

/* Remove the folder; for unit_group(). */
int config_text_teardown(void **state);

/* Load a text as config_load() loads a file. */
struct config *config_text_load(const char *text, size_t len, char *error,
				size_t size);

/*
 * For golden_rows(): "good", or the sentence about a text, in which the folder has no
 * name.
 */
const char *config_text_result(char *text);

/* A text is refused in one line that begins with the file and contains @part. */
void assert_refused(const char *text, const char *part);

/* A text is a configuration, for config_free(). */
struct config *assert_loaded(const char *text);

#endif /* TEST_UNIT_CONFIG_TEXT_H */
