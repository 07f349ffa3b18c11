/* SPDX-License-Identifier: GPL-2.0-only */
/* Marks what a kernel for tests can make fail; here memory runs short itself. */
#ifndef STANDIN_ERROR_INJECTION_H
#define STANDIN_ERROR_INJECTION_H

#define ALLOW_ERROR_INJECTION(function, kind) \
	_Static_assert(sizeof(&(function)) != 0, "a function")

#endif /* STANDIN_ERROR_INJECTION_H */
