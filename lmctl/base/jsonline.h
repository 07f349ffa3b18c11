/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A JSON object of one line, written as text from left to right. Fast enough for
 * hundreds of thousands of lines: building and dumping a tree of jansson takes ten
 * times as long. Values have the forms of lmctl/base/json.h.
 *
 * Each function takes a key, or NULL within an array, and writes the comma.
 */
#ifndef LMCTL_BASE_JSONLINE_H
#define LMCTL_BASE_JSONLINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "sr6flow.h"

/*
 * Room for a result of 16 peers and 16 segments with names of 63 bytes, each byte
 * written as three.
 */
#define JSONLINE_MAX 32768

/**
 * struct jsonline - a line
 * @len: bytes of @text
 * @cut: it did not fit
 * @text: text so far, without a NUL
 */
struct jsonline {
	size_t len;
	bool cut;
	char text[JSONLINE_MAX];
};

/**
 * jsonline_begin() - begin the object
 * @line: line; earlier content is discarded
 */
void jsonline_begin(struct jsonline *line);

/**
 * jsonline_end() - end the object, and the line with a newline
 * @line: line
 *
 * Return: true if the line is complete.
 */
bool jsonline_end(struct jsonline *line);

/**
 * jsonline_open() - begin an object or array within the line
 * @line: line
 * @key: key or NULL
 * @bracket: '{' or '['
 */
void jsonline_open(struct jsonline *line, const char *key, char bracket);

/**
 * jsonline_close() - end the object or array
 * @line: line
 * @bracket: '}' or ']'
 */
void jsonline_close(struct jsonline *line, char bracket);

/**
 * jsonline_text() - write keys and values that are JSON text already
 * @line: line
 * @text: without a comma at its begin or end
 * @len: its length in bytes
 */
void jsonline_text(struct jsonline *line, const char *text, size_t len);

/**
 * jsonline_null() - write null
 * @line: line
 * @key: key or NULL
 */
void jsonline_null(struct jsonline *line, const char *key);

/**
 * jsonline_bool() - write true or false
 * @line: line
 * @key: key or NULL
 * @value: value
 */
void jsonline_bool(struct jsonline *line, const char *key, bool value);

/**
 * jsonline_string() - write a string
 * @line: line
 * @key: key or NULL
 * @value: any bytes; each byte that is not UTF-8 becomes U+FFFD; NULL is written as
 *	   null
 */
void jsonline_string(struct jsonline *line, const char *key,
		     const char *value);

/**
 * jsonline_integer() - write a number
 * @line: line
 * @key: key or NULL
 * @value: value
 */
void jsonline_integer(struct jsonline *line, const char *key, int64_t value);

/**
 * jsonline_counter() - write a counter, as json_counter()
 * @line: line
 * @key: key or NULL
 * @known: false for null
 * @value: value
 */
void jsonline_counter(struct jsonline *line, const char *key, bool known,
		      uint64_t value);

/**
 * jsonline_us() - write a time in microseconds
 * @line: line
 * @key: key or NULL
 * @known: false for null
 * @ns: nanoseconds
 */
void jsonline_us(struct jsonline *line, const char *key, bool known,
		 int64_t ns);

/**
 * jsonline_ratio() - write a quotient
 * @line: line
 * @key: key or NULL
 * @part: part, at most @whole
 * @whole: not 0
 */
void jsonline_ratio(struct jsonline *line, const char *key, uint64_t part,
		    uint64_t whole);

/**
 * jsonline_real() - write a real number, as json_real()
 * @line: line
 * @key: key or NULL
 * @known: false for null
 * @value: value
 */
void jsonline_real(struct jsonline *line, const char *key, bool known,
		   double value);

/**
 * jsonline_mark() - write a mark word, as json_mark()
 * @line: line
 * @key: key or NULL
 * @word: mark word, host byte order
 */
void jsonline_mark(struct jsonline *line, const char *key, uint32_t word);

/**
 * jsonline_identity() - write an instance or generation
 * @line: line
 * @key: key or NULL
 * @identity: identity
 *
 * A string of sixteen hexadecimal digits: an identity is compared, never
 * computed with, and many readers of JSON round integers beyond 2^53.
 */
void jsonline_identity(struct jsonline *line, const char *key,
		       uint64_t identity);

/**
 * jsonline_sids() - write a SID list, as json_sids()
 * @line: line
 * @key: key or NULL
 * @flow: flow
 */
void jsonline_sids(struct jsonline *line, const char *key,
		   const struct sr6flow_flow *flow);

/**
 * jsonline_address() - write an address
 * @line: line
 * @key: key or NULL
 * @address: address; the unspecified one is null
 */
void jsonline_address(struct jsonline *line, const char *key,
		      const struct in6_addr *address);

/**
 * jsonline_source() - write the source of a flow, as json_source()
 * @line: line
 * @key: key or NULL
 * @flow: flow
 */
void jsonline_source(struct jsonline *line, const char *key,
		     const struct sr6flow_flow *flow);

#endif /* LMCTL_BASE_JSONLINE_H */
