/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The parts of a service that work on sets and sockets. A reload makes new
 * parts beside the old ones, takes over those that need not change, and only
 * then lets the others go: a configuration that cannot be followed changes
 * nothing.
 */
#ifndef LMCTL_SERVICE_PARTS_H
#define LMCTL_SERVICE_PARTS_H

#include "lmctl/service/config.h"
#include "lmctl/service/learner.h"
#include "lmctl/service/loop.h"
#include "lmctl/service/measure.h"
#include "lmctl/service/reader.h"
#include "lmctl/service/reflect.h"
#include "lmctl/service/rotator.h"

/* A set for each rotating, reflecting and measuring use. */
#define PARTS_READINGS_MAX (CONFIG_SETS_MAX + CONFIG_MEASURES_MAX)

struct parts;

/**
 * struct reading - a set that is read once per block
 * @parts: the parts that it belongs to now
 * @reader: reads it
 * @ledger: answers from it
 * @learner: writes into it what is learned, or NULL
 * @first: the first block that its reader can have a figure of, INT64_MIN if that is
 *	   not known
 * @lost: records of this block for which memory was short
 */
struct reading {
	struct parts *parts;
	struct reader *reader;
	struct ledger *ledger;
	struct learner *learner;
	int64_t first;
	uint64_t lost;
};

/**
 * struct parts - what runs
 * @nrotators: number of rotators
 * @rotator: rotators
 * @nreadings: number of sets that are read
 * @reading: sets that are read
 * @reflect: reflector, or NULL
 * @nmeasures: number of measurements
 * @measure: measurements
 * @inband: in-band routes, or NULL
 * @mark: their mark
 */
struct parts {
	unsigned int nrotators;
	struct rotator *rotator[CONFIG_SETS_MAX];
	unsigned int nreadings;
	struct reading *reading[PARTS_READINGS_MAX];
	struct reflect *reflect;
	unsigned int nmeasures;
	struct measure *measure[CONFIG_MEASURES_MAX];
	struct inband *inband;
	uint32_t mark;
};

/**
 * parts_open() - make the parts of a configuration
 * @config: configuration
 * @old: its predecessor, or NULL
 * @was: the parts that run for @old, or NULL; those that fit are taken over,
 *	 but stay in @was
 * @loop: loop; new parts are tasks of it
 * @ops: who gets what measurements find
 * @arg: for @ops
 *
 * Return: parts for parts_close(), or NULL after a message.
 */
struct parts *parts_open(const struct config *config, const struct config *old,
			 const struct parts *was, struct loop *loop,
			 const struct measure_ops *ops, void *arg);

/**
 * parts_commit() - let what was taken over follow the new configuration
 * @parts: parts
 * @config: their configuration
 */
void parts_commit(struct parts *parts, const struct config *config);

/**
 * parts_close() - close parts
 * @parts: parts or NULL
 * @except: parts that have taken some over: these stay open; or NULL
 */
void parts_close(struct parts *parts, const struct parts *except);

/**
 * parts_clock() - what to claim about the clock
 * @parts: parts
 * @synchronised: S bit
 * @error_ns: estimate of its error
 */
void parts_clock(struct parts *parts, bool synchronised, int64_t error_ns);

#endif /* LMCTL_SERVICE_PARTS_H */
