# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# Stages, one after the other, and one line with their sum. A stage ends with a
# line "N passed, N failed", perhaps ", N skipped"; a stage that ends without
# one, or with a status that says otherwise, is one failure more. What failed is
# said once more at the end, where one looks first.

# shellcheck disable=SC2034 # for the scripts that source this file
make=(make --no-print-directory -j"$(nproc)")
passed=0
failed=0
skipped=0
table=()
log=$(mktemp)
failures=$(mktemp)
trap 'rm -f "$log" "$failures"' EXIT

# keep_failures NAME WHY: the failed points of the stage's log, with what follows
# about each; without any, the log's end
keep_failures() {
	printf '\n-- %s: %s\n' "$1" "$2"
	awk '
		/^(not ok|FAIL)/ { told = 20 }
		/^(ok|PASS)/ { told = 0 }
		told-- > 0 { print; any = 1 }
		END { exit !any }' "$log" || tail -n 20 "$log"
} >>"$failures"

# stage NAME COMMAND...
stage() {
	local name=$1 start=$SECONDS status=0 line
	shift
	printf '\n== %s\n' "$name"
	"$@" 2>&1 | tee "$log" || status=$?
	line=$(grep -E '^[0-9]+ passed, [0-9]+ failed(, [0-9]+ skipped)?$' "$log" | tail -n 1)
	table+=("| $name | ${line:-no result} | $((SECONDS - start)) s |")
	if [ -z "$line" ]; then
		echo "$name: no result (status $status)"
		keep_failures "$name" "no result (status $status)"
		failed=$((failed + 1))
		return
	fi
	# shellcheck disable=SC2086 # its words
	set -- ${line//,/}
	passed=$((passed + $1))
	failed=$((failed + $3))
	skipped=$((skipped + ${5-0}))
	if [ "$status" -ne 0 ] && [ "$3" -eq 0 ]; then
		echo "$name: ended with status $status"
		failed=$((failed + 1))
	fi
	if [ "$status" -ne 0 ] || [ "$3" -ne 0 ]; then
		keep_failures "$name" "$line (status $status)"
	fi
	printf '== %s: %s in %s s\n' "$name" "$line" $((SECONDS - start))
}

# stages_table: a row for each stage, for a record
stages_table() {
	printf '%s\n' '| stage | result | time |' '| --- | --- | ---: |' "${table[@]}"
}

# stages_end: the sum; the status says whether all passed
stages_end() {
	cat "$failures"
	printf '\nall tests in %s s\n' "$SECONDS"
	printf '%s passed, %s failed' "$passed" "$failed"
	[ "$skipped" -eq 0 ] || printf ', %s skipped' "$skipped"
	printf '\n'
	[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
}
