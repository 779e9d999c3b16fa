#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Clocks are kept where QEMU has more of them and where the state is saved the other way: a q35 guest
# with two processors, with the pipe and with a memfd (which is what QEMU gets where it may not open
# a pipe). test-clocks.sh has everything else.
. "$(dirname "$0")/functions.sh"
. "$(dirname "$0")/ledger.sh"
. "$(dirname "$0")/clocks.sh"

# Two processors under emulation answer within 25 ms, at random: a shorter phase and a wider limit.
# Without the mending the guest would lose some 50 ms each second.
phase_seconds=10
drift_limit=8000000

protect_and_look() { # WHAT
    protect_guest vm1 --silence 2000 # not to move because the machine is crowded
    wait_for 60 kept_on h1
    keeps_time "$1, idle" : :
    keeps_time "$1, closed loop" begin_loop end_loop
    kept_on h1 || fail "the clocks were lost under load"
    never_stepped_back
}

start_lab
start_guest h1 vm1 --memory 192 --machine q35 --vcpus 2
add_hosts
must tell_ledger "$guest_address" "$guest_port" "watch-clock 3600" >/dev/null
protect_and_look "q35, two processors"

if grep -q 'saver-memfd' "$(built ftengine)"; then
    must ftadmin unprotect vm1 --yes
    lab on h1 sh -c 'echo saver-memfd=5 >/var/lib/ftadmin/faults'
    protect_and_look "q35, two processors, saved to a memfd"
    # shellcheck disable=SC2016 # for the inner shell
    lab on h1 timeout 30 sh -c 'until ls "$0"/*/vm-stopped; do :; done' /run/ftadmin \
        >/dev/null 2>&1 || fail "the state was not saved to a memfd"
else
    note "built without --enable-fault-injection: no memfd"
fi
