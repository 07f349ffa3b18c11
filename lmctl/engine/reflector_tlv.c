// SPDX-License-Identifier: GPL-2.0-only
#include <endian.h>
#include <errno.h>
#include <string.h>

#include "lmctl/engine/reflector_tlv.h"
#include "lmctl/stamp/stamp.h"

/*
 * Class of Service TLV (RFC 8972, section 4.4), 32 bits: DSCP1 6 (requested for the
 * reply), DSCP2 6 and ECN 2 (as the request came), RP 2, reserved 16.
 */
#define COS_LEN 4
#define COS_DSCP1_MASK 0xfc000000
#define COS_DSCP2_SHIFT 20
#define COS_ECN_SHIFT 18
/* The reply does not have the requested DSCP. */
#define COS_RP_NOT_FOLLOWED (1u << 16)

/* Direct Measurement TLV (section 4.5): S_TxC, R_RxC, R_TxC, 32 bits each. */
#define DIRECT_LEN 12
#define DIRECT_RECEIVED 4
#define DIRECT_SENT 8

/**
 * struct survey - findings of a first pass over the TLVs
 * @n: number of whole TLVs
 * @paddings: how many of them are Extra Padding
 * @broken: the rest behind the last of them is no whole TLV
 * @hmacs: number of HMAC TLVs
 * @at: offset of the last of them
 * @hmac: its value
 * @fits: it is as long as an HMAC and only Extra Padding follows it
 */
struct survey {
	size_t n;
	size_t paddings;
	bool broken;
	size_t hmacs;
	size_t at;
	const uint8_t *hmac;
	bool fits;
};

static void survey_tlvs(uint8_t *data, size_t len, size_t base,
			struct survey *survey)
{
	struct stamp_tlv tlv;
	size_t offset = base;
	int more;

	memset(survey, 0, sizeof(*survey));
	while ((more = stamp_tlv_next(data, len, &offset, &tlv)) > 0) {
		survey->n++;
		if (tlv.type == STAMP_TLV_PADDING) {
			survey->paddings++;
		} else if (tlv.type == STAMP_TLV_HMAC) {
			survey->hmacs++;
			survey->at = (size_t)(tlv.header - data);
			survey->hmac = tlv.value;
			survey->fits = tlv.len == STAMP_HMAC_LEN;
		} else {
			survey->fits = false;
		}
	}
	survey->broken = more < 0;
	if (survey->broken || survey->hmacs != 1)
		survey->fits = false;
}

/* Try all keys, whichever fits. */
static const struct key *find_key(const struct tlv_context *context,
				  const struct survey *survey)
{
	const struct key *found = NULL;
	unsigned int i;

	for (i = 0; i < context->keys->n; i++) {
		const struct key *key = &context->keys->key[i];

		if (key_tlv_verify(key, context->data, context->base,
				   survey->at, survey->hmac))
			found = key;
	}
	return found;
}

/*
 * Decide whether the TLVs may be used. @key becomes the key of their HMAC, if they
 * have one. Authenticated messages must have one unless their only TLV is Extra
 * Padding (section 4.8).
 */
static bool integrity(const struct tlv_context *context,
		      const struct survey *survey, const struct key **key)
{
	*key = NULL;
	if (!survey->hmacs && !context->auth)
		return true;
	if (!survey->hmacs && !survey->broken)
		return !survey->n || (survey->n == 1 && survey->paddings == 1);
	if (!survey->fits)
		return false;
	if (!context->auth)
		*key = find_key(context, survey);
	else if (key_tlv_verify(context->key, context->data, context->base,
				survey->at, survey->hmac))
		*key = context->key;
	return *key;
}

bool reflector_tlvs_refuse(const struct tlv_context *context)
{
	struct stamp_tlv tlv;
	size_t offset = context->base;
	int more;

	while ((more = stamp_tlv_next(context->data, context->len, &offset,
				      &tlv)) > 0)
		*tlv.header |= STAMP_TLV_INTEGRITY;
	if (more < 0)
		*tlv.header |= STAMP_TLV_INTEGRITY | STAMP_TLV_MALFORMED;
	return more == 0;
}

static void put32(uint8_t *data, uint32_t value)
{
	value = htobe32(value);
	memcpy(data, &value, sizeof(value));
}

static void do_cos(const struct tlv_context *context, uint8_t *value)
{
	uint32_t dscp = context->traffic_class >> 2;
	uint32_t ecn = context->traffic_class & 3;
	uint32_t word;

	memcpy(&word, value, sizeof(word));
	word = be32toh(word) & COS_DSCP1_MASK;
	put32(value, word | dscp << COS_DSCP2_SHIFT | ecn << COS_ECN_SHIFT |
		     COS_RP_NOT_FOLLOWED);
}

/* Counting sets count incoming packets only. */
static void do_direct(const struct tlv_context *context, uint8_t *value)
{
	uint64_t received = 0;
	unsigned int i;

	for (i = 0; i < context->nledgers; i++)
		received += ledger_total(context->ledgers[i]);
	put32(value + DIRECT_RECEIVED, (uint32_t)received);
	put32(value + DIRECT_SENT, 0);
}

/*
 * Choose among the answers of ledgers that do not know the flow: a ledger without a
 * report may know it later, though not in a block before its first; a ledger with
 * another netmask knows nothing about it.
 */
static int weight(const struct answer *answer)
{
	switch (answer->status) {
	case ANSWER_NOT_FINISHED:
		return 3;
	case ANSWER_TOO_OLD:
		return 2;
	case ANSWER_NETMASK_DIFFERS:
		return 0;
	default:
		return 1;
	}
}

static struct blocktlv ask_ledgers(const struct tlv_context *context,
				   const struct blocktlv *asked)
{
	struct blocktlv told, answer = *asked;
	bool known = false;
	unsigned int i;

	for (i = 0; i < context->nledgers && !known; i++) {
		told = *asked;
		known = ledger_ask(context->ledgers[i], &told, context->from);
		if (known || !i || weight(&told.answer) > weight(&answer.answer))
			answer = told;
	}
	return answer;
}

/* Do not learn a flow for one set that another set has. */
static void learn(const struct tlv_context *context,
		  const struct blocktlv *asked)
{
	unsigned int i;

	for (i = 0; i < context->nledgers; i++)
		if (ledger_keep(context->ledgers[i], asked, context->key->id))
			return;
	for (i = 0; i < context->nledgers; i++)
		if (ledger_learn(context->ledgers[i], asked, context->key->id))
			return;
}

static bool do_block(const struct tlv_context *context,
		     const struct stamp_tlv *tlv)
{
	static const struct answer version = {
		.status = ANSWER_UNKNOWN_VERSION,
	};
	struct blocktlv asked, answer;

	switch (blocktlv_read(&asked, tlv->value, tlv->len)) {
	case 0:
		if (!IN6_IS_ADDR_UNSPECIFIED(&asked.last_source))
			return false;
		break;
	case -EPROTONOSUPPORT:
		context->stats->flows_other++;
		blocktlv_write_status(&version, tlv->value);
		return true;
	default:
		return false;
	}
	if (context->auth && context->learn)
		learn(context, &asked);
	answer = ask_ledgers(context, &asked);
	if (answer.answer.status == ANSWER_VALID)
		context->stats->flows++;
	else
		context->stats->flows_other++;
	blocktlv_write(&answer, tlv->value);
	return true;
}

static bool is_address(const struct stamp_tlv *tlv)
{
	return tlv->len == sizeof(struct in_addr) ||
	       tlv->len == sizeof(struct in6_addr);
}

/*
 * Without a ledger there are no counters. The U flag marks the address of another
 * node.
 */
static bool recognised(const struct tlv_context *context,
		       const struct stamp_tlv *tlv)
{
	switch (tlv->type) {
	case STAMP_TLV_PADDING:
	case STAMP_TLV_COS:
	case STAMP_TLV_HMAC:
		return true;
	case STAMP_TLV_DESTINATION:
		return !is_address(tlv) || stamp_address_is(tlv, context->to);
	case STAMP_TLV_DIRECT:
		return context->nledgers;
	default:
		return context->nledgers && tlv->type == context->tlv_type;
	}
}

/* Returns false if the TLV is malformed. */
static bool do_tlv(const struct tlv_context *context,
		   const struct stamp_tlv *tlv)
{
	switch (tlv->type) {
	case STAMP_TLV_PADDING:
		return true;
	case STAMP_TLV_HMAC:
		return tlv->len == STAMP_HMAC_LEN;
	case STAMP_TLV_COS:
		if (tlv->len != COS_LEN)
			return false;
		do_cos(context, tlv->value);
		return true;
	case STAMP_TLV_DIRECT:
		if (tlv->len != DIRECT_LEN)
			return false;
		do_direct(context, tlv->value);
		return true;
	case STAMP_TLV_DESTINATION:
		return is_address(tlv);
	default:
		return do_block(context, tlv);
	}
}

static void answer_all(const struct tlv_context *context)
{
	struct stamp_tlv tlv;
	size_t offset = context->base;
	int more;

	while ((more = stamp_tlv_next(context->data, context->len, &offset,
				      &tlv)) > 0) {
		if (!recognised(context, &tlv)) {
			*tlv.header = STAMP_TLV_UNRECOGNISED;
		} else if (do_tlv(context, &tlv)) {
			*tlv.header = 0;
		} else {
			*tlv.header = STAMP_TLV_MALFORMED;
			context->stats->malformed++;
			return;
		}
	}
	if (more < 0) {
		*tlv.header |= STAMP_TLV_MALFORMED;
		context->stats->malformed++;
	}
}

const struct key *reflector_tlvs(const struct tlv_context *context)
{
	const struct key *key;
	struct survey survey;

	survey_tlvs(context->data, context->len, context->base, &survey);
	if (!integrity(context, &survey, &key)) {
		context->stats->malformed += !reflector_tlvs_refuse(context);
		context->stats->integrity++;
		return NULL;
	}
	answer_all(context);
	return key;
}

void reflector_tlv_seal(const struct key *key, uint8_t *data, size_t len,
			size_t base)
{
	struct stamp_tlv tlv;
	size_t offset = base;

	while (stamp_tlv_next(data, len, &offset, &tlv) > 0) {
		if (tlv.type != STAMP_TLV_HMAC)
			continue;
		*tlv.header = 0;
		key_tlv_hmac(key, data, base, (size_t)(tlv.header - data),
			     tlv.value);
		return;
	}
}
