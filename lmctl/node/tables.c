// SPDX-License-Identifier: GPL-2.0-only
#include <ctype.h>
#include <errno.h>
#include <netlink/netlink.h>
#include <netlink/route/link.h>
#include <netlink/route/link/vrf.h>
#include <netlink/route/route.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include "lmctl/base/numbers.h"
#include "lmctl/node/tables.h"

static void read_names(void)
{
	static bool done;

	if (done)
		return;
	done = true;
	if (rtnl_route_read_table_names("/etc/iproute2/rt_tables"))
		rtnl_route_read_table_names("/usr/share/iproute2/rt_tables");
}

static int vrf_table(const char *device, uint32_t *table)
{
	struct nl_sock *socket = nl_socket_alloc();
	struct rtnl_link *link = NULL;
	int err = -EINVAL;

	if (socket && !nl_connect(socket, NETLINK_ROUTE) &&
	    !rtnl_link_get_kernel(socket, 0, device, &link) &&
	    rtnl_link_is_vrf(link) && !rtnl_link_vrf_get_tableid(link, table))
		err = 0;
	rtnl_link_put(link);
	nl_socket_free(socket);
	return err;
}

int table_parse(const char *text, uint32_t *table)
{
	int number;

	if (!lmctl_parse_u32(text, table))
		return *table ? 0 : -EINVAL;
	read_names();
	/* libnl would accept the leading digits of a name. */
	number = isdigit((unsigned char)*text) ? 0 : rtnl_route_str2table(text);
	if (number <= 0)
		return vrf_table(text, table);
	*table = (uint32_t)number;
	return 0;
}

const char *table_name(uint32_t table, char *text)
{
	read_names();
	rtnl_route_table2str((int)table, text, TABLE_NAME_LEN);
	/* libnl formats a table without a name in hexadecimal, ip does not. */
	if (!strncmp(text, "0x", 2))
		snprintf(text, TABLE_NAME_LEN, "%u", table);
	return text;
}
