// SPDX-License-Identifier: GPL-2.0-only
/*
 * Notifications of a change precede the notification of its generation. They carry
 * the low half of the generation, too, which reveals notifications from before the
 * rules were read.
 */
#include <arpa/inet.h>
#include <libmnl/libmnl.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>

#include "lmctl/node/rules.h"

bool rules_generation(const struct nlmsghdr *nlh, uint32_t *generation)
{
	const struct nlattr *attr;

	mnl_attr_for_each(attr, nlh, sizeof(struct nfgenmsg)) {
		if (mnl_attr_get_type(attr) != NFTA_GEN_ID ||
		    mnl_attr_validate(attr, MNL_TYPE_U32))
			continue;
		*generation = ntohl(mnl_attr_get_u32(attr));
		return true;
	}
	return false;
}

void rules_watch_lost(struct rules_watch *watch)
{
	watch->sequence++;
	watch->stale = true;
	watch->lost = true;
}

void rules_watch_renew(struct rules_watch *watch, const struct rules *rules,
		       uint32_t generation)
{
	watch->rules = *rules;
	watch->generation = generation;
	watch->stale = false;
	watch->lost = false;
}

/* No ruleset has generation 0. */
static void take_generation(struct rules_watch *watch, uint32_t generation)
{
	uint32_t next = watch->generation + 1 ?: 1;

	if (generation == next)
		watch->generation = generation;
	else if ((int32_t)(generation - watch->generation) > 0)
		rules_watch_lost(watch);
}

void rules_watch_take(struct rules_watch *watch, const struct nlmsghdr *nlh)
{
	const struct nfgenmsg *nfg = mnl_nlmsg_get_payload(nlh);
	uint16_t after = ntohs(nfg->res_id) - (uint16_t)watch->generation;
	uint32_t generation;

	if (watch->lost || nlh->nlmsg_type >> 8 != NFNL_SUBSYS_NFTABLES)
		return;
	if ((nlh->nlmsg_type & 0xff) == NFT_MSG_NEWGEN) {
		if (rules_generation(nlh, &generation))
			take_generation(watch, generation);
		return;
	}
	if ((int16_t)after <= 0)
		return;
	switch (rules_nft_event(&watch->rules, nlh)) {
	case RULES_CHANGED:
		watch->sequence++;
		watch->stale = true;
		break;
	case RULES_OTHER:
		watch->stale = true;
		break;
	case RULES_SAME:
		break;
	}
}
