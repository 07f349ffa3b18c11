/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Requests to nf_tables over netlink, and its notifications.
 */
#ifndef LMCTL_NODE_NFTABLES_H
#define LMCTL_NODE_NFTABLES_H

#include <stdint.h>

struct nlmsghdr;
struct nftables;

/**
 * typedef nftables_fn - called for each message
 * @nlh: message with at least a struct nfgenmsg
 * @arg: as given to the calling function
 */
typedef void (*nftables_fn)(const struct nlmsghdr *nlh, void *arg);

/**
 * nftables_open() - open both sockets
 *
 * Return: handle for nftables_close(), or NULL with errno set.
 */
struct nftables *nftables_open(void);

/**
 * nftables_close() - close both sockets
 * @nft: handle or NULL
 */
void nftables_close(struct nftables *nft);

/**
 * nftables_fd() - socket of notifications
 * @nft: handle
 *
 * Return: descriptor.
 */
int nftables_fd(const struct nftables *nft);

/**
 * nftables_drain() - read notifications without waiting
 * @nft: handle
 * @fn: called for each
 * @arg: for @fn
 *
 * Return: 0, or -ENOBUFS if some were lost.
 */
int nftables_drain(struct nftables *nft, nftables_fn fn, void *arg);

/**
 * nftables_generation() - number of the ruleset
 * @nft: handle
 * @generation: filled
 *
 * Return: 0; -EOPNOTSUPP if this kernel has no nf_tables; or a negative errno.
 */
int nftables_generation(struct nftables *nft, uint32_t *generation);

/**
 * nftables_rules() - read all rules, then all chains, then all tables
 * @nft: handle
 * @fn: called for each
 * @arg: for @fn
 *
 * Return: 0; -EINTR if the ruleset changed meanwhile; or a negative errno.
 */
int nftables_rules(struct nftables *nft, nftables_fn fn, void *arg);

#endif /* LMCTL_NODE_NFTABLES_H */
