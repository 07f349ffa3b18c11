// SPDX-License-Identifier: GPL-2.0-only
#include <arpa/inet.h>
#include <errno.h>
#include <linux/rtnetlink.h>
#include <linux/seg6.h>
#include <linux/seg6_iptunnel.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>
#include <uthash.h>

#include "lmctl/base/flowkey.h"
#include "lmctl/base/messages.h"
#include "lmctl/service/inband.h"
#include "lmctl/service/inband_netlink.h"

#define NS_PER_S INT64_C(1000000000)
/*
 * Time for which the device towards a peer is cached. If it goes down before, its
 * routes are removed, and messages are unreachable for so long.
 */
#define VIA_MAX_AGE NS_PER_S
#define ERROR_SIZE 256
/* RFC 8754, section 2. */
#define SRH_TYPE 4

/*
 * @flow: flow of the route in the kernel, if @nsids is not 0
 * @asked: monotonic time of @via, valid under the same condition
 */
struct peer {
	struct in6_addr address;
	struct sr6flow_flow flow;
	struct inband_via via;
	int64_t asked;
	UT_hash_handle hh;
};

/* @lock: socket whose name belongs to one process at a time */
struct inband {
	struct inband_netlink netlink;
	int lock;
	struct peer *peers;
	char error[ERROR_SIZE];
};

size_t inband_encap(uint8_t *data, const struct sr6flow_flow *flow)
{
	const int mode = SEG6_IPTUN_MODE_ENCAP;
	unsigned int n = flow->nsids;
	struct ipv6_sr_hdr header = {
		/* Units of 8 bytes after the first 8. */
		.hdrlen = (unsigned char)(2 * n),
		.type = SRH_TYPE,
		.segments_left = (unsigned char)(n - 1),
		.first_segment = (unsigned char)(n - 1),
	};
	uint8_t (*segments)[SR6FLOW_SID_LEN];

	memcpy(data, &mode, sizeof(mode));
	memcpy(data + sizeof(mode), &header, sizeof(header));
	segments = (void *)(data + sizeof(mode) + sizeof(header));
	sr6flow_sids_reverse(segments, (const void *)flow->sids, n);
	return sizeof(mode) + sizeof(header) + n * sizeof(*segments);
}

/*
 * An abstract name belongs to a network namespace, like rule and table, and
 * disappears with the process.
 */
static int lock(struct inband *inband)
{
	struct sockaddr_un name = { .sun_family = AF_UNIX };
	uint32_t mark = inband->netlink.mark;
	int len, err;

	inband->lock = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (inband->lock < 0)
		return -errno;
	len = snprintf(name.sun_path + 1, sizeof(name.sun_path) - 1,
		       "lmctl-inband-%u", mark);
	if (!bind(inband->lock, (const struct sockaddr *)&name,
		  (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 +
			      (size_t)len)))
		return 0;
	err = errno == EADDRINUSE ? -EBUSY : -errno;
	if (err == -EBUSY)
		lmctl_error("another lmctl sends in-band messages with mark "
			    "%u; stop it or use another mark", mark);
	return err;
}

static int survey(struct inband *inband, struct inband_survey *found)
{
	uint32_t mark = inband->netlink.mark;
	int err = inband_netlink_survey(&inband->netlink, found);

	if (err)
		return err;
	if (found->foreign_rules)
		lmctl_error("another IPv6 routing rule has priority %u, which "
			    "in-band messages need; move that rule ('ip -6 rule show')",
			    INBAND_PRIORITY);
	if (found->foreign_routes)
		lmctl_error("routing table %u has %u routes that are not "
			    "lmctl's; use another mark ('ip -6 route show table %u')", mark, found->foreign_routes, mark);
	return found->foreign_rules || found->foreign_routes ? -EEXIST : 0;
}

/* Rules first: no message uses half a table. */
static int remove_ours(struct inband_netlink *netlink, unsigned int rules)
{
	int err = 0;

	while (rules-- && !err)
		err = inband_netlink_rule(netlink, false);
	return err ? err : inband_netlink_clear(netlink);
}

static int set_up(struct inband *inband)
{
	struct inband_survey found;
	int err;

	err = survey(inband, &found);
	if (!err)
		err = remove_ours(&inband->netlink, found.our_rules);
	if (err)
		return err;
	err = inband_netlink_unreachable(&inband->netlink);
	if (!err)
		err = inband_netlink_rule(&inband->netlink, true);
	if (err)
		inband_netlink_clear(&inband->netlink);
	return err;
}

static void release(struct inband *inband)
{
	inband_netlink_close(&inband->netlink);
	if (inband->lock >= 0)
		close(inband->lock);
	free(inband);
}

int inband_open(uint32_t mark, struct inband **inband)
{
	struct inband *new;
	int err;

	*inband = NULL;
	if (!mark || (mark >= RT_TABLE_DEFAULT && mark <= RT_TABLE_LOCAL)) {
		lmctl_error("mark %u cannot be used for in-band messages: it is "
			    "the number of a system routing table; use another mark",
			    mark);
		return -EINVAL;
	}
	new = calloc(1, sizeof(*new));
	if (!new) {
		lmctl_error("out of memory for in-band messages");
		return -ENOMEM;
	}
	new->lock = -1;
	err = inband_netlink_open(&new->netlink, mark);
	if (!err)
		err = lock(new);
	if (!err)
		err = set_up(new);
	if (!err) {
		*inband = new;
		return 0;
	}
	if (err != -EBUSY && err != -EEXIST)
		lmctl_error("cannot set up in-band messages with mark %u: %s%s",
			    mark, strerror(-err), err == -EPERM ?
			    "; it needs CAP_NET_ADMIN" : "");
	release(new);
	return err;
}

void inband_close(struct inband *inband)
{
	struct peer *peer, *next;
	uint32_t mark;
	int err;

	if (!inband)
		return;
	mark = inband->netlink.mark;
	err = remove_ours(&inband->netlink, 1);
	if (err)
		lmctl_warning("cannot remove the rule and routes of in-band "
			      "messages: %s; remove them with 'ip -6 rule del pref %u' "
			      "and 'ip -6 route flush table %u'",
			      strerror(-err), INBAND_PRIORITY, mark);
	HASH_ITER(hh, inband->peers, peer, next) {
		HASH_DEL(inband->peers, peer);
		free(peer);
	}
	release(inband);
}

/* Keep the sentence for inband_error(). */
static int fail(struct inband *inband, const struct in6_addr *address, int err,
		const char *why)
{
	char text[INET6_ADDRSTRLEN];

	inet_ntop(AF_INET6, address, text, sizeof(text));
	snprintf(inband->error, sizeof(inband->error), "peer %s: %s", text,
		 why);
	return err;
}

static struct peer *peer_get(struct inband *inband,
			     const struct in6_addr *address)
{
	struct peer *peer;

	HASH_FIND(hh, inband->peers, address, sizeof(*address), peer);
	if (peer)
		return peer;
	peer = calloc(1, sizeof(*peer));
	if (!peer)
		return NULL;
	peer->address = *address;
	HASH_ADD(hh, inband->peers, address, sizeof(peer->address), peer);
	return peer;
}

static int64_t monotonic_time(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * NS_PER_S + now.tv_nsec;
}

static bool same_via(const struct inband_via *a, const struct inband_via *b)
{
	return a->ifindex == b->ifindex &&
	       IN6_ARE_ADDR_EQUAL(&a->source, &b->source);
}

/* Request the device again when the cached one is old. */
static int refresh_via(struct inband *inband, struct peer *peer)
{
	int64_t now = monotonic_time();
	struct inband_via via;
	int err;

	if (peer->flow.nsids && now - peer->asked < VIA_MAX_AGE)
		return 0;
	err = inband_netlink_via(&inband->netlink, &peer->address, &via);
	if (err)
		return fail(inband, &peer->address, err,
			    "the kernel knows no route to it; in-band messages "
			    "need one for their device and source address");
	if (via.type == RTN_LOCAL)
		return fail(inband, &peer->address, -EADDRNOTAVAIL,
			    "is an address of this machine; use one of "
			    "another machine");
	if (via.type != RTN_UNICAST || !via.ifindex)
		return fail(inband, &peer->address, -ENETUNREACH,
			    "the route to it leads nowhere");
	if (!same_via(&via, &peer->via))
		peer->flow.nsids = 0;
	peer->via = via;
	peer->asked = now;
	return 0;
}

int inband_route(struct inband *inband, const struct in6_addr *peer_address,
		 const struct sr6flow_flow *flow)
{
	uint8_t encap[INBAND_ENCAP_MAX];
	struct peer *peer;
	size_t len;
	int err;

	if (IN6_IS_ADDR_V4MAPPED(peer_address))
		return fail(inband, peer_address, -EAFNOSUPPORT,
			    "in-band messages need an IPv6 address");
	if (!flow->nsids || flow->nsids > SR6FLOW_SIDS_MAX)
		return fail(inband, peer_address, -EINVAL,
			    "the flow has no SID list");
	peer = peer_get(inband, peer_address);
	if (!peer)
		return fail(inband, peer_address, -ENOMEM, "no memory");
	err = refresh_via(inband, peer);
	if (!err && flowkey_same_sids(&peer->flow, flow))
		return 0;
	if (!err) {
		len = inband_encap(encap, flow);
		err = inband_netlink_route(&inband->netlink, peer_address,
					   &peer->via, encap, len);
		if (err)
			fail(inband, peer_address, err, strerror(-err));
	}
	/* A flow without SIDs: the route must be written in any case. */
	if (err)
		peer->flow.nsids = 0;
	else
		peer->flow = *flow;
	return err;
}

const char *inband_error(const struct inband *inband)
{
	return inband->error;
}
