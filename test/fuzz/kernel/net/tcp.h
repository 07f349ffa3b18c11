/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef STANDIN_NET_TCP_H
#define STANDIN_NET_TCP_H

#include <linux/ip.h>
#include <linux/tcp.h>
#include <linux/udp.h>

#endif /* STANDIN_NET_TCP_H */
