# SPDX-License-Identifier: GPL-2.0-only

# Programs that guest tests call, each of its own NAME.c and of NAME_OBJS; the bench takes
# every executable in $(B)/test/tools along. They may use the product's archives.
T := $(B)/test/tools
TOOLS := srpacket lib_probe badrequest failnth storm syncclock
TOOL_LIBRARIES := skewclock lostanswers
# Programs of the bench that tests use, too.
TOOLS_OF_BENCH := bench_flows bench_run

srpacket_OBJS := $(T)/srpacket_build.o
badrequest_OBJS := $(T)/ask.o
failnth_OBJS := $(patsubst %,$(T)/%.o,failnth_set failnth_request failnth_packet \
		failnth_module tun ask)
storm_OBJS := $(patsubst %,$(T)/%.o,storm_set storm_send storm_check ask srpacket_build)
# ask.c makes messages of its own with parts of the library.
$(foreach t,badrequest failnth storm,$(eval $(t)_ARCHIVES := $(LIB_INSIDE)))
TOOL_ARCHIVES := $(LMCTL_ARCHIVES) $(LIB_STATIC)

TEST_TOOLS += $(addprefix $(T)/,$(TOOLS) $(TOOLS_OF_BENCH) $(TOOL_LIBRARIES:%=%.so))
ALL += $(T)/srpacket $(T)/lib_probe

define TOOL_RULE
$(T)/$(1): $(2)/$(1).o $($(1)_OBJS) $(or $($(1)_ARCHIVES),$(TOOL_ARCHIVES))
	@mkdir -p $$(@D)
	$$(CC) $$(ALL_LDFLAGS) -Wl,--as-needed -o $$@ $$(filter %.o %.a,$$^) \
		$$(LMCTL_LDLIBS) -pthread $$(LDLIBS)
endef
$(foreach t,$(filter-out lib_probe,$(TOOLS)),$(eval $(call TOOL_RULE,$(t),$(T))))
$(foreach t,$(TOOLS_OF_BENCH),$(eval $(call TOOL_RULE,$(t),$(B)/test/bench/tools)))

# With the shared library, which lmctl does not use.
$(T)/lib_probe: $(T)/lib_probe.o $(LIB_SHARED)
	$(CC) $(ALL_LDFLAGS) -o $@ $^ -pthread $(LDLIBS)

# For LD_PRELOAD.
$(TOOL_LIBRARIES:%=$(T)/%.so): %.so: %.o
	$(CC) $(ALL_LDFLAGS) -shared -o $@ $^ $(LDLIBS)
