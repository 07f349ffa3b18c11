/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef STANDIN_NET_DST_METADATA_H
#define STANDIN_NET_DST_METADATA_H

#include <net/xfrm.h>

#endif /* STANDIN_NET_DST_METADATA_H */
