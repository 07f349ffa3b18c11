/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Text from outside in documents that must be UTF-8.
 */
#ifndef LMCTL_BASE_UTF8_H
#define LMCTL_BASE_UTF8_H

/**
 * utf8_length() - is this a character of UTF-8
 * @text: text, ends with a NUL
 *
 * Return: length in bytes of the character at its start, 0 if it is none
 * (RFC 3629: no overlong forms, no surrogates, nothing beyond U+10FFFF).
 */
unsigned int utf8_length(const unsigned char *text);

#endif /* LMCTL_BASE_UTF8_H */
