/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Series that parts of the service offer to metrics.
 */
#ifndef LMCTL_SERVICE_SERIES_H
#define LMCTL_SERVICE_SERIES_H

#include "lmctl/engine/reflector.h"
#include "lmctl/service/follower.h"
#include "lmctl/service/rotator.h"
#include "lmctl/service/upkeep.h"
#include "lmctl/sinks/metrics/metrics.h"

/**
 * series_reflector() - families of a reflector
 * @writer: writer
 * @reflector: the only one of the process
 */
void series_reflector(struct metrics_writer *writer,
		      const struct reflector *reflector);

/**
 * series_rotators() - families of the sets whose active colour follows the clock
 * @writer: writer
 * @rotators: all rotators of the process
 * @n: their number
 */
void series_rotators(struct metrics_writer *writer,
		     struct rotator *const *rotators, unsigned int n);

/**
 * series_followers() - families of the sets whose flows follow the routes
 * @writer: writer
 * @followers: all followers of the process
 * @n: their number
 */
void series_followers(struct metrics_writer *writer,
		      struct follower *const *followers, unsigned int n);

/**
 * series_sets() - number of flows of each set
 * @writer: writer
 * @upkeep: the only one of the process, or NULL
 */
void series_sets(struct metrics_writer *writer, const struct upkeep *upkeep);

#endif /* LMCTL_SERVICE_SERIES_H */
