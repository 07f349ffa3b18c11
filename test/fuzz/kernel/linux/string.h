/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef STANDIN_STRING_H
#define STANDIN_STRING_H

#include <string.h>

#endif /* STANDIN_STRING_H */
