#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Tests that the runner reports every kind of failure: a bench that cannot fail
# proves nothing.
#
#   selftest.sh [6.1|6.12]
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=test/vm/common.sh
. "$here/common.sh"

kernel=${1:-6.1}
mkdir -p "$vm_build"
out=$(mktemp "$vm_build/selftest.XXXXXX")
stalled=
trap '[ -z "$stalled" ] || kill "$stalled"; rm -rf "$out"*' EXIT
number=0 failed=0

result() {
	number=$((number + 1))
	echo "$1 $number - $2"
	if [ "$1" = 'not ok' ]; then
		failed=$((failed + 1))
		sed 's/^/#   | /' "$out"
	fi
}

# runner TEST...: run.sh with these tests
runner() {
	local test tests=()
	for test in "$@"; do
		case $test in
		-* | [0-9]*) tests+=("$test") ;;
		*) tests+=("$out.tests/$test.sh") ;;
		esac
	done
	exec "$here/run.sh" --stock --kernel "$kernel" "${tests[@]}"
}

# ended STATUS WANTED NAME
ended() {
	if [ "$1" = "$2" ]; then
		result ok "$3: ends with status $2"
	else
		result 'not ok' "$3: ends with status $1, not $2"
	fi
}

# run STATUS NAME TEST...: run.sh ends with this status
run() {
	local want=$1 name=$2 status=0
	shift 2
	(runner "$@") >"$out" 2>&1 || status=$?
	ended "$status" "$want" "$name"
}

# says NAME REGEX: a line of the last run
says() {
	if grep -qE "$2" "$out"; then
		result ok "$1"
	else
		result 'not ok' "$1: no line matches $2"
	fi
}

# is_not_there NAME REGEX: no line of the last run
is_not_there() {
	if grep -qE "$2" "$out"; then
		result 'not ok' "$1: a line matches $2"
	else
		result ok "$1"
	fi
}

last_line() {
	if [ "$(tail -n 1 "$out")" = "$1" ]; then
		result ok "last line is '$1'"
	else
		result 'not ok' "last line is not '$1'"
	fi
}

# A kernel image is found behind bytes that are no text in any locale.
unpacks() {
	local tool=$1 locale=$2 packed=$out.vmlinuz kernel=$out.vmlinux
	{
		printf '\xff\x28\xb5\x2f\xfd\xfd7zXZ\x00\xff'
		printf '\x7fELF and the rest' | "$tool" -qc
		printf '\xff trailer'
	} >"$packed"
	if LC_ALL=$locale "$here/unpack_kernel.sh" "$packed" "$kernel" \
		>"$out" 2>&1 && [ "$(tail -c 8 "$kernel")" = "the rest" ]; then
		result ok "a kernel packed with $tool, locale $locale"
	else
		result 'not ok' "a kernel packed with $tool, locale $locale"
	fi
	rm -f "$packed" "$kernel"
}

# make_test NAME TIMEOUT LINE...: a test for the runner
mkdir "$out.tests"
make_test() {
	printf '%s\n' '#!/bin/bash' "# vm: timeout=$2" "${@:3}" >"$out.tests/$1.sh"
}

# shellcheck disable=SC2016 # for the test to expand
lib='. "$(dirname "$0")/../lib.sh"'
make_test passes 30 "$lib" 'plan 2' 'ok "a point"' 'skip_point "another point" "nothing to see"'
make_test fails 30 "$lib" 'echo "output of the failing test"' 'is 1 2 "one is two"' 'ok "goes on"'
make_test ends 30 "$lib" 'ok "a point"' false
make_test hangs 3 "$lib" 'ok "a point"' 'sleep 1000'
make_test litters 30 "$lib" 'ip netns add litter' 'ok "a point"'
make_test panics 30 "$lib" 'ok "a point"' 'echo c >/proc/sysrq-trigger'
make_test raw 30 'exit 0'
make_test short 30 "$lib" 'plan 2' 'ok "a point"'
make_test warns 30 "$lib" 'ok "a point"' "echo 'WARNING: selftest' >/dev/kmsg"
# The guest hangs: nothing in it ends the test or goes on to the next.
make_test stalls 3 "$lib" 'ok "a point"' 'pkill -STOP -f /test/runner.sh'
# The module races with others.
make_test races 30 "$lib" 'ok "a point"' \
	"echo 'BUG: KCSAN: data-race in a / b [ip_set_hash_sr6flow]' >/dev/kmsg"

for locale in C C.UTF-8; do
	unpacks xz "$locale"
	unpacks zstd "$locale"
done

# A guest that hangs takes all of its time: the others are run meanwhile.
limit=60
(runner --timeout $limit stalls passes) >"$out.stalled" 2>&1 &
stalled=$!

run 0 "all is well" passes
says "a pass is numbered" '^ok 1 - .* passes: a point$'
says "a skip is told with its reason" '^ok 2 - .* # SKIP nothing to see$'
last_line "2 passed, 0 failed, 1 skipped"

run 1 "tests fail" fails ends raw short hangs litters warns races passes
says "a failed point" '^not ok [0-9]+ - .* fails: one is two$'
says "what was wanted" '^# wanted: 2$'
says "the failing test's output" '^#   \| output of the failing test$'
says "a status without a reported failure" '^not ok [0-9]+ - .* ends: .*to its end'
says "a test that reports nothing" '^not ok [0-9]+ - .* raw: reported nothing'
says "fewer points than planned" '^not ok [0-9]+ - .* short: .*planned'
says "a test that hangs" '^not ok [0-9]+ - .* hangs: within the time limit of 18 s'
says "what it was doing" '^#   \| .* sleep 1000$'
says "a namespace left behind" '^not ok [0-9]+ - .* litters: no network namespace'
says "a warning in the kernel's log" '^not ok [0-9]+ - .* warns: kernel log is clean'
says "the warning itself" '^# .*WARNING: selftest'
says "a data race of the module" '^not ok [0-9]+ - .* races: kernel log is clean'
says "a test after all that" '^ok [0-9]+ - .* passes: a point'

# A kernel that dies before its first test is booted again, but not for ever.
mkdir -p "$out.bin"
cat >"$out.bin/qemu-system-x86_64" <<END
#!/bin/bash
if [ ! -e "$out.died" ]; then
	touch "$out.died"
	echo "Oops: int3: 0000 [#1]" >"\$(printf '%s\n' "\$@" | sed -n 's/^file://p')"
	exit 0
fi
exec $(type -P qemu-system-x86_64) "\$@"
END
chmod +x "$out.bin/qemu-system-x86_64"
PATH=$out.bin:$PATH run 0 "the kernel dies at its start" passes
says "that it is booted again" '^# .*: the kernel died before the first test, boot 2$'
says "how it died" '^#   \| Oops: int3'
says "the test of the second boot" '^ok [0-9]+ - .* passes: a point$'
VM_APPEND=rdinit=/nothing run 1 "the kernel dies each time" passes
says "the third boot" '^# .*: the kernel died before the first test, boot 3$'
says "a test that no boot has run" '^not ok [0-9]+ - .* passes: was not run'
rm -rf "$out.bin" "$out.died"

run 1 "the guest panics" panics passes
says "the test during which it died" '^not ok [0-9]+ - .* panics: the guest died'
# Above a stack that chance makes deep.
says "the console's last lines" '^#   \| .*Kernel panic - not syncing: sysrq'
says "the test that was not run" '^not ok [0-9]+ - .* passes: was not run'
last_line "1 passed, 2 failed"

status=0
wait "$stalled" || status=$?
stalled=
mv "$out.stalled" "$out"
if grep -q 'stalls: was not run' "$out"; then
	# This machine is so slow that a boot takes longer.
	limit=600 status=0
	(runner --timeout $limit stalls passes) >"$out" 2>&1 || status=$?
fi
ended "$status" 1 "the guest hangs"
says "the test during which it hung" '^not ok [0-9]+ - .* stalls: the guest did not finish within '$limit' s'
last_line "1 passed, 2 failed"

# What make check prints of stages that end in every way, and what it writes.
stages() {
	bash -s "$here/../stages.sh" "$out.check" <<-'END'
	set -uo pipefail
	out=$2
	. "$1"
	needed 5 sources true
	stage 50 passes printf '%s\n' 'ok 1 - good' 'ok 2 - rest # SKIP no' '1 passed, 0 failed, 1 skipped'
	stage 10 fails bash -c "printf '%s\n' 'not ok 1 - bad' '# why' \
		'ok 2 - fair' '1 passed, 1 failed'; exit 1"
	stage 10 dies bash -c 'echo last words; exit 3'
	stage 10 belies bash -c 'echo ok - said; echo 1 passed, 0 failed; exit 3'
	stage 10 hides echo 2 passed, 0 failed
	stage 10 lies printf '%s\n' 'a reason' 'not ok 1 - broken' '1 passed, 0 failed'
	stage 10 idles echo 0 passed, 0 failed
	needed 10 kernels true
	needed 10 programs false
	stage 10 never echo never
	stages_run
	stages_end
	END
}

status=0
stages >"$out" 2>&1 || status=$?
ended "$status" 1 "stages fail"
last_line "8 passed, 7 failed, 1 skipped"
says "which stage of how many, and how long" '^== 2 of 11: passes \(0:0[0-9] elapsed, about 2:20 left\)$'
is_not_there "what a stage that failed was needed for" '^== 11 of 11'
sed -i '0,/^-- /d' "$out"
says "a failed point is said at the end" '^not ok 1 - bad$'
says "and why" '^# why$'
says "what a stage without a result said last" '^last words$'
says "what a program said before a failed point" '^a reason$'
says "a stage that belies its status" '^-- belies: ended with status 3, see'
says "the table" '^\| passes \| 1 passed, 0 failed, 1 skipped \| [0-9]+ s \|$'
mv "$out.check/results.tap" "$out"
says "results as TAP: a failed point" '^not ok [0-9]+ - fails: bad$'
says "why it failed" '^# why$'
says "a skipped one" '^ok 3 - passes: rest # SKIP no$'
says "a stage without a result" '^not ok [0-9]+ - dies: no result \(status 3\)$'
says "points that a stage did not name" '^not ok [0-9]+ - hides: 0 points ok and 0 not, but 2 passed, 0 failed$'
says "a stage in which nothing passed" '^not ok [0-9]+ - idles: nothing passed$'
says "a run that broke off" '^Bail out! programs failed$'
last_line "1..14"
rm -r "$out.check"

echo "$((number - failed)) passed, $failed failed"
[ "$failed" -eq 0 ]
