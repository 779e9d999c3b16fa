#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Networks fail, not hosts: each cut under load, with the witness in reach or not. Whatever happens,
# one side speaks for the guest, and nothing answered is lost.
. "$(dirname "$0")/functions.sh"

state_is() { # HOST STATE [REASON-PATTERN]
    local status
    status=$(pair_on "$1" '"\(.state) \(.reason)"')
    [[ $status == "$2 "* ]] && grep -qE -- "${3:-}" <<<"$status"
}

no_takeover() { # HOST
    ! has_event "$1" takeover || fail "$1 took over"
}

waiting_vm() { # HOST
    [ "$(lab on "$1" virsh -q -c qemu:///system domstate vm1 2>/dev/null)" = paused ]
}

start_lab
start_guest h1 vm1
# A cut takes effect in one direction first. With a long silence the side that asks first is the one
# that went deaf first, on a slow machine too: the second one named.
protect_guest vm1 --silence 1000
start_client --connections 3 --payload 200
guest_goes_on
must lab on w1 cp -a /var/lib/ftadmin/witness /root/witness-before

note "the replication network is cut: the primary goes on, protection comes back over the other one"
forget_events h1 h2
must lab cut h2 h1 --net replication
guest_goes_on
wait_for 20 has_event h1 state
wait_for 60 protected_from h1
guest_goes_on
no_takeover h2
must lab heal h1 h2
guest_goes_on

note "all wires between the hosts are cut, the witness lives: the primary stays, alone"
forget_events h1 h2
must lab cut h2 h1
wait_for 20 state_is h1 alone
guest_goes_on
wait_for 20 state_is h2 unprotected # it asked, and was told that h1 had won
guest_goes_on
no_takeover h2
changed=$(pair_on h1 .kept_bytes)
must lab heal h1 h2
wait_for 60 protected_from h1
copied_by h1 changes "$changed"
little_memory h1
guest_goes_on
exits 0 ftadmin verify vm1

note "the standby dies with its host, which comes back: it gets what was written meanwhile"
forget_events h1
must lab power-off h2
wait_for 20 state_is h1 alone
guest_goes_on
changed=$(pair_on h1 .kept_bytes)
must lab power-on h2
wait_for 120 protected_from h1
copied_by h1 changes "$changed"
guest_goes_on
exits 0 ftadmin verify vm1

note "again, and somebody writes to the replica meanwhile: all of it is compared"
forget_events h1
must lab power-off h2
wait_for 20 state_is h1 alone
replica=$(find "$FTLAB/h2/var/lib/libvirt/images" -type f -name 'vm1*' | head -n 1)
must dd if=/dev/urandom of="$replica" bs=4096 seek=100 count=3 conv=notrunc status=none
must lab power-on h2
wait_for 120 protected_from h1
copied_by h1 comparison
guest_goes_on
exits 0 ftadmin verify vm1

note "the link is lost as a switchover begins: nothing of it is left in the next session"
forget_events h1 h2
pair=$(pair_on h1 .pair)
must lab cut h2 h1
! engine h1 switchover "{\"pair\":\"$pair\"}" 2>/dev/null || fail "switched over without a link"
wait_for 20 state_is h1 alone
guest_goes_on
must lab heal h1 h2
wait_for 60 protected_from h1
guest_goes_on
exits 0 ftadmin verify vm1

note "the standby is cut off from everything: the primary stays"
forget_events h1 h2
must lab cut h2 w1 # first: it shall not be told who won
must lab cut h1 h2
wait_for 20 state_is h1 alone
guest_goes_on
wait_for 20 state_is h2 failed "witness"
no_takeover h2
must lab heal h2 w1
must lab heal h1 h2
wait_for 60 protected_from h1
guest_goes_on
no_takeover h2

note "the primary is cut off from hosts and witness: its output is held, the standby wins"
forget_events h1 h2
fault=$(mark_fault)
must lab cut h1 w1
must lab cut h1 h2
wait_for 20 has_event h2 takeover
wait_for 20 answers_since "$fault"
guest_goes_on
wait_for 20 state_is h1 failed "output is held"
[ "$(lab on h1 virsh -q -c qemu:///system domstate vm1)" = running ] ||
    fail "the old primary gave up before it knew"
guest_goes_on
must lab heal h1 w1
wait_for 20 state_is h1 failed "other host owns"
must lab heal h1 h2
wait_for 60 has_event h1 copy-destroyed
has_event h1 false-takeover || fail "nobody says that h1 had not died"
wait_for 60 protected_from h2
wait_for 20 waiting_vm h1
guest_goes_on
exits 0 ftadmin verify vm1
stop_client
check_ledger --fault-time "$fault"

note "the witness is set back to what it had at the beginning: it is told again"
forget_events h2
must lab on w1 /etc/init.d/ftengine stop
must lab on w1 sh -c 'rm -r /var/lib/ftadmin/witness; cp -a /root/witness-before /var/lib/ftadmin/witness'
must lab on w1 /etc/init.d/ftengine start
wait_for 20 has_event h2 witness-forgot
has_event h2 witness-older || fail "that the witness was older was not said"
wait_for 20 status_ends_with 0
protected_from h2 || fail "vm1 is $(pair_on h2 .state)"

note "the witness dies: protection goes on"
start_client --connections 3 --payload 200
forget_events h1 h2
must lab power-off w1
wait_for 30 state_is h2 protected
guest_goes_on
protected_from h2 || fail "without the witness vm1 is $(pair_on h2 .state)"

note "and then the primary: nobody takes over until the witness is back"
fault=$(mark_fault)
must lab power-off h2
dead=$(mark_fault)
wait_for 30 state_is h1 failed "witness"
no_takeover h1
! answers_since "$dead" || fail "an answer without an owner"
must lab power-on w1
wait_for 60 has_event h1 takeover
wait_for 60 answers_since "$dead"
guest_goes_on
stop_client
check_ledger --fault-time "$fault"
must lab power-on h2
wait_for 60 protected_from h1

note "the primary is cut off, overtaken, and the pair removed before it is back: its copy ends by itself"
start_client --connections 3 --payload 200
guest_goes_on
forget_events h1 h2
fault=$(mark_fault)
must lab cut h1 w1
must lab cut h1 h2
must lab cut h1 adm
wait_for 20 has_event h2 takeover
wait_for 20 answers_since "$fault"
exits 7 ftadmin unprotect vm1 --yes
grep -q "it runs on h2" <<<"$output" || fail "$output"
grep -q "h1: what it has of the VM stays until it reaches the witness" <<<"$output" || fail "$output"
[ "$(engine w1 witness-list)" = '{"pairs":[]}' ] || fail "the witness lists what is removed"
[ "$(lab on h1 virsh -q -c qemu:///system domstate vm1)" = running ] || fail "the old copy is not there"
guest_goes_on
must lab heal h1 w1
wait_for 20 has_event h1 removed
is_put_away() {
    ! lab on h1 virsh -q -c qemu:///system dominfo vm1 2>/dev/null &&
        lab on h1 sh -c 'grep -q vm1 /var/lib/ftadmin/retired/vm1-*.xml' &&
        [ "$(engine h1 status | jq -c .pairs)" = '[]' ]
}
wait_for 20 is_put_away
has_event h1 copy-destroyed || fail "the old copy was not ended"
guest_goes_on
must lab heal h1 h2
must lab heal h1 adm
for ((i = 0; i < 3; i++)); do # whoever runs may answer
    lab on adm ip neigh flush all
    guest_goes_on
done
exits 0 ftadmin unprotect vm1 --yes
stop_client
check_ledger --fault-time "$fault"
