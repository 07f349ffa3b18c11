// SPDX-License-Identifier: GPL-2.0-only
/*
 * Any bytes as a message of either mode: base packet, TLVs, block TLVs, HMACs.
 * What can be read is written and must read the same again.
 *
 * Input: a byte whose lowest bit is the mode, then the message.
 */
#include <errno.h>

#include "lmctl/stamp/blocktlv.h"
#include "lmctl/stamp/keys.h"
#include "lmctl/stamp/stamp.h"
#include "test/fuzz/input.h"
#include "test/fuzz/message.h"

static void same_request(const struct stamp_request *a,
			 const struct stamp_request *b)
{
	must(a->seq == b->seq);
	must(a->timestamp == b->timestamp);
	must(a->error == b->error);
	must(a->ssid == b->ssid);
}

static void fuzz_time(uint64_t timestamp, bool ptp, int64_t near)
{
	int64_t ns = stamp_time_decode(timestamp, ptp, near);
	uint64_t again = stamp_time_encode(ns, ptp);

	/* Above the last nanosecond of NTP's second there is half a unit. */
	must(stamp_time_decode(again, ptp, ns) == ns);
}

static void fuzz_error(uint16_t error)
{
	bool ptp, ptp_again, synchronised;
	int64_t ns, again;

	synchronised = stamp_error_decode(error, &ptp, &ns);
	must(ns > 0);
	error = stamp_error_encode(synchronised, ptp, ns);
	must(stamp_error_decode(error, &ptp_again, &again) == synchronised);
	must(ptp_again == ptp);
	must(again >= ns);
}

static void fuzz_base(const uint8_t *data, size_t len, bool auth)
{
	struct stamp_request request, request_again;
	struct stamp_reply reply, reply_again;
	uint8_t *copy;

	if (!stamp_request_read(data, len, auth, &request)) {
		must(len < stamp_base_len(auth));
		must(!stamp_reply_read(data, len, auth, &reply));
		return;
	}
	must(stamp_reply_read(data, len, auth, &reply));
	copy = malloc(stamp_base_len(auth));
	must(copy != NULL);
	stamp_request_write(copy, auth, &request);
	must(stamp_request_read(copy, stamp_base_len(auth), auth,
				&request_again));
	same_request(&request, &request_again);
	stamp_reply_write(copy, auth, &reply);
	must(stamp_reply_read(copy, stamp_base_len(auth), auth, &reply_again));
	must(reply.seq == reply_again.seq);
	must(reply.timestamp == reply_again.timestamp);
	must(reply.error == reply_again.error);
	must(reply.ssid == reply_again.ssid);
	must(reply.received == reply_again.received);
	same_request(&reply.sender, &reply_again.sender);
	must(reply.sender_ttl == reply_again.sender_ttl);
	free(copy);
	fuzz_time(reply.timestamp, reply.error & 1, (int64_t)reply.received);
	fuzz_error(reply.error);
}

/* Fields that version 1 does not have are zero, as is its fourth byte. */
static void check_version(const struct blocktlv *tlv, const uint8_t *value,
			  size_t len)
{
	static const uint8_t zeros[BLOCKTLV_IDENTITY_LEN];

	if (tlv->version == BLOCKTLV_VERSION) {
		must(len == BLOCKTLV_LEN(tlv->flow.nsids));
		must(tlv->flow.netmask <= 128 &&
		     tlv->flow.netmask == value[3]);
		return;
	}
	must(tlv->version == BLOCKTLV_VERSION_1);
	must(len == BLOCKTLV_LEN_1(tlv->flow.nsids));
	must(!tlv->flow.netmask && !tlv->sent_total.packets &&
	     !tlv->received_total.packets);
	must(!memcmp(tlv->identity, zeros, sizeof(zeros)));
	must(!memcmp(&tlv->flow.source, zeros, sizeof(zeros)));
}

static void fuzz_blocktlv(const uint8_t *value, size_t len)
{
	struct blocktlv tlv;
	struct answer answer;
	uint8_t *copy;
	int err = blocktlv_read(&tlv, value, len);

	must(err != -EPROTONOSUPPORT || value[0] > BLOCKTLV_VERSION);
	if (err)
		return;
	must(tlv.flow.nsids >= 1 && tlv.flow.nsids <= SR6FLOW_SIDS_MAX);
	check_version(&tlv, value, len);
	copy = malloc(len);
	must(copy != NULL);
	blocktlv_write(&tlv, copy);
	answer = answer_decode(copy[2]);
	must(answer.status == tlv.answer.status);
	must(answer.reason == tlv.answer.reason);
	must(!memcmp(copy, value, 2) && copy[3] == tlv.flow.netmask);
	must(!memcmp(copy + 4, value + 4, len - 4));
	free(copy);
}

static void fuzz_tlvs(uint8_t *data, size_t len, bool auth)
{
	size_t base = stamp_base_len(auth), offset = base, begin;
	const struct key *key = keys_verify_base(&message_keys, data, len);
	struct stamp_tlv tlv;
	int ret;

	for (;;) {
		begin = offset;
		ret = stamp_tlv_next(data, len, &offset, &tlv);
		if (ret != 1)
			break;
		must(tlv.header == data + begin);
		must(tlv.value + tlv.len == data + offset && offset <= len);
		must(offset == begin + STAMP_TLV_HEADER_LEN + tlv.len);
		fuzz_blocktlv(tlv.value, tlv.len);
		if (tlv.type == STAMP_TLV_HMAC && tlv.len == STAMP_HMAC_LEN)
			key_tlv_verify(key ? key : &message_keys.key[0], data, base,
				       begin, tlv.value);
	}
	must(offset == begin);
	if (ret)
		*tlv.header |= STAMP_TLV_MALFORMED;
	else
		must(offset >= len);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input input = { data, size };
	bool auth = input_number(&input, 1) & 1;
	size_t len = input.len;
	uint8_t *message = input_copy(&input, len);

	fuzz_base(message, len, auth);
	fuzz_tlvs(message, len, auth);
	free(message);
	return 0;
}
