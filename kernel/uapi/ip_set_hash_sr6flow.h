/* SPDX-License-Identifier: GPL-2.0-only WITH Linux-syscall-note */
/*
 * hash:sr6flow, an ipset type that counts SRv6 flows per marking colour.
 *
 * This header is the interface between the kernel module and the programs
 * that use it. It compiles in the kernel and in user space. It alone defines
 * the netlink attributes of a SID list, and the colour and counter slot of a
 * mark word.
 *
 * Terms
 * -----
 * SID list    1 to 16 IPv6 addresses in path order (first visited first). The
 *             Segment Routing Header (RFC 8754) carries them reversed.
 * mark word   32 bits: [31:16] SRH Tag, [15:8] zero, [7:0] Traffic Class of
 *             the outer IPv6 header.
 * carrier     field of the packet that carries the colour: Tag or Traffic Class.
 * mark mask   one or two bits of the mark word, all in one carrier.
 * netmask     number of leading bits of the outer source address in the key of a
 *             flow, 0 for none.
 * colour      mark word AND mark mask.
 *
 * Messages
 * --------
 * The type uses ipset protocol 7 and attribute numbers of the stock header
 * linux/netfilter/ipset/ip_set.h, because the ipset core drops numbers that
 * it does not know. Integers are in network byte order and carry
 * NLA_F_NET_BYTEORDER; nested attributes carry NLA_F_NESTED.
 *
 * IPSET_CMD_CREATE, in IPSET_ATTR_DATA (all optional):
 *   IPSET_ATTR_MARKMASK    u32  mark mask, default SR6FLOW_MASK_DEFAULT
 *   IPSET_ATTR_INITVAL     u32  active colour, default sr6flow_colour(mask, 0)
 *   IPSET_ATTR_MAXELEM     u32  most flows, default SR6FLOW_MAXELEM_DEFAULT
 *   IPSET_ATTR_HASHSIZE    u32  size hint, default and most
 *                               SR6FLOW_HASHSIZE_DEFAULT
 *   IPSET_ATTR_TIMEOUT     u32  default timeout of flows in seconds
 *   IPSET_ATTR_NETMASK     u8   netmask, 1 to 128; revision 1. Revision 0, 0 and
 *                               above 128: IPSET_ERR_INVALID_NETMASK
 *   IPSET_ATTR_CADT_FLAGS  u32  IPSET_FLAG_WITH_{FORCEADD,SKBINFO,COUNTERS};
 *                               counters are always on
 *   An invalid mask or colour: IPSET_ERR_INVALID_MARKMASK.
 *
 * IPSET_CMD_ADD, IPSET_CMD_DEL, IPSET_CMD_TEST, in IPSET_ATTR_DATA:
 *   IPSET_ATTR_IP          nested { IPSET_ATTR_IPADDR_IPV6 } the first SID
 *   IPSET_ATTR_COMMENT     string, the other SIDs in path order, 16 bytes
 *                          each, COBS-encoded (Cheshire and Baker, 1999) so
 *                          that the string has no NUL; absent for one SID
 *   IPSET_ATTR_IP_TO       nested { IPSET_ATTR_IPADDR_IPV6 } the outer source
 *                          address, masked here; exactly when the set has a
 *                          netmask. Missing: IPSET_ERR_IPADDR_IPV6;
 *                          superfluous: IPSET_ERR_INVALID_CIDR
 *   IPSET_ATTR_NAME        string, optional name of the flow, a label:
 *                          sr6flow_name_valid()
 *   IPSET_ATTR_MARK        u32  a colour
 *   IPSET_ATTR_PACKETS     u64  counters of the colour in IPSET_ATTR_MARK;
 *   IPSET_ATTR_BYTES       u64  a missing one of the two keeps its value
 *   IPSET_ATTR_TIMEOUT     u32  seconds, 0: never expires
 *   IPSET_ATTR_SKBMARK, IPSET_ATTR_SKBPRIO, IPSET_ATTR_SKBQUEUE as in ipset
 *
 *   ADD with IP adds a flow. On a flow that exists it is IPSET_ERR_EXIST, or,
 *   with the exist flag, a refresh: timeout and skbinfo are set anew, the name
 *   is replaced if one is given. With MARK and PACKETS or BYTES it also sets
 *   the counters of that colour and is not an error on a flow that exists, so
 *   that several records restore several colours. Any value without bits
 *   outside the mask is accepted, because uncoloured and foreign packets are
 *   counted too.
 *   ADD with MARK and without IP sets the active colour, which must be one of
 *   the set's two colours.
 *   DEL and TEST accept and ignore MARK, PACKETS and BYTES.
 *
 *   Errors beside ipset's own:
 *   EINVAL                 a SID list or name that breaks the rules above, a
 *                          colour on a flow without counters, counters without
 *                          a colour, a bare colour with any other attribute
 *   EDOM                   a colour that the set does not have
 *   IPSET_ERR_IPADDR_IPV6  DEL without IP
 *   ENOMEM                 out of memory; nothing has changed
 *   SR6FLOW_ERR_FULL       the set has maxelem flows
 *
 * IPSET_CMD_LIST, header in IPSET_ATTR_DATA:
 *   IPSET_ATTR_HASHSIZE, MAXELEM, MARKMASK, INITVAL (the active colour now),
 *   REFERENCES, MEMSIZE (bytes, per-CPU memory included), ELEMENTS (flows),
 *   TIMEOUT, CADT_FLAGS  u32; NETMASK  u8, absent without a netmask
 *   IPSET_ATTR_IP, IPSET_ATTR_IP_TO   each nested { IPSET_ATTR_IPADDR_IPV6 }
 *                          with 16 opaque bytes: struct sr6flow_diagnostics,
 *                          first and second half
 *   Records in IPSET_ATTR_ADT, each an IPSET_ATTR_DATA:
 *   IPSET_ATTR_IP, COMMENT, IP_TO, NAME, TIMEOUT, SKBMARK, SKBPRIO, SKBQUEUE as
 *                          above
 *   IPSET_ATTR_IP2         nested { IPSET_ATTR_IPADDR_IPV6 } with 16 opaque
 *                          bytes: struct sr6flow_identity
 *   IPSET_ATTR_IP2_TO      nested { IPSET_ATTR_IPADDR_IPV6 } with 32 opaque
 *                          bytes: struct sr6flow_changes; absent while all are 0.
 *                          libipset reads 16 of them and prints none
 *   IPSET_ATTR_MARK, IPSET_ATTR_PACKETS, IPSET_ATTR_BYTES
 *
 *   At a counting rule the colour of a record is the colour of the packets. At a
 *   marking rule with two mask bits in the Tag, the record of both bits counts packets
 *   whose Tag already had one of the two colours. Such packets are neither marked nor
 *   counted under a colour.
 *
 * Dump rules
 * ----------
 * A dump has one record per flow and colour with counted packets, and one
 * record without MARK, PACKETS and BYTES for a flow without counted packets.
 * The records of a flow follow each other, but a message may end between two
 * of them. The newest flow comes first. A flow that exists from the first to the
 * last message of a dump is listed exactly once per colour, whatever is added
 * and deleted meanwhile. Flows added after the start of the dump are not
 * listed. A dump ends with NLMSG_DONE.
 */
#ifndef _UAPI_IP_SET_HASH_SR6FLOW_H
#define _UAPI_IP_SET_HASH_SR6FLOW_H

#include <linux/types.h>
#ifdef __KERNEL__
#include <linux/string.h>
#else
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#endif

#define SR6FLOW_TYPENAME	"hash:sr6flow"

/*
 * Revision of the type, as in IPSET_ATTR_REVISION:
 *   0: first version
 *   1: netmask: the source address in the key; struct sr6flow_changes
 * The plug-in for libipset has one entry per revision.
 */
#define SR6FLOW_REVISION_MIN	0
#define SR6FLOW_REVISION_MAX	1

#define SR6FLOW_SID_LEN		16
#define SR6FLOW_SIDS_MAX	16
/* 15 SIDs are 240 bytes; COBS adds one byte to anything below 254. */
#define SR6FLOW_COMMENT_MAX	((SR6FLOW_SIDS_MAX - 1) * SR6FLOW_SID_LEN + 1)
#define SR6FLOW_NAME_MAX	31
#define SR6FLOW_NETMASK_MAX	128

/* Bits of the mark word by carrier, and the ECN bits among them. */
#define SR6FLOW_MASK_TAG	0xffff0000u
#define SR6FLOW_MASK_TCLASS	0x000000ffu
#define SR6FLOW_MASK_ECN	0x00000003u
#define SR6FLOW_MASK_DEFAULT	0x00030000u
#define SR6FLOW_SLOTS_MAX	4

#define SR6FLOW_MAXELEM_DEFAULT		65536
#define SR6FLOW_HASHSIZE_DEFAULT	1024

/* The code that every stock hash type uses for a full set. */
#define SR6FLOW_ERR_FULL	4352

/**
 * struct sr6flow_identity - identity of a flow's counters
 * @instance: of the set, big endian. Random at creation. It changes after "ipset swap"
 *	      if packets of the set's rule reached another set, or packets of another
 *	      set's rule this one; and after both a rule and a list of sets made the set
 *	      count
 * @generation: renewed when the flow is added and when counters are written,
 *		big endian
 *
 * If either differs between two readings, the counters restarted.
 */
struct sr6flow_identity {
	__be64 instance;
	__be64 generation;
};

/**
 * struct sr6flow_changes - witnesses that counted packets did not follow one path
 * @source: packets from another source than the packet before them, big endian;
 *	    0 in a set with a netmask, where a flow has one source
 * @segments_left: packets with another Segments Left than the packet before them,
 *		   big endian: the flow crosses the node twice
 * @last_source: source of the last packet; zeros in a set with a netmask, and before
 *		 the first packet
 *
 * A permanent change counts once. If one of them grew in a block, counters of the two
 * ends cannot be compared. While @source stays the same, all counted packets have the
 * source @last_source. In a set without netmask, compare counters of the two ends only
 * if it is the same at both.
 */
struct sr6flow_changes {
	__be64 source;
	__be64 segments_left;
	__u8 last_source[SR6FLOW_SID_LEN];
};

/**
 * struct sr6flow_diagnostics - packets of a set that were not counted
 * @no_flow: well-formed SRv6 packets whose SID list is not in the set, big
 *	     endian like all members
 * @malformed: packets with a Segment Routing Header that breaks the rules
 * @not_writable: packets of a flow whose header could not be made writable;
 *		  they were neither marked nor counted
 * @reserved: zero
 */
struct sr6flow_diagnostics {
	__be64 no_flow;
	__be64 malformed;
	__be64 not_writable;
	__be64 reserved;
};

/**
 * enum sr6flow_carrier - field of the packet that carries the colour
 * @SR6FLOW_CARRIER_TAG: Tag of the Segment Routing Header
 * @SR6FLOW_CARRIER_TCLASS: Traffic Class of the outer IPv6 header
 * @SR6FLOW_CARRIER_MAX: the last one
 */
enum sr6flow_carrier {
	SR6FLOW_CARRIER_TAG,
	SR6FLOW_CARRIER_TCLASS,
	SR6FLOW_CARRIER_MAX = SR6FLOW_CARRIER_TCLASS
};

/**
 * struct sr6flow_carrier_info - a carrier and the limits of its use
 * @mask: bits of the mark word that are in it
 * @needs_srh: packets without Segment Routing Header do not have the field
 * @starts_zero: the field is zero before marking: a colour in it at a marking rule was
 *		 written by another one
 * @rewritten: bits of @mask that the network rewrites; with them counts are wrong
 * @name: name for messages
 * @rewritten_by: name of the bits in @rewritten and the reason, NULL if there are none
 * @warning: condition for the use of any bit of @mask, or NULL
 */
struct sr6flow_carrier_info {
	__u32 mask;
	bool needs_srh;
	bool starts_zero;
	__u32 rewritten;
	const char *name;
	const char *rewritten_by;
	const char *warning;
};

/**
 * sr6flow_carrier_info() - row of a carrier in the table of carriers
 * @carrier: at most SR6FLOW_CARRIER_MAX
 *
 * Return: the row.
 */
static inline const struct sr6flow_carrier_info *
sr6flow_carrier_info(unsigned int carrier)
{
	/* In the order of the enum: C++ has no designators for arrays. */
	static const struct sr6flow_carrier_info carriers[] = {
		{ SR6FLOW_MASK_TAG, true, true, 0, "SRH Tag", NULL, NULL },
		{ SR6FLOW_MASK_TCLASS, false, false, SR6FLOW_MASK_ECN, "Traffic Class",
		  "ECN bits, which congestion marking rewrites",
		  "nodes on the way must neither rewrite these bits nor classify by them" },
	};

	return &carriers[carrier];
}

/**
 * sr6flow_carrier() - carrier of a mark mask
 * @mask: mark mask, host byte order
 *
 * Return: the carrier that has all bits of @mask, or SR6FLOW_CARRIER_MAX + 1.
 */
static inline unsigned int sr6flow_carrier(__u32 mask)
{
	unsigned int carrier = 0;

	while (carrier <= SR6FLOW_CARRIER_MAX &&
	       mask & ~sr6flow_carrier_info(carrier)->mask)
		carrier++;
	return carrier;
}

/**
 * sr6flow_mask_valid() - check a mark mask
 * @mask: mark mask, host byte order
 *
 * Return: true if @mask has one or two bits, all in one carrier.
 */
static inline bool sr6flow_mask_valid(__u32 mask)
{
	__u32 rest = mask & (mask - 1);

	return mask && !(rest & (rest - 1)) &&
	       sr6flow_carrier(mask) <= SR6FLOW_CARRIER_MAX;
}

#ifndef __KERNEL__
/* Room for the text of sr6flow_mask_choice(). */
#define SR6FLOW_MASK_CHOICE_LEN	96

/**
 * sr6flow_mask_choice() - bits that a mark mask can have, for messages
 * @text: room for SR6FLOW_MASK_CHOICE_LEN bytes
 *
 * Return: @text: "all in MASK (NAME) or all in MASK (NAME)".
 */
static inline const char *sr6flow_mask_choice(char *text)
{
	int len = 0;
	unsigned int i;

	for (i = 0; i <= SR6FLOW_CARRIER_MAX && len < SR6FLOW_MASK_CHOICE_LEN; i++)
		len += snprintf(text + len, (size_t)(SR6FLOW_MASK_CHOICE_LEN - len),
				"%sall in 0x%08x (%s)", i ? " or " : "",
				sr6flow_carrier_info(i)->mask,
				sr6flow_carrier_info(i)->name);
	return text;
}
#endif

/**
 * sr6flow_colour() - colour of a block parity
 * @mask: valid mark mask
 * @parity: 0 or 1, for instance a block number modulo 2
 *
 * Return: for two mask bits the low or the high bit, for one mask bit zero or
 * the bit.
 */
static inline __u32 sr6flow_colour(__u32 mask, unsigned int parity)
{
	__u32 high = mask & (mask - 1);
	__u32 low = mask & ~high;

	if (high)
		return parity & 1 ? high : low;
	return parity & 1 ? low : 0;
}

/**
 * sr6flow_colour_valid() - check that a set can write a colour
 * @mask: valid mark mask
 * @colour: mark word, host byte order
 *
 * Return: true if @colour is one of the two colours of the mask.
 */
static inline bool sr6flow_colour_valid(__u32 mask, __u32 colour)
{
	return colour == sr6flow_colour(mask, 0) ||
	       colour == sr6flow_colour(mask, 1);
}

/**
 * sr6flow_slots() - number of values of the masked bits
 * @mask: valid mark mask
 *
 * Return: 2 or 4.
 */
static inline unsigned int sr6flow_slots(__u32 mask)
{
	return (mask & (mask - 1)) ? 4 : 2;
}

/**
 * sr6flow_slot_factor() - factor for sr6flow_slot_gather()
 * @mask: valid mark mask
 *
 * The product of the factor and a masked word has the low bit of the word at bit 62
 * and the high one at bit 63 of 64. All other bits of the product are below or beyond.
 *
 * Return: the factor.
 */
static inline __u64 sr6flow_slot_factor(__u32 mask)
{
	__u32 high = mask & (mask - 1);

	/* For two neighbours both are the same. */
	return 1ULL << (62 - __builtin_ctz(mask)) |
	       (high ? 1ULL << (63 - __builtin_ctz(high)) : 0);
}

/**
 * sr6flow_slot_gather() - sr6flow_slot() for many words of one mask
 * @factor: from sr6flow_slot_factor()
 * @masked: mark word AND mask, host byte order
 *
 * Return: the slot.
 */
static inline unsigned int sr6flow_slot_gather(__u64 factor, __u32 masked)
{
	return masked * factor >> 62;
}

/**
 * sr6flow_slot() - counter slot of a mark word
 * @mask: valid mark mask
 * @word: mark word, host byte order; bits outside the mask are ignored
 *
 * Return: the masked bits gathered, low to high: below sr6flow_slots().
 */
static inline unsigned int sr6flow_slot(__u32 mask, __u32 word)
{
	return sr6flow_slot_gather(sr6flow_slot_factor(mask), word & mask);
}

/**
 * sr6flow_slot_colour() - colour of a counter slot, inverse of sr6flow_slot()
 * @mask: valid mark mask
 * @slot: below sr6flow_slots()
 *
 * Return: the colour, a mark word in host byte order.
 */
static inline __u32 sr6flow_slot_colour(__u32 mask, unsigned int slot)
{
	__u32 high = mask & (mask - 1);

	return (slot & 1 ? mask & ~high : 0) | (slot & 2 ? high : 0);
}

/**
 * sr6flow_name_valid() - check the name of a flow
 * @name: characters, NUL-terminated or not
 * @len: number of characters without a NUL
 *
 * Return: true for 1 to SR6FLOW_NAME_MAX characters out of
 * [A-Za-z0-9][A-Za-z0-9._:-]*
 */
static inline bool sr6flow_name_valid(const char *name, size_t len)
{
	size_t i;

	if (!len || len > SR6FLOW_NAME_MAX)
		return false;
	for (i = 0; i < len; i++) {
		char c = name[i];

		if ((c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
		    (c >= '0' && c <= '9'))
			continue;
		if (!i || (c != '.' && c != '_' && c != ':' && c != '-'))
			return false;
	}
	return true;
}

/**
 * sr6flow_source_mask() - clear the bits of a source address behind the netmask
 * @source: 16 bytes
 * @netmask: 0 to SR6FLOW_NETMASK_MAX
 */
static inline void sr6flow_source_mask(__u8 *source, unsigned int netmask)
{
	unsigned int i = netmask / 8;

	if (netmask % 8)
		source[i++] &= (__u8)(0xff00 >> netmask % 8);
	for (; i < SR6FLOW_SID_LEN; i++)
		source[i] = 0;
}

/**
 * sr6flow_sids_encode() - content of IPSET_ATTR_COMMENT for a SID list
 * @comment: room for SR6FLOW_COMMENT_MAX bytes and a NUL
 * @sids: the whole list in path order; the first goes into IPSET_ATTR_IP
 * @n: number of SIDs, 1 to SR6FLOW_SIDS_MAX
 *
 * COBS: the data is cut before every zero byte; each piece is preceded by its
 * length plus one, which stands for the zero.
 *
 * Return: length of the string; 0, that is no attribute, for one SID.
 */
static inline size_t
sr6flow_sids_encode(char *comment, const __u8 (*sids)[SR6FLOW_SID_LEN],
		    unsigned int n)
{
	size_t len, next, i;

	if (n < 2) {
		comment[0] = '\0';
		return 0;
	}
	len = (n - 1) * SR6FLOW_SID_LEN;
	next = len + 1;
	memcpy(comment + 1, sids[0] + SR6FLOW_SID_LEN, len);
	comment[len + 1] = '\0';
	/* From the end, where a piece's length is known at its begin. */
	for (i = len; i; i--) {
		if (comment[i])
			continue;
		comment[i] = (char)(next - i);
		next = i;
	}
	comment[0] = (char)next;
	return len + 1;
}

/**
 * sr6flow_sids_decode() - SID list from IPSET_ATTR_IP and IPSET_ATTR_COMMENT
 * @sids: room for SR6FLOW_SIDS_MAX SIDs, filled in path order
 * @first: the first SID, 16 bytes
 * @comment: COBS-encoded other SIDs; may be hostile
 * @len: bytes in @comment without a terminating NUL, 0 for one SID
 *
 * Return: number of SIDs, or 0 if @comment is not the encoding of 0 to 15
 * SIDs. Each SID list has exactly one accepted encoding. One SID has two: an
 * empty @comment is equivalent to the encoding of nothing.
 */
static inline unsigned int
sr6flow_sids_decode(__u8 (*sids)[SR6FLOW_SID_LEN], const __u8 *first,
		    const char *comment, size_t len)
{
	__u8 *data = sids[0] + SR6FLOW_SID_LEN;
	size_t next;

	memcpy(sids[0], first, SR6FLOW_SID_LEN);
	if (!len)
		return 1;
	if (len > SR6FLOW_COMMENT_MAX || (len - 1) % SR6FLOW_SID_LEN ||
	    memchr(comment, '\0', len))
		return 0;
	memcpy(data, comment + 1, len - 1);
	/* A piece that is not the last stands for a zero byte. */
	for (next = (__u8)comment[0]; next < len; next += (__u8)comment[next])
		data[next - 1] = 0;
	return next == len ? 1 + (len - 1) / SR6FLOW_SID_LEN : 0;
}

/**
 * sr6flow_sids_reverse() - turn path order into wire order or back
 * @to: room for @n SIDs, must not overlap @from
 * @from: SID list
 * @n: number of SIDs
 *
 * Source: RFC 8754, section 2: Segment List[0] is the last segment.
 */
static inline void
sr6flow_sids_reverse(__u8 (*to)[SR6FLOW_SID_LEN],
		     const __u8 (*from)[SR6FLOW_SID_LEN], unsigned int n)
{
	unsigned int i;

	for (i = 0; i < n; i++)
		memcpy(to[i], from[n - 1 - i], SR6FLOW_SID_LEN);
}

#endif /* _UAPI_IP_SET_HASH_SR6FLOW_H */
