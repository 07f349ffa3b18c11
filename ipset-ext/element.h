/* SPDX-License-Identifier: GPL-2.0-only */
/* An element of a hash:sr6flow set as text, without libipset. */
#ifndef IPSET_EXT_ELEMENT_H
#define IPSET_EXT_ELEMENT_H

#include "ip_set_hash_sr6flow.h"

/* Room for the longest sentence about bad input, with its NUL. */
#define ELEMENT_SENTENCE_MAX	320

/* "NAME=", "SOURCE@", 16 times "SID,", "0x" and 8 digits, NUL, by a safe margin. */
#define ELEMENT_TEXT_MAX	1024

/**
 * struct element - what `[NAME=][SOURCE@]SID[,SID...][,COLOUR]` or `COLOUR` says
 * @name: name of the flow, empty if there is none
 * @has_source: true if @source was given
 * @source: source address
 * @sids: SID list in path order
 * @sids_len: number of SIDs, 0 for a bare colour
 * @has_colour: true if @colour was given; always true for a bare colour
 * @colour: mark word, host byte order
 */
struct element {
	char name[SR6FLOW_NAME_MAX + 1];
	bool has_source;
	__u8 source[SR6FLOW_SID_LEN];
	__u8 sids[SR6FLOW_SIDS_MAX][SR6FLOW_SID_LEN];
	unsigned int sids_len;
	bool has_colour;
	__u32 colour;
};

/**
 * element_parse() - read an element
 * @element: filled in if the text is right, undefined otherwise
 * @text: what the operator typed
 * @sentence: room for ELEMENT_SENTENCE_MAX characters; on failure one line
 *	      that names the bad part, without a full stop or newline
 *
 * Return: 0, or -1 with @sentence set.
 */
int element_parse(struct element *element, const char *text, char *sentence);

/**
 * element_print() - write an element the way element_parse() reads it
 * @buf: room for @len characters
 * @len: size of @buf with the NUL
 * @element: to write
 *
 * Return: length of the whole text without the NUL, as snprintf(); the text
 * is cut if that is not below @len.
 */
int element_print(char *buf, size_t len, const struct element *element);

#endif
