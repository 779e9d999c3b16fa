#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# ftadmin killed, interrupted and cut off in the middle of its work, and engines that cannot reach
# each other: the VM keeps running, and `protect` again or `unprotect` cleans up.
. "$(dirname "$0")/functions.sh"

nothing_left() { # HOST...
    local host found
    for host; do
        found=$(lab on "$host" find /var/lib/ftadmin/pairs -mindepth 1 2>/dev/null)
        [ -z "$found" ] || fail "left on $host: $found"
    done
    [ -z "$(lab on h2 virsh -q -c qemu:///system list --all --name)" ] ||
        fail "a domain is left on h2"
    [ "$(engine w1 witness-list | jq -c .pairs)" = '[]' ] || fail "the witness remembers the pair"
    exits 0 ftadmin status --json
    jq -e '.pairs == []' <<<"$output" >/dev/null || fail "still a pair: $output"
}

# Runs protect in the background with a fault point armed; $protect_pid is lab's.
protect_with_fault() { # NAME=ACTION
    "$test_top/scripts/lab" on adm env FT_FAULTS="$1" "$(built ftadmin)" protect vm1 --witness w1 \
        --yes </dev/null >"$test_folder/protect.out" 2>"$test_folder/protect.err" 8>&- &
    protect_pid=$!
}

kills_ftadmin() { # NAME of the step at which it dies
    protect_with_fault "protect-$1=kill"
    wait "$protect_pid" && fail "ftadmin lived through protect-$1=kill"
    return 0
}

faults_compiled_in() {
    protect_with_fault protect-engine=5
    wait "$protect_pid"
    grep -q "fault point" "$test_folder/protect.err"
}

shares_machine=yes
start_lab
start_guest h1 vm1 --disk raw --disk-size 256
add_hosts
faults_compiled_in || skip "built without --enable-fault-injection"
start_client --connections 2
nothing_left h1 h2

note "a step that fails is undone, with all before it"
for step in witness witness-pair standby primary sync; do
    protect_with_fault "protect-$step=5"
    wait "$protect_pid" && fail "protect succeeded in spite of $step"
    guest_goes_on
    nothing_left h1 h2
done

note "kill -9 of ftadmin at every step, then protect again"
for step in engine witness-pair standby primary sync; do
    kills_ftadmin "$step"
    guest_goes_on
    exits 0 ftadmin protect vm1 --yes
    wait_for 60 protected_from h1
    exits 0 ftadmin unprotect vm1 --yes
    guest_goes_on
    nothing_left h1 h2
done

note "kill -9 of ftadmin at every step, then unprotect"
for step in engine witness-pair standby primary sync; do
    kills_ftadmin "$step"
    exits 0 ftadmin unprotect vm1 --yes
    guest_goes_on
    nothing_left h1 h2
done

note "Ctrl-C while it copies: the engines go on"
"$test_top/scripts/lab" on adm "$(built ftadmin)" protect vm1 --witness w1 --yes \
    </dev/null >"$test_folder/protect.out" 2>"$test_folder/protect.err" 8>&- &
protect_pid=$!
primary_begun() {
    engine h1 status 2>/dev/null | jq -e '.pairs | length == 1' >/dev/null
}
wait_for 60 primary_begun
lab on adm pkill -INT -x ftadmin
wait "$protect_pid"
code=$?
# it may have been done just before
[ $code -eq 130 ] || [ $code -eq 0 ] || fail "exit code $code: $(cat "$test_folder/protect.err")"
wait_for 60 protected_from h1
guest_goes_on
exits 0 ftadmin unprotect vm1 --yes
nothing_left h1 h2

note "the hosts cannot reach each other: protect says so and leaves nothing"
lab cut h1 h2
exits 4 ftadmin protect vm1 --witness w1 --yes
complains "h1 cannot connect to h2 at 10.78.0.2, TCP port 7331"
guest_goes_on
nothing_left h1 h2
lab heal h1 h2

note "unprotect with the standby down: partly done, finished later"
protect_guest vm1
lab power-off h2
exits 7 ftadmin unprotect vm1 --yes
complains h2
guest_goes_on
exits 4 ftadmin protect vm1 --witness w1 --yes # for there is no other host; nothing else is in the way
complains "w1 will not do"
lab power-on h2
answers() { engine h2 hello >/dev/null; }
wait_for 60 answers
exits 0 ftadmin unprotect vm1 --yes
nothing_left h1 h2
guest_goes_on

stop_client
check_ledger
