// SPDX-License-Identifier: GPL-2.0-only
/*
 * In the place of witness.c: what it would say of a node's rules. That it says so is for
 * test/unit/test_rules*.c and the guest tests to show.
 */
#include <stdlib.h>
#include <systemd/sd-event.h>

#include "lmctl/service/loop.h"
#include "lmctl/witness.h"
#include "test/model/need.h"
#include "test/model/sabotage.h"
#include "test/model/standin.h"
#include "test/model/world.h"

struct witness {
	const char *set;
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

int __wrap_witness_open(struct witness **witness, const char *set)
{
	*witness = need(calloc(1, sizeof(**witness)));
	(*witness)->set = set;
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

	(void)witness;
	(void)handle;
	standin_spend(node);
	*facts = (struct rule_facts){ .sequence = node->kernel.changes };
	if (node->kernel.rules < 1)
		facts->reason = REASON_NO_RULE;
	else if (node->kernel.rules > 1)
		facts->reason = REASON_RULE_TWICE;
	if (sabotaged(node->world->blind, SABOTAGE_RULE))
		*facts = (struct rule_facts){ 0 };
	return 0;
}
