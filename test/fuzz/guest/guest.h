/* SPDX-License-Identifier: GPL-2.0-only */
/* The kernel under libFuzzer: its coverage, and its complaints. */
#ifndef TEST_FUZZ_GUEST_H
#define TEST_FUZZ_GUEST_H

/* Once, when the module is loaded. */
void guest_start(void);

/* Around all that this thread does of one input. */
void guest_begin(void);
void guest_end(void);

/**
 * fuzz_die() - a mistake of the harness or of the guest, no finding
 * @what: what went wrong; errno is printed with it
 */
_Noreturn void fuzz_die(const char *what);

/**
 * fuzz_found() - a finding: libFuzzer keeps the input
 * @format: what is wrong
 */
__attribute__((format(printf, 1, 2)))
_Noreturn void fuzz_found(const char *format, ...);

#endif /* TEST_FUZZ_GUEST_H */
