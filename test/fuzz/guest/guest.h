/* SPDX-License-Identifier: GPL-2.0-only */
/* The kernel under libFuzzer: its coverage, and its complaints. */
#ifndef TEST_FUZZ_GUEST_H
#define TEST_FUZZ_GUEST_H

/* Once, when the module is loaded. */
void guest_start(void);

/* Around the execution of one input. */
void guest_begin(void);
void guest_end(void);

/**
 * fuzz_die() - end the process for an error that is no finding
 * @what: failed operation; errno is printed with it
 */
_Noreturn void fuzz_die(const char *what);

/**
 * fuzz_found() - report a finding: libFuzzer keeps the input
 * @format: description of the finding
 */
__attribute__((format(printf, 1, 2)))
_Noreturn void fuzz_found(const char *format, ...);

#endif /* TEST_FUZZ_GUEST_H */
