// SPDX-License-Identifier: GPL-2.0-only
#include <linux/netlink.h>
#include <netlink/netlink.h>
#include <netlink/route/link.h>
#include <netlink/route/link/vrf.h>
#include <stdbool.h>
#include <stdlib.h>
#include <time.h>

#include "lmctl/node/vrf.h"

/* Most cached devices; others are requested each time. */
#define DEVICES 64

struct device {
	unsigned int ifindex;
	unsigned int vrf;
	time_t asked;
};

struct vrf {
	struct nl_sock *socket;
	struct device device[DEVICES];
};

struct vrf *vrf_new(void)
{
	return calloc(1, sizeof(struct vrf));
}

void vrf_free(struct vrf *vrf)
{
	if (!vrf)
		return;
	nl_socket_free(vrf->socket);
	free(vrf);
}

static struct rtnl_link *ask(struct vrf *vrf, unsigned int ifindex)
{
	struct rtnl_link *link = NULL;

	if (!vrf->socket) {
		vrf->socket = nl_socket_alloc();
		if (!vrf->socket || nl_connect(vrf->socket, NETLINK_ROUTE)) {
			nl_socket_free(vrf->socket);
			vrf->socket = NULL;
			return NULL;
		}
	}
	return rtnl_link_get_kernel(vrf->socket, (int)ifindex, NULL, &link) ?
	       NULL : link;
}

static bool is_vrf(struct rtnl_link *link)
{
	return link && rtnl_link_is_vrf(link);
}

static unsigned int look_up(struct vrf *vrf, unsigned int ifindex)
{
	struct rtnl_link *link = ask(vrf, ifindex), *master = NULL;
	unsigned int found = 0;

	if (is_vrf(link)) {
		found = ifindex;
	} else if (link && rtnl_link_get_master(link)) {
		master = ask(vrf, (unsigned int)rtnl_link_get_master(link));
		if (is_vrf(master))
			found = (unsigned int)rtnl_link_get_ifindex(master);
	}
	rtnl_link_put(master);
	rtnl_link_put(link);
	return found;
}

unsigned int vrf_of(struct vrf *vrf, unsigned int ifindex)
{
	struct device *device = &vrf->device[ifindex % DEVICES];
	struct timespec now;

	if (!ifindex)
		return 0;
	clock_gettime(CLOCK_MONOTONIC, &now);
	if (device->ifindex == ifindex && device->asked == now.tv_sec)
		return device->vrf;
	*device = (struct device){
		.ifindex = ifindex,
		.vrf = look_up(vrf, ifindex),
		.asked = now.tv_sec,
	};
	return device->vrf;
}
