// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/time.h>

#include "lib/array.h"
#include "lmctl/node/nftables.h"
#include "lmctl/node/rules.h"

/* The kernel fills at most 32 KiB per datagram of a dump. */
#define ANSWER_SIZE 65536
/* A change of ten thousand rules is announced at once. */
#define EVENTS_BUFFER (8 << 20)
/* The answer is queued when the request returns, unless memory was short. */
#define PATIENCE_S 1

struct nftables {
	struct mnl_socket *requests;
	struct mnl_socket *events;
	uint32_t sequence;
	_Alignas(struct nlmsghdr) char answer[ANSWER_SIZE];
};

static struct mnl_socket *open_socket(unsigned int groups, int flags)
{
	struct mnl_socket *socket = mnl_socket_open2(NETLINK_NETFILTER, flags);
	int err;

	if (socket && mnl_socket_bind(socket, groups, MNL_SOCKET_AUTOPID)) {
		err = errno;
		mnl_socket_close(socket);
		errno = err;
		return NULL;
	}
	return socket;
}

/* Exceeding the limit needs privileges in the initial user namespace. */
static void enlarge(int fd)
{
	const int size = EVENTS_BUFFER;

	if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size)))
		setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size));
}

struct nftables *nftables_open(void)
{
	const struct timeval patience = { .tv_sec = PATIENCE_S };
	struct nftables *nft = calloc(1, sizeof(*nft));
	int err;

	if (!nft)
		return NULL;
	nft->events = open_socket(1u << (NFNLGRP_NFTABLES - 1),
				  SOCK_NONBLOCK | SOCK_CLOEXEC);
	nft->requests = nft->events ? open_socket(0, SOCK_CLOEXEC) : NULL;
	if (nft->requests &&
	    !setsockopt(mnl_socket_get_fd(nft->requests), SOL_SOCKET,
			SO_RCVTIMEO, &patience, sizeof(patience))) {
		enlarge(nftables_fd(nft));
		return nft;
	}
	err = errno;
	nftables_close(nft);
	errno = err;
	return NULL;
}

void nftables_close(struct nftables *nft)
{
	if (!nft)
		return;
	if (nft->events)
		mnl_socket_close(nft->events);
	if (nft->requests)
		mnl_socket_close(nft->requests);
	free(nft);
}

int nftables_fd(const struct nftables *nft)
{
	return mnl_socket_get_fd(nft->events);
}

static bool is_whole(const struct nlmsghdr *nlh)
{
	return mnl_nlmsg_get_payload_len(nlh) >= sizeof(struct nfgenmsg);
}

int nftables_drain(struct nftables *nft, nftables_fn fn, void *arg)
{
	const struct nlmsghdr *nlh;
	int lost = 0;
	ssize_t size;
	int left;

	for (;;) {
		size = mnl_socket_recvfrom(nft->events, nft->answer,
					   sizeof(nft->answer));
		if (size < 0 && errno == EINTR)
			continue;
		if (size <= 0 && errno == ENOBUFS)
			lost = -ENOBUFS;
		else if (size <= 0)
			return lost;
		nlh = (const void *)nft->answer;
		for (left = (int)size; left > 0 && mnl_nlmsg_ok(nlh, left);
		     nlh = mnl_nlmsg_next(nlh, &left))
			if (is_whole(nlh))
				fn(nlh, arg);
	}
}

static int send_request(struct nftables *nft, int type, int flags)
{
	char bytes[MNL_NLMSG_HDRLEN + MNL_ALIGN(sizeof(struct nfgenmsg))];
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(bytes);
	struct nfgenmsg *nfg = mnl_nlmsg_put_extra_header(nlh, sizeof(*nfg));

	nlh->nlmsg_type = (uint16_t)(NFNL_SUBSYS_NFTABLES << 8 | type);
	nlh->nlmsg_flags = (uint16_t)(NLM_F_REQUEST | flags);
	nlh->nlmsg_seq = ++nft->sequence;
	nfg->nfgen_family = AF_UNSPEC;
	nfg->version = NFNETLINK_V0;
	return mnl_socket_sendto(nft->requests, nlh, nlh->nlmsg_len) < 0 ?
	       -errno : 0;
}

/**
 * struct run - an answer in progress
 * @fn: called for each message
 * @arg: for @fn
 * @dump: it ends with NLMSG_DONE; otherwise it is one message
 * @ended: the answer is complete
 * @err: with this error
 */
struct run {
	nftables_fn fn;
	void *arg;
	bool dump;
	bool ended;
	int err;
};

static void take_message(const struct nftables *nft, struct run *run,
			 const struct nlmsghdr *nlh)
{
	/* Discard the rest of an abandoned answer. */
	if (nlh->nlmsg_seq != nft->sequence)
		return;
	if (nlh->nlmsg_flags & NLM_F_DUMP_INTR && !run->err)
		run->err = -EINTR;
	if (nlh->nlmsg_type == NLMSG_ERROR || nlh->nlmsg_type == NLMSG_DONE) {
		run->ended = true;
		if (mnl_nlmsg_get_payload_len(nlh) >= sizeof(int) && !run->err)
			run->err = *(const int *)mnl_nlmsg_get_payload(nlh);
		return;
	}
	if (is_whole(nlh))
		run->fn(nlh, run->arg);
	run->ended |= !run->dump;
}

static int read_answer(struct nftables *nft, struct run *run)
{
	const struct nlmsghdr *nlh;
	ssize_t size;
	int left;

	while (!run->ended) {
		size = mnl_socket_recvfrom(nft->requests, nft->answer,
					   sizeof(nft->answer));
		if (size < 0 && errno == EINTR)
			continue;
		if (size <= 0)
			return size ? -errno : -EPROTO;
		nlh = (const void *)nft->answer;
		for (left = (int)size; left > 0 && mnl_nlmsg_ok(nlh, left) &&
		     !run->ended; nlh = mnl_nlmsg_next(nlh, &left))
			take_message(nft, run, nlh);
	}
	return run->err;
}

static int ask(struct nftables *nft, int type, struct run *run)
{
	int err = send_request(nft, type, run->dump ? NLM_F_DUMP : 0);

	return err ? err : read_answer(nft, run);
}

struct generation {
	uint32_t number;
	bool known;
};

static void take_generation(const struct nlmsghdr *nlh, void *arg)
{
	struct generation *generation = arg;

	generation->known = rules_generation(nlh, &generation->number);
}

int nftables_generation(struct nftables *nft, uint32_t *number)
{
	struct generation generation = { 0 };
	struct run run = { .fn = take_generation, .arg = &generation };
	int err = ask(nft, NFT_MSG_GETGEN, &run);

	/* Error of nfnetlink for a missing subsystem. */
	if (err == -EINVAL)
		return -EOPNOTSUPP;
	if (err)
		return err;
	*number = generation.number;
	return generation.known ? 0 : -EPROTO;
}

int nftables_rules(struct nftables *nft, nftables_fn fn, void *arg)
{
	static const int types[] = {
		NFT_MSG_GETRULE, NFT_MSG_GETCHAIN, NFT_MSG_GETTABLE,
	};
	unsigned int i;
	int err = 0;

	for (i = 0; !err && i < ARRAY_SIZE(types); i++) {
		struct run run = { .fn = fn, .arg = arg, .dump = true };

		err = ask(nft, types[i], &run);
	}
	return err;
}
