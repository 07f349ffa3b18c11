/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the kernel's clock discipline says of the system clock (adjtimex(2)).
 */
#ifndef LMCTL_SERVICE_SYSCLOCK_H
#define LMCTL_SERVICE_SYSCLOCK_H

#include <stdbool.h>
#include <stdint.h>
#include "lmctl/engine/recording.h"

/* The kernel's largest error; it then calls a clock unsynchronised. */
#define SYSCLOCK_ERROR_MAX (16 * INT64_C(1000000000))

/**
 * sysclock_read() - what may be claimed of the system clock
 * @synchronised: filled: a time daemon disciplines the clock and has not gone
 *		  silent
 * @error_ns: filled with a bound of the clock's error in nanoseconds, 1 to
 *	      SYSCLOCK_ERROR_MAX
 *
 * The bound is the kernel's maxerror: the time daemon sets it (chrony and
 * ntpd: half the delay to the reference clock plus all dispersions) and the
 * kernel adds 500 ppm until it is set again. esterror, the expected error,
 * claims less than is known: some daemons leave it 0 (systemd-timesyncd), and
 * it does not grow while a daemon is silent. It is used only where it is the
 * larger one.
 *
 * chrony tells the kernel only with 'rtcsync' in its configuration. Needs no
 * privilege, but a system call filter without adjtimex (systemd's
 * ProtectClock=) hides the state: then, as after any error, the clock is not
 * synchronised and the error is SYSCLOCK_ERROR_MAX.
 */
void sysclock_read(bool *synchronised, int64_t *error_ns);

/**
 * sysclock_record() - the clock as records have it
 * @clock: all zero, or from the call before; its boot time is kept as long as the
 *	   clock agrees with it, so that a reading that took long is no step
 * @band_ns: guard band
 *
 * The clock counts as synchronised while the daemon expects an error below the guard
 * band: esterror, in which chrony includes what it has still to slew. maxerror grows
 * so fast between two updates that it would exceed a short guard band each time.
 */
void sysclock_record(struct record_clock *clock, int64_t band_ns);

#endif /* LMCTL_SERVICE_SYSCLOCK_H */
