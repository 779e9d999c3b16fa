#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Everything loses power, or what ran the guest alone does: a VM that nobody stopped runs again on
# the newest data, with all that was answered, and is protected again. Older data is never started
# but by the administrator's word.
. "$(dirname "$0")/functions.sh"

state_is() { # HOST STATE [REASON-PATTERN]
    local status
    status=$(pair_on "$1" '"\(.state) \(.reason)"')
    [[ $status == "$2 "* ]] && grep -qE -- "${3:-}" <<<"$status"
}

domain_is() { # HOST STATE
    [ "$(lab on "$1" virsh -q -c qemu:///system domstate vm1 2>/dev/null)" = "$2" ]
}

linked() { # HOST
    [ "$(pair_on "$1" .peer_connected)" = true ]
}

off() { # HOST...
    local host pids=()
    for host; do
        lab power-off "$host" &
        pids+=($!)
    done
    wait "${pids[@]}"
}

# A client whose connections will not outlive the guest's boot.
load() {
    start_client --connections 3 --payload 200 --drain 0
    wait_for 30 has_answers "$client_log" 50
}

both_know_autostart() {
    record_of h1 | grep -q '"autostart": true' && record_of h2 | grep -q '"autostart": true'
}

autostart_is() { # HOST enable|disable
    lab on "$1" virsh -c qemu:///system dominfo vm1 | grep -q "^Autostart: *$2"
}

shares_machine=yes
start_lab
start_guest h1 vm1
protect_guest vm1

note "both hosts lose power and return"
load
off h1 h2
power_on h2 h1
wait_for 60 protected_from h1
wait_for 20 has_event h1 cold-start
nothing_is_lost

note "all three lose power; the standby stays away: the witness decides"
load
off h1 h2 w1
power_on h1
wait_for 20 state_is h1 failed "may hold newer data"
exits 5 ftadmin start vm1
complains "h2 may hold newer data"
power_on w1
wait_for 60 state_is h1 alone
nothing_is_lost
power_on h2
wait_for 60 protected_from h1

note "who took over and runs alone reboots"
load
off h1
wait_for 60 state_is h2 alone
guest_goes_on
off h2
power_on h2
wait_for 60 domain_is h2 running
nothing_is_lost

note "only the host with older data returns: it waits, and says for whom"
load
off h2
power_on h1
wait_for 60 state_is h1 failed "witness says that the other host owns"
exits 5 ftadmin start vm1
complains "h2 may hold newer data" "discard-newer"
domain_is h1 "shut off" || fail "older data runs on h1"
power_on h2
wait_for 60 protected_from h2
nothing_is_lost

note "the administrator's word: the older data, and the newer host obeys when it returns"
off h2
wait_for 60 state_is h1 alone
off h1
power_on h2
wait_for 60 state_is h2 failed "witness says that the other host owns"
exits 2 ftadmin start vm1 --discard-newer --yes
exits 0 ftadmin start vm1 --on h2 --discard-newer --yes
wait_for 60 state_is h2 alone
power_on h1
wait_for 60 protected_from h2
domain_is h1 paused || fail "h1 has no waiting copy"
start_client
guest_goes_on
stop_client

note "what was shut down stays off, until somebody starts it"
must lab on h2 virsh -q -c qemu:///system destroy vm1
wait_for 20 state_is h2 unprotected "shut down"
off h2 h1
power_on h2 h1
wait_for 20 linked h2
state_is h2 unprotected "shut down" || fail "vm1 is $(pair_on h2 .state)"
domain_is h2 "shut off" || fail "it was started again"
exits 0 ftadmin start vm1
wait_for 60 protected_from h2
exits 1 ftadmin start vm1
complains "is not down on h2"
exits 5 ftadmin start vm1 --on h1
complains "h1 has no disks of vm1 to start from" "whole as of"

note "with virsh autostart, also while it is protected, it starts with its host; both hosts know"
must lab on h2 virsh -q -c qemu:///system autostart vm1 >/dev/null
wait_for 30 both_know_autostart
autostart_is h2 disable || fail "libvirt would start it by itself"
has_event h2 autostart || fail "nobody was told"
must lab on h2 virsh -q -c qemu:///system destroy vm1
wait_for 20 state_is h2 unprotected "shut down"
off h2
# the lab's hosts have the machine's boot id: another one was written
change_record h2 's/"boot": "./"boot": "x/'
power_on h2
wait_for 60 protected_from h2

note "who has taken over keeps it, and gives it back when the protection ends"
off h2
wait_for 60 state_is h1 alone
[ "$(pair_on h1 .autostart)" = true ] || fail "h1 does not start it with its host"
power_on h2
wait_for 60 protected_from h1
exits 0 ftadmin unprotect vm1 --yes
autostart_is h1 enable || fail "autostart was not given back on h1"

note "without a witness the copy never runs by itself, but by the administrator's word"
start_client
exits 0 ftadmin protect vm1 --witness none --silence 1000 --commit-timeout 2000 --yes
guest_goes_on
exits 5 ftadmin start vm1 --on h2 --discard-newer --yes
complains "h1, which has vm1, answers"
off h1
wait_for 20 state_is h2 failed "never takes over by itself"
exits 5 ftadmin start vm1 --on h2
complains "whole as of" "discard-newer"
exits 0 ftadmin start vm1 --on h2 --discard-newer --yes --json
jq -e '.primary == "h2" and .started_by == "copy"' <<<"$output" >/dev/null || fail "start: $output"
guest_goes_on
power_on h1
wait_for 60 protected_from h2
domain_is h1 paused || fail "h1 has no waiting copy"
guest_goes_on
stop_client
