// SPDX-License-Identifier: GPL-2.0-only
#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

#include "lmctl/engine/meaning.h"
#include "lmctl/stamp/stamp.h"

/* The last one is for words of a later version. */
static const struct meaning meanings[] = {
	{ "unknown-flow", "it has no such SID list, or is about to learn it",
	  "add the flow there with 'lmctl add', or let it learn (reflect --learn) and wait for three blocks; reduced encapsulation and PSP change the list on the way, see lmctl(8)" },
	{ "not-finished", "it has not read the block yet",
	  "compare the clocks and the guard times of both ends" },
	{ "too-old", "it does not keep that block any more, or started after it",
	  "wait for three blocks; if it stays, compare the clocks of both ends" },
	{ "period-differs", "it has another period",
	  "use the same period at both ends" },
	{ "mask-differs", "its set has another mark mask",
	  "create both sets with the same mask" },
	{ "timing-differs", "it has another guard time or guard band",
	  "use the same guard time and guard band at both ends" },
	{ "clocks-differ", "its clock differs from ours by more than the guard band, or its replies are too slow to show that it does not",
	  "synchronise both clocks by NTP or PTP; with a slow way back use a longer period" },
	{ "delay-too-long", "the round trip is longer than guard time less guard band, or not known",
	  "use a longer period at both ends, or a longer guard time" },
	{ "two-ingresses", "two nodes say that they sent into this SID list",
	  "give each ingress a SID list of its own" },
	{ "netmask-differs", "its set has another netmask, so its flows have other sources than ours",
	  "create both sets with the same --netmask" },
	{ "unknown-version", "it is an lmctl that does not know this version of the block TLV",
	  "update lmctl there" },
	{ "anomaly", "its counters contradict themselves",
	  "look at 'lmctl stats' there" },
	{ "no-answer", "it did not answer",
	  "see that 'lmctl reflect' or 'lmctl run' runs there and that UDP port 862 is open both ways" },
	{ "unusable-answer", "it answers, but none of its answers can be used",
	  "see what 'lmctl check' says of them" },
	{ "no-loss-data", "it is a STAMP reflector without the block TLV: delay only",
	  "run 'lmctl reflect' there; both ends need the same --tlv-type" },
	{ "refused", "it did not accept the message",
	  "use the same keys at both ends" },
	{ "set-restarted", "the set was created anew",
	  "wait for two blocks" },
	{ "flow-restarted", "the flow was added anew or its counters were written",
	  "wait for two blocks" },
	{ "flow-added", "the flow was added a moment ago",
	  "wait for two blocks" },
	{ "flow-removed", "the flow was removed",
	  "add it again with 'lmctl add'" },
	{ "clock-stepped", "the clock was set",
	  "let NTP or PTP slew the clock; wait for two blocks" },
	{ "no-rule", "no rule counts the set",
	  "run 'lmctl init' on that node" },
	{ "rule-twice", "more than one rule counts the set",
	  "remove all but one; 'lmctl init' on that node says where they are" },
	{ "rule-differs", "the rule that counts the set is not the one of 'lmctl init'",
	  "run 'lmctl deinit' and 'lmctl init' on that node" },
	{ "rule-changed", "the rule that counts the set, or its table, was changed",
	  "wait for three blocks; reload other tables only, or use a set with a hook of its own" },
	{ "read-late", "the set was not read in time",
	  "wait for two blocks; if it stays, use a longer period or a less busy machine" },
	{ "colour-late", "the colour changed late or not at all",
	  "run 'lmctl rotate', or 'rotate' in the configuration of 'lmctl run', with the same period" },
	{ "two-sources", "packets of one SID list came from different source addresses",
	  "create the sets of both ends with the source in the key ('lmctl init', without --netmask 0), so that each ingress has a flow of its own; in a set of flows with source, see whether the tunnel source of the ingress has changed" },
	{ "source-unknown", "nothing says from which source the packets of a set without source came",
	  "update lmctl and the kernel module there, and load the new module" },
	{ "source-changed", "no packet comes with the source of the flow, but this node's tunnels have another source",
	  "add the flows again with the new source at both ends ('lmctl add', or 'lmctl import' here), or set the old one with 'ip sr tunsrc set ADDRESS'" },
	{ "crossed-twice", "packets of the flow cross this node more than once",
	  "see whether the SID list visits the node twice or packets loop; measure at a node that the path crosses once" },
	{ "uncoloured", "packets came without a colour",
	  "find what takes the mark off on the way (for a mask in the Traffic Class: what rewrites the DSCP), or which ingress does not mark" },
	{ "coloured-before", "packets had a colour already when they reached the marking rule",
	  "see whether the rule is present twice ('ip6tables-save -t mangle'), packets loop, or another node marks them, as each packet may cross one marking rule only; where something else uses these bits of the Tag, make the sets with another mask ('lmctl init --mask')" },
	{ "both-colours", "both colours counted at once",
	  "compare the clocks: they differ by more than the guard band, or the delay varies by more; use a longer period or guard time" },
	{ "still-counting", "the colour of the finished block still counted",
	  "see that the active colour changes with the clock ('lmctl rotate'), with the same period and clock at both ends" },
	{ "counter-back", "the counters went back",
	  "see who writes the counters of the set" },
	{ NULL, "it gives a reason that this version does not know",
	  "update lmctl here" },
};

const struct meaning *meaning_of(const char *word)
{
	const struct meaning *meaning = meanings;

	while (meaning->word && strcmp(meaning->word, word))
		meaning++;
	return meaning;
}

static enum reject most(const struct rejects *rejects)
{
	enum reject most = REJECT_AGAIN + 1;
	unsigned int i;

	for (i = most + 1; i < REJECTS; i++)
		if (rejects->n[i] > rejects->n[most])
			most = i;
	return most;
}

const char *meaning_rejects(const struct rejects *rejects, bool auth,
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
		snprintf(text, MEANING_REJECTS_LEN,
			 "they have %zu bytes, fewer than a STAMP packet (%d)",
			 rejects->len, auth ? STAMP_AUTH_BASE_LEN : STAMP_BASE_LEN);
	else if (reject == REJECT_ELSEWHERE)
		snprintf(text, MEANING_REJECTS_LEN, "they come from [%s]:%u",
			 inet_ntop(AF_INET6, &rejects->from.sin6_addr, from,
				   sizeof(from)),
			 ntohs(rejects->from.sin6_port));
	else
		snprintf(text, MEANING_REJECTS_LEN, "%s",
			 words[reject].means);
	return words[reject].remedy;
}

const char *meaning_silence(bool auth)
{
	return auth ? "see that 'lmctl reflect' or 'lmctl run' runs there with the same key and that UDP port 862 is open both ways; one of an earlier version does not answer either if the clocks differ by more than its freshness, 60 s" :
		      "see that 'lmctl reflect' or 'lmctl run' runs there and that UDP port 862 is open both ways; one with keys does not answer messages without";
}
