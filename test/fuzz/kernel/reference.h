/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The meaning of a packet by the letter of RFC 8200, RFC 8754 and the design of the type,
 * without regard to speed: a second opinion on kernel/packet.c.
 */
#ifndef TEST_FUZZ_KERNEL_REFERENCE_H
#define TEST_FUZZ_KERNEL_REFERENCE_H

#include "ip_set_hash_sr6flow.h"
#include "packet_read.h"

/**
 * struct reference - meaning of a packet
 * @srv6: it is of a flow, or could be
 * @malformed: its Segment Routing Header breaks a rule
 * @later_fragment: it is a fragment, and not the first
 * @srh: offset of the Segment Routing Header in it, or 0
 * @segments_left: Segments Left in it
 * @source: source address, of which bits behind the netmask are 0
 * @n: number of SIDs
 * @sids: SIDs in wire order
 * @word: mark word, of which only the field that counts is filled
 */
struct reference {
	bool srv6;
	bool malformed;
	bool later_fragment;
	unsigned int srh;
	unsigned int segments_left;
	__u8 source[SR6FLOW_SID_LEN];
	unsigned int n;
	__u8 sids[SR6FLOW_SIDS_MAX][SR6FLOW_SID_LEN];
	u32 word;
};

/**
 * reference_parse() - parse a packet
 * @ref: filled
 * @packet: packet
 * @tclass: the mark mask is in the Traffic Class
 * @netmask: bits of the source that count, 0 for all
 */
void reference_parse(struct reference *ref, const struct packet *packet,
		     bool tclass, unsigned int netmask);

/**
 * reference_source() - a source address as a set has it
 * @source: filled
 * @address: 16 bytes
 * @netmask: bits that count, 0 for all
 */
void reference_source(__u8 *source, const __u8 *address, unsigned int netmask);

/**
 * reference_mark() - write a colour
 * @bytes: of the packet
 * @packet: packet
 * @ref: its meaning
 * @mask: mark mask
 * @colour: colour
 */
void reference_mark(u8 *bytes, const struct packet *packet,
		    const struct reference *ref, u32 mask, u32 colour);

/**
 * reference_linear() - can a colour be written without moving bytes
 * @packet: packet
 * @ref: its meaning
 * @mask: mark mask
 * @linear: bytes in the linear part
 *
 * Return: true if the header that has it is in the linear part.
 */
bool reference_linear(const struct packet *packet, const struct reference *ref,
		      u32 mask, unsigned int linear);

#endif /* TEST_FUZZ_KERNEL_REFERENCE_H */
