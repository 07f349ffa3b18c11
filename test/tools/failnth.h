/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One operation after the other, each with its first allocation failing, then
 * with its second one, until it needs no more allocations.
 *
 *   failnth.c         the kernel's fail-nth, results, the command line
 *   failnth_set.c     requests over netlink, and the state of the set
 *   failnth_request.c the requests themselves
 *   failnth_packet.c  packets through a tun device
 *   failnth_module.c  the module's own start
 */
#ifndef FAILNTH_H
#define FAILNTH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* An operation that needs more allocations is taken for an endless loop. */
#define FAILNTH_MAX 2000

/**
 * struct outcomes - what became of an operation, fault by fault
 * @name: operation
 * @text: "1-3 ENOMEM, 4 done", with the numbers of the allocations that failed
 * @len: characters in @text
 * @first: number of the first fault of the last piece of @text
 * @last: number of the last one
 * @word: what came of them
 * @bad: something was wrong and has been reported
 */
struct outcomes {
	const char *name;
	char text[2000];
	size_t len;
	unsigned int first, last;
	const char *word;
	bool bad;
};

void fault_arm(unsigned int nth);
unsigned int fault_left(void);
bool fault_injected(void);

void outcomes_add(struct outcomes *out, unsigned int nth, const char *word);
void outcomes_print(struct outcomes *out);

/**
 * outcomes_wrong() - report that the operation has failed its test
 * @out: outcomes
 * @nth: number of the fault
 * @format: what is wrong
 */
__attribute__((format(printf, 3, 4)))
void outcomes_wrong(struct outcomes *out, unsigned int nth,
		    const char *format, ...);

/* A mistake of the test itself, or of the guest, ends the program. */
__attribute__((format(printf, 1, 2)))
_Noreturn void failnth_die(const char *format, ...);

/* Stay on processor @cpu. */
void failnth_pin(unsigned int cpu);

/* Whether all is well; the arguments are those after the command. */
bool failnth_set(char **argv);
bool failnth_packet(char **argv);
bool failnth_flood(char **argv);
bool failnth_module(char **argv);

#endif /* FAILNTH_H */
