#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# A standby is away for a short time, again and again, in another way each time, also in the middle
# of the copy that follows: it gets what was written since, and all disks are compared with their
# replicas each time. Two qcow2 disks under load. The order is drawn: AWAY_SEED repeats one,
# AWAY_ROUNDS says how many.
. "$(dirname "$0")/functions.sh"

is_alone() {
    [ "$(pair_on h1 .state)" != protected ]
}

is_copying() {
    pair_on h1 .progress | grep -q phase
}

link_is_cut() {
    must lab cut h2 h1
    wait_for 20 is_alone
    must lab heal h1 h2
}

worker_dies() {
    must lab on h2 kill -KILL "$(worker_pid h2)"
    wait_for 20 is_alone
}

engine_dies() {
    must lab on h2 kill -KILL "$(daemon_pid h2)" "$(worker_pid h2)"
    wait_for 20 is_alone
    must lab on h2 /etc/init.d/ftengine start
}

host_dies() {
    must lab power-off h2
    wait_for 20 is_alone
    must lab power-on h2
}

# After a link that was cut all is over before anybody looks: little memory is sent.
dies_while_it_is_copied() {
    engine_dies
    wait_for 20 is_copying
    must lab on h2 kill -KILL "$(worker_pid h2)"
    wait_for 20 is_alone
}

ways=(link_is_cut worker_dies engine_dies host_dies dies_while_it_is_copied)
RANDOM=${AWAY_SEED:=$((RANDOM % 30000))}
by_changes=0

shares_machine=yes
start_lab
start_guest h1 vm1 --disk qcow2 --disks 2 --disk-size 512
protect_guest vm1
start_client --connections 8 --payload 8000
guest_goes_on
for ((round = 1; round <= ${AWAY_ROUNDS:=3}; round++)); do
    way=${ways[$(((RANDOM + round) % ${#ways[@]}))]}
    note "round $round of seed $AWAY_SEED: $way"
    guest_goes_on
    $way
    wait_for 90 protected_from h1
    copied_by h1 'changes|comparison'
    [ "$way" != link_is_cut ] || little_memory h1
    [ "$(pair_on h1 .copied.way)" != changes ] || by_changes=$((by_changes + 1))
    guest_goes_on
    exits 0 ftadmin verify vm1
done
# one of our own writes that was cut off is not told from another's: a comparison is right then
[ $((2 * by_changes)) -gt "$AWAY_ROUNDS" ] || fail "only $by_changes copies were of what changed"
! has_event h1 replica-differs || fail "what was not sent differed"
stop_client
check_ledger
