# SPDX-License-Identifier: GPL-2.0-only
# A floor is a folder and an archive of its own. It uses those behind it in this list
# and none before it: the linker reads each archive once, test/lint the includes.
LMCTL_FLOORS := cmd service sinks engine stamp node base
LMCTL_ARCHIVES := $(LMCTL_FLOORS:%=$(B)/lmctl/%.a)
LMCTL_LDLIBS := -lsmartcols -ljansson -lcap-ng -lnl-route-3 -lnl-3 -lmnl \
		-lsystemd -lnettle -lyaml -lmicrohttpd -lsqlite3 -lm
LMCTL_COMPLETION := $(PREFIX)/share/bash-completion/completions/lmctl
LMCTL_EXAMPLE := $(PREFIX)/share/doc/sr6flow/lmctl.conf.example
# systemd looks for both below /usr and /usr/local.
LMCTL_UNITDIR ?= $(PREFIX)/lib/systemd/system
LMCTL_UNIT := $(LMCTL_UNITDIR)/lmctl.service
LMCTL_SYSUSERS := $(PREFIX)/lib/sysusers.d/lmctl.conf
LMCTL_CFLAGS = $(shell pkg-config --cflags libnl-route-3.0)

define LMCTL_FLOOR_RULE
$(B)/lmctl/$(1).a: $(patsubst %.c,$(B)/%.o,$(wildcard lmctl/$(1)/*.c lmctl/$(1)/*/*.c))
	rm -f $$@
	$$(AR) rcs $$@ $$^
endef
$(foreach f,$(LMCTL_FLOORS),$(eval $(call LMCTL_FLOOR_RULE,$(f))))

ALL += $(B)/lmctl/lmctl
MAN += lmctl/lmctl.8 lmctl/lmctl.conf.5
INSTALL += install-lmctl
UNINSTALL += uninstall-lmctl

$(B)/lmctl/%.o: CFLAGS += $(LMCTL_CFLAGS)

# The archive, not the shared library: lmctl then runs from the build folder
# and in the guest without a library path, and never meets another version.
$(B)/lmctl/lmctl: LDLIBS = $(LMCTL_LDLIBS)
$(B)/lmctl/lmctl: $(B)/lmctl/main.o $(LMCTL_ARCHIVES) $(B)/lib/libsr6flow.a
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
