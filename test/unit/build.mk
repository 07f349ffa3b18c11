# SPDX-License-Identifier: GPL-2.0-only
# Every test/unit/test_x.c becomes the program $(B)/test/unit/test_x. It may use all of
# the product that runs in user space and the helpers beside it: the linker takes what
# it needs from their archives. The calls in test_x_WRAP go to the test's own functions.

UNIT_TESTS := $(sort $(patsubst %.c,$(B)/%,$(wildcard test/unit/test_*.c)))
UNIT_RUN := test/unit/run.sh
UNIT_VALGRIND ?= valgrind -q --leak-check=full --error-exitcode=99

UNIT_HELPERS := $(B)/test/unit/helpers.a
# The helpers first: their script of the kernel replaces the library's channel to it.
UNIT_ARCHIVES := $(UNIT_HELPERS) $(LMCTL_ARCHIVES) $(LIB_INSIDE)
UNIT_LDLIBS := $(LMCTL_LDLIBS) -lipset -lcmocka

# wrap FUNCTIONS: the linker's flags that redirect calls of them
wrap = $(addprefix -Wl$(comma)--wrap=,$(1))

# Calls that would reach the kernel.
FAKE_SR6FLOW := $(addprefix sr6flow_,open close error create destroy flush add del test \
		set_colour info dump) \
		$(addprefix witness_,open close fd drain read error survey) \
		sidroutes_read
test_cmdline_WRAP := $(FAKE_SR6FLOW)
test_learner_WRAP := $(FAKE_SR6FLOW)
test_roles_WRAP := $(FAKE_SR6FLOW)
test_set_reader_WRAP := $(FAKE_SR6FLOW)
test_report_WRAP := $(FAKE_SR6FLOW)
test_history_WRAP := sqlite3_open_v2
test_join_WRAP := reason_first
test_linefile_WRAP := geteuid
test_loop_WRAP := clock_gettime timerfd_settime

$(UNIT_HELPERS): $(patsubst %.c,$(B)/%.o,$(filter-out test/unit/test_% test/unit/unit.c, \
		   $(wildcard test/unit/*.c)))
	rm -f $@
	$(AR) rcs $@ $^

$(UNIT_TESTS): %: %.o $(B)/test/unit/unit.o $(UNIT_ARCHIVES)
	$(CC) $(ALL_LDFLAGS) $(call wrap,$($(@F)_WRAP)) -Wl,--as-needed -o $@ \
		$(filter %.o,$^) \
		-Wl,--start-group $(UNIT_ARCHIVES) -Wl,--end-group $(UNIT_LDLIBS) $(LDLIBS)

# It makes messages of the kernel.
$(B)/test/unit/test_routing.o: CFLAGS += $(LMCTL_CFLAGS)

# The plug-in registers itself: nothing refers to it.
$(B)/test/unit/test_element: $(IPSET_EXT_OBJS)

# What has a thread beside the event loop: the writer of the history.
UNIT_THREADED := test_history test_sinks

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
