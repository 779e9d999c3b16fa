#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The guest's clocks keep the time: beside the host's while it is idle, under load and while it
# dirties much memory, across a disarming of the mending, a lost link, a killed host and a
# switchover. They never step back. What an administrator takes by suspending the VM is not given back.
. "$(dirname "$0")/functions.sh"
. "$(dirname "$0")/ledger.sh"
. "$(dirname "$0")/clocks.sh"

takeover_limit=20000000

# What "guest-clock" events of a host said since the last forget_events, one a line.
clock_events() { # HOST
    engine "$1" events "{\"since\":${events_seen[$1]:-0}}" |
        jq -r '.events[] | select(.kind == "guest-clock") | .text'
}

clock_said() { # HOST PATTERN...
    local text pattern
    text=$(clock_events "$1" | tr '\n' ' ')
    pattern=$(printf '.*%s' "${@:2}")
    grep -qE -- "$pattern" <<<"$text"
}

dirtied_of() { # HOST
    pair_on "$1" '"\(.counters.dirty_bytes) \(.counters.epochs)"'
}

begin_dirtying() {
    must dirty_16_mb_per_epoch h1 "$guest_address" "$guest_port"
    read -r dirtied epochs <<<"$(dirtied_of h1)"
}

end_dirtying() {
    local mib
    mib=$(dirtied_of h1 | awk -v b="$dirtied" -v e="$epochs" '{
        printf "%.0f", ($1 - b) / ($2 - e) / 1048576 }')
    must tell_ledger "$guest_address" "$guest_port" "dirty 0" >/dev/null
    note "$mib MiB dirtied an epoch"
    [ "$mib" -ge 4 ] || fail "the guest dirtied $mib MiB an epoch, not 16"
}

# Fails the test unless the guest's clock stands as it did when the guest goes on at the other host.
# Where processors are short the waiting QEMU starts the guest later than the engine can know: the
# event says how long that took, and it is tried again, the other way round.
across() { # WHAT COMMAND AFTERWARDS
    local before off try
    for try in 1 2 3; do
        wait_for 60 protected_from "$primary"
        wait_for 60 kept_on "$primary"
        before=$(offset)
        forget_events "$standby"
        start_client --connections 2
        $2
        guest_goes_on 30
        stop_client
        check_ledger >/dev/null
        off=$(($(offset) - before))
        note "$1: $(ms $off) off; $(pair_on "$standby" '.last_takeover | tojson')"
        takeover_says_what_was_given "$standby"
        $3
        read -r primary standby <<<"$standby $primary"
        within $off $takeover_limit && return
    done
    fail "$1: the guest's clock is $(ms $off) off"
}

takeover_says_what_was_given() { # HOST
    [ "$(pair_on "$1" '.last_takeover.clock_given_ms > 0')" = true ] ||
        fail "last_takeover does not say what was given back"
    engine "$1" events "{\"since\":${events_seen[$1]}}" |
        jq -e 'any(.events[]; .kind == "takeover" and (.text | test("clocks got [0-9.]+ ms back")))' \
            >/dev/null || fail "the takeover's event does not say what was given back"
}

kill_host() {
    must lab power-off "$primary"
}

switch_over() {
    exits 0 ftadmin switchover vm1 --yes
}

power_on() {
    must lab power-on "$primary"
}

# A comparison of the mending that fails: it says so, leaves off, and finds the clocks anew.
disarmed_and_found_again() {
    wait_for 60 clock_said h1 "found in QEMU" "searched again" "found in QEMU"
    note "events: $(clock_events h1 | tr '\n' ';')"
    protected_from h1 || fail "a clock that is not found has ended protection"
}

# A link that ends takes with it neither what the guest lacks nor where its clocks are.
link_is_lost() {
    local before off
    before=$(offset)
    forget_events h1
    must lab cut h1 h2
    wait_for 30 alone_on h1
    must lab heal h1 h2
    wait_for 60 protected_from h1
    off=$(($(offset) - before))
    note "a lost link: $(ms $off) off"
    within $off $drift_limit || off=$(($(offset 400) - before))
    within $off $drift_limit || fail "the guest is $(ms $off) off after a lost link"
    [ -z "$(clock_events h1)" ] || fail "the clocks were searched anew: $(clock_events h1)"
}

alone_on() { # HOST
    [ "$(pair_on "$1" .state)" = alone ]
}

# Milliseconds that the VM stood, at least and at most.
suspend_for_5_s() { # HOST
    local virsh=(virsh -q -c qemu:///system) a b c d
    a=$(now_ms)
    must lab on "$1" "${virsh[@]}" suspend vm1 >/dev/null
    b=$(now_ms)
    sleep 5 # not waiting for something: so long it is to stand
    c=$(now_ms)
    must lab on "$1" "${virsh[@]}" resume vm1 >/dev/null
    d=$(now_ms)
    stood_least=$((c - b)) stood_most=$((d - a))
}

primary=h1 standby=h2
# the guest shall not move in the middle of a minute because the machine is crowded
silence_ms=2000
start_lab
start_guest h1 vm1 --memory 256
add_hosts
if grep -q 'clock-compare' "$(built ftengine)"; then
    forget_events h1
    lab on h1 sh -c 'echo clock-compare=5@30 >/var/lib/ftadmin/faults'
    protect_guest vm1 --silence $silence_ms
    disarmed_and_found_again
    lab on h1 rm -f /var/lib/ftadmin/faults
else
    note "built without --enable-fault-injection: no disarming"
    protect_guest vm1 --silence $silence_ms
fi
wait_for 60 kept_on h1
pair_on h1 '.clock_lag_ms | numbers' | grep -q . || fail "no clock_lag_ms in: $(pair_on h1)"
note "clock source of the guest: $(clocks 1 .clocksource)"

keeps_time "idle" : :
must tell_ledger "$guest_address" "$guest_port" "watch-clock 3600" >/dev/null
keeps_time "closed loop" begin_loop end_loop
keeps_time "16 MB an epoch" begin_dirtying end_dirtying
kept_on h1 || fail "the clocks were lost under load: $(clock_events h1)"
never_stepped_back

link_is_lost
across "killed host" kill_host power_on
across "switchover" switch_over :
never_stepped_back

note "suspended by an administrator"
wait_for 60 protected_from "$primary"
wait_for 60 kept_on "$primary"
before=$(offset)
suspend_for_5_s "$primary"
wait_for 30 protected_from "$primary"
off=$(($(offset 400) - before))
note "stood for $stood_least to $stood_most ms; the clock: $(ms $off)"
behind=$((off / -1000000))
if [ $behind -lt $((stood_least - 500)) ] || [ $behind -gt $((stood_most + 500)) ]; then
    fail "the guest is $(ms $off) off after it was suspended for $stood_least ms"
fi
wait_for 60 kept_on "$primary"
never_stepped_back
