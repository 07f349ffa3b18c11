/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Sinks: where results go. Each is a file of its own in this folder; the
 * service gives every result to all of them.
 */
#ifndef LMCTL_SINKS_SINK_H
#define LMCTL_SINKS_SINK_H

#include <stdint.h>
#include "lmctl/engine/result.h"

/**
 * struct sink_ops - what a sink takes; a function it does not need is NULL
 * @result: a flow in a block; valid until the function returns
 * @gap: a gap row, of blocks that had their results before; comes before the end of
 *	 a block, which may be another
 * @report: a peer in a block
 * @block_end: all results of a block of this measurement have been given
 * @free: free the sink
 *
 * Called from the event loop, which does nothing else meanwhile: a sink that
 * waits for a disk or a network makes colour changes late. Sinks report
 * trouble once with lmctl_warning() and go on; they never end the service.
 */
struct sink_ops {
	void (*result)(void *sink, const struct result *result);
	void (*gap)(void *sink, const struct result *result);
	void (*report)(void *sink, const struct peer_report *report);
	void (*block_end)(void *sink, const struct measurement *of,
			  int64_t block);
	void (*free)(void *sink);
};

/**
 * struct sink - a sink
 * @ops: its functions
 * @self: its state
 */
struct sink {
	const struct sink_ops *ops;
	void *self;
};

#endif /* LMCTL_SINKS_SINK_H */
