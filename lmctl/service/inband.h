/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * In-band messages: they follow the SID list of the flow that they ask for.
 *
 * A message is a plain UDP packet, because End.DT and End.DX want an inner IP
 * header. It carries a mark (struct udp_path), which one rule sends to a
 * routing table of lmctl's own:
 *
 *   INBAND_PRIORITY: from all iif lo fwmark MARK ipproto udp lookup MARK
 *
 *   PEER/128     encap seg6 mode encap segs FLOW dev ...
 *   unreachable default
 *
 * The route of a peer is replaced before each message, so the state does not
 * grow with the number of flows. A message never takes the plain path instead:
 * what has no route is unreachable. The rule wants UDP, because the
 * encapsulated packet has the mark too, and must not come here again when its
 * first SID is a peer's address. Only the local table comes before the rule,
 * and peers are remote.
 *
 * At the other end, the peer's address must be in the table that the last SID
 * looks into. End.DT6 with the main table does not find addresses of its own
 * node, which are in the local table; there it takes
 * 'ip -6 route add local PEER dev lo table main'. (A VRF's table has them.)
 *
 * Limits. The SRH is the flow's SID list as a set has it, in mode encap. Where
 * the flow's packets are made by reduced or inline encapsulation, that is the
 * list of their SRH but not their path: the reduced SRH lacks the first
 * segment, which is skipped then. A flow of a single SID with a Traffic Class
 * mask, whose packets have no SRH, gets messages with one. IPv4 peers cannot
 * be asked in band. Where netfilter's mangle OUTPUT changes the mark or the
 * Traffic Class of the messages, the kernel routes them again, not this way.
 */
#ifndef LMCTL_SERVICE_INBAND_H
#define LMCTL_SERVICE_INBAND_H

#include <netinet/in.h>
#include <stddef.h>
#include <stdint.h>
#include "sr6flow.h"

/*
 * Right after the local table's rule (0), before all that is not as narrow:
 * those of VRFs (1000), people's own and the main table's (32766).
 */
#define INBAND_PRIORITY 236
/* rtm_protocol of our routes and rule; none that iproute2 gives a name to. */
#define INBAND_PROTOCOL 172
/* Outer IPv6 header and SRH: bytes that the MTU must take beside a message. */
#define INBAND_OVERHEAD(nsids) (40 + 8 + 16 * (size_t)(nsids))
/* Room for inband_encap(). */
#define INBAND_ENCAP_MAX (4 + 8 + 16 * SR6FLOW_SIDS_MAX)

struct inband;

/**
 * inband_open() - set up rule and table
 * @mark: mark and number of the table: not 0, nor that of a table of the
 *	  system (253 to 255)
 * @inband: filled with a handle for inband_close()
 *
 * Takes away what a predecessor that was killed left behind. Needs
 * CAP_NET_ADMIN in the network namespace, now and later.
 *
 * Return: 0, or a negative errno after a message: -EBUSY if another lmctl uses
 * the mark in this network namespace; -EEXIST if the table has routes of
 * somebody else or another rule has INBAND_PRIORITY; nothing has been changed
 * then.
 */
int inband_open(uint32_t mark, struct inband **inband);

/**
 * inband_close() - take rule and routes away
 * @inband: handle or NULL
 */
void inband_close(struct inband *inband);

/**
 * inband_route() - make messages to a peer follow a flow
 * @inband: handle
 * @peer: address of the peer
 * @flow: the flow
 *
 * When it returns, the kernel has the route: send the message at once with the
 * mark in its struct udp_path. Cheap when @flow is the one of the last call.
 * Prints nothing, it is called for every message; inband_error() has a
 * sentence.
 *
 * Return: 0; -EAFNOSUPPORT for an IPv4 peer; -EADDRNOTAVAIL if the peer is an
 * address of this machine; -ENETUNREACH if there is no route to it; or another
 * negative errno.
 */
int inband_route(struct inband *inband, const struct in6_addr *peer,
		 const struct sr6flow_flow *flow);

/**
 * inband_error() - why inband_route() failed
 * @inband: handle
 *
 * Return: one line without a newline: the thing, the value, the remedy.
 */
const char *inband_error(const struct inband *inband);

/**
 * inband_encap() - content of SEG6_IPTUNNEL_SRH for a flow
 * @data: room for INBAND_ENCAP_MAX bytes
 * @flow: the flow
 *
 * Pure; the inverse of seg6_flow() for mode encap.
 *
 * Return: bytes written.
 */
size_t inband_encap(uint8_t *data, const struct sr6flow_flow *flow);

#endif /* LMCTL_SERVICE_INBAND_H */
