/* SPDX-License-Identifier: GPL-2.0-only */
/* The same flows in all harnesses, so that an input can hit something. */
#ifndef TEST_FUZZ_KERNEL_FLOWS_H
#define TEST_FUZZ_KERNEL_FLOWS_H

#include "ip_set_hash_sr6flow.h"

/**
 * flows_sids() - a SID list
 * @sids: filled, in path order
 * @number: which one; the lower four bits are the number of SIDs, less one
 *
 * Return: number of SIDs.
 */
static inline unsigned int flows_sids(__u8 (*sids)[SR6FLOW_SID_LEN],
				      __u8 number)
{
	unsigned int n = number % SR6FLOW_SIDS_MAX + 1;

	memset(sids, 0, n * sizeof(*sids));
	for (unsigned int i = 0; i < n; i++) {
		sids[i][0] = 0xfc;
		sids[i][14] = number;
		sids[i][15] = (__u8)(i + 1);
	}
	return n;
}

/**
 * flows_source() - a source address
 * @source: filled
 * @number: which one; of its bits, the first two differ within a netmask of 20
 *	    bits, the next within one of 60, the next within one of 63
 */
static inline void flows_source(__u8 *source, __u8 number)
{
	memset(source, 0, SR6FLOW_SID_LEN);
	source[0] = 0xfd;
	source[2] = (__u8)(number << 4 & 0x30);
	source[7] = (__u8)(number << 2 & 0x10) | (number >> 2 & 2);
	source[15] = number >> 4;
}

#endif /* TEST_FUZZ_KERNEL_FLOWS_H */
