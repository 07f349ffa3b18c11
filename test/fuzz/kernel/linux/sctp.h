/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef STANDIN_SCTP_H
#define STANDIN_SCTP_H

#include <linux/kernel.h>

struct sctphdr {
	__be16 source;
	__be16 dest;
	__be32 vtag;
	__le32 checksum;
};

#endif /* STANDIN_SCTP_H */
