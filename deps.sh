#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Installs the Debian packages of deps.txt that are missing.
#
#   deps.sh build   packages that 'make' and 'make install' need
#   deps.sh deb     packages that 'make deb' needs
#   deps.sh test    these, and packages that the tests, the guest and the demo need
#   deps.sh deep    these, and packages that only make check-deep needs
set -eu

without=
here=$(cd "$(dirname "$0")" && pwd)

case ${1-} in
build) subjects='build|kernel|lib|ipset-ext|lmctl' ;;
deb) subjects='build|lib|ipset-ext|lmctl|deb' ;;
test) subjects='[^:]*' without=deep ;;
deep) subjects='[^:]*' ;;
*)
	echo "usage: deps.sh build|deb|test|deep" >&2
	exit 2
	;;
esac

installed() {
	case $(dpkg-query -W -f '${Status}' "$1" 2>/dev/null) in
	*' installed') ;;
	*) return 1 ;;
	esac
}

# available NAME|NAME: print the first name that this release has
available() {
	for name in $(echo "$1" | tr '|' ' '); do
		[ -n "$(apt-cache show --no-all-versions "$name" 2>/dev/null)" ] || continue
		echo "$name"
		return
	done
	echo "$name"
}

missing=
# shellcheck disable=SC2013 # words, one a line
for names in $(sed -nE "/# ${without:-none}:/d; s/^([a-z0-9.+|-]+) +# ($subjects):.*/\1/p" "$here/deps.txt"); do
	for name in $(echo "$names" | tr '|' ' '); do
		! installed "$name" || continue 2
	done
	missing="$missing $names"
done
[ -n "$missing" ] || exit 0

as_root=
[ "$(id -u)" -eq 0 ] || as_root=sudo
if [ -n "$as_root" ] && ! command -v sudo >/dev/null; then
	echo "deps.sh: run as root, or install sudo, to get:$missing" >&2
	exit 1
fi
echo "installing:$missing" >&2
# sudo does not pass DEBIAN_FRONTEND on.
apt_get="$as_root env DEBIAN_FRONTEND=noninteractive apt-get"
$apt_get -qq update
packages=
for names in $missing; do
	packages="$packages $(available "$names")"
done
# shellcheck disable=SC2086 # a list
$apt_get -qq -o Dpkg::Use-Pty=0 install -y --no-install-recommends $packages >&2
