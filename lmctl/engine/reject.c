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
		[REJECT_SHORT] = { "", "check which program listens on that port there ('ss -lunp')" },
		[REJECT_PLAIN] = { "they are not authenticated",
				   "use the same keys for 'lmctl reflect' or 'lmctl run' there, or none here" },
		[REJECT_KEY] = { "their HMAC matches no key of this node",
				 "use the same keys at both ends" },
		[REJECT_FOREIGN] = { "they do not match our messages",
				     "check which program listens on that port there ('ss -lunp'): it is not a STAMP reflector, or its replies take longer than a period" },
		[REJECT_TLVS] = { "the HMAC of their TLVs does not match",
				  "find what changes the messages on the path" },
		[REJECT_ADDRESS] = { "they report that the requested address is another node's",
				     "use an address of the peer itself, without address translation on the path" },
		[REJECT_ELSEWHERE] = { "", "use that address for the peer, or let it reply from the requested one" },
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
	return auth ? "check that 'lmctl reflect' or 'lmctl run' runs there with the same key and that UDP port 862 is open in both directions; a reflector of an earlier version does not reply either if the clocks differ by more than its freshness, 60 s" :
		      "check that 'lmctl reflect' or 'lmctl run' runs there and that UDP port 862 is open in both directions; a reflector with keys does not reply to messages without";
}
