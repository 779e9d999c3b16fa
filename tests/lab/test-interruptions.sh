#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# ftadmin is killed in the middle of protect, at each of its steps, and interrupted by the user. The
# guest never notices; protect again continues, unprotect cleans up.
. "$(dirname "$0")/functions.sh"

# Nothing of the pair is left anywhere, and QEMU has no guest memory watched.
must_be_clean() {
    local host
    for host in h1 h2 w1; do
        [ "$(engine $host status | jq -c .pairs)" = '[]' ] || fail "$host keeps the pair"
        [ -z "$(lab on $host find /var/lib/ftadmin/pairs -mindepth 1 2>/dev/null)" ] ||
            fail "$host keeps files"
    done
    [ "$(engine w1 witness-list)" = '{"pairs":[]}' ] || fail "the witness remembers the pair"
    [ -z "$(lab on h2 virsh -q -c qemu:///system list --all --name)" ] || fail "a domain on h2"
    [ -z "$(lab on h2 virsh -q -c qemu:///system vol-list default)" ] || fail "a volume on h2"
    ! lab on h1 grep -q '^VmFlags:.* u[wm]' "/proc/$(qemu_pid h1)/smaps" || fail "QEMU is watched"
    exits 0 ftadmin status --json
    [ "$(jq -c .pairs <<<"$output")" = '[]' ] || fail "ftadmin still knows $output"
}

# ftadmin dies by SIGKILL when it has begun this step.
protect_killed_at() { # STEP
    FT_FAULTS=protect-$1=kill exits 137 ftadmin protect vm1 --witness w1 --yes
    guest_goes_on
}

# What serves those who have logged in there; its sshd goes on.
break_connections() { # HOST...
    local host
    for host; do
        # shellcheck disable=SC2016 # for the inner shell
        lab on "$host" sh -c 'for p in /proc/[0-9]*; do
            tr "\0" " " 2>/dev/null <$p/cmdline | grep -q "^sshd: root" && kill -KILL ${p#/proc/}
        done; :' 2>/dev/null
    done
}

shares_machine=yes
start_lab
start_guest h1 vm1 --disk-size 256
add_hosts
start_client --connections 2

again=yes
for step in engine witness witness-pair standby primary sync; do
    protect_killed_at $step
    if [ $again = yes ]; then
        note "killed at step $step; protect again, unprotect"
        exits 0 ftadmin protect vm1 --witness w1 --yes
        [ "$(pair_state vm1)" = protected ] || fail "vm1 is $(pair_state vm1)"
        guest_goes_on
        again=no
    else
        note "killed at step $step; unprotect"
        again=yes
    fi
    exits 0 ftadmin unprotect vm1 --yes
    guest_goes_on
    must_be_clean
done

note "killed at the end, the engines go on; protect again attaches"
protect_killed_at sync
exits 0 ftadmin protect vm1 --witness w1 --yes
protected_from h1 || fail "vm1 is $(pair_on h1)"

note "unprotect is killed; unprotect again"
FT_FAULTS=unprotect-remove=kill@2 exits 137 ftadmin unprotect vm1 --yes
guest_goes_on
exits 0 ftadmin unprotect vm1 --yes
must_be_clean

note "the connections break in the middle of protect: it is tried again, and goes on"
"$test_top/scripts/lab" on adm "$(built ftadmin)" protect vm1 --witness w1 --silence 1000 --yes \
    </dev/null >"$test_folder/protect.out" 2>"$test_folder/protect.err" 8>&- &
protect=$!
for step in 1 2 6 7; do
    wait_for 30 grep -q "^\[$step/8\]" "$test_folder/protect.err"
    break_connections h1 h2
done
# Those may all have had nothing to do: then nobody needs to hear of it. Here somebody waits.
wait_for 30 grep -q '^\[8/8\]' "$test_folder/protect.err"
daemon=$(daemon_pid h1)
must lab on h1 kill -STOP "$daemon"
sleep 1
break_connections h1
must lab on h1 kill -CONT "$daemon"
wait $protect || fail "exit code $?: $(cat "$test_folder"/protect.*)"
grep -q "tried again in 0.25 s: h[12]: " "$test_folder/protect.err" ||
    fail "it does not say so: $(cat "$test_folder/protect.err")"
protected_from h1 || fail "vm1 is $(pair_on h1)"
exits 0 ftadmin unprotect vm1 --yes
must_be_clean

note "Ctrl-C while the disks are copied: ftadmin detaches, the engines go on"
"$test_top/scripts/lab" on adm "$(built ftadmin)" protect vm1 --witness w1 --yes \
    </dev/null >"$test_folder/protect.out" 2>"$test_folder/protect.err" 8>&- &
protect=$!
wait_for 30 grep -q '^\[8/8\]' "$test_folder/protect.err"
kill -INT $protect
wait $protect
code=$?
[ $code -eq 130 ] || fail "exit code $code of an interrupted protect: $(cat "$test_folder"/protect.*)"
grep -q "ftadmin resume vm1" "$test_folder/protect.err" ||
    fail "it does not say how to come back: $(cat "$test_folder/protect.err")"
guest_goes_on
wait_for 60 protected_from h1
exits 0 ftadmin status vm1
exits 0 ftadmin unprotect vm1 --yes
must_be_clean
guest_goes_on
stop_client
check_ledger
