/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Requests that libsr6flow does not make, in messages of its kind. All functions
 * return 0 or a negative errno, or one of ipset's own errors, below -4096.
 */
#ifndef TEST_TOOLS_ASK_H
#define TEST_TOOLS_ASK_H

#include "internal.h"

/* Room for a longer message than the library's own, for request_start(). */
union ask_room {
	union request request;
	char bytes[65536];
};

/* Sends @nlh and reads the answer. */
int ask(struct sr6flow *handle, struct nlmsghdr *nlh);

/* @command is IPSET_CMD_SWAP or IPSET_CMD_RENAME. */
int ask_two_sets(struct sr6flow *handle, int command, const char *a,
		 const char *b);

/* Writes counters of @colour, 100 bytes a packet; adds a flow that is new. */
int ask_write(struct sr6flow *handle, const char *set,
	      const struct sr6flow_flow *flow, uint32_t colour,
	      uint64_t packets);

/*
 * Adds many flows with few messages. Those in the set are refreshed; ends at the
 * first that fails.
 */
int ask_add(struct sr6flow *handle, const char *set,
	    const struct sr6flow_flow *flows, unsigned int count,
	    uint32_t timeout);

#endif /* TEST_TOOLS_ASK_H */
