// SPDX-License-Identifier: GPL-2.0-only
#include <arpa/inet.h>
#include <stdio.h>

#include "lmctl/engine/reject.h"
#include "lmctl/stamp/stamp.h"

static enum reject most(const struct rejects *rejects)
{
	enum reject most = REJECT_AGAIN + 1;
	unsigned int i;

	for (i = most + 1; i < REJECTS; i++)
		if (rejects->n[i] > rejects->n[most])
			most = i;
	return most;
}

const char *rejects_explain(const struct rejects *rejects, bool auth,
			    char *text)
{
	static const struct {
		const char *means;
		const char *remedy;
	} words[REJECTS] = {
		[REJECT_SHORT] = { "", "see which program listens on that port there ('ss -lunp')" },
		[REJECT_PLAIN] = { "they are not authenticated",
				   "give 'lmctl reflect' or 'lmctl run' there the same keys, or use none here" },
		[REJECT_KEY] = { "their HMAC fits no key of this node",
				 "use the same keys at both ends" },
		[REJECT_FOREIGN] = { "they are no answers to our messages",
				     "see which program listens on that port there ('ss -lunp'): it is no STAMP reflector, or its answers take longer than a period" },
		[REJECT_TLVS] = { "the HMAC of their TLVs does not fit",
				  "see what changes the messages on the way" },
		[REJECT_ADDRESS] = { "they say that the address which was asked is another node's",
				     "name the peer by an address of its own, without address translation on the way" },
		[REJECT_ELSEWHERE] = { "", "name the peer by that address, or let it answer from the one that was asked" },
	};
	enum reject reject = most(rejects);
	char from[INET6_ADDRSTRLEN];

	if (reject == REJECT_SHORT)
		snprintf(text, REJECTS_TEXT_LEN,
			 "they have %zu bytes, fewer than a STAMP packet (%d)",
			 rejects->len, auth ? STAMP_AUTH_BASE_LEN : STAMP_BASE_LEN);
	else if (reject == REJECT_ELSEWHERE)
		snprintf(text, REJECTS_TEXT_LEN, "they come from [%s]:%u",
			 inet_ntop(AF_INET6, &rejects->from.sin6_addr, from,
				   sizeof(from)),
			 ntohs(rejects->from.sin6_port));
	else
		snprintf(text, REJECTS_TEXT_LEN, "%s",
			 words[reject].means);
	return words[reject].remedy;
}

const char *rejects_silence(bool auth)
{
	return auth ? "see that 'lmctl reflect' or 'lmctl run' runs there with the same key and that UDP port 862 is open both ways; one of an earlier version does not answer either if the clocks differ by more than its freshness, 60 s" :
		      "see that 'lmctl reflect' or 'lmctl run' runs there and that UDP port 862 is open both ways; one with keys does not answer messages without";
}
