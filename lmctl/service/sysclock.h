/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * State of the system clock by the kernel's clock discipline (adjtimex(2)).
 */
#ifndef LMCTL_SERVICE_SYSCLOCK_H
#define LMCTL_SERVICE_SYSCLOCK_H

#include <stdbool.h>
#include <stdint.h>
#include "lmctl/engine/recording.h"

/* The kernel's largest error; it then calls a clock unsynchronised. */
#define SYSCLOCK_ERROR_MAX (16 * INT64_C(1000000000))

/**
 * sysclock_read() - read state and error of the system clock
 * @synchronised: filled: a time daemon disciplines the clock and is not silent
 * @error_ns: filled with a bound of the clock's error in nanoseconds, 1 to
 *	      SYSCLOCK_ERROR_MAX
 *
 * The bound is the kernel's maxerror: the time daemon sets it (chrony and ntpd:
 * half the delay to the reference clock plus all dispersions) and the kernel adds
 * 500 ppm until it is set again. esterror, the expected error, is too small: some
 * daemons leave it 0 (systemd-timesyncd), and it does not grow while a daemon is
 * silent. It is used only if it is the larger one.
 *
 * chrony informs the kernel only with 'rtcsync' in its configuration. No privilege
 * is needed, but a system call filter without adjtimex (systemd's ProtectClock=)
 * hides the state: then, as after any error, the clock counts as not synchronised
 * and the error is SYSCLOCK_ERROR_MAX.
 */
void sysclock_read(bool *synchronised, int64_t *error_ns);

/**
 * sysclock_record() - fill the clock of records
 * @clock: all zero, or from the call before; its boot time is kept while the clock
 *	   agrees with it, so that a slow reading is no step
 * @band_ns: guard band
 *
 * The clock counts as synchronised while the daemon expects an error below the
 * guard band: esterror, in which chrony includes the offset still to be slewed.
 * maxerror grows so fast between two updates that it would exceed a short guard
 * band each time.
 */
void sysclock_record(struct record_clock *clock, int64_t band_ns);

#endif /* LMCTL_SERVICE_SYSCLOCK_H */
