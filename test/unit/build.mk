# SPDX-License-Identifier: GPL-2.0-only
# Every test/unit/test_x.c becomes the program $(B)/test/unit/test_x. What it
# needs beside libcmocka is named by the fragment of the folder under test,
# which the top Makefile includes before this one:
#   test_x_OBJS := $(B)/lib/dump.o ...    objects and archives, built first
#   test_x_LDLIBS := -lmnl ...            libraries

UNIT_TESTS := $(sort $(UNIT_TESTS) \
	      $(patsubst %.c,$(B)/%,$(wildcard test/unit/test_*.c)))
UNIT_RUN := test/unit/run.sh
UNIT_VALGRIND ?= valgrind -q --leak-check=full --error-exitcode=99

define UNIT_TEST_RULE
$(B)/test/unit/$(1): $(B)/test/unit/$(1).o $($(1)_OBJS)
	@mkdir -p $$(@D)
	$$(CC) $$(ALL_LDFLAGS) -o $$@ $$(filter %.o %.a,$$^) \
		$$($(1)_LDLIBS) $$(LDLIBS) -lcmocka
endef
$(foreach t,$(notdir $(UNIT_TESTS)),$(eval $(call UNIT_TEST_RULE,$(t))))

# What has a thread beside the event loop: the writer of the history.
UNIT_THREADED := test_history test_outlets

.PHONY: unit unit-sanitize unit-valgrind unit-threaded unit-thread-sanitize
unit: $(UNIT_TESTS)
	$(UNIT_RUN) $(UNIT_TESTS)

unit-sanitize:
	$(MAKE) --no-print-directory B=$(B)/asan SANITIZE=1 unit

unit-valgrind: $(UNIT_TESTS)
	UNIT_WRAPPER='$(UNIT_VALGRIND)' $(UNIT_RUN) $(UNIT_TESTS)

unit-threaded: $(UNIT_THREADED:%=$(B)/test/unit/%)
	$(UNIT_RUN) $^

unit-thread-sanitize:
	$(MAKE) --no-print-directory B=$(B)/tsan SANITIZE=thread unit-threaded
