# SPDX-License-Identifier: GPL-2.0-only
# libsr6flow: shared and static library, header, pkg-config file, man page.

OBJCOPY ?= objcopy
NM ?= nm

LIB_SONAME := libsr6flow.so.0
LIB_REAL := libsr6flow.so.$(VERSION)
LIB_OBJS := $(patsubst %.c,$(B)/%.o,$(wildcard lib/*.c))
LIB_SHARED := $(B)/lib/$(LIB_REAL)
LIB_STATIC := $(B)/lib/libsr6flow.a
# With the hidden names, for programs that look inside.
LIB_INSIDE := $(B)/lib/inside.a
LIB_HEADERS := lib/sr6flow.h kernel/uapi/ip_set_hash_sr6flow.h
# A folder of their own, so that a distribution can add headers beside them.
LIB_INCLUDEDIR := $(INCLUDEDIR)/sr6flow

ALL += $(LIB_SHARED) $(LIB_STATIC) $(B)/lib/symbols.ok
MAN += lib/libsr6flow.3
INSTALL += install-lib
UNINSTALL += uninstall-lib

$(LIB_OBJS): CFLAGS += -fvisibility=hidden

$(LIB_SHARED): $(LIB_OBJS) lib/sr6flow.map
	$(CC) -shared $(ALL_LDFLAGS) -Wl,-soname,$(LIB_SONAME) \
		-Wl,--version-script=lib/sr6flow.map -Wl,--no-undefined \
		-o $@ $(LIB_OBJS) -lmnl
	ln -sf $(LIB_REAL) $(B)/lib/$(LIB_SONAME)
	ln -sf $(LIB_SONAME) $(B)/lib/libsr6flow.so

# One object with its hidden names made local: what programs link statically
# exports no more than the shared library.
$(LIB_STATIC): $(LIB_OBJS)
	$(LD) -r -o $(B)/lib/libsr6flow-all.o $^
	$(OBJCOPY) --localize-hidden $(B)/lib/libsr6flow-all.o
	rm -f $@
	$(AR) rcs $@ $(B)/lib/libsr6flow-all.o

$(LIB_INSIDE): $(LIB_OBJS)
	rm -f $@
	$(AR) rcs $@ $^

# The functions of the header, those of the map and those that are exported.
$(B)/lib/symbols.ok: $(LIB_SHARED) lib/sr6flow.h lib/sr6flow.map
	$(CC) -fpreprocessed -dD -E -P lib/sr6flow.h | \
		grep -oE '\bsr6flow_[a-z_]+\(' | tr -d '(' | sort -u >$@.header
	grep -oE '\bsr6flow_[a-z_]+;' lib/sr6flow.map | tr -d ';' | \
		sort -u >$@.map
	$(NM) -D --defined-only $(LIB_SHARED) | \
		sed -n 's/.* T \([a-z0-9_]*\).*/\1/p' | sort -u >$@.exported
	diff $@.header $@.map
	diff $@.header $@.exported
	touch $@

.PHONY: install-lib uninstall-lib
install-lib: $(LIB_SHARED) $(LIB_STATIC)
	install -d $(DESTDIR)$(LIBDIR)/pkgconfig $(DESTDIR)$(LIB_INCLUDEDIR) \
		$(DESTDIR)$(MANDIR)/man3
	install -m 755 $(LIB_SHARED) $(DESTDIR)$(LIBDIR)/
	ln -sf $(LIB_REAL) $(DESTDIR)$(LIBDIR)/$(LIB_SONAME)
	ln -sf $(LIB_SONAME) $(DESTDIR)$(LIBDIR)/libsr6flow.so
	install -m 644 $(LIB_STATIC) $(DESTDIR)$(LIBDIR)/
	sed -e 's|@PREFIX@|$(PREFIX)|' -e 's|@LIBDIR@|$(LIBDIR)|' \
		-e 's|@INCLUDEDIR@|$(INCLUDEDIR)|' \
		-e 's|@VERSION@|$(VERSION)|' lib/sr6flow.pc.in \
		>$(DESTDIR)$(LIBDIR)/pkgconfig/sr6flow.pc
	chmod 644 $(DESTDIR)$(LIBDIR)/pkgconfig/sr6flow.pc
	install -m 644 $(LIB_HEADERS) $(DESTDIR)$(LIB_INCLUDEDIR)/
	install -m 644 lib/libsr6flow.3 $(DESTDIR)$(MANDIR)/man3/
	$(if $(DESTDIR),,ldconfig)

uninstall-lib: uninstall-check
	rm -f $(addprefix $(DESTDIR)$(LIBDIR)/,$(LIB_REAL) $(LIB_SONAME) \
		libsr6flow.so libsr6flow.a pkgconfig/sr6flow.pc) \
		$(addprefix $(DESTDIR)$(LIB_INCLUDEDIR)/,$(notdir $(LIB_HEADERS))) \
		$(DESTDIR)$(MANDIR)/man3/libsr6flow.3
	[ ! -d $(DESTDIR)$(LIB_INCLUDEDIR) ] || \
		rmdir --ignore-fail-on-non-empty $(DESTDIR)$(LIB_INCLUDEDIR)
	$(if $(DESTDIR),,ldconfig)
