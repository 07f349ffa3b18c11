// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <linux/netfilter/nfnetlink.h>
#include <stdlib.h>
#include <string.h>
#include "channel_fake.h"
#include "test/unit/unit.h"

/* What lies behind a datagram must not be read; Clang says so in its own way. */
#ifdef __has_feature
#if __has_feature(address_sanitizer)
#define __SANITIZE_ADDRESS__
#endif
#endif
#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/asan_interface.h>
#define FORBID(p, n) ASAN_POISON_MEMORY_REGION(p, n)
#define ALLOW(p, n) ASAN_UNPOISON_MEMORY_REGION(p, n)
#else
#include <valgrind/memcheck.h>
#define FORBID(p, n) VALGRIND_MAKE_MEM_NOACCESS(p, n)
#define ALLOW(p, n) VALGRIND_MAKE_MEM_DEFINED(p, n)
#endif

#define SENT_MAX 16

enum step_kind { REQUEST, DATAGRAM, FAULT };

struct step {
	enum step_kind kind;
	int number;
	size_t len;
	char *bytes;
};

static struct {
	struct step *steps;
	size_t n, played;
	struct nlmsghdr *message;
	size_t len;
	_Alignas(struct nlmsghdr) char datagram[ANSWER_SIZE];
	union request sent[SENT_MAX];
	unsigned int nsent;
	unsigned int nudges;
	uint32_t seq;
	int open_error;
	char *answer;
} fake;

static void step_add(enum step_kind kind, int number, const void *bytes,
		     size_t len)
{
	struct step *step;

	fake.steps = realloc(fake.steps, (fake.n + 1) * sizeof(*fake.steps));
	assert_non_null(fake.steps);
	step = &fake.steps[fake.n++];
	*step = (struct step) { .kind = kind, .number = number, .len = len };
	if (len) {
		step->bytes = malloc(len);
		assert_non_null(step->bytes);
		memcpy(step->bytes, bytes, len);
	}
}

void fake_reset(void)
{
	size_t i;

	for (i = 0; i < fake.n; i++)
		free(fake.steps[i].bytes);
	free(fake.steps);
	memset(&fake, 0, sizeof(fake));
}

struct sr6flow *fake_open(void)
{
	struct sr6flow *handle;
	struct nlmsghdr *nlh;

	nlh = fake_answering(IPSET_CMD_PROTOCOL);
	mnl_attr_put_u8(nlh, IPSET_ATTR_PROTOCOL, IPSET_PROTOCOL);
	mnl_attr_put_u8(nlh, IPSET_ATTR_PROTOCOL_MIN, IPSET_PROTOCOL_MIN);
	fake_answered();
	assert_int_equal(sr6flow_open(&handle), 0);
	fake_done();
	fake.nsent = 0;
	return handle;
}

void fake_done(void)
{
	assert_int_equal(fake.played, fake.n);
}

void fake_open_error(int error)
{
	fake.open_error = error;
}

void fake_request(int command)
{
	step_add(REQUEST, command, NULL, 0);
}

static void message_close(void)
{
	if (fake.message)
		fake.len += MNL_ALIGN(fake.message->nlmsg_len);
	fake.message = NULL;
}

static struct nlmsghdr *message_open(int type)
{
	message_close();
	fake.message = mnl_nlmsg_put_header(fake.datagram + fake.len);
	fake.message->nlmsg_type = type;
	fake.message->nlmsg_seq = FAKE_SEQ;
	fake.message->nlmsg_pid = FAKE_PORTID;
	return fake.message;
}

struct nlmsghdr *fake_message(int command)
{
	struct nlmsghdr *nlh = message_open(NFNL_SUBSYS_IPSET << 8 | command);
	struct nfgenmsg *nfg = mnl_nlmsg_put_extra_header(nlh, sizeof(*nfg));

	nfg->nfgen_family = AF_INET;
	nfg->version = NFNETLINK_V0;
	return nlh;
}

struct nlmsghdr *fake_end(int type, int error)
{
	struct nlmsghdr *nlh = message_open(type);
	struct nlmsgerr *end;

	/* The error comes first in both. */
	if (type == NLMSG_DONE) {
		memcpy(mnl_nlmsg_put_extra_header(nlh, sizeof(error)), &error,
		       sizeof(error));
		nlh->nlmsg_flags = NLM_F_MULTI;
	} else {
		end = mnl_nlmsg_put_extra_header(nlh, sizeof(*end));
		end->error = error;
	}
	return nlh;
}

struct nlmsghdr *fake_last(void)
{
	return fake.message;
}

void fake_bytes(const void *bytes, size_t size)
{
	message_close();
	memcpy(fake.datagram + fake.len, bytes, size);
	fake.len += size;
}

void fake_change(size_t at, unsigned char by)
{
	message_close();
	if (fake.len)
		fake.datagram[at % fake.len] ^= by;
}

void fake_datagram(size_t cut)
{
	message_close();
	if (cut > fake.len)
		cut = fake.len;
	step_add(DATAGRAM, 0, fake.datagram, fake.len - cut);
	fake.len = 0;
}

void fake_recv_error(int error)
{
	step_add(FAULT, error, NULL, 0);
}

void fake_answer(int command, int error)
{
	fake_request(command);
	fake_end(NLMSG_ERROR, error);
	fake_datagram(0);
}

struct nlmsghdr *fake_answering(int command)
{
	fake_request(command);
	return fake_message(command);
}

void fake_answered(void)
{
	fake_datagram(0);
	fake_end(NLMSG_ERROR, 0);
	fake_datagram(0);
}

const struct nlmsghdr *fake_sent(unsigned int i)
{
	assert_true(i < fake.nsent);
	return &fake.sent[i].header;
}

unsigned int fake_nudges(void)
{
	return fake.nudges;
}

int channel_open(struct channel *channel)
{
	channel->portid = FAKE_PORTID;
	fake.seq = 0;
	return -fake.open_error;
}

void channel_close(struct channel *channel)
{
	(void)channel;
	if (fake.answer)
		ALLOW(fake.answer, ANSWER_SIZE);
	fake.answer = NULL;
}

int channel_send(struct channel *channel, const void *message, size_t len)
{
	const struct nlmsghdr *nlh = message;
	const struct step *step;

	(void)channel;
	assert_int_equal(len, nlh->nlmsg_len);
	assert_true(len <= REQUEST_SIZE);
	if (!nlh->nlmsg_seq) {
		fake.nudges++;
		return 0;
	}
	assert_true(fake.played < fake.n);
	step = &fake.steps[fake.played++];
	if (step->kind == FAULT)
		return -step->number;
	assert_int_equal(step->kind, REQUEST);
	assert_int_equal(nlh->nlmsg_type, NFNL_SUBSYS_IPSET << 8 | step->number);
	assert_int_not_equal(nlh->nlmsg_seq, fake.seq);
	fake.seq = nlh->nlmsg_seq;
	if (fake.nsent < SENT_MAX)
		memcpy(&fake.sent[fake.nsent++], message, len);
	return 0;
}

static void sequence_set(char *buffer, int len)
{
	struct nlmsghdr *nlh = (struct nlmsghdr *)buffer;

	for (; len > 0 && message_fits(nlh, len);
	     nlh = mnl_nlmsg_next(nlh, &len))
		if (nlh->nlmsg_seq == FAKE_SEQ)
			nlh->nlmsg_seq = fake.seq;
}

ssize_t channel_recv(struct channel *channel, void *buffer, size_t size,
		     bool wait)
{
	const struct step *step;

	(void)channel;
	(void)wait;
	if (fake.played == fake.n || fake.steps[fake.played].kind == REQUEST)
		return -EAGAIN;
	step = &fake.steps[fake.played++];
	if (step->kind == FAULT)
		return -step->number;
	assert_true(step->len <= size);
	fake.answer = buffer;
	ALLOW(buffer, size);
	if (step->len)
		memcpy(buffer, step->bytes, step->len);
	sequence_set(buffer, step->len);
	FORBID((char *)buffer + step->len, size - step->len);
	return step->len;
}
