#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The page of the metrics address in headless Chromium: the page that test_view_page
# compares, whose names are full of markup. Leaves screenshots at the widths of a desk and
# of a phone, in build/page, for people to look at.
set -uo pipefail

cd "$(dirname "$0")/../.." || exit 1
out=$PWD/build/page
page=$out/page.html
passed=0
failed=0

point() {
	if [ "$1" -eq 0 ]; then
		passed=$((passed + 1))
		echo "ok - $2"
	else
		failed=$((failed + 1))
		echo "not ok - $2"
	fi
}

# look ARGUMENT...: what Chromium prints about the page
look() {
	timeout 120 chromium --headless=new --no-sandbox --disable-gpu --hide-scrollbars \
		--user-data-dir="$out/profile" "$@" "file://$page" 2>"$out/log"
}

mkdir -p "$out"
rm -f "$out"/*.png
cp test/unit/golden/view-page.txt "$page"
look --dump-dom >"$out/dom.html"
point $? "Chromium shows the page"
[ "$(grep -o '<tr' "$out/dom.html" | wc -l)" -eq "$(grep -o '<tr' "$page" | wc -l)" ]
point $? "all rows are there"
! grep -qi '<script\|<b>' "$out/dom.html"
point $? "no name became markup"
grep -qF '&lt;script&gt;alert(1)&lt;/script&gt;' "$out/dom.html"
point $? "names are text"
for width in 1280 500; do
	look --window-size=$width,900 --screenshot="$out/$width.png" >"$out/shot"
	[ -s "$out/$width.png" ]
	point $? "a screenshot of $width pixels: $out/$width.png"
done

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
