// SPDX-License-Identifier: GPL-2.0-only
/*
 * The roles of a service over a reload, with sets in memory and real sockets:
 * this node measures to itself over loopback.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "lmctl/base/clock.h"
#include "lmctl/service/roles.h"
#include "test/unit/fake_sr6flow.h"
#include "test/unit/unit.h"

/* A loop that does not end by itself has failed after so many seconds. */
#define PATIENCE 600
/* A colour that the clock does not bring. */
#define STRANGE 0x00040000
#define BLOCKS 3

static struct {
	struct loop *loop;
	struct config *config;
	struct roles *roles;
	unsigned int port;
	char file[64];
	/* What measurements find. */
	int64_t block;
	unsigned int blocks;
	unsigned int exact;
} self;

static void take_result(void *arg, const struct result *result)
{
	(void)arg;
	self.exact += result_total(result).status == RESULT_EXACT;
}

static void take_report(void *arg, const struct peer_report *report)
{
	(void)arg;
	(void)report;
}

static void take_block_end(void *arg, const struct measurement *of,
			   int64_t block)
{
	(void)arg;
	(void)of;
	/* A busy machine may skip one; run_service shows in the guest that none is lost. */
	if (self.blocks++)
		assert_true(block > self.block);
	self.block = block;
}

static const struct sender_ops sender_ops = {
	.result = take_result,
	.report = take_report,
	.block_end = take_block_end,
};

static struct config *load(const char *text)
{
	FILE *file = fopen(self.file, "w");
	struct config *config;
	char error[512];

	assert_non_null(file);
	/* The port of the reflector stands wherever the text has %u. */
	fprintf(file, "node: n\n");
	for (; *text; text++)
		if (*text == '%')
			fprintf(file, "%u", self.port);
		else
			fputc(*text, file);
	assert_int_equal(fclose(file), 0);
	config = config_load(self.file, error, sizeof(error));
	if (!config)
		fail_msg("%s", error);
	return config;
}

static struct roles *open_parts(const struct config *config)
{
	return roles_open(config, self.config, self.roles, self.loop,
			  &sender_ops, NULL);
}

/* What a reload does. Returns false if the old roles have to go on. */
static bool change(const char *text)
{
	struct config *config = load(text);
	struct roles *roles = open_parts(config);

	if (!roles) {
		config_free(config);
		return false;
	}
	roles_commit(roles, config);
	roles_close(self.roles, roles);
	config_free(self.config);
	self.config = config;
	self.roles = roles;
	return true;
}

#define ALL "period: 300ms\nrotate: tx\n" \
	    "reflect: {sets: rx, listen: \"[::1]:%\"}\n" \
	    "measure core: {set: tx, peers: \"e=[::1]:%\"}\n"

static unsigned int free_port(void)
{
	struct sockaddr_in6 address = {
		.sin6_family = AF_INET6, .sin6_addr = IN6ADDR_LOOPBACK_INIT,
	};
	socklen_t len = sizeof(address);
	int fd = socket(AF_INET6, SOCK_DGRAM, 0);

	assert_int_equal(bind(fd, (const struct sockaddr *)&address, len), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&address, &len),
			 0);
	close(fd);
	return ntohs(address.sin6_port);
}

static int setup(void **state)
{
	int fd;

	(void)state;
	memset(&self, 0, sizeof(self));
	strcpy(self.file, "/tmp/test_roles.XXXXXX");
	fd = mkstemp(self.file);
	assert_true(fd >= 0);
	close(fd);
	self.port = free_port();
	fake_kernel_reset();
	alarm(PATIENCE);
	assert_int_equal(loop_open(&self.loop), 0);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	alarm(0);
	roles_close(self.roles, NULL);
	config_free(self.config);
	loop_close(self.loop);
	unlink(self.file);
	return 0;
}

static void run_once(void)
{
	assert_true(sd_event_run(loop_event(self.loop), UINT64_MAX) >= 0);
}

static void run(unsigned int blocks)
{
	const unsigned int wanted = self.blocks + blocks;

	while (self.blocks < wanted)
		run_once();
}

TEST_WITH(setup, teardown, test_same)
{
	struct roles before;

	assert_true(change(ALL));
	before = *self.roles;
	assert_true(change(ALL));
	assert_ptr_equal(self.roles->rotator[0], before.rotator[0]);
	assert_ptr_equal(self.roles->watched[0], before.watched[0]);
	assert_ptr_equal(self.roles->watched[1], before.watched[1]);
	assert_ptr_equal(self.roles->reflect, before.reflect);
	assert_ptr_equal(self.roles->sender[0], before.sender[0]);
	assert_ptr_equal(self.roles->watched[0]->roles, self.roles);
}

/* What did not change stays, whatever comes and goes beside it. */
TEST_WITH(setup, teardown, test_beside)
{
	struct roles before;

	assert_true(change(ALL));
	before = *self.roles;
	assert_true(change(ALL "measure two: {set: rx, peers: \"[::1]:9\"}\n"));
	assert_int_equal(self.roles->nsenders, 2);
	assert_int_equal(self.roles->nwatched, 2);
	assert_ptr_equal(self.roles->sender[0], before.sender[0]);
	assert_true(change("period: 300ms\n"
			   "measure two: {set: rx, peers: \"[::1]:9\"}\n"));
	assert_int_equal(self.roles->nsenders, 1);
	assert_int_equal(self.roles->nwatched, 1);
	assert_int_equal(self.roles->nrotators, 0);
	assert_null(self.roles->reflect);
	/* The ledger is one of a reading that was taken over twice. */
	assert_ptr_equal(self.roles->watched[0], before.watched[0]);
	assert_true(change(ALL));
}

/* Each fails at another part; nothing is changed, not even a colour. */
TEST_WITH(setup, teardown, test_bad)
{
	static const char *const bad[] = {
		"period: 1s\nrotate: [tx, absent]\n",
		"period: 1s\nrotate: tx\n"
		"measure core: {set: absent, peers: \"[::1]:9\"}\n",
		"period: 1s\nrotate: tx\n"
		"reflect: {sets: rx, listen: \"[2001:db8::1]:%\"}\n",
		ALL "measure two: {set: tx, peers: \"[::1]:9\",\n"
		"  source: 2001:db8::1}\n",
	};
	struct roles before;
	size_t i;

	assert_true(change(ALL));
	before = *self.roles;
	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		fake.colour = STRANGE;
		assert_false(change(bad[i]));
		assert_int_equal(fake.colour, STRANGE);
		assert_memory_equal(self.roles, &before, sizeof(before));
	}
	run(BLOCKS);
}

/* On a busy machine any number of blocks is read late: wait for exact ones. */
static void run_exact(unsigned int rows)
{
	const unsigned int wanted = self.exact + rows;

	while (self.exact < wanted)
		run_once();
}

/* Measuring goes on through reloads, good and bad ones. */
TEST_WITH(setup, teardown, test_blocks)
{
	assert_true(change(ALL));
	run_exact(1);
	assert_true(change(ALL "alarm a: {raise: 0.1}\n"));
	assert_false(change("period: 1s\nrotate: absent\n"));
	run_exact(2);
}

TEST_WITH(setup, teardown, test_period)
{
	struct roles before;

	assert_true(change(ALL));
	run(1);
	before = *self.roles;
	assert_true(change("period: 100ms\nrotate: tx\n"
			   "measure core: {set: tx, peers: \"e=[::1]:%\"}\n"));
	assert_ptr_not_equal(self.roles->rotator[0], before.rotator[0]);
	assert_ptr_not_equal(self.roles->sender[0], before.sender[0]);
	self.blocks = 0;
	fake.colour = STRANGE;
	/* Nobody answers: it ends when the peer's time is over. */
	run(1);
	/* On a busy machine the rotator may come after that. */
	while (fake.colour == STRANGE)
		run_once();
}
