// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>
#include "lmctl/node/sidroutes.h"
#include "lmctl/node/witness.h"
#include "test/unit/fake_sr6flow.h"

/* A stand-in needs less than the kernel. */
#pragma GCC diagnostic ignored "-Wunused-parameter"

struct fake fake;

/* Each has the type of what it stands in for. */
__typeof__(sr6flow_open) __wrap_sr6flow_open;
__typeof__(sr6flow_close) __wrap_sr6flow_close;
__typeof__(sr6flow_error) __wrap_sr6flow_error;
__typeof__(sr6flow_create) __wrap_sr6flow_create;
__typeof__(sr6flow_destroy) __wrap_sr6flow_destroy;
__typeof__(sr6flow_flush) __wrap_sr6flow_flush;
__typeof__(sr6flow_add) __wrap_sr6flow_add;
__typeof__(sr6flow_del) __wrap_sr6flow_del;
__typeof__(sr6flow_test) __wrap_sr6flow_test;
__typeof__(sr6flow_set_colour) __wrap_sr6flow_set_colour;
__typeof__(sr6flow_info) __wrap_sr6flow_info;
__typeof__(sr6flow_dump) __wrap_sr6flow_dump;
__typeof__(witness_open) __wrap_witness_open;
__typeof__(witness_close) __wrap_witness_close;
__typeof__(witness_fd) __wrap_witness_fd;
__typeof__(witness_drain) __wrap_witness_drain;
__typeof__(witness_read) __wrap_witness_read;
__typeof__(witness_error) __wrap_witness_error;
__typeof__(witness_survey) __wrap_witness_survey;
__typeof__(sidroutes_read) __wrap_sidroutes_read;

void fake_kernel_reset(void)
{
	char error[64];

	fake = (struct fake){
		.n = 1,
		.mask = SR6FLOW_MASK_DEFAULT,
		.colour = 0x00010000,
		.timeout = SR6FLOW_NO_TIMEOUT,
		.adds_left = -1,
	};
	sr6flow_flow_parse(&fake.flows[0], "gold=fcff:2::1,fcff:8::100",
			   error, sizeof(error));
}

static int set_error(const char *set)
{
	return strcmp(set, "lm-tx") && strcmp(set, "lm-rx") ? -ENOENT : 0;
}

static unsigned int find(const struct sr6flow_flow *flow)
{
	unsigned int i;

	for (i = 0; i < fake.n; i++)
		if (fake.flows[i].nsids == flow->nsids &&
		    !memcmp(fake.flows[i].sids, flow->sids,
			    flow->nsids * sizeof(flow->sids[0])))
			break;
	return i;
}

int __wrap_sr6flow_open(struct sr6flow **handle)
{
	*handle = fake.open_error ? NULL : (struct sr6flow *)&fake;
	return fake.open_error;
}

void __wrap_sr6flow_close(struct sr6flow *handle)
{
}

const char *__wrap_sr6flow_error(const struct sr6flow *handle)
{
	return "a sentence of the library";
}

int __wrap_sr6flow_create(struct sr6flow *handle, const char *set,
			  const struct sr6flow_options *options)
{
	if (set_error(set))
		return 0;
	return options->exist && options->mask == fake.mask ? 0 : -EEXIST;
}

int __wrap_sr6flow_destroy(struct sr6flow *handle, const char *set)
{
	fake.destroyed = true;
	return 0;
}

int __wrap_sr6flow_flush(struct sr6flow *handle, const char *set)
{
	return set_error(set);
}

int __wrap_sr6flow_add(struct sr6flow *handle, const char *set,
		       const struct sr6flow_flow *flow, uint32_t timeout,
		       bool exist)
{
	if (set_error(set))
		return -ENOENT;
	if (find(flow) < fake.n)
		return exist ? 0 : -EEXIST;
	if (!fake.adds_left || fake.n == FAKE_FLOWS_MAX)
		return -ENOSPC;
	fake.adds_left--;
	fake.flows[fake.n++] = *flow;
	return 0;
}

int __wrap_sr6flow_del(struct sr6flow *handle, const char *set,
		       const struct sr6flow_flow *flow)
{
	unsigned int i = find(flow);

	if (set_error(set))
		return -ENOENT;
	if (i == fake.n)
		return -ESRCH;
	fake.flows[i] = fake.flows[--fake.n];
	return 0;
}

int __wrap_sr6flow_test(struct sr6flow *handle, const char *set,
			const struct sr6flow_flow *flow)
{
	return set_error(set) ? -ENOENT : find(flow) < fake.n;
}

int __wrap_sr6flow_set_colour(struct sr6flow *handle, const char *set,
			      uint32_t colour)
{
	if (set_error(set))
		return -ENOENT;
	if (!sr6flow_colour_valid(fake.mask, colour))
		return -EDOM;
	fake.colour = colour;
	return 0;
}

int __wrap_sr6flow_info(struct sr6flow *handle, const char *set,
			struct sr6flow_set *info)
{
	if (set_error(set))
		return -ENOENT;
	*info = (struct sr6flow_set){
		.mask = fake.mask,
		.colour = fake.colour,
		.maxelem = 65536,
		.hashsize = 1024,
		.timeout = fake.timeout,
		.netmask = fake.netmask,
		.forceadd = fake.forceadd,
		.flows = fake.n,
		.no_flow = 7,
	};
	strcpy(info->name, set);
	return 0;
}

int __wrap_sr6flow_dump(struct sr6flow *handle, const char *set,
			sr6flow_dump_fn fn, void *arg)
{
	struct sr6flow_set info;
	unsigned int i;
	int err = __wrap_sr6flow_info(handle, set, &info);

	for (i = 0; i < fake.n && !err; i++) {
		const struct sr6flow_record record = {
			.flow = fake.flows[i],
			.instance = 1,
			.generation = UINT64_MAX,
			.timeout = SR6FLOW_NO_TIMEOUT,
			.slots = 1u << 1,
			.counters[1] = {
				.packets = fake.interruptions > 0 ? 1000 : 3,
				.bytes = 552,
			},
		};

		err = fn(&info, &record, arg);
	}
	if (err || fake.interruptions <= 0)
		return err;
	fake.interruptions--;
	return fake.interruption ? fake.interruption : -EINTR;
}

/* Nothing is ever announced by its descriptor. */
struct witness {
	int fd;
};

int __wrap_witness_open(struct witness **witness, const char *set)
{
	*witness = malloc(sizeof(**witness));
	if (!*witness)
		return -ENOMEM;
	(*witness)->fd = eventfd(0, EFD_CLOEXEC);
	return 0;
}

void __wrap_witness_close(struct witness *witness)
{
	if (witness)
		close(witness->fd);
	free(witness);
}

int __wrap_witness_fd(const struct witness *witness)
{
	return witness->fd;
}

void __wrap_witness_drain(struct witness *witness)
{
}

int __wrap_witness_read(struct witness *witness, struct sr6flow *handle,
			struct rule_facts *facts)
{
	*facts = (struct rule_facts){ .reason = fake.rule };
	return fake.rule_error;
}

const char *__wrap_witness_error(const struct witness *witness,
				 const struct sr6flow *handle)
{
	return __wrap_sr6flow_error(handle);
}

int __wrap_witness_survey(struct sr6flow *handle, const char *set,
			  struct rules *rules)
{
	*rules = fake.rules;
	return 0;
}

/* A node of which nothing is known; the machine's own routes are no concern here. */
int __wrap_sidroutes_read(struct sr6flow *handle, const char *set,
			  struct sid_facts *facts)
{
	memset(facts, 0, sizeof(*facts));
	return fake.flows_error;
}
