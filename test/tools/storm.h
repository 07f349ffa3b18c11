/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A storm over sets of type hash:sr6flow, and what must hold in it.
 *
 * storm.c          actors and phases
 * storm_set.c      what the actors do with sets
 * storm_send.c     packets: on every CPU, and into namespaces that die
 * storm_check.c    what dumps must show
 */
#ifndef STORM_H
#define STORM_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ask.h"

#define CPUS 4

/*
 * Kinds of flows. Those that stay are in every kept set from the beginning to
 * the end; of some of them the counters are written.
 */
enum kind {
	STEADY,
	WRITTEN,
	CHURN,
	LEARNED,
	KINDS,
};

extern const unsigned int kind_flows[KINDS];

/*
 * Sets that keep their flows. Each pair is swapped all the time: what a packet
 * adds is in one of the two.
 */
enum kept {
	RX, RX_TWIN,
	TX, TX_TWIN,
	OUT,
	KEPT,
};

extern const char *const kept_name[KEPT];

/* What must hold; the sentence is the point that is reported. */
enum invariant {
	COMPLETE,
	TWICE,
	ORDER,
	IDENTITY,
	FORWARD,
	AHEAD,
	ANSWERS,
	COUNTED,
	COLOURS,
	MALFORMED,
	NAMESPACE,
	INVARIANTS,
};

/**
 * struct actor - a thread that does one thing over and over
 * @name: what it does
 * @act: does it once
 * @quota: how often at least; all go on until all have reached theirs
 * @cpu: the only one it may use, or -1
 * @random: state of its random numbers
 * @handle: of libsr6flow
 * @watch: see storm_check.c, or NULL
 * @done: how often it has acted
 * @good: how often this had the effect that it should have
 */
struct actor {
	const char *name;
	void (*act)(struct actor *actor);
	unsigned int quota;
	int cpu;
	uint64_t random;
	struct sr6flow *handle;
	struct watch *watch;
	unsigned long done;
	unsigned long good;
};

/* storm.c */
unsigned int random_below(struct actor *actor, unsigned int limit);
__attribute__((format(printf, 2, 3)))
void violated(enum invariant which, const char *format, ...);
_Noreturn void die(const char *what);
void flow_text(char *text, enum kind kind, unsigned int number);
const struct sr6flow_flow *flow_of(enum kind kind, unsigned int number);
bool flow_number(const struct sr6flow_flow *flow, enum kind *kind,
		 unsigned int *number);
void expect(struct actor *actor, const char *what, int error,
	    const int *allowed);

/* storm_set.c */
void act_churn(struct actor *actor);
void act_write(struct actor *actor);
void act_toggle(struct actor *actor);
void act_sets(struct actor *actor);
void act_swap(struct actor *actor);
void act_read(struct actor *actor);
void fill_kept(struct actor *actor);

/* storm_send.c */
void send_open(const char *tester, const char *mac, const char *script);
void act_send(struct actor *actor);
void act_clone(struct actor *actor);
void act_namespace(struct actor *actor);
uint64_t sent_of(unsigned int number);
uint64_t sent_with(unsigned int number, unsigned int tag);
uint64_t sent_malformed(void);
size_t packet_len(unsigned int number);

/* storm_check.c */
struct watch *watch_new(void);
void watch_kept(struct actor *actor, enum kept kept);
void watch_other(struct actor *actor, const char *set);
bool settled(struct actor *actor, bool report);

#endif /* STORM_H */
