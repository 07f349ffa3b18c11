/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A stand-in for libsr6flow with its sets in memory, for tests of lmctl. Link
 * it with FAKE_SR6FLOW_WRAP, which redirects the calls that reach the kernel;
 * text parsing stays the library's.
 */
#ifndef TEST_FAKE_SR6FLOW_H
#define TEST_FAKE_SR6FLOW_H

#include "lmctl/node/rules.h"
#include "sr6flow.h"

#define FAKE_FLOWS_MAX 64

/**
 * struct fake - state of the stand-in; there are the sets lm-tx and lm-rx
 * @flows: flows of every set
 * @n: number of flows
 * @mask: mark mask of every set
 * @colour: active colour
 * @timeout: default timeout of every set
 * @netmask: netmask of every set
 * @forceadd: every set has it
 * @adds_left: sr6flow_add() fails when it gets to 0; negative: never
 * @interruptions: so many dumps end half way, and their counters are wrong
 * @interruption: with which error, 0 for -EINTR
 * @open_error: what sr6flow_open() returns
 * @flows_error: what sidroutes_read() returns
 * @destroyed: sr6flow_destroy() was called
 * @rules: what witness_survey() finds
 * @rule: what witness_read() says of the rules
 * @rule_error: what it returns
 */
extern struct fake {
	struct sr6flow_flow flows[FAKE_FLOWS_MAX];
	unsigned int n;
	uint32_t mask;
	uint32_t colour;
	uint32_t timeout;
	unsigned int netmask;
	bool forceadd;
	int adds_left;
	int interruptions;
	int interruption;
	int open_error;
	int flows_error;
	bool destroyed;
	struct rules rules;
	enum reason rule;
	int rule_error;
} fake;

/**
 * fake_kernel_reset() - one flow, gold=fcff:2::1,fcff:8::100, and no faults
 */
void fake_kernel_reset(void);

#endif /* TEST_FAKE_SR6FLOW_H */
