// SPDX-License-Identifier: GPL-2.0-only
/* Opening a handle, and answers that are lost, damaged or of others. */
#include <errno.h>
#include <limits.h>
#include <string.h>
#include "lib_bench.h"

UNIT_EACH(lib_setup, lib_teardown)

static void fails(int error, const char *sentence)
{
	assert_int_equal(sr6flow_set_colour(handle, "foo", 1), -error);
	error_is(sentence);
}

TEST(answer_lost)
{
	fake_request(IPSET_CMD_ADD);
	fails(ETIMEDOUT, "the kernel did not finish its answer: try again");
	fake_request(IPSET_CMD_ADD);
	fake_recv_error(ENOBUFS);
	fails(ENOBUFS, "the kernel lost a part of its answer: try again");
	fake_request(IPSET_CMD_ADD);
	fake_recv_error(EBADF);
	fails(EBADF, "cannot read from the netlink socket: Bad file descriptor");
	fake_recv_error(ENOBUFS);
	fails(ENOBUFS,
	      "cannot write to the netlink socket: No buffer space available");
	/* An empty datagram is no reason to wait for ever. */
	fake_request(IPSET_CMD_ADD);
	fake_datagram(0);
	assert_int_equal(sr6flow_set_colour(handle, "foo", 1), -ECONNRESET);
	assert_int_equal(fake_nudges(), 0);
}

/* What another request left behind, or another program sent, is no answer. */
TEST(answer_of_others)
{
	fake_request(IPSET_CMD_ADD);
	fake_end(NLMSG_ERROR, -EIO)->nlmsg_seq = 1;
	fake_end(NLMSG_ERROR, -EIO)->nlmsg_pid = FAKE_PORTID + 1;
	fake_end(NLMSG_ERROR, 0);
	fake_datagram(0);
	assert_int_equal(sr6flow_set_colour(handle, "foo", 1), 0);
}

TEST(answer_damaged)
{
	static const char *const problems[] = {
		"a message that is cut off", "a message that is cut off",
		"a message that is cut off",
		"an end without error code", "an error above zero",
		"an error below all that there are",
		"a message of another kind", "a message of another kind",
	};
	size_t i;

	fake_request(IPSET_CMD_ADD);
	fake_end(NLMSG_ERROR, 0);
	fake_datagram(4);
	fake_request(IPSET_CMD_ADD);
	fake_bytes("\x10\0\0", 3);
	fake_datagram(0);
	/* libmnl would take this length for -1. */
	fake_request(IPSET_CMD_ADD);
	fake_bytes("\xff\xff\xff\xff\0\0\0\0\0\0\0\0\0\0\0\0", 16);
	fake_datagram(0);
	fake_request(IPSET_CMD_ADD);
	fake_end(NLMSG_ERROR, 0)->nlmsg_len = NLMSG_HDRLEN + 3;
	fake_datagram(0);
	fake_answer(IPSET_CMD_ADD, 1);
	/* Its negation is not a number. */
	fake_answer(IPSET_CMD_ADD, INT_MIN);
	fake_request(IPSET_CMD_ADD);
	fake_message(IPSET_CMD_DEL);
	fake_end(NLMSG_ERROR, 0);
	fake_datagram(0);
	fake_request(IPSET_CMD_ADD);
	fake_message(IPSET_CMD_ADD)->nlmsg_len = NLMSG_HDRLEN + 3;
	fake_end(NLMSG_ERROR, 0);
	fake_datagram(0);
	for (i = 0; i < ARRAY_SIZE(problems); i++) {
		assert_int_equal(sr6flow_set_colour(handle, "foo", 1), -EPROTO);
		error_is_damage(problems[i]);
	}
}

TEST(one_line)
{
	fake_answer(IPSET_CMD_HEADER, -ENOENT);
	assert_int_equal(sr6flow_flush(handle, "a\nb\033\x7f"), -ENOENT);
	error_is("there is no set 'a?b?\?': create it with 'lmctl init' or 'ipset create a?b?\? hash:sr6flow'");
	assert_string_equal(sr6flow_error(NULL), "out of memory");
}

static void protocol_answer(uint8_t protocol, uint8_t min)
{
	struct nlmsghdr *nlh = fake_answering(IPSET_CMD_PROTOCOL);

	mnl_attr_put_u8(nlh, IPSET_ATTR_PROTOCOL, protocol);
	mnl_attr_put_u8(nlh, IPSET_ATTR_PROTOCOL_MIN, min);
	fake_answered();
}

static void open_fails(int error, const char *sentence)
{
	struct sr6flow *failed;

	assert_int_equal(sr6flow_open(&failed), -error);
	assert_string_equal(sr6flow_error(failed), sentence);
	sr6flow_close(failed);
}

TEST(opening)
{
	fake_answer(IPSET_CMD_PROTOCOL, -EPERM);
	open_fails(EPERM,
		   "ipset needs CAP_NET_ADMIN in this network namespace: run as root");
	fake_answer(IPSET_CMD_PROTOCOL, -EINVAL);
	open_fails(EOPNOTSUPP, "the kernel has no ipset: try 'modprobe ip_set'");
	fake_answer(IPSET_CMD_PROTOCOL, -ENOMEM);
	open_fails(EPROTO,
		   "the kernel does not tell its ipset protocol (error 12)");
	protocol_answer(6, 6);
	open_fails(EPROTONOSUPPORT,
		   "the kernel speaks ipset protocol 6, libsr6flow needs 7: update the kernel");
	protocol_answer(9, 8);
	open_fails(EPROTONOSUPPORT,
		   "the kernel needs ipset protocol 8, libsr6flow speaks 7: update libsr6flow");
	fake_open_error(EPROTONOSUPPORT);
	open_fails(EPROTONOSUPPORT,
		   "the kernel has no nfnetlink: try 'modprobe nfnetlink'");
	fake_open_error(EMFILE);
	open_fails(EMFILE, "cannot open a netlink socket: Too many open files");
	sr6flow_close(NULL);
}

/* Zero is the number of requests that only make a listing go on. */
TEST(sequence_wraps)
{
	handle->seq = UINT32_MAX - 1;
	fake_answer(IPSET_CMD_ADD, 0);
	assert_int_equal(sr6flow_set_colour(handle, "foo", 1), 0);
	assert_int_equal(fake_sent(0)->nlmsg_seq, UINT32_MAX);
	fake_answer(IPSET_CMD_ADD, 0);
	assert_int_equal(sr6flow_set_colour(handle, "foo", 1), 0);
	assert_int_equal(fake_sent(1)->nlmsg_seq, 1);
}
