/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * libsr6flow: sets of type hash:sr6flow from C.
 *
 * The library speaks ipset's netlink protocol. It prints nothing, never exits
 * and keeps no global state: a program may use one handle per thread.
 *
 * Every function that returns int returns 0 or a negative errno. After an error
 * sr6flow_error() returns a line that names the object, the value and the remedy.
 * Colours and masks are mark words in host byte order, see
 * ip_set_hash_sr6flow.h. All calls with a handle need CAP_NET_ADMIN in the
 * network namespace in which the handle was opened; otherwise -EPERM.
 *
 * Calls that name a set fail with
 *   -EINVAL           the name is empty or too long
 *   -ENOENT           the set does not exist
 *   -EMEDIUMTYPE      it is a set of another type; nothing was changed
 *   -EPROTONOSUPPORT  library and module have no common revision; the error
 *                     text names the older one, which needs an update
 *   -EPROTO           the kernel's answer is malformed or unknown
 *   -ENOBUFS, -ETIMEDOUT  a part of the answer was lost; a change may have
 *                     been made or not
 * The handle stays usable after any error.
 */
#ifndef SR6FLOW_H
#define SR6FLOW_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>
#include "ip_set_hash_sr6flow.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Most characters of a set name, as in ipset. */
#define SR6FLOW_SETNAME_MAX 31
/* Text form of the longest flow, with name, source, commas and the NUL. */
#define SR6FLOW_FLOW_STRLEN \
	(SR6FLOW_NAME_MAX + 1 + (1 + SR6FLOW_SIDS_MAX) * INET6_ADDRSTRLEN + 1)
/* Timeout of a set or flow that has none. */
#define SR6FLOW_NO_TIMEOUT UINT32_MAX

struct sr6flow;

/**
 * struct sr6flow_flow - a flow: its key and its name
 * @nsids: number of SIDs, 1 to SR6FLOW_SIDS_MAX
 * @netmask: bits of @source that belong to the key, 1 to 128; 0 for a flow
 *	     without source. sr6flow_flow_parse() sets 128, a dump the netmask of
 *	     the set; requests only distinguish 0 from other values
 * @source: outer source address, network byte order; bits beyond @netmask are
 *	    zero in a dump, all of them without a source
 * @sids: SID list in path order, network byte order
 * @name: name, empty for none
 */
struct sr6flow_flow {
	unsigned int nsids;
	unsigned int netmask;
	struct in6_addr source;
	struct in6_addr sids[SR6FLOW_SIDS_MAX];
	char name[SR6FLOW_NAME_MAX + 1];
};

/**
 * struct sr6flow_options - how to create a set; zero means the default
 * @mask: mark mask, default SR6FLOW_MASK_DEFAULT
 * @colour: active colour, used if @has_colour
 * @has_colour: @colour is given
 * @maxelem: most flows
 * @hashsize: initial size hint
 * @timeout: default timeout of flows in seconds, used if @has_timeout
 * @has_timeout: the set has timeouts
 * @forceadd: a full set drops its oldest flow for a new one
 * @skbinfo: flows carry skbinfo
 * @netmask: bits of the source address in the key, 1 to 128; 0 for none
 * @exist: a set that exists with the same options is not an error
 */
struct sr6flow_options {
	uint32_t mask;
	uint32_t colour;
	bool has_colour;
	uint32_t maxelem;
	uint32_t hashsize;
	uint32_t timeout;
	bool has_timeout;
	bool forceadd;
	bool skbinfo;
	unsigned int netmask;
	bool exist;
};

/**
 * struct sr6flow_set - state of a set
 * @name: name of the set
 * @mask: mark mask
 * @colour: active colour
 * @maxelem: most flows
 * @hashsize: buckets now
 * @timeout: default timeout in seconds, SR6FLOW_NO_TIMEOUT without
 * @forceadd: see struct sr6flow_options
 * @skbinfo: see struct sr6flow_options
 * @netmask: see struct sr6flow_options
 * @references: rules and sets that use the set
 * @memsize: bytes of kernel memory, per-CPU memory included
 * @flows: number of flows
 * @no_flow: SRv6 packets that matched no flow
 * @malformed: packets with a malformed Segment Routing Header
 * @not_writable: packets that could not be marked
 */
struct sr6flow_set {
	char name[SR6FLOW_SETNAME_MAX + 1];
	uint32_t mask;
	uint32_t colour;
	uint32_t maxelem;
	uint32_t hashsize;
	uint32_t timeout;
	bool forceadd;
	bool skbinfo;
	unsigned int netmask;
	uint32_t references;
	uint64_t memsize;
	uint32_t flows;
	uint64_t no_flow;
	uint64_t malformed;
	uint64_t not_writable;
};

/**
 * struct sr6flow_counters - counters of one colour of a flow
 * @packets: packets as they are on the wire
 * @bytes: their bytes from the outer IPv6 header on
 */
struct sr6flow_counters {
	uint64_t packets;
	uint64_t bytes;
};

/**
 * struct sr6flow_record - a flow in a dump, all its colours together
 * @flow: the flow
 * @instance: identity of the set; it changes when the set is created anew or another
 *	      set stood in for it (ipset swap)
 * @generation: identity of the counters of all slots; it changes when they
 *		restart
 * @source_changes: packets from another source than the one before them; 0 in a
 *		    set with a netmask
 * @segments_left_changes: packets with another Segments Left than the one before
 *			   them
 * @last_source: source of the last packet; zeros in a set with a netmask, before the
 *		 first packet, and from an earlier module, which does not report it
 * @timeout: seconds left, 0 for never, SR6FLOW_NO_TIMEOUT without
 * @slots: bit per slot whose counters were in the dump; all other counters are 0
 * @counters: by slot, see sr6flow_slot()
 */
struct sr6flow_record {
	struct sr6flow_flow flow;
	uint64_t instance;
	uint64_t generation;
	uint64_t source_changes;
	uint64_t segments_left_changes;
	struct in6_addr last_source;
	uint32_t timeout;
	unsigned int slots;
	struct sr6flow_counters counters[SR6FLOW_SLOTS_MAX];
};

/**
 * typedef sr6flow_dump_fn - called for every flow of a dump
 * @set: state of the set, the same for every call of a dump
 * @record: valid until the function returns
 * @arg: as given to sr6flow_dump()
 *
 * Must not use the handle of the dump.
 *
 * Return: 0 to go on; anything else ends the dump and is returned by it.
 */
typedef int (*sr6flow_dump_fn)(const struct sr6flow_set *set,
			       const struct sr6flow_record *record, void *arg);

/**
 * sr6flow_open() - open a handle
 * @handle: the handle, to be closed with sr6flow_close()
 *
 * Loads ip_set if the kernel can, and compares protocol versions.
 *
 * Return: 0; -ENOMEM; -EPERM; -EOPNOTSUPP if the kernel has no ipset;
 * -EPROTONOSUPPORT if it speaks another version of its protocol; or the errno
 * of the socket calls. On failure @handle is a handle that only carries the error
 * text, or NULL if out of memory; sr6flow_close() accepts both.
 */
int sr6flow_open(struct sr6flow **handle);

/**
 * sr6flow_close() - close a handle
 * @handle: handle or NULL
 */
void sr6flow_close(struct sr6flow *handle);

/**
 * sr6flow_error() - description of the last error
 * @handle: handle or NULL
 *
 * Return: one line without a newline, valid until the next call with @handle.
 */
const char *sr6flow_error(const struct sr6flow *handle);

/**
 * sr6flow_create() - create a set
 * @handle: handle
 * @set: name
 * @options: NULL for the defaults
 *
 * Return: 0; -EINVAL for a bad name, mask or colour; -EEXIST if the set exists,
 * or with @options->exist if it exists with other options; -ENOENT if the
 * kernel has no such type (module not installed).
 */
int sr6flow_create(struct sr6flow *handle, const char *set,
		   const struct sr6flow_options *options);

/**
 * sr6flow_destroy() - destroy a set
 * @handle: handle
 * @set: name
 *
 * Return: 0; -EBUSY while a rule or a dump uses it.
 */
int sr6flow_destroy(struct sr6flow *handle, const char *set);

/**
 * sr6flow_flush() - remove all flows; the active colour stays
 * @handle: handle
 * @set: name
 *
 * Return: 0 or a negative errno.
 */
int sr6flow_flush(struct sr6flow *handle, const char *set);

/**
 * sr6flow_add() - add a flow
 * @handle: handle
 * @set: name
 * @flow: the flow
 * @timeout: seconds, 0 for never, SR6FLOW_NO_TIMEOUT for the set's default
 * @exist: refresh a flow that exists instead of failing
 *
 * Return: 0; -EEXIST; -EINVAL for a bad flow, or a timeout in a set that has
 * none; -ENOSPC when the set is full.
 */
int sr6flow_add(struct sr6flow *handle, const char *set,
		const struct sr6flow_flow *flow, uint32_t timeout, bool exist);

/**
 * sr6flow_del() - delete a flow
 * @handle: handle
 * @set: name
 * @flow: the flow; its name is ignored
 *
 * Return: 0; -ESRCH if the set does not have the flow.
 */
int sr6flow_del(struct sr6flow *handle, const char *set,
		const struct sr6flow_flow *flow);

/**
 * sr6flow_test() - check whether a set has a flow
 * @handle: handle
 * @set: name
 * @flow: the flow; its name is ignored
 *
 * Return: 1 if it has, 0 if not, or a negative errno.
 */
int sr6flow_test(struct sr6flow *handle, const char *set,
		 const struct sr6flow_flow *flow);

/**
 * sr6flow_set_colour() - set the active colour
 * @handle: handle
 * @set: name
 * @colour: one of the set's two colours
 *
 * One message; the kernel has made the change when the function returns.
 *
 * Return: 0; -EDOM if the set does not have @colour.
 */
int sr6flow_set_colour(struct sr6flow *handle, const char *set,
		       uint32_t colour);

/**
 * sr6flow_info() - read the state of a set
 * @handle: handle
 * @set: name
 * @info: filled
 *
 * Return: 0 or a negative errno.
 */
int sr6flow_info(struct sr6flow *handle, const char *set,
		 struct sr6flow_set *info);

/**
 * sr6flow_index() - number by which rules refer to a set
 * @handle: handle
 * @set: name
 * @index: filled
 *
 * Rules of iptables contain this number instead of the name. It stays with the
 * name when sets are swapped. The function does not check the type of the set.
 *
 * Return: 0 or a negative errno.
 */
int sr6flow_index(struct sr6flow *handle, const char *set, uint16_t *index);

/**
 * sr6flow_dump() - read all flows of a set
 * @handle: handle
 * @set: name
 * @fn: called once per flow
 * @arg: for @fn
 *
 * Calls @fn while messages arrive: memory does not grow with the number of flows.
 * @fn has seen the whole set only if the function returns 0. It does not repeat a
 * dump that lost messages (-ENOBUFS) or was interrupted (-EINTR, also by a write to
 * the counters of the flow just listed), because @fn has already seen a part of it.
 * The caller drops that part and calls again, a bounded number of times.
 *
 * Return: 0, the value of @fn, or a negative errno.
 */
int sr6flow_dump(struct sr6flow *handle, const char *set, sr6flow_dump_fn fn,
		 void *arg);

/**
 * sr6flow_flow_parse() - flow from its text form [NAME=][SOURCE@]SID[,SID...]
 * @flow: filled
 * @text: text form
 * @error: filled with a message on failure
 * @size: size of @error in bytes
 *
 * Return: 0 or -EINVAL. Needs no handle.
 */
int sr6flow_flow_parse(struct sr6flow_flow *flow, const char *text,
		       char *error, size_t size);

/**
 * sr6flow_flow_format() - text form of a flow
 * @flow: flow
 * @text: room for SR6FLOW_FLOW_STRLEN bytes
 *
 * Return: @text.
 */
const char *sr6flow_flow_format(const struct sr6flow_flow *flow, char *text);

#ifdef __cplusplus
}
#endif

#endif /* SR6FLOW_H */
