# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# Run stages one after the other and add up their results; sourced.
#
# A stage is a command that prints points, "ok - NAME" or "not ok - NAME", with or
# without a number. It ends with a line "N passed, N failed" or "N passed, N failed,
# N skipped". A stage counts one more failure if this line is missing, if nothing
# passed, or if its status or its points contradict the line.
#
# Print the heading, the progress and the failures of each stage, and all failures
# again at the end. Write the whole output to $out/NAME.log and every point to
# $out/results.tap. Set $out before sourcing this file.

: "${out:?}"
# shellcheck disable=SC2034 # for the scripts that source this file
make=(make --no-print-directory -j"$(nproc)")
stage_names=()
stage_seconds=()
stage_commands=()
stage_needed=()
stage_took=()
passed=0
failed=0
skipped=0
table=()

# stage SECONDS NAME COMMAND...: queue a stage, which takes SECONDS on two idle
# processors
stage() {
	stage_seconds+=("$1")
	stage_names+=("$2")
	shift 2
	stage_commands+=("$(printf '%q ' "$@")")
}

# needed SECONDS NAME COMMAND...: queue a command that prints no points and that all
# later stages need
needed() {
	stage_needed[${#stage_names[@]}]=1
	stage "$1" "$2" succeeds "${@:2}"
}

# succeeds NAME COMMAND...: run a command as a stage of one point
succeeds() {
	if "${@:2}"; then
		printf '%s\n' "ok - $1" "1 passed, 0 failed"
	else
		printf '%s\n' "not ok - $1: status $?" "0 passed, 1 failed"
		return 1
	fi
}

# minutes SECONDS: print as M:SS
minutes() {
	printf '%d:%02d' $(($1 / 60)) $(($1 % 60))
}

# heading INDEX: print the number of the stage, the elapsed time and an estimate of the
# remaining time: the seconds of the remaining stages, and more if the stages so far took
# longer than listed. Needed stages do not count here: their result may exist already.
heading() {
	local i left=0 expected=0 took=0 n=${#stage_names[@]}
	for ((i = 0; i < n; i++)); do
		if [ "$i" -ge "$1" ]; then
			left=$((left + stage_seconds[i]))
		elif [ -z "${stage_needed[i]-}" ]; then
			expected=$((expected + stage_seconds[i]))
			took=$((took + stage_took[i]))
		fi
	done
	[ "$expected" -lt 60 ] || [ "$took" -le "$expected" ] ||
		left=$((left * took / expected))
	printf '\n== %d of %d: %s (%s elapsed, about %s left)\n' $(($1 + 1)) "$n" \
		"${stage_names[$1]}" "$(minutes $SECONDS)" "$(minutes $left)"
}

# failed_points: print the failed points of a stage's output, each with the lines before
# it and the comments after it
failed_points() {
	local line before=() n failing=
	while IFS= read -r line; do
		case $line in
		'not ok '*)
			n=$((${#before[@]} < 40 ? ${#before[@]} : 40))
			[ $n -eq 0 ] || printf '%s\n' "${before[@]: -n}"
			printf '%s\n' "$line"
			before=() failing=1
			;;
		'ok '*) before=() failing= ;;
		'#'*) [ -z "$failing" ] || printf '%s\n' "$line" ;;
		*) before+=("$line") failing= ;;
		esac
	done
}

# progress: print the lines of a stage's output that show its progress
progress() {
	grep -E --line-buffered '^(not ok |vm: |installing:|# .*: [0-9]+ s(,|$))' || true
}

# keep_failures NAME WHY LOG: save the failed points of the log, or its end if it has none
keep_failures() {
	local text
	text=$(failed_points <"$3")
	printf '\n-- %s: %s, see %s\n%s\n' "$1" "$2" "$3" \
		"${text:-$(tail -n 20 "$3")}" | tee -a "$out/failures"
}

# keep_points NAME LOG WHY: save the log's points for results.tap, and one more with the
# reason if the stage itself failed
keep_points() {
	awk -v name="$1" -v why="$3" '
		/^(not )?ok [0-9]* ?- / {
			about = /^not/
			sub(/ok [0-9]* ?- /, "ok - " name ": ")
			print
			next
		}
		/^#/ && about { print; next }
		{ about = 0 }
		END {
			if (why != "")
				print "not ok - " name ": " why
		}' \
		"$2" >>"$out/points"
}

# run_stage INDEX: run one stage and save its results
run_stage() {
	local name=${stage_names[$1]} start=$SECONDS status=0 line why='' log words
	local good bad
	log=$out/${name//[^a-zA-Z0-9]/-}.log
	heading "$1"
	eval "${stage_commands[$1]}" 2>&1 </dev/null | tee "$log" | progress || status=$?
	line=$(grep -E '^[0-9]+ passed, [0-9]+ failed(, [0-9]+ skipped)?$' "$log" | tail -n 1)
	read -ra words <<<"${line//,/}"
	good=$(grep -cE '^ok [0-9]* ?- ' "$log")
	bad=$(grep -cE '^not ok [0-9]* ?- ' "$log")
	passed=$((passed + ${words[0]-0}))
	failed=$((failed + ${words[2]-0}))
	skipped=$((skipped + ${words[4]-0}))
	if [ -z "$line" ]; then
		why="no result (status $status)"
	elif [ "$status" -ne 0 ] && [ "${words[2]}" -eq 0 ]; then
		why="ended with status $status"
	elif [ "$bad" -ne "${words[2]}" ] ||
	     [ "$good" -ne $((words[0] + ${words[4]-0})) ]; then
		why="$good points ok and $bad not, but $line"
	elif [ "${words[0]}" -eq 0 ] && [ "${words[2]}" -eq 0 ]; then
		why="nothing passed"
	fi
	[ -z "$why" ] || failed=$((failed + 1))
	keep_points "$name" "$log" "$why"
	if [ -n "$why" ] || [ "${words[2]}" -ne 0 ]; then
		keep_failures "$name" "${why:-$line}" "$log"
	fi
	stage_took[$1]=$((SECONDS - start))
	table+=("| $name | ${why:-$line} | ${stage_took[$1]} s |")
	printf '== %s: %s in %s s\n' "$name" "${why:-$line}" "${stage_took[$1]}"
}

# stages_table: print a table with a row for each stage
stages_table() {
	printf '%s\n' '| stage | result | time |' '| --- | --- | ---: |' "${table[@]}"
}

# stages_run: run all queued stages
stages_run() {
	local i before
	trap 'exit 130' INT
	mkdir -p "$out"
	rm -f "$out/results.tap" "$out"/*.log
	: >"$out/failures"
	: >"$out/points"
	for i in "${!stage_names[@]}"; do
		before=$failed
		run_stage "$i"
		if [ -n "${stage_needed[i]-}" ] && [ "$failed" -gt "$before" ]; then
			echo "Bail out! ${stage_names[i]} failed" >>"$out/points"
			break
		fi
	done
	{
		echo 'TAP version 13'
		awk '/^(not )?ok - / { n++; sub(/ok - /, "ok " n " - ") } { print }
			END { print "1.." n + 0 }' "$out/points"
	} >"$out/results.tap"
}

# stages_end: print the failures, the table and the sum; succeed if something passed and
# nothing failed
stages_end() {
	cat "$out/failures"
	echo
	stages_table
	printf '\n%s: every point, in %s\n' "$out/results.tap" "$(minutes $SECONDS)"
	printf '%s passed, %s failed' "$passed" "$failed"
	[ "$skipped" -eq 0 ] || printf ', %s skipped' "$skipped"
	printf '\n'
	[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
}
