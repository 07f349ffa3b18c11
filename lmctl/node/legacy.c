// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
/* Before the kernel's headers, which then leave addresses to it. */
#include <netinet/in.h>
#include <linux/netfilter_ipv6/ip6_tables.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "lib/array.h"
#include "lmctl/node/legacy.h"

/*
 * A table may be replaced between the request for its size and the request for its
 * entries.
 */
#define TRIES 10

int legacy_open(void)
{
	int fd = socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	return fd < 0 ? -errno : fd;
}

/*
 * IP6T_SO_GET_INFO would load the module of a table and so create the table. This
 * requests a table of size zero instead: -EAGAIN means that the table exists with
 * another size.
 */
static int table_is_there(int fd, const char *table)
{
	struct ip6t_get_entries none = { 0 };
	socklen_t len = sizeof(none);

	strcpy(none.name, table);
	if (!getsockopt(fd, IPPROTO_IPV6, IP6T_SO_GET_ENTRIES, &none, &len) ||
	    errno == EAGAIN)
		return 1;
	return errno == ENOENT || errno == ENOPROTOOPT ? 0 : -errno;
}

static int read_once(int fd, struct ip6t_getinfo *info,
		     struct ip6t_get_entries **entries)
{
	socklen_t len = sizeof(*info);
	int err;

	if (getsockopt(fd, IPPROTO_IPV6, IP6T_SO_GET_INFO, info, &len))
		return -errno;
	len = (socklen_t)(sizeof(**entries) + info->size);
	*entries = calloc(1, len);
	if (!*entries)
		return -ENOMEM;
	memcpy((*entries)->name, info->name, sizeof((*entries)->name));
	(*entries)->size = info->size;
	if (!getsockopt(fd, IPPROTO_IPV6, IP6T_SO_GET_ENTRIES, *entries, &len))
		return 0;
	err = -errno;
	free(*entries);
	return err;
}

static int read_table(int fd, const char *table, struct rules *rules)
{
	struct ip6t_getinfo info = { 0 };
	struct ip6t_get_entries *entries = NULL;
	unsigned int tries = 0;
	int err;

	err = table_is_there(fd, table);
	if (err <= 0)
		return err;
	strcpy(info.name, table);
	do {
		err = read_once(fd, &info, &entries);
	} while (err == -EAGAIN && ++tries < TRIES);
	if (err)
		return err;
	err = rules_legacy(rules, &info, entries->entrytable);
	free(entries);
	return err;
}

int legacy_rules(int fd, uint16_t index, unsigned int uses,
		 struct rules *rules)
{
	static const char *const tables[] = {
		"mangle", "raw", "filter", "nat", "security",
	};
	unsigned int i;
	int err = 0;

	rules_start(rules, index);
	for (i = 0; !err && i < ARRAY_SIZE(tables) &&
		    rules->uses < uses; i++)
		err = read_table(fd, tables[i], rules);
	return err;
}
