# SPDX-License-Identifier: GPL-2.0-only
# Every test/fuzz/fuzz_x.c becomes the program $(B)/test/fuzz/fuzz_x, with
# libFuzzer, ASan and UBSan. What it needs is named by the fragment of the
# folder under test, which the top Makefile includes before this one:
#   fuzz_x_OBJS := $(B)/lmctl/x.o ...     objects and archives
#   fuzz_x_LDLIBS := -lnettle ...         libraries
#
# make fuzz          search with every harness for FUZZ_SECONDS, or until it
#                    has tried FUZZ_RUNS inputs
# make fuzz-check    the same, from the kept inputs and one seed: for CI, which
#                    is to find what a change broke, not what luck brings
# make fuzz-replay   the kept inputs only
# make fuzz-seeds    write the inputs that come from encoders again

FUZZ_SECONDS ?= 60
FUZZ_RUNS ?=
FUZZ_TESTS := $(patsubst %.c,$(B)/%,$(wildcard test/fuzz/fuzz_*.c))

define FUZZ_RULE
$(B)/test/fuzz/$(1): $(B)/test/fuzz/$(1).o $($(1)_OBJS)
	@mkdir -p $$(@D)
	$$(CC) $$(ALL_LDFLAGS) -fsanitize=fuzzer -o $$@ \
		$$(filter %.o %.a,$$^) $$($(1)_LDLIBS)
endef
$(foreach t,$(notdir $(FUZZ_TESTS)),$(eval $(call FUZZ_RULE,$(t))))

# A build of its own: every object is instrumented, by the compiler that has
# the fuzzer.
FUZZ_MAKE = $(MAKE) --no-print-directory B=$(B)/fuzz CC=clang SANITIZE=1 \
	    OPTIMIZE='-O1 -g -fsanitize=fuzzer-no-link'

.PHONY: fuzz fuzz-check fuzz-replay fuzz-programs fuzz-seeds
fuzz-programs: $(FUZZ_TESTS)

fuzz:
	+$(FUZZ_MAKE) fuzz-programs
	FUZZ_SECONDS='$(FUZZ_SECONDS)' FUZZ_RUNS='$(FUZZ_RUNS)' \
		test/fuzz/run.sh $(FUZZ_TESTS:$(B)/%=$(B)/fuzz/%)

fuzz-check:
	rm -rf $(B)/fuzz/test/fuzz/corpus
	FUZZ_SEED=1 $(MAKE) --no-print-directory fuzz

fuzz-replay:
	+$(FUZZ_MAKE) fuzz-programs
	test/fuzz/replay.sh $(FUZZ_TESTS:$(B)/%=$(B)/fuzz/%)

fuzz-seeds: $(B)/test/fuzz/seeds
	$< test/fuzz/corpus

$(B)/test/fuzz/seeds: $(B)/test/fuzz/seeds.o $(fuzz_seeds_OBJS)
	@mkdir -p $(@D)
	$(CC) $(ALL_LDFLAGS) -o $@ $(filter %.o %.a,$^) $(fuzz_seeds_LDLIBS)
