/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Flow of the packets of a route: the SID list of its encapsulation as the SRH on
 * the wire has it. Pure.
 */
#ifndef LMCTL_NODE_SEG6_H
#define LMCTL_NODE_SEG6_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "sr6flow.h"

/* Room for a sentence of seg6_flow(). */
#define SEG6_REASON_SIZE 256
/* What seg6_pattern_check() accepts, with SR6FLOW_NAME_MAX for %d. */
#define SEG6_PATTERN_RULE \
	"must consist of %%d, %%t, %%i and at most %d of A-Za-z0-9._:-, and begin with a letter or digit"
/* Room for seg6_destination(). */
#define SEG6_DESTINATION_STRLEN (INET6_ADDRSTRLEN + 4)

/**
 * struct seg6_route - a route with a seg6 encapsulation, or one next hop of it
 * @family: AF_INET or AF_INET6
 * @dst: destination, network byte order; an IPv4 address in the first 4 bytes
 * @prefix_len: bits of @dst that count
 * @table: routing table
 * @device: index of the output device, 0 if not known
 * @source: tunnel source of this route alone, or NULL
 * @encap: content of SEG6_IPTUNNEL_SRH
 * @encap_len: bytes in @encap
 */
struct seg6_route {
	int family;
	unsigned char dst[16];
	unsigned int prefix_len;
	uint32_t table;
	uint32_t device;
	const struct in6_addr *source;
	const void *encap;
	size_t encap_len;
};

/**
 * seg6_flow() - SID list of the packets of a route
 * @flow: filled, without a name
 * @route: the route
 * @mask: mark mask of the set that the flow is for
 * @reason: room for SEG6_REASON_SIZE bytes; filled with the reason if there is no
 *	    flow
 *
 * Return: 0; -EINVAL if @route is damaged; -ENOTSUP if no flow of a set with
 * @mask can stand for the route.
 */
int seg6_flow(struct sr6flow_flow *flow, const struct seg6_route *route,
	      uint32_t mask, char *reason);

/**
 * typedef seg6_source_fn - find the source of the packets of a route
 * @arg: as given to seg6_set_flow()
 * @route: route without a source of its own
 * @sid: first SID of its list
 * @source: filled
 * @reason: room for SEG6_REASON_SIZE bytes; filled with the reason if there is none
 *
 * Return: 0 or a negative errno.
 */
typedef int seg6_source_fn(void *arg, const struct seg6_route *route,
			   const struct in6_addr *sid, struct in6_addr *source,
			   char *reason);

/**
 * seg6_set_flow() - as seg6_flow(), with the source if the set has a netmask
 * @flow: filled, without a name
 * @route: the route
 * @mask: mark mask of the set
 * @netmask: netmask of the set, 0 for none
 * @source: called if the route has no source of its own
 * @arg: for @source
 * @reason: see seg6_flow()
 *
 * Return: as seg6_flow(), or the value of @source.
 */
int seg6_set_flow(struct sr6flow_flow *flow, const struct seg6_route *route,
		  uint32_t mask, unsigned int netmask, seg6_source_fn *source,
		  void *arg, char *reason);

/**
 * seg6_keeps_source() - check whether a route keeps the source of its packets
 * @route: the route
 *
 * Return: true in mode inline, which adds an SRH and no outer header.
 */
bool seg6_keeps_source(const struct seg6_route *route);

/**
 * seg6_destination() - text form of a destination
 * @route: the route
 * @text: room for SEG6_DESTINATION_STRLEN bytes
 *
 * Return: @text: default, or an address, followed by a slash and the length
 * unless it is a host route.
 */
const char *seg6_destination(const struct seg6_route *route, char *text);

/**
 * seg6_pattern_check() - check a pattern for seg6_name()
 * @pattern: pattern
 *
 * Return: 0 or -EINVAL.
 */
int seg6_pattern_check(const char *pattern);

/**
 * seg6_name() - name of the flow of a route
 * @flow: gets the name
 * @pattern: name with %d for the destination, %t for @table and %i for @index;
 *	     it passes seg6_pattern_check()
 * @route: the route
 * @table: name of its routing table
 * @index: number of the flow, from 1
 *
 * Invalid characters become '_' (fd00:b::/64 is fd00:b::_64), a name with an
 * invalid first character begins with a zero (0::1), and a name that is too long is
 * shortened in the middle.
 */
void seg6_name(struct sr6flow_flow *flow, const char *pattern,
	       const struct seg6_route *route, const char *table,
	       unsigned int index);

/**
 * seg6_name_fits() - check whether seg6_name() may have made a name
 * @pattern: pattern
 * @name: name
 *
 * Return: true if some route, table and index give it. A name that lost letters of the
 * pattern when it was shortened does not fit.
 */
bool seg6_name_fits(const char *pattern, const char *name);

#endif /* LMCTL_NODE_SEG6_H */
