# SPDX-License-Identifier: GPL-2.0-only
# Every test/fuzz/fuzz_x.c becomes the program $(B)/test/fuzz/fuzz_x, with
# libFuzzer, ASan and UBSan. As a unit test, it may use all of the product that runs in
# user space; fuzz_x_OBJS names what else it needs.
#
# make fuzz          search with every harness for FUZZ_SECONDS, or until it
#                    has tried FUZZ_RUNS inputs
# make fuzz-check    the same, from the kept inputs and one seed: for CI, which
#                    is to find what a change broke, not what luck brings
# make fuzz-replay   the kept inputs only

FUZZ_SECONDS ?= 60
FUZZ_RUNS ?=
FUZZ_TESTS := $(patsubst %.c,$(B)/%,$(wildcard test/fuzz/fuzz_*.c))

FUZZ_MESSAGE := $(B)/test/fuzz/message.o
fuzz_flowlist_WRAP := lmctl_error

# The module in user space, among stand-ins for the kernel's headers. Addresses
# need not be aligned, as on the machines that the kernel is configured for.
FUZZ_KERNEL_HARNESSES := $(B)/test/fuzz/fuzz_attributes.o \
			 $(B)/test/fuzz/fuzz_packet.o
FUZZ_KERNEL_OBJS := $(patsubst %.c,$(B)/%.o,$(wildcard kernel/*.c \
		      test/fuzz/kernel/*.c))
$(FUZZ_KERNEL_OBJS) $(FUZZ_KERNEL_HARNESSES): CPPFLAGS += \
	-Itest/fuzz/kernel -D__KERNEL__
$(FUZZ_KERNEL_OBJS) $(FUZZ_KERNEL_HARNESSES): CFLAGS += -Wno-unused-parameter \
	-Wno-sign-compare -fno-sanitize=alignment
fuzz_attributes_OBJS := $(FUZZ_KERNEL_OBJS)
fuzz_packet_OBJS := $(FUZZ_KERNEL_OBJS)
fuzz_element_OBJS := $(IPSET_EXT_OBJS)
fuzz_prober_OBJS := $(FUZZ_MESSAGE)
fuzz_recording_OBJS := $(FUZZ_MESSAGE)
fuzz_reflector_OBJS := $(FUZZ_MESSAGE)
fuzz_stamp_OBJS := $(FUZZ_MESSAGE)

define FUZZ_RULE
$(B)/test/fuzz/$(1): $(B)/test/fuzz/$(1).o $($(1)_OBJS) $(UNIT_ARCHIVES)
	$$(CC) $$(ALL_LDFLAGS) -fsanitize=fuzzer $$(call wrap,$($(1)_WRAP)) \
		-Wl,--as-needed -o $$@ $$(filter %.o,$$^) -Wl,--start-group $$(UNIT_ARCHIVES) -Wl,--end-group \
		$$(UNIT_LDLIBS)
endef
$(foreach t,$(notdir $(FUZZ_TESTS)),$(eval $(call FUZZ_RULE,$(t))))

# A build of its own: every object is instrumented, by the compiler that has
# the fuzzer.
FUZZ_MAKE = $(MAKE) --no-print-directory B=$(B)/fuzz CC=clang SANITIZE=1 \
	    OPTIMIZE='-O1 -g -fsanitize=fuzzer-no-link'

.PHONY: fuzz fuzz-check fuzz-replay fuzz-programs
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
