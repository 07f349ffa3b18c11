/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Messages as the harnesses and the kept inputs make them: the same flows,
 * keys and times everywhere, so that an input can hit something.
 */
#ifndef TEST_FUZZ_MESSAGE_H
#define TEST_FUZZ_MESSAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "lmctl/base/block.h"
#include "lmctl/stamp/keys.h"
#include "sr6flow.h"

/* Time of the first message, half a period into the block after this one. */
#define MESSAGE_BLOCK INT64_C(1709294400)
#define MESSAGE_NOW ((MESSAGE_BLOCK + 1) * BLOCK_NS_PER_S + BLOCK_NS_PER_S / 2)
#define MESSAGE_MASK SR6FLOW_MASK_DEFAULT
#define MESSAGE_FLOWS 20
#define MESSAGE_NETMASK 64

/* Two keys. */
extern const struct keys message_keys;

/* Period of a second and the default guard time and band. */
extern const struct block_timing message_timing;

/* Flow of a number; those below 16 have as many SIDs and one more. */
void message_flow(struct sr6flow_flow *flow, unsigned int number);

/*
 * Write the HMACs that a message has room for: that of the base packet if @base, and that
 * of the first HMAC TLV if @tlvs.
 */
void message_seal(uint8_t *data, size_t len, bool auth, const struct key *key,
		  bool base, bool tlvs);

/*
 * Whether an HMAC TLV of a message fits any of the keys and only Extra Padding follows it
 * (RFC 8972, section 4.8).
 */
bool message_tlvs_sealed(uint8_t *data, size_t len, bool auth);

#endif /* TEST_FUZZ_MESSAGE_H */
