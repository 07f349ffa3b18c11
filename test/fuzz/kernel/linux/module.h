/* SPDX-License-Identifier: GPL-2.0-only */
/* The harness loads and unloads the module by these two functions. */
#ifndef STANDIN_MODULE_H
#define STANDIN_MODULE_H

#include <linux/kernel.h>

int standin_module_init(void);
void standin_module_exit(void);

#define THIS_MODULE NULL
#define module_init(function) \
	int standin_module_init(void) { return function(); } \
	_Static_assert(1, "")
#define module_exit(function) \
	void standin_module_exit(void) { function(); } \
	_Static_assert(1, "")
#define MODULE_LICENSE(text) _Static_assert(1, text)
#define MODULE_DESCRIPTION(text) _Static_assert(1, text)
#define MODULE_VERSION(text) _Static_assert(1, text)
#define MODULE_ALIAS(text) _Static_assert(1, text)

#endif /* STANDIN_MODULE_H */
