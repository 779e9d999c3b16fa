#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Processes die or restart under a protected guest: the engine's on both sides, libvirtd, the waiting
# QEMU, the guest's own QEMU; and the guest goes down on purpose. One client, one connection each,
# from the beginning to the end; the ledger is the judge.
. "$(dirname "$0")/functions.sh"
. "$(dirname "$0")/ledger.sh"

requires_program tc

kill_on() { # HOST PID...
    lab on "$1" kill -KILL "${@:2}"
}

# The pair must have been without protection in between, or nothing was tested: forget_events
# before the fault.
protection_comes_back() { # HOST
    guest_goes_on
    wait_for 20 has_event "$1" state
    wait_for 60 protected_from "$1"
    guest_goes_on
}

another_worker() { # HOST PID
    local pid
    pid=$(worker_pid "$1") && [ "$pid" != "$2" ]
}

same_place() {
    [ "$(pair_on h1 .role)" = primary ] || fail "$1: h1 is not the primary any more"
    ! has_event h2 takeover || fail "$1: h2 took over"
}

# Sets p and s: who is primary and standby now.
protected_somewhere() {
    for p in h1 h2; do
        [ $p = h1 ] && s=h2 || s=h1
        ! protected_from $p || return 0
    done
    return 1
}

# Protected again, and nobody says that the host which had it was only not heard.
true_takeover() {
    local was=$p
    wait_for 60 protected_somewhere
    ! has_event "$was" false-takeover || fail "$was says that it was taken over for nothing"
}

# Lowering the score needs CAP_SYS_RESOURCE, which not every container has.
has_oom_scores() { # HOST QEMU'S [WORKER'S]
    local pids=() found
    lab on "$1" sh -c 'echo -500 >/proc/self/oom_score_adj' 2>/dev/null || return 0
    pids+=("$(qemu_pid "$1")")
    [ $# -lt 3 ] || pids+=("$(worker_pid "$1")")
    # shellcheck disable=SC2016 # for the inner shell
    found=$(lab on "$1" sh -c 'for pid; do cat "/proc/$pid/oom_score_adj"; done' - "${pids[@]}" | xargs)
    [ "$found" = "${*:2}" ] || fail "oom_score_adj on $1: $found, not ${*:2}"
}

start_lab
start_guest h1 vm1 --vcpus 2 --vcpus-max 3
protect_guest vm1
start_client --connections 3 --payload 200
guest_goes_on

note "the primary's worker dies, three times"
for _ in 1 2 3; do
    forget_events h1 h2
    worker=$(worker_pid h1)
    must kill_on h1 "$worker"
    wait_for 20 another_worker h1 "$worker"
    protection_comes_back h1
    has_event h1 worker-died || fail "nobody noticed"
    same_place "worker died"
done

note "the standby's worker dies"
forget_events h1 h2
worker=$(worker_pid h2)
must kill_on h2 "$worker"
wait_for 20 another_worker h2 "$worker"
protection_comes_back h1
same_place "standby's worker died"

note "both daemons die: the workers go on, new daemons find them"
forget_events h1 h2
workers="$(worker_pid h1) $(worker_pid h2)"
must kill_on h1 "$(daemon_pid h1)"
must kill_on h2 "$(daemon_pid h2)"
guest_goes_on
must lab on h1 /etc/init.d/ftengine start
must lab on h2 /etc/init.d/ftengine start
wait_for 20 protected_from h1
[ "$(worker_pid h1) $(worker_pid h2)" = "$workers" ] || fail "other workers"
! has_event h1 link-lost || fail "protection was interrupted"
guest_goes_on

note "the waiting QEMU dies"
forget_events h1 h2
must kill_on h2 "$(qemu_pid h2)"
wait_for 20 has_event h1 state
protection_comes_back h1
same_place "waiting QEMU died"

note "libvirtd restarts on the standby: its copy is kept, and goes on getting epochs"
rehearsal_runs() {
    [ "$(pair_on h2 .rehearsal.step)" = running ]
}
rehearsal_is_gone() {
    ! lab on h2 pgrep -f 'guest=ftadmin-rehearsal' >/dev/null
}
engine h2 rehearse "{\"pair\":\"$(pair_on h2 .pair)\",\"seconds\":600}" </dev/null \
    >"$test_folder/rehearsal" 2>&1 8>&- &
wait_for 60 rehearsal_runs
forget_events h1 h2
must kill_on h2 "$(lab on h2 cat /run/libvirtd.pid)"
wait_for 20 has_event h2 libvirt-lost
wait_for 20 has_event h2 rehearsal-inconclusive # there is nobody to see how it does
wait_for 20 rehearsal_is_gone
epoch=$(pair_on h1 .epoch)
epochs_go_on() {
    [ "$(pair_on h1 .epoch)" -gt "$epoch" ]
}
wait_for 20 epochs_go_on
wait_for 20 status_ends_with 30
ftadmin status vm1 | grep -q "libvirt on h2 does not answer" || fail "libvirtd is not named"
must lab on h2 libvirtd -d
wait_for 20 has_event h2 libvirt-back
wait_for 20 status_ends_with 0
! has_event h1 state || fail "a libvirtd that restarts costs protection"
exits 0 ftadmin verify vm1

note "somebody ends the job that mirrors a disk: the copy is made anew"
forget_events h1 h2
must lab on h1 virsh -q -c qemu:///system blockjob vm1 vda --abort
wait_for 20 has_event h1 replication-failed
protection_comes_back h1
same_place "mirror ended"

note "libvirtd restarts on the primary: the guest goes on alone meanwhile"
forget_events h1 h2
must kill_on h1 "$(lab on h1 cat /run/libvirtd.pid)"
wait_for 20 has_event h1 libvirt-lost
guest_goes_on
must lab on h1 libvirtd -d
protection_comes_back h1
same_place "libvirtd restarted"
engine h1 events "{\"since\":${events_seen[h1]}}" |
    grep -Eq "(([1-9][0-9]*\.[0-9]|0\.[1-9]) MiB of its disks were there|what was written since)" ||
    fail "the disks were sent again"
exits 0 ftadmin verify vm1

note "libvirtd hangs on the primary: so it does, a little later"
forget_events h1 h2
libvirt=$(lab on h1 cat /run/libvirtd.pid)
must lab on h1 kill -STOP "$libvirt"
wait_for 20 has_event h1 hung-libvirt
guest_goes_on
has_event h1 stalled || fail "nobody says that libvirtd hangs"
! has_event h1 hung-qemu || fail "a libvirtd that hangs is taken for a QEMU that does"
must lab on h1 kill -CONT "$libvirt"
protection_comes_back h1
same_place "libvirtd hung"

note "the primary's worker hangs: the standby takes over, and the old VM never speaks again"
forget_events h1 h2
worker=$(worker_pid h1)
must lab on h1 kill -STOP "$worker"
wait_for 20 has_event h2 takeover
guest_goes_on 20
lab on h1 kill -CONT "$worker" || : # after 8 s the daemon ended it
wait_for 20 has_event h1 copy-destroyed
has_event h1 false-takeover || fail "nobody says that h1 had not died"
wait_for 60 protected_from h2
guest_goes_on
p=h2 s=h1

note "a vCPU is plugged in: the copy is made anew with it, and takes over with it"
must lab on $p virsh -q -c qemu:///system setvcpus vm1 3 --live
wait_for 20 has_event $p hardware-changed
wait_for 60 protected_from $p
lab on $s virsh -q -c qemu:///system vcpucount vm1 --live --current | grep -qx 3 ||
    fail "the copy on $s has not 3 vCPUs"

note "QEMU of the guest dies on $p: the standby goes on from the last epoch"
forget_events $s
must kill_on $p "$(qemu_pid $p)"
guest_goes_on 20
wait_for 20 has_event $s takeover
wait_for 60 protected_somewhere
guest_goes_on

note "something on $p sends QEMU a SIGTERM: that is no shutdown, the standby goes on"
has_oom_scores $p -500 0
forget_events $s
must lab on $p kill -TERM "$(qemu_pid $p)"
guest_goes_on 20
wait_for 20 has_event $s takeover
wait_for 60 protected_somewhere
guest_goes_on

note "the same while no engine looks"
forget_events $s
# shellcheck disable=SC2016 # for the inner shell
must lab on $p sh -c 'kill -KILL "$1" "$2" && kill -TERM "$0" && while kill -0 "$0" 2>/dev/null; do :; done
    /etc/init.d/ftengine start' "$(qemu_pid $p)" "$(daemon_pid $p)" "$(worker_pid $p)"
guest_goes_on 20
wait_for 20 has_event $s takeover
wait_for 60 protected_somewhere
guest_goes_on

note "QEMU of the guest hangs on $p: that is said, and the standby goes on"
forget_events $s $p
must lab on $p kill -STOP "$(qemu_pid $p)"
says_that_it_hangs() { # WORD
    ftadmin status --json vm1 2>/dev/null |
        jq -e --arg by "$1" '.pairs[0] | .health == "crit" and .stalled.by == $by' >/dev/null ||
        has_event $p hung-qemu
}
wait_for 20 says_that_it_hangs qemu-stopped
guest_goes_on 20
wait_for 20 has_event $s takeover
has_event $p stalled || fail "no event says that QEMU hangs"
true_takeover
guest_goes_on

note "its main loop waits for what does not come: so does it then, though no signal stopped it"
forget_events $s $p
# shellcheck disable=SC2016 # for the inner shell
lab on $p sh -c 'cd /var/lib/libvirt/qemu/domain-*-vm1 && mkfifo -m 666 hang &&
    exec virsh -q -c qemu:///system qemu-monitor-command vm1 --hmp "pmemsave 0 4096 \"$PWD/hang\""' \
    >/dev/null 2>&1 &
wait_for 20 says_that_it_hangs qemu
guest_goes_on 20
wait_for 20 has_event $s takeover
has_event $p hung-qemu || fail "$s took over, and QEMU on $p was not ended"
true_takeover
guest_goes_on

note "a disk on $p fails: the guest is told nothing of it, and the standby goes on"
forget_events $s $p
# every write fails from now on (EFBIG); only its own user may change that of a process
fail_writes() {
    # shellcheck disable=SC2016 # for the inner shell
    must lab on $p sh -c 'id() { sed -n "s/^$1:\t\([0-9]*\).*/\1/p" "/proc/$2/status"; }
        exec setpriv --reuid "$(id Uid "$0")" --regid "$(id Gid "$0")" --clear-groups \
            prlimit --pid "$0" --fsize=1:' "$(qemu_pid $p)"
}
fail_writes
guest_goes_on 20
wait_for 20 has_event $s takeover
has_event $p disk-error || fail "$s took over, and nobody says that a disk failed"
tell_ledger "$guest_address" "$guest_port" status | grep -q "failed=0 disk-errors=0 " ||
    fail "the guest was told of an error of its disk"
true_takeover
guest_goes_on

note "no engine is left on $p, which lives: the standby takes over, the old VM ends"
forget_events $s
must kill_on $p "$(daemon_pid $p)" "$(worker_pid $p)"
guest_goes_on 20
wait_for 20 has_event $s takeover
must lab on $p /etc/init.d/ftengine start
wait_for 60 protected_somewhere
stop_client
check_ledger

note "the guest shuts itself down: nobody takes over"
forget_events $s $p
# QEMU listens again a second after somebody opened the terminal; it is one of libvirt's own
pid=$(qemu_pid $p)
console=/proc/$pid/root$(lab on $p virsh -q -c qemu:///system ttyconsole vm1)
# shellcheck disable=SC2016 # for the inner shell
must lab on $p timeout 20 sh -c 'exec 3>"$0"
    while kill -0 "$1" 2>/dev/null; do echo poweroff -f >&3; sleep 0.2; done' "$console" "$pid"
is_off() {
    [ "$(lab on $p virsh -q -c qemu:///system domstate vm1)" = "shut off" ] &&
        [ "$(pair_on $p .state)" = unprotected ] && [ "$(pair_on $s .state)" = unprotected ]
}
wait_for 20 is_off
pair_on $p .reason | grep -q "shut down" || fail "reason: $(pair_on $p .reason)"
pair_on $s .reason | grep -q "shut down" || fail "reason: $(pair_on $s .reason)"
! has_event $s takeover || fail "$s took over"

note "and is started again: protected by itself"
must lab on $p virsh -q -c qemu:///system start vm1
wait_for 60 protected_from $p
start_client
guest_goes_on
exits 0 ftadmin verify vm1
stop_client
check_ledger

note "the administrator destroys it: nobody takes over that either"
ends_by() { # WORDS VIRSH-COMMAND...
    local words=$1
    shift
    forget_events $s $p
    must lab on $p virsh -q -c qemu:///system "$@" >/dev/null
    wait_for 20 is_off
    engine $p events "{\"since\":${events_seen[$p]}}" |
        jq -e --arg w "$words" 'any(.events[]; .kind == "vm-off" and (.text | test($w)))' >/dev/null ||
        fail "no event says: $words"
    ! has_event $s takeover || fail "$s took over"
}
ends_by "was shut down" destroy vm1

note "what its definition says of a reset and a panic is done here, once: nobody takes over"
# the panic device is told by its port, as a guest's driver would
panic_now='qemu-monitor-command vm1 --hmp o/b 0x505 1'
lab on $p sh -c 'virsh -q -c qemu:///system dumpxml --inactive vm1 |
    sed "s:</devices>:<panic model=\"isa\"/>&:; s:type=.raw./>:error_policy=\"stop\" &:" >/root/panic.xml'
must lab on $p virsh -q -c qemu:///system define /root/panic.xml
must lab on $p virsh -q -c qemu:///system set-lifecycle-action vm1 reboot destroy --config
must lab on $p virsh -q -c qemu:///system start vm1
wait_for 60 protected_from $p
ends_by "on_reboot" reset vm1
must lab on $p virsh -q -c qemu:///system start vm1
wait_for 60 protected_from $p
# shellcheck disable=SC2086 # words
ends_by "on_crash" $panic_now

note "a panic that is to be kept is said by its name, also after a takeover"
must lab on $p virsh -q -c qemu:///system set-lifecycle-action vm1 crash preserve --config
must lab on $p virsh -q -c qemu:///system set-lifecycle-action vm1 reboot restart --config
must lab on $p virsh -q -c qemu:///system start vm1
wait_for 60 protected_from $p
forget_events $s $p
stands_panicked_on() { # HOST
    [ "$(pair_on "$1" '"\(.role) \(.stands.by)"')" = "primary guest-panicked" ]
}
# shellcheck disable=SC2086
must lab on $p virsh -q -c qemu:///system $panic_now >/dev/null
wait_for 20 has_event $p stands
wait_for 20 stands_panicked_on $p
must kill_on $p "$(qemu_pid $p)"
wait_for 20 has_event $s takeover
wait_for 20 stands_panicked_on $s
wait_for 60 protected_somewhere
stands_panicked_on $p || fail "it is forgotten why vm1 stands: $(pair_on $p)"
must lab on $p virsh -q -c qemu:///system reset vm1
must lab on $p virsh -q -c qemu:///system resume vm1
wait_for 60 protected_from $p
start_client

note "a disk stops it while it is alone: that is said, and with its first copy it goes on there"
guest_goes_on
forget_events $s $p
must lab cut h1 h2
is_alone() {
    [ "$(pair_on $p .state)" = alone ]
}
wait_for 30 is_alone
fail_writes
stands_by_error() {
    [ "$(pair_on $p .stands.by)" = io-error ]
}
wait_for 20 stands_by_error
must lab heal h1 h2
wait_for 60 has_event $s takeover
guest_goes_on 20
wait_for 60 protected_somewhere
exits 0 ftadmin unprotect vm1 --yes
has_oom_scores $p 0
guest_goes_on

note "the wire between the hosts gets slow, and they hear each other: the guest does not stand for it"
exits 0 ftadmin protect vm1 --witness w1 --silence 5000 --commit-timeout 2000 --yes
protected_somewhere || fail "not protected"
forget_events $s $p
for host in h1 h2; do
    must lab on $host tc qdisc add dev eth1 root tbf rate 2mbit burst 64kb limit 1500000
done
must tell_ledger "$guest_address" "$guest_port" "dirty 4" >/dev/null
wait_for 30 has_event $p slow-link
says_why() {
    ftadmin status --json vm1 2>/dev/null |
        jq -e '.pairs[0].problem.text | test("no commit for .*the link")' >/dev/null
}
wait_for 20 says_why
guest_goes_on 5 # while the copy is made anew, however long that takes
says_why || fail "the reason has gone, though it lasts"
for host in h1 h2; do must lab on $host tc qdisc del dev eth1 root; done
must tell_ledger "$guest_address" "$guest_port" "dirty 0" >/dev/null
wait_for 60 protected_from $p
guest_goes_on
stop_client
check_ledger
