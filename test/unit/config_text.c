// SPDX-License-Identifier: GPL-2.0-only
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "test/unit/config_text.h"
#include "test/unit/unit.h"

#define DIRECTORY "/tmp/test_config_XXXXXX"

static char directory[] = DIRECTORY;
static char keys[] = DIRECTORY "/keys";
char config_text_path[] = DIRECTORY "/conf";

static void write_file(const char *file, const char *text, size_t len)
{
	FILE *stream = fopen(file, "w");

	assert_non_null(stream);
	assert_int_equal(fwrite(text, 1, len, stream), len);
	assert_int_equal(fclose(stream), 0);
	assert_int_equal(chmod(file, 0600), 0);
}

struct config *config_text_load(const char *text, size_t len, char *error,
				size_t size)
{
	write_file(config_text_path, text, len);
	return config_load(config_text_path, error, size);
}

const char *config_text_result(char *text)
{
	static char error[1024];
	struct config *config = config_text_load(text, strlen(text), error,
						 sizeof(error));
	char *at;

	config_free(config);
	if (config)
		return "good";
	assert_null(strchr(error, '\n'));
	/* A name that changes with every run. */
	while ((at = strstr(error, directory)))
		memmove(at, at + strlen(directory), strlen(at + strlen(directory)) + 1);
	return error;
}

void assert_refused(const char *text, const char *part)
{
	char error[1024];
	struct config *config = config_text_load(text, strlen(text), error,
						 sizeof(error));

	if (config || !strstr(error, part) || strchr(error, '\n') ||
	    strncmp(error, config_text_path, strlen(config_text_path)))
		fail_msg("'%.200s': '%s', not '%s'", text,
			 config ? "" : error, part);
}

struct config *assert_loaded(const char *text)
{
	char error[1024];
	struct config *config = config_text_load(text, strlen(text), error,
						 sizeof(error));

	if (!config)
		fail_msg("'%.200s': '%s'", text, error);
	return config;
}

int config_text_setup(void **state)
{
	(void)state;
	if (!mkdtemp(directory) || setenv("TEST_CONFIG", directory, 1))
		return -1;
	memcpy(keys, directory, strlen(directory));
	memcpy(config_text_path, directory, strlen(directory));
	write_file(keys, CONFIG_KEYS, strlen(CONFIG_KEYS));
	return 0;
}

int config_text_teardown(void **state)
{
	(void)state;
	unlink(keys);
	unlink(config_text_path);
	return rmdir(directory);
}
