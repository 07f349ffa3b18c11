// SPDX-License-Identifier: GPL-2.0-only
/*
 * The learner: into which sets it writes, how much at once, and what becomes of
 * flows that a set does not take. With real time and a set in memory.
 */
#include <stdlib.h>
#include <string.h>

#include "lmctl/base/clock.h"
#include "lmctl/service/learner.h"
#include "test/unit/fake_sr6flow.h"
#include "test/unit/unit.h"

/* More than three batches of 16, and the shortest time that they take. */
#define FLOWS 49
#define LEAST_NS (3 * 20 * BLOCK_NS_PER_MS)

static struct {
	struct loop *loop;
	struct learning *learning;
	struct learner *learner;
	struct config *config;
	unsigned int most;
	unsigned int before;
} self;

static struct sr6flow_flow flow(unsigned int i)
{
	struct sr6flow_flow made = { .nsids = 1 };

	made.sids[0].s6_addr[0] = 0xfd;
	made.sids[0].s6_addr[15] = (uint8_t)i;
	return made;
}

/* Others have their turn between two batches, and see how large one was. */
static int64_t watch(void *arg, int64_t now)
{
	unsigned int written = fake.n - self.before;

	(void)arg;
	if (written > self.most)
		self.most = written;
	self.before = fake.n;
	if (fake.n >= FLOWS + 1 || learning_stats(self.learning)->failed)
		loop_stop(self.loop, EXIT_SUCCESS);
	return now + BLOCK_NS_PER_MS / 10;
}

static int setup(void **state)
{
	(void)state;
	memset(&self, 0, sizeof(self));
	fake_kernel_reset();
	fake.timeout = 0;
	self.before = fake.n;
	self.config = config_new();
	self.learning = learning_new();
	if (!self.config || !self.learning || loop_open(&self.loop))
		return -1;
	self.config->reflect.on = true;
	self.config->reflect.nsets = 1;
	strcpy(self.config->reflect.set[0], "lm-rx");
	self.config->reflect.reflector.learn = FLOWS;
	self.config->reflect.reflector.learn_timeout = 100;
	self.config->keys.n = 1;
	strcpy(self.config->keys.key[0].id, "a");
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	learner_close(self.learner);
	learning_free(self.learning);
	loop_close(self.loop);
	config_free(self.config);
	return 0;
}

static void open_learner(void)
{
	self.learner = learner_open("lm-rx", self.learning, self.loop);
	assert_non_null(self.learner);
	learner_follow(self.learner, self.config);
}

/* Everything is asked for at once. Returns how long it took. */
static int64_t learn_all(void)
{
	static const struct task_ops ops = { .run = watch };
	struct task *task = loop_task(self.loop, &ops, NULL);
	int64_t began = wallclock_time();
	unsigned int i;

	assert_non_null(task);
	for (i = 0; i < FLOWS; i++) {
		struct sr6flow_flow asked = flow(i);

		assert_true(learning_add(self.learning, &asked, 1, "a"));
	}
	assert_int_equal(loop_run(self.loop), EXIT_SUCCESS);
	task_free(task);
	return wallclock_time() - began;
}

TEST_WITH(setup, teardown, test_batches)
{
	struct sr6flow_flow last = flow(FLOWS - 1);
	int64_t took;

	open_learner();
	took = learn_all();
	assert_int_equal(fake.n, FLOWS + 1);
	assert_memory_equal(&fake.flows[FLOWS], &last, sizeof(last));
	assert_int_equal(learning_stats(self.learning)->learned, FLOWS);
	assert_in_range(self.most, 1, 16);
	assert_true(took >= LEAST_NS);
}

/* The one that does not fit is the last one that is tried. */
TEST_WITH(setup, teardown, test_full)
{
	fake.adds_left = 5;
	open_learner();
	learn_all();
	assert_int_equal(fake.n, 6);
	assert_int_equal(learning_stats(self.learning)->learned, 5);
	assert_int_equal(learning_stats(self.learning)->failed, FLOWS - 5);
}

/* A set that cannot learn, from the start or from some time on. */
TEST_WITH(setup, teardown, test_cannot)
{
	assert_true(learner_check(self.config));
	fake.timeout = SR6FLOW_NO_TIMEOUT;
	assert_null(learner_open("lm-rx", self.learning, self.loop));
	assert_false(learner_check(self.config));
	fake.timeout = 60;
	assert_null(learner_open("lm-rx", self.learning, self.loop));
	fake.timeout = 0;
	fake.forceadd = true;
	assert_null(learner_open("lm-rx", self.learning, self.loop));
	assert_null(learner_open("other", self.learning, self.loop));
	fake.forceadd = false;
	open_learner();
	fake.forceadd = true;
	learn_all();
	assert_int_equal(fake.n, 1);
	assert_int_equal(learning_stats(self.learning)->failed, FLOWS);
	self.config->reflect.reflector.learn = 0;
	assert_true(learner_check(self.config));
}
