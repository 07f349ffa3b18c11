# SPDX-License-Identifier: GPL-2.0-only
# A floor is a folder and an archive of its own. It uses those behind it in this list
# and none before it: the linker reads each archive once, test/lint the includes.
LMCTL_FLOORS := cmd service sinks engine stamp node base
LMCTL_ARCHIVES := $(LMCTL_FLOORS:%=$(B)/lmctl/%.a)
LMCTL_LDLIBS := -lsmartcols -ljansson -lcap-ng -lnl-route-3 -lnl-3 -lmnl \
		-lsystemd -lnettle -lyaml -lmicrohttpd -lsqlite3 -lncursesw -ltinfo -lm
LMCTL_COMPLETION := $(PREFIX)/share/bash-completion/completions/lmctl
LMCTL_COMPLETION_ZSH := $(PREFIX)/share/zsh/vendor-completions/_lmctl
LMCTL_COMPLETION_FISH := $(PREFIX)/share/fish/vendor_completions.d/lmctl.fish
LMCTL_EXAMPLE := $(PREFIX)/share/doc/sr6flow/lmctl.conf.example
# systemd looks for both below /usr and /usr/local.
LMCTL_UNITDIR ?= $(PREFIX)/lib/systemd/system
LMCTL_UNITS := lmctl.service sr6flow-sets.service lmctl@.service sr6flow-sets@.service \
	       lmctl-rotate@.service lmctl-rotate@.timer
# netfilter-persistent runs plug-ins of this folder only, by their numbers: 10 and 40
# restore and save sets, 25 rules.
LMCTL_PERSISTENT := /usr/share/netfilter-persistent/plugins.d
LMCTL_PERSISTENT_NAMES := 05-sr6flow 60-sr6flow
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

# Units share a sandbox. Those of a network namespace are the same with %i. Their runtime
# folder is beside that of lmctl.service, which removes its own with all that is in it.
LMCTL_INSTANCE := -e 's|/etc/sr6flow/lmctl.conf|/etc/sr6flow/%i.conf|' \
	-e 's|sr6flow-sets\.service|sr6flow-sets@%i.service|' \
	-e 's|^Description=.*|& in network namespace %i|' \
	-e 's,^StateDirectory=.*,&/%i,' -e 's,^RuntimeDirectory=.*,&-%i,' \
	-e 's|^\[Service\]|&\nNetworkNamespacePath=/run/netns/%i|' \
	-e 's|^DefaultDependencies=no|After=network.target|' \
	-e '/network-pre\|^After=.*\(modules\|tables\|wall\)/d'

$(B)/lmctl/units/%.timer: lmctl/units/%.timer
	mkdir -p $(@D)
	cp $< $@

$(B)/lmctl/units/%.service: lmctl/units/%.service.in lmctl/units/sandbox
	mkdir -p $(@D)
	sed -e '/^#include sandbox/{r lmctl/units/sandbox' -e 'd}' $< >$@

$(B)/lmctl/units/lmctl@.service $(B)/lmctl/units/sr6flow-sets@.service: \
$(B)/lmctl/units/%@.service: $(B)/lmctl/units/%.service
	sed $(LMCTL_INSTANCE) $< >$@

.PHONY: install-lmctl uninstall-lmctl
install-lmctl: $(B)/lmctl/lmctl $(LMCTL_UNITS:%=$(B)/lmctl/units/%)
	install -D $(B)/lmctl/lmctl $(DESTDIR)$(SBINDIR)/lmctl
	install -D -m 644 lmctl/lmctl.8 $(DESTDIR)$(MANDIR)/man8/lmctl.8
	install -D -m 644 lmctl/lmctl.conf.5 \
		$(DESTDIR)$(MANDIR)/man5/lmctl.conf.5
	install -D -m 644 lmctl/completion.bash $(DESTDIR)$(LMCTL_COMPLETION)
	install -D -m 644 lmctl/completion.zsh $(DESTDIR)$(LMCTL_COMPLETION_ZSH)
	install -D -m 644 lmctl/completion.fish $(DESTDIR)$(LMCTL_COMPLETION_FISH)
	$(foreach n,$(LMCTL_PERSISTENT_NAMES),install -D lmctl/netfilter-persistent.sh \
		$(DESTDIR)$(LMCTL_PERSISTENT)/$(n) &&) true
	install -D -m 644 lmctl/lmctl.conf.example $(DESTDIR)$(LMCTL_EXAMPLE)
	install -D -m 644 -t $(DESTDIR)$(LMCTL_UNITDIR) \
		$(LMCTL_UNITS:%=$(B)/lmctl/units/%)
	install -D -m 644 lmctl/lmctl.sysusers $(DESTDIR)$(LMCTL_SYSUSERS)

# The plug-in of netfilter-persistent runs once more: nothing will clean these files later.
uninstall-lmctl: uninstall-check
	$(if $(DESTDIR),,lmctl/netfilter-persistent.sh start)
	rm -f $(addprefix $(DESTDIR),$(SBINDIR)/lmctl \
		$(MANDIR)/man8/lmctl.8 $(MANDIR)/man5/lmctl.conf.5 \
		$(LMCTL_COMPLETION) $(LMCTL_COMPLETION_ZSH) $(LMCTL_COMPLETION_FISH) \
		$(LMCTL_EXAMPLE) $(LMCTL_PERSISTENT_NAMES:%=$(LMCTL_PERSISTENT)/%) \
		$(addprefix $(LMCTL_UNITDIR)/,$(LMCTL_UNITS)) \
		$(LMCTL_SYSUSERS))
