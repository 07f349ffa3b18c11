/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The daemon's live socket: everybody who connects gets the view as JSON lines, and from
 * then on a line for each result and state. Nothing that a client sends is read.
 *
 * The event loop never waits: lines that clients have not read yet are kept once for
 * all of them, up to VIEW_PENDING_MAX bytes. Then those who are furthest behind are
 * disconnected.
 */
#ifndef LMCTL_SINKS_VIEW_VIEW_SOCKET_H
#define LMCTL_SINKS_VIEW_VIEW_SOCKET_H

#include <systemd/sd-event.h>
#include "lmctl/sinks/view/view_feed.h"

#define VIEW_SOCKET_FOLDER "/run/sr6flow"
#define VIEW_SOCKET_NAME "lmctl.sock"
#define VIEW_SOCKET_DEFAULT VIEW_SOCKET_FOLDER "/" VIEW_SOCKET_NAME
/* Room for its name: that of a socket has 108 bytes, and a suffix is added. */
#define VIEW_SOCKET_LEN 100
#define VIEW_CLIENTS_MAX 8
#define VIEW_PENDING_MAX (32u << 20)

struct view_socket;

/**
 * view_socket_open() - listen
 * @socket: filled, for view_socket_close()
 * @event: event loop
 * @path: name of the socket. A socket that nobody listens on is replaced
 * @mode: its permissions
 * @feed: view
 *
 * Return: 0 or a negative errno without a message: -EADDRINUSE if another program
 * listens, -EEXIST if @path is something else than a socket.
 */
int view_socket_open(struct view_socket **socket, sd_event *event,
		     const char *path, uint32_t mode, struct view_feed *feed);

/**
 * view_socket_mode() - change its permissions
 * @socket: socket
 * @mode: permissions
 *
 * Return: 0 or a negative errno.
 */
int view_socket_mode(const struct view_socket *socket, uint32_t mode);

/**
 * view_socket_result() - pass a result to the clients
 * @socket: socket
 * @result: result that the view has had; only flows that it keeps are passed
 */
void view_socket_result(struct view_socket *socket,
			const struct result *result);

/**
 * view_socket_report() - pass a peer's report to the clients
 * @socket: socket
 * @report: report
 * @period_ms: length of a block
 */
void view_socket_report(struct view_socket *socket,
			const struct peer_report *report, uint32_t period_ms);

/**
 * view_socket_state() - pass the state to the clients
 * @socket: socket
 * @measurement: measurement of which a block has ended, or NULL
 */
void view_socket_state(struct view_socket *socket, const char *measurement);

/**
 * view_socket_clients() - number of clients
 * @socket: socket
 *
 * Return: their number.
 */
unsigned int view_socket_clients(const struct view_socket *socket);

/**
 * view_socket_close() - disconnect all clients and remove the socket
 * @socket: socket or NULL
 */
void view_socket_close(struct view_socket *socket);

#endif /* LMCTL_SINKS_VIEW_VIEW_SOCKET_H */
