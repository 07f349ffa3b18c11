// SPDX-License-Identifier: GPL-2.0-only
/*
 * The event loop with the kernel's own timers: tasks come at their time and in
 * their order, none holds up another, and all learn of a step of the clock.
 *
 * Steps are made here: clock_gettime() is wrapped and adds them. The kernel's
 * timers do not know of them, so a test also makes one tell of a step.
 */
#include <stdlib.h>
#include <string.h>
#include <errno.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#include "lmctl/base/block.h"
#include "lmctl/base/clock.h"
#include "lmctl/service/loop.h"
#include "test/unit/unit.h"

#define MS BLOCK_NS_PER_MS
#define HOUR (3600 * BLOCK_NS_PER_S)
/* A loop that does not end by itself has failed after so many seconds. */
#define PATIENCE 600
#define ORDER_MAX 32

int __real_clock_gettime(clockid_t id, struct timespec *now);
int __wrap_clock_gettime(clockid_t id, struct timespec *now);
int __real_timerfd_settime(int fd, int flags, const struct itimerspec *new,
			   struct itimerspec *old);
int __wrap_timerfd_settime(int fd, int flags, const struct itimerspec *new,
			   struct itimerspec *old);

/**
 * struct worker - a task of a test
 * @name: what it writes into the order
 * @task: it in the loop
 * @runs: how often it ran
 * @first: when it ran first
 * @again: nanoseconds after which it runs again; 0: never
 * @during: what it does besides, or NULL
 * @steps: steps that it was told of
 * @by: size of the last one
 */
struct worker {
	char name;
	struct task *task;
	int runs;
	int64_t first;
	int64_t again;
	void (*during)(struct worker *worker);
	int steps;
	int64_t by;
};

static struct {
	struct loop *loop;
	int64_t offset;
	/* The timer tells of so many steps when it is armed. */
	int cancel;
	char order[ORDER_MAX + 1];
	struct worker *woken;
	int event;
	/* For the end of the test. */
	struct task *tasks[4];
	unsigned int n;
} self;

int __wrap_clock_gettime(clockid_t id, struct timespec *now)
{
	int err = __real_clock_gettime(id, now);
	int64_t time;

	if (id != CLOCK_REALTIME)
		return err;
	time = now->tv_sec * BLOCK_NS_PER_S + now->tv_nsec + self.offset;
	now->tv_sec = time / BLOCK_NS_PER_S;
	now->tv_nsec = time % BLOCK_NS_PER_S;
	return err;
}

/* The kernel arms the timer, too, when it says ECANCELED. */
int __wrap_timerfd_settime(int fd, int flags, const struct itimerspec *new,
			   struct itimerspec *old)
{
	int err = __real_timerfd_settime(fd, flags, new, old);

	if (err || !self.cancel)
		return err;
	self.cancel--;
	errno = ECANCELED;
	return -1;
}

static int64_t worker_run(void *arg, int64_t now)
{
	struct worker *worker = arg;
	size_t n = strlen(self.order);

	if (!worker->runs++)
		worker->first = now;
	if (n < ORDER_MAX)
		self.order[n] = worker->name;
	if (worker->during)
		worker->during(worker);
	return worker->again ? now + worker->again : LOOP_NEVER;
}

static void worker_stepped(void *arg, int64_t before, int64_t now)
{
	struct worker *worker = arg;

	worker->steps++;
	worker->by = now - before;
}

static const struct task_ops plain = { worker_run, worker_stepped, false };
static const struct task_ops urgent = { worker_run, worker_stepped, true };

/* It was told of so many steps, the last one of this size, nanoseconds. */
static void assert_steps(const struct worker *worker, int steps, int64_t by)
{
	assert_int_equal(worker->steps, steps);
	assert_true(worker->by < by + 100 * MS);
	assert_true(worker->by > by - 100 * MS);
}

static void add(struct worker *worker, const struct task_ops *ops)
{
	assert_in_range(self.n, 0, ARRAY_SIZE(self.tasks) - 1);
	worker->task = loop_task(self.loop, ops, worker);
	assert_non_null(worker->task);
	self.tasks[self.n++] = worker->task;
}

/* Until a worker ends it. */
static void run(void)
{
	assert_int_equal(loop_run(self.loop), 7);
}

static void end(struct worker *worker)
{
	(void)worker;
	loop_stop(self.loop, 7);
}

static void end_second(struct worker *worker)
{
	if (worker->runs == 2)
		end(worker);
}

static int setup(void **state)
{
	(void)state;
	memset(&self, 0, sizeof(self));
	alarm(PATIENCE);
	return loop_open(&self.loop);
}

static int teardown(void **state)
{
	(void)state;
	alarm(0);
	while (self.n)
		task_free(self.tasks[--self.n]);
	loop_close(self.loop);
	return 0;
}

UNIT_EACH(setup, teardown)

TEST(test_time)
{
	struct worker worker = {
		.name = 'a', .again = 30 * MS, .during = end_second,
	};

	add(&worker, &plain);
	run();
	assert_int_equal(worker.runs, 2);
	assert_true(wallclock_time() >= worker.first + 30 * MS);
	assert_int_equal(worker.steps, 0);
}

/* All are due at the start: urgent ones first, the others as they came. */
TEST(test_order)
{
	struct worker a = { .name = 'a' }, b = { .name = 'b', .during = end };
	struct worker first = { .name = '1' }, second = { .name = '2' };

	add(&a, &plain);
	add(&first, &urgent);
	add(&b, &plain);
	add(&second, &urgent);
	run();
	assert_string_equal(self.order, "12ab");
}

/* More than any number of calls of which only one looks at the clock. */
static void make_progress(struct worker *worker)
{
	int i;

	for (i = 0; i < 4096; i++)
		loop_progress(self.loop);
	end(worker);
}

/* Within a long task, what is urgent and due runs, and nothing else. */
TEST(test_progress)
{
	struct worker quick = { .name = 'q', .again = 1 };
	struct worker later = { .name = 'x', .again = HOUR };
	struct worker longest = { .name = 'l', .during = make_progress };
	struct worker other = { .name = 'o' };

	add(&longest, &plain);
	add(&other, &plain);
	run();
	assert_string_equal(self.order, "l");
	memset(self.order, 0, sizeof(self.order));
	add(&later, &urgent);
	add(&quick, &urgent);
	make_progress(&longest);
	assert_int_equal(later.runs, 1);
	assert_true(quick.runs > 1);
	assert_int_equal(other.runs, 0);
}

static int on_event(sd_event_source *source, int fd, uint32_t events,
		    void *arg)
{
	(void)source;
	(void)fd;
	(void)events;
	(void)arg;
	task_wake(self.woken->task);
	return 0;
}

/* A socket that never falls silent wakes its task; another one is due. */
TEST(test_wake)
{
	struct worker busy = { .name = 'b' };
	struct worker quiet = {
		.name = 'q', .again = 20 * MS, .during = end_second,
	};
	sd_event_source *source;

	self.event = eventfd(1, EFD_CLOEXEC);
	assert_true(self.event >= 0);
	assert_true(sd_event_add_io(loop_event(self.loop), &source,
				    self.event, EPOLLIN, on_event,
				    NULL) >= 0);
	self.woken = &busy;
	add(&quiet, &plain);
	add(&busy, &plain);
	run();
	assert_int_equal(quiet.runs, 2);
	assert_true(busy.runs > 2);
	sd_event_source_unref(source);
	close(self.event);
}

static void step_back(struct worker *worker)
{
	if (worker->runs == 1)
		self.offset = -5 * BLOCK_NS_PER_S;
	else
		end(worker);
}

/* One waits for a far time; the other one's timer shows the step. */
TEST(test_step)
{
	struct worker far = { .name = 'f', .again = HOUR };
	struct worker near = {
		.name = 'n', .again = 10 * MS, .during = step_back,
	};

	add(&far, &plain);
	add(&near, &plain);
	run();
	assert_int_equal(far.runs, 2);
	assert_steps(&far, 1, -5 * BLOCK_NS_PER_S);
	assert_int_equal(near.steps, 1);
}

static void cancel(struct worker *worker)
{
	if (worker->runs == 1)
		self.cancel = 1;
	else
		end(worker);
}

/* The kernel tells of a step too small to be seen; nobody has to wait. */
TEST(test_cancelled)
{
	struct worker far = { .name = 'f', .again = HOUR, .during = cancel };

	add(&far, &plain);
	run();
	assert_int_equal(far.runs, 2);
	assert_steps(&far, 1, 0);
}

static void see_step(struct worker *worker)
{
	int64_t now;

	self.offset = HOUR;
	assert_true(loop_stepped(self.loop, &now));
	assert_false(loop_stepped(self.loop, &now));
	end(worker);
}

TEST(test_step_within)
{
	struct worker worker = { .name = 'w', .during = see_step };
	struct worker other = { .name = 'o' };

	add(&worker, &plain);
	add(&other, &plain);
	run();
	assert_int_equal(worker.steps, 1);
	assert_int_equal(other.steps, 1);
}

/* The step is seen before the timer tells of it; another one follows. */
static void step_early(struct worker *worker)
{
	int64_t now;

	if (worker->runs == 1) {
		self.offset = -5 * BLOCK_NS_PER_S;
		self.cancel = 1;
		assert_true(loop_stepped(self.loop, &now));
	} else if (worker->runs == 3) {
		assert_int_equal(worker->steps, 1);
		self.cancel = 1;
	} else if (worker->runs == 6) {
		end(worker);
	}
}

TEST(test_told_once)
{
	struct worker worker = {
		.name = 'w', .again = 10 * MS, .during = step_early,
	};

	add(&worker, &plain);
	run();
	assert_int_equal(self.cancel, 0);
	assert_steps(&worker, 2, 0);
}

static void hang_up(void *arg)
{
	int *count = arg;

	++*count;
	raise(SIGTERM);
}

/* Signals are held from loop_open() on; SIGTERM is a clean end. */
TEST(test_signals)
{
	int count = 0;

	loop_on_hangup(self.loop, hang_up, &count);
	raise(SIGHUP);
	assert_int_equal(loop_run(self.loop), EXIT_SUCCESS);
	assert_int_equal(count, 1);
}

TEST(test_hangup)
{
	raise(SIGHUP);
	assert_int_equal(loop_run(self.loop), EXIT_SUCCESS);
}
