/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Connections of the HTTP server. When all are in use, a new one replaces the
 * longest idle connection of the address with most connections. It is refused only
 * if no other is idle and no address has two more than its own. For the files
 * httpd*.c only.
 */
#ifndef LMCTL_SINKS_METRICS_HTTPD_CLIENTS_H
#define LMCTL_SINKS_METRICS_HTTPD_CLIENTS_H

#include <stdbool.h>
#include <netinet/in.h>
#include <stdint.h>
#include "lmctl/base/seldom.h"
#include "lmctl/sinks/metrics/httpd.h"

struct MHD_Connection;
struct httpd_page;

/**
 * enum client_state - state of a connection
 * @CLIENT_IDLE: has no request
 * @CLIENT_BUSY: waits for an answer or reads one
 * @CLIENT_REFUSED: gets status 503
 * @CLIENT_CLOSING: was shut down
 */
enum client_state {
	CLIENT_IDLE,
	CLIENT_BUSY,
	CLIENT_REFUSED,
	CLIENT_CLOSING,
};

/**
 * struct httpd_client - a connection
 * @prev: for utlist
 * @next: next one to become idle or busy
 * @connection: of libmicrohttpd
 * @fd: socket
 * @address: other end
 * @state: state
 * @waiting: suspended until there is a page
 * @form: requested form
 * @version: oldest acceptable version
 * @given: page that ended its wait
 * @page: page being read
 */
struct httpd_client {
	struct httpd_client *prev;
	struct httpd_client *next;
	struct MHD_Connection *connection;
	int fd;
	struct in6_addr address;
	enum client_state state;
	bool waiting;
	enum httpd_form form;
	uint64_t version;
	struct httpd_page *given;
	struct httpd_page *page;
};

/**
 * struct httpd_clients - all connections; all zero is none
 * @list: idle for longest first
 * @refused: connections that were refused
 */
struct httpd_clients {
	struct httpd_client *list;
	struct seldom refused;
};

/**
 * httpd_client_add() - add a connection
 * @clients: all
 * @connection: connection
 * @fd: its socket
 * @peer: address of the other end
 *
 * Return: client, or NULL when memory is short.
 */
struct httpd_client *httpd_client_add(struct httpd_clients *clients,
				      struct MHD_Connection *connection,
				      int fd, const struct sockaddr_in6 *peer);

/**
 * httpd_client_state() - note the start or end of a request
 * @clients: all
 * @client: client; keeps its state if that is not idle or busy
 * @state: CLIENT_IDLE or CLIENT_BUSY
 */
void httpd_client_state(struct httpd_clients *clients,
			struct httpd_client *client, enum client_state state);

/**
 * httpd_client_shut() - end a connection soon
 * @client: client
 */
void httpd_client_shut(struct httpd_client *client);

/**
 * httpd_client_remove() - remove a connection
 * @clients: all
 * @client: client, is freed
 */
void httpd_client_remove(struct httpd_clients *clients,
			 struct httpd_client *client);

#endif /* LMCTL_SINKS_METRICS_HTTPD_CLIENTS_H */
