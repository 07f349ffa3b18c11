/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The view as a sink of a service.
 */
#ifndef LMCTL_SINKS_VIEW_VIEW_SINK_H
#define LMCTL_SINKS_VIEW_VIEW_SINK_H

#include "lmctl/sinks/sink.h"

extern const struct sink_type view_type;

#endif /* LMCTL_SINKS_VIEW_VIEW_SINK_H */
