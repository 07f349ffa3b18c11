/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Text in HTML.
 */
#ifndef LMCTL_BASE_HTML_H
#define LMCTL_BASE_HTML_H

#include "lmctl/base/text.h"

/**
 * html_text() - append a string as the content of an element or attribute
 * @text: grows
 * @string: any bytes: what HTML would understand is escaped, control characters and
 *	    bytes that are no UTF-8 become U+FFFD
 */
void html_text(struct text *text, const char *string);

#endif /* LMCTL_BASE_HTML_H */
