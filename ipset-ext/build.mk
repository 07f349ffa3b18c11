# SPDX-License-Identifier: GPL-2.0-only
# The plug-in that teaches the installed libipset the type hash:sr6flow.

IPSET_EXT := $(B)/ipset-ext/ipset_hash_sr6flow.so
IPSET_EXT_OBJS := $(patsubst %.c,$(B)/%.o,$(wildcard ipset-ext/*.c))
IPSET_EXT_MAN := ipset-ext/ipset-hash-sr6flow.8
# Where libipset looks for set types; found out by install when empty.
IPSET_MODULE_DIR ?=

ALL += $(IPSET_EXT)
MAN += $(IPSET_EXT_MAN)
INSTALL += install-ipset-ext
UNINSTALL += uninstall-ipset-ext

$(IPSET_EXT_OBJS): CFLAGS += -fvisibility=hidden

# Linked with libipset: it may have been loaded without global symbols.
$(IPSET_EXT): $(IPSET_EXT_OBJS)
	@mkdir -p $(@D)
	$(CC) $(ALL_LDFLAGS) -shared $(if $(SANITIZE),,-Wl,-z,defs) -Wl,-soname,$(@F) -o $@ \
		$(filter %.o,$^) $(LDLIBS) -lipset

IPSET_EXT_FIND = dir='$(IPSET_MODULE_DIR)'; \
	[ -n "$$dir" ] || dir=$$(ipset-ext/moduledir.sh $(IPSET_EXT)) || exit 1

.PHONY: install-ipset-ext uninstall-ipset-ext
install-ipset-ext: $(IPSET_EXT)
	@$(IPSET_EXT_FIND); \
	if [ -z "$$dir" ]; then \
		echo 'The installed libipset was built without set-type' \
		     'modules: ipset will not know hash:sr6flow; lmctl works' \
		     'all the same. Plug-in not installed.' >&2; \
	else \
		set -x; \
		install -d "$(DESTDIR)$$dir" && \
		install -m 644 $(IPSET_EXT) "$(DESTDIR)$$dir"; \
	fi
	install -D -m 644 $(IPSET_EXT_MAN) \
		$(DESTDIR)$(MANDIR)/man8/$(notdir $(IPSET_EXT_MAN))

# The module first: without the plug-in, ipset stops at a set of this type.
uninstall-ipset-ext: $(IPSET_EXT) uninstall-module
	@$(IPSET_EXT_FIND); \
	[ -z "$$dir" ] || { \
		set -x; \
		rm -f "$(DESTDIR)$$dir/$(notdir $(IPSET_EXT))"; \
		[ ! -d "$(DESTDIR)$$dir" ] || \
			rmdir --ignore-fail-on-non-empty "$(DESTDIR)$$dir"; \
	}
	rm -f $(DESTDIR)$(MANDIR)/man8/$(notdir $(IPSET_EXT_MAN))
