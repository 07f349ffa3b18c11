/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The service: the parts of a configuration in one event loop.
 */
#ifndef LMCTL_SERVICE_SERVICE_H
#define LMCTL_SERVICE_SERVICE_H

#include "lmctl/service/config.h"
#include "lmctl/sinks/sink.h"

/**
 * struct service_options - options of service_run()
 * @file: configuration file to read again on SIGHUP; NULL: SIGHUP ends the service
 * @print: form of standard output
 * @blocks: of the only measurement: end after so many blocks; 0 for never
 */
struct service_options {
	const char *file;
	enum sink_print print;
	uint32_t blocks;
};

/**
 * service_run() - run until SIGINT, SIGTERM or the last block
 * @config: configuration; freed
 * @options: options
 *
 * Drop privileges, notify the service manager when ready, serve its watchdog. On
 * SIGHUP, parts with unchanged settings continue undisturbed; if the new
 * configuration is bad, all parts do.
 *
 * Return: exit status, after a message unless it is EXIT_SUCCESS.
 */
int service_run(struct config *config, const struct service_options *options);

#endif /* LMCTL_SERVICE_SERVICE_H */
