# SPDX-License-Identifier: GPL-2.0-only

# Programs that guest tests call; the bench takes every executable in
# $(B)/test/tools along.
SRPACKET := $(B)/test/tools/srpacket
SRPACKET_OBJS := $(B)/test/tools/srpacket.o $(B)/test/tools/srpacket_build.o

ALL += $(SRPACKET)
TEST_TOOLS += $(SRPACKET)

$(SRPACKET): $(SRPACKET_OBJS)
	$(CC) $(ALL_LDFLAGS) -o $@ $(filter %.o,$^) $(LDLIBS)

# With the shared library, which lmctl does not use.
LIB_PROBE := $(B)/test/tools/lib_probe

ALL += $(LIB_PROBE)
TEST_TOOLS += $(LIB_PROBE)

$(LIB_PROBE): $(B)/test/tools/lib_probe.o $(LIB_SHARED)
	$(CC) $(ALL_LDFLAGS) -o $@ $^ -pthread $(LDLIBS)

BADATTR := $(B)/test/tools/badattr

TEST_TOOLS += $(BADATTR)

$(BADATTR): LDLIBS = -lmnl
$(BADATTR): $(B)/test/tools/badattr.o $(B)/test/tools/ipset_ask.o
	$(CC) $(ALL_LDFLAGS) -o $@ $(filter %.o,$^) $(LDLIBS)

UDP_INBAND := $(B)/test/tools/udp_inband

TEST_TOOLS += $(UDP_INBAND)

$(UDP_INBAND): LDLIBS = -lnl-3 -lmnl -lsmartcols
$(UDP_INBAND): $(B)/test/tools/udp_inband.o $(B)/lib/libsr6flow.a \
	       $(patsubst %,$(B)/lmctl/%.o,clock output \
	       service/udp service/inband service/inband_netlink \
	       service/sysclock)
	$(CC) $(ALL_LDFLAGS) -o $@ $(filter %.o %.a,$^) $(LDLIBS)

# For LD_PRELOAD.
SKEWCLOCK := $(B)/test/tools/skewclock.so

TEST_TOOLS += $(SKEWCLOCK)

$(SKEWCLOCK): $(B)/test/tools/skewclock.o
	$(CC) $(ALL_LDFLAGS) -shared -o $@ $^ $(LDLIBS)

LOSTANSWERS := $(B)/test/tools/lostanswers.so

TEST_TOOLS += $(LOSTANSWERS)

$(LOSTANSWERS): $(B)/test/tools/lostanswers.o
	$(CC) $(ALL_LDFLAGS) -shared -o $@ $^ $(LDLIBS)

NOTIFY_LISTEN := $(B)/test/tools/notify_listen

TEST_TOOLS += $(NOTIFY_LISTEN)

$(NOTIFY_LISTEN): $(B)/test/tools/notify_listen.o
	$(CC) $(ALL_LDFLAGS) -o $@ $(filter %.o,$^) $(LDLIBS)

UDP_SEGMENTS := $(B)/test/tools/udp_segments

TEST_TOOLS += $(UDP_SEGMENTS)

$(UDP_SEGMENTS): $(B)/test/tools/udp_segments.o
	$(CC) $(ALL_LDFLAGS) -o $@ $(filter %.o,$^) $(LDLIBS)

SYNCCLOCK := $(B)/test/tools/syncclock

TEST_TOOLS += $(SYNCCLOCK)

$(SYNCCLOCK): $(B)/test/tools/syncclock.o
	$(CC) $(ALL_LDFLAGS) -o $@ $(filter %.o,$^) $(LDLIBS)

HISTORY_PROBE := $(B)/test/tools/history_probe

TEST_TOOLS += $(HISTORY_PROBE)

$(HISTORY_PROBE): LDLIBS = -lsqlite3
$(HISTORY_PROBE): $(B)/test/tools/history_probe.o
	$(CC) $(ALL_LDFLAGS) -o $@ $(filter %.o,$^) $(LDLIBS)

STAMP_FLOOD := $(B)/test/tools/stamp_flood

TEST_TOOLS += $(STAMP_FLOOD)

$(STAMP_FLOOD): LDLIBS = $(LMCTL_LDLIBS)
$(STAMP_FLOOD): $(B)/test/tools/stamp_flood.o $(B)/lib/libsr6flow.a \
		$(patsubst %,$(B)/lmctl/%.o,stamp/stamp stamp/keys \
		stamp/blocktlv engine/answer) $(RECORDING_OBJS)
	$(CC) $(ALL_LDFLAGS) -o $@ $(filter %.o %.a,$^) $(LDLIBS)

# Packets of srpacket, and the static library.
STORM := $(B)/test/tools/storm
STORM_OBJS := $(patsubst %,$(B)/test/tools/%.o,storm storm_set storm_send \
	      storm_check storm_netlink ipset_ask srpacket_build)

TEST_TOOLS += $(STORM)

$(STORM): LDLIBS = -lmnl
$(STORM): $(STORM_OBJS) $(B)/lib/libsr6flow.a
	$(CC) $(ALL_LDFLAGS) -o $@ $^ -pthread $(LDLIBS)

BADCREATE := $(B)/test/tools/badcreate

TEST_TOOLS += $(BADCREATE)

$(BADCREATE): LDLIBS = -lmnl
$(BADCREATE): $(B)/test/tools/badcreate.o $(B)/test/tools/ipset_ask.o \
	      $(B)/lib/libsr6flow.a
	$(CC) $(ALL_LDFLAGS) -o $@ $^ $(LDLIBS)

# Programs of the bench that tests use, too.
TOOLS_OF_BENCH := $(addprefix $(B)/test/tools/,bench_flows bench_run)

TEST_TOOLS += $(TOOLS_OF_BENCH)

$(TOOLS_OF_BENCH): LDLIBS = -lmnl
$(TOOLS_OF_BENCH): $(B)/test/tools/%: $(B)/test/bench/tools/%.o
	$(CC) $(ALL_LDFLAGS) -o $@ $^ $(LDLIBS)

# With the library's objects: a part of it is for messages of the test's own.
FAILNTH := $(B)/test/tools/failnth
FAILNTH_OBJS := $(patsubst %,$(B)/test/tools/%.o,failnth failnth_set \
		failnth_request failnth_packet failnth_module tun)

TEST_TOOLS += $(FAILNTH)

$(FAILNTH): $(FAILNTH_OBJS) $(LIB_OBJS)
	$(CC) $(ALL_LDFLAGS) -o $@ $(filter %.o,$^) -lmnl $(LDLIBS)
