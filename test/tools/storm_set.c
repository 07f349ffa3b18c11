// SPDX-License-Identifier: GPL-2.0-only
/* What the actors do with sets. */
#include <errno.h>
#include <linux/netfilter/ipset/ip_set.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "storm.h"

#define VICTIMS 6
#define MANY 700

/* Sets in rules whose flows come and go; other sets take their places. */
static const char *const loose[] = { "loose", "learn" };

static const char *victim_of(struct actor *actor, char name[8])
{
	snprintf(name, 8, "v%u", random_below(actor, VICTIMS));
	return name;
}

static const char *other_of(struct actor *actor, char name[8])
{
	if (random_below(actor, 2))
		return loose[random_below(actor, 2)];
	return victim_of(actor, name);
}

static bool has_timeouts(enum kept kept)
{
	return kept == RX || kept == RX_TWIN;
}

/* Of a flow that comes and goes in a set that keeps others. */
static uint32_t short_timeout(struct actor *actor, enum kept kept)
{
	return has_timeouts(kept) ? 1 + random_below(actor, 2) :
	       SR6FLOW_NO_TIMEOUT;
}

static void churn_many(struct actor *actor, enum kept kept)
{
	static const int allowed[] = { 0 };
	unsigned int count = random_below(actor, MANY);
	unsigned int first = random_below(actor, kind_flows[CHURN] - count);

	expect(actor, "add of many",
	       -ask_add(actor->handle, kept_name[kept], flow_of(CHURN, first),
			count, short_timeout(actor, kept)), allowed);
}

void act_churn(struct actor *actor)
{
	static const int added[] = { EEXIST, 0 }, deleted[] = { ESRCH, 0 };
	enum kept kept = random_below(actor, KEPT);
	const char *set = kept_name[kept];
	struct sr6flow_flow flow =
		*flow_of(CHURN, random_below(actor, kind_flows[CHURN]));

	switch (random_below(actor, 64)) {
	case 0:
		churn_many(actor, kept);
		break;
	case 1 ... 15:
		expect(actor, "add",
		       -sr6flow_add(actor->handle, set, &flow,
				    short_timeout(actor, kept), false), added);
		break;
	case 16 ... 20:
		snprintf(flow.name, sizeof(flow.name), "name-%u",
			 random_below(actor, 1000000));
		expect(actor, "refresh",
		       -sr6flow_add(actor->handle, set, &flow,
				    short_timeout(actor, kept), true), added);
		break;
	case 21 ... 25:
		expect(actor, "write",
		       -ask_write(actor->handle, set, &flow,
				  random_below(actor, 4) << 16,
				  random_below(actor, 1000)), added);
		break;
	case 26 ... 30:
		if (sr6flow_test(actor->handle, set, &flow) < 0)
			violated(ANSWERS, "test: %s",
				 sr6flow_error(actor->handle));
		break;
	default:
		expect(actor, "delete",
		       -sr6flow_del(actor->handle, set, &flow), deleted);
	}
}

/* Counters of flows that stay and that packets count in. */
void act_write(struct actor *actor)
{
	static const int allowed[] = { 0 };
	const char *set = kept_name[random_below(actor, KEPT)];
	unsigned int number = random_below(actor, kind_flows[WRITTEN]);

	expect(actor, "write",
	       -ask_write(actor->handle, set, flow_of(WRITTEN, number),
			  random_below(actor, 4) << 16,
			  random_below(actor, 1000)), allowed);
}

void act_toggle(struct actor *actor)
{
	static const int allowed[] = { 0 };
	const char *set = kept_name[random_below(actor, KEPT)];
	unsigned int parity = random_below(actor, 2);

	expect(actor, "toggle",
	       -sr6flow_set_colour(actor->handle, set,
				   sr6flow_colour(SR6FLOW_MASK_DEFAULT,
						  parity)), allowed);
}

static void create(struct actor *actor, const char *set)
{
	static const int allowed[] = { EEXIST, 0 };
	static const uint32_t masks[] = { 0, 0, 0x80000000, 0xc0, 0x10 };
	static const unsigned int netmasks[] = { 0, 0, 64, 128 };
	const struct sr6flow_options options = {
		.mask = masks[random_below(actor, 5)],
		.maxelem = 1 + random_below(actor, 2 * MANY),
		.hashsize = 1 + random_below(actor, 4096),
		.has_timeout = random_below(actor, 2),
		.timeout = random_below(actor, 3),
		.forceadd = random_below(actor, 2),
		.skbinfo = random_below(actor, 2),
		.netmask = netmasks[random_below(actor, 4)],
	};

	expect(actor, "create",
	       -sr6flow_create(actor->handle, set, &options), allowed);
}

static void fill(struct actor *actor, const char *set)
{
	/* Flows of a set with a netmask, which it learns from packets, have a source. */
	static const int allowed[] = {
		ENOENT, SR6FLOW_ERR_FULL, IPSET_ERR_TIMEOUT,
		IPSET_ERR_IPADDR_IPV6, 0
	};
	unsigned int count = random_below(actor, MANY);
	uint32_t timeout = random_below(actor, 2) ? 1 : SR6FLOW_NO_TIMEOUT;

	expect(actor, "add of many",
	       -ask_add(actor->handle, set, flow_of(LEARNED, 0), count, timeout),
	       allowed);
}

void act_sets(struct actor *actor)
{
	static const int gone[] = { ENOENT, EBUSY, 0 };
	static const int two[] = {
		ENOENT, EBUSY, IPSET_ERR_EXIST_SETNAME2, 0
	};
	/* What is listed just now counts as referenced. */
	static const int renamed[] = {
		ENOENT, IPSET_ERR_REFERENCED, IPSET_ERR_EXIST_SETNAME2, 0
	};
	char name[2][8];
	const char *set = victim_of(actor, name[0]);
	const char *other = other_of(actor, name[1]);
	int error;

	switch (random_below(actor, 8)) {
	case 0:
	case 1:
		create(actor, set);
		break;
	case 2:
	case 3:
		fill(actor, other);
		break;
	case 4:
		error = -sr6flow_flush(actor->handle, other);
		expect(actor, "flush", error, gone);
		break;
	case 5:
		error = -ask_two_sets(actor->handle, IPSET_CMD_RENAME, set,
				      victim_of(actor, name[1]));
		expect(actor, "rename", error, renamed);
		break;
	case 6:
		error = -ask_two_sets(actor->handle, IPSET_CMD_SWAP, set, other);
		expect(actor, "swap", error, two);
		break;
	case 7:
		error = -sr6flow_destroy(actor->handle, set);
		expect(actor, "destroy", error, gone);
		break;
	}
}

/* The core refuses it while one of the two is dumped. */
void act_swap(struct actor *actor)
{
	static const int allowed[] = { EBUSY, 0 };
	enum kept kept = random_below(actor, 2) ? RX : TX;

	expect(actor, "swap",
	       -ask_two_sets(actor->handle, IPSET_CMD_SWAP, kept_name[kept],
			     kept_name[kept + 1]), allowed);
	usleep(random_below(actor, 2000));
}

/* The socket is closed when the kernel has filled the first messages. */
static void leave_dump(const char *set)
{
	struct sr6flow *handle;
	union request request;
	struct nlmsghdr *nlh = request_start(&request, IPSET_CMD_LIST, NLM_F_DUMP,
					     set);

	if (sr6flow_open(&handle) ||
	    channel_send(&handle->channel, nlh, nlh->nlmsg_len))
		die("netlink dump");
	sr6flow_close(handle);
}

void act_read(struct actor *actor)
{
	static const int allowed[] = { ENOENT, 0 };
	struct sr6flow_set info;
	char name[8];

	switch (random_below(actor, 8)) {
	case 0:
		expect(actor, "header",
		       -sr6flow_info(actor->handle, other_of(actor, name),
				     &info), allowed);
		break;
	case 1:
		leave_dump(kept_name[random_below(actor, KEPT)]);
		break;
	case 2:
	case 3:
		watch_other(actor, other_of(actor, name));
		break;
	default:
		watch_kept(actor, random_below(actor, KEPT));
	}
	/* Leave the swaps a chance. */
	usleep(random_below(actor, 10000));
}

static void fill_some(struct actor *actor, enum kept kept, enum kind kind,
		      unsigned int first, unsigned int count)
{
	if (ask_add(actor->handle, kept_name[kept], flow_of(kind, first), count,
		    SR6FLOW_NO_TIMEOUT))
		die("fill");
}

/* Flows that come and go lie between those that stay. */
void fill_kept(struct actor *actor)
{
	unsigned int each = kind_flows[CHURN] / kind_flows[STEADY];
	enum kept kept;
	unsigned int i;

	for (kept = 0; kept < KEPT; kept++) {
		for (i = 0; i < kind_flows[STEADY]; i++) {
			fill_some(actor, kept, STEADY, i, 1);
			fill_some(actor, kept, CHURN, i * each, each);
		}
		fill_some(actor, kept, WRITTEN, 0, kind_flows[WRITTEN]);
	}
}
