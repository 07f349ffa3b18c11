/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Section top of the configuration file.
 */
#ifndef LMCTL_SINKS_VIEW_VIEW_SETTINGS_H
#define LMCTL_SINKS_VIEW_VIEW_SETTINGS_H

#include "lmctl/base/settings.h"
#include "lmctl/sinks/view/view_socket.h"

/**
 * struct view_config - section top
 * @on: there is one
 * @serve: offer results on a socket
 * @socket: name of the socket, empty for the default
 * @mode: its permissions
 * @flows: largest number of flows that are kept
 */
struct view_config {
	bool on;
	bool serve;
	char socket[VIEW_SOCKET_LEN];
	uint32_t mode;
	uint32_t flows;
};

/* Its items are struct view_config. */
extern const struct settings_section view_section;

#endif /* LMCTL_SINKS_VIEW_VIEW_SETTINGS_H */
