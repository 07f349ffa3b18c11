/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Reasons to reject replies of a peer.
 */
#ifndef LMCTL_ENGINE_REJECT_H
#define LMCTL_ENGINE_REJECT_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/**
 * enum reject - fault of a reply
 * @REJECT_AGAIN: it is a duplicate
 * @REJECT_SHORT: it is shorter than the base packet
 * @REJECT_PLAIN: it answers an open request, but without authentication
 * @REJECT_KEY: its HMAC fits no key
 * @REJECT_FOREIGN: it answers no open request
 * @REJECT_TLVS: the HMAC of its TLVs does not fit
 * @REJECT_ADDRESS: the peer reports that the requested address is not its own
 * @REJECT_ELSEWHERE: it answers an open request, but comes from another address or
 *		      port
 * @REJECTS: number of these
 */
enum reject {
	REJECT_AGAIN,
	REJECT_SHORT,
	REJECT_PLAIN,
	REJECT_KEY,
	REJECT_FOREIGN,
	REJECT_TLVS,
	REJECT_ADDRESS,
	REJECT_ELSEWHERE,
	REJECTS
};

/**
 * struct rejects - rejected replies
 * @n: their number, by fault
 * @len: length of the last one that was too short
 * @from: source of the last one that came from elsewhere
 */
struct rejects {
	uint64_t n[REJECTS];
	size_t len;
	struct sockaddr_in6 from;
};

/**
 * rejects_total() - number of rejected replies
 * @rejects: rejects
 *
 * Return: replies.
 */
static inline uint64_t rejects_total(const struct rejects *rejects)
{
	uint64_t total = 0;
	unsigned int i;

	for (i = 0; i < REJECTS; i++)
		total += rejects->n[i];
	return total;
}

/**
 * rejects_useless() - number of rejected replies without duplicates
 * @rejects: rejects
 *
 * Return: replies, without those that the network duplicated.
 */
static inline uint64_t rejects_useless(const struct rejects *rejects)
{
	return rejects_total(rejects) - rejects->n[REJECT_AGAIN];
}

/**
 * rejects_add() - add to a sum
 * @sum: sum
 * @more: later rejects
 */
static inline void rejects_add(struct rejects *sum, const struct rejects *more)
{
	unsigned int i;

	for (i = 0; i < REJECTS; i++)
		sum->n[i] += more->n[i];
	if (more->n[REJECT_SHORT])
		sum->len = more->len;
	if (more->n[REJECT_ELSEWHERE])
		sum->from = more->from;
}

/* Room for the text of rejects_explain(). */
#define REJECTS_TEXT_LEN 128

/**
 * rejects_explain() - explain rejected replies
 * @rejects: rejects, of which rejects_useless() is not 0
 * @auth: messages are authenticated
 * @text: filled with a sentence about the most frequent fault, REJECTS_TEXT_LEN
 *	  bytes
 *
 * Return: the remedy.
 */
const char *rejects_explain(const struct rejects *rejects, bool auth,
			    char *text);

/**
 * rejects_silence() - remedy for a peer that never answers
 * @auth: messages are authenticated
 *
 * Return: a sentence.
 */
const char *rejects_silence(bool auth);

#endif /* LMCTL_ENGINE_REJECT_H */
