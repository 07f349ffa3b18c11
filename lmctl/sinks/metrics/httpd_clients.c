// SPDX-License-Identifier: GPL-2.0-only
#include <arpa/inet.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <utlist.h>

#include "lmctl/base/messages.h"
#include "lmctl/sinks/metrics/httpd.h"
#include "lmctl/sinks/metrics/httpd_clients.h"

static bool counts(const struct httpd_client *client)
{
	return client->state == CLIENT_IDLE || client->state == CLIENT_BUSY;
}

static unsigned int in_use(const struct httpd_clients *clients,
			   const struct in6_addr *address)
{
	const struct httpd_client *client;
	unsigned int n = 0;

	DL_FOREACH(clients->list, client)
		if (counts(client) &&
		    (!address || !memcmp(&client->address, address,
					 sizeof(*address))))
			n++;
	return n;
}

/*
 * Oldest connection in this state of the address with most connections, if that has
 * more than @least.
 */
static struct httpd_client *oldest(const struct httpd_clients *clients,
				   const struct httpd_client *but,
				   enum client_state state, unsigned int least)
{
	struct httpd_client *client, *found = NULL;
	unsigned int n;

	DL_FOREACH(clients->list, client) {
		if (client == but || client->state != state)
			continue;
		n = in_use(clients, &client->address);
		if (n <= least)
			continue;
		least = n;
		found = client;
	}
	return found;
}

void httpd_client_shut(struct httpd_client *client)
{
	client->state = CLIENT_CLOSING;
	shutdown(client->fd, SHUT_RDWR);
}

static void tell(struct httpd_clients *clients,
		 const struct httpd_client *client)
{
	uint64_t n = seldom(&clients->refused, 1);
	char text[INET6_ADDRSTRLEN];

	if (!n)
		return;
	lmctl_warning("metrics: refused a connection from %s: all %d are in use (refused since the last such message: %" PRIu64 "); let fewer programs scrape, or close the port to others",
		      inet_ntop(AF_INET6, &client->address, text,
				sizeof(text)),
		      HTTPD_CONNECTIONS, n);
}

/* Refused connections need a place, too, until they have their answer. */
static void refuse(struct httpd_clients *clients, struct httpd_client *client)
{
	struct httpd_client *other, *first = NULL;
	unsigned int n = 0;

	client->state = CLIENT_REFUSED;
	DL_FOREACH(clients->list, other) {
		if (other->state != CLIENT_REFUSED)
			continue;
		n++;
		if (!first)
			first = other;
	}
	if (n > HTTPD_CONNECTIONS)
		httpd_client_shut(first);
	tell(clients, client);
}

static void make_room(struct httpd_clients *clients,
		      struct httpd_client *client)
{
	struct httpd_client *victim;

	if (in_use(clients, NULL) <= HTTPD_CONNECTIONS)
		return;
	victim = oldest(clients, client, CLIENT_IDLE, 0);
	if (!victim)
		victim = oldest(clients, client, CLIENT_BUSY,
				in_use(clients, &client->address) + 1);
	if (victim)
		httpd_client_shut(victim);
	else
		refuse(clients, client);
}

struct httpd_client *httpd_client_add(struct httpd_clients *clients,
				      struct MHD_Connection *connection,
				      int fd, const struct sockaddr_in6 *peer)
{
	struct httpd_client *client = calloc(1, sizeof(*client));

	if (!client)
		return NULL;
	client->connection = connection;
	client->fd = fd;
	client->address = peer->sin6_addr;
	DL_APPEND(clients->list, client);
	make_room(clients, client);
	return client;
}

void httpd_client_state(struct httpd_clients *clients,
			struct httpd_client *client, enum client_state state)
{
	if (!counts(client) || client->state == state)
		return;
	client->state = state;
	DL_DELETE(clients->list, client);
	DL_APPEND(clients->list, client);
}

void httpd_client_remove(struct httpd_clients *clients,
			 struct httpd_client *client)
{
	DL_DELETE(clients->list, client);
	free(client);
}
