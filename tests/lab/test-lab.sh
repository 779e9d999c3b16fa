#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The lab keeps its own promises: hosts, guests, power cuts, wires, cleaning up.
. "$(dirname "$0")/functions.sh"

guest_shape() { # NAME XPATH-TEXT
    lab on h1 virsh -q -c qemu:///system dumpxml "$1" | grep -q -- "$2" || fail "$1 has no $2"
}

reaches() { # FROM ADDRESS
    lab on "$1" busybox ping -c 1 -W 1 "$2" >/dev/null 2>&1
}

is_cut() { # FROM ADDRESS
    ! reaches "$@"
}

no_trace() {
    [ ! -e "$FTLAB" ] && ! ip netns list | grep -q "^$lab_prefix" &&
        ! grep -qF "$FTLAB" /proc/mounts && ! pgrep -f "host-init $FTLAB/" >/dev/null
}

requires_program pgrep
start_lab
lab_prefix=ftlab-$(lab status | sed -n 's/^lab \([0-9a-f]*\) .*/\1/p')-

note "hosts"
ssh=(ssh -o BatchMode=yes -o StrictHostKeyChecking=accept-new)
for host in h1 h2 w1; do
    [ "$(lab on adm "${ssh[@]}" "$host" hostname)" = "$host" ] || fail "no login on $host"
done
[ "$(lab on h1 sh -c 'cat; exit 7' <<<"through"; echo $?)" = $'through\n7' ] ||
    fail "lab on: stdin or exit code"
# shellcheck disable=SC2016 # for the inner shell
"$test_top/scripts/lab" on adm sh -c 'trap "exit 3" TERM; echo $$ >"$0"
    while :; do sleep 0.1; done' "$test_folder/trap.pid" &
job=$!
wait_for 10 test -s "$test_folder/trap.pid"
kill -TERM $job
wait $job
[ $? -eq 3 ] || fail "lab on does not pass signals on"
# shellcheck disable=SC2016 # for the inner shell
[ "$(lab on adm sh -c 'echo $HOME ${XDG_DATA_HOME-unset}')" = "/root unset" ] || fail "adm's home"
must reaches h1 10.78.0.2
must reaches w1 10.78.0.1

note "a guest, as a user's: unprivileged, sandboxed, from a pool"
start_guest h1 vm1 --machine q35 --vcpus 2 --disk qcow2 --disks 2 --nics 2 --video vga \
    --dirty-rate 8
guest_shape vm1 "type='qcow2'"
guest_shape vm1 "machine='pc-q35"
# shellcheck disable=SC2016 # for the inner shell
lab on h1 sh -c 'pid=$(pgrep qemu-system) && [ "$(stat -c %U /proc/$pid)" = libvirt-qemu ] &&
    grep -q "Seccomp:.2" /proc/$pid/status' ||
    fail "QEMU is not confined"

note "the ledger"
start_client --connections 4 --payload 100
wait_for 30 has_answers "$client_log" 500
stop_client
check_ledger

note "a reset is found out, and the records survive it"
boots() {
    grep -c "ledger: ready" "$FTLAB/h1/var/log/libvirt/qemu/vm1-console.log"
}
boots_before=$(boots)
start_client
must lab on h1 virsh -q -c qemu:///system reset vm1
has_rebooted() {
    [ "$(boots)" -gt "$boots_before" ]
}
wait_for 60 has_rebooted
wait_for 30 guest_listens
stop_client
if report=$(check_ledger --json); then
    fail "a reboot went unnoticed: $report"
fi
lab on adm "$(built tests/guest/ledger-check)" --json --connect "$guest_address:$guest_port" \
    "$client_log" >"$test_folder/reset.json"
reset_report() { # TEXT
    grep -q -- "$1" "$test_folder/reset.json" || fail "no $1: $(cat "$test_folder/reset.json")"
}
reset_report '"lost":0,"duplicated":0'
reset_report '"resets":1'

note "wires"
must lab cut h1 h2 --net replication
must is_cut h1 10.78.0.2
must is_cut h2 10.78.0.1
must reaches h1 10.77.0.2
must lab cut h1 h2
must is_cut h2 10.77.0.1
must reaches w1 10.77.0.1
must lab heal h1 h2
must reaches h1 10.78.0.2
must reaches h2 10.77.0.1

note "power cut: silence, then the same host again"
lab on h1 sh -c 'mkdir /var/lib/ftadmin
    echo kept >/var/lib/ftadmin/state
    echo gone >/run/state'
lab on h1 tee /etc/init.d/ftengine <<<$'#!/bin/sh\necho "$@" >/run/engine' >/dev/null
lab on h1 chmod +x /etc/init.d/ftengine
key=$(lab on h1 cat /etc/ssh/ssh_host_ed25519_key.pub)
start_client
must lab power-off h1
stays_silent() {
    [ -z "$(ip netns pids "${lab_prefix}h1" 2>/dev/null)" ] && is_cut adm 10.77.0.1
}
must stays_silent
kill -0 "$client_pid" || fail "the client noticed more than silence"
! grep -q lost-connection "$client_log" ||
    fail "a packet of the dead host got out: $(grep lost "$client_log")"
kill_client
must lab power-on h1
[ "$(lab on h1 cat /var/lib/ftadmin/state)" = kept ] || fail "the disk was lost"
lab on h1 test ! -e /run/state || fail "/run survived"
[ "$(lab on h1 cat /run/engine)" = start ] || fail "the engine was not started at boot"
[ "$(lab on h1 cat /etc/ssh/ssh_host_ed25519_key.pub)" = "$key" ] || fail "another host key"
[ "$(lab on h1 virsh -q -c qemu:///system list --all --name)" = vm1 ] || fail "the domain was lost"

note "two labs side by side, and what a half-finished one leaves"
(
    export FTLAB=$FTLAB-second
    must lab up --hosts 1
    must reaches adm 10.77.0.1
    rm "$FTLAB/hosts" # as if its `up` had been killed early
    must lab down
    must lab down
) || exit 1
must reaches adm 10.77.0.1

note "down leaves nothing"
lab down
must no_trace
