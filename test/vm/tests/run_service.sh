#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# vm: icount=yes host=yes kernels=6.1,6.12 quick=yes mem=1024 timeout=300 seconds=33
#
# 'lmctl run' as a service: as an unprivileged user with two capabilities; what
# it tells a service manager; SIGHUP again and again, at all moments of a block,
# with the same file, a broken one, a new key and another measurement in band,
# while over 50 blocks every block is exact; a stop that leaves nothing behind.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../verdicts.sh"

period=500
watchdog_us=1000000
old='old 000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f'
new='new 808182838485868788898a8b8c8d8e8f909192939495969798999a9b9c9d9e9f'

topo_srv6
topo_direct
# In-band messages for the egress itself come along both flows. End.DT6 looks
# into the main table alone, where no local address is.
node_ip egress <<-END
	route add local fd00:c::3/128 dev lo table main
	route add fcff:3::200/128 encap seg6local action End.DT6 table 254 dev transit
END
on ingress lmctl init tx
on ingress lmctl add tx gold=$sids idle=fcff:2::1,fcff:3::200
on egress lmctl init rx
on egress lmctl add rx "gold=$topo_source@$sids" "idle=$topo_source@fcff:2::1,fcff:3::200"

# The user reads its files at every reload.
chmod 755 "$tmp"

# keys NODE KEY...
keys() {
	local file=$tmp/$1.keys
	shift
	printf '%s\n' "$@" >"$file"
	chown nobody "$file"
	chmod 600 "$file"
}

# config NODE <SECTIONS
config() {
	{
		echo "period: ${period}ms"
		echo 'user: nobody'
		echo "keys: $tmp/$1.keys"
		echo "top: {socket: $tmp/$1.sockets/top}"
		cat
	} >"$tmp/$1.conf"
}

config_ingress() {
	config ingress <<-END
		rotate: tx
		measure to-egress: {peers: egress=fd00:c::3}
	END
}

config_another() {
	config_ingress
	cat >>"$tmp/ingress.conf" <<-END
		measure another:
		  peers: egress=fd00:c::3
		  source: fd00:c::1
		  in-band: true
	END
}

config_egress() {
	config egress <<<'reflect: {sets: rx}'
}

# run_up NODE: told to a service manager, both to the same one
run_up() {
	start "$1" env NOTIFY_SOCKET="$tmp/$1.notify" \
		WATCHDOG_USEC=$watchdog_us lmctl run --json -c "$tmp/$1.conf" \
		>>"$tmp/$1.json" 2>>"$tmp/$1.err"
	pid[$1]=$started
}

# manager NODE: hears what a daemon tells, from now on
manager() {
	host_run python3 /mnt/host/notify.py "$tmp/$1.notify" >"$tmp/$1.heard" &
	at_exit kill $!
	wait_for 10 grep -q listening "$tmp/$1.heard"
}

# heard NODE TEXT: how often
heard() {
	grep -c -- " $2" "$tmp/$1.heard" || true
}

heard_least() {
	[ "$(heard "$1" "$2")" -ge "$3" ]
}

# at_moment MILLISECONDS: the next time that so much of a block has passed
at_moment() {
	local us=${EPOCHREALTIME/./} left
	left=$((($1 * 1000 - us % (period * 1000) + period * 1000) %
		(period * 1000)))
	sleep "$(printf '%d.%06d' $((left / 1000000)) $((left % 1000000)))"
}

reloads=0

# reload NODE...: at moments that are spread over the block; over when the
# service manager knows
reload() {
	local node before
	for node in "$@"; do
		before=$(heard "$node" READY=1)
		reloads=$((reloads + 1))
		at_moment $((reloads * 187 % period))
		kill -HUP "${pid[$node]}"
		wait_for 20 heard_least "$node" READY=1 $((before + 1))
	done
}

# broken NODE: a line that is wrong; everything goes on
broken() {
	local lines said
	lines=$(wc -l <"$tmp/$1.err")
	sed -i '2a rotat: tx' "$tmp/$1.conf"
	reload "$1"
	said=$(tail -n +$((lines + 1)) "$tmp/$1.err")
	like "$said" "^lmctl: .*$tmp/$1.conf:3: .*rotat" \
		"$now: $1 names file and line"
	like "$said" 'the previous configuration stays in effect' "$now: $1 goes on"
	is "$(wc -l <<<"$said")" 2 "$now: $1 says no more"
	sed -i 3d "$tmp/$1.conf"
}

# network NODE: what a daemon could leave behind
network() {
	on "$1" ip -6 rule show
	on "$1" ip -6 route show table all
	on "$1" ss -Hlunt
	on "$1" lmctl flows tx 2>/dev/null || true
	on "$1" lmctl flows rx 2>/dev/null || true
	on "$1" ip6tables-save -t mangle | grep -v '^[#:]'
}

iperf_serve host-b
# 250 packets a second
start host-a iperf3 -c fd00:b::2 -u -b 400k -l 200 -t 3600 >"$tmp/iperf"

begin keys
keys ingress "$old"
keys egress "$old"
config_ingress
config_egress
chmod 644 "$tmp/ingress.keys"
check_fails "$now: others can read them: refused" \
	"^lmctl: .*$tmp/ingress.keys' has mode 0644, .*chmod 600" \
	on ingress lmctl run -c "$tmp/ingress.conf"
chmod 600 "$tmp/ingress.keys"
check "$now: nobody else can: the configuration is right" \
	on ingress lmctl run --check -c "$tmp/ingress.conf"

network ingress >"$tmp/ingress.before"
network egress >"$tmp/egress.before"

mkdir "$tmp/ingress.sockets" "$tmp/egress.sockets"
chown nobody "$tmp/ingress.sockets" "$tmp/egress.sockets"
touch "$tmp/ingress.json"
ln -sf ingress.json "$tmp/results"
begin start
host_warm python3 -c 'import os, socket, time'
manager ingress
manager egress
run_up egress
run_up ingress
recovered
for node in ingress egress; do
	is "$(status_of "${pid[$node]}" Uid)" "65534 65534 65534 65534" \
		"$now: $node runs as nobody"
	is "$(status_of "${pid[$node]}" Groups)" "" "$now: $node is in no group"
	# CAP_NET_ADMIN and CAP_NET_BIND_SERVICE
	is "$(status_of "${pid[$node]}" CapEff) $(status_of "${pid[$node]}" CapPrm)" \
		"0000000000001400 0000000000001400" \
		"$now: $node has two capabilities"
	is "$(status_of "${pid[$node]}" CapInh) $(status_of "${pid[$node]}" CapAmb) $(status_of "${pid[$node]}" CapBnd)" \
		"0000000000000000 0000000000000000 0000000000000000" \
		"$now: $node can pass none on"
	is "$(status_of "${pid[$node]}" NoNewPrivs)" 1 "$now: $node gets no more"
	is "$(heard $node READY=1)" 1 "$now: $node is ready, once"
done

begin reload
from=$(($(block_now $period) + 1))
reload ingress egress ingress egress ingress egress
broken ingress
broken egress
reload ingress egress

# Another measurement comes, with messages in band, and stays.
config_another
reload ingress
reload ingress egress

# A new key: known to both, then used, then the old one goes.
keys egress "$old" "$new"
reload egress
keys ingress "$new" "$old"
reload ingress
reload ingress egress
keys egress "$new"
reload egress
keys ingress "$new"
reload ingress egress

# The broken file is one of keys.
keys ingress "$new" "${new% *} 0"
lines=$(wc -l <"$tmp/ingress.err")
reload ingress
like "$(tail -n +$((lines + 1)) "$tmp/ingress.err")" \
	"^lmctl: .*$tmp/ingress.keys' line 2:" "$now: keys: file and line"
keys ingress "$new"

while ! block_is $((from + 50)); do
	reload ingress egress
done
to=$(block_now $period)
wait_for 30 told_least "\$1 > $to" 4
diag "$reloads reloads in $((to - from + 1)) blocks"

# measured NAME FROM: every block of every flow, once, exact and right
measured() {
	local told
	told=$(sed -n "/\"type\":\"loss\",\"measurement\":\"$1\"/s/.*\"name\":\"\([a-z]*\)\".*\"block\":\([0-9]*\),.*\"status\":\"\([a-z]*\)\".*\"lost\":\([-0-9a-z]*\),\"ratio\".*/\2 \1 \3 \4/p" \
		"$tmp/ingress.json" | awk -v from="$2" -v to="$to" \
		'$1 >= from && $1 <= to' | sort)
	is "$(awk '$3 != "exact" || $4 != 0' <<<"$told")" "" \
		"$now: $1: every block is exact"
	is "$(wc -l <<<"$told") $(uniq <<<"$told" | wc -l)" \
		"$((2 * (to - $2 + 1))) $((2 * (to - $2 + 1)))" \
		"$now: $1: every block is there, once"
}

measured to-egress "$from"
within $((to - from)) 50 400 "$now: these were 50 blocks"
another=$(sed -n '/"type":"loss","measurement":"another".*"status":"exact"/s/.*"block":\([0-9]*\),.*/\1/p' \
	"$tmp/ingress.json" | sort -n | head -n 1)
within "$another" "$from" "$((to - 10))" "$now: another measures too"
measured another "$another"
is "$(grep -c '"type":"peer".*"rejected":[^0]' "$tmp/ingress.json" || true)" 0 \
	"$now: no message was rejected"

# reloads_heard NODE: RELOADING=1 with the time, then READY=1, and so on
reloads_heard() {
	local order='' hups stamp=0 time text
	hups=$(heard "$1" RELOADING=1)
	while read -r time text; do
		case $text in
		READY=1*) order+=r ;;
		"RELOADING=1 MONOTONIC_USEC="*)
			order+=R
			text=${text##*=}
			[ "$text" -gt "$stamp" ] && [ "$text" -le "$time" ] &&
				[ "$text" -gt $((time - 1000000)) ] || order+="?"
			stamp=$time
			;;
		esac
	done <"$tmp/$1.heard"
	is "$order" "r$(printf 'Rr%.0s' $(seq "$hups"))" \
		"$now: $1 told of $hups reloads, begin, time and end"
	hup_sum=$((hup_sum + hups))
}

hup_sum=0
reloads_heard ingress
reloads_heard egress
is "$hup_sum" "$reloads" "$now: of every one"
for node in ingress egress; do
	is "$(awk '$2 == "WATCHDOG=1" {
			if (last && $1 - last > '$watchdog_us')
				print $1 - last
			last = $1
			n++
		}
		END { if (n < 10) print n + 0 " in all" }' \
		"$tmp/$node.heard")" "" "$now: $node feeds the watchdog in time"
done

# Without messages in band the idle flow is idle again.
config_ingress
reload ingress
blocks_pass 4

# Another period: all begins anew, at both ends.
begin period
period=400
config_ingress
config_egress
kill -HUP "${pid[ingress]}"
kill -HUP "${pid[egress]}"
recovered

begin port
status=0
on egress lmctl reflect rx --period ${period}ms 2>"$tmp/second" || status=$?
is "$status $(wc -l <"$tmp/second")" "1 1" "$now: a second daemon ends with a line"
like "$(cat "$tmp/second")" \
	"^lmctl: .*cannot bind to \[::\]:862: Address already in use; stop the program" \
	"$now: it says what to do"

begin hangup
(umask 077 && cat "$tmp/ingress.keys" >"$tmp/root.keys")
start ingress lmctl measure fd00:c::3 --period ${period}ms --json \
	--keys "$tmp/root.keys" >"$tmp/hangup.json" 2>"$tmp/hangup.err"
wait_for 20 grep -q '"status":"exact"' "$tmp/hangup.json"
kill -HUP "$started"
status=0
wait "$started" || status=$?
is "$status$(cat "$tmp/hangup.err")" 0 "$now: lmctl measure ends at SIGHUP"

begin stop
config_another
reload ingress
in_band() {
	[ -n "$(on ingress ip -6 route show table 29238)" ]
}
check "$now: there is something to clean up" wait_for 20 in_band
for node in ingress egress; do
	status=0
	stop "${pid[$node]}" || status=$?
	is "$status" 0 "$now: $node ends at SIGTERM with status 0"
	is "$(tail -n 1 "$tmp/$node.heard" | cut -d ' ' -f 2)" STOPPING=1 \
		"$now: $node says so"
	is "$(diff "$tmp/$node.before" <(network $node))" "" \
		"$now: $node leaves nothing behind"
done
is "$(grep -v -e ' starts: ' -e ' goes on: ' -e ':3: ' -e 'line 2:' \
	-e 'the previous configuration stays' "$tmp/ingress.err" "$tmp/egress.err" || true)" "" \
	"$now: nobody had anything else to say"
