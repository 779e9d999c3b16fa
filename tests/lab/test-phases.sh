#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# What is measured of a pair under load: the phases add up to the epoch, both sides tell their
# figures, a second way that is cut is known before it is needed, and what is alone has no lag. Its
# first copy is made slowly, until it may be fast.
. "$(dirname "$0")/functions.sh"

# Does a filter hold for the STATUS of a host's engine?
holds_on() { # HOST FILTER
    pair_on "$1" | jq -e "$2" >/dev/null
}

must_hold_on() { # HOST FILTER
    holds_on "$1" "$2" || fail "not so on $1: $2"$'\n'"$(pair_on "$1")"
}

# Means of one second are of the epochs that ended in it: their sum is exact but for rounding. On a
# busy machine there may have been none.
adds_up() { # HOST
    pair_on "$1" | jq -e '.phases_ms | . == null or (
        (.wait + .stop + .scan + .copy + .state + .ship) as $sum |
        ($sum - .epoch | fabs) <= 0.05 * .epoch)' >/dev/null
}

path_is() { # HOST true|false IN-USE
    holds_on "$1" "any(.paths[]; .in_use == $3 and .up == $2)"
}

# What goes over the link is what is copied, and a little that the guest writes to its disk. It may
# have given way to the guest meanwhile, but not below 1 MiB/s.
copies_at() { # PHASE MIB
    holds_on h1 ".state == \"syncing\" and .progress.phase == \"$1\" and
        .progress.limit_bytes_per_s >= 1048576 and .progress.limit_bytes_per_s <= $2 * 1048576 and
        .progress.faster_bytes_per_s > 0 and .link_bytes_per_s < ($2 + 2) * 1048576"
}

start_lab
start_guest h1 vm1 --dirty-rate 4 --disk-size 128
add_hosts
# where the ledger does not come
must lab on h1 dd if=/dev/urandom of=/var/lib/libvirt/images/vm1-disk0.raw bs=1M seek=96 count=24 \
    conv=notrunc status=none
start_client --connections 1 --payload 200

note "disks are copied with 1 MiB/s, memory with 4 or less, and the rest without a limit"
"$test_top/scripts/lab" on adm "$(built ftadmin)" protect vm1 --witness w1 --silence 1000 \
    --commit-timeout 2000 --max-rate 1M --yes </dev/null >"$test_folder/protect.out" 2>&1 8>&- &
protect=$!
wait_for 90 copies_at disk 1
must_hold_on h1 '.progress.limited_by == "max-rate"'
left=$(pair_status vm1 '.progress | "\(.left_s | length) \(.left)"')
[[ $left =~ ^2\ (over\ )?[0-9] ]] || fail "no time left: $(pair_status vm1)"
grep -q "^Time left" <<<"$(ftadmin status vm1)" || fail "$(ftadmin status vm1)"
copies_at disk 1 || fail "it is faster: $(pair_on h1)"
note "left with 1 MiB/s: ${left#2 }; $(pair_on h1 '.progress | tojson')"
guest_goes_on
exits 0 ftadmin set vm1 --max-rate 4M
wait_for 60 copies_at memory 4
note "and with 4: $(pair_on h1 '.progress | tojson')"
# as on a disk that others keep busy: its requests wait, and what waits is not the copy's reading
must lab on h1 virsh -q blkdeviotune vm1 vda --total-iops-sec 10 --live
wait_for 30 holds_on h1 '.progress.limited_by == "guest" and
    .progress.limit_bytes_per_s < 4 * 1048576'
must lab on h1 virsh -q blkdeviotune vm1 vda --total-iops-sec 0 --live
guest_goes_on
lifted=$(now_ms)
exits 0 ftadmin set vm1 --max-rate none --json
jq -e '.settings.max_rate_mib == 0' <<<"$output" >/dev/null || fail "set: $output"
wait_for 60 protected_from h1
note "protected $(($(now_ms) - lifted)) ms after it was lifted"
wait "$protect" || fail "protect: $(cat "$test_folder/protect.out")"
guest_goes_on

note "the phases of an epoch"
wait_for 10 holds_on h1 '.phases_ms != null and .asked_by.output > 0'
for _ in 1 2 3 4 5; do
    seen=$(pair_on h1 .phases_ms)
    adds_up h1 || fail "the phases do not add up: $(pair_on h1 .phases_ms)"
    # not waiting for something: another second is to be looked at
    sleep 1.1
done
note "phases of the last second: $(jq -c 'map_values(. * 100 | round / 100)' <<<"$seen")"

# of the last second, which on a busy machine may have been a poor one
note "both sides' figures"
wait_for 30 holds_on h1 '.phases_ms | all(.[]; . >= 0) and .stop > 0 and .copy > 0 and .state > 0 and
    .ship > 0 and .ack > 0 and .epoch < 600'
wait_for 30 holds_on h1 '.pause_ms.p50 > 0 and .commit_ms.p50 >= .pause_ms.p50 and .lag_ms < 20000'
wait_for 30 holds_on h1 '.link_bytes_per_s > 100000 and .blocked_ms >= 0 and .cpu_percent > 0 and
    .cpu_percent < 200 and .rtt_ms > 0 and .rtt_ms < 5000'
wait_for 30 holds_on h1 '[.held_packets, .held_bytes, .held_ms, .dropped_packets] | all(.[]; . >= 0)'
wait_for 30 holds_on h2 '.epoch > 1 and .epoch_held >= .epoch and .epoch_held <= .epoch + 1 and
    .staged_bytes >= 0 and .apply_ms > 0 and .apply_ms < 10000 and .replica_lag_ms > 0 and
    .replica_lag_ms < 20000 and .cpu_percent > 0 and .rtt_ms > 0'
note "standby: $(pair_on h2 '{apply_ms, replica_lag_ms, cpu_percent, rtt_ms} | tojson')"

note "settings are changed while it is protected, on both hosts and for good"
worker=$(pair_on h1 .worker_pid)
exits 0 ftadmin set vm1 --client-latency 24 --cpu-budget 25 --commit-timeout 2500 --json
jq -e '.vm == "vm1" and .left == null and .client_latency_ms == 24 and
    .settings.min_spacing_ms == 20 and .settings.cpu_budget_percent == 25 and
    .settings.commit_timeout_ms == 2500' <<<"$output" >/dev/null ||
    fail "set: $output"
for host in h1 h2; do
    must_hold_on $host '.settings | .min_spacing_ms == 20 and .cpu_budget_percent == 25 and
        .commit_timeout_ms == 2500'
    lab on $host jq -e '.settings | .min_spacing_ms == 20 and .cpu_budget_percent == 25' \
        "/var/lib/ftadmin/pairs/$(pair_on $host .pair)/pair.json" >/dev/null ||
        fail "$host did not keep the settings"
done
# an epoch every 20 ms at most, over a whole second
# shellcheck disable=SC2016 # for jq
wait_for 10 holds_on h1 '([.asked_by[]] | add) as $n | $n > 0 and $n <= 51'
[ "$(pair_on h1 '"\(.worker_pid) \(.state)"')" = "$worker protected" ] || fail "$(pair_on h1)"
[ "$(pair_status vm1 .settings.min_spacing_ms)" = 20 ] || fail "status: $(pair_status vm1)"
exits 0 ftadmin set vm1
grep -q "24 ms later" <<<"$output" || fail "set says: $output"
exits 2 ftadmin set vm1 --spacing 0
exits 0 ftadmin set vm1 --client-latency 5 --cpu-budget 30
# how many epochs there are then is the crowded machine's business
must_hold_on h1 '.settings.min_spacing_ms == 1 and .settings.cpu_budget_percent == 30'

note "two ways from either side; the one that is not in use is cut"
for host in h1 h2; do
    wait_for 15 holds_on $host '(.paths | length == 2) and all(.paths[];
        .up == true and .local != null and .rtt_ms > 0 and .tried_ms_ago < 60000) and
        ([.paths[] | select(.in_use)] | length == 1)'
done
forget_events h1 h2
must lab cut h1 h2 --net guest
cut=$(now_ms)
wait_for 14 path_is h1 false false
wait_for 14 path_is h2 false false
note "seen as down after $(($(now_ms) - cut)) ms"
has_event h1 path-lost || fail "no event of it"
path_is h1 true true || fail "the way in use is said to be down: $(pair_on h1 .paths)"
protected_from h1 || fail "vm1 is $(pair_on h1 .state)"

note "a way that is lost stays lost for the next worker; one that never answered is none"
at_risk() { # WORD
    [ "$(pair_status vm1 .at_risk)" = "$1" ]
}
is_another() { # HOST PID
    pair_on "$1" | jq -e ".worker_pid > 0 and .worker_pid != $2" >/dev/null
}
restart_worker() { # HOST
    local old
    old=$(worker_pid "$1")
    must lab on "$1" kill -KILL "$old"
    wait_for 30 is_another "$1" "$old"
    wait_for 60 protected_from h1
    wait_for 14 path_is h1 false false
}
wait_for 10 at_risk path
restart_worker h1
must_hold_on h1 'any(.paths[]; .up == false and .answered)'
wait_for 10 at_risk path
must lab on h1 rm "/var/lib/ftadmin/pairs/$(pair_on h1 .pair)/paths.json"
forget_events h1
restart_worker h1
must_hold_on h1 '[.paths[].answered] | sort == [false, true]'
wait_for 10 at_risk null
engine h1 events | jq -e '[.events[] | select(.kind == "path-lost")][-1].text |
    test("has never answered")' >/dev/null || fail "events: $(engine h1 events)"
must lab heal h1 h2
wait_for 14 path_is h1 true false
must_hold_on h1 '[.paths[].answered] == [true, true]'
wait_for 14 has_event h1 path-back

note "alone there is no lag, and settings reach one host only"
must lab power-off h2
wait_for 30 holds_on h1 '.state == "alone"'
must_hold_on h1 '.lag_ms == null'
exits 7 ftadmin set vm1 --spacing 3
complains "h2 keeps its old settings"
must_hold_on h1 '.settings.min_spacing_ms == 3'
guest_goes_on
stop_client
check_ledger
