/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Facts about the sets of the service for the view.
 */
#ifndef LMCTL_SERVICE_FACTS_H
#define LMCTL_SERVICE_FACTS_H

#include "lmctl/service/roles.h"

/**
 * facts_sets() - add the sets that are read or whose colour changes
 * @state: state of the view
 * @roles: roles
 */
void facts_sets(struct view_state *state, const struct roles *roles);

#endif /* LMCTL_SERVICE_FACTS_H */
