/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The roles of a service: rotate, reflect and measure, on sets and sockets. A reload makes new
 * roles beside the old ones, takes over those that need not change, and only
 * then lets the others go: a configuration that cannot be followed changes
 * nothing.
 */
#ifndef LMCTL_SERVICE_ROLES_H
#define LMCTL_SERVICE_ROLES_H

#include "lmctl/service/config.h"
#include "lmctl/service/follower.h"
#include "lmctl/service/learner.h"
#include "lmctl/service/loop.h"
#include "lmctl/service/sender.h"
#include "lmctl/service/set_reader.h"
#include "lmctl/service/reflect.h"
#include "lmctl/service/rotator.h"
#include "lmctl/sinks/view/view_state.h"

/* A set for each rotating, reflecting and measuring use. */
#define ROLES_SETS_MAX (CONFIG_SETS_MAX + CONFIG_MEASURES_MAX)

struct roles;

/**
 * struct watched_set - a set that is read once per block
 * @roles: the roles that it belongs to now
 * @reader: reads it
 * @ledger: answers from it
 * @learner: writes into it what is learned, or NULL
 * @first: the first block that its reader can have a figure of, INT64_MIN if that is
 *	   not known
 * @lost: records of this block for which memory was short
 * @read: it has been read
 * @flows: number of its flows then
 * @now: flows of the block whose records come, by their reasons
 * @last: flows of the block before
 */
struct watched_set {
	struct roles *roles;
	struct set_reader *reader;
	struct ledger *ledger;
	struct learner *learner;
	int64_t first;
	uint64_t lost;
	bool read;
	uint32_t flows;
	struct view_totals now;
	struct view_totals last;
};

/**
 * struct roles - what runs
 * @nrotators: number of rotators
 * @rotator: rotators
 * @nfollowers: number of followers
 * @follower: followers
 * @nwatched: number of sets that are read
 * @watched: sets that are read
 * @reflect: reflector, or NULL
 * @nsenders: number of measurements
 * @sender: measurements
 * @inband: in-band routes, or NULL
 * @mark: their mark
 */
struct roles {
	unsigned int nrotators;
	struct rotator *rotator[CONFIG_SETS_MAX];
	unsigned int nfollowers;
	struct follower *follower[CONFIG_SETS_MAX];
	unsigned int nwatched;
	struct watched_set *watched[ROLES_SETS_MAX];
	struct reflect *reflect;
	unsigned int nsenders;
	struct sender *sender[CONFIG_MEASURES_MAX];
	struct inband *inband;
	uint32_t mark;
};

/**
 * roles_open() - make the roles of a configuration
 * @config: configuration
 * @old: its predecessor, or NULL
 * @was: the roles that run for @old, or NULL; those that fit are taken over,
 *	 but stay in @was
 * @loop: loop; new roles are tasks of it
 * @ops: who gets what measurements find
 * @arg: for @ops
 *
 * Return: roles for roles_close(), or NULL after a message.
 */
struct roles *roles_open(const struct config *config, const struct config *old,
			 const struct roles *was, struct loop *loop,
			 const struct sender_ops *ops, void *arg);

/**
 * roles_commit() - let what was taken over follow the new configuration
 * @roles: roles
 * @config: their configuration
 */
void roles_commit(struct roles *roles, const struct config *config);

/**
 * roles_close() - close roles
 * @roles: roles or NULL
 * @except: roles that have taken some over: these stay open; or NULL
 */
void roles_close(struct roles *roles, const struct roles *except);

/**
 * roles_clock() - what to claim about the clock
 * @roles: roles
 * @synchronised: S bit
 * @error_ns: estimate of its error
 */
void roles_clock(struct roles *roles, bool synchronised, int64_t error_ns);

#endif /* LMCTL_SERVICE_ROLES_H */
