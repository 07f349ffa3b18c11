# SPDX-License-Identifier: GPL-2.0-only
# One file cmd_<name>.c per subcommand; commands.c has the table of them.
LMCTL_OBJS := $(patsubst %.c,$(B)/%.o,$(wildcard lmctl/*.c lmctl/*/*.c))
# What the unit tests link: everything but main().
LMCTL_TEST_OBJS := $(filter-out %/main.o,$(LMCTL_OBJS))
LMCTL_LDLIBS := -lsmartcols -ljansson -lcap-ng -lnl-route-3 -lnl-3 -lmnl \
		-lsystemd -lnettle -lconfuse -lmicrohttpd -lsqlite3 -lm
LMCTL_COMPLETION := $(PREFIX)/share/bash-completion/completions/lmctl
LMCTL_EXAMPLE := $(PREFIX)/share/doc/sr6flow/lmctl.conf.example
# systemd looks for both below /usr and /usr/local.
LMCTL_UNIT := $(PREFIX)/lib/systemd/system/lmctl.service
LMCTL_SYSUSERS := $(PREFIX)/lib/sysusers.d/lmctl.conf
LMCTL_CFLAGS = $(shell pkg-config --cflags libnl-route-3.0)

ALL += $(B)/lmctl/lmctl
MAN += lmctl/lmctl.8 lmctl/lmctl.conf.5
INSTALL += install-lmctl
UNINSTALL += uninstall-lmctl

$(B)/lmctl/%.o: CFLAGS += $(LMCTL_CFLAGS)

# The archive, not the shared library: lmctl then runs from the build folder
# and in the guest without a library path, and never meets another version.
$(B)/lmctl/lmctl: LDLIBS = $(LMCTL_LDLIBS)
$(B)/lmctl/lmctl: $(LMCTL_OBJS) $(B)/lib/libsr6flow.a
	$(CC) $(ALL_LDFLAGS) -o $@ $(filter %.o %.a,$^) $(LDLIBS)

.PHONY: install-lmctl uninstall-lmctl
install-lmctl: $(B)/lmctl/lmctl
	install -D $(B)/lmctl/lmctl $(DESTDIR)$(SBINDIR)/lmctl
	install -D -m 644 lmctl/lmctl.8 $(DESTDIR)$(MANDIR)/man8/lmctl.8
	install -D -m 644 lmctl/lmctl.conf.5 \
		$(DESTDIR)$(MANDIR)/man5/lmctl.conf.5
	install -D -m 644 lmctl/completion.bash $(DESTDIR)$(LMCTL_COMPLETION)
	install -D -m 644 lmctl/lmctl.conf.example $(DESTDIR)$(LMCTL_EXAMPLE)
	install -D -m 644 lmctl/lmctl.service $(DESTDIR)$(LMCTL_UNIT)
	install -D -m 644 lmctl/lmctl.sysusers $(DESTDIR)$(LMCTL_SYSUSERS)

uninstall-lmctl:
	rm -f $(addprefix $(DESTDIR),$(SBINDIR)/lmctl \
		$(MANDIR)/man8/lmctl.8 $(MANDIR)/man5/lmctl.conf.5 \
		$(LMCTL_COMPLETION) $(LMCTL_EXAMPLE) $(LMCTL_UNIT) \
		$(LMCTL_SYSUSERS))

test_address_OBJS := $(B)/lmctl/address.o
test_block_OBJS := $(B)/lmctl/block.o
test_flowkey_OBJS := $(B)/lmctl/flowkey.o $(B)/lib/libsr6flow.a
test_flowkey_LDLIBS := -lmnl
# A recording's lines and the values in them.
RECORDING_OBJS := $(patsubst %,$(B)/lmctl/%.o,recording recording_parse jsonline address utf8 \
		  json block options output duration)
RECORDER_OBJS := $(patsubst %,$(B)/lmctl/%.o,recorder readings) \
		 $(RECORDING_OBJS)
test_recording_OBJS := $(RECORDING_OBJS)
test_recording_LDLIBS := $(LMCTL_LDLIBS)
test_recording_lines_OBJS := $(RECORDING_OBJS)
test_recording_lines_LDLIBS := $(LMCTL_LDLIBS)
test_recorder_OBJS := $(B)/test/unit/node_sim.o $(RECORDER_OBJS)
test_recorder_LDLIBS := $(LMCTL_LDLIBS)
test_rules_OBJS := $(patsubst %,$(B)/lmctl/%.o,rules rules_nft rules_watch) \
		   $(RECORDING_OBJS)
test_rules_LDLIBS := $(LMCTL_LDLIBS)
test_rules_legacy_OBJS := $(patsubst %,$(B)/lmctl/%.o,rules rules_legacy) \
			  $(RECORDING_OBJS)
test_rules_legacy_LDLIBS := $(LMCTL_LDLIBS)
test_linefile_OBJS := $(B)/lmctl/linefile.o $(B)/lmctl/output.o
test_linefile_LDLIBS := -Wl$(comma)--wrap=geteuid -lsmartcols
test_layout_OBJS := $(B)/lmctl/layout.o
test_output_OBJS := $(B)/test/unit/terminal.o \
		    $(patsubst %,$(B)/lmctl/%.o,output output_table layout)
test_output_LDLIBS := -lsmartcols
test_join_OBJS := $(B)/lmctl/join.o $(RECORDING_OBJS)
test_join_LDLIBS := -Wl$(comma)--wrap=reason_first $(LMCTL_LDLIBS)
test_stamp_OBJS := $(B)/lmctl/stamp/stamp.o
test_keys_OBJS := $(B)/lmctl/stamp/keys.o
test_keys_LDLIBS := -lnettle
test_blocktlv_OBJS := $(patsubst %,$(B)/lmctl/%.o,stamp/blocktlv engine/answer) \
		      $(RECORDER_OBJS)
test_blocktlv_LDLIBS := $(LMCTL_LDLIBS)

test_config_OBJS := $(patsubst %,$(B)/lmctl/%.o,service/config \
		    service/config_file service/config_keywords \
		    service/config_values stamp/keys sets) \
		    $(RECORDING_OBJS) $(B)/lib/libsr6flow.a
test_config_LDLIBS := $(LMCTL_LDLIBS)
test_config_peer_OBJS := $(test_config_OBJS)
test_config_peer_LDLIBS := $(LMCTL_LDLIBS)
fuzz_config_OBJS := $(test_config_OBJS)
fuzz_config_LDLIBS := $(LMCTL_LDLIBS)
test_result_OBJS := $(patsubst %,$(B)/lmctl/engine/%.o,result answer) \
		    $(test_recorder_OBJS)
test_result_LDLIBS := $(LMCTL_LDLIBS)
test_sessions_OBJS := $(patsubst %,$(B)/lmctl/engine/%.o,sessions ratelimit)
test_ledger_OBJS := $(patsubst %,$(B)/lmctl/engine/%.o,ledger learning) \
		    $(test_blocktlv_OBJS)
test_ledger_LDLIBS := $(LMCTL_LDLIBS)
test_ledger_source_OBJS := $(test_ledger_OBJS)
test_ledger_source_LDLIBS := $(LMCTL_LDLIBS)
test_learning_OBJS := $(test_ledger_OBJS)
test_learning_LDLIBS := $(LMCTL_LDLIBS)
test_clock_step_OBJS := $(test_ledger_OBJS)
test_clock_step_LDLIBS := $(LMCTL_LDLIBS)
test_reflector_OBJS := $(patsubst %,$(B)/lmctl/%.o,engine/reflector \
		       engine/reflector_tlv stamp/stamp stamp/keys) \
		       $(test_sessions_OBJS) $(test_ledger_OBJS)
test_reflector_LDLIBS := $(LMCTL_LDLIBS)
test_reflector_tlv_OBJS := $(test_reflector_OBJS)
test_reflector_tlv_LDLIBS := $(test_reflector_LDLIBS)
test_reflector_learning_OBJS := $(test_reflector_OBJS)
test_reflector_learning_LDLIBS := $(test_reflector_LDLIBS)

test_prober_OBJS := $(B)/test/unit/prober_bench.o \
		    $(B)/test/unit/prober_net.o \
		    $(patsubst %.c,$(B)/%.o,$(wildcard lmctl/engine/*.c)) \
		    $(patsubst %,$(B)/lmctl/%.o,stamp/blocktlv stamp/keys \
		    stamp/stamp) $(RECORDING_OBJS)
test_prober_LDLIBS := $(LMCTL_LDLIBS)
test_prober_pace_OBJS := $(test_prober_OBJS)
test_prober_pace_LDLIBS := $(LMCTL_LDLIBS)
test_prober_useless_OBJS := $(test_prober_OBJS)
test_prober_useless_LDLIBS := $(LMCTL_LDLIBS)
test_prober_path_OBJS := $(test_prober_OBJS)
test_prober_path_LDLIBS := $(LMCTL_LDLIBS)
test_prober_delay_OBJS := $(test_prober_OBJS)
test_prober_delay_LDLIBS := $(LMCTL_LDLIBS)
test_prober_source_OBJS := $(test_prober_OBJS)
test_prober_source_LDLIBS := $(LMCTL_LDLIBS)
test_prober_gap_OBJS := $(test_prober_OBJS)
test_prober_gap_LDLIBS := $(LMCTL_LDLIBS)
test_prober_replies_OBJS := $(test_prober_OBJS)
test_prober_replies_LDLIBS := $(LMCTL_LDLIBS)
test_prober_loss_OBJS := $(test_prober_OBJS)
test_prober_loss_LDLIBS := $(LMCTL_LDLIBS)
test_prober_forgery_OBJS := $(test_prober_OBJS)
test_prober_forgery_LDLIBS := $(LMCTL_LDLIBS)
test_metrics_OBJS := $(B)/test/unit/metrics_bench.o \
		     $(patsubst %,$(B)/lmctl/%.o,sinks/metrics \
			sinks/metrics_alarms sinks/metrics_page sinks/metrics_parts \
			sinks/metrics_render sinks/metrics_series sinks/text \
			sinks/metrics_text utf8 engine/result engine/answer) \
		     $(RECORDER_OBJS) $(B)/lib/libsr6flow.a
test_metrics_LDLIBS := $(LMCTL_LDLIBS)
test_metrics_page_OBJS := $(B)/test/unit/metrics_bench.o $(LMCTL_TEST_OBJS) \
			  $(B)/lib/libsr6flow.a
test_metrics_page_LDLIBS := $(LMCTL_LDLIBS)
test_httpd_OBJS := $(patsubst %,$(B)/lmctl/%.o,sinks/httpd sinks/httpd_clients \
		   sinks/httpd_pages sinks/text output seldom)
test_httpd_LDLIBS := -lmicrohttpd -lsystemd -lsmartcols -lm
SINK_TEST_OBJS := $(B)/test/unit/result_make.o \
		  $(patsubst %,$(B)/lmctl/%.o,sinks/figures engine/result \
		  engine/answer layout output_table) $(RECORDING_OBJS) \
		  $(B)/lib/libsr6flow.a
test_checkup_OBJS := $(patsubst %,$(B)/lmctl/%.o,checkup checkup_words flowkey \
		     checkup_rules checkup_sids rules rules_nft rules_legacy) \
		     $(SINK_TEST_OBJS)
test_checkup_LDLIBS := -lsmartcols -ljansson -lmnl -lm
test_checkup_sids_OBJS := $(test_checkup_OBJS)
test_checkup_sids_LDLIBS := $(test_checkup_LDLIBS)
test_stream_OBJS := $(patsubst %,$(B)/lmctl/%.o,sinks/stream \
		    sinks/stream_json sinks/stream_table linefile \
		    jsonline utf8) \
		    $(SINK_TEST_OBJS)
test_stream_LDLIBS := -lsmartcols -ljansson -lmnl -lm
test_stream_gap_OBJS := $(test_stream_OBJS)
test_stream_gap_LDLIBS := $(test_stream_LDLIBS)
test_narrow_OBJS := $(B)/test/unit/terminal.o $(test_stream_OBJS)
test_narrow_LDLIBS := $(test_stream_LDLIBS)
test_live_OBJS := $(patsubst %,$(B)/lmctl/%.o,sinks/live sinks/flowmap) \
		  $(SINK_TEST_OBJS)
test_live_LDLIBS := -lsmartcols -ljansson -lmnl -lm
test_alarm_OBJS := $(patsubst %,$(B)/lmctl/%.o,sinks/alarm sinks/alarm_sink \
		   sinks/alarm_hook sinks/flowmap) $(SINK_TEST_OBJS)
test_alarm_LDLIBS := -lsmartcols -ljansson -lmnl -lm
test_alarm_hook_OBJS := $(B)/lmctl/sinks/alarm_hook.o $(SINK_TEST_OBJS)
test_alarm_hook_LDLIBS := -lsmartcols -ljansson -lmnl -lm -lcap-ng

HISTORY_TEST_OBJS := $(B)/test/unit/history_bench.o $(B)/lmctl/flowkey.o \
		     $(patsubst %.c,$(B)/%.o,$(wildcard lmctl/sinks/history*.c)) \
		     $(SINK_TEST_OBJS)
test_history_OBJS := $(HISTORY_TEST_OBJS)
test_history_LDLIBS := -Wl$(comma)--wrap=sqlite3_open_v2 $(LMCTL_LDLIBS)
test_history_schema_OBJS := $(HISTORY_TEST_OBJS)
test_history_schema_LDLIBS := $(LMCTL_LDLIBS)
test_history_read_OBJS := $(patsubst %,$(B)/lmctl/%.o,when sinks/stream_json \
			  jsonline utf8) $(HISTORY_TEST_OBJS)
test_history_read_LDLIBS := $(LMCTL_LDLIBS)
test_plot_OBJS := $(B)/test/unit/history_bench.o $(B)/test/unit/result_make.o \
		  $(LMCTL_TEST_OBJS) $(B)/lib/libsr6flow.a
test_plot_LDLIBS := $(LMCTL_LDLIBS)
test_loop_OBJS := $(patsubst %,$(B)/lmctl/%.o,service/loop clock output \
		  signals)
test_loop_LDLIBS := -Wl$(comma)--wrap=clock_gettime \
		    -Wl$(comma)--wrap=timerfd_settime -lsystemd -lsmartcols
test_duration_OBJS := $(B)/lmctl/duration.o
test_seg6_OBJS := $(B)/lmctl/seg6.o $(B)/lib/libsr6flow.a
test_seg6_LDLIBS := -lmnl
test_inband_OBJS := $(patsubst %,$(B)/lmctl/%.o,service/inband \
		    service/inband_netlink seg6 output) \
		    $(B)/lib/libsr6flow.a
test_inband_LDLIBS := -lnl-3 -lmnl -lsmartcols
# The calls that would reach the kernel go to a stand-in.
FAKE_SR6FLOW_WRAP := $(addprefix -Wl$(comma)--wrap=sr6flow_, \
		     open close error create destroy flush add del test \
		     set_colour info dump) \
		     $(addprefix -Wl$(comma)--wrap=witness_, \
		     open close fd drain read error survey) \
		     -Wl$(comma)--wrap=sidroutes_read
test_cmdline_OBJS := $(B)/test/unit/fake_sr6flow.o $(LMCTL_TEST_OBJS) \
		     $(B)/lib/libsr6flow.a
test_cmdline_LDLIBS := $(FAKE_SR6FLOW_WRAP) $(LMCTL_LDLIBS)
test_parts_OBJS := $(test_cmdline_OBJS)
test_parts_LDLIBS := $(test_cmdline_LDLIBS)
test_reader_OBJS := $(test_cmdline_OBJS)
test_reader_LDLIBS := $(test_cmdline_LDLIBS)
test_learner_OBJS := $(test_cmdline_OBJS)
test_learner_LDLIBS := $(test_cmdline_LDLIBS)
test_outlets_OBJS := $(LMCTL_TEST_OBJS) $(B)/lib/libsr6flow.a
test_outlets_LDLIBS := $(LMCTL_LDLIBS)
test_report_OBJS := $(B)/test/unit/terminal.o $(test_cmdline_OBJS)
test_report_LDLIBS := $(test_cmdline_LDLIBS)

# What messages go through: bytes, keys, reflector, prober.
FUZZ_MESSAGE_OBJS := $(B)/test/fuzz/message.o \
		     $(patsubst %.c,$(B)/%.o,$(wildcard lmctl/stamp/*.c \
		       lmctl/engine/*.c)) $(RECORDER_OBJS)
fuzz_keys_OBJS := $(test_keys_OBJS)
fuzz_keys_LDLIBS := -lnettle
fuzz_stamp_OBJS := $(FUZZ_MESSAGE_OBJS)
fuzz_stamp_LDLIBS := $(LMCTL_LDLIBS)
fuzz_reflector_OBJS := $(FUZZ_MESSAGE_OBJS)
fuzz_reflector_LDLIBS := $(LMCTL_LDLIBS)
fuzz_prober_OBJS := $(FUZZ_MESSAGE_OBJS)
fuzz_prober_LDLIBS := $(LMCTL_LDLIBS)
fuzz_seeds_OBJS := $(FUZZ_MESSAGE_OBJS)
fuzz_seeds_LDLIBS := $(LMCTL_LDLIBS)
fuzz_recording_OBJS := $(B)/test/fuzz/message.o $(B)/lmctl/join.o \
		       $(patsubst %,$(B)/lmctl/stamp/%.o,stamp keys) \
		       $(RECORDING_OBJS)
fuzz_recording_LDLIBS := $(LMCTL_LDLIBS)
fuzz_flowlist_OBJS := $(patsubst %,$(B)/lmctl/%.o,flowlist output signals) \
		      $(B)/lib/libsr6flow.a
fuzz_flowlist_LDLIBS := -Wl$(comma)--wrap=lmctl_error -lsmartcols -lmnl
fuzz_time_OBJS := $(patsubst %,$(B)/lmctl/%.o,duration when)
