/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Forms of mark words, counters and SID lists in all JSON documents of lmctl. All
 * functions return a new reference, or NULL when memory is short; jansson's setters
 * take that NULL and fail.
 */
#ifndef LMCTL_BASE_JSON_H
#define LMCTL_BASE_JSON_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>
#include "sr6flow.h"

/**
 * json_mark() - mark word, a mask or a colour
 * @word: mark word, host byte order
 *
 * Return: string of 0x and eight digits, as on ipset's command line.
 */
json_t *json_mark(uint32_t word);

/**
 * json_counter() - counter
 * @value: packets or bytes
 *
 * Return: integer; a value beyond 2^63 - 1, the limit of jansson's integers, is a
 * string of decimal digits: a real would not be exact.
 */
json_t *json_counter(uint64_t value);

/**
 * json_sids() - SID list
 * @flow: flow
 *
 * Return: array of strings in path order.
 */
json_t *json_sids(const struct sr6flow_flow *flow);

/**
 * json_source() - source of a flow
 * @flow: flow
 *
 * Return: string of address, slash and netmask; null without source.
 */
json_t *json_source(const struct sr6flow_flow *flow);

/**
 * json_parse_source() - source of a flow from its form in JSON
 * @text: exactly what json_source() makes, but for the form of the address
 * @flow: its source and netmask are filled
 *
 * Return: false if it is none.
 */
bool json_parse_source(const char *text, struct sr6flow_flow *flow);

/**
 * json_parse_sids() - SID list of a flow from its form in JSON
 * @sids: array
 * @flow: its SID list is filled
 *
 * Return: false if it is none.
 */
bool json_parse_sids(const json_t *sids, struct sr6flow_flow *flow);

#endif /* LMCTL_BASE_JSON_H */
