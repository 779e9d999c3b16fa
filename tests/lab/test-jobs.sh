#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# What ftadmin does is a job that others see: killed at each of its steps it is found again, and
# says what goes on on the hosts and how to go on; two VMs are protected side by side, and nobody
# works on a VM that another one works on.
. "$(dirname "$0")/functions.sh"

newest_job() { # [JQ]
    ftadmin jobs --limit 1 --json 2>/dev/null | jq -r ".jobs[0] | ${1:-.}"
}

job() { # NUMBER JQ
    ftadmin jobs show "$1" --json 2>/dev/null | jq -r ".job | $2"
}

has_pair() { # HOST
    [ "$(engine "$1" status | jq '.pairs | length')" -gt 0 ]
}

# A protect in the background, stopped for ever at a step; $protect is ftadmin's side of it.
protect_hanging() { # VM STEP
    "$test_top/scripts/lab" on adm env FT_FAULTS="protect-$2=hang" "$(built ftadmin)" protect "$1" \
        --witness w1 --yes </dev/null >"$test_folder/protect.out" 2>"$test_folder/protect.err" 8>&- &
    protect=$!
    wait_for 60 at_step "$2"
}

at_step() { # KIND
    [ "$(ftadmin jobs show "$(newest_job .id)" --json 2>/dev/null |
        jq -r '[.job.step_list[] | select(.state == "started") | .kind] | last')" = "$1" ]
}

kill_protect() {
    lab on adm pkill -KILL -x ftadmin
    wait "$protect"
}

shares_machine=yes
start_lab
start_guest h1 vm2 --disk-size 64
start_guest h1 vm1 --disk-size 256
add_hosts
start_client --connections 2
[ "$(newest_job '"\(.verb) \(.state)"')" = "host add done" ] || fail "$(newest_job)"

for step in engine witness witness-pair standby primary sync; do
    note "killed at step $step: found again"
    protect_hanging vm1 $step
    [ "$(newest_job .state)" = running ] || fail "$(newest_job)"
    number=$(newest_job .id)
    kill_protect
    [ "$(job "$number" .state)" = interrupted ] || fail "$(job "$number" .)"
    said=$(job "$number" '"\(.goes_on) \(.next)"')
    case $step in
    sync) grep -q "go on by themselves.*ftadmin resume vm1 attaches again" <<<"$said" ;;
    primary) grep -q "may have begun.*ftadmin resume vm1 goes on" <<<"$said" ;;
    *) grep -q "Nothing goes on by itself.*resume vm1 goes on.*rollback vm1 takes" <<<"$said" ;;
    esac || fail "at step $step: $said"
    exits 0 ftadmin protect vm1 --witness w1 --yes
    [ "$(newest_job '"\(.state) \(.continues)"')" = "done $number" ] || fail "$(newest_job)"
    ftadmin jobs show "$(newest_job .id)" --log --json |
        jq -e '.log | any(.command == "engine: pair-set" and .status == 0)' >/dev/null ||
        [ $step = sync ] || fail "no pair-set in the log"
    guest_goes_on
    exits 0 ftadmin unprotect vm1 --yes
    [ "$(newest_job '"\(.verb) \(.state)"')" = "unprotect done" ] || fail "$(newest_job)"
done

note "Ctrl-C before the hosts have begun: it says what was made, and that is so"
"$test_top/scripts/lab" on adm "$(built ftadmin)" protect vm1 --witness w1 --yes \
    </dev/null >"$test_folder/protect.out" 2>"$test_folder/protect.err" 8>&- &
protect=$!
wait_for 30 grep -q '^\[1/' "$test_folder/protect.err"
lab on adm pkill -INT -x ftadmin
wait "$protect"
code=$?
[ $code -eq 130 ] || [ $code -eq 0 ] || fail "exit code $code: $(cat "$test_folder/protect.err")"
case $(newest_job .state) in
stopped)
    grep -Eq "Nothing goes on by itself|Nothing was made" "$test_folder/protect.err" ||
        fail "$(cat "$test_folder/protect.err")"
    ! has_pair h1 || fail "h1 has the pair"
    ;;
detached)
    grep -q "go on by themselves" "$test_folder/protect.err" ||
        fail "$(cat "$test_folder/protect.err")"
    has_pair h1 || fail "h1 does not have the pair"
    ;;
done) ;;
*) fail "$(newest_job)" ;;
esac
guest_goes_on
exits 0 ftadmin unprotect vm1 --yes

note "one VM is worked on by one, another VM by others meanwhile"
protect_hanging vm1 standby
first=$(newest_job .id)
exits 5 ftadmin protect vm1 --witness w1 --yes
complains "another ftadmin is at work: process [0-9]+, protect vm1, by root"
exits 5 ftadmin unprotect vm1 --yes
complains "protect vm1, by root"
exits 5 ftadmin host remove h2 --yes
exits 0 ftadmin protect vm2 --witness w1 --yes
[ "$(job "$first" .state)" = running ] || fail "$(job "$first" .)"
note "asked to stop by another ftadmin, it says what that means now"
exits 0 ftadmin jobs stop "$first"
complains "Nothing goes on by itself"
kill_protect
exits 0 ftadmin protect vm1 --witness w1 --yes
[ "$(newest_job .continues)" = "$first" ] || fail "$(newest_job)"

note "switchover is a job too"
exits 0 ftadmin switchover vm1 --yes
[ "$(newest_job '"\(.verb) \(.state)"')" = "switchover done" ] || fail "$(newest_job)"
guest_goes_on
exits 0 ftadmin jobs show "$(newest_job .id)" --follow

note "a switchover that nobody answers: after Ctrl-C it says where the VM runs"
primary=$(pair_status vm1 .primary)
stopped=$(daemon_pid "$primary")
lab on "$primary" kill -STOP "$stopped"
"$test_top/scripts/lab" on adm "$(built ftadmin)" switchover vm1 --yes \
    </dev/null >"$test_folder/switchover.out" 2>"$test_folder/switchover.err" 8>&- &
switchover=$!
asked() { [ "$(newest_job '"\(.verb) \(.state)"')" = "switchover running" ]; }
wait_for 60 asked
lab on adm pkill -INT -x ftadmin
wait "$switchover"
code=$?
lab on "$primary" kill -CONT "$stopped"
[ $code -eq 130 ] || fail "exit code $code: $(cat "$test_folder/switchover.err")"
grep -q "interrupted; it runs on $primary still" "$test_folder/switchover.err" ||
    fail "$(cat "$test_folder/switchover.err")"
[ "$(newest_job .state)" = stopped ] || fail "$(newest_job)"
guest_goes_on
exits 0 ftadmin unprotect vm1 --yes
exits 0 ftadmin unprotect vm2 --yes
guest_goes_on
stop_client
check_ledger
