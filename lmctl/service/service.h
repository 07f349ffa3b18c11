/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The service: rotators, readers, a reflector and measurements in one event
 * loop, as a configuration wants them.
 */
#ifndef LMCTL_SERVICE_SERVICE_H
#define LMCTL_SERVICE_SERVICE_H

#include "lmctl/service/config.h"
#include "lmctl/service/outlets.h"

/**
 * struct service_options - how to run a configuration
 * @file: configuration file to read again on SIGHUP, NULL if there is none:
 *	  SIGHUP then ends the service
 * @print: what goes to standard output
 * @blocks: of the only measurement: end after so many blocks; 0 for never
 */
struct service_options {
	const char *file;
	enum outlets_print print;
	uint32_t blocks;
};

/**
 * service_run() - run until SIGINT, SIGTERM or the last block
 * @config: what to do; freed
 * @options: how
 *
 * Drops privileges, tells the service manager when it is ready, feeds its
 * watchdog. On SIGHUP everything that the new configuration wants as before
 * goes on undisturbed; if that configuration is bad, everything does.
 *
 * Return: exit status, after a message unless it is EXIT_SUCCESS.
 */
int service_run(struct config *config, const struct service_options *options);

#endif /* LMCTL_SERVICE_SERVICE_H */
