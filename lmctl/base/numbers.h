/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Numbers in command lines and configuration files.
 */
#ifndef LMCTL_BASE_NUMBERS_H
#define LMCTL_BASE_NUMBERS_H

#include <stdint.h>

/**
 * lmctl_parse_u32() - parse a number
 * @text: decimal, or hexadecimal with 0x
 * @value: filled
 *
 * Return: 0 or -EINVAL.
 */
int lmctl_parse_u32(const char *text, uint32_t *value);

#endif /* LMCTL_BASE_NUMBERS_H */
