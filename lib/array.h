/* SPDX-License-Identifier: GPL-2.0-only */
/* Number of elements of an array, for all programs in user space; not installed. */
#ifndef SR6FLOW_ARRAY_H
#define SR6FLOW_ARRAY_H

#define ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))

#endif
