// SPDX-License-Identifier: GPL-2.0-only
/*
 * In the place of witness.c: what it would say of a node's rules. That it says so is for
 * test/unit/test_rules*.c and the guest tests to show. Other tables than that of the
 * set's rule are loaded anew now and then, as the parameter "loads" says: what is
 * announced of that is the product's to judge.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <stdlib.h>
#include <string.h>
#include <systemd/sd-event.h>

#include "lmctl/node/rules.h"
#include "lmctl/service/loop.h"
#include "test/model/chance.h"
#include "lmctl/node/witness.h"
#include "test/model/need.h"
#include "test/model/sabotage.h"
#include "test/model/standin.h"
#include "test/model/world.h"

/*
 * While tables are loaded nothing can be read: longer than the kernel's number is ahead
 * of its announcement.
 */
#define LOAD_NS (200 * BLOCK_NS_PER_MS)
/* Rules that are announced to be gone, and as many that are new. */
#define LOAD_RULES 20
#define SET 7
#define MESSAGE_MAX 512

/**
 * struct witness - what is known of the rules
 * @watch: rules of nf_tables and what was announced
 * @loads: number of the next load of other tables
 */
struct witness {
	struct rules_watch watch;
	int64_t loads;
};

int __wrap_sd_event_add_io(sd_event *event, sd_event_source **source, int fd,
			   uint32_t events, sd_event_io_handler_t handler,
			   void *arg);
int __wrap_witness_open(struct witness **witness, const char *set);
void __wrap_witness_close(struct witness *witness);
int __wrap_witness_fd(const struct witness *witness);
void __wrap_witness_drain(struct witness *witness);
const char *__wrap_witness_error(const struct witness *witness,
				 const struct sr6flow *handle);
int __wrap_witness_read(struct witness *witness, struct sr6flow *handle,
			struct rule_facts *facts);

int __wrap_sd_event_add_io(sd_event *event, sd_event_source **source, int fd,
			   uint32_t events, sd_event_io_handler_t handler,
			   void *arg)
{
	(void)event;
	(void)fd;
	(void)events;
	(void)handler;
	(void)arg;
	*source = NULL;
	return 0;
}

sd_event *loop_event(struct loop *loop)
{
	(void)loop;
	return NULL;
}

static int64_t load_pause(const struct node *node)
{
	return node->world->history->param[PARAM_LOADS] * BLOCK_NS_PER_MS;
}

/* One in each pause, somewhere in it. */
static int64_t load_begins(const struct node *node, int64_t n)
{
	const int64_t *param = node->world->history->param;

	return n * load_pause(node) +
	       chance_below((uint64_t)param[PARAM_SEED], CHANCE_LOAD,
			    (uint64_t)node->id << 32 | (uint64_t)n,
			    load_pause(node) - LOAD_NS);
}

static void announce(struct rules_watch *watch, int type, uint8_t family,
		     uint32_t generation, const char *table)
{
	char bytes[MESSAGE_MAX] __attribute__((aligned(NLMSG_ALIGNTO))) = { 0 };
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(bytes);
	struct nfgenmsg *nfg = mnl_nlmsg_put_extra_header(nlh, sizeof(*nfg));

	nlh->nlmsg_type = (uint16_t)(NFNL_SUBSYS_NFTABLES << 8 | type);
	nfg->nfgen_family = family;
	nfg->res_id = htons((uint16_t)generation);
	if (table) {
		mnl_attr_put_strz(nlh, NFTA_RULE_TABLE, table);
		mnl_attr_put_strz(nlh, NFTA_RULE_CHAIN, "FORWARD");
	} else {
		mnl_attr_put_u32(nlh, NFTA_GEN_ID, htonl(generation));
	}
	rules_watch_take(watch, nlh);
}

/* A load of the ip6 table filter and of the inet table of a firewall. */
static void announce_load(struct rules_watch *watch)
{
	uint32_t generation = watch->generation + 1;
	unsigned int i;

	for (i = 0; i < LOAD_RULES; i++) {
		announce(watch, NFT_MSG_DELRULE, NFPROTO_IPV6, generation,
			 "filter");
		announce(watch, NFT_MSG_NEWRULE, NFPROTO_IPV6, generation,
			 "filter");
		announce(watch, NFT_MSG_DELRULE, NFPROTO_INET, generation,
			 "mangle");
		announce(watch, NFT_MSG_NEWRULE, NFPROTO_INET, generation,
			 "mangle");
	}
	announce(watch, NFT_MSG_NEWGEN, AF_UNSPEC, generation, NULL);
}

/* Return: false while one is under way. */
static bool take_loads(struct witness *witness, const struct node *node)
{
	if (!load_pause(node))
		return true;
	while (load_begins(node, witness->loads) + LOAD_NS <= node->world->now) {
		announce_load(&witness->watch);
		witness->loads++;
	}
	return load_begins(node, witness->loads) > node->world->now;
}

static void make_rule(struct rules *rules)
{
	const struct rule rule = {
		.family = NFPROTO_IPV6, .table = "mangle",
		.chain = "PREROUTING", .handle = 3,
	};
	const struct rule_scan scan = {
		.index = SET, .uses = 1, .counts = 1, .plain = true,
	};

	rules_start(rules, SET);
	rules_take(rules, &rule, &scan);
}

int __wrap_witness_open(struct witness **made, const char *set)
{
	struct witness *witness = need(calloc(1, sizeof(*witness)));
	const struct node *node = daemon_running;
	struct rules rules;

	(void)set;
	make_rule(&rules);
	rules_watch_renew(&witness->watch, &rules, 1);
	if (load_pause(node))
		witness->loads = node->world->now / load_pause(node);
	*made = witness;
	return 0;
}

void __wrap_witness_close(struct witness *witness)
{
	free(witness);
}

int __wrap_witness_fd(const struct witness *witness)
{
	(void)witness;
	return -1;
}

void __wrap_witness_drain(struct witness *witness)
{
	(void)witness;
}

const char *__wrap_witness_error(const struct witness *witness,
			  const struct sr6flow *handle)
{
	(void)witness;
	(void)handle;
	return "the model's kernel says no";
}

int __wrap_witness_read(struct witness *witness, struct sr6flow *handle,
			struct rule_facts *facts)
{
	struct node *node = daemon_running;

	(void)handle;
	standin_spend(node);
	if (!take_loads(witness, node))
		return -EAGAIN;
	*facts = (struct rule_facts){
		.sequence = node->kernel.changes + witness->watch.sequence,
	};
	if (node->kernel.rules < 1)
		facts->reason = REASON_NO_RULE;
	else if (node->kernel.rules > 1)
		facts->reason = REASON_RULE_TWICE;
	if (sabotaged(node->world->blind, SABOTAGE_RULE))
		*facts = (struct rule_facts){ 0 };
	return 0;
}
