// SPDX-License-Identifier: GPL-2.0-only
/*
 * Runs a command and says what it cost, in a guest whose clock counts
 * instructions (one nanosecond each, one processor).
 *
 *   bench_run [-l] FILE COMMAND [ARGUMENT]...
 *
 * FILE gets one line of words:
 *
 *   wall=N     instructions from start to end, those of an idle processor too
 *   cpu=N      of the command and of what it has waited for
 *   kthreads=N of kernel threads meanwhile: work that a system call leaves to
 *              them
 *   rss=N      KiB, most memory that one process of the command had at once
 *   late=N     with -l: how long a real-time process, which shall run every
 *              millisecond, has waited for the processor at most
 *
 * With -l all of this lasts until the kernel threads have nothing to do, too.
 *
 * The exit status is the command's, or 127 if it could not be run.
 */
#include <dirent.h>
#include <errno.h>
#include <sched.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define NS_PER_S 1000000000ull
#define WAKE_NS 1000000ull
#define KTHREADD 2
/* Kernel threads are at rest when they have worked less than a hundredth of the
 * time, in so many looks in a row, each after so many naps.
 */
#define QUIET 5
#define LOOK_NAPS 100
#define IDLE_NS (LOOK_NAPS * WAKE_NS / 100)

static void fail(const char *what)
{
	fprintf(stderr, "bench_run: %s: %s\n", what, strerror(errno));
	exit(127);
}

static uint64_t now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec * NS_PER_S + time.tv_nsec;
}

/* Nanoseconds that a kernel thread has run, 0 for any other process. */
static uint64_t kthread_time(const char *pid)
{
	unsigned long long time = 0;
	char path[300];
	FILE *file;
	int parent;

	snprintf(path, sizeof(path), "/proc/%s/stat", pid);
	file = fopen(path, "re");
	if (!file)
		return 0;
	/* Names of kernel threads have neither blanks nor brackets. */
	if (fscanf(file, "%*d %*s %*c %d", &parent) != 1)
		parent = 0;
	fclose(file);
	if (parent != KTHREADD)
		return 0;
	snprintf(path, sizeof(path), "/proc/%s/schedstat", pid);
	file = fopen(path, "re");
	if (!file)
		return 0;
	if (fscanf(file, "%llu", &time) != 1)
		time = 0;
	fclose(file);
	return time;
}

static uint64_t kthreads_time(void)
{
	DIR *proc = opendir("/proc");
	struct dirent *entry;
	uint64_t sum = 0;

	if (!proc)
		fail("/proc");
	while ((entry = readdir(proc)))
		if (entry->d_name[0] >= '1' && entry->d_name[0] <= '9')
			sum += kthread_time(entry->d_name);
	closedir(proc);
	return sum;
}

static pid_t start(char **command)
{
	pid_t child = fork();

	if (child < 0)
		fail("fork");
	if (child)
		return child;
	execvp(command[0], command);
	fail(command[0]);
	return -1;
}

/* Sleeps a millisecond; returns how much longer it took. */
static uint64_t nap(void)
{
	uint64_t until = now() + WAKE_NS;
	const struct timespec time = {
		.tv_sec = until / NS_PER_S, .tv_nsec = until % NS_PER_S,
	};

	while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &time, NULL))
		;
	return now() - until;
}

/* Wakes up again and again while the child and then kernel threads work;
 * returns the longest delay.
 */
static uint64_t wait_waking(pid_t child, int *status)
{
	const struct sched_param param = { .sched_priority = 50 };
	uint64_t late = 0, delay, worked = kthreads_time();
	unsigned int naps = 0, quiet = 0;
	bool ended = false;

	if (sched_setscheduler(0, SCHED_FIFO, &param))
		fail("sched_setscheduler");
	while (quiet < QUIET) {
		delay = nap();
		late = delay > late ? delay : late;
		ended = ended || waitpid(child, status, WNOHANG) == child;
		if (!ended || ++naps % LOOK_NAPS)
			continue;
		quiet = kthreads_time() - worked < IDLE_NS ? quiet + 1 : 0;
		worked = kthreads_time();
	}
	return late;
}

int main(int argc, char **argv)
{
	bool latency = argc > 1 && !strcmp(argv[1], "-l");
	uint64_t wall, kthreads, cpu, late = 0;
	struct rusage usage;
	pid_t child;
	FILE *file;
	int status;

	argc -= latency;
	argv += latency;
	if (argc < 3) {
		fputs("usage: bench_run [-l] FILE COMMAND [ARGUMENT]...\n",
		      stderr);
		return 127;
	}
	kthreads = kthreads_time();
	wall = now();
	child = start(argv + 2);
	if (latency)
		late = wait_waking(child, &status);
	else
		waitpid(child, &status, 0);
	wall = now() - wall;
	kthreads = kthreads_time() - kthreads;
	getrusage(RUSAGE_CHILDREN, &usage);
	cpu = (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * NS_PER_S +
	      (usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) * 1000;

	file = fopen(argv[1], "we");
	if (!file)
		fail(argv[1]);
	fprintf(file, "wall=%llu cpu=%llu kthreads=%llu rss=%ld",
		(unsigned long long)wall, (unsigned long long)cpu,
		(unsigned long long)kthreads, usage.ru_maxrss);
	if (latency)
		fprintf(file, " late=%llu", (unsigned long long)late);
	fputc('\n', file);
	if (fclose(file))
		fail(argv[1]);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 126;
}
