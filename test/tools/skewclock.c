// SPDX-License-Identifier: GPL-2.0-only
/*
 * For LD_PRELOAD: the program sees a wall clock that is SKEW_NS nanoseconds
 * ahead (negative: behind), as if its machine's clock were wrong. Network
 * namespaces have one clock, so this is how one end gets one of its own.
 *
 * With SKEW_FILE the nanoseconds are the text of that file, which is read each time:
 * to change it is to set the clock.
 *
 * What is told of the wall clock is shifted one way: clock_gettime(),
 * gettimeofday(), time() and the receive time of datagrams. What is given to
 * it is shifted back: the time at which a timer on CLOCK_REALTIME expires.
 */
#include <dlfcn.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#define NS_PER_S INT64_C(1000000000)
/* Descriptors of timers that can be told apart. */
#define TIMERS_MAX 1024

/* Timers on CLOCK_REALTIME; one thread of the programs uses timers. */
static bool wall[TIMERS_MAX];

static int64_t parse(const char *text)
{
	return text ? strtoll(text, NULL, 10) : 0;
}

static int64_t skew(void)
{
	static int64_t ns;
	static bool known;
	static int file = -1;
	const char *path;
	char text[32];
	ssize_t len;

	if (!known) {
		ns = parse(getenv("SKEW_NS"));
		path = getenv("SKEW_FILE");
		if (path)
			file = open(path, O_RDONLY | O_CLOEXEC);
		if (path && file < 0)
			abort();
		known = true;
	}
	if (file < 0)
		return ns;
	len = pread(file, text, sizeof(text) - 1, 0);
	/* While the file is written it may be empty for a moment. */
	if (len > 0) {
		text[len] = '\0';
		ns = parse(text);
	}
	return ns;
}

static void *next(const char *name)
{
	void *function = dlsym(RTLD_NEXT, name);

	if (!function)
		abort();
	return function;
}

static void shift(struct timespec *time, int64_t by)
{
	int64_t ns = time->tv_sec * NS_PER_S + time->tv_nsec + by;

	/* A timer for time 0 would be no timer, one for before is an error. */
	if (ns < 1)
		ns = 1;
	time->tv_sec = ns / NS_PER_S;
	time->tv_nsec = ns % NS_PER_S;
}

int clock_gettime(clockid_t id, struct timespec *now)
{
	static int (*real)(clockid_t id, struct timespec *now);
	int err;

	if (!real)
		real = next("clock_gettime");
	err = real(id, now);
	if (!err && (id == CLOCK_REALTIME || id == CLOCK_REALTIME_COARSE))
		shift(now, skew());
	return err;
}

int gettimeofday(struct timeval *restrict now, void *restrict zone)
{
	struct timespec exact;

	(void)zone;
	clock_gettime(CLOCK_REALTIME, &exact);
	now->tv_sec = exact.tv_sec;
	now->tv_usec = exact.tv_nsec / 1000;
	return 0;
}

time_t time(time_t *now)
{
	struct timespec time;

	clock_gettime(CLOCK_REALTIME, &time);
	if (now)
		*now = time.tv_sec;
	return time.tv_sec;
}

int timerfd_create(clockid_t id, int flags)
{
	static int (*real)(clockid_t id, int flags);
	int fd;

	if (!real)
		real = next("timerfd_create");
	fd = real(id, flags);
	if (fd >= TIMERS_MAX)
		abort();
	if (fd >= 0)
		wall[fd] = id == CLOCK_REALTIME;
	return fd;
}

int timerfd_settime(int fd, int flags, const struct itimerspec *timer,
		    struct itimerspec *old)
{
	static int (*real)(int fd, int flags, const struct itimerspec *timer,
			   struct itimerspec *old);
	struct itimerspec shifted = *timer;

	if (!real)
		real = next("timerfd_settime");
	if (fd >= 0 && fd < TIMERS_MAX && wall[fd] &&
	    (flags & TFD_TIMER_ABSTIME) &&
	    (timer->it_value.tv_sec || timer->it_value.tv_nsec))
		shift(&shifted.it_value, -skew());
	return real(fd, flags, &shifted, old);
}

static void shift_arrival(struct msghdr *message)
{
	struct cmsghdr *control;
	struct timespec arrival;

	for (control = CMSG_FIRSTHDR(message); control;
	     control = CMSG_NXTHDR(message, control)) {
		if (control->cmsg_level != SOL_SOCKET ||
		    control->cmsg_type != SCM_TIMESTAMPNS)
			continue;
		memcpy(&arrival, CMSG_DATA(control), sizeof(arrival));
		shift(&arrival, skew());
		memcpy(CMSG_DATA(control), &arrival, sizeof(arrival));
	}
}

int recvmmsg(int fd, struct mmsghdr *messages, unsigned int n, int flags,
	     struct timespec *timeout)
{
	static int (*real)(int fd, struct mmsghdr *messages, unsigned int n,
			   int flags, struct timespec *timeout);
	int i, got;

	if (!real)
		real = next("recvmmsg");
	got = real(fd, messages, n, flags, timeout);
	for (i = 0; i < got; i++)
		shift_arrival(&messages[i].msg_hdr);
	return got;
}
