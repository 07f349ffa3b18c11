/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Why replies of a peer are of no use.
 */
#ifndef LMCTL_ENGINE_REJECT_H
#define LMCTL_ENGINE_REJECT_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/**
 * enum reject - what is wrong with a reply
 * @REJECT_AGAIN: it has come before
 * @REJECT_SHORT: it is shorter than the base packet
 * @REJECT_PLAIN: it is a reply to a message that waits, but without authentication
 * @REJECT_KEY: its HMAC fits no key
 * @REJECT_FOREIGN: it is none to a message that waits
 * @REJECT_TLVS: the HMAC of its TLVs does not fit
 * @REJECT_ADDRESS: the address that was asked is none of the peer's, which says so
 * @REJECT_ELSEWHERE: it is a reply to a message that waits, but comes from another
 *		      address or port
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
 * struct rejects - replies that were of no use
 * @n: their number, by what is wrong
 * @len: length of the last that was too short
 * @from: where the last came from of those that came from elsewhere
 */
struct rejects {
	uint64_t n[REJECTS];
	size_t len;
	struct sockaddr_in6 from;
};

/**
 * rejects_total() - number of replies that were of no use
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
 * rejects_useless() - number of those that say something of the peer
 * @rejects: rejects
 *
 * Return: replies, without those that the network doubled.
 */
static inline uint64_t rejects_useless(const struct rejects *rejects)
{
	return rejects_total(rejects) - rejects->n[REJECT_AGAIN];
}

/**
 * rejects_add() - add to a sum
 * @sum: sum
 * @more: rejects that came after those
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
 * rejects_explain() - explain replies that were of no use
 * @rejects: rejects, of which rejects_useless() is not 0
 * @auth: messages are authenticated
 * @text: filled with a sentence about most of them, REJECTS_TEXT_LEN bytes
 *
 * Return: what to do.
 */
const char *rejects_explain(const struct rejects *rejects, bool auth,
			    char *text);

/**
 * rejects_silence() - what to do about a peer that does not answer at all
 * @auth: messages are authenticated
 *
 * Return: a sentence.
 */
const char *rejects_silence(bool auth);

#endif /* LMCTL_ENGINE_REJECT_H */
