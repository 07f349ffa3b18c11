/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Section history of the configuration file.
 */
#ifndef LMCTL_SINKS_HISTORY_HISTORY_SETTINGS_H
#define LMCTL_SINKS_HISTORY_HISTORY_SETTINGS_H

#include "lmctl/base/settings.h"

/**
 * struct history_config - section history
 * @on: there is one
 * @file: name of the database
 * @retention_s: seconds after which results are deleted
 */
struct history_config {
	bool on;
	char file[256];
	int64_t retention_s;
};

/* Its items are struct history_config. */
extern const struct settings_section history_section;

#endif /* LMCTL_SINKS_HISTORY_HISTORY_SETTINGS_H */
