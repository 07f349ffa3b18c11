/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * In-band messages: they follow the SID list of the requested flow.
 *
 * A message is a plain UDP packet, because End.DT and End.DX want an inner IP
 * header. It has a mark (struct udp_path), for which one rule selects a routing
 * table of lmctl:
 *
 *   INBAND_PRIORITY: from all iif lo fwmark MARK ipproto udp lookup MARK
 *
 *   PEER/128     encap seg6 mode encap segs FLOW dev ...
 *   unreachable default
 *
 * The route of a peer is replaced before each message, so the state does not grow
 * with the number of flows. A message never takes the plain path instead: without a
 * route it is unreachable. The rule matches UDP only, because the encapsulated
 * packet has the mark, too, and must not match again when its first SID is a peer's
 * address. Only the local table precedes the rule, and peers are remote.
 *
 * At the other end, the peer's address must be in the table of the last SID.
 * End.DT6 with the main table does not find addresses of its own node, which are in
 * the local table. Add them with 'ip -6 route add local PEER dev lo table main'.
 * (The table of a VRF has them.)
 *
 * Limits. The SRH is the flow's SID list as a set has it, in mode encap. With
 * reduced or inline encapsulation, that is the list of the packets' SRH but not
 * their path: the reduced SRH lacks the first segment, so messages skip it.
 * Messages of a flow of a single SID with a Traffic Class mask have an SRH, unlike
 * its packets. In-band messages to IPv4 peers are not possible. If mangle OUTPUT
 * changes the mark or the Traffic Class of messages, the kernel routes them again,
 * another way.
 */
#ifndef LMCTL_SERVICE_INBAND_H
#define LMCTL_SERVICE_INBAND_H

#include <netinet/in.h>
#include <stddef.h>
#include <stdint.h>
#include "sr6flow.h"

/*
 * Right after the rule of the local table (0), before less specific ones: those of
 * VRFs (1000), of the operator and of the main table (32766).
 */
#define INBAND_PRIORITY 236
/* rtm_protocol of lmctl's routes and rule; iproute2 has no name for it. */
#define INBAND_PROTOCOL 172
/* Outer IPv6 header and SRH: bytes of the MTU that a message cannot use. */
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
 * Rule and routes of a killed predecessor are removed. Needs CAP_NET_ADMIN in the
 * network namespace, now and later.
 *
 * Return: 0, or a negative errno after a message: -EBUSY if another lmctl uses the
 * mark in this network namespace; -EEXIST if the table has other routes or another
 * rule has INBAND_PRIORITY; nothing is changed then.
 */
int inband_open(uint32_t mark, struct inband **inband);

/**
 * inband_close() - remove rule and routes
 * @inband: handle or NULL
 */
void inband_close(struct inband *inband);

/**
 * inband_route() - route messages to a peer along a flow
 * @inband: handle
 * @peer: address of the peer
 * @flow: the flow
 *
 * When it returns, the kernel has the route: send the message at once with the mark
 * in its struct udp_path. It is cheap if @flow is that of the last call. It prints
 * nothing, because it is called for every message; inband_error() has a sentence.
 *
 * Return: 0; -EAFNOSUPPORT for an IPv4 peer; -EADDRNOTAVAIL if the peer is an
 * address of this machine; -ENETUNREACH if there is no route to it; or another
 * negative errno.
 */
int inband_route(struct inband *inband, const struct in6_addr *peer,
		 const struct sr6flow_flow *flow);

/**
 * inband_error() - explain the last failure of inband_route()
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
