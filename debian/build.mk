# SPDX-License-Identifier: GPL-2.0-only
# make deb: Debian packages of this tree, in $(B)/deb.

DEB := $(B)/deb
DEB_TREE := $(DEB)/sr6flow-$(VERSION)

.PHONY: deb
deb:
	rm -rf $(DEB)
	mkdir -p $(DEB_TREE)
	tar -c --exclude-vcs --exclude=./$(B) --exclude='.checkpatch*' . | tar -x -C $(DEB_TREE)
	sed -i '1s/(.*)/($(VERSION))/' $(DEB_TREE)/debian/changelog
	cd $(DEB_TREE) && env -u MAKEFLAGS -u MFLAGS -u MAKELEVEL \
		DEB_BUILD_OPTIONS="$$DEB_BUILD_OPTIONS noautodbgsym" dpkg-buildpackage -us -uc
